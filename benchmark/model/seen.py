"""What a verdict rests on, and how that reads: ``HostConfig.Privileged is true, must be false``."""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring
from typing import Final, NamedTuple

from benchmark.model.facts import ABSENT, FactValue, Unavailable

_LONGEST: Final = 160
_DIGEST: Final = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]{52}")  # in lists, as short as docker shows them
_TEXT: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True)  # an object is the same in any order of its keys


class Seen(NamedTuple):
    """One fact that a verdict rests on: its name, the value seen, what was asked of it, and whether that held.

    ``held`` is True, False, or None when it could not be decided. A named tuple, since there is one for every test of every
    subject and a frozen dataclass takes three times as long to make.
    """

    fact: str
    value: FactValue
    expected: str
    held: bool | None


def show_value(value: FactValue) -> str:
    """A fact's value for a message: short, on one line, in JSON's spelling."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if type(value) is str and len(value) <= _LONGEST:
        return encode_basestring(value)
    if value is ABSENT:
        return "absent"
    if isinstance(value, Unavailable):
        return f"not known ({value})"
    if isinstance(value, dict) and value.keys() == {"uid", "gid", "user", "group"}:
        return f"{value['user'] or value['uid']}:{value['group'] or value['gid']} ({value['uid']}:{value['gid']})"
    text = _DIGEST.sub(r"\1", _TEXT.encode(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 4 :]}"


def state(seen: Seen) -> str:
    """What was found against what was expected: ``HostConfig.Privileged is true, must be false``."""
    found = f"{seen.fact} is {show_value(seen.value)}"
    if seen.held is True:
        return f"{found}, as required"
    if seen.held is None and isinstance(seen.value, Unavailable):
        return found
    if seen.expected.startswith(("for ", "not for ")):
        return f"{seen.fact} has {show_value(seen.value)}; required {seen.expected}"
    if seen.expected.startswith("not "):
        return f"{found}, must not {seen.expected[4:]}"
    return f"{found}, must {seen.expected}"
