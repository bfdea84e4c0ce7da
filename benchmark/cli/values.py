"""Reads the values of options: text in, a typed value out, BadValue with a sentence for people otherwise."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from benchmark.cli.exit_code import FailOn, Policy
from benchmark.cli.option import BadValue

# benchmark.render.FORMATS, repeated so that parsing argv loads no renderer
FORMAT_NAMES: Final = ("table", "json", "csv", "xccdf", "arf", "oscal")
COMPARISON_FORMAT_NAMES: Final = ("table", "json", "markdown")  # benchmark.cli.compare.FORMATS, in the same way
STATEMENT_NAMES: Final = ("markdown", "html", "csv", "json")  # benchmark.render.STATEMENT_FORMATS, likewise
# benchmark.model.notice.Occasion, repeated for the same reason
OCCASIONS: Final = ("regression", "waiver-expired", "incomplete", "not-comparable", "missed", "failed")
OBSTACLES: Final = ("host", "profile", "benchmark", "coverage")  # benchmark.model.comparison.Obstacle, in the same way
STDOUT: Final = "-"
_SCORE: Final = re.compile(r"score<([0-9]{1,3}(?:\.[0-9]{1,6})?)")
_ASSIGNMENT: Final = re.compile(r"([a-z0-9_]+)\.([a-z0-9_]+)=(.*)", re.DOTALL)
_DAY: Final = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,80}")
_HEAD: Final = re.compile(r"sha256:[0-9a-f]{64}")
_RETENTION: Final = re.compile(r"[1-9][0-9]{0,3}[ywd]")
_MOST: Final = 1_000_000_000
_LONGEST: Final = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Output:
    """One ``-o FORMAT[=PATH]``; ``path`` is ``-`` for standard output."""

    format: str
    path: str = STDOUT


@dataclass(frozen=True, slots=True)
class Assignment:
    """One ``--set CONTROL.PARAMETER=VALUE``, not yet read by the parameter's type."""

    control: str
    parameter: str
    text: str


def read_output(text: str) -> Output:
    """``table``, ``json=report.json``, ``json=-``."""
    return _read_output(text, FORMAT_NAMES)


def _read_output(text: str, names: tuple[str, ...]) -> Output:
    name, equals, path = text.partition("=")
    if name not in names:
        raise BadValue(f"there is no format {name!r}; there are {', '.join(names)}")
    if equals and not path:
        raise BadValue(f"{text!r} names no file; leave out '=' for standard output")
    return Output(name, read_path(path) if path else STDOUT)


def read_formats(text: str) -> tuple[str, ...]:
    """``json`` or ``json,xccdf``."""
    names = tuple(each.strip() for each in text.split(","))
    for each in names:
        if each not in FORMAT_NAMES:
            raise BadValue(f"there is no format {each!r}; there are {', '.join(FORMAT_NAMES)}")
    return names


def read_statement_output(text: str) -> Output:
    """``html=soa.html``, ``markdown``."""
    return _read_output(text, STATEMENT_NAMES)


def read_comparison_output(text: str) -> Output:
    """``table``, ``markdown=changes.md``, ``json=-``."""
    return _read_output(text, COMPARISON_FORMAT_NAMES)


def read_path(text: str) -> str:
    """The path of a file, not empty."""
    if not text or "\0" in text:
        raise BadValue("the path is empty" if not text else "a path holds no NUL")
    return text


def read_assignment(text: str) -> Assignment:
    """``container_capabilities_minimal.approved=NET_BIND_SERVICE,CHOWN``."""
    found = _ASSIGNMENT.fullmatch(text)
    if found is None:
        raise BadValue(f"{text!r} is not of the form CONTROL.PARAMETER=VALUE")
    return Assignment(*found.groups())


def read_reference(text: str) -> str:
    """A run of the history (``latest``, ``release:1.4``, an id) or the path of a file, not empty."""
    return read_path(text)


def read_seconds(text: str) -> float:
    """A positive number of seconds, at most a week."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _LONGEST:
        raise BadValue(f"{text!r} is not a number of seconds greater than 0")
    return seconds


def read_delay(text: str) -> float:
    """A number of seconds, 0 among them, at most a day."""
    return 0.0 if text == "0" else min(read_seconds(text), 24 * 3600.0)


def read_period(text: str) -> tuple[datetime, datetime]:
    """``2026-01-31`` or ``2026-01-31T02:00:00Z``: the first and the last moment of it, in UTC; a day is a day in UTC."""
    try:
        if _DAY.fullmatch(text):
            day = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return day, day + timedelta(days=1, seconds=-1)
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1970 < moment.year < 2200:
        raise BadValue(f"{text!r} is neither a date (2026-01-31) nor a time with its zone (2026-01-31T02:00:00Z)")
    return moment.astimezone(UTC), moment.astimezone(UTC)


def read_policy(text: str) -> Policy:
    """``never``, ``fail``, ``incomplete``, ``new`` or ``score<N`` with N from 0 to 100."""
    if text in (FailOn.NEVER, FailOn.FAIL, FailOn.INCOMPLETE, FailOn.NEW):
        return Policy(FailOn(text))
    found = _SCORE.fullmatch(text)
    if found is None or Decimal(found[1]) > 100:
        raise BadValue(f"{text!r} is not one of never, fail, incomplete, new, score<N with N from 0 to 100")
    return Policy(FailOn.SCORE, Decimal(found[1]))


def read_identifier(text: str) -> str:
    """The id of a control or the number of a requirement: not empty, no blanks around it."""
    if not text.strip():
        raise BadValue("the id is empty")
    return text.strip()


def read_name(text: str) -> str:
    """Letters, digits, ``.``, ``-`` and ``_``: what an XCCDF id may end in."""
    if not _NAME.fullmatch(text):
        raise BadValue(f"{text!r} is not made of letters, digits, '.', '-' and '_'")
    return text


def read_text(text: str) -> str:
    """Any text but none."""
    if not text.strip():
        raise BadValue("the text is empty")
    return text


def read_since(text: str) -> str:
    """A moment in RFC 3339, UTC, whole seconds; a day stands for its first second."""
    return _moment(text, "00:00:00")


def read_until(text: str) -> str:
    """The same; a day stands for its last second, so that all of it is meant."""
    return _moment(text, "23:59:59")


def read_count(text: str) -> int:
    """A whole number from 1."""
    if not (text.isascii() and text.isdigit() and len(text) < 11 and 0 < int(text) <= _MOST):
        raise BadValue(f"{text!r} is not a whole number from 1 to {_MOST}")
    return int(text)


def read_seed(text: str) -> int:
    """A whole number from 0, of at most 18 digits."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadValue(f"{text!r} is not a whole number from 0 of at most 18 digits")
    return int(text)


def read_head(text: str) -> str:
    """The head of a chain, as reports say it."""
    if not _HEAD.fullmatch(text.strip()):
        raise BadValue(f"{text!r} is no head: sha256: and 64 digits from 0 to f")
    return text.strip()


def read_retention(text: str) -> str:
    """Years, weeks or days: ``6y``, ``26w``, ``90d``."""
    if not _RETENTION.fullmatch(text):
        raise BadValue(f"{text!r} is no period such as 6y, 26w or 90d")
    return text


def _moment(text: str, time: str) -> str:
    moment = f"{text}T{time}Z" if _DAY.fullmatch(text) else text
    try:
        seen = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        seen = None
    if seen is None or seen.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0") != moment:
        raise BadValue(f"{text!r} is no day in UTC such as 2026-11-20, nor a moment such as 2026-11-20T08:00:00Z")
    return moment
