"""Ways to spoil a file: bytes, members of an archive, blocks of a PBF, fields of a TIFF, rows of SQLite."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

from fuzz_seeds import blocks_of, framed, packed, unpacked

Spoil = Callable[[bytes, random.Random], bytes]

#: Words that parsers stumble over.
TOKENS = [
    b"", b"0", b"-1", b"1e999", b"nan", b"inf", b"-0", b"9" * 400, b"4294967296", b"1_000", "²".encode(), "٣".encode(),
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b[2J", b"\r", b"\n", b"\t", b'"', b"'", b",", b";", b"[", b"]", b"{",
    b"}", b"[[", b"<", b">", b"</", b"&", b"&#0;", b"&x;", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<![CDATA[", b"null",
    b"true", b"=", b"=1+1", b"EPSG:0", b"EPSG:6372", b"../../x", b"file:///etc/passwd", b"/vsicurl/http://x/",
    b"\xed\xa0\x80", b"\xf4\x90\x80\x80", "\u202e".encode(), "\u2028".encode(), b"1900", b"99999",
    b"MULTIPOLYGON EMPTY",
    b"LINESTRING(0 0)", b"[" * 3000, b"{'a':" * 300, b"x" * 140_000,
]  # fmt: skip
NUMBERS = [0, 1, 2, 127, 128, 255, 256, 32767, 65535, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]


def spoil(content: bytes, rng: random.Random) -> bytes:
    """Change bytes, cut some out, put words in, repeat a stretch, or lose the end."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 3, 20))):
        if not changed:
            break
        _once(changed, _place(changed, rng), rng)
    return bytes(changed) or b"x"


def _place(content: bytearray, rng: random.Random) -> int:
    """Return a place in a file, seldom one in a stretch of zeros."""
    for _ in range(12):
        place = rng.randrange(len(content))
        if any(content[max(0, place - 4) : place + 4]):
            break
    return place


def _once(changed: bytearray, place: int, rng: random.Random) -> None:
    way = rng.randrange(9)
    if way < 2:
        changed[place] = rng.randrange(256)
    elif way == 2:
        changed[place] ^= 1 << rng.randrange(8)
    elif way == 3:
        del changed[place : place + rng.choice((1, 2, 10, 50, 500))]
    elif way == 4:
        changed[place:place] = rng.choice(TOKENS)
    elif way == 5:
        word = rng.choice(TOKENS)
        changed[place : place + max(1, len(word))] = word
    elif way == 6:
        size = rng.choice((1, 2, 4, 8))
        number = rng.choice(NUMBERS) & (1 << 8 * size) - 1
        changed[place : place + size] = number.to_bytes(size, rng.choice(("little", "big")))
    elif way == 7:
        changed[place:place] = bytes(changed[place : place + rng.randrange(1, 60)]) * rng.choice((1, 1, 2, 50))
    elif rng.random() < 0.3:
        del changed[place:]


def spoil_archive(content: bytes, rng: random.Random) -> bytes:
    """Spoil a member of an archive and pack it anew; now and then the archive itself, or its list of members."""
    if rng.random() < 0.2:
        return spoil(content, rng)
    members = unpacked(content)
    name = rng.choice(sorted(members))
    way = rng.random()
    if way < 0.85:
        members[name] = spoil(members[name] or b" ", rng)
    elif way < 0.9:
        del members[name]
    else:
        other = rng.choice(
            ["../x.shp", "b.shp", "x.dbf", name.upper(), "a/b/c.kml", "\ud800"[:0] + "ñ.shp", "a\\b.shp"]
        )
        members[other] = members[name]
    return packed(members)


def spoil_blocks(content: bytes, rng: random.Random) -> bytes:
    """Spoil what a block of a PBF unpacks to; now and then the file itself."""
    if rng.random() < 0.2:
        return spoil(content, rng)
    blocks = blocks_of(content)
    at = rng.choice((0, 1, 1, 1, 1))
    blocks[at] = (blocks[at][0], spoil(blocks[at][1], rng))
    if rng.random() < 0.05:
        blocks.append(rng.choice(blocks))
    return framed(blocks)


