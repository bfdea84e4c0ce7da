"""Build files as subjects: what is read, what is not, and that neither stops the others."""

from __future__ import annotations

import os

import pytest

from benchmark.collect.images.build_files import dockerfile_facts, read_dockerfiles
from benchmark.model.facts import Reason, Unavailable


def test_none_named():
    subjects, gap, sources = read_dockerfiles(())
    assert (subjects, gap) == ((), None)
    assert [each.says for each in sources] == ["not given"]


def test_good_and_broken_files_side_by_side(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good").write_text("FROM alpine:3\nADD x /y\nUSER 5\n")
    (tmp_path / "broken").write_text("FROM alpine\nRNU x\n")
    (tmp_path / "huge").write_bytes(b"#" * (2 * 1024 * 1024))
    (tmp_path / "directory").mkdir()
    (tmp_path / "link").symlink_to("good")
    os.mkfifo(tmp_path / "fifo")
    names = ("good", "broken", "huge", "directory", "fifo", "missing", "link")
    subjects, gap, sources = read_dockerfiles((*names, "good", str(tmp_path / "good")))
    assert gap is None
    assert [each.name for each in subjects] == list(names)
    assert len(sources) == len(names)
    good, *others, link = subjects
    assert good.blocked is None
    assert good.facts["add_instructions"] == ["line 2: ADD x /y"]
    assert good.facts["runs_as_root"] is False
    assert good.source is not None
    assert good.source.locator == f"file:{tmp_path}/good"
    assert good.source.digest
    assert link.facts == good.facts
    assert [each.blocked.reason for each in others if each.blocked] == [
        Reason.SYNTAX,
        Reason.OVERSIZE,
        Reason.NOT_REGULAR,
        Reason.NOT_REGULAR,
        Reason.NOT_FOUND,
    ]
    assert others[0].blocked is not None
    assert others[0].blocked.detail == "line 2: unknown instruction 'RNU'"


def test_a_variable_that_would_fill_the_memory_has_no_value():
    text = b"ARG A=" + b"x" * 16000 + b"\nARG B=" + b"$A" * 300_000 + b"\nFROM $B\n"
    read = dockerfile_facts(text)
    assert not isinstance(read, Unavailable)
    assert read[0]["unpinned_bases"] == ["line 3: FROM $B"]


@pytest.mark.parametrize("word", ["CMD [", "ARG A=", "ENV A="])
def test_a_quote_that_does_not_end_is_read_once(word):
    read = dockerfile_facts(f'FROM scratch\n{word}"'.encode() + b'\\"' * 100_000 + b"\n")
    assert not isinstance(read, Unavailable)
