"""What the atlas explains: surroundings, ownership, comparison, measuring, links, the printed sheet, the tour."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from driver import DESKTOP, HOSTILE, PHONE, fact, number, select, switch, wait_for_rest
from playwright.sync_api import Page, expect
from pyproj import Geod

from geo.about import about
from geo.export.atlas import write_atlas
from geo.export.atlas_payload import TABLES
from geo.layers import read_layer
from geo.measures.corridor import state_places
from geo.ownership import run_controllers
from geo.schema import LAYERS
from geo.study import load_study

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

GEOD = Geod(ellps="WGS84")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TOOLS = ["owners", "compare", "measure", "link", "print", "tour"]


def table(built: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(built / "tables" / f"{name}.parquet")


def tool(page: Page, name: str) -> None:
    if not page.locator(f"[data-tool={name}]").is_visible():
        page.locator("#tools-toggle").click()
    page.locator(f"[data-tool={name}]").click()


def section(page: Page, key: str) -> Any:
    return page.locator(f"#card [data-section=section_{key}]")


def fragment(page: Page) -> dict[str, str]:
    """Return the parts of the address, once it is written."""
    page.wait_for_timeout(900)
    return {key: values[0] for key, values in parse_qs(page.url.partition("#")[2]).items()}


def numbers(text: str) -> list[float]:
    return [float(each.replace(",", "")) for each in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


# ---- what surrounds a park


def test_figures_that_rest_on_the_point_have_their_range(opened: Any, built: Path, parks: pd.DataFrame) -> None:
    page = opened().page
    ranges = table(built, "sensitivity").set_index(["park_id", "index"])
    park = parks[parks["study_set"] & parks["lon"].notna() & (parks["offset_km"] > 5)].iloc[0]
    select(page, "parks", park["park_id"])
    for column in ("border_km", "port_km", "offset_km", "assembly_km"):
        told = numbers(fact(page, column))
        row = ranges.loc[(park["park_id"], column)]
        assert told[0] == pytest.approx(park[column], abs=0.051)
        assert told[1:] == pytest.approx([row["low"], row["high"]], abs=0.051)
    unlocated = parks[parks["lon"].isna()].iloc[0]
    select(page, "parks", unlocated["park_id"])
    expect(page.locator("#card .range")).to_have_count(0)
    expect(section(page, "around")).to_contain_text("Sin ubicación no se puede medir")


def test_local_ownership_is_told_in_words_that_follow_the_test(opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    measured = parks[parks["owner_excess_25km"].notna() & parks["study_set"]]
    strong = measured[measured["owner_excess_significant"].astype(bool)].iloc[0]
    chance = measured[~measured["owner_excess_significant"].astype(bool)].iloc[0]
    none = parks[parks["study_set"] & parks["lon"].notna() & parks["owner_excess_25km"].isna()].iloc[0]
    for park, words in ((strong, "Más concentrada"), (chance, "No se distingue del azar"), (none, "No se puede decir")):
        select(page, "parks", park["park_id"])
        expect(section(page, "around").locator(".finding").first).to_contain_text(words)
    select(page, "parks", strong["park_id"])
    told = section(page, "around").locator(".finding").first.text_content()
    assert f"{strong['owner_excess_25km']:.2f}" in told
    page.get_by_role("button", name="English").click()
    expect(section(page, "around").locator(".finding").first).to_contain_text("More concentrated than chance")


def test_no_park_is_called_a_hot_spot_that_is_none(opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    hottest = parks.loc[parks["gi_star_z"].idxmax()]
    assert not hottest["gi_star_significant"]
    select(page, "parks", hottest["park_id"])
    finding = section(page, "around").locator(".finding").nth(1)
    expect(finding).to_contain_text("No es punto caliente")
    expect(finding).to_contain_text(f"z = {hottest['gi_star_z']:.1f}")


def test_a_cluster_says_how_many_parks_it_has(opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    sizes = parks["cluster_id"].value_counts()
    inside = parks[parks["cluster_id"] == 2].iloc[0]
    select(page, "parks", inside["park_id"])
    expect(section(page, "around")).to_contain_text(f"conglomerado 2, de {sizes[2]} parques")


def test_the_areas_of_a_park_are_one_press_away(opened: Any, built: Path, parks: pd.DataFrame) -> None:
    page = opened().page
    select(page, "parks", "chh-juarez-antonio-j-bermudez")
    for kind, name in (
        ("Municipio", "Juárez"),
        ("Zona metropolitana", "Juárez"),
        ("Entidad", "Chihuahua"),
        ("País", "México"),
    ):
        way = section(page, "areas").locator(".way", has_text=kind)
        expect(way).to_contain_text(name)
        way.click()
        expect(page.locator("#card .card-kind")).to_have_text(kind)
        page.locator("#card .back").click()
        expect(page.locator("#card-title")).to_have_text("Parque Industrial Antonio J. Bermúdez")


def test_cards_of_metropolitan_areas_and_of_the_country_hold_the_tables_figures(opened: Any, built: Path) -> None:
    page = opened().page
    for name, row in (
        ("metro_areas", table(built, "metro_areas").query("name == 'León'").iloc[0]),
        ("national", table(built, "national").iloc[0]),
    ):
        select(page, name, row[{"metro_areas": "metro_area_code", "national": "name"}[name]])
        for column in ("pop_2020", "parks", "parks_study_set", "developers", "auto_parts_plants"):
            assert number(fact(page, column)) == row[column], (name, column)
        told = numbers(fact(page, "owner_hhi_count"))
        assert told == pytest.approx([100 * row["owner_hhi_count_low"], 100 * row["owner_hhi_count_high"]], abs=0.051)
        expect(page.locator("#card [data-column=owner_hhi_count] .interval")).to_be_visible()


def test_the_card_of_a_branch_holds_what_lies_along_it(opened: Any, built: Path) -> None:
    page = opened().page
    select(page, "corridor", "trunk")
    near = table(built, "corridor_areas").query("branch == 'trunk'").set_index("within_km")
    told = section(page, "branch").locator("[data-column=parks_study_set] td").all_text_contents()
    assert [number(text) for text in told] == [near.loc[km, "parks_study_set"] for km in (25, 50, 100)]


# ---- ownership


def shares(built: Path, parks: pd.DataFrame, party: str, metro: str | None) -> tuple[float, float]:
    """Return a party's share of the study set, at least and at most, by the rule owner else developer."""
    links = table(built, "park_developers")
    rows = parks[parks["study_set"] & (True if metro is None else parks["metro_area"] == metro)]
    known = own = 0.0
    for park in rows.index:
        mine = links[links["park_id"] == park]
        holders = next(
            (mine[mine["role"] == role] for role in ("owner", "developer") if (mine["role"] == role).any()), None
        )
        if holders is not None:
            known += 1
            parties = set(holders["developer_id"])
            own += (party in parties) / len(parties)
    return own / len(rows), (own + len(rows) - known) / len(rows)


