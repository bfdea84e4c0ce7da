"""Hosts full of canaries through every command, every output, every file that is left, and every way to fail."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmark.history.store import open_store
from benchmark.render.formats import FORMATS
from benchmark.render.statement_formats import STATEMENT_FORMATS
from tests.faulty_daemon import Fault, FaultyDaemon
from tests.torture.hostile_console import Ran, run
from tests.torture.hostile_hosts import enriched
from tests.torture.oracle.generate import roll_host
from tests.torture.oracle.stage_api import make_api
from tests.torture.oracle.stage_documents import write_documents
from tests.torture.oracle.stage_proc import write_proc
from tests.torture.oracle.stage_tree import write_tree
from tests.torture.secret_canaries import Aviary
from tests.torture.secret_places import (
    enrich,
    plant_archive,
    plant_documents,
    plant_files,
    plant_health_checks,
    plant_world,
)

_STORE: Final = "state/history.db"
_HISTORY: Final = (
    *(["list"], ["trend"], ["trend", "--control", "5.5"], ["verify"]),
    *(
        ["sample", "--seed", "7"],
        ["sample", "--seed", "7", "--of", "subjects"],
        ["prune", "--dry-run", "--retention", "1d"],
    ),
)
INTO_NAMES: Final = (0.0, 0.15, 0.6)


@dataclass(frozen=True)
class Planted:
    """A host with canaries; ``words`` name it, ``home`` is where everything that a run leaves behind must be."""

    words: tuple[str, ...]
    scope: tuple[str, ...]
    home: Path
    aviary: Aviary


@contextmanager
def planted_host(aviary: Aviary, number: int, faults: Sequence[Fault] = ()) -> Iterator[Planted]:
    """Host ``number`` of the generator with canaries everywhere."""
    host = roll_host(aviary.dice, number)
    directory = Path(tempfile.mkdtemp(prefix="secrets"))
    try:
        top, home = directory / "root", directory / "home"
        top.mkdir()
        home.mkdir()
        write_tree(host, top)
        builds, reports = write_documents(host, directory / "documents")
        write_proc(host, top, os.getpid())
        world = enriched(make_api(host))
        enrich(world, aviary)
        world = plant_world(world, aviary, into_names=INTO_NAMES[number % len(INTO_NAMES)])
        plant_health_checks(world, aviary)
        for path, each in world.items():
            if isinstance(each, bytes) and path.endswith("/get"):
                world[path] = plant_archive(each, aviary)
        plant_files(top, aviary)
        plant_documents(directory / "documents", aviary)
        with FaultyDaemon(world, faults=faults) as daemon:
            scope = [word for each in builds for word in ("--dockerfile", each)]
            scope += [word for each in reports for word in ("--vulnerabilities", each)]
            scope += ["--deep"] if host.deep else []
            yield Planted(("--host", daemon.url, "--host-root", str(top)), tuple(scope), home, aviary)
    finally:
        shutil.rmtree(directory)


def everything(host: Planted) -> dict[str, bytes]:
    """What every command writes about ``host``, by name; whatever is left in the home directory among it."""
    home, said = host.home, dict[str, bytes]()
    files = [word for name in FORMATS for word in ("-o", f"{name}={home / f'report.{name}'}")]
    plain, packed = home / "snapshot.json", home / "snapshot.json.gz"
    lines: list[Sequence[str | Path]] = [
        ["audit", *host.words, *host.scope, "--beyond", "--verbose", *files],
        ["audit", *host.words, *host.scope, "-o", "json"],
        ["collect", *host.words, *host.scope, "-o", plain],
        ["collect", *host.words, *host.scope, "-o", packed],
        ["evaluate", packed, "--beyond", "--verbose"],
        ["evaluate", plain, plain],
    ]
    store, pack = home / "history.db", home / "pack.zip"
    formats = ",".join(FORMATS)
    lines += [
        ["evaluate", plain, "--record", "--store", store, "-o", f"json={home / 'recorded.json'}"],
        ["evidence", "create", "latest", "--store", store, "--format", formats, "-o", pack],
        ["evidence", "verify", pack],
        ["evidence", "verify", pack, "-o", "json"],
    ]
    lines += [["compare", plain, packed, "-o", output] for output in ("table", "json", "markdown")]
    lines += [["frameworks", "soa", "iso_27001", "--snapshot", plain, "-o", output] for output in STATEMENT_FORMATS]
    for output in ("table", "json"):
        lines.append(["access", *host.words, "--verbose", "-o", output])
        lines.append(["doctor", *host.words, *host.scope, "-o", output])
        lines += [["history", *words, "-o", output] for words in _HISTORY]
    lines += [["history", "show", "latest"], ["history", "show", "latest", *files]]
    for at, words in enumerate(lines):
        said |= streams(f"{at} {words[0]}", run(*words, terminal=at % 2 == 0, columns=60, env=_environment(home)))
    assert pack.is_file(), "no pack was made"
    for path in home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            said[str(path.relative_to(home))] = unpacked(data)
    return said | recorded_blobs(home / _STORE)


def recorded_blobs(store: Path) -> dict[str, bytes]:
    """What the history keeps compressed; its rows are read with the file itself. Raises AssertionError when it keeps nothing."""
    with open_store(str(store)) as history:
        digests = [digest for (digest,) in history.database.rows("SELECT digest FROM blobs")]
        assert len(digests) > 2
        return {f"blob {each}": history.blob(each) for each in digests}


def streams(name: str, ran: Ran) -> dict[str, bytes]:
    """Both streams of a run by name. Raises AssertionError when it crashed."""
    assert ran.code != 70, f"{name}: {ran.err.decode()}"
    return {f"{name}, standard output": ran.out, f"{name}, standard error": ran.err}


def unpacked(data: bytes) -> bytes:
    """What a compressed file or a pack holds; any other as it is."""
    if data[:4] == b"PK\3\4":
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            return b"\n".join(pack.read(each) for each in pack.namelist())
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def _environment(home: Path) -> dict[str, str]:
    places = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "TMPDIR": str(home)}
    return {**places, "TERM": "xterm", "DOCKMARK_NO_RECORD": "", "DOCKMARK_STORE": str(home / _STORE)}
