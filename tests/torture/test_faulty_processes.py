"""The command line as a process of its own: what it says of damaged replies, and what it costs in memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from tests.command import ROOT, environment
from tests.faulty_daemon import Fault
from tests.torture.faulty_check import Case
from tests.torture.faulty_floods import FLOODS
from tests.torture.faulty_harness import HARNESS, stage
from tests.torture.faulty_run import paths_by_shape
from tests.torture.faulty_stage import TRANSPORTS, Stage, timeless
from tests.torture.ledger import Tally
from tests.torture.size import dice, is_big, seed, sized

__all__ = ["HARNESS", "stage"]

_MOST_KIB: Final = 512 * 1024
_SCHEMA: Final = Draft202012Validator(json.loads((ROOT / "reports/schemas/assessment-1.schema.json").read_text()))
_MEASURED: Final = """
import sys
from benchmark.cli.run import run_command_line
code = run_command_line(sys.argv[1:])
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print("peak", peak, file=sys.stderr)
sys.exit(code)
"""


def test_the_command_line_says_the_same_in_bounded_memory(stage: Stage, tally: Tally) -> None:
    """A process of its own: exit code, strict JSON as the schema has it, no traceback, the same rows, and its peak of memory."""
    rolled = dice("faulty processes")
    floods = [
        Case("unix", kind, rolled.choice(paths)) for kind in FLOODS for paths in paths_by_shape(stage, "unix").values()
    ]
    kinds = [name for name, each in stage.kinds.items() if not each.slow]
    small = [
        Case(
            transport,
            rolled.choice(kinds),
            rolled.choice(rolled.choice(list(paths_by_shape(stage, transport).values()))),
        )
        for transport in TRANSPORTS
        for _ in range(sized(1, 25))
    ]
    chosen = floods if is_big() else rolled.sample(floods, 4)
    peak = 0
    for case in (*small, *chosen):
        peak = max(peak, _as_process(stage, case))
        tally.count("audits as processes of their own")
    assert peak > 20_000, "no memory was measured"


@pytest.mark.parametrize("shape", ["/containers/ID/json"] + ["/images/ID/json", "/images/ID/history"] * is_big())
def test_every_object_of_eight_megabytes_is_too_much_together(shape: str, stage: Stage, tally: Tally) -> None:
    for kind in ("many_texts", "one_long_text") if is_big() else ("many_texts",):
        path = paths_by_shape(stage, "unix")[shape][0]
        _as_process(stage, Case("unix", kind, path), "^" + shape.replace("ID", "[^/]+") + "$")
        tally.count("audits as processes of their own")


def _as_process(stage: Stage, case: Case, pattern: str = "") -> int:
    """Peak of memory in KiB. Raises AssertionError for whatever is wrong."""
    fault = Fault(case.kind, pattern or f"^{re.escape(case.path)}$")
    known = FLOODS | {name: each.break_down for name, each in stage.kinds.items()}
    with stage.serve(case.transport, (fault,), breakdowns=known) as daemon:
        words = ["audit", "-H", stage.url(case.transport, daemon), "--host-root", str(stage.root), "--deep", "--beyond"]
        words += ["--timeout", "20", "--deadline", "60", "-o", "json", *_files(stage)]
        started = time.monotonic()
        found = subprocess.run(
            [sys.executable, "-c", _MEASURED, *words],
            env=environment({**stage.environment(case.transport), "PATH": os.environ["PATH"]}),
            cwd=ROOT, capture_output=True, timeout=300, check=False,
        )  # fmt: skip
        seconds = time.monotonic() - started
    said = found.stderr.decode()
    where = f"seed {seed()}, {case}: exit {found.returncode}, {said[-800:]}"
    assert "Traceback" not in said, where
    assert "internal error" not in said, where
    document = json.loads(found.stdout, parse_constant=_no_constant)
    _SCHEMA.validate(document)
    rows = {each["control"]: each for each in document["results"]}
    assert rows.keys() == stage.undamaged(case.transport).rows.keys(), where
    results = {each["result"] for each in rows.values()}
    lost_all = case.path == "/version" and rows["container_not_privileged"]["enumeration"]["gap"] is not None
    expected = 4 if lost_all else 2 if results & {"error", "unknown"} else 1 if "fail" in results else 0
    assert found.returncode == expected, where
    for name, was in stage.undamaged(case.transport).rows.items():
        now = rows[name]["result"]
        assert now == was["result"] or now in ("error", "unknown"), f"{where}: {name} was {was['result']}, is {now}"
    assert seconds < 60 + 1, where
    if case.kind in stage.kinds and not pattern:
        inside = stage.damaged(case.transport, fault)
        assert timeless(document)["results"] == inside.document["results"], where
    peak = int(re.findall(r"^peak (\d+)$", said, re.MULTILINE)[-1])
    assert peak < _MOST_KIB, f"{where}: {peak} KiB"
    return peak


def _files(stage: Stage) -> list[str]:
    names = {"dockerfiles": "--dockerfile", "vulnerabilities": "--vulnerabilities"}
    return [word for name, paths in stage.documents.items() for path in paths for word in (names[name], path)]


def _no_constant(name: str) -> Any:
    raise AssertionError(f"{name} is not JSON")
