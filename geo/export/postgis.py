"""The published tables in a PostGIS database: all of them in one transaction, or nothing."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.errors import ChoiceError, OutputError
from geo.export.postgis_tables import MARK, NAME_BYTES, ROW_KEY, declare_tables, srid

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Table

SCHEMA = "corredor"

#: Seconds to wait for a server that does not answer, and for a table that somebody else has open.
CONNECT_TIMEOUT_S = 10
LOCK_TIMEOUT_S = 10

_FORM = "postgresql://user:password@host:5432/database"

#: What to do about an error, by PostgreSQL's code for it.
_CURES = {
    "28P01": "Check the user and the password of --dsn.",
    "28000": "Check the user and the password of --dsn.",
    "3D000": "Create that database, or name another in --dsn.",
    "42501": "Ask the database's administrator for that right, or name another user in --dsn.",
    "55P03": "A table of the earlier export is in use: close what reads it and try again.",
    "2BP01": "A view or a table of your own rests on the earlier export: drop it first, or choose another --schema.",
    "53100": "Free some space on the server.",
}


def write_postgis(tables: Mapping[str, pd.DataFrame], dsn: str, *, schema: str = SCHEMA) -> list[str]:
    """Write every table into a schema of a PostGIS database, in one transaction.

    Parameters
    ----------
    tables
        Layer name -> published table; geometry in any reference system with an EPSG number, which becomes the SRID.
    dsn
        ``postgresql://user:password@host:5432/database``; what it leaves out comes from libpq's environment and
        password file. No message ever repeats it.
    schema
        Schema of the tables; made where missing.

    Returns
    -------
    list of str
        The tables written, as ``schema.table``.

    Raises
    ------
    geo.errors.ChoiceError
        If the address is none, or the schema cannot serve or holds a table of somebody else by one of our names.
    geo.errors.DataError
        If a table or a column cannot go into PostgreSQL as it is (a name over 63 bytes); nothing is connected to.
    geo.errors.OutputError
        If the server does not answer, refuses, lacks PostGIS or fails, or the packages for it are missing.

    Notes
    -----
    Tables of an earlier export in the schema, known by their comment, are replaced, those that this export does not
    write again too: one schema holds one export. Who reads meanwhile waits for the commit; after an error the earlier
    ones are as they were. Tables that no export made are never touched.

    Types are ``text``, ``bigint``, ``double precision``, ``boolean`` and ``geometry``; missing is NULL. Each table has
    its primary key, or ``row_number`` where the schema knows none; references between exported tables are foreign
    keys; geometry has a GiST index; tables and columns have comments.
    """
    create_engine, make_url = _library()
    url = _url(dsn, make_url)
    _check_schema(schema)
    metadata = declare_tables(tables, schema)
    timeout = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_TIMEOUT_S}
    with _reported(url):
        engine = create_engine(url, hide_parameters=True, connect_args=timeout)
        try:
            with engine.begin() as connection:
                _prepare(connection, tables, schema)
                metadata.create_all(connection, checkfirst=False)
                for declared in metadata.sorted_tables:
                    _copy(connection, declared, tables[declared.name])
                    connection.exec_driver_sql(f"ANALYZE {_quoted(connection, schema, declared.name)}")
        finally:
            engine.dispose()
    return [f"{schema}.{name}" for name in tables]


def _library() -> tuple[Any, Any]:
    try:
        import geoalchemy2  # noqa: F401
        import psycopg  # noqa: F401
        from sqlalchemy import create_engine
        from sqlalchemy.engine import make_url
    except ImportError as error:
        raise OutputError(
            "Writing to PostGIS needs packages that are not installed: pip install 'corredor[postgis]'."
        ) from error
    return create_engine, make_url


def _url(dsn: str, make_url: Any) -> URL:
    from sqlalchemy.exc import ArgumentError

    # The reason would repeat a part of the address, which may be the password: it is left out of the chain too.
    try:
        url: URL = make_url(dsn)
    except (ArgumentError, ValueError):
        raise ChoiceError(f"--dsn: is no address of a database. Write it as {_FORM}.") from None
    if url.drivername.split("+")[0] not in {"postgresql", "postgres"}:
        raise ChoiceError(f"--dsn: is no address of a PostgreSQL database. Write it as {_FORM}.")
    return url.set(drivername="postgresql+psycopg")


def _check_schema(schema: str) -> None:
    if not schema or "\0" in schema or len(schema.encode()) > NAME_BYTES:
        raise ChoiceError(f"--schema {schema!r}: PostgreSQL takes names of 1 to {NAME_BYTES} bytes. Choose another.")
    if schema.startswith("pg_") or schema == "information_schema":
        raise ChoiceError(f"--schema {schema}: is PostgreSQL's own. Choose another.")


def _prepare(connection: Connection, tables: Mapping[str, pd.DataFrame], schema: str) -> None:
    """Make the schema ready: PostGIS there, reference systems known, tables of an earlier export gone."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'")
    if not _value(connection, "SELECT pg_try_advisory_xact_lock(hashtext(:key))", key=f"corredor {schema}"):
        raise OutputError(f"--schema {schema}: another export is writing there. Wait for it to end.")
    _require_postgis(connection)
    if not _value(connection, "SELECT count(*) FROM pg_namespace WHERE nspname = :schema", schema=schema):
        connection.exec_driver_sql(f"CREATE SCHEMA {_quoted(connection, schema)}")
    for table in tables.values():
        if isinstance(table, gpd.GeoDataFrame):
            _require_system(connection, table)
    ours, others = _relations(connection, schema)
    taken = sorted(others & set(tables))
    if taken:
        raise ChoiceError(
            f"--schema {schema}: holds {', '.join(taken)}, which no export of Corredor made. Choose another --schema."
        )
    if ours:
        names = ", ".join(_quoted(connection, schema, name) for name in sorted(ours))
        connection.exec_driver_sql(f"DROP TABLE {names}")


