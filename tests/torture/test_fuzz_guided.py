"""Fuzzing that is steered by coverage: a few targets of a small run, all of them in a big one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture.fuzz_run import Target
from tests.torture.fuzz_targets import HARNESS, TARGETS
from tests.torture.ledger import Tally
from tests.torture.size import dice, is_big, seed, sized

pytest.importorskip("atheris", reason="atheris has wheels for x86-64 only")
assert HARNESS.name  # the fixture ``tally`` takes it from here

_ROOT = Path(__file__).parents[2]
_CHOSEN = TARGETS if is_big() else dice("guided").sample(TARGETS, 2)


@pytest.mark.parametrize("target", _CHOSEN, ids=lambda each: each.name)
def test_inputs_that_reach_new_code_are_read_or_refused(target: Target, tmp_path: Path, tally: Tally) -> None:
    runs = max(100, int(sized(300, 4000) * target.share))
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.fuzz_guided", target.name, str(runs), str(seed()), str(tmp_path)],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, f"seed {seed()}: {done.stderr[-3000:]}"
    tally.count("inputs steered by coverage", runs)
