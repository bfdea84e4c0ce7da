"""Secrets in what makes an image: their names and their shapes, and where; never their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from benchmark.collect.images.instructions import Instruction, bounded
from benchmark.collect.images.shell_words import Command
from benchmark.collect.redaction import credential_shapes, redact
from benchmark.model.facts import JsonValue, Unavailable

_MOST_NAME: Final = 120
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
_ASSIGNED: Final = re.compile(
    r"""(?:^|(?<=\s))["']?(?P<name>[A-Za-z_][\w./-]{0,250})["']?=(?P<value>"(?:[^"\\]|\\.)*+"|'[^']*+'|\S*+)""",
    re.DOTALL,
)
_LISTED: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"')
_BARE: Final = re.compile(r"(?:^|(?<=\s))([A-Za-z_]\w{0,250})(?=\s|$)")
_USERINFO: Final = re.compile(r"://[^\s/@:\"']{0,256}:(?!\$|%\(|\{\{|<|\[redacted)[^\s/@\"']{1,1024}@")
_AUTHORIZATION: Final = re.compile(
    r"authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:basic|bearer|token)\s+[\w.~+/=-]{8,}", re.IGNORECASE
)
_VAGUE: Final = frozenset(("bearer", "basic"))  # words of prose as well; judged by _AUTHORIZATION
_WHERE_SECRETS_ARE_MOUNTED: Final = ("/run/secrets/", "/var/run/secrets/")


def secret_findings(
    instructions: Iterable[Instruction],
    environment: Iterable[str] = (),
    labels: Iterable[tuple[str, str]] = (),
    texts: Iterable[tuple[str, str]] = (),
) -> list[JsonValue] | Unavailable:
    """Sentences like "variable DB_PASSWORD in step 4", "shape: aws key in the environment". Empty when none was seen.

    ``environment`` are the image's NAME=value texts, ``labels`` name and value, ``texts`` anything else with where it is.
    """
    found: list[str] = []
    told: set[str] = set()
    for each in instructions:
        if isinstance(each.commands, Unavailable):
            return each.commands
        for kind, name in _names(each):
            told.add(name)
            found.append(f"{kind} {_printable(name)} in {each.place}")
        given = " ".join(f"{name}={value}" for name, value in each.build_arguments)
        found.extend(_shapes(f"{given} {each.arguments}", each.place))
    for pair in environment:
        name, _, value = pair.partition("=")
        if name not in told and is_secret_name(name) and not _is_harmless(value):
            found.append(f"variable {_printable(name)} in the environment")
        found.extend(_shapes(pair, "the environment"))
    for name, value in labels:
        if name not in told and is_secret_name(name) and not _is_harmless(value):
            found.append(f"label {_printable(name)}")
        found.extend(_shapes(f"{name}={value}", "the labels"))
    for text, where in texts:
        found.extend(_shapes(text, where))
    return bounded(found)


def is_secret_name(name: str) -> bool:
    """True when a name says that its value is a secret: DB_PASSWORD, apiKey, PGPASSWORD; not DB_PASSWORD_FILE, TOKENIZERS."""
    words = [each.lower() for each in _SPLIT.split(name[:300]) if each]
    if not words or name in _NOT_SECRET or words[-1] in _ABOUT:
        return False
    if any(each in _SECRET_WORDS or each.endswith(_SECRET_ENDINGS) for each in words):
        return True
    return any(second in ("key", "keys") and first in _KEYS for first, second in pairwise(words))


def _names(instruction: Instruction) -> Iterator[tuple[str, str]]:
    """(what it is, name) of everything with the name of a secret that the instruction gives a value to."""
    for name, value in instruction.build_arguments:
        if is_secret_name(name) and not _is_harmless(value):
            yield "build argument", name
    kind = {"ENV": "variable", "LABEL": "label", "ARG": "build argument"}.get(instruction.word)
    if kind is not None:
        for name, assigned in _pairs(instruction):
            if is_secret_name(name) and (assigned is None or not _is_harmless(assigned)):
                yield kind, name
    commands = () if isinstance(instruction.commands, Unavailable) else instruction.commands
    if instruction.word in ("CMD", "ENTRYPOINT"):
        commands = (Command(_started(instruction.arguments)),)
    before: Command | None = None
    for command in commands:
        yield from _command_names(command, before)
        before = command


def _started(arguments: str) -> tuple[str, ...]:
    """The words of CMD or ENTRYPOINT; a history writes the list with or without commas."""
    text = arguments.strip()
    return tuple(_LISTED.findall(text)) if text.startswith("[") else tuple(text.split())


def _pairs(instruction: Instruction) -> list[tuple[str, str | None]]:
    """Names and values of ENV, LABEL and ARG; None for an ARG without a default."""
    text = instruction.arguments
    pairs: list[tuple[str, str | None]] = [(each["name"], each["value"]) for each in _ASSIGNED.finditer(text)]
    first, _, rest = text.strip().partition(" ")
    if instruction.word == "ARG":
        pairs.extend((each[1], None) for each in _BARE.finditer(_ASSIGNED.sub(" ", text)))
    elif "=" not in first:  # ENV NAME the value
        pairs = [(first, rest.strip())]
    return pairs


def _command_names(command: Command, before: Command | None) -> Iterator[tuple[str, str]]:
    exported = (
        command.words[1:] if command.program in ("export", "declare", "set", "setx", "typeset", "readonly") else ()
    )
    pairs = [
        *command.assignments,
        *((each.partition("=")[0], each.partition("=")[2]) for each in exported if "=" in each),
    ]
    for name, value in pairs:
        if is_secret_name(name) and not _is_harmless(value) and not _is_reference(value):
            yield "variable", name
    for at, word in enumerate(command.words[1:], 1):
        name, equals, value = word.partition("=")
        if (
            not name.startswith("--")
            or not is_secret_name(name)
            or not _NEGATIONS.isdisjoint(_SPLIT.split(name.lower()))
        ):
            continue
        if not equals:
            value = command.words[at + 1] if at + 1 < len(command.words) else ""
        if not _is_harmless(value) and not _is_reference(value) and not value.startswith("-"):
            yield "option", name
    if command.program == "chpasswd" and command.piped and before is not None and _says_password(before):
        yield "password piped to", "chpasswd"


def _says_password(command: Command) -> bool:
    """True for ``echo root:hunter2``; not for ``echo root:$PASSWORD``."""
    said = command.words[1:] if command.program in ("echo", "printf") else ()
    return any(":" in each and not _is_reference(each.partition(":")[2]) for each in said)


def _shapes(text: str, where: str) -> Iterator[str]:
    kinds = {each.replace("_", " ") for each in credential_shapes(text) if each not in _VAGUE}
    if _USERINFO.search(text):
        kinds.add("password in a URL")
    if _AUTHORIZATION.search(text):
        kinds.add("authorization header")
    return (f"shape: {each} in {where}" for each in sorted(kinds))


def _is_harmless(value: str) -> bool:
    bare = value.strip().strip("\"'")
    return bare.lower() in _SWITCHES or bare.startswith(_WHERE_SECRETS_ARE_MOUNTED)


def _is_reference(value: str) -> bool:
    """Given from elsewhere when it is run: $TOKEN, $(cat /run/secrets/token)."""
    return value.strip("\"'").startswith(("$", "`"))


def _printable(name: str) -> str:
    return redact(name)[:_MOST_NAME]
