"""Bugs put into the product, which the harness of hostile text must see."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmark.cli import evaluate as evaluate_command
from benchmark.cli import run as run_module
from benchmark.collect.engine import networks
from benchmark.render import findings_text, json_format, provenance, table, terminal_text
from tests.torture.ledger import Tally
from tests.torture.test_hostile_text import HARNESS, pytestmark, spoiled_snapshots, try_command_line, try_host

__all__ = ["HARNESS", "pytestmark"]
_HOSTS = tuple(range(2, 22))


def _seen_on_hosts(tmp_path: Path, tally: Tally, bug: str, *families: str) -> None:
    for number in _HOSTS:
        try:
            try_host(number, tmp_path, families)
        except AssertionError:
            tally.saw_seeded_bug(bug)
            return
    pytest.fail(f"not seen on {len(_HOSTS)} hosts: {bug}")


def test_bidi_controls_on_the_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tally: Tally) -> None:
    true = terminal_text._escape
    monkeypatch.setattr(terminal_text, "_escape", lambda each: each if each in "\u202e\u2066" else true(each))
    _seen_on_hosts(tmp_path, tally, "bidi controls reach the terminal", "bidi")


def test_an_output_past_the_choke_point(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tally: Tally) -> None:
    monkeypatch.setattr(findings_text, "visible", lambda text, **_: text)
    _seen_on_hosts(
        tmp_path, tally, "the evidence of a verbose report is written as it came", "C0", "terminal sequences"
    )


def test_wide_letters_counted_as_one_column(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tally: Tally) -> None:
    monkeypatch.setattr(terminal_text, "spread", lambda text: text)
    _seen_on_hosts(
        tmp_path,
        tally,
        "wide letters count as one column, so that a stranger begins lines",
        "spoofed lines by wrapping",
    )


def test_a_head_that_is_not_wrapped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tally: Tally) -> None:
    monkeypatch.setattr(table, "labelled", lambda label, text, _: [f"  {label:<11}{text}"])
    _seen_on_hosts(
        tmp_path, tally, "a line of the report's head is longer than the terminal is wide", "spoofed lines by wrapping"
    )


def test_json_by_printf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tally: Tally) -> None:
    def printed(findings: list[Any]) -> str:
        return ",".join(
            f'{{"subject": "{each["subject"]}", {json.dumps({k: v for k, v in each.items() if k != "subject"})[1:]}'
            for each in findings
        )

    monkeypatch.setattr(json_format, "_one_a_line", printed)
    _seen_on_hosts(tmp_path, tally, "JSON is put together from text", "JSON")


def test_a_network_with_a_strange_name_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tally: Tally) -> None:
    from dataclasses import replace

    true = networks.in_order

    def tidy(report: Any) -> Any:
        found = true(report)
        return replace(found, subjects=tuple(each for each in found.subjects if each.name.isprintable()))

    monkeypatch.setattr(networks, "in_order", tidy)
    _seen_on_hosts(tmp_path, tally, "a network with an unprintable name is left out", "C0")


def test_a_crash_on_what_cannot_be_encoded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tally: Tally) -> None:
    true = provenance.encode_basestring
    monkeypatch.setattr(provenance, "encode_basestring", lambda text: true(text.encode("cp1252").decode("cp1252")))
    _seen_on_hosts(tmp_path, tally, "evidence outside of Latin letters ends the run", "wide", "surrogates")


def test_a_message_in_two_lines(monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    def say(message: str, *_: str) -> None:
        sys.stderr.write(message + "\n")

    for module in (run_module, evaluate_command):
        monkeypatch.setattr(module, "say", say)
    with pytest.raises(AssertionError):
        try_command_line(["evaluate", "/nowhere/a\n0 ways to root"], {}, tally)
    tally.saw_seeded_bug("a path that holds a line break makes two lines of a message")


def test_a_time_that_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tally: Tally) -> None:
    from benchmark.model import snapshot_file

    monkeypatch.setattr(snapshot_file, "_time", lambda document, key: document[key])
    with pytest.raises(AssertionError):
        spoiled_snapshots(tmp_path, 60, tally)
    tally.saw_seeded_bug("a snapshot may have any text for a time")