@pytest.mark.parametrize("party", ["finsa", "bermudez", "prologis"])
def test_a_partys_share_is_an_interval_nationally_and_in_its_cities(
    party: str, opened: Any, built: Path, parks: pd.DataFrame
) -> None:
    page = opened(fragment=f"#thing=developers/{party}").page
    rows = section(page, "share").locator(".share")
    assert rows.count() >= 2
    for at in range(rows.count()):
        name = rows.nth(at).locator(".share-name").text_content()
        metro = None if name == "Todo México" else name.removeprefix("ZM ")
        told = numbers(rows.nth(at).locator(".share-value").text_content())
        low, high = shares(built, parks, party, metro)
        assert (told[0], told[-1]) == pytest.approx((100 * low, 100 * high), abs=0.51), name
    expect(section(page, "share")).to_contain_text("Administrar o promover un parque no es ser su dueño.")


def test_a_party_says_to_whom_it_belongs_since_when_and_by_which_source(opened: Any) -> None:
    page = opened(fragment="#thing=developers/terrafina").page
    line = section(page, "belongs").locator("[data-relation=subsidiary_of]")
    expect(line).to_contain_text("Prologis")
    expect(line).to_contain_text("pertenece a esta parte · desde 2024")
    assert 77.14 in numbers(line.text_content())
    expect(line).to_contain_text("Fuente: Datoz 2024; Mexico Business News 2025")
    line.locator("button").click()
    expect(page.locator("#card-title")).to_contain_text("Prologis")
    expect(section(page, "belongs")).to_contain_text("le pertenece · desde 2024")
    select(page, "developers", "union_investment")
    expect(section(page, "belongs").locator("[data-relation=assets_to]")).to_have_count(2)
    select(page, "developers", "bermudez")
    expect(section(page, "belongs")).to_have_count(0)


