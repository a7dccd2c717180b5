"""PostGIS: what is written equals the run, in one transaction, and nothing of anybody else is touched."""

from __future__ import annotations

import socket
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import geopandas as gpd
import pandas as pd
import psycopg
import pytest
import shapely
from sqlalchemy import create_engine

from geo.errors import ChoiceError, CorredorError, DataError, OutputError
from geo.export import postgis
from geo.export.postgis import write_postgis
from geo.export.postgis_tables import MARK, ROW_KEY
from geo.schema import LAYERS

from .conftest import PASSWORD, Database

# The server listens on the loopback; nothing else is reached.
pytestmark = pytest.mark.enable_socket

SQL_TYPES = {"text": "text", "integer": "bigint", "number": "double precision", "boolean": "boolean"}
NOBODY = "postgresql://u:hunter2@127.0.0.1:1/nothing"


def small(parks: int = 3) -> dict[str, pd.DataFrame]:
    """Return a small export: parks, one without a point, their parties and a table without a key."""
    ids = [f"p{number}" for number in range(parks)]
    points = gpd.GeoSeries([*gpd.points_from_xy(range(parks - 1), [20.5] * (parks - 1)), None], crs="EPSG:6372")
    return {
        "park_developers": pd.DataFrame({"park_id": ids[:2], "developer_id": "d1", "role": "owner"}),
        "developers": pd.DataFrame({"developer_id": ["d1"], "name": ["Ñ"]}),
        "parks": gpd.GeoDataFrame(
            {
                "park_id": ids,
                "name": "x",
                "area_ha": [0.1 + 0.2, *[None] * (parks - 1)],
                "opened_year": pd.array([None, 2**53 + 1, *[1] * (parks - 2)], dtype="Int64"),
                "gi_star_significant": pd.array([True, None, *[False] * (parks - 2)], dtype="boolean"),
            },
            geometry=points,
        ),
        "wages": pd.DataFrame({"cve_ent": ["01", "02"], "amount": [1.5, None]}),
    }


def tables_of(database: Database, schema: str = "corredor") -> list[str]:
    return database.query("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", schema)


def refused(tables: dict[str, pd.DataFrame], dsn: str, **more: Any) -> str:
    """Return the sentence of a refusal, in which no secret may stand."""
    with pytest.raises(CorredorError) as caught:
        write_postgis(tables, dsn, **more)
    told = str(caught.value) + "".join(traceback.format_exception(caught.value))
    for secret in (PASSWORD, quote(PASSWORD, safe=""), "hunter2"):
        assert secret not in told
    assert "\n" not in str(caught.value) or isinstance(caught.value, DataError)
    return str(caught.value)


def test_a_run_comes_back_as_it_was(built: Path, database: Database) -> None:
    """Column by column, type by type, null by null, and every geometry to the last digit."""
    published = {
        name: gpd.read_parquet(built / "tables" / f"{name}.parquet") if layer.geometry
        else pd.read_parquet(built / "tables" / f"{name}.parquet")
        for name, layer in LAYERS.items() if layer.published
    }  # fmt: skip
    start = time.perf_counter()
    assert write_postgis(published, database.dsn()) == [f"corredor.{name}" for name in published]
    assert time.perf_counter() - start < 15
    assert tables_of(database) == sorted(published)
    engine = create_engine(database.dsn().replace("postgresql:", "postgresql+psycopg:"))
    for name, table in published.items():
        keys = database.query(
            "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid "
            "AND a.attnum = ANY(i.indkey) WHERE i.indrelid = %s::regclass AND i.indisprimary",
            f"corredor.{name}",
        )
        assert keys, name
        ours = table.sort_values(keys, ignore_index=True) if keys != [ROW_KEY] else table
        with engine.connect() as connection:
            read = gpd.read_postgis if LAYERS[name].geometry else pd.read_sql
            more = {"geom_col": "geometry"} if LAYERS[name].geometry else {}
            # Bytes sort as Python sorts text.
            order = ", ".join(keys)
            theirs = read(f"SELECT * FROM corredor.{name} ORDER BY {order}", connection, **more)
        types = dict(
            database.query(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'corredor' "
                "AND table_name = %s",
                name,
            )
        )
        assert len(theirs) == len(ours)
        for column in LAYERS[name].output_columns:
            assert types[column.name] == SQL_TYPES[column.kind], (name, column.name)
            assert theirs[column.name].isna().tolist() == ours[column.name].isna().tolist(), (name, column.name)
            given = ours[column.name].notna()
            assert theirs[column.name][given].tolist() == ours[column.name][given].tolist(), (name, column.name)
        if LAYERS[name].geometry:
            assert theirs.crs.to_epsg() == 6372
            assert theirs.geometry.isna().tolist() == ours.geometry.isna().tolist()
            there = ours.geometry.notna()
            assert shapely.equals_exact(theirs.geometry[there].to_numpy(), ours.geometry[there].to_numpy(), 0).all()
    engine.dispose()
    keys = database.query(
        "SELECT conrelid::regclass || '(' || a.attname || ') > ' || confrelid::regclass FROM pg_constraint c "
        "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] WHERE contype = 'f'"
    )
    assert {
        "corredor.park_developers(park_id) > corredor.parks",
        "corredor.park_developers(developer_id) > corredor.developers",
        "corredor.parks(cvegeo) > corredor.municipalities",
        "corredor.municipalities(cve_ent) > corredor.states",
    } <= set(keys)


