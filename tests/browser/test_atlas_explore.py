"""Layers, filters, years, tables and downloads of the atlas, driven as a person would."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from driver import DESKTOP, HOSTILE, PHONE, colours, number, switch
from playwright.sync_api import Page, expect

from geo.export.style import LAYER_STYLES
from geo.schema import LAYERS

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


@pytest.fixture(scope="session")
def tables(built: Path) -> Any:
    return lambda name: pd.read_parquet(built / "tables" / f"{name}.parquet")


def legend(page: Page, key: str, part: int = 0) -> dict[str, int]:
    """Return the counts of a legend by class."""
    rows = page.locator(f"[data-legend={key}] .legend-rows").nth(part).locator(".legend-row")
    return dict(
        rows.evaluate_all(
            """(nodes) => nodes.map((node) => [node.dataset.class,
                 Number(node.querySelector(".legend-count").textContent.replaceAll(",", ""))])"""
        )
    )


def by_style(frame: pd.DataFrame, key: str, at: int) -> dict[str, int]:
    """Return how many rows of a table fall in each class, by the style table's own rules."""
    styling = LAYER_STYLES[key].stylings[at]
    values = frame[styling.column].astype(object).where(frame[styling.column].notna(), None)
    if styling.instead is not None:
        instead = frame[styling.instead].astype(object)
        values = values.where(values.notna(), instead.where(instead.notna(), None))
    gates = frame[styling.gate].fillna(value=False) if styling.gate else pd.Series(data=True, index=frame.index)
    found = [styling.classify(value, passes=bool(gate)) for value, gate in zip(values, gates, strict=True)]
    return pd.Series([each.key for each in found if each is not None]).value_counts().to_dict()


def choose(page: Page, facet: str, value: str) -> None:
    box = page.locator("#filter-box")
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    page.locator(f"#filter-{facet}").select_option(f"={value}")


def shown_count(page: Page) -> int:
    return int(number(page.locator(".pills-count").text_content() or ""))


# --- layers ---


