"""Tries mutants and says what became of them: python -m tests.torture.mutation_worker ORDER REPORT

ORDER is a JSON file: ``modules`` with, for each, the ``stages`` of test files; ``names`` of the mutants, null for all;
REPORT receives a JSON object a line.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import hypothesis
import pytest

from tests.torture.mutation_children import SURVIVED, run_child
from tests.torture.mutation_fresh import silence, try_fresh
from tests.torture.mutation_mutants import mutants_of
from tests.torture.mutation_warm import Warm

OPTIONS: Final = (
    "-q",
    "-s",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "--hypothesis-profile=mutation",
    "-m",
    "not engine",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
)

_IMPORTED: Final = ("hypothesis.strategies", "lxml.etree", "re2", "yaml")

_MEMORY: Final = "/dev/shm"  # a directory for every mutant: nothing there waits for a disk


def main(order_file: str, report_file: str) -> None:
    """The command line."""
    order = json.loads(Path(order_file).read_text(encoding="utf-8"))
    room = Path(tempfile.mkdtemp(prefix="mutation", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None))
    _prepare(room)
    with Path(report_file).open("w", encoding="utf-8", buffering=1) as report:

        def say(**line: Any) -> None:
            report.write(json.dumps(line) + "\n")

        try:
            _try_all(order, room, report_file, say)
        finally:
            shutil.rmtree(room, ignore_errors=True)


def _prepare(room: Path) -> None:
    """The same draws in every run; no cache of anybody's; and the libraries that tests import, imported once."""
    hypothesis.settings.register_profile(
        "mutation",
        derandomize=True,
        max_examples=30,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    for name in [each for each in os.environ if each.startswith(("PYTEST_", "DOCKMARK_", "DOCKER_"))]:
        del os.environ[name]
    os.environ["XDG_CACHE_HOME"] = str(room / "cache")
    for name in _IMPORTED:
        importlib.import_module(name)


def _try_all(order: dict[str, Any], room: Path, report_file: str, say: Any) -> None:
    stages: dict[str, list[list[str]]] = order["modules"]
    wanted = None if order.get("names") is None else set(order["names"])
    mutants = [each for name in stages for each in mutants_of(name) if wanted is None or each.name in wanted]
    tests = list(dict.fromkeys(test for each in stages.values() for stage in each for test in stage))

    def warm() -> bool:
        silence()
        options = [*OPTIONS, f"--basetemp={room / 'warm-tests'}", *tests]
        return bool(pytest.main(options, plugins=[Warm(stages, mutants, say, room / "warm")]))

    run_child(warm, 3600, room / "warm")
    done = {}
    for line in Path(report_file).read_text(encoding="utf-8").splitlines():
        read = json.loads(line)
        if "problem" in read:
            return
        if "mutant" in read:
            done[read["mutant"]] = read["outcome"]
    unmutated = [tests] if wanted is None else stages[mutants[0].module][:1]
    say(null="nothing changed, imported afresh", outcome=try_fresh(None, unmutated, OPTIONS, room / "null"))
    for number, mutant in enumerate(mutants):
        settled = done.get(mutant.name)
        if settled is None or (settled == SURVIVED and mutant.table):
            outcome = try_fresh(mutant, stages[mutant.module], OPTIONS, room / f"fresh{number}")
            say(mutant=mutant.name, outcome=outcome, afresh=True)
    say(finished=len(mutants))


if __name__ == "__main__":
    main(*sys.argv[1:])
