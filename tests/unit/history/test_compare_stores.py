"""The same question has the same answer, whichever database keeps the history."""

from __future__ import annotations

import json

from tests.command import dockmark
from tests.histories import new_run, record
from tests.snapshots import container, snapshot
from tests.unit.history.assessments import compose

BEFORE = snapshot(
    [
        container("shop_web_1", {"HostConfig.Privileged": True, "labels": compose("shop", "web", 1)}),
        container("db", {"labels": {}}),
    ]
)
AFTER = snapshot(
    [
        container(f"shop-web-{each}", {"HostConfig.Privileged": True, "labels": compose("shop", "web", each)})
        for each in (1, 2)
    ],
    daemon={"daemon.icc": True},
)


def asked(place):
    """Everything that is answered about two releases, without what is drawn by lot for every run."""
    record(place, new_run(BEFORE, release="1.3"), new_run(AFTER, "2026-11-21T08:00:02Z", release="1.4"))
    answers = []
    for words in (("release:1.3", "release:1.4"), ("latest~1", "latest"), ("latest", "release:1.3")):
        run = dockmark("compare", *words, "--store", place, "-o", "json")
        told = json.loads(run.stdout)
        for side in ("before", "after"):
            assert told[side].pop("run")
        answers.append((run.returncode, told))
    return answers


def test_both_databases_give_the_same_comparisons(place, tmp_path) -> None:
    answers = asked(place)
    assert answers == asked(str(tmp_path / "other.db"))
    assert [code for code, _ in answers] == [1, 1, 0]
