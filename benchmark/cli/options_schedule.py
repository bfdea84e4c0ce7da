"""Options of schedules and notifications."""

from __future__ import annotations

from typing import Final

from benchmark.cli import values
from benchmark.cli.option import Option

CALENDAR: Final = Option(
    ("--calendar",), "when, as systemd.time(7) says it, e.g. 'Mon *-*-* 02:00' or daily", "EXPRESSION", values.read_text
)
SCHEDULE_NAME: Final = Option(
    ("--name",),
    "name of the schedule, in which its units end (default audit)",
    "NAME",
    values.read_name,
    default="audit",
    variable="DOCKMARK_SCHEDULE",
)
RANDOMIZED_DELAY: Final = Option(
    ("--randomized-delay",),
    "most that a start is put off, at random, so that many hosts do not start at once (default 900)",
    "SECONDS",
    values.read_delay,
    default=900.0,
)
OF_HOST: Final = Option(
    ("--host",),
    "only this host, by the name in its runs; repeatable; the variable divides by line",
    "NAME",
    values.read_text,
    separators="\n",
    default=(),
    variable="DOCKMARK_OF_HOST",
)
FROM: Final = Option(
    ("--from",), "first day (UTC) or time (default: that of the first run)", "TIME", values.read_period
)
TO: Final = Option(("--to",), "last day (UTC) or time (default: now)", "TIME", values.read_period)
TOLERANCE: Final = Option(
    ("--tolerance",),
    "how long after it was due a run is on time (default 3600)",
    "SECONDS",
    values.read_seconds,
    default=3600.0,
)
TIMEZONE: Final = Option(
    ("--timezone",), "zone of the calendar, e.g. Europe/Berlin (default: this machine's)", "ZONE", values.read_text
)
WEBHOOK: Final = Option(("--webhook",), "address that notifications are posted to, as JSON", "URL", values.read_text)
WEBHOOK_FILE: Final = Option(
    ("--webhook-file",), "file whose first line is the address, for one that holds a token", "FILE", values.read_path
)
NOTIFY_PROGRAM: Final = Option(
    ("--notify-program",),
    "program and its words (no shell) that get a notification on standard input",
    "WORDS",
    values.read_text,
)
NOTIFY_ON: Final = Option(
    ("--notify-on",),
    "only on this occasion; repeatable; the variable divides by comma or line (default: all)",
    choices=values.OCCASIONS,
    separators=",\n",
    default=(),
)
NOTIFICATION: Final = ("notification", (WEBHOOK, WEBHOOK_FILE, NOTIFY_PROGRAM, NOTIFY_ON))