@pytest.mark.parametrize("at", [0, 1, 3, 4])
def test_parks_are_counted_in_the_classes_of_every_colouring(at: int, opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    page.locator("#colour-parks").select_option(index=at)
    counts = {key: count for key, count in legend(page, "parks").items() if count}
    assert counts == by_style(parks[parks["lon"].notna()], "parks", at)


def test_the_largest_developers_have_colours_and_the_rest_are_other_or_unknown(
    opened: Any, parks: pd.DataFrame, tables: Any
) -> None:
    page = opened().page
    page.locator("#colour-parks").select_option(label="Desarrollador")
    links = tables("park_developers").query("role == 'developer'").drop_duplicates(["park_id", "developer_id"])
    largest = links["developer_id"].value_counts().sort_index(kind="stable").sort_values(ascending=False, kind="stable")
    names = tables("developers").set_index("developer_id")["name"]
    assert page.locator("[data-legend=parks] .legend-words").all_text_contents()[:7] == [
        names[each] for each in largest.index[:7]
    ]
    counts = legend(page, "parks")
    located = parks[parks["lon"].notna()]
    assert counts["no_data"] == (~located["park_id"].isin(links["park_id"])).sum()
    assert sum(counts.values()) == len(located)


def test_parks_are_sized_by_area_and_by_plants(opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    located = parks[parks["lon"].notna()]
    before = colours(page)
    page.locator("#size-parks").select_option(label="Superficie")
    sizes = legend(page, "parks", 1)
    assert sizes["no_data"] == located["area_ha"].isna().sum()
    assert sizes["from_500"] == (located["area_ha"] >= 500).sum()
    page.locator("#size-parks").select_option(label="Plantas en el registro")
    assert legend(page, "parks", 1)["from_0"] == (located["plants_registered"] == 0).sum()
    assert colours(page) != before
    expect(page).to_have_url(re.compile("size=plants_registered"))


def test_ownership_excess_tells_the_significant_from_the_rest(opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    switch(page, "ownership")
    expect(page.locator("#switch-parks")).not_to_be_checked()
    located = parks[parks["lon"].notna()]
    counts = {key: count for key, count in legend(page, "ownership").items() if count}
    assert counts == by_style(located, "ownership", 0)
    assert counts["not_significant"] == (located["owner_excess_significant"] == False).sum()  # noqa: E712


@pytest.mark.parametrize("at", range(len(LAYER_STYLES["municipalities"].stylings)))
def test_municipalities_are_counted_in_the_classes_of_every_colouring(at: int, opened: Any, tables: Any) -> None:
    page = opened().page
    switch(page, "municipalities")
    page.locator("#colour-municipalities").select_option(index=at)
    counts = {key: count for key, count in legend(page, "municipalities").items() if count}
    assert counts == by_style(tables("municipalities"), "municipalities", at)


def test_wages_follow_the_year_of_the_slider(opened: Any, tables: Any) -> None:
    page = opened().page
    switch(page, "states_wage")
    wages = tables("wages").query("measure == 'imss_sbc_daily_mxn' and month.isna()")
    styling = LAYER_STYLES["states_wage"].stylings[0]
    for year in (2022, 2006):
        page.locator("#wage-year").evaluate(
            """(node, year) => { node.value = year - 2006; node.dispatchEvent(new Event("input")); }""", year
        )
        expect(page.locator("[data-legend=states_wage] output")).to_have_text(str(year))
        found = wages[wages["year"] == year]["value"].map(lambda value: styling.classify(value).key)  # type: ignore[union-attr]
        assert {key: n for key, n in legend(page, "states_wage").items() if n} == found.value_counts().to_dict()
    expect(page).to_have_url(re.compile("wages=2006"))


def test_the_density_surface_is_drawn_over_the_land(opened: Any) -> None:
    page = opened().page
    before = colours(page)
    switch(page, "density")
    assert colours(page) != before
    counts = legend(page, "density")
    cells = page.evaluate("() => Corredor.layers.get('density').cells.length")
    assert sum(counts.values()) == cells > 1000
    switch(page, "states_wage")
    expect(page.locator("#switch-density")).not_to_be_checked()


def test_a_chosen_developers_parks_are_ringed_by_role(opened: Any, tables: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    switch(page, "developers")
    expect(page.locator("[data-legend=developers]")).to_contain_text("Elija quién")
    page.locator("#party").select_option("finsa")
    mine = tables("park_developers").query("developer_id == 'finsa'")["park_id"].unique()
    located = parks.loc[mine, "lon"].notna().sum()
    assert sum(legend(page, "developers").values()) == located
    expect(page.locator("[data-legend=developers] [data-action=unlocated]")).to_have_text(
        f"{len(mine) - located} sin ubicación"
    )
    expect(page).to_have_url(re.compile("party=finsa"))


# --- filters ---


def test_filters_count_the_parks_that_the_table_has(opened: Any, parks: pd.DataFrame, tables: Any) -> None:
    page = opened().page
    choose(page, "state", "11")
    kept = parks[parks["cve_ent"] == "11"]
    assert shown_count(page) == len(kept)
    choose(page, "kind", "industrial_park")
    kept = kept[kept["kind"] == "industrial_park"]
    expect(page.locator(".pills-count")).to_have_text(f"{len(kept)} de {len(parks)} parques")
    assert sum(legend(page, "parks").values()) == kept["lon"].notna().sum()
    expect(page.locator("[data-count=parks]")).to_have_text(str(kept["lon"].notna().sum()))
    plants = tables("assembly_plants").query("cve_ent == '11' and lon.notna()")
    expect(page.locator("[data-count=assembly_plants]")).to_have_text(str(len(plants)))
    page.locator("#tabs [data-view=unlocated]").click()
    expect(page.locator("#unlocated .thing")).to_have_count(int(kept["lon"].isna().sum()))


def test_chips_take_a_filter_off_and_reset_takes_all_off(opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    expect(page.locator("#chips")).to_be_hidden()
    choose(page, "state", "19")
    choose(page, "confidence", "high")
    chips = page.locator("#chips .pill")
    expect(chips).to_have_count(2)
    assert chips.first.get_attribute("aria-label") == "Quitar el filtro Entidad: Nuevo León"
    chips.first.click()
    expect(chips).to_have_count(1)
    expect(chips.first).to_be_focused()
    assert page.locator("#filter-state").input_value() == "*"
    assert shown_count(page) == (parks["confidence"] == "high").sum()
    choose(page, "state", "19")
    page.locator("#chips .link").click()
    expect(page.locator("#chips")).to_be_hidden()
    assert sum(legend(page, "parks").values()) == parks["lon"].notna().sum()


def test_filters_that_nothing_meets_say_so(opened: Any) -> None:
    page = opened(fragment="#filter=state~31;developer~finsa").page
    expect(page.locator(".pills-count")).to_have_text("Ningún parque cumple estos filtros.")
    page.locator("[data-open-table]").click()
    expect(page.locator(".table-empty")).to_be_visible()
    expect(page.locator("[data-save=csv]")).to_be_disabled()


@pytest.mark.parametrize(
    ("facet", "column", "value"),
    [
        ("metro", "metro_area", "Monterrey"),
        ("branch", "corridor_branch", "bajio"),
        ("owner", "owner_kind", "public"),
        ("owner", "owner_kind", ""),
        ("study", "study_set", "true"),
    ],
)
def test_every_facet_keeps_what_its_column_says(
    facet: str, column: str, value: str, opened: Any, parks: pd.DataFrame
) -> None:
    page = opened().page
    choose(page, facet, value)
    wanted = {"": None, "true": True}.get(value, value)
    kept = parks[column].isna() if wanted is None else parks[column] == wanted
    assert shown_count(page) == kept.sum()


def test_the_developer_filter_keeps_the_parks_it_developed_and_says_so_in_the_tables(opened: Any, tables: Any) -> None:
    page = opened().page
    choose(page, "developer", "finsa")
    mine = tables("park_developers").query("developer_id == 'finsa' and role == 'developer'")["park_id"].nunique()
    assert shown_count(page) == mine
    page.evaluate("() => Corredor.openTable('developers')")
    expect(page.locator("table.rows tbody tr")).to_have_count(1)


def test_plants_follow_state_metropolitan_area_and_branch_but_not_the_kind_of_park(opened: Any, tables: Any) -> None:
    page = opened().page
    switch(page, "establishments")
    plants = tables("establishments")
    choose(page, "kind", "complex")
    assert sum(legend(page, "establishments").values()) == len(plants)
    choose(page, "metro", "Querétaro")
    assert sum(legend(page, "establishments").values()) == (plants["metro_area"] == "Querétaro").sum()


def test_the_choices_of_a_filter_count_what_they_would_leave(opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    choose(page, "state", "08")
    kinds = page.locator("#filter-kind option").all_text_contents()[1:]
    left = parks[parks["cve_ent"] == "08"]["kind"].value_counts()
    assert sorted(int(re.search(r"\((\d+)\)$", text)[1]) for text in kinds) == sorted(left)  # type: ignore[index]


def test_scripts_can_ask_and_listen(opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    told = page.evaluate(
        """() => {
          let heard = 0;
          Corredor.filters.on("change", () => heard++);
          Corredor.filters.set("state", ["11"]);
          const table = Corredor.table("parks");
          const kept = Corredor.filters.rows("parks");
          return [heard, kept.length, kept.every((row) => table.value(row, "cve_ent") === "11"),
            Corredor.filters.passes("sources", 0)];
        }"""
    )
    assert told == [1, (parks["cve_ent"] == "11").sum(), True, True]


def test_a_filter_change_redraws_within_150_ms_with_all_establishments_on(opened: Any) -> None:
    page = opened().page
    switch(page, "establishments")
    page.wait_for_timeout(500)
    took = page.evaluate(
        """async () => {
          const frame = () => new Promise((done) => requestAnimationFrame(done));
          const times = [];
          for (const state of ["11", "19", "08", "02", "28"]) {
            await frame();
            const start = performance.now();
            Corredor.filters.set("state", [state]);
            await frame();
            await new Promise((done) => setTimeout(done));
            times.push(performance.now() - start);
          }
          Corredor.filters.set("state", []);
          await frame();
          const start = performance.now();
          Corredor.filters.set("kind", ["industrial_park"]);
          await frame();
          await new Promise((done) => setTimeout(done));
          times.push(performance.now() - start);
          return times.sort((one, other) => one - other);
        }"""
    )
    assert took[len(took) // 2] < 150


# --- years ---


def years(parks: pd.DataFrame) -> pd.Series:
    return parks["opened_year"].fillna(parks["first_seen_year"])


def test_the_slider_shows_the_parks_up_to_a_year_and_the_undated_as_asked(opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    page.locator("#time-box summary").click()
    dated = years(parks)
    share = f"{dated.notna().sum()} de {len(parks)} parques ({round(100 * dated.notna().mean())}"
    expect(page.locator("#time-box .legend-note")).to_contain_text(share)
    expect(page.locator("#time-box")).to_contain_text("«2004» quiere decir 2004 o antes")
    slider = page.locator("#time-year")
    assert slider.get_attribute("min") == str(dated.min())
    slider.fill("2010")
    assert shown_count(page) == (dated <= 2010).sum() + dated.isna().sum()
    expect(slider).to_have_attribute("aria-valuetext", "hasta 2010")
    page.locator("label.check", has_text="sin año").click()
    assert shown_count(page) == (dated <= 2010).sum()
    kept = parks[(dated <= 2010) & parks["lon"].notna()]
    assert sum(legend(page, "parks").values()) == len(kept)
    expect(page.locator("#chips .pill")).to_have_count(2)
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert shown_count(page) == (dated <= 2009).sum()


def test_it_plays_the_years_unless_motion_is_unwelcome(opened: Any) -> None:
    page = opened().page
    page.locator("#time-box summary").click()
    page.locator("#play").click()
    expect(page.locator("#time-shown")).to_have_text("hasta 2002", timeout=5000)
    page.locator("#play").click()
    still = opened(reduced_motion="reduce").page
    still.locator("#time-box summary").click()
    expect(still.locator("#play")).to_have_count(0)


# --- tables and downloads ---


def test_a_table_is_a_table_that_sorts_and_pages(opened: Any, tables: Any) -> None:
    page = opened().page
    page.locator("[data-open-table]").click()
    expect(page.locator("#table-title")).to_be_focused()
    page.locator("#table-choice").select_option("establishments")
    plants = tables("establishments")
    expect(page.locator("table.rows caption")).to_contain_text(f"{len(plants):,} de {len(plants):,} filas")
    expect(page.locator("table.rows tbody tr")).to_have_count(100)
    assert page.locator("table.rows thead th:not([scope=col])").count() == 0
    assert page.locator("table.rows tbody th[scope=row]").count() == 100
    head = page.locator("th", has=page.locator("[data-sort=first_year]"))
    assert head.get_attribute("aria-sort") == "none"
    page.locator("[data-sort=first_year]").focus()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("[data-sort=first_year]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    page.locator("#table-pager [data-page=last]").click()
    expect(page.locator(".page-words")).to_have_text(re.compile(f"de {len(plants):,}$"))
    expect(page.locator("table.rows tbody tr")).to_have_count(len(plants) % 100 or 100)
    page.locator("#table-words").fill("JUAREZ automotriz")
    assert 0 < page.locator("table.rows tbody tr").count() <= 100
    assert "juárez" in (page.locator("table.rows tbody tr").first.text_content() or "").lower()


def test_a_row_opens_its_card_and_escape_leads_back_to_the_map(opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    page.locator("[data-open-table]").click()
    page.locator("[data-sort=border_km]").click()
    nearest = parks.sort_values("border_km").iloc[0]
    page.locator("table.rows .row-link").first.click()
    expect(page.locator("#card-title")).to_have_text(nearest["name"])
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()
    page.locator("#table-words").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#table-view")).to_be_hidden()
    expect(page.locator("[data-open-table]")).to_be_focused()


def test_every_table_opens_in_both_languages(opened: Any) -> None:
    page = opened(locale="en-US").page
    page.locator("[data-open-table]").click()
    names = page.locator("#table-choice option").evaluate_all("(nodes) => nodes.map((node) => node.value)")
    assert len(names) >= 14
    for name in names:
        page.locator("#table-choice").select_option(name)
        assert page.locator("table.rows tbody tr").count() > 0
        if page.locator("#table-all").count():
            page.locator("#table-all").check()
            columns = page.evaluate("(name) => Corredor.rows.table(name).columns.length", name)
            expect(page.locator("table.rows thead th")).to_have_count(columns)
            page.locator("#table-all").uncheck()
    page.get_by_role("button", name="Español").click()
    expect(page.locator("#table-title")).to_have_text("Tabla")


def test_a_legend_leads_to_its_table_and_back(opened: Any) -> None:
    page = opened().page
    link = page.locator("[data-legend=assembly_plants] [data-action=table]")
    link.click()
    expect(page.locator("#table-choice")).to_have_value("assembly_plants")
    page.locator("#table-view .close").click()
    expect(link).to_be_focused()


def saved(page: Page, kind: str) -> bytes:
    with page.expect_download() as waiting:
        page.locator(f"[data-save={kind}]").click()
    return Path(waiting.value.path()).read_bytes()


def test_the_visible_rows_download_as_csv(opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    choose(page, "state", "11")
    page.locator("[data-open-table]").click()
    page.locator("[data-sort=name]").click()
    raw = saved(page, "csv")
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    kept = parks[parks["cve_ent"] == "11"]
    assert {row["park_id"] for row in rows} == set(kept["park_id"])
    assert [row["name"] for row in rows] == page.locator("table.rows tbody th").all_text_contents()
    published = {column.name for column in LAYERS["parks"].output_columns if column.name in parks}
    assert set(rows[0]) == published
    for row in rows:
        park = kept.loc[row["park_id"]]
        assert row["study_set"] == str(bool(park["study_set"])).lower()
        assert (row["area_ha"] == "") == bool(pd.isna(park["area_ha"]))
        if row["border_km"]:
            assert float(row["border_km"]) == pytest.approx(park["border_km"], abs=5e-4)


def test_the_visible_rows_download_as_geojson(opened: Any, parks: pd.DataFrame, tmp_path: Path, built: Path) -> None:
    page = opened().page
    choose(page, "state", "19")
    page.locator("[data-open-table]").click()
    file = tmp_path / "parks.geojson"
    file.write_bytes(saved(page, "geojson"))
    told = gpd.read_file(file, engine="pyogrio").set_index("park_id")
    kept = parks[parks["cve_ent"] == "19"]
    assert set(told.index) == set(kept["park_id"])
    assert told.crs.to_epsg() == 4326
    layer = gpd.read_file(built / "corredor.gpkg", layer="parks").set_index("park_id")
    assert set(told.columns) - {"id"} == set(layer.columns)
    assert (told.geometry.isna() == kept["lon"].isna().reindex(told.index)).all()
    located = told[told.geometry.notna()]
    assert (located.geometry.x - kept["lon"].reindex(located.index)).abs().max() < 1e-5
    raw = json.loads(file.read_text("utf-8"))
    assert any(feature["geometry"] is None for feature in raw["features"])


@pytest.mark.parametrize(
    ("name", "kind"), [("states", "MultiPolygon"), ("corridor", "LineString"), ("density", "Polygon")]
)
def test_areas_and_lines_download_with_their_drawn_shapes(name: str, kind: str, opened: Any, tmp_path: Path) -> None:
    page = opened().page
    page.evaluate("(name) => Corredor.openTable(name)", name)
    file = tmp_path / f"{name}.geojson"
    file.write_bytes(saved(page, "geojson"))
    told = gpd.read_file(file, engine="pyogrio")
    assert set(told.geometry.geom_type) <= {kind, f"Multi{kind}"}
    west, south, east, north = told.total_bounds
    assert -119 < west < east < -86
    assert 14 < south < north < 33


def test_hostile_names_stay_text_in_tables_filters_and_files(opened: Any, hostile_atlas: Path) -> None:
    page = opened(file=hostile_atlas).page
    scripts = page.locator("script").count()
    page.evaluate(
        """() => {
          const table = Corredor.table("parks");
          for (const [row, text] of ["=1+1", "+1", "-1", "@x", "\\ty", "a,\\"b\\"\\nc"].entries()) {
            table.rows[row + 20][table.byName.get("name").at] = text;
          }
        }"""
    )
    page.locator("[data-open-table]").click()
    page.locator("[data-sort=name]").click()
    assert page.locator("img, iframe, object").count() == 0
    assert page.locator("script").count() == scripts
    for name in HOSTILE[:4]:
        page.locator("#table-words").fill(name[:60])
        assert name in page.locator("table.rows tbody th").all_text_contents()
    page.locator("#table-words").fill("")
    assert page.evaluate("() => document.scrollingElement.scrollWidth") <= DESKTOP[0]
    rows = list(csv.DictReader(saved(page, "csv").decode("utf-8-sig").split("\n")))
    text = saved(page, "csv").decode("utf-8-sig")
    for safe in ("'=1+1", "'+1", "'-1", "'@x", "'\ty", '"a,""b""\nc"'):
        assert f",{safe}," in text
    assert rows
    switch_box = page.locator("#filter-box summary")
    switch_box.click()
    assert HOSTILE[0] in "".join(page.locator("#filter-developer option").all_text_contents())
    page.keyboard.press("Escape")


def test_a_phone_filters_and_reads_tables(opened: Any, parks: pd.DataFrame) -> None:
    page = opened(PHONE, has_touch=True, is_mobile=True).page
    page.get_by_role("button", name="Capas").tap()
    page.locator("#filter-box summary").tap()
    page.locator("#filter-state").select_option("=22")
    page.get_by_role("button", name="Capas").tap()
    assert shown_count(page) == (parks["cve_ent"] == "22").sum()
    page.locator("[data-open-table]").tap()
    expect(page.locator("table.rows")).to_be_visible()
    assert page.evaluate("() => document.scrollingElement.scrollWidth") == PHONE[0]
    for part in ("#table-view", "#table-pager", ".table-head"):
        assert page.locator(part).bounding_box()["width"] <= PHONE[0]
    page.locator("#table-view .close").tap()
    expect(page.locator("#table-view")).to_be_hidden()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_everything_one_can_press_in_these_parts_is_large_enough(size: tuple[int, int], opened: Any) -> None:
    page = opened(size, fragment="#filter=state~19;kind~industrial_park").page
    page.evaluate("() => Corredor.showView('layers')")
    for box in ("#filter-box", "#time-box"):
        page.locator(f"{box} summary").click()
    small = """(nodes) => nodes.map((node) => [node.outerHTML.slice(0, 120), node.getBoundingClientRect()])
      .filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)"""
    what = "button:visible, select:visible, input:visible, label.check:visible, summary:visible"
    assert page.locator(what).evaluate_all(small) == []
    page.evaluate("() => Corredor.openTable('parks')")
    assert page.locator(what).evaluate_all(small) == []
