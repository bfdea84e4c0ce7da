"""The schedules that are installed here, read back from their units."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.streams import say
from benchmark.cli.systemd import Manager
from benchmark.schedule.units import PREFIX, Schedule, UnitError, read_service

_MOST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Installed:
    """A schedule, and the files that make it up."""

    schedule: Schedule
    files: tuple[Path, Path]


def installed_schedules(manager: Manager) -> tuple[Installed, ...]:
    """All schedules of this manager, by name; a file of another's making is told on standard error and passed over."""
    found = []
    try:
        paths = sorted(manager.directory.glob(f"{PREFIX}*.service"))
        for path in paths:
            with path.open("rb") as file:
                text = file.read(_MOST).decode("utf-8", "replace")
            try:
                schedule = read_service(text)
            except UnitError as error:
                say(f"dockmark: {path}: {error}")
                continue
            found.append(Installed(schedule, (path, path.with_suffix(".timer"))))
    except OSError as error:
        raise Refusal(f"cannot read {manager.directory}: {error.strerror or error}", ExitCode.UNREACHABLE) from None
    return tuple(found)
