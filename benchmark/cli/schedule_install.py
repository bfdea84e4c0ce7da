"""``dockmark schedule install``: a systemd service and timer that audit this host by the calendar."""

from __future__ import annotations

import os
import re
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from benchmark.cli.command import Command
from benchmark.cli.commands import COMMANDS, EXCLUSIVE
from benchmark.cli.evaluation import load_content, prepare
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.option import complete_options
from benchmark.cli.options import STORE
from benchmark.cli.options_schedule import CALENDAR, NOTIFICATION, WEBHOOK
from benchmark.cli.output_file import OutputFile
from benchmark.cli.parser import build_parser
from benchmark.cli.printing import print_text
from benchmark.cli.spelled import variables_for_later, words_for_later
from benchmark.cli.streams import say
from benchmark.cli.systemd import Manager, find_manager
from benchmark.schedule.calendar import CalendarError, read_calendar
from benchmark.schedule.units import Schedule, service_unit, timer_unit

_DOCKER: Final = ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONFIG")
_PASSWORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/\s@]*:[^/\s@]+@")
_WORLD_READABLE: Final = 0o644  # unit files are no secret, and systemd says so in its log when they look like one
_ELSEWHERE: Final = re.compile(r"(tcp|http|https|ssh|postgresql)[:+]", re.IGNORECASE)


def run(arguments: Namespace) -> ExitCode:
    """Writes the two units and starts the timer. What a run would refuse is refused now, not at two in the morning."""
    if arguments.calendar is None:
        raise Refusal("--calendar says when to audit, e.g. --calendar 'Mon *-*-* 02:00'")
    try:
        read_calendar(arguments.calendar)
    except CalendarError as error:
        raise Refusal(f"--calendar: {error}") from None
    manager = find_manager(os.environ)
    schedule = _schedule(arguments, manager, os.environ)
    _rehearse(schedule)
    units = {schedule.service: service_unit(schedule), schedule.timer: timer_unit(schedule)}
    if arguments.dry_run:
        print_text("\n".join(f"# {manager.directory / name}\n{text}" for name, text in units.items()), as_utf8=True)
        return ExitCode.MET
    _write(manager.directory, units)
    start = f"systemctl {'' if manager.system else '--user '}enable --now {schedule.timer}"
    if manager.running:
        manager.tell("daemon-reload")
        manager.tell("enable", "--now", schedule.timer)
        say(f"dockmark: {schedule.timer} is started; 'dockmark schedule show' tells when it comes next")
    else:
        say(
            f"dockmark: written to {manager.directory}; systemd does not run here. Where it does, start it with:", start
        )
    return ExitCode.MET


def _schedule(arguments: Namespace, manager: Manager, environment: Mapping[str, str]) -> Schedule:
    audit = _command("audit")
    words = words_for_later(arguments.argv, audit.all_options)
    given = {each.name for each in audit.all_options if any(word.partition("=")[0] in each.flags for word in words)}
    variables = variables_for_later(audit.all_options, environment, given)
    docker = tuple((name, environment[name]) for name in _DOCKER if environment.get(name))
    notify = _notify(arguments)
    told = (*words, *(value for _, value in (*variables, *docker)), *notify)
    if any(_PASSWORD.search(each) for each in told):
        raise Refusal(
            "an address holds a password, and everybody may read a unit: leave it out, and give it in a file that only"
            " the service reads (~/.pgpass, or EnvironmentFile= in a drop-in)"
        )
    network = "context" in given or arguments.webhook_file is not None or any(_ELSEWHERE.search(each) for each in told)
    return Schedule(
        arguments.name,
        " ".join(arguments.calendar.split()),
        round(arguments.randomized_delay),
        (*_program(), "audit", *words),
        notify,
        network,
        manager.system,
        (*variables, *docker),
    )


def _notify(arguments: Namespace) -> tuple[str, ...]:
    """The command that tells of a run; empty where nobody is to be told."""
    if arguments.webhook is None and arguments.webhook_file is None and arguments.notify_program is None:
        return ()
    words = words_for_later(arguments.argv, (STORE, CALENDAR, *NOTIFICATION[1]))
    if arguments.webhook is not None and not any(each.startswith(f"{WEBHOOK.flags[0]}=") for each in words):
        raise Refusal(
            f"{WEBHOOK.environment_variable} is not written into a unit: give the address with --webhook-file"
        )
    return (*_program(), "notify", *words)


def _command(name: str) -> Command:
    return next(each for each in COMMANDS if each.name == name)


def _program() -> tuple[str, ...]:
    """Dockmark as it was started: its own script where there is one beside this Python, else the module."""
    script = Path(sys.executable).parent / "dockmark"
    return (str(script),) if os.access(script, os.X_OK) else (sys.executable, "-m", "benchmark")


def _rehearse(schedule: Schedule) -> None:
    """Reads the audit's own words and content as the run will. Raises Refusal."""
    words = schedule.audit[len(_program()) :]
    arguments = build_parser().parse_args(words)
    complete_options(arguments, _command("audit").all_options, dict(schedule.environment), EXCLUSIVE)
    prepare(arguments, load_content(arguments))


def _write(directory: Path, units: Mapping[str, str]) -> None:
    try:
        directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        for name, text in units.items():
            file = OutputFile(str(directory / name))
            try:
                file.write(text)
                file.commit()
                (directory / name).chmod(_WORLD_READABLE)
            finally:
                file.discard()
    except OSError as error:
        raise Refusal(f"cannot write {directory}: {error.strerror or error}", ExitCode.UNREACHABLE) from None