def test_the_page_counts_the_owners_that_the_run_asked_for(opened: Any, built: Path, tmp_path: Path) -> None:
    """A year, ultimate owners and one party of two parents: the page's holdings are the run's."""
    study = load_study(ownership_year=2018, ultimate_owners=True)
    drawn = {"municipalities": "municipalities_drawing", "states": "states_drawing", "highways": "highways"}
    layers = {name: read_layer(study, name) for name in ("park_developers", "party_relations", *drawn.values())}
    more = pd.DataFrame(
        [("finsa", "vynmsa", 60), ("finsa", "vesta", 40)], columns=["developer_id", "parent_id", "share_pct"]
    )
    more = more.assign(
        relation="subsidiary_of", from_year=pd.array([2010, 2010], dtype="Int64"), source_ids="finsa_blog_2024"
    )
    relations = pd.concat([layers["party_relations"], more], ignore_index=True)
    tables = {
        name: (gpd if LAYERS[name].geometry else pd).read_parquet(built / "tables" / f"{name}.parquet")
        for name in TABLES
    }
    write_atlas(
        tables | {"party_relations": relations}, {name: layers[layer] for name, layer in drawn.items()},
        about=about(study, tables), path=tmp_path / "atlas.html",
    )  # fmt: skip
    page = opened(file=tmp_path / "atlas.html").page
    told = dict(page.evaluate("() => [...Corredor.holdings.sizes(Corredor.holdings.study()).owners]"))
    held = run_controllers(layers | {"party_relations": relations}, study.parameters)
    held = held[held["park_id"].isin(tables["parks"].loc[tables["parks"]["study_set"], "park_id"])]
    assert told == pytest.approx(held.groupby("developer_id")["share"].sum().to_dict())
    assert "finsa" not in told
    page.evaluate("() => Corredor.openAbout()")
    expect(page.locator("#about-controller")).to_contain_text("La propiedad es la del año 2018.")
    expect(page.locator("#about-controller")).to_contain_text("cuentan como los de su propietario último")


def test_a_promoter_is_not_given_a_share(opened: Any) -> None:
    page = opened(fragment="#thing=developers/fidepar").page
    expect(section(page, "share")).to_contain_text("No controla ningún parque del conjunto de estudio")
    expect(section(page, "curve")).to_have_count(0)
    expect(section(page, "its_parks").locator("h4").first).to_contain_text("no dueño")


def test_a_party_has_its_own_curve_or_the_pooled_one_and_says_which(opened: Any, built: Path) -> None:
    curves = table(built, "curves").query("statistic == 'm'")
    page = opened(fragment="#thing=developers/finsa").page
    for party, subject, words in (
        ("finsa", "owner", "M(r) de los parques de FINSA"),
        ("bermudez", "owners_pooled", "todos los propietarios juntos"),
    ):
        select(page, "developers", party)
        expect(section(page, "curve").locator("figcaption")).to_contain_text(words)
        row = curves[(curves["subject"] == subject) & (curves["r_km"] == 25)].iloc[0]
        told = section(page, "curve").locator("figure > p").first.text_content()
        assert f"pesan {row['observed']:.1f} veces" in told
        assert section(page, "curve").locator("svg circle").count() == (curves["subject"] == subject).sum()
    expect(section(page, "curve")).to_contain_text("Más juntos de lo que da el azar, de 5 a 400 km.")
    select(page, "developers", "finsa")
    expect(section(page, "curve")).to_contain_text("No se distinguen del azar.")