def spoil_tags(content: bytes, rng: random.Random) -> bytes:
    """Set a field of a tag of a TIFF to an odd number; now and then any byte."""
    if rng.random() < 0.4:
        return spoil(content, rng)
    changed = bytearray(content)
    start = int.from_bytes(changed[4:8], "little")
    count = int.from_bytes(changed[start : start + 2], "little")
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = start + 2 + 12 * rng.randrange(count)
        offset, size = rng.choice(((0, 2), (2, 2), (4, 4), (8, 4), (8, 2)))
        number = rng.choice([*NUMBERS, rng.randrange(100), rng.randrange(33000, 34300)]) & (1 << 8 * size) - 1
        changed[at + offset : at + offset + size] = number.to_bytes(size, "little")
    return bytes(changed)


#: What is done to a GeoPackage through SQLite itself.
_STATEMENTS = [
    "UPDATE gpkg_contents SET srs_id = {number}", "UPDATE gpkg_contents SET data_type = {text}",
    "UPDATE gpkg_contents SET min_x = {text}", "UPDATE gpkg_contents SET table_name = {text}",
    "UPDATE gpkg_geometry_columns SET srs_id = {number}",
    "UPDATE gpkg_geometry_columns SET geometry_type_name = {text}",
    "UPDATE gpkg_geometry_columns SET column_name = {text}", "UPDATE gpkg_geometry_columns SET z = {number}",
    "UPDATE gpkg_spatial_ref_sys SET definition = {text}", "UPDATE gpkg_spatial_ref_sys SET organization = {text}",
    "DELETE FROM gpkg_contents", "DELETE FROM gpkg_geometry_columns", "DELETE FROM gpkg_spatial_ref_sys",
    "DROP TABLE gpkg_extensions", "UPDATE {table} SET geom = {text}", "UPDATE {table} SET geom = NULL",
    "UPDATE {table} SET nombre = {number}", "UPDATE {table} SET nombre = {text}", "UPDATE {table} SET weight = {text}",
    "UPDATE {table} SET weight = {number}", "UPDATE {table} SET fid = -fid",
    "UPDATE {table} SET geom = x'4750000100000000010300000000000000'",
    "UPDATE {table} SET geom = x'47500001e610000001010000000000000000000000000000000000f07f'",
    "ALTER TABLE {table} RENAME COLUMN nombre TO {name}", "ALTER TABLE {table} ADD COLUMN {name} BLOB DEFAULT x'00ff'",
    "ALTER TABLE {table} ADD COLUMN {name} DATE DEFAULT 'no date'",
    "ALTER TABLE {table} ADD COLUMN {name} DATETIME DEFAULT '2020-99-99T00:00:00Z'",
    "INSERT INTO {table} (nombre) VALUES ({text})", "PRAGMA application_id = {number}",
    "PRAGMA user_version = {number}",
]  # fmt: skip


def spoil_package(content: bytes, rng: random.Random) -> bytes:
    """Change the tables of a GeoPackage by statements of SQL; now and then its bytes."""
    if rng.random() < 0.5:
        return spoil(content, rng)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.gpkg")
        path.write_bytes(content)
        with sqlite3.connect(path) as base:
            table = base.execute("SELECT table_name FROM gpkg_contents").fetchone()[0]
            for name, kind in base.execute("SELECT name, type FROM sqlite_master").fetchall():
                if kind == "trigger":
                    base.execute(f'DROP TRIGGER "{name}"')
            for _ in range(rng.choice((1, 1, 2, 3))):
                text = rng.choice(TOKENS)[:2000].decode("utf-8", "replace").replace("\0", "")
                statement = rng.choice(_STATEMENTS).format(
                    table=f'"{table}"', number=rng.choice(NUMBERS),
                    text="'" + text.replace("'", "''") + "'", name='"' + (text.replace('"', "")[:60] or "otra") + '"',
                )  # fmt: skip
                try:
                    base.execute(statement)
                except sqlite3.Error:
                    continue
        base.close()
        return path.read_bytes()
