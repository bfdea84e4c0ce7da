"""Runs the public command line as a user does and reads what it says."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.command import command, environment

MET, NOT_MET, INCOMPLETE, USAGE, UNREACHABLE = 0, 1, 2, 3, 4
JUDGED: Final = (MET, NOT_MET, INCOMPLETE)


@dataclass(frozen=True, slots=True)
class Done:
    """A finished run: exit code and both streams. ``report`` is the JSON that stands on stdout."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        document = json.loads(self.out)
        assert isinstance(document, dict)
        return document

    def row(self, control: str) -> dict[str, Any]:
        """The result of one control; KeyError when it left no row."""
        for row in self.report["results"]:
            if row["control"] == control:
                return dict(row)
        raise KeyError(control)

    def result(self, control: str) -> str:
        return str(self.row(control)["result"])

    def results(self) -> dict[str, str]:
        return {row["control"]: row["result"] for row in self.report["results"]}

    def findings(self, control: str) -> dict[str, str]:
        """Result by subject."""
        return {each["subject"]: each["result"] for each in self.row(control)["findings"]}

    def reasons(self) -> dict[str, set[str]]:
        """The reason codes of every control of sections 2, 3 and 5 that ended in error or unknown."""
        return {
            row["control"]: {each["reason"] for each in row["findings"] if each["reason"]}
            | {row.get("reason")} - {None}
            for row in self.report["results"]
            if row["result"] in ("error", "unknown") and row["section"] in ("2", "3", "5")
        }


def dockmark(*words: str | Path, env: Mapping[str, str] | None = None, start: Sequence[str] = ()) -> Done:
    """``dockmark WORDS``, by ``start`` instead of this interpreter if given. Fails the test when it breaks down."""
    done = subprocess.run(
        [*start, "-m", "benchmark", *map(str, words)] if start else command(*words),
        capture_output=True,
        check=False,
        cwd="/",
        env=environment(env),
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    ended = Done(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in ended.err, ended.err
    assert ended.code in (*JUDGED, USAGE, UNREACHABLE), ended.err
    return ended


def audit(host: str, *words: str | Path, env: Mapping[str, str] | None = None, start: Sequence[str] = ()) -> Done:
    """``dockmark audit`` of one engine, reported as JSON; the promises that hold for every audit are checked."""
    done = dockmark("audit", "--host", host, "-o", "json", *words, env=env, start=start)
    assert done.code in (*JUDGED, UNREACHABLE), done.err
    check_promises(done)
    return done


def check_promises(done: Done) -> None:
    """What no input may break: a row for each selected control, passes with evidence, a code that fits the results."""
    report = done.report
    rows = report["results"]
    coverage = report["score"]["coverage"]
    assert len(rows) == len({row["control"] for row in rows})
    counted = ("judged", "errors", "unknown", "manual", "notapplicable")
    assert (
        sum(coverage[each] for each in counted)
        == coverage["selected"]
        == sum(bool(row["requirements"].get("cis_docker")) for row in rows)
    )
    for row in rows:
        for finding in row["findings"]:
            assert finding["result"] != "pass" or finding["evidence"], (row["control"], finding)
            assert (finding["reason"] is not None) == (finding["result"] in ("error", "unknown")), finding
    undecided = any(row["result"] in ("error", "unknown") for row in rows)
    failed = any(row["result"] == "fail" for row in rows)
    if done.code != UNREACHABLE:
        assert done.code == (INCOMPLETE if undecided else NOT_MET if failed else MET)
