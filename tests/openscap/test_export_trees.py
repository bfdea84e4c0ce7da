"""Random hosts: oscap, with the exported content, says of every control exported as OVAL what dockmark says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmark.export.ways import Way
from tests.openscap.export_exceptions import explained
from tests.openscap.exported import (
    Exported,
    export,
    judged_by_dockmark,
    judged_by_oscap,
    staged,
)
from tests.torture.oracle_harness import NEEDS_ROOT, hosts
from tests.torture.size import sized

pytestmark = [pytest.mark.openscap, NEEDS_ROOT]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(tmp_path_factory.mktemp("content"))


def test_random_hosts_get_the_same_verdicts(exported: Exported, tmp_path: Path) -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for number, host in enumerate(hosts(0, sized(6, 200))):
        with staged(host, tmp_path / str(number)) as (snapshot, top, places):
            ours = judged_by_dockmark(snapshot, exported.content.checklist)
            theirs = judged_by_oscap(exported, places, top)
        for control in controls(exported):
            told = ours[control], theirs[control]
            seen[told] += 1
            assert explained(control, *told, host) != "!", (host.number, control, *told)
    assert seen["pass", "pass"] > seen.total() / 3
    assert seen["fail", "fail"] > seen.total() / 20
    assert seen["notchecked", "notchecked"] > 0


def controls(exported: Exported) -> list[str]:
    return [each.rule.control.id for each in exported.content.exports if each.way is Way.OVAL]
