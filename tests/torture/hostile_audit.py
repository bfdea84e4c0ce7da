"""One hostile host through every command and every format, and what must hold of what comes out."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from benchmark.model.snapshot_file import SnapshotDefect, decode_snapshot, encode_snapshot
from benchmark.render.formats import FORMATS
from tests.torture.hostile_console import Ran, run
from tests.torture.hostile_documents import check_documents
from tests.torture.hostile_hosts import Staged
from tests.torture.hostile_outputs import (
    CHECKERS,
    Broken,
    check_messages,
    check_schema,
    check_table,
    check_text,
    strict,
)

WIDTHS: Final = (60, 80, 100, 160)
_SEPARATE: Final = ("containers", "networks", "services", "nodes")


def audit(host: Staged, directory: Path, dice: random.Random) -> Mapping[str, Any]:
    """Collects ``host`` into a snapshot, reports on it, and checks every output. The JSON document of the audit."""
    files = {name: directory / f"report.{name}" for name in FORMATS}
    outputs = [word for name, path in files.items() for word in ("-o", f"{name}={path}")]
    _checked(run("audit", *host.words, *host.scope, "--beyond", *outputs, *_verbose(dice)))
    document = _check_files(files)
    _check_nothing_lost(host, document)
    plain = directory / "snapshot.json"
    collected = _checked(run("collect", *host.words, *host.scope, "-o", plain))
    if not plain.exists():
        raise Broken(f"no snapshot was written: {collected.code}, {collected.err.decode()}")
    _check_snapshot(plain.read_bytes())
    packed = directory / "snapshot.json.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    read(plain, directory, dice)
    for output in ("table", "json"):
        _check_command(_checked(run("doctor", *host.words, *host.scope, "-o", output)), output, 100)
        _check_command(_checked(run("access", *host.words, "-o", output, *_verbose(dice))), output, 100)
    return document


def read(snapshot: Path, directory: Path, dice: random.Random) -> bool:
    """Evaluates ``snapshot`` in every format, on terminals and into files; False where it is refused, with a sentence."""
    files = {name: directory / f"again.{name}" for name in FORMATS}
    outputs = [word for name, path in files.items() for word in ("-o", f"{name}={path}")]
    ran = _checked(run("evaluate", snapshot, "--beyond", *outputs))
    if ran.code == 3:
        if not ran.err:
            raise Broken("refused without a word")
        return False
    document = _check_files(files)
    for _ in range(2):
        terminal, encoding = dice.random() < 0.7, dice.choice(("utf-8", "utf-8", "ascii"))
        width = dice.choice(WIDTHS)
        words = ("evaluate", snapshot, "--beyond", *_verbose(dice))
        shown = _checked(run(*words, terminal=terminal, columns=width, encoding=encoding, env={"TERM": "xterm"}))
        text = shown.out.decode(encoding)
        check_table(text, colour=terminal, width=width if terminal else 100, document=document)
        several = _checked(run("evaluate", snapshot, snapshot, terminal=terminal, columns=width))
        check_text(several.out.decode(), colour=terminal, width=max(width, 80) if terminal else 100)
        seen = _checked(run("access", "--snapshot", snapshot, *_verbose(dice), terminal=terminal, columns=width))
        check_text(seen.out.decode(), colour=terminal, width=width if terminal else 100)
    for name in FORMATS:
        path = directory / f"several.{name}"
        _checked(run("evaluate", snapshot, snapshot, "--beyond", "-o", f"{name}={path}"))
        CHECKERS[name](path.read_bytes(), document)
    _check_command(_checked(run("access", "--snapshot", snapshot, "-o", "json")), "json", 100)
    check_documents(snapshot)
    return True


def _verbose(dice: random.Random) -> Iterator[str]:
    if dice.random() < 0.5:
        yield "--verbose"


def _checked(ran: Ran) -> Ran:
    try:
        check_messages(ran.err, ran.code)
    except Broken as broken:
        raise Broken(f"{' '.join(ran.words[:1])}: {broken}") from None
    return ran


def _check_files(files: Mapping[str, Path]) -> Mapping[str, Any]:
    document: Mapping[str, Any] = strict(files["json"].read_bytes())
    for name, path in files.items():
        CHECKERS[name](path.read_bytes(), document)
    return document


def _check_command(ran: Ran, output: str, width: int) -> None:
    """A command that writes text or JSON of its own."""
    if output == "table":
        check_text(ran.out.decode(), colour=False, width=width)
        return
    document = strict(ran.out)
    if document["schema"].split("/")[1] != "doctor":
        check_schema(document)


def _check_snapshot(data: bytes) -> None:
    document = strict(data)
    check_schema(document)
    try:
        snapshot = decode_snapshot(data)
    except SnapshotDefect as defect:
        raise Broken(f"our own snapshot is refused: {defect}") from None
    if decode_snapshot(encode_snapshot(snapshot)) != snapshot:
        raise Broken("a snapshot does not read back as it was written")


def _check_nothing_lost(host: Staged, document: Mapping[str, Any]) -> None:
    """Every listed object is judged, has vanished, or the list is said to be incomplete."""
    seen: dict[str, Mapping[str, Any]] = {
        each["enumeration"]["collection"]: each["enumeration"] for each in document["results"] if each["enumeration"]
    }
    for name, listed in host.listed.items():
        found = seen.get(name)
        if found is None or found["gap"] is not None:
            continue
        if found["judged"] + len(found["vanished"]) < listed:
            raise Broken(f"{listed} {name} are listed, {found['judged']} judged, {found['vanished']} vanished")
    for result in document["results"]:
        if result["for_each"] in _SEPARATE and result["enumeration"]["judged"] != len(result["findings"]):
            raise Broken(
                f"{result['control']}: {result['enumeration']['judged']} subjects, {len(result['findings'])} findings"
            )
