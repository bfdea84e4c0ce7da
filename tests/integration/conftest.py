"""What several end-to-end tests need."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.command import ROOT
from tests.engine import Engine, real_engine

NOBODY = 65534


@pytest.fixture(scope="session")
def shared_engine() -> Iterator[Engine]:
    """One engine for every test of a worker that only needs one to be there. Whoever adds containers removes them."""
    with real_engine() as engine:
        yield engine


@pytest.fixture(scope="session")
def as_nobody() -> Iterator[tuple[str, ...]]:
    """The start of a command line that runs Python with dockmark as an account without any rights.

    This checkout may lie where nobody may go, so the package and what it needs are copied to a place that all can read.
    """
    place = Path(tempfile.mkdtemp(prefix="dm-nobody-", dir="/tmp"))
    try:
        place.chmod(0o755)
        for folder in ("benchmark", "controls", "mappings"):
            shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__"))
        for name in _needed_distributions():
            _copy_distribution(name, place)
        subprocess.run(["chmod", "-R", "a+rX", str(place)], check=True)
        identity = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        for python in (sys.executable, f"/usr/bin/{version}", "/usr/bin/python3"):
            # -I would drop PYTHONPATH; -s and the clean environment keep this account's packages out.
            command = (*identity, "env", f"PYTHONPATH={place}", "HOME=/nonexistent", python, "-s", "-B")
            tried = subprocess.run(
                [*command, "-c", "import benchmark.__main__, docker, re2, tabulate, yaml"], check=False, cwd="/"
            )
            if tried.returncode == 0:
                yield command
                return
        pytest.skip(f"no {version} that an account without rights may run")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _needed_distributions() -> set[str]:
    """dockmark's requirements and theirs, by name."""
    waiting = ["docker", "google-re2", "pyyaml", "shtab", "tabulate"]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        if name in found:
            continue
        found.add(name)
        for text in requires:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
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
