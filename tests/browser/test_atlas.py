"""The atlas in headless Chromium with the network cut, driven as a person would."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from driver import DESKTOP, PHONE, brightness, colours, fact, number, switch, wait_for_rest
from playwright.sync_api import expect

from geo.schema import LAYERS

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def test_it_opens_with_the_network_cut_and_draws(opened: Any) -> None:
    page = opened().page
    assert page.title() == "Corredor · Parques industriales y corredor automotriz de México"
    expect(page.locator(".leaflet-scene-pane canvas")).to_have_count(1)
    assert colours(page) > 200
    expect(page.locator("#card")).to_be_hidden()


def test_it_is_a_small_file_that_its_own_policy_keeps_quiet(built: Path, opened: Any) -> None:
    assert (built / "atlas.html").stat().st_size < 4_000_000
    result = opened()
    stopped = result.page.evaluate("() => fetch('https://example.org/').then(() => 'went out', () => 'stopped')")
    assert stopped == "stopped"
    assert any("Content Security Policy" in line for line in result.complaints)
    result.complaints.clear()
    result.requests[:] = [url for url in result.requests if url.startswith("file:")]


def test_the_search_box_takes_input_within_two_seconds(opened: Any) -> None:
    page = opened().page
    assert page.evaluate("() => performance.now()") < 2000
    page.keyboard.press("/")
    page.keyboard.type("silao")
    expect(page.locator("#results .result").first).to_contain_text("Silao")


def test_the_language_changes_every_word_without_a_reload(opened: Any) -> None:
    page = opened().page
    page.evaluate("() => { window.kept = true; }")
    spanish = page.locator("#app").inner_text()
    assert "Parques industriales" in spanish
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text("Industrial parks and auto corridor of Mexico")
    english = page.locator("#app").inner_text()
    for word in ("Parques", "Plantas", "Frontera", "Capas", "Acerca", "ubicación", "Buscar"):
        assert word not in english
    assert "Ports of entry" in english
    assert page.get_attribute("#search", "placeholder") == "Search the atlas…"
    assert page.evaluate("() => window.kept")


def test_the_browsers_language_is_the_first_one_and_the_address_remembers_a_choice(opened: Any) -> None:
    result = opened(locale="en-GB")
    page = result.page
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert opened(locale="de-DE").page.get_attribute("html", "lang") == "es"
    page.get_by_role("button", name="Español").click()
    switch(page, "municipalities")
    result.loads = 2
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("#switch-municipalities")).to_be_checked()


def test_a_search_ignores_accents_and_case_and_enter_opens_the_card(opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    page.locator("#search").fill("BERMUDEZ")
    expect(page.locator("#results .result").first).to_contain_text("Bermúdez")
    expect(page.locator("#search")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#card-title")).to_contain_text("Bermúdez")
    expect(page.locator("#card-title")).to_be_focused()
    assert page.locator("#card-title").text_content() in set(parks["name"])
    wait_for_rest(page)
    assert page.evaluate("() => Corredor.map.getZoom()") >= 9


def test_the_keyboard_walks_the_results_and_escape_closes(opened: Any) -> None:
    page = opened().page
    page.locator("#search").fill("finsa")
    first, second = (page.locator("#results .result").nth(at) for at in (0, 1))
    expect(first.locator(".result-name")).to_have_text("FINSA")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(second).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(page.locator("#search")).to_have_attribute("aria-activedescendant", "result-0")
    page.keyboard.press("Enter")
    expect(page.locator("#card .card-kind")).to_have_text("Desarrollador u otra parte")
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()
    page.locator("#search").focus()
    expect(page.locator("#results-box")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#results-box")).to_be_hidden()


def test_a_search_without_an_answer_says_so(opened: Any) -> None:
    page = opened().page
    page.locator("#search").fill("<b>zzz")
    expect(page.locator("#results-note")).to_have_text("Nada con «<b>zzz». Pruebe con menos letras.")


def test_other_names_of_a_park_find_it(opened: Any, parks: pd.DataFrame) -> None:
    park = parks[parks["alt_names"].str.len() > 12].iloc[0]
    page = opened().page
    page.locator("#search").fill(park["alt_names"].split("|")[0])
    expect(page.locator("#results .result-name", has_text=park["name"]).first).to_be_visible()


NUMBERS = {
    "area_ha": 0.05, "plants_registered": 0, "border_km": 0.05, "port_km": 0.05, "port_road_km": 0.05,
    "chainage_km": 0.05, "offset_km": 0.05, "parks_25km": 0, "establishments_25km": 0, "auto_plants_25km": 0,
    "assembly_km": 0.05, "wage_daily_mxn": 0.005, "population_30km": 0, "opened_year": 0, "first_seen_year": 0,
}  # fmt: skip


@pytest.mark.parametrize("which", ["known", "bare", "not located"])
def test_the_card_of_a_park_says_what_the_table_says(which: str, opened: Any, parks: pd.DataFrame) -> None:
    located = parks["lon"].notna()
    chosen = {
        "known": parks[located & parks["area_ha"].notna() & parks["developers"].notna()],
        "bare": parks[located & parks["area_ha"].isna() & parks["developers"].isna()],
        "not located": parks[~located],
    }[which]
    park = chosen.iloc[len(chosen) // 2]
    page = opened(fragment=f"#thing=parks/{park['park_id']}").page
    assert page.locator("#card-title").text_content() == park["name"]
    expect(page.locator(".card-place")).to_contain_text(f"{park['municipality']}, {park['state']}")
    for column, slack in NUMBERS.items():
        said = fact(page, column)
        if pd.isna(park[column]):
            assert said == "sin dato", column
        else:
            assert number(said) == pytest.approx(float(park[column]), abs=slack + 1e-9), column
    for column in ("port_name", "assembly_plant"):
        assert fact(page, column) == ("sin dato" if pd.isna(park[column]) else park[column])
    for column, role in (
        ("owners", "owner"),
        ("developers", "developer"),
        ("promoters", "promoter"),
        ("administrators", "administrator"),
    ):
        said = page.locator(f"#card [data-role={role}] dd")
        if pd.isna(park[column]):
            expect(said).to_have_text("se desconoce")
        else:
            assert said.locator(".thing-name").all_text_contents() == park[column].split("; ")
    expect(page.locator(".sources li")).to_have_count(len(park["source_ids"].split("|")))
    expect(page.get_by_text("Administrar o promover un parque no es ser su dueño.")).to_be_visible()


def test_the_location_error_is_said_and_drawn(opened: Any, parks: pd.DataFrame) -> None:
    park = parks[parks["location_error_m"] == 3000].iloc[0]
    page = opened(fragment=f"#thing=parks/{park['park_id']}").page
    expect(page.locator(".callout")).to_contain_text("menos de 3 km del punto en 9 de cada 10 casos")
    wait_for_rest(page)
    at = page.evaluate(
        """([lat, lon]) => {
          const point = Corredor.map.latLngToContainerPoint([lat, lon]);
          const metres = 40075016.7 * Math.cos(lat * Math.PI / 180) / (256 * 2 ** Corredor.map.getZoom());
          return [point.x, point.y, 3000 / metres];
        }""",
        [park["lat"], park["lon"]],
    )
    assert 30 < at[2] < 150
    darkness = [brightness(page, at[0] + at[2] * share, at[1] + 3) for share in (0.85, 1.25)]
    assert darkness[0] < darkness[1]


def test_a_click_on_the_map_opens_the_card_of_what_lies_there(opened: Any, parks: pd.DataFrame) -> None:
    shared = parks.groupby(["lon", "lat"])["park_id"].transform("size")
    park = parks[(shared == 1) & (parks["cvegeo"] == "30193")].iloc[0]
    page = opened(fragment=f"#view=13/{park['lat']}/{park['lon']}").page
    box = page.locator(".folium-map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + 1, y + 1)
    expect(page.locator(".tip")).to_have_text(park["name"])
    page.mouse.click(x + 1, y + 1)
    expect(page.locator("#card-title")).to_have_text(park["name"])


def test_a_click_on_several_things_lets_one_choose(opened: Any, parks: pd.DataFrame) -> None:
    located = parks[parks["lon"].notna()]
    twins = located[located.duplicated(["lon", "lat"], keep=False)].sort_values(["lon", "lat"])
    first = twins.iloc[0]
    names = set(twins[(twins["lon"] == first["lon"]) & (twins["lat"] == first["lat"])]["name"])
    page = opened(fragment=f"#view=14/{first['lat']}/{first['lon']}").page
    box = page.locator(".folium-map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#card-title")).to_have_text("Varias cosas aquí")
    assert names <= set(page.locator("#card .thing-name").all_text_contents())
    page.locator("#card .thing", has_text=first["name"]).first.click()
    expect(page.locator("#card-title")).to_have_text(first["name"])


def test_a_click_on_the_ground_opens_the_area(opened: Any) -> None:
    page = opened(fragment="#view=9/28.2/-107.8").page
    box = page.locator(".folium-map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)
    expect(page.locator("#card-title")).to_have_text("Chihuahua")
    expect(page.locator("#card .card-kind")).to_have_text("Entidad")
    switch(page, "municipalities")
    page.mouse.click(x, y)
    expect(page.locator("#card .card-kind")).to_have_text("Municipio")


def test_every_switch_shows_its_legend_and_hides_it_again(opened: Any) -> None:
    page = opened().page
    for key, classes in (
        ("auto_parts_plants", 9),
        ("establishments", 3),
        ("states_wage", 5),
        ("municipalities", 6),
        ("highways", 0),
    ):
        legend = page.locator(f"[data-legend={key}]")
        expect(legend).to_have_count(0)
        before = colours(page)
        switch(page, key)
        expect(legend).to_be_visible()
        assert legend.locator(".legend-row").count() >= classes - 1
        assert colours(page) != before
        switch(page, key)
        expect(legend).to_have_count(0)


def test_the_legends_count_what_the_tables_hold(opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    located = parks[parks["lon"].notna()]
    kinds = located["kind"].value_counts()
    counts = [number(text) for text in page.locator("[data-legend=parks] .legend-count").all_text_contents()]
    assert counts[0] == kinds["industrial_park"]
    assert sum(counts) == len(located)
    expect(page.locator("[data-action=unlocated]")).to_have_text(f"{len(parks) - len(located)} sin ubicación")
    page.locator("#colour-parks").select_option(label="Tipo de propietario")
    unknown = page.locator("[data-legend=parks] .legend-row", has_text="Se desconoce").locator(".legend-count")
    assert number(unknown.text_content() or "") == located["owner_kind"].isna().sum()


def test_two_fills_never_lie_over_each_other(opened: Any) -> None:
    page = opened().page
    switch(page, "municipalities")
    switch(page, "states_wage")
    expect(page.locator("#switch-states_wage")).to_be_checked()
    expect(page.locator("#switch-municipalities")).not_to_be_checked()


def test_parks_without_a_point_are_listed_and_their_municipality_is_shown(opened: Any, parks: pd.DataFrame) -> None:
    page = opened().page
    missing = parks[parks["lon"].isna()]
    page.locator("#tabs [data-view=unlocated]").click()
    expect(page.locator("#unlocated .thing")).to_have_count(len(missing))
    park = missing.iloc[0]
    page.locator("#unlocated-filter").fill(park["name"])
    page.locator("#unlocated .thing", has_text=park["name"]).first.click()
    expect(page.locator("#card-title")).to_have_text(park["name"])
    expect(page.locator("#card .callout")).to_contain_text(f"Se resalta su municipio, {park['municipality']}.")
    wait_for_rest(page)
    assert page.evaluate("() => Corredor.map.getZoom()") > 7


def test_the_card_of_a_developer_lists_its_parks(opened: Any, built: Path, parks: pd.DataFrame) -> None:
    links = pd.read_parquet(built / "tables" / "park_developers.parquet")
    page = opened(fragment="#thing=developers/finsa").page
    mine = links[links["developer_id"] == "finsa"]["park_id"].unique()
    expect(page.locator("#card .things[data-role] .thing")).to_have_count(len(mine))
    page.locator("#card .things[data-role] .thing").first.click()
    assert page.locator("#card-title").text_content() in set(parks.loc[mine, "name"])
    page.locator("#card .back").click()
    expect(page.locator("#card-title")).to_have_text("FINSA")


def test_the_data_in_the_page_are_those_of_the_tables(opened: Any, built: Path) -> None:
    page = opened().page
    for name in (
        "parks",
        "municipalities",
        "states",
        "establishments",
        "assembly_plants",
        "auto_parts_plants",
        "developers",
    ):
        told = page.evaluate(
            """(name) => {
              const table = Corredor.table(name);
              const columns = table.columns.map((each) => [each.name, each.decimals ?? null]);
              return { columns, rows: table.rows.map((_, row) => columns.map(([column]) => table.value(row, column))) };
            }""",
            name,
        )
        key = LAYERS[name].key
        shown = pd.DataFrame(told["rows"], columns=[column for column, _ in told["columns"]]).set_index(key)
        table = pd.read_parquet(built / "tables" / f"{name}.parquet").set_index(key)
        assert set(shown.index) == set(table.index)
        shown = shown.loc[table.index]
        for column, decimals in told["columns"]:
            if column == key:
                continue
            assert (shown[column].isna().to_numpy() == table[column].isna().to_numpy()).all(), (name, column)
            there = table[column].notna().to_numpy()
            if decimals is None:
                assert shown[column][there].tolist() == table[column][there].tolist(), (name, column)
            else:
                apart = (shown[column][there].astype(float) - table[column][there].astype(float)).abs()
                assert (apart <= 0.5 * 10**-decimals + 1e-9).all(), (name, column)


def test_about_says_what_this_is_and_sets_contradictions_side_by_side(opened: Any) -> None:
    page = opened().page
    page.get_by_role("button", name="Acerca de los datos").click()
    dialog = page.locator("#about")
    expect(dialog).to_be_visible()
    assert dialog.locator(".numbers dd").all_text_contents()[:3] == ["857", "580", "203"]
    for words in ("no es la lista de 564 parques de CREA.", "ODbL", "CC BY 4.0", "INEGI", "SEMARNAT", "2026-11"):
        expect(dialog).to_contain_text(words)
    expect(dialog.locator("#origins")).to_have_text("Todas las capas son las que vienen con el programa.")
    first = dialog.locator("table.claims").first
    rows = [re.sub(r"\s+", " ", row) for row in first.locator("tbody tr").all_inner_texts()]
    for year, value in (("1968", "127"), ("1986", "127"), ("2018", "564"), ("2018", "516")):
        assert any(year in row and value in row for row in rows)
    expect(first.locator(".badge")).to_have_text(["mismo valor, otra fecha"] * 2)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_source_links_are_plain_and_close_the_door_behind_them(opened: Any, parks: pd.DataFrame) -> None:
    page = opened(fragment=f"#thing=parks/{parks.index[1]}").page
    links = page.locator("#card a").evaluate_all("(nodes) => nodes.map((node) => [node.href, node.rel])")
    assert links
    assert all(re.match("https?://", address) and "noopener" in rel for address, rel in links)


def test_a_phone_shows_the_map_and_scrolls_sideways_nowhere(opened: Any) -> None:
    page = opened(PHONE, has_touch=True, is_mobile=True).page
    wide = "() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
    assert page.evaluate(wide) == 0
    box = page.locator(".folium-map").bounding_box()
    assert box["width"] == PHONE[0]
    assert box["height"] > 600
    assert colours(page) > 100
    expect(page.locator("#sheet")).to_be_hidden()
    page.get_by_role("button", name="Capas").click()
    expect(page.locator("#sheet")).to_be_visible()
    switch(page, "assembly_plants")
    expect(page.locator("#switch-assembly_plants")).not_to_be_checked()
    page.locator("#search").fill("silao")
    page.locator("#results .result").first.tap()
    expect(page.locator("#card")).to_be_visible()
    expect(page.locator("#sheet")).to_be_hidden()
    assert page.locator("#card").bounding_box()["height"] < 0.6 * PHONE[1]
    assert page.evaluate(wide) == 0
    page.get_by_role("button", name="Acerca de los datos").click()
    assert page.evaluate("() => document.querySelector('#about').scrollWidth") <= PHONE[0]


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_everything_one_can_press_is_large_enough(size: tuple[int, int], opened: Any) -> None:
    page = opened(size, fragment="#thing=developers/finsa").page
    small = page.locator(
        "button:visible, select:visible, input:visible, label.layer-row:visible, summary:visible"
    ).evaluate_all(
        """(nodes) => nodes.map((node) => [node.outerHTML.slice(0, 90), node.getBoundingClientRect()])
             .filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)"""
    )
    assert small == []


def test_dark_and_light_are_different_grounds(opened: Any) -> None:
    light = opened(fragment="#view=8/26.2/-105.9").page
    dark = opened(fragment="#view=8/26.2/-105.9", color_scheme="dark").page
    assert brightness(light, 500, 430) > 600
    assert brightness(dark, 500, 430) < 250


def test_a_change_of_layers_redraws_in_a_blink_with_all_establishments_on(opened: Any) -> None:
    page = opened().page
    switch(page, "establishments")
    took = page.evaluate(
        """async () => {
          const frame = () => new Promise((done) => requestAnimationFrame(done));
          await frame();
          const start = performance.now();
          Corredor.emit("styling", "parks");
          await frame(); await frame();
          return performance.now() - start;
        }"""
    )
    assert took < 400
