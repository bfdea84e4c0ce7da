"""Files and directories of the target as subjects, and the enumerations that list them."""

from __future__ import annotations

import os
import stat
from typing import Final, TypeAlias

from benchmark.collect.host.access_lists import read_acl
from benchmark.collect.host.accounts import Accounts
from benchmark.collect.host.mounts import collect_mounts
from benchmark.collect.host.numbers import Numbers
from benchmark.collect.host.provenance import absence_source, file_source
from benchmark.collect.host.root import HostRoot, file_stat, printable
from benchmark.collect.host.walk import Entry
from benchmark.model.facts import ABSENT, Absent, FactValue, JsonValue, Reason, Source, Subject, Unavailable
from benchmark.model.facts_host import FILE_FACTS

MOST_FILES: Final = 10_000

Members: TypeAlias = tuple[tuple[Subject, ...], Unavailable | None, tuple[Source, ...]]


def describe_file(root: HostRoot, path: str, accounts: Accounts) -> Subject:
    """The subject ``file:<path>`` with every fact of FILE_FACTS, all from one descriptor, links followed.

    Blocked when it cannot be looked at; when it is proven not to be there, every fact is ABSENT.
    """
    with root.entry(path) as found:
        return _describe(root, path, found, accounts)


def enumerate_single(root: HostRoot, path: str, accounts: Accounts) -> Members:
    """The file at ``path`` as the only member; none, with the proof, when it does not exist; a gap when nobody can say."""
    with root.entry(path) as found:
        if isinstance(found, Unavailable):
            return (), found, ()
        if found is ABSENT:
            return (), None, (absence_source(path),)
        return (_describe(root, path, found, accounts),), None, (file_source(path),)


def enumerate_tree(root: HostRoot, directory: str, accounts: Accounts) -> Members:
    """Everything below ``directory`` that is not a directory, sorted by path.

    A link is named by its own path and described by its target; a link to a directory is entered, each directory once. The
    gap is the first thing that could not be seen: what was found is listed all the same.
    """
    tree = _Tree(root, accounts)
    start = root.stat(directory)
    if isinstance(start, Unavailable):
        return (), start, ()
    if start is ABSENT:
        return (), None, (absence_source(directory),)
    tree.enter(directory)
    members = tuple(sorted(tree.members, key=lambda subject: subject.name))
    return members, tree.gap, (file_source(directory, says=f"{len(members)} files"),)


class _Tree:
    """A walk over directories, bounded in what it looks at."""

    def __init__(self, root: HostRoot, accounts: Accounts) -> None:
        self.root = root
        self.accounts = accounts
        self.members: list[Subject] = []
        self.gap: Unavailable | None = None
        self._seen: set[tuple[int, int]] = set()
        self._looked_at = 0

    def enter(self, directory: str) -> None:
        waiting = [directory]
        while waiting:
            here = waiting.pop()
            with self.root.entry(here) as found:
                if isinstance(found, Entry):
                    identity = (found.status.st_dev, found.status.st_ino)
                    if identity in self._seen:
                        continue
                    self._seen.add(identity)
            names = self.root.list(here)
            if isinstance(names, Unavailable):
                self._missed(names)
                continue
            for name in () if names is ABSENT else names:
                self._looked_at += 1
                if self._looked_at > MOST_FILES:
                    self._missed(
                        Unavailable(Reason.OVERSIZE, f"{printable(directory)}: more than {MOST_FILES} entries")
                    )
                    return
                if self._look_at(f"{here.rstrip('/')}/{name}"):
                    waiting.append(f"{here.rstrip('/')}/{name}")

    def _look_at(self, path: str) -> bool:
        """Adds the member at ``path``; true when it is a directory to be entered."""
        with self.root.entry(path) as found:
            if isinstance(found, Entry):
                if stat.S_ISDIR(found.status.st_mode):
                    return True
                self.members.append(_describe(self.root, path, found, self.accounts))
            elif isinstance(found, Unavailable):
                self.members.append(_describe(self.root, path, found, self.accounts))
            elif self.root.lstat(path) is ABSENT:
                self._missed(Unavailable(Reason.VANISHED, f"{printable(path)}: listed, then gone"))
        return False  # a link to nothing: there is no file to speak about

    def _missed(self, why: Unavailable) -> None:
        self.gap = self.gap or why


def _describe(root: HostRoot, path: str, found: Entry | Unavailable | Absent, accounts: Accounts) -> Subject:
    name = printable(path)
    if isinstance(found, Unavailable):
        return Subject("file", name, "", {}, source=file_source(path), blocked=found)
    if found is ABSENT:
        return Subject("file", name, "", dict.fromkeys(FILE_FACTS, ABSENT), source=absence_source(path))
    status = file_stat(found)
    facts: dict[str, FactValue] = {
        "path": printable(status.path),
        "type": status.type,
        "mode": status.mode,
        "owner": _owner(status.uid, status.gid, root.numbers, accounts),
        "acl": _listed(_acl(found, root.numbers)),
        "writable_parents": _listed(root.numbers.foreign or _writable_parents(found)),
        "read_only_mount": _read_only_mount(root, found),
    }
    return Subject("file", name, "", facts, source=file_source(path))


def _acl(found: Entry, numbers: Numbers) -> tuple[str, ...] | Unavailable:
    entries = read_acl(found)
    return (numbers.hidden_entries or entries) if entries else entries


def _owner(uid: int, gid: int, numbers: Numbers, accounts: Accounts) -> FactValue:
    hidden = numbers.hidden_user(uid) or numbers.hidden_group(gid)
    if hidden is not None:
        return hidden
    user, group = accounts.user_name(uid), accounts.group_name(gid)
    # number 0 is root whatever the account files hold
    if isinstance(user, Unavailable):
        if uid != 0:
            return user
        user = "root"
    if isinstance(group, Unavailable):
        if gid != 0:
            return group
        group = "root"
    return {"uid": uid, "gid": gid, "user": user, "group": group}


def _writable_parents(found: Entry) -> tuple[str, ...]:
    """Directories on the way in which somebody other than root can put another entry in place of the one we followed.

    The sticky bit protects entries of others (unlink(2)): it helps unless the link we followed belongs to such a somebody.
    Group write counts always, since the bits of a directory with an ACL show what the ACL grants at most.
    """
    loose = set(found.loose_links)
    for path, status in found.parents:
        if status.st_uid != 0 or (status.st_mode & 0o022 and not status.st_mode & stat.S_ISVTX):
            loose.add(path)
    return tuple(sorted(printable(path) for path in loose))


def _read_only_mount(root: HostRoot, found: Entry) -> FactValue:
    try:
        read_only = bool(os.fstatvfs(found.fd).f_flag & os.ST_RDONLY)
    except OSError as error:
        return Unavailable(Reason.IO_ERROR, f"{printable(found.path)}: {error.strerror}")
    if root.is_own or not read_only:
        return read_only
    # the target's file system may only look read-only because it was mounted so for us
    table = collect_mounts(root)
    if isinstance(table, Unavailable):
        return table
    mount = table.mount_of(printable(found.path))
    return mount.read_only if mount else Unavailable(Reason.INCOMPLETE, f"{printable(found.path)}: no mount known")


def _listed(values: tuple[str, ...] | Unavailable) -> FactValue:
    if isinstance(values, Unavailable):
        return values
    listed: list[JsonValue] = [*values]
    return listed
