r"""Samples that an auditor can draw again: from the seed and the listed population alone, on any machine, with stock tools.

A member's ticket is the SHA-256 of the seed, a newline and the member, in hexadecimal. The members with the smallest tickets
are the sample. Neither the order of the population nor a random generator plays a part:

    printf '7\nweb-01' | sha256sum
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from benchmark.history.database import Database
from benchmark.model.run import Run


@dataclass(frozen=True, slots=True)
class Sample:
    """``population`` in the order of its characters, and those of it that were drawn, in the same order."""

    population: tuple[str, ...]
    drawn: tuple[str, ...]


def draw_sample(population: Iterable[str], size: int, seed: int) -> Sample:
    """``size`` members of ``population``, or all of it where it has no more."""
    members = sorted(set(population))
    drawn = sorted(members, key=lambda each: ticket(seed, each))[:size]
    return Sample(tuple(members), tuple(sorted(drawn)))


def ticket(seed: int, member: str) -> str:
    """Who has the smallest is drawn first."""
    return hashlib.sha256(f"{seed}\n{member}".encode("utf-8", "backslashreplace")).hexdigest()


def hosts_of(runs: Iterable[Run]) -> tuple[str, ...]:
    """The names of the hosts that were audited."""
    return tuple({each.host for each in runs})


def subjects_of(database: Database, runs: Iterable[Run], kind: str | None = None) -> tuple[str, ...]:
    """What was judged on them: ``host: container web``. What has the same kind and name on a host is one member."""
    found: set[str] = set()
    for run in runs:
        rows = database.rows(_SUBJECTS, {"sequence": run.sequence})
        found.update(f"{run.host}: {of} {name}".rstrip() for of, name in rows if kind in (None, of))
    return tuple(found)


_SUBJECTS = (
    "SELECT DISTINCT kind, name FROM findings JOIN subjects ON subject = number WHERE findings.sequence = :sequence"
)