def test_the_list_of_parties_leads_to_their_cards(opened: Any, built: Path) -> None:
    page = opened().page
    tool(page, "owners")
    expect(page.locator("#owners h2")).to_be_focused()
    controlled = table(built, "developers").sort_values("parks_controlled", ascending=False)["parks_controlled"]
    told = page.locator("#owners .thing-note").all_text_contents()
    assert [numbers(text)[0] for text in told[:10]] == controlled.iloc[:10].tolist()
    page.locator("#owners-filter").fill("bermudez")
    expect(page.locator("#owners .thing")).to_have_count(1)
    page.locator("#owners .thing").click()
    expect(page.locator("#card-title")).to_have_text("Grupo Bermúdez")


# ---- published figures


def test_published_figures_of_a_party_stand_beside_the_inventorys(opened: Any, built: Path) -> None:
    page = opened(fragment="#thing=developers/finsa").page
    finsa = table(built, "developers").set_index("developer_id").loc["finsa"]
    rows = [re.sub(r"\s+", " ", text) for text in section(page, "claims").locator("tbody tr").all_inner_texts()]
    for words in ("25", "24", "8"):
        assert any("parks operated" in row and f" {words} " in f"{row} " for row in rows), words
    own = section(page, "claims").locator("tr.own")
    assert number(own.first.locator(".claim-value").text_content()) == finsa["parks"]
    assert number(own.nth(1).locator(".claim-value").text_content()) == finsa["reported_parks"]


@pytest.mark.parametrize(
    ("table_name", "key", "there", "missing"),
    [
        ("parks", "chh-juarez-antonio-j-bermudez", ["parks founded in Juárez", "TNCs in Parque Bermúdez"], ["Finsa"]),
        ("parks", "gua-silao-de-la-victoria-guanajuato-puerto-interior", ["Puerto Interior, Silao"], ["Finsa"]),
        ("states", "11", ["industrial parks", "47"], ["Finsa"]),
        ("national", "México", ["564", "516"], ["Apodaca"]),
    ],
)
def test_published_figures_stand_on_the_cards_they_speak_of(
    table_name: str, key: str, there: list[str], missing: list[str], opened: Any
) -> None:
    page = opened().page
    select(page, table_name, key)
    told = section(page, "claims").text_content()
    assert all(words in told for words in there)
    assert not any(words in told for words in missing)


def test_the_inventorys_own_count_stands_beside_the_published_ones_of_an_area(opened: Any, built: Path) -> None:
    page = opened().page
    state = table(built, "states").set_index("cve_ent").loc["11"]
    select(page, "states", "11")
    own = section(page, "claims").locator("tr.own")
    expect(own).to_have_count(1)
    assert number(own.locator(".claim-value").text_content()) == state["parks_study_set"]
    expect(own).to_contain_text(f"{state['parks']} filas en total")


def test_a_park_that_shares_a_word_with_a_party_does_not_get_its_figures(opened: Any) -> None:
    page = opened().page
    select(page, "parks", "nle-apodaca-alianza")
    expect(section(page, "claims")).to_have_count(0)


# ---- comparison


def test_two_states_stand_side_by_side(opened: Any, built: Path, parks: pd.DataFrame) -> None:
    page = opened().page
    tool(page, "compare")
    dialog = page.locator("#compare")
    expect(page.locator("#compare-title")).to_be_focused()
    page.locator("#compare-0").select_option(label="Nuevo León")
    page.locator("#compare-1").select_option(label="Querétaro")
    expect(page.locator("#compare-1")).to_be_focused()
    states = table(built, "states").set_index("name")
    for column in ("pop_2020", "wage_daily_mxn", "parks", "parks_study_set", "auto_parts_plants", "lq_3363"):
        told = dialog.locator(f"tr[data-column={column}] td").all_text_contents()
        assert [number(text) for text in told] == pytest.approx(
            [round(states.loc[name, column], 2) for name in ("Nuevo León", "Querétaro")]
        ), column
    expect(dialog.locator("svg.chart")).to_have_count(3)
    for chart in dialog.locator("svg.chart").all():
        assert chart.get_attribute("role") == "img"
        named = chart.get_attribute("aria-labelledby").split()
        assert all(page.locator(f"#{each}").text_content().strip() for each in named)
        assert chart.locator(".axis-name").count() == 2
    known = parks[parks["study_set"] & (parks["state"] == "Nuevo León")]
    said = dialog.locator("figure").nth(1).locator(".note").first.text_content()
    assert f"de {len(known)} parques" in said
    assert fragment(page)["compare"] == "states/19/22"
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("[data-tool=compare]")).to_be_focused()
    assert "compare" not in fragment(page)


