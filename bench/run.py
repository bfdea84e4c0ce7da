"""``python -m bench.run [--write]``: measures an audit on a real engine and prints the tables of docs/performance.md.

``BENCH_CONTAINERS`` ("0 30 100 300") are the sizes, ``BENCH_RECORDED`` ("1250 2500 5000") those of the recorded engine,
``BENCH_SNAPSHOTS`` (300) is how many saved snapshots are judged and ``BENCH_RUNS`` (5) how many runs a median is taken of.
Starting 300 containers takes about a minute and a half.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench.machine import describe_machine
from bench.measure import Cost, measure, median_cost, python
from bench.population import grow
from bench.recording import recorded_engine
from bench.report import AuditRow, Figures, Judging, RecordedRow, render_figures, write_page
from tests.engine import Engine, real_engine, why_no_engine

_JUDGED: Final = (0, 1, 2)  # exit codes of an audit that ran to its end, whatever it found
_SNAPSHOT_CONTAINERS: Final = 20
_STARTS: Final = 20
_OUTPUTS: Final = ("table", "json", "xccdf")


def main() -> int:
    """Prints the tables on standard output, progress on standard error. 0 when everything was measured."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure what an audit costs on a real engine.")
    parser.add_argument("--write", action="store_true", help="also rewrite the tables in docs/performance.md")
    write = parser.parse_args().write
    if why := why_no_engine():
        sys.stderr.write(f"bench: no real engine can be started here: {why}\n")
        return 1
    with tempfile.TemporaryDirectory(prefix="dm-bench-") as directory:
        figures = _measure_all(Path(directory))
    text = render_figures(figures)
    sys.stdout.write(f"{text}\n")
    if write:
        write_page(text)
    return 0


def _measure_all(directory: Path) -> Figures:
    runs = int(os.environ.get("BENCH_RUNS", "5"))
    interpreter = median_cost(lambda: measure([python(), "-c", "pass"]), _STARTS)
    version = median_cost(lambda: measure([*_dockmark(), "--version"]), _STARTS)
    with real_engine() as engine:
        machine = describe_machine(engine)
        _tell(f"starting {_SNAPSHOT_CONTAINERS} containers")
        grow(engine, _SNAPSHOT_CONTAINERS)
        recorded = _recorded_rows(engine, _sizes("BENCH_RECORDED", "1250 2500 5000"), directory, runs)
        judging = _judging(engine, directory, runs)
    with real_engine() as engine:
        audits = [_audit_row(engine, size, directory, runs) for size in _sizes("BENCH_CONTAINERS", "0 30 100 300")]
    return Figures(machine, audits, recorded, version, interpreter, judging, runs)


def _audit_row(engine: Engine, size: int, directory: Path, runs: int) -> AuditRow:
    _tell(f"starting containers up to {size}")
    grow(engine, size)
    _tell(f"auditing {size} containers")
    saved = directory / f"{size}.snapshot.json"
    _collect(engine, saved)
    requests = json.loads(saved.read_bytes())["collector"]["requests"]
    audit = median_cost(lambda: _audit(engine.unix_host, directory), runs)
    bare = median_cost(lambda: measure([python(), "-m", "bench.bare_loop", str(engine.socket)]), runs)
    return AuditRow(size, requests, audit, bare)


def _recorded_rows(engine: Engine, sizes: list[int], directory: Path, runs: int) -> list[RecordedRow]:
    """A table of every size, and every other format of the largest."""
    rows = []
    for size in sizes:
        _tell(f"auditing a recorded engine of {size} containers")
        with recorded_engine(engine, size) as host:
            for output in _OUTPUTS if size == sizes[-1] else _OUTPUTS[:1]:
                named = output if output == "table" else f"{output}={directory / output}"
                rows.append(RecordedRow(size, output, _median_audit(host, directory, named, min(runs, 3))))
    return rows


def _median_audit(host: str, directory: Path, output: str, runs: int) -> Cost:
    return median_cost(lambda: _audit(host, directory, output), runs)


def _judging(engine: Engine, directory: Path, runs: int) -> list[Judging]:
    """Copies of one snapshot are judged like any others: nothing is remembered from one to the next."""
    count = int(os.environ.get("BENCH_SNAPSHOTS", "300"))
    _tell(f"judging {count} snapshots")
    snapshot = directory / "host.snapshot.json.gz"
    _collect(engine, snapshot)
    copies = [directory / f"host-{number}.snapshot.json.gz" for number in range(count)]
    for copy in copies:
        shutil.copy(snapshot, copy)
    return [_judging_as(output, copies, runs) for output in _OUTPUTS]


def _judging_as(output: str, snapshots: list[Path], runs: int) -> Judging:
    all_of_them = median_cost(lambda: _evaluate(output, snapshots), min(runs, 3))
    only_one = median_cost(lambda: _evaluate(output, snapshots[:1]), runs)
    return Judging(output, len(snapshots), _SNAPSHOT_CONTAINERS, all_of_them, only_one)


def _sizes(variable: str, default: str) -> list[int]:
    return sorted(int(each) for each in os.environ.get(variable, default).split())


def _collect(engine: Engine, path: Path) -> None:
    measure([*_dockmark(), "collect", "--host", engine.unix_host, "-o", str(path)], environment=_clean())


def _audit(host: str, directory: Path, output: str = "table") -> Cost:
    """An audit as users run it: recorded, in a history of its own."""
    words = ["--host", host, "-o", output, "--store", str(directory / "history.db")]
    return measure([*_dockmark(), "audit", *words], accept=_JUDGED, environment=_clean())


def _evaluate(output: str, snapshots: list[Path]) -> Cost:
    argv = [*_dockmark(), "evaluate", "-o", output, *(str(each) for each in snapshots)]
    return measure(argv, accept=_JUDGED, environment=_clean())


def _dockmark() -> list[str]:
    """The installed command where there is one, as a user runs it."""
    command = Path(python()).with_name("dockmark")
    return [str(command)] if command.exists() else [python(), "-m", "benchmark"]


def _clean() -> dict[str, str]:
    """The environment without what would change the run."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("DOCKMARK_", "DOCKER_"))}


def _tell(text: str) -> None:
    sys.stderr.write(f"bench: {text}\n")


if __name__ == "__main__":
    sys.exit(main())
