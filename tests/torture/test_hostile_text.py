"""Strings of strangers through every output, from the engine's replies and the host's files to the terminal."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from benchmark.cli.commands import COMMANDS
from benchmark.render.formats import FORMATS
from tests.command import dockmark
from tests.terminal import on_a_terminal
from tests.torture.hostile_audit import audit, read
from tests.torture.hostile_console import run
from tests.torture.hostile_hosts import Staged, staged
from tests.torture.hostile_outputs import CHECKERS, Broken, check_messages, check_table, check_text, strict
from tests.torture.hostile_plant import Planter
from tests.torture.hostile_strings import hostile, long
from tests.torture.hostile_xml import read_xml_strictly
from tests.torture.ledger import Harness, Tally
from tests.torture.size import dice, seed, sized

HARNESS: Final = Harness(
    "hostile text",
    "Whatever strangers write into replies, files, names and snapshots, every output stays valid: printable text in our own "
    "colours, lines that nobody else can write, strict JSON by its schema, no crash and no object lost.",
    (
        "fonts and terminals: what two characters look like is not compared",
        "terminals of less than 60 columns",
        "formats that FORMATS does not have yet; one without a checker fails the harness",
    ),
)
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="files of other owners and socket files need root")
_CHANCES: Final = (0.03, 0.15, 0.5, 1.0)


def try_host(number: int, directory: Path, families: Sequence[str] = ()) -> tuple[Planter, Staged]:
    """Host ``number`` of this seed through everything. Raises AssertionError with what to repeat."""
    rolled = dice(f"hostile host {number}")
    planter = Planter(rolled, lambda: hostile(rolled, families), _CHANCES[number % len(_CHANCES)])
    if number % 5 == 4:
        planter.keep = ()  # identifiers too: objects are lost then, and that must be said
    try:
        with staged(rolled, number, planter, refusals=0.1 if number % 3 == 2 else 0) as host:
            if not planter.keep:
                host.listed.clear()
            audit(host, directory, rolled)
            return planter, host
    except Exception as error:
        raise AssertionError(f"seed {seed()}, hostile host {number}: {type(error).__name__}: {error}") from error


def try_hosts(first: int, number: int, directory: Path, tally: Tally) -> set[str]:
    reached: set[str] = set()
    for at in range(first, first + number):
        planter, host = try_host(at, directory)
        reached |= planter.planted
        tally.count("hosts of strangers")
        tally.count("hostile strings in replies and files", planter.strings)
        tally.count("objects found again", sum(host.listed.values()))
    return reached


def test_every_format_has_a_checker(tally: Tally) -> None:
    assert set(CHECKERS) == set(FORMATS), "a format without a checker (tests/torture/hostile_outputs.py)"
    tally.count("formats with a checker", len(FORMATS))


def test_hosts_of_strangers(tmp_path: Path, tally: Tally) -> None:
    try_hosts(0, sized(5, 100), tmp_path, tally)


def test_every_leaf_of_every_reply_is_reached(tmp_path: Path, tally: Tally) -> None:
    """Everything at once, identifiers apart; so a leaf that is added tomorrow is planted tomorrow."""
    reached: set[str] = set()
    places: set[str] = set()
    for number in range(3, sized(3 + 4, 3 + 4 * 12), 4):
        assert _CHANCES[number % len(_CHANCES)] == 1.0
        planter, _ = try_host(number, tmp_path)
        reached |= planter.planted
        places |= planter.places
    assert places == reached
    assert len(places) > 100
    tally.count("leaves of replies", len(places))


def spoiled_snapshots(directory: Path, number: int, tally: Tally) -> None:
    """A real snapshot with strings planted at its leaves: evaluated, or refused with a sentence."""
    rolled = dice("hostile snapshots")
    fixed = ("schema", "reason", "kind", "absent")
    planter = Planter(rolled, lambda: hostile(rolled), 0.0)
    with staged(rolled, 7, planter) as host:
        plain = directory / "true.json"
        run("collect", *host.words, *host.scope, "-o", plain)
    true = json.loads(plain.read_bytes())
    for at in range(number):
        planter.chance = rolled.choice((0.02, 0.3, 1.0))
        planter.keep = fixed if at % 7 == 6 else (*fixed, "collected_at", "finished_at")
        spoiled = directory / "spoiled.json"
        document: dict[str, Any] = planter.tree(true) | {"schema": true["schema"]}
        text = json.dumps(_known_keys(document, true), ensure_ascii=rolled.random() < 0.5)
        spoiled.write_bytes(text.encode("utf-8", rolled.choice(("replace", "replace", "surrogatepass"))))
        try:
            accepted = read(spoiled, directory, rolled)
        except Exception as error:
            raise AssertionError(f"seed {seed()}, hostile snapshot {at}: {error}") from error
        tally.count("snapshots of strangers evaluated" if accepted else "snapshots of strangers refused")
    tally.count("hostile strings in snapshots", planter.strings)


def _known_keys(document: Any, true: Any) -> Any:
    """``document`` without the keys that were planted where a snapshot has fixed ones."""
    if isinstance(document, dict) and isinstance(true, dict):
        return {key: _known_keys(document[key], each) for key, each in true.items()}
    if isinstance(document, list) and isinstance(true, list):
        return [_known_keys(one, other) for one, other in zip(document, true, strict=True)]
    return document


def test_snapshots_of_strangers(tmp_path: Path, tally: Tally) -> None:
    spoiled_snapshots(tmp_path, sized(3, 60), tally)
    assert tally.checked["snapshots of strangers evaluated"]


def _command_lines(rolled: Any, snapshot: Path) -> Any:
    """Every option of every command with a stranger's text, given as a word and by its variable."""
    for command in COMMANDS:
        for positional in command.positionals:
            yield [*command.words, _argument(rolled)], {}
            yield [*command.words, *([snapshot] if positional.name == "snapshots" else []), _argument(rolled)], {}
        subject = [snapshot] if command.words == ("evaluate",) else []
        subject = ["5.5"] if command.words == ("controls", "show") else subject
        yield [*command.words, *subject, _argument(rolled)], {}
        yield [*command.words, *subject, f"--{_argument(rolled)}"], {}
        for option in command.all_options:
            text = _argument(rolled)
            yield [*command.words, *subject, f"{option.flags[-1]}={text}"], {}
            yield [*command.words, *subject], {option.environment_variable: _argument(rolled)}
        for name in (
            "DOCKER_HOST",
            "DOCKER_CONTEXT",
            "DOCKER_CONFIG",
            "DOCKER_CERT_PATH",
            "SUDO_USER",
            "HOME",
            "COLUMNS",
        ):
            yield [*command.words, *subject], {name: _argument(rolled)}


