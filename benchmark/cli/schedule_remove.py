"""``dockmark schedule remove``: stops a schedule and removes its units. What it recorded stays."""

from __future__ import annotations

import contextlib
import os
from argparse import Namespace

from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.schedules import installed_schedules
from benchmark.cli.streams import say
from benchmark.cli.systemd import find_manager


def run(arguments: Namespace) -> ExitCode:
    """Removes the schedule of that name. Raises Refusal where there is none of ours."""
    manager = find_manager(os.environ)
    schedules = {each.schedule.name: each for each in installed_schedules(manager)}
    if arguments.name not in schedules:
        known = ", ".join(schedules) or "none"
        raise Refusal(f"no schedule {arguments.name!r} in {manager.directory}; there is {known}")
    found = schedules[arguments.name]
    if arguments.dry_run:
        say(f"dockmark: would stop {found.schedule.timer} and remove:", *(str(each) for each in found.files))
        return ExitCode.MET
    if manager.running:
        with contextlib.suppress(Refusal):  # a timer that is gone already needs no stopping
            manager.tell("disable", "--now", found.schedule.timer)
    try:
        for each in reversed(found.files):
            each.unlink(missing_ok=True)
    except OSError as error:
        raise Refusal(f"cannot remove {error.filename}: {error.strerror or error}", ExitCode.UNREACHABLE) from None
    if manager.running:
        manager.tell("daemon-reload")
    say(f"dockmark: {found.schedule.name} is removed; the runs that it recorded stay")
    return ExitCode.MET