def test_the_wage_chart_stands_on_the_distances_of_the_study(opened: Any, built: Path) -> None:
    study = load_study()
    places = state_places(
        table(built, "municipalities"),
        gpd.read_parquet(built / "tables" / "border.parquet"),
        capital=study.study.capital,
    )
    page = opened().page
    told = page.evaluate("() => Corredor.json('data-state-places')")
    assert {code: km for code, (km,) in told.items()} == pytest.approx(places["border_km"].to_dict(), abs=0.051)


@pytest.mark.parametrize("kind", ["metro_areas", "municipalities", "corridor", "developers"])
def test_other_pairs_can_be_compared_too(kind: str, opened: Any) -> None:
    page = opened().page
    tool(page, "compare")
    page.locator("#compare-kind").select_option(kind)
    dialog = page.locator("#compare")
    assert dialog.locator("thead th").count() == 2
    assert dialog.locator("tbody tr").count() >= 8
    assert dialog.locator("svg.chart").count() >= 2
    picked = [page.locator(f"#compare-{at}").evaluate("(node) => node.selectedOptions[0].text") for at in (0, 1)]
    assert dialog.locator("thead th").all_text_contents() == picked
    page.evaluate("() => Corredor.setLanguage('en')")
    expect(page.locator("#compare-title")).to_have_text("Compare")
    assert dialog.locator("svg.chart .axis-name").first.text_content() in {
        "Distance to the border (km)",
        "Controllers, smallest first",
    }


def test_a_card_starts_a_comparison_with_itself(opened: Any) -> None:
    page = opened(fragment="#thing=developers/vynmsa").page
    page.locator("#card [data-action=compare]").click()
    expect(page.locator("#compare thead th").first).to_have_text("VYNMSA")


def test_the_histogram_counts_the_parks_and_follows_the_filters(opened: Any, parks: pd.DataFrame) -> None:
    page = opened(fragment="#compare=states/08/11").page
    figure = page.locator("#compare figure").nth(2)
    for name in ("Chihuahua", "Guanajuato"):
        mine = parks[parks["state"] == name]
        expect(figure).to_contain_text(f"{name}: {mine['lon'].notna().sum()} parques con ubicación de {len(mine)}")
    page.evaluate("() => Corredor.filters.set('kind', ['industrial_zone'])")
    mine = parks[(parks["state"] == "Chihuahua") & (parks["kind"] == "industrial_zone")]
    assert mine["lon"].notna().any()
    expect(figure).to_contain_text(f"Chihuahua: {mine['lon'].notna().sum()} parques con ubicación de {len(mine)}")
    expect(page.locator("#compare .callout")).to_contain_text("siguen los filtros")


# ---- measuring


def test_distances_are_geodesics(opened: Any) -> None:
    page = opened().page
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(-118, -86, (2, 60)), rng.uniform(14, 33, (2, 60))
    ours = page.evaluate(
        """([lon, lat]) => lon[0].map((_, at) => Corredor.geodesic.distance(
             { lon: lon[0][at], lat: lat[0][at] }, { lon: lon[1][at], lat: lat[1][at] }))""",
        [lon.tolist(), lat.tolist()],
    )
    assert ours == pytest.approx(GEOD.inv(lon[0], lat[0], lon[1], lat[1])[2], rel=1e-9)
    for one, other in (
        ((0, 0), (0, 0)),
        ((0, 0), (0, 10)),
        ((0, 0), (10, 0)),
        ((0, 0), (179.9, 0.1)),
        ((0, 90), (0, -90)),
    ):
        told = page.evaluate(
            "([a, b]) => Corredor.geodesic.distance({ lon: a[0], lat: a[1] }, { lon: b[0], lat: b[1] })", [one, other]
        )
        assert told == pytest.approx(GEOD.inv(*one, *other)[2], rel=6e-3, abs=1e-6)
    way = page.evaluate("() => Corredor.geodesic.along({ lon: -117, lat: 32 }, { lon: -87, lat: 20 })")
    assert len(way) > 50
    x, y = [each["lon"] for each in way], [each["lat"] for each in way]
    assert GEOD.line_length(x, y) == pytest.approx(GEOD.inv(-117, 32, -87, 20)[2], rel=1e-4)


