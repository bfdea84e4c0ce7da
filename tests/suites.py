"""The suites that need a program of the machine: who skips, why, and the closing lines that say so.

A test marked ``engine``, ``audit_rules``, ``openscap``, ``systemd`` or ``postgresql`` is skipped where its program is
missing. With ``DOCKMARK_REQUIRE_SUITES=1`` (.ci/run) that is a failure instead, whoever skipped it: a machine that was
prepared for these suites must run them, and all of the arsenal (tests/torture), whatever it lacks (root, atheris, an account).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.engine import why_no_engine
from tests.postgresql import why_no_postgresql
from tests.systemd import why_no_systemd

_ARSENAL: Final = Path(__file__).parent / "torture"
STOCK_TOOLS: Final = ("sh", "unzip", "sha256sum", "base64", "openssl", "ssh-keygen")
_PATH: Final = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


@cache
def why_no_audit_rules() -> str:
    """What this machine lacks to ask the kernel for its audit rules; "" when nothing."""
    auditctl = shutil.which("auditctl", path=_PATH)
    if auditctl is None:
        return "auditctl is not installed (package auditd)"
    if os.geteuid() != 0:
        return "needs root"
    asked = subprocess.run([auditctl, "-l"], capture_output=True, check=False, timeout=30)
    return "" if asked.returncode == 0 else "the kernel does not answer auditctl -l"


@cache
def why_no_openscap() -> str:
    """What this machine lacks to run oscap; "" when nothing."""
    return "" if shutil.which("oscap", path=_PATH) else "oscap is not installed (package openscap-scanner)"


@cache
def why_no_clock() -> str:
    """What this machine lacks to show a program another time; "" when nothing."""
    return "" if shutil.which("faketime") else "faketime is not installed (package faketime)"


@cache
def why_no_stock_tools() -> str:
    """What this machine lacks of the programs by which an auditor verifies a pack; "" when nothing."""
    missing = [each for each in STOCK_TOOLS if shutil.which(each) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


SUITES: Final[dict[str, Callable[[], str]]] = {
    "engine": cache(why_no_engine),
    "audit_rules": why_no_audit_rules,
    "openscap": why_no_openscap,
    "systemd": cache(why_no_systemd),
    "postgresql": why_no_postgresql,
    "stock_tools": why_no_stock_tools,
    "clock": why_no_clock,
}


def suites_required() -> bool:
    return os.environ.get("DOCKMARK_REQUIRE_SUITES") == "1"


@pytest.fixture(scope="session", autouse=True)
def _others_may_enter_temporary_directories(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Some tests look at their files as an account without rights, which must be able to get there (xdist nests deeper)."""
    base = tmp_path_factory.getbasetemp()
    for directory in (base, *base.parents):
        if directory.stat().st_uid == os.geteuid() and Path(tempfile.gettempdir()) in directory.parents:
            directory.chmod(directory.stat().st_mode | 0o011)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for suite, why in SUITES.items():
        if item.get_closest_marker(suite) is not None and why():
            pytest.skip(f"suite {suite}: {why()}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    marked = [suite for suite in SUITES if item.get_closest_marker(suite) is not None]
    if report.when == "call" or report.skipped:
        report.user_properties += [("suite", suite) for suite in marked]
    required = bool(marked) or _ARSENAL in item.path.parents
    if required and report.skipped and suites_required() and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"DOCKMARK_REQUIRE_SUITES=1, but this test was skipped: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module of the arsenal that skips itself as a whole (importorskip) is skipped tests too."""
    report = yield
    if report.skipped and suites_required() and _ARSENAL in collector.path.parents:
        report.outcome = "failed"
        report.longrepr = f"DOCKMARK_REQUIRE_SUITES=1, but this module was skipped: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None, None, None]:
    """Right above pytest's closing line: for each suite how many tests ran, and how many were skipped for which reason."""
    yield
    ran = dict.fromkeys(SUITES, 0)
    skipped: dict[str, dict[str, int]] = {suite: {} for suite in SUITES}
    for outcome in ("passed", "failed", "skipped", "xfailed"):
        for report in terminalreporter.getreports(outcome):
            for key, suite in getattr(report, "user_properties", ()):  # a module that skipped itself has none
                if key != "suite":
                    continue
                if report.skipped and outcome == "skipped":
                    reason = _reason(report)
                    skipped[suite][reason] = skipped[suite].get(reason, 0) + 1
                else:
                    ran[suite] += 1
    for suite in SUITES:
        left_out = "; ".join(f"{count} SKIPPED: {reason}" for reason, count in skipped[suite].items())
        if ran[suite] or left_out:
            terminalreporter.write_line(f"suite {suite}: {ran[suite]} run{'; ' if left_out else ''}{left_out}")


def _reason(report: pytest.TestReport) -> str:
    said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return said.removeprefix("Skipped: ")
