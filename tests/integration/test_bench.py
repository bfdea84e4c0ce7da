"""``make bench`` in small: it measures what it says, and finds its place in docs/performance.md."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure import RunFailed, measure
from bench.report import PAGE, write_page
from tests.command import ROOT, environment


@pytest.mark.engine
def test_every_table_is_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.run"],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env=environment({"BENCH_CONTAINERS": "0 2", "BENCH_RECORDED": "40", "BENCH_RUNS": "1", "BENCH_SNAPSHOTS": "5"}),
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.stdout.splitlines() if "|" in line]
    by_first = {row[0]: [cell for cell in row if cell not in ("table", "json", "xccdf")] for row in rows}
    assert {"0", "2", "40", "`python -c pass`", "`dockmark --version`", "5"} <= by_first.keys()
    assert all(re.fullmatch(r"\d+\.\d{3} s", by_first[each][1]) for each in ("0", "2", "40"))
    assert int(by_first["2"][4]) == int(by_first["0"][4]) + 2


def test_a_program_that_fails_is_not_measured() -> None:
    with pytest.raises(RunFailed, match="exit code"):
        measure([sys.executable, "-c", "raise SystemExit(9)"])


def test_peak_memory_is_the_programs_own() -> None:
    small = measure([sys.executable, "-S", "-c", "pass"])
    large = measure([sys.executable, "-S", "-c", "x = b'1' * 50_000_000"])
    assert 40 < large.peak - small.peak < 60


def test_the_page_has_a_place_for_the_tables(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    write_page("| measured |", page)
    write_page("| measured again |", page)
    text = page.read_text(encoding="utf-8")
    assert "| measured again |" in text
    assert "| measured |" not in text
    assert text.endswith(PAGE.read_text(encoding="utf-8")[-200:])


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "other.md"
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="lacks"):
        write_page("| measured |", page)
    assert page.read_text(encoding="utf-8") == "nothing"