def _relations(connection: Connection, schema: str) -> tuple[set[str], set[str]]:
    """Return the names of a schema's tables that an export made, and of everything else that takes a name there."""
    from sqlalchemy import text

    found = connection.execute(
        text(
            "SELECT c.relname, c.relkind = 'r' AND coalesce(right(obj_description(c.oid, 'pg_class'), length(:mark)) "
            "= :mark, false) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = :schema"
        ),
        {"schema": schema, "mark": MARK},
    ).all()
    return {name for name, ours in found if ours}, {name for name, ours in found if not ours}


def _require_postgis(connection: Connection) -> None:
    """Create the extension where it is missing, and put its types on the search path of this transaction."""
    from sqlalchemy.exc import DBAPIError

    if not _value(connection, "SELECT count(*) FROM pg_extension WHERE extname = 'postgis'"):
        if not _value(connection, "SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'"):
            raise OutputError(
                "PostGIS is not installed on the server. Install it there (Debian: postgresql-postgis) and try again."
            )
        try:
            connection.exec_driver_sql("CREATE EXTENSION postgis")
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != "42501":
                raise
            raise OutputError(
                "The database has no PostGIS and the user may not add it. Ask its administrator for "
                "CREATE EXTENSION postgis."
            ) from error
    home = "SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
    _value(
        connection,
        f"SELECT set_config('search_path', ({home} WHERE extname = 'postgis') || ', ' "
        "|| current_setting('search_path'), true)",
    )


def _require_system(connection: Connection, table: gpd.GeoDataFrame) -> None:
    """Add a table's reference system to the database's list where an older PostGIS lacks it."""
    number = srid(table)
    if _value(connection, "SELECT count(*) FROM spatial_ref_sys WHERE srid = :srid", srid=number):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the short form says less than the long one beside it
        short = table.crs.to_proj4()
    _value(
        connection,
        "INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text) "
        "VALUES (:srid, 'EPSG', :srid, :long, :short) RETURNING srid",
        srid=number,
        long=table.crs.to_wkt("WKT1_GDAL"),
        short=short,
    )


def _copy(connection: Connection, declared: Table, table: pd.DataFrame) -> None:
    """Copy a table's rows."""
    from psycopg import sql

    columns = {str(column): _values(table, column) for column in table.columns}
    if ROW_KEY in declared.c:
        columns[ROW_KEY] = list(range(1, len(table) + 1))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(str(declared.schema), declared.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in zip(*columns.values(), strict=True):
            copy.write_row(row)


def _values(table: pd.DataFrame, column: Any) -> list[Any]:
    if isinstance(table, gpd.GeoDataFrame) and column == table.geometry.name:
        shapes = shapely.set_srid(table.geometry.to_numpy(), srid(table))
        return list(shapely.to_wkb(shapes, hex=True, include_srid=True))
    values = table[column]
    return list(values.astype(object).where(values.notna(), None))


def _value(connection: Connection, statement: str, **parameters: Any) -> Any:
    from sqlalchemy import text

    return connection.execute(text(statement), parameters).scalar()


def _quoted(connection: Connection, *names: str) -> str:
    """Return a name as it may stand in a statement that is sent as it is."""
    preparer = connection.dialect.identifier_preparer
    return ".".join(preparer.quote_identifier(name) for name in names)


@contextmanager
def _reported(url: URL) -> Iterator[None]:
    """Tell an error of the database in one sentence that never holds the password."""
    import psycopg
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(cause, "sqlstate", None)
        unreached = code is None and isinstance(cause, psycopg.OperationalError)
        cure = _CURES.get(code or "", "Check --dsn, and that the server runs." if unreached else "")
        message = f"PostGIS at {_where(url)}: {_reason(cause, url)}; nothing was changed. {cure}"
        raise OutputError(message.rstrip()) from None


def _where(url: URL) -> str:
    host = url.host or "the local socket"
    return f"{host}{'' if url.port is None else f':{url.port}'}, database {url.database or url.username or 'unnamed'}"


def _reason(error: BaseException | None, url: URL) -> str:
    """Return the first line of an error without what the address keeps secret."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = lines[0].rstrip(".") if lines else type(error).__name__
    secrets = [url.password, *(value for key, value in url.query.items() if "password" in key)]
    for secret in secrets:
        if secret:
            reason = reason.replace(str(secret), "***")
    return reason
