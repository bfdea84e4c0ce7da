"""Adds entries to a policy file: nobody's addition is lost, nothing else changes, and what would not count is not added."""

from __future__ import annotations

import fcntl
import os
import stat
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from benchmark.catalog.added_entry import CannotAdd, add_entry, entry_text
from benchmark.catalog.content_error import ContentErrors
from benchmark.cli.controls_list import chosen_version
from benchmark.cli.evaluation import framework_of
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.output_file import OutputFile
from benchmark.cli.policy_entries import Judged, now
from benchmark.cli.policy_files import covered_texts, read_policy_file, refused
from benchmark.cli.printing import print_text
from benchmark.cli.streams import say
from benchmark.cli.values import STDOUT
from benchmark.model.content import Catalog
from benchmark.model.facts import JsonValue

_NEW_FILE: Final = 0o600

Entry: TypeAlias = Mapping[str, JsonValue]
Judge: TypeAlias = Callable[[bytes], Sequence[Judged]]  # what is wrong with each entry of a whole file


def add_entries(path: str, name: str, schema: str, entries: Sequence[Entry], judge: Judge) -> None:
    """Adds ``entries`` to the list ``name`` of the file ``path``, one without an id under a new one, and says so.

    Raises Refusal where an added one would not count, where
    the file is not good as it is, and where its layout leaves no safe place; then nothing is written.
    """
    if path == STDOUT:
        raise Refusal("an entry is added to a file, not to standard input")
    with _alone(path):
        before, mode = _present(path)
        data = before
        old = _judged(judge, before) if before.strip() else ()
        had, taken = len(old), {each.entry.id for each in old}
        numbered = [_with_id(each, taken, name) for each in entries]
        try:
            for each in numbered:
                data = add_entry(data, name, schema, each)
        except CannotAdd as error:
            texts = "".join(entry_text(each) for each in numbered)
            raise Refusal(f"{path}: {error}; add it by hand:", more=tuple(texts.splitlines())) from None
        after = _judged(judge, data)
        added = after[had:]
        wrong = [f"{one.entry.id}: {told}" for one in added for _, told in one.defects]
        wrong += [f"{one.entry.id}: a text holds what looks like a secret" for one in added if covered_texts(one.entry)]
        if wrong:
            raise Refusal(f"{path} is left as it is, since what would be added does not count", more=tuple(wrong))
        _write(path, data, mode)
    for one in after[:had]:
        for _, told in one.defects[:1]:
            say(f"dockmark: {path}:{one.entry.line}: {one.entry.id}: {told}")
    print_text("".join(f"{path}: added {one.entry.id}, until {one.entry.expires.end}\n" for one in added))


def named_control(arguments: Namespace, catalog: Catalog) -> dict[str, JsonValue]:
    """``control``, and ``benchmark`` where it is a number, as a file writes them."""
    name: str = arguments.control
    if name in catalog.controls or not name[:1].isdigit():
        if arguments.benchmark is not None:
            raise Refusal("--benchmark says which version a number is of; this control is named by its id")
        return {"control": name}
    return {"control": name, "benchmark": chosen_version(framework_of(catalog), arguments.benchmark)}


def end_text(given: str | timedelta) -> str:
    """When it ends, as a file writes it: a date for a time from now."""
    return (now() + given).strftime("%Y-%m-%d") if isinstance(given, timedelta) else given


def require(arguments: Namespace, *names: str) -> None:
    """Raises Refusal that names every option of ``names`` that was not given."""
    missing = [f"--{each.replace('_', '-')}" for each in names if getattr(arguments, each) is None]
    if missing:
        raise Refusal(f"not given: {', '.join(missing)}")


def _with_id(entry: Entry, taken: set[str], name: str) -> dict[str, JsonValue]:
    if "id" in entry:
        return dict(entry)
    opening = f"{name[0].upper()}-{now():%Y%m%d}"
    number = 1
    while f"{opening}-{number}" in taken:
        number += 1
    taken.add(f"{opening}-{number}")
    return {"id": f"{opening}-{number}", **entry}


def _present(path: str) -> tuple[bytes, int]:
    """The bytes of the file and its mode; nothing, and that of a new one, where there is none."""
    try:
        mode = stat.S_IMODE(Path(path).lstat().st_mode)
    except FileNotFoundError:
        return b"", _NEW_FILE
    except OSError as error:
        raise Refusal(f"cannot use {path}: {error.strerror or error}") from None
    return read_policy_file(path), mode


def _judged(judge: Judge, data: bytes) -> Sequence[Judged]:
    try:
        return judge(data)
    except ContentErrors as error:
        raise refused(map(str, error.errors)) from None


@contextmanager
def _alone(path: str) -> Iterator[None]:
    """While nobody else adds to a file of the same directory: the file itself is another one afterwards."""
    try:
        directory = os.open(Path(path).parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise Refusal(f"cannot use {path}: {error.strerror or error}") from None
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(directory)


def _write(path: str, data: bytes, mode: int) -> None:
    try:
        file = OutputFile(path, mode)
        try:
            file.write_bytes(data)
            file.commit()
        finally:
            file.discard()
    except OSError as error:
        raise Refusal(f"cannot write {path}: {error.strerror or error}", ExitCode.UNREACHABLE) from None


def time_text(at: datetime) -> str:
    """A time as a file writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
