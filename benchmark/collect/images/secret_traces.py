"""Secrets in what makes an image: their names and their shapes, and where; never their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from benchmark.collect.images.instructions import Instruction, bounded
from benchmark.collect.images.secret_names import ASSIGNED, is_harmless, is_reference, is_secret_name, is_switch
from benchmark.collect.images.shell_words import Command
from benchmark.collect.redaction import credential_shapes, redact
from benchmark.model.facts import JsonValue, Unavailable

_MOST_NAME: Final = 120
_LISTED: Final = re.compile(r'"((?:[^"\\]|\\.)*+)(?:"|\\?\Z)')  # an open quote takes all that follows
_BARE: Final = re.compile(r"(?:^|(?<=\s))([A-Za-z_]\w{0,250})(?=\s|$)")
_USERINFO: Final = re.compile(r"://[^\s/@:\"']{0,256}:(?!\$|%\(|\{\{|<|\[redacted)[^\s/@\"']{1,1024}@")
_AUTHORIZATION: Final = re.compile(
    r"authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:basic|bearer|token)\s+[\w.~+/=-]{8,}", re.IGNORECASE
)
_VAGUE: Final = frozenset(("bearer", "basic"))  # words of prose as well; judged by _AUTHORIZATION


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
        if name not in told and is_secret_name(name) and not is_harmless(value):
            found.append(f"variable {_printable(name)} in the environment")
        found.extend(_shapes(pair, "the environment"))
    for name, value in labels:
        if name not in told and is_secret_name(name) and not is_harmless(value):
            found.append(f"label {_printable(name)}")
        found.extend(_shapes(f"{name}={value}", "the labels"))
    for text, where in texts:
        found.extend(_shapes(text, where))
    return bounded(found)


def _names(instruction: Instruction) -> Iterator[tuple[str, str]]:
    """(what it is, name) of everything with the name of a secret that the instruction gives a value to."""
    for name, value in instruction.build_arguments:
        if is_secret_name(name) and not is_harmless(value):
            yield "build argument", name
    kind = {"ENV": "variable", "LABEL": "label", "ARG": "build argument"}.get(instruction.word)
    if kind is not None:
        for name, assigned in _pairs(instruction):
            if is_secret_name(name) and (assigned is None or not is_harmless(assigned)):
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
    pairs: list[tuple[str, str | None]] = [(each["name"], each["value"]) for each in ASSIGNED.finditer(text)]
    first, _, rest = text.strip().partition(" ")
    if instruction.word == "ARG":
        pairs.extend((each[1], None) for each in _BARE.finditer(ASSIGNED.sub(" ", text)))
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
        if is_secret_name(name) and not is_harmless(value) and not is_reference(value):
            yield "variable", name
    for at, word in enumerate(command.words[1:], 1):
        name, equals, value = word.partition("=")
        if not name.startswith("--") or not is_secret_name(name) or is_switch(name):
            continue
        if not equals:
            value = command.words[at + 1] if at + 1 < len(command.words) else ""
        if not is_harmless(value) and not is_reference(value) and not value.startswith("-"):
            yield "option", name
    if command.program == "chpasswd" and command.piped and before is not None and _says_password(before):
        yield "password piped to", "chpasswd"


def _says_password(command: Command) -> bool:
    """True for ``echo root:hunter2``; not for ``echo root:$PASSWORD``."""
    said = command.words[1:] if command.program in ("echo", "printf") else ()
    return any(":" in each and not is_reference(each.partition(":")[2]) for each in said)


def _shapes(text: str, where: str) -> Iterator[str]:
    kinds = {each.replace("_", " ") for each in credential_shapes(text) if each not in _VAGUE}
    if _USERINFO.search(text):
        kinds.add("password in a URL")
    if _AUTHORIZATION.search(text):
        kinds.add("authorization header")
    return (f"shape: {each} in {where}" for each in sorted(kinds))


def _printable(name: str) -> str:
    return redact(name)[:_MOST_NAME]
