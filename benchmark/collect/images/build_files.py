"""Build files as subjects: read from the files that an operator names, and judged before an image exists."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from benchmark.collect.host.files import Members
from benchmark.collect.host.provenance import content_source, file_source
from benchmark.collect.host.root import HostRoot, printable
from benchmark.collect.images.dockerfile import MOST_BYTES, Statement, parse_dockerfile
from benchmark.collect.images.instructions import Instruction, additions, bounded, records, shown, unpacks_a_root
from benchmark.collect.images.packages import unverified_installs, updates_alone
from benchmark.collect.images.references import ANY_REGISTRY, lies_in, parse_reference
from benchmark.collect.images.secret_traces import secret_findings
from benchmark.collect.images.shell_words import Command, parse_script, parse_words
from benchmark.collect.images.stages import SCRATCH, Base, Stage, exec_form, read_stages
from benchmark.collect.images.users import is_root
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, FactValue, JsonValue, Reason, Source, Subject, Unavailable
from benchmark.model.facts_dockerfile import DOCKERFILE_FACTS

_SHEBANG: Final = re.compile(r"#!\s*(?P<program>\S+)(?:\s+(?:-\S+\s+)*(?P<argument>\S+))?")
_SHELL: Final = re.compile(r"(?:.*/)?(?:ba|da|a|z|k|mk)?sh")
_FILES: Final = frozenset(("ADD", "COPY", "RUN", "WORKDIR"))


def read_dockerfiles(paths: Sequence[str]) -> Members:
    """One subject for each file of ``paths``, in their order; each file once. A broken file is a blocked subject.

    Without paths the collection is empty, and its source says that nobody named one.
    """
    if not paths:
        return (), None, (Source("--dockerfile", says="not given"),)
    root = HostRoot()
    by_path: dict[str, Subject] = {}
    for path in paths:
        place = os.path.abspath(path)  # noqa: PTH100  (Path.resolve would follow links, which is HostRoot's task)
        if place not in by_path:
            by_path[place] = _read(root, path, place)
    return tuple(by_path.values()), None, tuple(each.source for each in by_path.values() if each.source is not None)


def dockerfile_facts(data: bytes) -> tuple[dict[str, FactValue], dict[str, str]] | Unavailable:
    """Every fact of the build file in ``data`` and remarks that place them; or why it cannot be read, with the line."""
    statements = parse_dockerfile(data)
    if isinstance(statements, Unavailable):
        return statements
    read = read_stages(statements)
    if isinstance(read, Unavailable):
        return read
    stages, bases = read
    instructions = tuple(_instructions(statements, stages))
    last = stages[-1]
    facts: Mapping[str, FactValue] = {
        "instructions": records(instructions, "line"),
        "stages": [{"line": each.line, "Name": each.name, "Base": each.written} for each in stages],
        "bases": [_base(each) for each in bases],
        "unpinned_bases": bounded(
            f"line {each.line}: {each.word} {shown(each.written)}" for each in bases if _floats(each)
        ),
        "user": _user(last),
        "runs_as_root": _runs_as_root(last),
        "health_check_defined": next(
            (each.health_check for each in _chain(last) if each.health_check is not None), False
        ),
        "package_updates_alone": updates_alone(instructions),
        "add_instructions": additions(instructions),
        "unverified_installs": unverified_installs(instructions),
        "secret_names": secret_findings(instructions, texts=_texts(statements)),
    }
    checked = {
        name: value
        if isinstance(value, Unavailable) or value is ABSENT
        else conform(DOCKERFILE_FACTS[name], name, value)
        for name, value in facts.items()
    }
    return checked, _notes(last)


def _read(root: HostRoot, path: str, place: str) -> Subject:
    name = printable(path)
    content = root.read(place, MOST_BYTES)
    if content is ABSENT:
        content = Unavailable(Reason.NOT_FOUND, f"{printable(place)}: no such file")
    if isinstance(content, Unavailable):
        return Subject("dockerfile", name, "", {}, file_source(place), blocked=content)
    source = content_source(place, content)
    read = dockerfile_facts(content.data)
    if isinstance(read, Unavailable):
        return Subject("dockerfile", name, "", {}, source, blocked=read)
    facts, notes = read
    return Subject("dockerfile", name, "", facts, source, notes=notes)


def _notes(last: Stage) -> dict[str, str]:
    """Where the last stage says what user and health check the image has, or that it does not."""
    user = next((each for each in _chain(last) if each.user is not None), None)
    check = next((each for each in _chain(last) if each.health_check is not None), None)
    nothing = f"the last stage begins in line {last.line} and has no"
    return {
        "runs_as_root": f"{nothing} USER" if user is None else f"line {user.user_line}: USER {shown(user.user or '')}",
        "health_check_defined": f"{nothing} HEALTHCHECK" if check is None else f"line {check.health_line}: HEALTHCHECK",
    }


def _instructions(statements: Sequence[Statement], stages: Sequence[Stage]) -> Iterator[Instruction]:
    stage = -1
    begun = True  # whether the stage has files of its own
    for each in statements:
        if each.word == "FROM":
            stage += 1
            begun = stages[stage].base != SCRATCH
        arguments = " ".join((*(f"--{name}={value}" for name, value in each.flags), each.rest))
        commands = _commands(each) if each.word == "RUN" else ()
        instruction = Instruction(
            f"line {each.line}",
            each.line,
            each.word,
            arguments,
            commands,
            stage=max(stage, 0),
            triggered=each.triggered,
        )
        if not begun and each.word in _FILES:
            begun = True
            instruction = replace(instruction, from_base=each.word == "ADD" and unpacks_a_root(each.rest))
        yield instruction


def _commands(statement: Statement) -> tuple[Command, ...] | Unavailable:
    """What RUN runs: a list in JSON, a script, or the heredoc that is the script."""
    words = exec_form(statement.rest)
    if words is not None:
        return parse_words(words)
    if len(statement.heredocs) == 1 and statement.rest.split()[1:] == [] and statement.rest.startswith("<<"):
        text = statement.heredocs[0].text
        shebang = _SHEBANG.match(text)
        if shebang is None or any(_SHELL.fullmatch(each) for each in shebang.groups() if each):
            return parse_script(text)
        return ()
    attached = "".join(f"{each.text}{each.terminator}\n" for each in statement.heredocs)
    return parse_script(f"{statement.rest}\n{attached}")


def _texts(statements: Sequence[Statement]) -> Iterator[tuple[str, str]]:
    """Heredocs hold files and scripts, and a secret in them is as plain as anywhere."""
    for each in statements:
        for heredoc in each.heredocs:
            yield heredoc.text, f"line {each.line}"


def _base(base: Base) -> JsonValue:
    """One record of ``bases``. A reference with a variable that has no value names no registry and no version."""
    found = parse_reference(base.reference) if base.reference is not None else None
    return {
        "line": base.line,
        "Instruction": base.word,
        "Name": found.name if found else base.written[:300],
        "Version": found.tag if found else "",
        "Digest": found.digest if found else "",
        "Within": lies_in(found.name) if found else [],
        "Anywhere": [ANY_REGISTRY],
    }


def _floats(base: Base) -> bool:
    """True for a base that the next build may find changed: no digest, and no version but latest."""
    found = parse_reference(base.reference) if base.reference is not None else None
    return found is None or (not found.digest and found.tag in ("", "latest"))


def _chain(last: Stage) -> Iterator[Stage]:
    """The stage and the stages that it is built from."""
    stage: Stage | None = last
    while stage is not None:
        yield stage
        stage = stage.parent


def _user(last: Stage) -> FactValue:
    """The USER that the image ends with, as it is written; ABSENT when the build file leaves that to the base."""
    return next((each.user[:300] for each in _chain(last) if each.user is not None), ABSENT)


def _runs_as_root(last: Stage) -> FactValue:
    """ABSENT when the build file leaves the user to a base from outside; nothing but root there is below scratch."""
    stage = next((each for each in _chain(last) if each.user is not None), None)
    if stage is None:
        first = list(_chain(last))[-1]
        return True if first.base == SCRATCH else ABSENT
    if stage.user_is is None:
        return Unavailable(Reason.UNKNOWN_VALUE, f"USER {(stage.user or '')[:80]!r} has a variable without a value")
    return is_root(stage.user_is)
