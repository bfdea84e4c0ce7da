"""``dockmark schedule show``: what is scheduled here, and when it comes next."""

from __future__ import annotations

import json
import os
import shlex
from argparse import Namespace
from datetime import UTC, datetime, timedelta

from benchmark.cli.exit_code import ExitCode
from benchmark.cli.local_zone import local_zone
from benchmark.cli.printing import print_text
from benchmark.cli.schedules import Installed, installed_schedules
from benchmark.cli.systemd import Manager, find_manager
from benchmark.model.facts import JsonValue
from benchmark.render.terminal_text import visible
from benchmark.schedule.calendar import due_times, read_calendar

_FAR = timedelta(days=366 * 8 + 1)  # a 29 February is at most eight years away


def run(arguments: Namespace) -> ExitCode:
    """Prints every schedule of this user's manager."""
    manager = find_manager(os.environ)
    told = [_told(each, manager) for each in installed_schedules(manager)]
    if arguments.output == "json":
        print_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", as_utf8=True)
        return ExitCode.MET
    if not told:
        print_text(f"No schedule in {manager.directory}; 'dockmark schedule install' makes one.\n")
        return ExitCode.MET
    print_text("\n".join(_shown(each) for each in told))
    return ExitCode.MET


def _told(installed: Installed, manager: Manager) -> dict[str, JsonValue]:
    schedule = installed.schedule
    now = datetime.now(UTC)
    zone = local_zone(os.environ)
    coming = next(due_times(read_calendar(schedule.calendar, zone), now, now + _FAR), None)
    state = manager.ask(schedule.timer, "ActiveState") if manager.running else ""
    return {
        "name": schedule.name,
        "calendar": schedule.calendar,
        "zone": zone,
        "next": None if coming is None else coming.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "randomized_delay": schedule.delay,
        "timer": state or ("systemd does not run here" if not manager.running else "unknown"),
        "audit": list(schedule.audit),
        "notify": list(schedule.notify),
        "environment": [name for name, _ in schedule.environment],
        "files": [str(each) for each in installed.files],
    }


def _shown(told: dict[str, JsonValue]) -> str:
    audit, notify, files = (told[name] for name in ("audit", "notify", "files"))
    assert isinstance(audit, list) and isinstance(notify, list) and isinstance(files, list)  # noqa: S101, PT018
    lines = [
        f"{told['name']}: {told['calendar']} ({told['zone']}), put off by up to {told['randomized_delay']} s",
        f"  next    {told['next'] or 'never'}",
        f"  timer   {told['timer']}",
        f"  audit   {shlex.join(map(str, audit))}",
        *([f"  notify  {shlex.join(map(str, notify))}"] if notify else []),
        *(f"  file    {each}" for each in files),
    ]
    return "".join(f"{visible(each)}\n" for each in lines)
