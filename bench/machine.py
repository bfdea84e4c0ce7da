"""The machine a figure was measured on, in words."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from benchmark import __version__
from tests.engine import Engine


def describe_machine(engine: Engine) -> str:
    """One sentence: processor, memory, kernel, Python, engine, version of dockmark and the day."""
    version = engine.call("GET", "/version")[1]
    engine_version = version["Version"] if isinstance(version, dict) else "unknown"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with dockmark {__version__}: {os.cpu_count()} cores ({_processor()}), "
        f"{memory:.0f} GiB of memory, Linux {platform.release()}, {platform.python_implementation()} "
        f"{platform.python_version()}, Docker Engine {engine_version}."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
