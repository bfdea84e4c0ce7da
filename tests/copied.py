"""A copy of dockmark and of all it needs, in a place where every account may run it."""

from __future__ import annotations

import compileall
import contextlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from tests.command import ROOT

NOBODY: Final = 65534
AS_NOBODY: Final = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")
_VERSION: Final = f"python{sys.version_info.major}.{sys.version_info.minor}"
_FOLDERS: Final = ("benchmark", "controls", "mappings")
_TRIAL: Final = "import benchmark.__main__, lxml.etree, re2, shtab, tabulate, yaml"


class NobodyMayRunIt(Exception):
    """No interpreter of this version that an account without rights may start."""


@dataclass(frozen=True, slots=True)
class Copy:
    """``place`` holds the package, ``words`` start an interpreter that finds it there, and ``python`` is that interpreter."""

    place: Path
    python: str

    @property
    def words(self) -> tuple[str, ...]:
        # -I would drop PYTHONPATH; -s and the clean environment keep this account's packages out.
        return ("env", f"PYTHONPATH={self.place}", "HOME=/nonexistent", self.python, "-s", "-B")


@contextlib.contextmanager
def copied_dockmark(python: str = "") -> Iterator[Copy]:
    """The copy, taken away at the end; run by ``python`` where that is given. Raises NobodyMayRunIt.

    This checkout may lie where nobody may go.
    """
    place = Path(tempfile.mkdtemp(prefix="dm-copy-", dir="/tmp"))
    try:
        place.chmod(0o755)
        for folder in _FOLDERS:
            shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__"))
        for name in _needed_distributions():
            _copy_distribution(name, place)
        compileall.compile_dir(place, quiet=1, workers=1)
        subprocess.run(["chmod", "-R", "a+rX", str(place)], check=True)
        yield _runnable(place, (python,) if python else (sys.executable, f"/usr/bin/{_VERSION}", "/usr/bin/python3"))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _runnable(place: Path, pythons: Sequence[str]) -> Copy:
    for python in pythons:
        copy = Copy(place, python)
        tried = subprocess.run([*AS_NOBODY, *copy.words, "-c", _TRIAL], check=False, cwd="/", capture_output=True)
        if tried.returncode == 0:
            return copy
    raise NobodyMayRunIt(f"no {_VERSION} that an account without rights may run")


def _needed_distributions() -> set[str]:
    """dockmark's requirements and theirs, by name."""
    waiting = [Requirement(each) for each in requires("dockmark") or ()]
    found: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        if requirement.name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found.add(requirement.name)
        with contextlib.suppress(PackageNotFoundError):
            waiting += [Requirement(each) for each in distribution(requirement.name).requires or ()]
    return found


def _copy_distribution(name: str, place: Path) -> None:
    for entry in distribution(name).files or ():
        source = Path(str(entry.locate()))
        if ".." in entry.parts or source.suffix == ".pyc" or not source.is_file():
            continue
        target = place / Path(*entry.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        target.chmod(0o644)
