"""Runs the worker on some modules and holds what it reports against the list of mutants that are known to live."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from tests.torture.ledger import Harness, Tally
from tests.torture.mutation_children import BROKEN, SURVIVED
from tests.torture.mutation_mutants import ROOT, mutants_of
from tests.torture.mutation_scope import GROUPS, Stages
from tests.torture.size import dice, is_big, seed

HARNESS: Final = Harness(
    "mutation testing",
    "A small change of the code that decides is noticed by the unit tests of that code alone.",
    (
        "The wording of messages: texts with a space in them are not mutated.",
        "Imports, annotations, decorators, and branches that the type checker proves to be unreachable.",
        "How the daemon's process, its units' files and its data root are found: the fuzzing and the oracle look there.",
        "Two changes at once.",
        "Listed survivors were judged equivalent by a person; the run only holds that they are the only ones.",
    ),
)
AT_LEAST: Final = 0.95
SURVIVORS: Final = Path(__file__).with_name("mutation_survivors.yaml")


@dataclass(frozen=True)
class Run:
    """What a worker said: outcomes by mutant, and whatever shows that they mean nothing."""

    outcomes: Mapping[str, str]
    problems: tuple[str, ...]


def run_mutants(modules: Mapping[str, Stages], names: Collection[str] | None) -> Run:
    """Tries the mutants ``names`` of ``modules``, all when None, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="mutation") as directory:
        order, report, log = (Path(directory) / name for name in ("order", "report", "log"))
        order.write_text(
            json.dumps({"modules": modules, "names": None if names is None else sorted(names)}), encoding="utf-8"
        )
        subprocess.run(
            [sys.executable, "-m", "tests.torture.mutation_worker", order, report],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "MUTATION_LOG": str(log)}, check=True, timeout=7200,
        )  # fmt: skip
        lines = [json.loads(each) for each in report.read_text(encoding="utf-8").splitlines()]
        return _read(lines, log.read_text(encoding="utf-8") if log.exists() else "")


def _read(lines: Sequence[Mapping[str, Any]], log: str) -> Run:
    outcomes: dict[str, str] = {}
    problems = [str(each["problem"]) for each in lines if "problem" in each]
    for each in lines:
        if "null" in each and each["outcome"] != SURVIVED:
            problems.append(f"{each['null']}: {each['outcome']} {each.get('killer', '')}")
        if "mutant" in each:
            outcomes[each["mutant"]] = each["outcome"]
            if each["outcome"] == BROKEN:
                problems.append(f"not tried: {each['mutant']}")
    finished = [each["finished"] for each in lines if "finished" in each]
    if finished != [len(outcomes)]:
        problems.append(f"{len(outcomes)} mutants tried, {finished} made")
    return Run(outcomes, (*problems, log[-3000:]) if problems else ())


def known_survivors() -> dict[str, str]:
    """Why it is no defect that a mutant lives, by mutant."""
    listed: dict[str, str] = {}
    for each in yaml.safe_load(SURVIVORS.read_text(encoding="utf-8")):
        for name in each["mutants"]:
            assert name not in listed, f"listed twice: {name}"
            assert each["reason"].strip(), name
            listed[name] = each["reason"]
    return listed


def drawn(group: str, number: int) -> list[str] | None:
    """All mutants of a group at the big size, else ``number`` of them by this run's dice, from every module some."""
    if is_big():
        return None
    rolled = dice(f"mutation {group}")
    names: list[str] = []
    modules = list(GROUPS[group])
    rolled.shuffle(modules)
    for at, module in enumerate(modules):
        share = number // len(modules) + (at < number % len(modules))
        names += rolled.sample([each.name for each in mutants_of(module)], share)
    return names


def check(run: Run, modules: Collection[str], listed: Mapping[str, str], *, complete: bool) -> None:
    """Raises AssertionError for a run that proves nothing, for a survivor that is not listed, and, when the run was
    ``complete``, for a listed one that is none, and for too few killed.
    """
    assert not run.problems, "\n".join(run.problems)
    assert run.outcomes, "no mutant was tried"
    alive = {name for name, outcome in run.outcomes.items() if outcome == SURVIVED}
    unknown = sorted(alive - listed.keys())
    assert not unknown, f"seed {seed()}: no test notices these mutants, and they are not listed:\n" + "\n".join(unknown)
    if not complete:
        return
    stale = sorted(name for name in listed if name.partition(":")[0] in modules and name not in alive)
    assert not stale, "listed as survivors, but killed or gone:\n" + "\n".join(stale)
    share = 1 - len(alive) / len(run.outcomes)
    assert share >= AT_LEAST, f"{share:.1%} killed"


def count(run: Run, tally: Tally) -> None:
    """By module: mutants made, killed, and listed as equivalent."""
    made = Counter(name.partition(":")[0].removeprefix("benchmark.") for name in run.outcomes)
    alive = Counter(
        name.partition(":")[0].removeprefix("benchmark.")
        for name, outcome in run.outcomes.items()
        if outcome == SURVIVED
    )
    tally.count("mutants made", sum(made.values()))
    tally.count("survivors listed as equivalent", sum(alive.values()))
    for module, number in made.items():
        tally.count(f"mutants of {module} killed", number - alive[module])
        if alive[module]:
            tally.count(f"mutants of {module} listed as equivalent", alive[module])


def run_group(group: str, tally: Tally, number: int) -> None:
    """One group, at the size of the run."""
    names = drawn(group, number)
    run = run_mutants(GROUPS[group], names)
    check(run, GROUPS[group], known_survivors(), complete=names is None)
    count(run, tally)