def search_for(page: Page, text: str) -> None:
    page.keyboard.press("/")
    page.locator("#search").fill(text)
    page.keyboard.press("Enter")


def test_two_searched_places_are_measured_without_a_mouse(opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    page.locator("[data-tool=measure]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#measure")).to_be_visible()
    one, other = "chh-juarez-antonio-j-bermudez", "que-colon-aerotech"
    for park in (one, other):
        search_for(page, parks.loc[park, "name"])
    ends = parks.loc[[one, other]]
    metres = GEOD.inv(*ends[["lon", "lat"]].iloc[0], *ends[["lon", "lat"]].iloc[1])[2]
    told = numbers(page.locator("#measure-total").text_content())
    assert told == [round(metres / 1000), round(metres / 1609.344)]
    assert page.locator("#measure .stop-name").first.text_content().startswith(ends["name"].iloc[0])
    expect(page.locator("#measure .stop-name").first).to_contain_text("±")
    expect(page.locator("#card")).to_be_hidden()
    page.locator("[data-measure=undo]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#measure .stops li")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#measure")).to_be_hidden()
    expect(page.locator("[data-tool=measure]")).to_be_focused()


def test_clicks_measure_legs_and_the_address_keeps_them(opened: Any) -> None:
    page = opened(fragment="#view=6/26.2/-105.9").page
    tool(page, "measure")
    box = page.locator(".folium-map").bounding_box()
    for x, y in ((420, 180), (520, 300), (520, 300), (620, 180)):
        page.mouse.click(box["x"] + x, box["y"] + y)
    expect(page.locator("#measure .stop-leg")).to_have_count(3)
    expect(page.locator("#measure .stop-leg").nth(1)).to_contain_text("0 m")
    assert page.evaluate("() => Corredor.map.getZoom()") == 6
    total = page.locator("#measure-total").text_content()
    page.wait_for_timeout(900)
    kept = page.url.partition("#")[2]
    again = opened(fragment=f"#{kept}").page
    assert again.locator("#measure-total").text_content() == total
    again.locator("[data-measure=clear]").click()
    expect(again.locator("#measure .stops li")).to_have_count(0)
    tool(again, "measure")
    again.mouse.click(box["x"] + 420, box["y"] + 180)
    expect(again.locator("#measure")).to_be_hidden()


# ---- the address


def test_the_address_brings_everything_back(opened: Any, built: Path) -> None:
    page = opened().page
    switch(page, "auto_parts_plants")
    page.locator("#colour-parks").select_option(label="Confianza")
    page.evaluate("() => Corredor.filters.set('state', ['08', '11'])")
    page.get_by_role("button", name="English").click()
    select(page, "states", "08")
    wait_for_rest(page)
    kept = fragment(page)
    assert kept["lang"] == "en"
    assert kept["colour"] == "parks:confidence"
    assert kept["thing"] == "states/08"
    again = opened(fragment="#" + page.url.partition("#")[2]).page
    assert fragment(again) == kept
    expect(again.locator("#card-title")).to_have_text("Chihuahua")
    expect(again.locator("#switch-auto_parts_plants")).to_be_checked()
    expect(again.locator("html")).to_have_attribute("lang", "en")
    assert again.evaluate("() => Corredor.filters.get('state')") == ["08", "11"]