def test_references_hold(database: Database) -> None:
    write_postgis(small(), database.dsn())
    for wrong in ("('p9', 'd1', 'owner')", "('p1', 'd9', 'owner')"):
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            database.query(f"INSERT INTO corredor.park_developers VALUES {wrong}")
    with pytest.raises(psycopg.errors.UniqueViolation):
        database.query("INSERT INTO corredor.park_developers VALUES ('p0', 'd1', 'owner')")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        database.query("DELETE FROM corredor.parks WHERE park_id = 'p0'")


def test_a_reference_out_of_the_export_is_left_out(database: Database) -> None:
    tables = small()
    write_postgis({"park_developers": tables["park_developers"], "developers": tables["developers"]}, database.dsn())
    targets = database.query("SELECT confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'")
    assert targets == ["corredor.developers"]


def test_tables_and_columns_say_what_they_are(database: Database) -> None:
    parks = small()["parks"].assign(location_error_m=1.0)
    write_postgis({"parks": parks}, database.dsn())
    (words,) = database.query("SELECT obj_description('corredor.parks'::regclass)")
    assert words.startswith("Parques industriales / Industrial parks. ")
    assert "not CREA's list of 564 parks" in words
    assert "CC-BY-4.0" in words
    columns = dict(
        database.query(
            "SELECT attname, col_description(attrelid, attnum) FROM pg_attribute "
            "WHERE attrelid = 'corredor.parks'::regclass AND attnum > 0"
        )
    )
    assert columns["area_ha"] == "Superficie / Area (ha)"
    assert columns["location_error_m"].endswith("in 90 % of cases")
    assert all(columns.values())
    (index,) = database.query(
        "SELECT indexdef FROM pg_indexes WHERE tablename = 'parks' AND strpos(indexdef, 'gist') > 0"
    )
    assert "(geometry)" in index


def test_missing_is_null_and_numbers_keep_every_digit(database: Database) -> None:
    write_postgis(small(), database.dsn())
    rows = database.query(
        "SELECT area_ha, opened_year, gi_star_significant, geometry IS NULL FROM corredor.parks ORDER BY park_id"
    )
    assert rows == [(0.1 + 0.2, None, True, False), (None, 2**53 + 1, None, False), (None, 1, False, True)]
    assert database.query("SELECT row_number, cve_ent, amount FROM corredor.wages ORDER BY 1") == [
        (1, "01", 1.5), (2, "02", None)
    ]  # fmt: skip


def test_a_second_export_takes_the_place_of_the_first_whole(database: Database) -> None:
    write_postgis(small(3), database.dsn())
    write_postgis({"parks": small(5)["parks"]}, database.dsn())
    assert tables_of(database) == ["parks"]
    assert database.query("SELECT count(*) FROM corredor.parks") == [5]


