"""What a big run found, kept as data: docs/reliability.md is made from it (tests/torture/report.py)."""

from __future__ import annotations

import json
import os
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.size import is_big


@dataclass(frozen=True)
class Harness:
    """One way of trying to make dockmark say something false.

    ``proves`` states the property in one sentence; ``leaves_out`` what this harness does not look at, a sentence each.
    """

    name: str
    proves: str
    leaves_out: tuple[str, ...]


@dataclass
class Tally:
    """``checked`` counts by name what was really compared; ``caught`` names the seeded bugs that the harness saw."""

    harness: Harness
    checked: Counter[str] = field(default_factory=Counter)
    caught: list[str] = field(default_factory=list)

    def count(self, what: str, number: int = 1) -> None:
        """Adds ``number`` to the count of ``what``, a plural noun: ``damaged facts``."""
        self.checked[what] += number

    def saw_seeded_bug(self, bug: str) -> None:
        """Notes that the harness fails when ``bug``, a clause, is put into the product: ``a denied file counts as absent``."""
        self.caught.append(bug)


def record(tally: Tally, test: str, seconds: float) -> None:
    """Leaves the counts of one test in the directory DOCKMARK_TORTURE_RECORD; does nothing where that is not set."""
    directory = os.environ.get("DOCKMARK_TORTURE_RECORD")
    if not directory:
        return
    line = {
        "harness": tally.harness.name,
        "proves": tally.harness.proves,
        "leaves_out": list(tally.harness.leaves_out),
        "test": test,
        "size": "big" if is_big() else "small",
        "checked": dict(tally.checked),
        "caught": tally.caught,
        "seconds": round(seconds, 1),
    }
    Path(directory).mkdir(parents=True, exist_ok=True)
    (Path(directory) / f"{uuid.uuid4().hex}.json").write_text(json.dumps(line), encoding="utf-8")