def test_an_address_typed_into_an_open_page_is_followed(opened: Any) -> None:
    page = opened(fragment="#thing=states/08").page
    page.evaluate("() => { location.hash = '#lang=en&thing=states/11'; }")
    expect(page.locator("#card-title")).to_have_text("Guanajuato")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.evaluate(
        "() => { location.hash = '#thing=nothing/1&view=a/b/c&measure=x&compare=states/1/2&colour=parks:none'; }"
    )
    expect(page.locator("#card")).to_be_hidden()
    expect(page.locator("#measure")).to_be_hidden()


def test_the_link_is_copied_or_shown_to_be_copied(opened: Any) -> None:
    page = opened(permissions=["clipboard-read", "clipboard-write"]).page
    page.evaluate(
        "() => { window.copied = null; navigator.clipboard.writeText = async (text) => { window.copied = text; }; }"
    )
    tool(page, "link")
    expect(page.locator("#toast")).to_contain_text("Enlace copiado")
    assert page.evaluate("() => window.copied === location.href")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    tool(page, "link")
    expect(page.locator("#link-address")).to_be_focused()
    assert page.locator("#link-address").input_value() == page.url
    page.keyboard.press("Escape")
    expect(page.locator("#toast")).to_be_hidden()


# ---- paper


def test_it_prints_one_sheet(opened: Any, tmp_path: Path) -> None:
    page = opened(fragment="#thing=developers/finsa&lang=es", color_scheme="dark").page
    wait_for_rest(page)
    before = page.evaluate("() => [Corredor.map.getZoom(), Corredor.map.getCenter().lng]")
    paper = page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True, print_background=True)
    assert re.findall(rb"/Count (\d+)", paper) == [b"1"]
    (width, height), *rest = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)
    assert not rest
    assert (float(width), float(height)) == pytest.approx((841.9, 595.3), abs=1)
    assert page.evaluate("() => [Corredor.map.getZoom(), Corredor.map.getCenter().lng]") == pytest.approx(
        before, abs=1e-6
    )
    expect(page.locator("#print-head")).to_have_count(0)
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#print-head h1")).to_have_text("Parques industriales y corredor automotriz de México")
    expect(page.locator("#print-head")).to_contain_text("FINSA")
    expect(page.locator("#print-side")).to_contain_text("Parques industriales: tipo")
    expect(page.locator("#print-side")).not_to_contain_text("Plantas de autopartes")
    expect(page.locator("#print-foot")).to_contain_text("2026-11")
    expect(page.locator("#print-foot")).to_contain_text("OpenStreetMap")
    expect(page.locator(".leaflet-control-scale-line")).to_be_visible()
    assert page.locator("button:visible, select:visible, input:visible").count() == 0
    assert page.evaluate("() => Corredor.theme()") == "light"
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#card")).to_be_visible()
    assert page.evaluate("() => Corredor.theme()") == "dark"


def test_the_legend_fits_the_sheet_however_many_layers_are_on(opened: Any) -> None:
    page = opened().page
    page.evaluate("() => { for (const key of Corredor.layers.keys()) Corredor.setShown(key, true); }")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(
        "() => document.querySelector('#print-side').scrollHeight <= document.querySelector('#print-side').clientHeight"
    )
    assert page.evaluate(
        "() => document.querySelector('#print-side').scrollWidth <= document.querySelector('#print-side').clientWidth"
    )
    names = page.locator("#print-side .print-layer").all_text_contents()
    assert len(names) == len(page.locator("#layer-list .layer[data-shown=true]").all())


# ---- the tour


def test_the_tour_is_offered_once_and_goes_by_keyboard(opened: Any) -> None:
    page = opened().page
    expect(page.locator("#invite")).to_be_visible()
    page.locator("#invite button").first.click()
    expect(page.locator("#invite")).to_have_count(0)
    for step in range(1, 7):
        expect(page.locator("#tour-title")).to_be_focused()
        expect(page.locator(".tour-count")).to_have_text(f"{step} de 6")
        box = page.locator("#tour").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= DESKTOP[0]
        assert box["y"] + box["height"] <= DESKTOP[1]
        page.keyboard.press("ArrowRight")
    expect(page.locator("#tour")).to_be_hidden()
    expect(page.locator("[data-tool=tour]")).to_be_focused()
    tool(page, "tour")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".tour-count")).to_have_text("1 de 6")
    page.keyboard.press("Escape")
    expect(page.locator("#tour")).to_be_hidden()
    page.wait_for_timeout(900)
    again = opened(fragment="#" + page.url.partition("#")[2]).page
    expect(again.locator("#invite")).to_have_count(0)
    expect(again.locator("#tour")).to_be_hidden()


