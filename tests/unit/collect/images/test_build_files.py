"""Build files as subjects: what is read, what is not, and that neither stops the others."""

from __future__ import annotations

import os

from benchmark.collect.images.build_files import read_dockerfiles
from benchmark.model.facts import Reason


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