def _argument(rolled: Any) -> str:
    """Text as it gets into a process: bytes without NUL, which Python shows as surrogates where they are no UTF-8."""
    data = hostile(rolled).encode("utf-8", "surrogatepass").replace(b"\0", b"")
    opening = rolled.choice((b"", b"", b"tcp://", b"ssh://", b"unix:///tmp/", b"table=/nowhere/", b"json=/nowhere/"))
    return os.fsdecode((opening + data)[:2000])


def test_command_lines_and_variables_of_strangers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    monkeypatch.chdir(tmp_path)
    rolled = dice("hostile command lines")
    planter = Planter(rolled, lambda: hostile(rolled), 0.02)
    with staged(rolled, 11, planter) as host:
        snapshot = tmp_path / "snapshot.json"
        run("collect", *host.words, "-o", snapshot)
        for _ in range(sized(1, 20)):
            for words, variables in _command_lines(rolled, snapshot):
                try_command_line(
                    words, {"DOCKER_HOST": host.words[1], "DOCKMARK_HOST_ROOT": host.words[3]} | variables, tally
                )


def try_command_line(words: Any, variables: dict[str, str], tally: Tally) -> None:
    ran = run(*words, env=variables)
    try:
        check_messages(ran.err, ran.code)
        if ran.out[:1] in (b"{", b"["):
            strict(ran.out)
        elif ran.out.startswith(b"<?xml"):
            read_xml_strictly(ran.out)
        elif ran.out and words[0] != "completion":
            check_text(ran.out.decode(), colour=False)
    except Broken as broken:
        raise AssertionError(f"seed {seed()}: {words} {variables}: {broken}") from None
    tally.count("hostile words and variables")
    tally.count(f"command lines that ended with {ran.code}")


def test_what_a_person_sees(tmp_path: Path, tally: Tally) -> None:
    """The same as a process of its own on a terminal, and into files through real streams."""
    rolled = dice("hostile terminals")
    planter = Planter(rolled, lambda: hostile(rolled), 0.5)
    with staged(rolled, 21, planter) as host:
        assert dockmark("collect", *host.words, *host.scope, "-o", tmp_path / "s.json").returncode in (0, 4)
        made = dockmark("evaluate", tmp_path / "s.json", "--beyond", "-o", "json")
        document = strict(made.stdout)
        for words in ([], ["--verbose"], ["--no-color"]):
            seen = on_a_terminal(
                ["evaluate", tmp_path / "s.json", "--beyond", *words],
                {"TERM": "xterm", "LANG": "C.UTF-8", "COLUMNS": "90"},
            )
            text = seen.decode().replace("\r\n", "\n")
            check_table(text, colour="--no-color" not in words, width=90, document=document)
            tally.count("reports read off a terminal")


def test_very_long_strings(tmp_path: Path, tally: Tally) -> None:
    """A megabyte of it as a name, an image, a version and a message: shown, bounded, and read back."""
    rolled = dice("hostile lengths")
    texts = [long(rolled, 1_000_000) for _ in range(3)]
    planter = Planter(rolled, lambda: rolled.choice(texts), 0.02)
    with staged(rolled, 5, planter) as host:
        audit(host, tmp_path, rolled)
    tally.count("strings of a megabyte", planter.strings)