def test_a_phone_reaches_every_tool(opened: Any) -> None:
    page = opened(PHONE, has_touch=True, is_mobile=True).page
    assert page.locator("[data-tool]").evaluate_all("(nodes) => nodes.map((node) => node.dataset.tool)") == TOOLS
    wide = "() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
    tool(page, "owners")
    expect(page.locator("#owners")).to_be_visible()
    tool(page, "measure")
    page.touchscreen.tap(120, 300)
    page.touchscreen.tap(250, 380)
    expect(page.locator("#measure .stop-leg")).to_have_count(1)
    assert page.evaluate(wide) == 0
    page.locator("[data-measure=end]").click()
    tool(page, "compare")
    assert page.evaluate("() => document.querySelector('#compare').scrollWidth") <= PHONE[0]
    page.locator("#compare .close").click()
    tool(page, "tour")
    for _ in range(5):
        box = page.locator("#tour").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE[0]
        page.locator("#tour .main").click()


# ---- for everybody


def open_compare(page: Page) -> None:
    page.evaluate("() => Corredor.compare()")


def open_measure(page: Page) -> None:
    page.evaluate("() => { location.hash = '#measure=31.7/-106.4,25.7/-100.3'; }")


def open_tour(page: Page) -> None:
    page.evaluate("() => Corredor.startTour()")


VIEWS = {
    "compare": open_compare,
    "owners": lambda page: page.evaluate("() => Corredor.showView('owners')"),
    "measure": open_measure,
    "tour": open_tour,
    "branch": lambda page: select(page, "corridor", "trunk"),
    "country": lambda page: select(page, "national", "México"),
    "link": lambda page: page.evaluate(
        "() => Corredor.toast('x', Corredor.el('input', { 'aria-label': 'x', readonly: true }))"
    ),
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("lang", "theme", "size"), [("es", "light", DESKTOP), ("en", "dark", PHONE)])
def test_new_views_keep_the_rules_of_accessibility(
    view: str, lang: str, theme: str, size: tuple[int, int], opened: Any
) -> None:
    page = opened(size, fragment=f"#lang={lang}", color_scheme=theme).page
    VIEWS[view](page)
    page.wait_for_timeout(900)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]})
    assert [
        f"{each['id']}: {node['html'][:140]}" for each in found.response["violations"] for node in each["nodes"]
    ] == []
    small = page.locator("button:visible, select:visible, input:visible").evaluate_all(
        "(nodes) => nodes.map((node) => [node.outerHTML.slice(0, 90), node.getBoundingClientRect()])"
        ".filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)"
    )
    assert [text for text in small if "switch" not in text] == []


def test_hostile_names_stay_text_in_the_new_views(opened: Any, hostile_atlas: Path) -> None:
    page = opened(file=hostile_atlas).page
    for at in range(len(HOSTILE)):
        page.evaluate("(row) => Corredor.compare({ table: 'developers', row })", at)
        assert page.locator("#compare thead th").first.text_content() == HOSTILE[at]
        page.evaluate("() => document.querySelector('#compare').close()")
        page.evaluate("(row) => Corredor.select({ table: 'developers', row })", at)
        page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
        page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    page.evaluate("() => Corredor.showView('owners')")
    with_parks = {
        name
        for at, name in enumerate(HOSTILE)
        if page.evaluate("(row) => Corredor.table('developers').value(row, 'parks')", at)
    }
    assert with_parks
    assert with_parks <= set(page.locator("#owners .thing-name").all_text_contents())
    tool(page, "measure")
    search_for(page, HOSTILE[0])
    assert page.locator("#measure .stop-name").first.text_content().startswith(HOSTILE[0])
    assert page.locator("img, iframe, object, embed").count() == 0
    assert page.evaluate("() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth") == 0
