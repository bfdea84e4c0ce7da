"""The comparison with oscap fails where it should: bugs are planted in the translation, and each of them is noticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.evaluate.operators import OPERATORS
from benchmark.export import capabilities, container_files, containers, daemon_settings, files, verdict
from benchmark.export.oval_terms import Filtered
from benchmark.export.sides import union
from benchmark.export.ways import Way
from benchmark.scap import oval_words
from tests.openscap.export_exceptions import explained
from tests.openscap.exported import export, judged_by_dockmark, judged_by_oscap, staged
from tests.torture.oracle.host import Host
from tests.torture.oracle_harness import NEEDS_ROOT, hosts

pytestmark = [pytest.mark.openscap, NEEDS_ROOT]

Staged = tuple[Host, dict[str, str], Path, dict[str, str]]


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Staged]]:
    """Hosts on disk, with what dockmark says of them."""
    content = export(tmp_path_factory.mktemp("content")).content
    directory = tmp_path_factory.mktemp("hosts")
    found = []
    with ExitStack() as cleanup:
        for number, host in enumerate(hosts(0, 4)):
            snapshot, top, places = cleanup.enter_context(staged(host, directory / str(number)))
            found.append((host, judged_by_dockmark(snapshot, content.checklist), top, places))
        yield found


def noticed(looked_at: list[Staged], directory: Path) -> list[str]:
    """Controls of which oscap, with content that is made now, says of the first such host what nothing explains."""
    exported = export(directory)
    about = [each.rule.control.id for each in exported.content.exports if each.way is Way.OVAL]
    for host, ours, top, places in looked_at:
        theirs = judged_by_oscap(exported, places, top)
        if found := [each for each in about if explained(each, ours[each], theirs[each], host) == "!"]:
            return found
    return []


def test_nothing_is_noticed_without_a_bug(looked_at: list[Staged], tmp_path: Path) -> None:
    assert not noticed(looked_at, tmp_path)


def _word(word: str, counterpart: Callable[..., object]) -> Callable[[pytest.MonkeyPatch], None]:
    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(OPERATORS, word, replace(OPERATORS[word], oval=counterpart))  # type: ignore[arg-type]

    return plant


def _swapped_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    swapped = {0o040: 0o020, 0o020: 0o040}
    monkeypatch.setattr(files, "_BITS", {swapped.get(bit, bit): name for bit, name in files._BITS.items()})


def _forgotten_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_BITS", {bit: name for bit, name in files._BITS.items() if name != "gwrite"})


def _dropped_negation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "negated", lambda part: part)


def _no_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "UNKNOWN", verdict.PERSON)


def _filter_turned(monkeypatch: pytest.MonkeyPatch) -> None:
    def turned(captured: object, comparison: object, control: object) -> tuple[Filtered, Filtered]:
        true, false = container_files.split_items(captured, comparison, control)  # type: ignore[arg-type]
        return false, true

    monkeypatch.setattr(containers, "split_items", turned)


def _nothing_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capabilities, "difference", lambda left, _right, _population: left)


def _any_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "intersection", union)


def _another_default(monkeypatch: pytest.MonkeyPatch) -> None:
    options = dict(daemon_settings.OPTIONS)
    options["userland-proxy"] = replace(options["userland-proxy"], default=False)
    monkeypatch.setattr(daemon_settings, "OPTIONS", options)


BUGS = {
    "one_of is none of": _word("one_of", lambda _argument, _type: oval_words.OfValue(oval_words.Comparison("equals", ("x",)))),
    "at_least is at_most": _word("at_least", oval_words.at_most),
    "root is somebody else": _word("owned_by", lambda _argument, _type: oval_words.OwnedBy("1000", "root")),
    "an empty list is any list": _word("equals", lambda _argument, _type: oval_words.Presence(there=True)),
    "mode bits are swapped": _swapped_bits,
    "a mode bit is forgotten": _forgotten_bit,
    "a negation is dropped": _dropped_negation,
    "doubt is a person's": _no_doubt,
    "a filter is turned": _filter_turned,
    "nothing is taken away": _nothing_taken_away,
    "any is taken for all": _any_for_all,
    "a default is another": _another_default,
}  # fmt: skip


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_noticed(
    name: str, looked_at: list[Staged], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    BUGS[name](monkeypatch)
    assert noticed(looked_at, tmp_path)
