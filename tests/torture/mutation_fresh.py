"""The thorough way: a child that imports the mutated module as if it stood so on the disk, and runs the tests on it."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from tests.torture.mutation_children import bound_cpu, run_child
from tests.torture.mutation_mutants import Mutant, path_of


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module another code."""

    def __init__(self, module: str, code: CodeType) -> None:
        self.module, self.code = module, code

    def find_spec(
        self, name: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self.module:
            return None
        return importlib.util.spec_from_file_location(name, path_of(name), loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)  # noqa: S102


class _Verdict:
    """Whether anything failed, were it only to be collected."""

    def __init__(self) -> None:
        self.failed = False
        self.passed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed
        self.passed += report.passed and report.when == "call"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.failed = self.failed or report.failed


def try_fresh(mutant: Mutant | None, stages: Sequence[Sequence[str]], options: Sequence[str], room: Path) -> str:
    """``mutant`` None is the module as it is. The tests of the first stage run first, and all before the next stage's."""

    def work() -> bool:
        silence()
        if mutant is not None:
            sys.meta_path.insert(0, _Mutated(mutant.module, mutant.compile()))
            if not _can_be_imported(mutant.module):  # pytest would call that an error of its own
                return True
        for number, tests in enumerate(stages):
            verdict = _Verdict()
            bound_cpu(120)
            code = pytest.main([*options, "-x", f"--basetemp={room / str(number)}", *tests], plugins=[verdict])
            if verdict.failed:
                return True
            if code != 0 or not verdict.passed:
                raise RuntimeError(f"pytest ended with {code}")
        return False

    return run_child(work, 600, room)


def _can_be_imported(module: str) -> bool:
    try:
        importlib.import_module(module)
    except Exception:  # noqa: BLE001  (whatever a mutant raises, somebody notices)
        return False
    return True


def silence() -> None:
    """Nothing is printed from here on."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
