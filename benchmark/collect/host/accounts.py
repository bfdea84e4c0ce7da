"""Users and groups of the target: /etc/passwd and /etc/group, and NSS where the target is this machine."""

from __future__ import annotations

import grp
import pwd
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from benchmark.collect.host.name_services import read_name_services
from benchmark.collect.host.provenance import content_source, utc_now
from benchmark.collect.host.root import HostRoot, printable
from benchmark.model.facts import ABSENT, Absent, Reason, Source, Unavailable

T = TypeVar("T")

_CAP: Final = 32 * 1024 * 1024  # directories of a large site, dumped into a file
_NUMBER: Final = re.compile(r"\s*\+?0*([0-9]{1,10})\s*")
_LARGEST: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class User:
    """A line of /etc/passwd."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Group:
    """A line of /etc/group; ``members`` are those listed on it."""

    name: str
    gid: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accounts:
    """What the account files say. ``gap`` is set where other sources may know more accounts than were listed: then names
    that were not found, and lists of members, are not known.
    """

    users: tuple[User, ...] | Unavailable
    groups: tuple[Group, ...] | Unavailable
    gap: Unavailable | None = None
    warnings: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    _user_names: Mapping[int, str] = field(default_factory=dict)
    _group_names: Mapping[int, str] = field(default_factory=dict)

    def user_name(self, uid: int) -> str | Unavailable | None:
        """The first name with ``uid``; None when proven that no account has it."""
        return self._user_names.get(uid, self.users if isinstance(self.users, Unavailable) else self.gap)

    def group_name(self, gid: int) -> str | Unavailable | None:
        """The first name with ``gid``; None when proven that no group has it."""
        return self._group_names.get(gid, self.groups if isinstance(self.groups, Unavailable) else self.gap)

    def group_members(self, name: str) -> tuple[str, ...] | Unavailable | Absent:
        """Everybody who gets the group's number at login, sorted: listed on any line with that number (a second group
        may share it), or a user whose primary group it is. ABSENT when there is no such group; ``name`` may be a number,
        as it may for dockerd's --group.
        """
        if isinstance(self.groups, Unavailable):
            return self.groups
        numbers = {group.gid for group in self.groups if group.name == name}
        if not numbers and (number := _number(name)) is not None:
            numbers = {number}
        members = self._members(numbers)
        return members if numbers or isinstance(members, Unavailable) else ABSENT

    def members_of(self, gid: int) -> tuple[str, ...] | Unavailable:
        """The same of the group with the number ``gid``; empty where nobody gets it."""
        return self._members({gid})

    def _members(self, numbers: set[int]) -> tuple[str, ...] | Unavailable:
        if isinstance(self.groups, Unavailable):
            return self.groups
        if isinstance(self.users, Unavailable):
            return self.users
        if self.gap is not None:
            return self.gap
        listed = {member for group in self.groups if group.gid in numbers for member in group.members}
        return tuple(sorted(listed | {user.name for user in self.users if user.gid in numbers}))


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """The entries of one file; ``inclusions`` is true when lines starting with ``+`` or ``-`` refer to NIS."""

    entries: tuple[T, ...]
    warnings: tuple[str, ...]
    inclusions: bool


def collect_accounts(root: HostRoot) -> Accounts:
    """Users and groups, with everything odd about them as warnings."""
    users, user_sources = _read(root, "/etc/passwd", parse_passwd)
    groups, group_sources = _read(root, "/etc/group", parse_group)
    sources = user_sources + group_sources
    if isinstance(users, Unavailable) or isinstance(groups, Unavailable):
        return _accounts(_entries(users), _entries(groups), None, _warnings(users) + _warnings(groups), sources)
    warnings = users.warnings + groups.warnings
    services = read_name_services(root)
    if isinstance(services, Unavailable):
        return _accounts(users.entries, groups.entries, services, warnings, sources)
    foreign = services.foreign
    if services.compat and (users.inclusions or groups.inclusions):
        foreign += ("NIS",)
    if not foreign:
        return _accounts(users.entries, groups.entries, None, warnings, sources)
    if not root.is_own:
        gap = Unavailable(
            Reason.INCOMPLETE, f"accounts also come from {', '.join(foreign)}, which cannot be asked here"
        )
        return _accounts(users.entries, groups.entries, gap, warnings, sources)
    all_users, all_groups = _with_name_services(users.entries, groups.entries)
    lists_nobody = len(all_users) == len(users.entries)
    # sssd and its like answer for single names but list nobody unless told to: primary members would stay unseen
    none_listed = Unavailable(Reason.INCOMPLETE, f"accounts also come from {', '.join(foreign)}, which lists no users")
    return _accounts(
        all_users,
        all_groups,
        none_listed if lists_nobody else None,
        warnings,
        (*sources, Source("NSS passwd, group", utc_now(), says=", ".join(foreign))),
    )


def parse_passwd(data: bytes) -> Parsed[User]:
    """The users in ``data`` (passwd(5)); a line that the C library would skip is skipped with a warning."""
    users: list[User] = []
    warnings: list[str] = []
    inclusions = False
    for number, line in _lines(data):
        if line[0] in "+-":
            inclusions = True
            continue
        fields = line.split(":")
        uid, gid = (_number(fields[2]), _number(fields[3])) if len(fields) >= 4 else (None, None)
        if uid is None or gid is None or not fields[0]:
            warnings.append(f"/etc/passwd:{number}: not an account")
        else:
            users.append(User(fields[0], uid, gid))
    warnings += _repeated("/etc/passwd", [user.name for user in users])
    return Parsed(tuple(users), tuple(warnings), inclusions)


def parse_group(data: bytes) -> Parsed[Group]:
    """The groups in ``data`` (group(5)); a line that the C library would skip is skipped with a warning."""
    groups: list[Group] = []
    warnings: list[str] = []
    inclusions = False
    for number, line in _lines(data):
        if line[0] in "+-":
            inclusions = True
            continue
        fields = line.split(":")
        gid = _number(fields[2]) if len(fields) >= 3 else None
        if gid is None or not fields[0]:
            warnings.append(f"/etc/group:{number}: not a group")
            continue
        listed = fields[3].split(",") if len(fields) > 3 else []
        groups.append(Group(fields[0], gid, tuple(name for each in listed if (name := each.strip()))))
    warnings += _repeated("/etc/group", [group.name for group in groups])
    return Parsed(tuple(groups), tuple(warnings), inclusions)


def _read(
    root: HostRoot, path: str, parse: Callable[[bytes], Parsed[T]]
) -> tuple[Parsed[T] | Unavailable, tuple[Source, ...]]:
    content = root.read(path, _CAP)
    if isinstance(content, Unavailable):
        return content, ()
    if content is ABSENT:
        return Unavailable(Reason.INCOMPLETE, f"{path} does not exist, so nobody can say who has an account"), ()
    return parse(content.data), (content_source(path, content),)


def _entries(parsed: Parsed[T] | Unavailable) -> tuple[T, ...] | Unavailable:
    return parsed if isinstance(parsed, Unavailable) else parsed.entries


def _warnings(parsed: Parsed[T] | Unavailable) -> tuple[str, ...]:
    return () if isinstance(parsed, Unavailable) else parsed.warnings


def _accounts(
    users: tuple[User, ...] | Unavailable,
    groups: tuple[Group, ...] | Unavailable,
    gap: Unavailable | None,
    warnings: tuple[str, ...],
    sources: tuple[Source, ...],
) -> Accounts:
    user_names = {} if isinstance(users, Unavailable) else {user.uid: user.name for user in reversed(users)}
    group_names = {} if isinstance(groups, Unavailable) else {group.gid: group.name for group in reversed(groups)}
    return Accounts(users, groups, gap, warnings, sources, user_names, group_names)


def _with_name_services(
    users: tuple[User, ...], groups: tuple[Group, ...]
) -> tuple[tuple[User, ...], tuple[Group, ...]]:
    """The same with everything else that NSS lists on this machine."""
    more_users = [User(printable(each.pw_name), each.pw_uid, each.pw_gid) for each in pwd.getpwall()]
    more_groups = [
        Group(printable(each.gr_name), each.gr_gid, tuple(printable(name) for name in each.gr_mem))
        for each in grp.getgrall()
    ]
    return _with_others(users, more_users), _with_others(groups, more_groups)


def _with_others(known: tuple[T, ...], more: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*known, *more)))


def _lines(data: bytes) -> Iterable[tuple[int, str]]:
    text = printable(data.decode("utf-8", "surrogateescape"))
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield number, stripped


def _number(text: str) -> int | None:
    """A uid or gid as the C library's strtoul accepts it; None otherwise."""
    found = _NUMBER.fullmatch(text)
    return value if found is not None and (value := int(found[1])) <= _LARGEST else None


def _repeated(path: str, names: list[str]) -> list[str]:
    seen: set[str] = set()
    repeated: dict[str, None] = {}
    for name in names:
        if name in seen:
            repeated[name] = None
        seen.add(name)
    return [f"{path}: {name!r} stands more than once" for name in repeated]