@pytest.mark.parametrize("how", ["raise", "terminate"])
def test_a_failure_in_the_middle_leaves_the_earlier_export(
    database: Database, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    write_postgis(small(3), database.dsn())
    before = database.query("SELECT c.oid, relname FROM pg_class c WHERE relnamespace = 'corredor'::regnamespace")
    copy, copied = postgis._copy, []

    def fail(connection: Any, declared: Any, table: pd.DataFrame) -> None:
        copied.append(declared.name)
        if len(copied) == 3 and how == "raise":
            raise RuntimeError("in the middle")
        if len(copied) == 3:
            database.query("SELECT pg_terminate_backend(%s)", connection.connection.driver_connection.info.backend_pid)
        copy(connection, declared, table)

    monkeypatch.setattr(postgis, "_copy", fail)
    with pytest.raises(RuntimeError if how == "raise" else OutputError):
        write_postgis(small(5), database.dsn())
    assert len(copied) == 3
    assert before == database.query(
        "SELECT c.oid, relname FROM pg_class c WHERE relnamespace = 'corredor'::regnamespace"
    )
    assert database.query("SELECT count(*) FROM corredor.parks") == [3]


def test_a_value_that_cannot_be_stored_leaves_the_earlier_export(database: Database) -> None:
    write_postgis(small(3), database.dsn())
    bad = small(5)
    bad["developers"] = bad["developers"].assign(name="zero\0byte")
    assert "nothing was changed" in refused(bad, database.dsn())
    assert database.query("SELECT count(*) FROM corredor.parks") == [3]


def test_tables_of_somebody_else_are_kept(database: Database) -> None:
    database.query("CREATE SCHEMA corredor")
    database.query("CREATE TABLE corredor.notes AS SELECT 'mine' AS words")
    database.query("COMMENT ON TABLE corredor.notes IS 'about corredor export'")
    write_postgis(small(), database.dsn())
    write_postgis(small(), database.dsn())
    assert tables_of(database) == sorted([*small(), "notes"])
    assert database.query("SELECT words FROM corredor.notes") == ["mine"]


@pytest.mark.parametrize("thing", ["TABLE corredor.parks AS SELECT 1 AS x", "VIEW corredor.parks AS SELECT 1 AS x"])
def test_a_name_that_somebody_else_has_taken_is_refused(database: Database, thing: str) -> None:
    database.query("CREATE SCHEMA corredor")
    database.query(f"CREATE {thing}")
    told = refused(small(), database.dsn())
    assert told == "--schema corredor: holds parks, which no export of Corredor made. Choose another --schema."
    assert database.query("SELECT x FROM corredor.parks") == [1]
    write_postgis(small(), database.dsn(), schema="other")
    assert tables_of(database, "other") == sorted(small())


def test_a_view_on_the_earlier_export_is_not_dropped(database: Database) -> None:
    write_postgis(small(3), database.dsn())
    database.query("CREATE VIEW public.mine AS SELECT park_id FROM corredor.parks")
    assert "rests on the earlier export" in refused(small(5), database.dsn())
    assert len(database.query("SELECT * FROM public.mine")) == 3


def test_a_table_in_use_is_waited_for_and_then_named(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgis, "LOCK_TIMEOUT_S", 1)
    write_postgis(small(3), database.dsn())
    with database.connect() as reader, reader.transaction():
        reader.execute("SELECT * FROM corredor.parks")
        assert "in use: close what reads it" in refused(small(5), database.dsn())
    write_postgis(small(5), database.dsn())
    assert database.query("SELECT count(*) FROM corredor.parks") == [5]


def test_two_exports_at_once_do_not_meet(database: Database) -> None:
    with database.connect() as other, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(hashtext('corredor corredor'))")
        assert "another export is writing there" in refused(small(), database.dsn())


def test_hostile_names_and_values_are_only_names_and_values(database: Database) -> None:
    name, column, schema = 'x"; DROP SCHEMA public CASCADE; --', "%(a)s \"b\" %% 'c' \\", 'sch"ema % ñ'
    values = ["\\N", "a\tb\nc\\.\r", "'; DROP TABLE x; --", '{"}', "ñ漢😀", "", None]
    tables = {name: pd.DataFrame({column: values}), "parks": small()["parks"]}
    assert write_postgis(tables, database.dsn(), schema=schema) == [f"{schema}.{name}", f"{schema}.parks"]
    write_postgis(tables, database.dsn(), schema=schema)
    assert tables_of(database, schema) == sorted(tables)
    statement = psycopg.sql.SQL("SELECT {} FROM {} ORDER BY row_number").format(
        psycopg.sql.Identifier(column), psycopg.sql.Identifier(schema, name)
    )
    with database.connect() as connection:
        assert [row[0] for row in connection.execute(statement)] == values


def test_text_that_tries_to_be_code_comes_back_as_it_was(database: Database) -> None:
    from hostile import PAYLOADS

    write_postgis({"names": pd.DataFrame({"name": list(PAYLOADS)})}, database.dsn())
    assert database.query("SELECT name FROM corredor.names ORDER BY row_number") == list(PAYLOADS)


def test_names_that_postgresql_would_cut_are_refused_before_anything(database: Database) -> None:
    bad = {
        "parks": small()["parks"].rename(columns={"name": "ñ" * 32}),
        "t" * 64: pd.DataFrame({"x" * 63: [1], "y" * 64: [2]}),
    }
    told = refused(bad, NOBODY)
    assert told.splitlines()[0] == "3 problems found; nothing was written."
    assert f"parks, column {'ñ' * 32}: the name has 64 bytes, and PostgreSQL keeps only 63. Shorten it." in told
    assert f"column {'y' * 64}" in told
    assert "x" * 63 not in told
    write_postgis({"wages": pd.DataFrame({"x" * 63: [1]})}, database.dsn())
    assert database.query(f"SELECT {'x' * 63} FROM corredor.wages") == [1]


def test_types_and_systems_without_a_place_are_refused_before_anything() -> None:
    parks = small()["parks"]
    assert "type object" in refused({"wages": pd.DataFrame({"a": [[1]]})}, NOBODY)
    assert "no reference system" in refused({"parks": parks.set_crs(None, allow_override=True)}, NOBODY)
    local = parks.set_crs("+proj=lcc +lat_1=17 +lat_2=29 +lon_0=-102", allow_override=True)
    assert "no EPSG number" in refused({"parks": local}, NOBODY)


@pytest.mark.parametrize("schema", ["", "pg_x", "information_schema", "ñ" * 32, "a\0b"])
def test_a_schema_that_cannot_be_is_refused_before_anything(schema: str) -> None:
    with pytest.raises(ChoiceError, match="--schema"):
        write_postgis(small(), NOBODY, schema=schema)


@pytest.mark.parametrize(
    "dsn",
    ["", "hunter2", "mysql://u:hunter2@h/d", "postgresql://u:x@y@h:hunter2/d", "host=h password=hunter2", "sqlite://"],
)
def test_an_address_that_is_none_is_refused_without_being_repeated(dsn: str) -> None:
    told = refused(small(), dsn)
    assert told.startswith("--dsn: is no address of a ")
    assert "postgresql://user:password@host:5432/database" in told


def test_a_server_that_is_not_there() -> None:
    told = refused(small(), NOBODY)
    assert told.startswith("PostGIS at 127.0.0.1:1, database nothing: ")
    assert "nothing was changed" in told
    assert "Check --dsn" in told


def test_a_server_that_does_not_answer() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        start = time.perf_counter()
        told = refused(small(), f"postgresql://u:hunter2@127.0.0.1:{port}/d?connect_timeout=2")
    assert time.perf_counter() - start < 10
    assert "timeout" in told


def test_a_wrong_password_is_not_repeated(database: Database) -> None:
    told = refused(small(), database.dsn(password="hunter2"))
    assert "password authentication failed" in told
    assert "Check" in told
    told = refused(small(), f"postgresql://postgres@127.0.0.1:{database.port}/{database.name}?password=hunter2")
    assert "password authentication failed" in told
    missing = Database("no_such_database", database.port)
    assert "does not exist" in refused(small(), missing.dsn())


def test_postgis_is_added_where_the_user_may(new_database: Callable[..., Database]) -> None:
    database = new_database(postgis=False)
    database.query("DROP ROLE IF EXISTS guest")
    database.query("CREATE ROLE guest LOGIN PASSWORD 'hunter2'")
    told = refused(small(), database.dsn(user="guest", password="hunter2"))
    assert "Ask its administrator for CREATE EXTENSION postgis." in told
    write_postgis(small(), database.dsn())
    assert tables_of(database) == sorted(small())
    told = refused(small(), database.dsn(user="guest", password="hunter2"), schema="guests")
    assert "permission denied" in told
    assert "Ask the database's administrator" in told
    assert tables_of(database, "guests") == []


def test_postgis_in_a_schema_of_its_own_serves(new_database: Callable[..., Database]) -> None:
    database = new_database(postgis=False)
    database.query('CREATE SCHEMA "Ext ensions"')
    database.query('CREATE EXTENSION postgis SCHEMA "Ext ensions"')
    write_postgis(small(), database.dsn())
    assert database.query("SELECT count(geometry) FROM corredor.parks") == [2]


def test_a_system_that_the_database_lacks_is_added(database: Database) -> None:
    database.query("DELETE FROM spatial_ref_sys WHERE srid = 6372")
    write_postgis(small(), database.dsn())
    lon, lat = database.query(
        "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(ST_SetSRID(ST_MakePoint(2500000, 0), 6372), 4326) AS p) AS q"
    )[0]
    assert (lon, lat) == pytest.approx((-102, 12), abs=1e-6)


def test_degrees_go_in_as_degrees(database: Database) -> None:
    parks = small()["parks"].set_crs("EPSG:4326", allow_override=True)
    write_postgis({"parks": parks}, database.dsn())
    assert database.query("SELECT DISTINCT ST_SRID(geometry) FROM corredor.parks WHERE geometry IS NOT NULL") == [4326]


def test_only_marked_tables_count_as_ours(database: Database) -> None:
    write_postgis(small(), database.dsn())
    assert all(
        words.endswith(MARK)
        for words in database.query(
            "SELECT obj_description(oid) FROM pg_class WHERE relnamespace = 'corredor'::regnamespace AND relkind = 'r'"
        )
    )


@pytest.mark.parametrize("package", ["geoalchemy2", "psycopg", "sqlalchemy"])
def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    assert "pip install 'corredor[postgis]'" in refused(small(), NOBODY)
