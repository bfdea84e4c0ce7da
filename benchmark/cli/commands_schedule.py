"""The commands on schedules: whether runs took place, and who is told."""

from __future__ import annotations

from typing import Final

from benchmark.cli.command import Command
from benchmark.cli.options import DRY_RUN, LISTING, NO_COLOR, POLICY, REPORT, SCOPE, SELECTION, STORE, TARGET, VERBOSE
from benchmark.cli.options_history import RUN_HOST
from benchmark.cli.options_schedule import (
    CALENDAR,
    FROM,
    NOTIFICATION,
    OF_HOST,
    RANDOMIZED_DELAY,
    SCHEDULE_NAME,
    TIMEZONE,
    TO,
    TOLERANCE,
)

SCHEDULE_COMMANDS: Final = (
    Command(
        ("history", "coverage"),
        "history_coverage",
        "Put the recorded runs beside a calendar: which were on time, late, incomplete or missed.",
        (
            ("what was due", (CALENDAR, FROM, TO, TOLERANCE, TIMEZONE)),
            ("which runs", (STORE, OF_HOST)),
            ("output", (LISTING, VERBOSE, NO_COLOR)),
        ),
    ),
    Command(
        ("schedule", "install"),
        "schedule_install",
        "Write a systemd service and timer that audit this host, and start the timer. Takes every option of 'audit'.",
        (
            ("schedule", (CALENDAR, SCHEDULE_NAME, RANDOMIZED_DELAY, DRY_RUN)),
            NOTIFICATION,
            TARGET,
            SCOPE,
            SELECTION,
            REPORT,
            POLICY,
        ),
    ),
    Command(
        ("schedule", "show"),
        "schedule_show",
        "Show what is scheduled here, and when it comes next.",
        (("output", (LISTING,)),),
    ),
    Command(
        ("schedule", "remove"),
        "schedule_remove",
        "Stop a schedule and remove its units; what it recorded stays.",
        (("schedule", (SCHEDULE_NAME, DRY_RUN)),),
    ),
    Command(
        ("notify",),
        "notify",
        "Tell a webhook or a program of regressions, expired waivers, and runs that were incomplete, failed or missed.",
        (
            ("which runs", (STORE, RUN_HOST)),
            ("what was due", (CALENDAR, TOLERANCE, TIMEZONE)),
            NOTIFICATION,
            ("output", (DRY_RUN,)),
        ),
    ),
)
