"""The stages of a build file: what each is built from, and what user and health check the image ends with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmark.collect.images.dockerfile import Statement, SyntaxDefect
from benchmark.collect.images.variables import assignments, expand
from benchmark.model.facts import Unavailable

SCRATCH: Final = "scratch"


@dataclass(slots=True)
class Stage:
    """One FROM and what follows it.

    ``base`` is the reference with variables replaced, None when one has no value; ``parent`` the stage that it names.
    ``user`` is the text of the last USER as it is written, ``user_is`` the same with variables replaced. ``health_check``
    is False for NONE. All three are None where the stage says nothing and takes over what its base has; ``user_line`` and
    ``health_line`` are where they stand.
    """

    line: int
    name: str
    written: str
    base: str | None
    parent: Stage | None
    user: str | None = None
    user_is: str | None = None
    user_line: int = 0
    health_check: bool | None = None
    health_line: int = 0
    variables: dict[str, str | None] = field(default_factory=dict)
    environment: set[str] = field(default_factory=set)  # the variables that ENV set


@dataclass(frozen=True, slots=True)
class Base:
    """An image from outside that a build file takes files from: by FROM, COPY --from or RUN --mount=…,from=.

    ``reference`` is None where a variable in it has no value.
    """

    line: int
    word: str
    written: str
    reference: str | None


def read_stages(statements: Sequence[Statement]) -> tuple[tuple[Stage, ...], tuple[Base, ...]] | Unavailable:
    """The stages in order, and every image from outside; SYNTAX for a statement that no builder accepts."""
    try:
        return _Stages().read(statements)
    except SyntaxDefect as defect:
        return defect.why


class _Stages:
    """Variables, stages and bases in the making."""

    def __init__(self) -> None:
        self._before: dict[str, str | None] = {}  # ARG before the first FROM: known to FROM, to others only by ARG NAME
        self._stages: list[Stage] = []
        self._bases: list[Base] = []

    def read(self, statements: Sequence[Statement]) -> tuple[tuple[Stage, ...], tuple[Base, ...]]:
        for each in statements:
            if each.word == "FROM":
                self._from(each)
            elif not self._stages:
                self._before |= {
                    name: None if value is None else expand(value, self._before)
                    for name, value in assignments(each.rest)
                }
            elif not each.triggered:
                self._follow(each, self._stages[-1])
        return tuple(self._stages), tuple(self._bases)

    def _from(self, statement: Statement) -> None:
        words = statement.rest.split()
        if len(words) not in (1, 3) or (len(words) == 3 and words[1].upper() != "AS"):
            raise SyntaxDefect(statement.line, "FROM takes an image, or an image AS a name")
        base = expand(words[0], self._before)
        parent = self._stage_named(base)
        self._stages.append(
            Stage(
                line=statement.line,
                name=words[2].lower() if len(words) == 3 else "",
                written=words[0],
                base=base,
                parent=parent,
                variables=dict(parent.variables) if parent else {},
                environment=set(parent.environment) if parent else set(),
            )
        )
        if parent is None and base != SCRATCH:
            self._bases.append(Base(statement.line, "FROM", words[0], base))

    def _follow(self, statement: Statement, stage: Stage) -> None:
        match statement.word:
            case "ARG":
                self._argument(statement, stage)
            case "ENV":
                for name, value in assignments(statement.rest, legacy=True):
                    stage.variables[name] = expand(value or "", stage.variables)
                    stage.environment.add(name)
            case "USER":
                _set_user(statement, stage)
            case "HEALTHCHECK":
                stage.health_check, stage.health_line = _health_check(statement), statement.line
            case "SHELL" if exec_form(statement.rest) is None:
                raise SyntaxDefect(statement.line, "SHELL takes a list in JSON")
            case "COPY" | "RUN":
                self._taken_from(statement, stage)
            case _:
                pass

    def _argument(self, statement: Statement, stage: Stage) -> None:
        """ARG NAME takes the value given before the first FROM; ENV of that name is stronger than ARG."""
        for name, value in assignments(statement.rest):
            if name not in stage.environment:
                known = self._before.get(name) if value is None else expand(value, stage.variables)
                stage.variables[name] = known

    def _taken_from(self, statement: Statement, stage: Stage) -> None:
        """Images from outside that files are copied or mounted from; a number or a stage's name is no image."""
        sources = [statement.flag("from")] if statement.word == "COPY" else []
        for name, value in statement.flags:
            if name == "mount":
                sources += [part[5:] for part in value.split(",") if part.startswith("from=")]
        for each in sources:
            if each is None or each.isdigit():
                continue
            reference = expand(each, self._before | stage.variables)
            if self._stage_named(reference) is None and reference != SCRATCH:
                self._bases.append(Base(statement.line, statement.word, each, reference))

    def _stage_named(self, name: str | None) -> Stage | None:
        """The latest stage of that name. A stage cannot name itself: it is not in the list yet when FROM is read."""
        wanted = (name or "").lower()
        return next((each for each in reversed(self._stages) if each.name and each.name == wanted), None)


def _set_user(statement: Statement, stage: Stage) -> None:
    if len(statement.rest.split()) != 1:
        raise SyntaxDefect(statement.line, "USER takes one argument")
    stage.user, stage.user_line = statement.rest, statement.line
    stage.user_is = expand(statement.rest.strip("\"'"), stage.variables)


def exec_form(rest: str) -> tuple[str, ...] | None:
    """The words of a list in JSON; None for the shell form, which everything is that is no such list."""
    if not rest.startswith("["):
        return None
    try:
        value = json.loads(rest)
    except (ValueError, RecursionError):
        return None
    return tuple(value) if isinstance(value, list) and all(isinstance(each, str) for each in value) else None


def _health_check(statement: Statement) -> bool:
    word, *command = statement.rest.split(maxsplit=1)
    if word.upper() == "NONE" and not command:
        return False
    if word.upper() != "CMD" or not command:
        raise SyntaxDefect(statement.line, "HEALTHCHECK is neither NONE nor CMD with a command")
    return exec_form(command[0]) != ()
