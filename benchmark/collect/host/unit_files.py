"""Where systemd would find a unit: its fragment and drop-ins (systemd.unit(5)), without asking systemd."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

from benchmark.collect.host.accounts import Accounts
from benchmark.collect.host.files import Members, enumerate_single
from benchmark.collect.host.provenance import absence_source, file_source
from benchmark.collect.host.root import HostRoot, failure
from benchmark.collect.host.walk import Entry
from benchmark.model.facts import ABSENT, Absent, Source, Unavailable
from benchmark.model.unit_directories import UNIT_DIRECTORIES


@dataclass(frozen=True, slots=True)
class UnitFiles:
    """The files of a unit: ``fragment`` as systemctl names it, ``drop_ins`` in the order in which they apply. ``masked``: the
    fragment is empty or a link to /dev/null, so the unit cannot run and its drop-ins do not count.
    """

    name: str
    fragment: str
    drop_ins: tuple[str, ...]
    masked: bool
    source: Source


def find_unit(
    root: HostRoot, name: str, directories: tuple[str, ...] = UNIT_DIRECTORIES
) -> UnitFiles | Unavailable | Absent:
    """The files of unit ``name``; ABSENT when no directory of the search path, highest first, holds its fragment."""
    for directory in directories:
        fragment = f"{directory}/{name}"
        masked = _is_masked(root, fragment)
        if isinstance(masked, Unavailable):
            return masked
        if masked is ABSENT:
            continue
        drop_ins = () if masked else _drop_ins(root, name, directories)
        if isinstance(drop_ins, Unavailable):
            return drop_ins
        return UnitFiles(name, fragment, drop_ins, masked, file_source(fragment, says="masked" if masked else None))
    return ABSENT


def enumerate_unit(
    root: HostRoot, name: str, accounts: Accounts, directories: tuple[str, ...] = UNIT_DIRECTORIES
) -> Members:
    """The unit's fragment and drop-ins as file subjects; none, with the proof, when there is no such unit or it is masked."""
    files = find_unit(root, name, directories)
    if isinstance(files, Unavailable):
        return (), files, ()
    if files is ABSENT:
        return (), None, tuple(absence_source(f"{directory}/{name}") for directory in directories)
    if files.masked:
        return (), None, (files.source,)
    found = [enumerate_single(root, path, accounts) for path in (files.fragment, *files.drop_ins)]
    gap = next((missed for _, missed, _ in found if missed is not None), None)
    members = tuple(subject for subjects, _, _ in found for subject in subjects)
    return members, gap, tuple(source for _, _, sources in found for source in sources)


def _is_masked(root: HostRoot, path: str) -> bool | Unavailable | Absent:
    """True for an empty file or a link to /dev/null, whether or not there is such a device below the root."""
    with root.entry(path, follow=False) as found:
        if not isinstance(found, Entry):
            return found
        if stat.S_ISLNK(found.status.st_mode):
            try:
                if os.readlink("", dir_fd=found.fd) == "/dev/null":
                    return True
            except OSError as error:
                return failure(error, path)
    status = root.stat(path)
    if isinstance(status, Unavailable) or status is ABSENT:
        return status  # a link to nothing is passed over
    return status.path == "/dev/null" or (status.type == "file" and status.size == 0)


def _drop_ins(root: HostRoot, name: str, directories: tuple[str, ...]) -> tuple[str, ...] | Unavailable:
    """Drop-ins sorted by file name wherever they lie; of several with one name the one in the highest directory counts,
    and none when that is masked.
    """
    chosen: dict[str, str] = {}
    for folder in _drop_in_folders(name, directories):
        names = root.list(folder)
        if isinstance(names, Unavailable):
            return names
        for each in () if names is ABSENT else names:
            if each.endswith(".conf"):
                chosen.setdefault(each, f"{folder}/{each}")
    kept: list[str] = []
    for each in sorted(chosen):
        masked = _is_masked(root, chosen[each])
        if isinstance(masked, Unavailable):
            return masked
        if masked is False:
            kept.append(chosen[each])
    return tuple(kept)


def _drop_in_folders(name: str, directories: tuple[str, ...]) -> list[str]:
    """``NAME.d`` and, for dashed names, ``PREFIX-.service.d`` in each directory; last the whole type's ``service.d``."""
    stem, _, kind = name.rpartition(".")
    levels = [name]
    while "-" in stem.rstrip("-"):
        stem = stem.rstrip("-").rpartition("-")[0] + "-"
        levels.append(f"{stem}.{kind}")
    folders = [f"{directory}/{level}.d" for directory in directories for level in levels]
    return folders + [f"{directory}/{kind}.d" for directory in directories]
