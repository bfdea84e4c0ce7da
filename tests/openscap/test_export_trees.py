"""Random hosts below a root: oscap, with the exported content, says of every control exported as OVAL what dockmark says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark.export.ways import Way
from tests.openscap.exported import Exported, export, judged_by_dockmark, judged_by_oscap, staged
from tests.torture.oracle_harness import NEEDS_ROOT, hosts
from tests.torture.size import sized

pytestmark = [pytest.mark.openscap, NEEDS_ROOT]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(tmp_path_factory.mktemp("content"))


def test_random_hosts_get_the_same_verdicts(exported: Exported, tmp_path: Path) -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for number, host in enumerate(hosts(0, sized(8, 200))):
        with staged(host, tmp_path / str(number)) as (snapshot, top, places):
            ours = judged_by_dockmark(snapshot, exported.content.checklist)
            theirs = judged_by_oscap(exported, places, top)
        for control in controls(exported):
            seen[ours[control], theirs[control]] += 1
            assert may_differ(ours[control], theirs[control]), (host.number, control, ours[control], theirs[control])
    assert seen["pass", "pass"] > seen.total() / 4
    assert seen["fail", "fail"] > 0


def controls(exported: Exported) -> Iterator[str]:
    return (each.rule.control.id for each in exported.content.exports if each.way is Way.OVAL)


def may_differ(ours: str, theirs: str) -> bool:
    """What differs only in words, or in that oscap does not know."""
    return theirs in (ours, "unknown") or (ours == "notapplicable" and theirs == "notchecked")
