"""The arsenal's own honesty: a run that checked nothing is not believed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.torture.ledger import Harness, Tally, record
from tests.torture.report import Unbelievable, collect, page
from tests.torture.size import dice, is_big

NOW = datetime(2026, 11, 25, tzinfo=UTC)
HARNESS = Harness("knock-out", "No pass on a damaged fact.", ("what nobody thought of",))


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCKMARK_TORTURE_RECORD", str(tmp_path))
    return tmp_path


def _record(counts: dict[str, int], bugs: tuple[str, ...] = (), name: str = "a.py::test") -> None:
    tally = Tally(HARNESS)
    for what, number in counts.items():
        tally.count(what, number)
    for bug in bugs:
        tally.saw_seeded_bug(bug)
    record(tally, name, 1.5)


def test_the_tests_of_a_harness_are_added_up(directory: Path) -> None:
    _record({"damaged facts": 1200})
    _record({"damaged facts": 34}, ("a bug",), name="a.py::other")
    known = collect(directory, NOW, ())["harnesses"]["knock-out"]
    assert (known["checked"], known["caught"], known["tests"], known["seconds"]) == (
        {"damaged facts": 1234},
        ["a bug"],
        2,
        3.0,
    )


def test_the_page_names_counts_bugs_and_what_is_not_covered(directory: Path) -> None:
    _record({"damaged facts": 1234}, ("a denied file counts as absent",))
    text = page(json.loads(json.dumps(collect(directory, NOW, ()))))
    for wanted in ("1,234 damaged facts", "a denied file counts as absent", "what nobody thought of"):
        assert wanted in text


@pytest.mark.parametrize(
    ("counts", "bugs", "why"),
    [({}, ("a bug",), "checked nothing"), ({"facts": 1}, (), "saw no seeded bug")],
)
def test_a_harness_that_proves_nothing_is_not_believed(
    directory: Path, counts: dict[str, int], bugs: tuple[str, ...], why: str
) -> None:
    _record(counts, bugs)
    with pytest.raises(Unbelievable, match=why):
        collect(directory, NOW, ())


def test_a_run_without_one_of_the_harnesses_is_not_believed(directory: Path) -> None:
    _record({"damaged facts": 1}, ("a bug",))
    with pytest.raises(Unbelievable, match="did not run: races"):
        collect(directory, NOW, ("knock-out", "races"))


def test_what_ran_at_the_small_size_is_said(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKMARK_TORTURE", "big")
    _record({"damaged facts": 1}, ("a bug",))
    assert "only at the small size" not in page(collect(directory, NOW, ()))
    monkeypatch.setenv("DOCKMARK_TORTURE", "small")
    _record({"damaged facts": 1}, name="tests/a.py::small[/x/y]")
    assert "In this run only at the small size: a.py::small." in page(collect(directory, NOW, ()))


def test_a_test_that_was_run_again_counts_once(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def counted() -> dict[str, int]:
        return dict(collect(directory, NOW, ())["harnesses"]["knock-out"]["checked"])

    _record({"facts": 1}, ("a bug",))
    _record({"facts": 2}, ("a bug",))
    assert counted() == {"facts": 2}
    monkeypatch.setenv("DOCKMARK_TORTURE", "big")
    _record({"facts": 30}, ("a bug",))
    monkeypatch.setenv("DOCKMARK_TORTURE", "small")
    _record({"facts": 4}, ("a bug",))
    assert counted() == {"facts": 30}


def test_an_empty_record_is_not_believed(tmp_path: Path) -> None:
    with pytest.raises(Unbelievable, match="holds no record"):
        collect(tmp_path, NOW, ())


def test_a_size_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKMARK_TORTURE", "huge")
    with pytest.raises(ValueError, match="there are small, big"):
        is_big()


def test_another_seed_rolls_other_dice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKMARK_SEED", "1")
    first = dice("one").random()
    assert first == dice("one").random()
    assert first != dice("two").random()
    monkeypatch.setenv("DOCKMARK_SEED", "2")
    assert first != dice("one").random()
