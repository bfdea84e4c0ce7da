"""``dockmark notify``: tells a webhook or a program what the latest run brought, if it brought anything to tell."""

from __future__ import annotations

import os
import shlex
from argparse import Namespace
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from benchmark.cli.delivery import hand_to_program, post_document
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.history_access import told
from benchmark.cli.history_coverage import schedule_report
from benchmark.cli.input_file import read_input
from benchmark.cli.printing import print_text
from benchmark.cli.recording import store_location
from benchmark.cli.reevaluation import reevaluate
from benchmark.cli.sides import Sides
from benchmark.cli.streams import say
from benchmark.history.compare import compare_assessments
from benchmark.history.store import open_store
from benchmark.history.store_error import NoStore, NoSuchRun, StoreError
from benchmark.model.comparison import Comparison
from benchmark.model.due import HostCoverage
from benchmark.model.notice import Notification, Occasion
from benchmark.model.run import Run
from benchmark.render.notification_json import render_notification_json
from benchmark.schedule.notices import list_notices

_PATIENCE: Final = 30.0
_MOST_SHOWN: Final = 100
_LONGEST_URL: Final = 4096


def run(arguments: Namespace) -> ExitCode:
    """Delivers what there is to tell. 0 when it was delivered, or there was nothing; 4 when it could not be."""
    failure = _failure(os.environ)
    latest, before = _last_two(arguments)
    host = arguments.host or (latest.host if latest is not None else "")
    comparison = _comparison(arguments, latest, before) if not failure else None
    notices = list_notices(
        None if failure else latest,
        comparison,
        _coverage(arguments, host, before or latest),
        failure,
        tuple(map(Occasion, arguments.notify_on)) or tuple(Occasion),
    )
    if not notices:
        say("dockmark: nothing to tell")
        return ExitCode.MET
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    shown = notices[:_MOST_SHOWN]
    notification = Notification(host, now, latest, shown, len(notices) - len(shown))
    document = render_notification_json(notification)
    address = _address(arguments)
    if arguments.dry_run or (address is None and arguments.notify_program is None):
        print_text(document, as_utf8=True)
        return ExitCode.MET
    if address is not None:
        post_document(address, document.encode(), _PATIENCE)
    if arguments.notify_program is not None:
        hand_to_program(_words(arguments.notify_program), document.encode(), _PATIENCE)
    say(notification.text)
    return ExitCode.MET


def _failure(environment: Mapping[str, str]) -> str:
    """How the run that just ended failed, by what systemd tells ``ExecStopPost=`` (systemd.exec(5)); "" when it did not."""
    result = environment.get("SERVICE_RESULT", "success")
    if result == "success":
        return ""
    ended = " ".join(environment.get(name, "?") for name in ("EXIT_CODE", "EXIT_STATUS"))
    return f"the scheduled run came to no result: {result} ({ended})"


def _last_two(arguments: Namespace) -> tuple[Run | None, Run | None]:
    """The latest run, of the host that was named, and the last one before it that asked the same of the same host; None where
    there is none.
    """
    try:
        opened = open_store(store_location(arguments))
    except NoStore:
        return None, None
    except StoreError as error:
        raise Refusal(str(error), ExitCode.UNREACHABLE) from None
    with told(), opened as store:
        try:
            latest = store.resolve("latest", host=arguments.host)
        except NoSuchRun:
            return None, None
        alike = (
            each
            for each in store.runs(host=latest.host)
            if each.sequence < latest.sequence and _asked(each) == _asked(latest)
        )
        return latest, next(iter(deque(alike, maxlen=1)), None)


def _asked(run: Run) -> tuple[object, ...]:
    """What the run selected: a look at one control by hand is not what a scheduled audit is compared with."""
    terms = run.terms
    return terms.framework, terms.profile, terms.controls, terms.beyond, terms.tailoring, terms.tailoring_profile


def _comparison(arguments: Namespace, latest: Run | None, before: Run | None) -> Comparison | None:
    if latest is None or before is None:
        return None
    asked = Namespace(**{**vars(arguments), "host": latest.host, "content": None})
    with Sides(asked) as sides:
        one, other = sides.find(before.id), sides.find(latest.id)
        return compare_assessments(one.compared, other.compared, reevaluate(one, other), labels=(), allowed=frozenset())


def _coverage(arguments: Namespace, host: str, since: Run | None) -> HostCoverage | None:
    """What was due since the run before; None without a calendar, and where nothing was ever recorded."""
    if arguments.calendar is None or since is None:
        return None
    start = datetime.fromisoformat(since.collected_at).astimezone(UTC)
    asked = Namespace(**{**vars(arguments), "host": (host,), "from": (start, start), "to": None})
    (found,) = schedule_report(asked, datetime.now(UTC)).hosts
    return found


def _address(arguments: Namespace) -> str | None:
    """The webhook, on the command line or the first line of a file. Raises Refusal; what was read is never repeated."""
    if arguments.webhook_file is None:
        address: str | None = arguments.webhook
        return address
    try:
        text = read_input(arguments.webhook_file, _LONGEST_URL).decode("ascii").split("\n")[0].strip()
    except OSError as error:
        raise Refusal(f"cannot read {arguments.webhook_file}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise Refusal(f"{arguments.webhook_file}: the first line must be the webhook's address")
    return text


def _words(text: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise Refusal(f"--notify-program: {error}") from None
    if not words:
        raise Refusal("--notify-program names no program")
    return words
