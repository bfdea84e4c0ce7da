"""From the record of a big run to reports/reliability.json and docs/reliability.md.

python -m tests.torture.report RECORD    collects what `make torture` left in the directory RECORD, and writes both
python -m tests.torture.report           writes the page anew from reports/reliability.json
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tests.torture.size import seed

ROOT: Final = Path(__file__).resolve().parents[2]
DATA: Final = ROOT / "reports/reliability.json"
PAGE: Final = ROOT / "docs/reliability.md"

_ABOUT_THE_ARSENAL: Final = ("tests.torture.test_ledger", "tests.torture.test_reliability_page")

_OPENING: Final = """\
# Reliability

The promise is: never a false pass, never a false fail, and *error* where we could not look. This page is what the last
big run of the arsenal that attacks it found. It is generated from `reports/reliability.json` (`make torture` writes both);
`make test` runs the same harnesses at a small size. Every harness must see at least one bug that was put into the product
on purpose, and a run that checked nothing fails.
"""


class Unbelievable(Exception):
    """A record that proves nothing: a harness that did not run, without counts, or without a seeded bug."""


def known_harnesses() -> frozenset[str]:
    """The names of the harnesses that the test modules of this folder belong to."""
    names = [f"tests.torture.{path.stem}" for path in sorted(Path(__file__).parent.glob("test_*.py"))]
    modules = [importlib.import_module(name) for name in names if name not in _ABOUT_THE_ARSENAL]
    return frozenset(each.HARNESS.name for each in modules)


def collect(directory: Path, now: datetime, expected: Iterable[str]) -> dict[str, Any]:
    """What the tests of one run recorded, by harness; every one of ``expected`` must be there. Raises Unbelievable.

    A test that was run again counts once: at its big size, if it had one, and of several runs the last.
    """
    harnesses: dict[str, dict[str, Any]] = {}
    lines = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(directory.glob("*.json"), key=_written))
    runs = {line["test"]: line for line in sorted(lines, key=lambda line: line["size"] == "big")}
    for line in runs.values():
        known = harnesses.setdefault(
            line["harness"],
            {
                "proves": line["proves"],
                "leaves_out": line["leaves_out"],
                "tests": 0,
                "small": [],
                "seconds": 0.0,
                "checked": Counter(),
                "caught": [],
            },
        )
        known["tests"] += 1
        known["small"] += [line["test"]] if line["size"] == "small" else []
        known["seconds"] = round(known["seconds"] + line["seconds"], 1)
        known["checked"].update(line["checked"])
        known["caught"] = sorted({*known["caught"], *line["caught"]})
    if not harnesses:
        raise Unbelievable(f"{directory} holds no record of a run")
    if missing := sorted(set(expected) - harnesses.keys()):
        raise Unbelievable(f"did not run: {', '.join(missing)}")
    for name, each in harnesses.items():
        if not each["checked"]:
            raise Unbelievable(f"{name} checked nothing")
        if not each["caught"]:
            raise Unbelievable(f"{name} saw no seeded bug")
        each["checked"] = dict(sorted(each["checked"].items()))
        each["small"].sort()
    return {
        "finished_at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "seed": seed(),
        "machine": f"{os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}",
        "harnesses": dict(sorted(harnesses.items())),
    }


def _written(path: Path) -> int:
    return path.stat().st_mtime_ns


def page(data: dict[str, Any]) -> str:
    """docs/reliability.md."""
    lines = [_OPENING, f"Last run: {data['finished_at']}, seed {data['seed']}, {data['machine']}.", ""]
    lines += ["| harness | checked | time | seeded bugs seen |", "| --- | --- | --- | --- |"]
    for name, each in data["harnesses"].items():
        counts = ", ".join(f"{number:,} {what}" for what, number in each["checked"].items())
        lines.append(
            f"| [{name}](#{name.replace(' ', '-')}) | {counts} | {each['seconds']:,.0f} s | {len(each['caught'])} |"
        )
    for name, each in data["harnesses"].items():
        lines += ["", f"## {name}", "", each["proves"], "", "Seeded bugs that it sees:", ""]
        lines += [f"* {bug}" for bug in each["caught"]]
        lines += ["", "Not covered:", ""]
        lines += [f"* {what}" for what in each["leaves_out"]]
        if each["small"]:
            named = ", ".join(sorted({test.partition("[")[0].rpartition("/")[2] for test in each["small"]}))
            lines.append(f"* In this run only at the small size: {named}.")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> None:
    """The command line."""
    if arguments:
        data = collect(Path(arguments[0]), datetime.now(UTC), known_harnesses())
        DATA.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(json.loads(DATA.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
