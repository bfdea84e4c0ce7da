"""Names of secrets, and texts in which what such names stand for is covered."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from benchmark.collect.redaction import redact

COVERED: Final = "[redacted:secret]"
_SPLIT: Final = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")
_SECRET_ENDINGS: Final = ("password", "passwd", "passphrase", "passcode", "secret", "token", "apikey", "credential")
_SECRET_WORDS: Final = frozenset(("pass", "pwd", "secrets", "credentials", "passwords", "tokens", "pat"))
_KEYS: Final = frozenset(
    (
        "api",
        "private",
        "secret",
        "access",
        "encryption",
        "signing",
        "auth",
        "ssh",
        "master",
        "account",
        "deploy",
        "priv",
    )
)
# The last word says that the value is about a secret, and is none: DB_PASSWORD_FILE, TOKEN_URL.
_ABOUT: Final = frozenset(
    (
        *("file", "files", "path", "paths", "dir", "directory", "location", "mount", "url", "uri", "endpoint", "host"),
        *("name", "names", "type", "ttl", "expiry", "expires", "expiration", "lifetime", "age", "timeout", "length"),
        *("size", "count", "limit", "policy", "algorithm", "alg", "format", "enabled", "disabled", "required"),
        *("provider", "store", "backend", "driver", "service", "manager", "header", "field", "issuer", "audience"),
        *("version", "class", "arn", "ref", "rotation", "through", "stdin", "prompt", "env", "var", "helper"),
    )
)
_NOT_SECRET: Final = frozenset(("PWD", "OLDPWD"))
_SWITCHES: Final = frozenset(("", "true", "false", "yes", "no", "on", "off", "none", "null"))
_NEGATIONS: Final = frozenset(("disabled", "disable", "no", "without", "empty", "allow", "skip", "ask", "locked"))
ASSIGNED: Final = re.compile(
    r"""(?:^|(?<=\s))["']?(?P<name>[A-Za-z_][\w./-]{0,250})["']?=(?P<value>"(?:[^"\\]|\\.)*+"|'[^']*+'|\S*+)""",
    re.DOTALL,
)
_OPTION: Final = re.compile(
    r"""(?P<head>(?<![\w-])--(?P<name>[\w-]{1,100})(?:=|["']?[\s,]+))(?P<value>"(?:[^"\\]|\\.)*+"|'[^']*+'|[^\s"';&|,\]]++)"""
)
_DECLARED: Final = re.compile(r"(?:^|(?<=\s))[\"']?([A-Za-z_][\w./-]{0,250})[\"']?=")
_WHERE_SECRETS_ARE_MOUNTED: Final = ("/run/secrets/", "/var/run/secrets/")


def conceal(text: str, *, declares: bool = False) -> str:
    """``text`` with values covered that look like secrets or have the name of one; the names stay.

    ``declares`` says that it is what follows ENV, ARG or LABEL: a value then reaches to the next name, blanks included.
    """
    if declares:
        return redact(_declarations(text))
    return redact(_OPTION.sub(_without_option, ASSIGNED.sub(_without_value, text)))


def is_secret_name(name: str) -> bool:
    """True when a name says that its value is a secret: DB_PASSWORD, apiKey, TOKEN2; not DB_PASSWORD_FILE, TOKENIZERS."""
    words = [each.lower() for each in _SPLIT.split(name[:300].rstrip("0123456789")) if each]
    if not words or name in _NOT_SECRET or words[-1] in _ABOUT:
        return False
    if any(each in _SECRET_WORDS or each.endswith(_SECRET_ENDINGS) for each in words):
        return True
    return any(second in ("key", "keys") and first in _KEYS for first, second in pairwise(words))


def is_switch(option: str) -> bool:
    """True for an option that has no secret as its value, whatever else is in its name: --disabled-password."""
    return not _NEGATIONS.isdisjoint(_SPLIT.split(option.lower()))


def is_harmless(value: str) -> bool:
    """True for no value at all, a mere switch, and a path where secrets are mounted at run time."""
    bare = value.strip().strip("\"'")
    return bare.lower() in _SWITCHES or bare.startswith(_WHERE_SECRETS_ARE_MOUNTED)


def is_reference(value: str) -> bool:
    """Given from elsewhere when it is run: $TOKEN, $(cat /run/secrets/token)."""
    return value.strip("\"'").startswith(("$", "`"))


def _without_value(found: re.Match[str]) -> str:
    value = found["value"]
    if not is_secret_name(found["name"]) or is_harmless(value) or is_reference(value):
        return found[0]
    return f"{found[0][: found.start('value') - found.start()]}{COVERED}"


def _without_option(found: re.Match[str]) -> str:
    name, value = found["name"], found["value"]
    if (
        not is_secret_name(name)
        or is_switch(name)
        or is_harmless(value)
        or is_reference(value)
        or value.startswith("-")
    ):
        return found[0]
    return f"{found['head']}{COVERED}"


def _declarations(text: str) -> str:
    marks = list(_DECLARED.finditer(text))
    lead = text[: marks[0].start()] if marks else text
    names = lead.split(maxsplit=1)
    if names and is_secret_name(names[0]) and text.strip() != names[0]:  # ENV NAME the value
        return f"{names[0]} {COVERED}"
    pieces = [lead]
    for at, mark in enumerate(marks):
        stop = marks[at + 1].start() if at + 1 < len(marks) else len(text)
        value = text[mark.end() : stop]
        covered = is_secret_name(mark[1]) and not is_harmless(value)
        pieces.append(f"{mark[0]}{COVERED} " if covered else mark[0] + value)
    return "".join(pieces).rstrip()
