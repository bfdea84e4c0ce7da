"""Fuzz targets: what a history holds, which somebody else may have written, and what names one."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from typing import Final

from benchmark.catalog.compiled import decode_catalog
from benchmark.history.blobs import read_blob, write_blob
from benchmark.history.location import PostgresqlDatabase, SqliteFile, read_location
from benchmark.history.new_run import plain
from benchmark.history.retention import read_period
from benchmark.history.sqlite_database import SqliteDatabase
from benchmark.history.store_error import StoreDamaged, StoreError
from benchmark.model.chain import NO_HEAD, decode_body, encode_body
from benchmark.model.run import Counts, Run, Terms
from tests.torture.fuzz_run import Target

_KEPT: Final = b'{"kept": true}' * 9
_DIGEST: Final = "sha256:" + "a" * 64
_TERMS: Final = (
    Terms("2026-11-20T08:00:00Z", "root", None, "cis_docker", "1.8.0", "level_2"),
    Terms(
        *("2026-11-20T08:00:00Z", "m\u00fcller", "1.4", "cis_docker", "1.6.0", "level_1", ("5.5", "2.2"), True),
        {"container_restart_bounded.most_restarts": 3, "x.y": ["a", None, 1.5]},
        *(_DIGEST, "xccdf_x", "t.xml", _DIGEST, _DIGEST, (_DIGEST,)),
    ),
)


def _run(terms: Terms) -> Run:
    counts = Counts(9, 1, 2, 1, 1, 1, 1, 2)
    told = ("20261120T080000Z-00000001", 1, "2026-11-20T08:00:00Z", "web", "ENGINE", "2026-11-20T08:00:00Z")
    return Run(
        *told, terms, "0.1.0", *[_DIGEST] * 4, "50", None, counts, 1, NO_HEAD, NO_HEAD, _DIGEST if terms.release else ""
    )


def _body(data: bytes) -> bool:
    run = decode_body(data, NO_HEAD, NO_HEAD)
    assert decode_body(encode_body(run), NO_HEAD, NO_HEAD) == run, "it does not read back as it was written"
    assert isinstance(run.terms.controls, tuple)
    assert all(isinstance(each, str) for each in run.files)
    return True


def _location(data: bytes) -> bool:
    place = read_location(data.decode("utf-8", "surrogateescape"))
    if isinstance(place, PostgresqlDatabase):
        assert not any(len(each) > 3 and each in str(place) for each in place.secrets), "a password is shown"
    else:
        assert place.path.is_absolute()
    return True


def _period(data: bytes) -> bool:
    assert str(read_period(data.decode("latin-1"))) == data.decode("latin-1")
    return True


def _blob(data: bytes) -> bool:
    """``data`` is what a damaged store holds in place of a blob: noticed, and written anew by whoever has the bytes."""
    with closing(sqlite3.connect(":memory:")) as connection:
        database = SqliteDatabase(SqliteFile(Path("/nowhere")), connection)
        database.execute("CREATE TABLE blobs (digest TEXT, size INTEGER, data BLOB)")
        digest = write_blob(database, _KEPT)
        assert read_blob(database, digest) == _KEPT
        database.execute("UPDATE blobs SET data = :data", {"data": data})
        try:
            assert read_blob(database, digest) == _KEPT, "other bytes under this digest"
        except StoreDamaged:
            assert write_blob(database, _KEPT) == digest
            assert read_blob(database, digest) == _KEPT
            return False
    return True


def _plain(data: bytes) -> bool:
    """Every database can hold it, and it stays what it is."""
    for text in (
        data.decode("utf-8", "surrogateescape"),
        data.decode("utf-16-le", "surrogatepass") if not len(data) % 2 else "",
    ):
        held = plain(text)
        assert "\0" not in held
        assert held.encode().decode() == held == plain(held)
    return True


def _catalogue(data: bytes) -> bool:
    return bool(decode_catalog(data).digest)


_WORDS: Final = (
    b'"terms"',
    b'"counts"',
    b"null",
    b"true",
    b"[]",
    b"{}",
    b'"sha256:"',
    b"\\u0000",
    b"\\ud800",
    b"1e999",
    b"-1",
)
_URL_WORDS: Final = (
    b"postgresql://",
    b"sqlite:///",
    b"@",
    b":",
    b"/",
    b"?",
    b"%40",
    b"password=",
    b"&",
    b"\0",
    b"[::1]",
)

HISTORY_TARGETS: Final = (
    Target(
        "run_body",
        _body,
        (ValueError,),
        tuple(encode_body(_run(each)) for each in _TERMS),
        _WORDS,
        ((b'{"terms":', b"[", b""), (b"{", b'"a":1,', b"}")),
    ),
    Target(
        "store_location",
        _location,
        (StoreError,),
        (
            *(b"/var/lib/dockmark/history.db", b"sqlite:///var/lib/x%20y.db"),
            b"postgresql://me:p%40ssword@host:5432/history?sslmode=verify-full&password=another",
        ),
        _URL_WORDS,
        ((b"postgresql://", b"a@", b"/x"), (b"postgresql://h/d?", b"password=abcd&", b"")),
    ),
    Target("stored_blob", _blob, (), (zlib.compress(_KEPT),), (b"x\x9c", b"\0", b"\xff"), share=0.5),
    Target(
        "stored_text",
        _plain,
        (UnicodeDecodeError,),
        (b"a name", b"nul\0 \xff", "\U0001f600".encode("utf-16-le")),
        (b"\0", b"\xed\xa0\x80", b"\xd8\x3d", b"\x3d\xd8", b"\xff"),
    ),
    Target("retention", _period, (ValueError,), (b"6y", b"26w", b"90d"), (b"y", b"w", b"d", b"0", b"9")),
    Target(
        "compiled_catalogue",
        _catalogue,
        (ValueError,),
        (
            b'{"schema":"dockmark/catalogue/2","controls":[],"frameworks":[]}',
            b'{"schema":"dockmark/catalogue/1","controls":[],"frameworks":[]}',
        ),
        (b'"controls"', b'["test",', b'"all"', b"null", b'"id"'),
        ((b'{"schema":"dockmark/catalogue/2","controls":', b"[", b""),),
    ),
)
