"""Whom the bits and the ACL of a file let in (acl(5)): the owner, the owning group, named ones, everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.access.view import View
from benchmark.model.facts import JsonValue, Reason, Subject, Unavailable

READ: Final = 4
WRITE: Final = 2
_LETTERS: Final = {READ: "r", WRITE: "w"}
_ENTRY: Final = re.compile(r"(user|group|mask):(\d*):([rwx-]{3})")
EVERYBODY: Final = "everybody on this host"


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody a file lets in, and a clause for people about why; ``by_group`` when it is as a member of a group."""

    who: str
    why: str
    by_group: bool = False


def describe(file: Subject) -> str:
    """Owner, group, mode and ACL of the file on one line, as far as they are known."""
    owner, mode, acl = file.fact("owner"), file.fact("mode"), file.fact("acl")
    parts = [f"{_called(owner, 'user', 'uid')}:{_called(owner, 'group', 'gid')}" if isinstance(owner, dict) else "?"]
    parts.append(str(mode) if isinstance(mode, str) else "mode not known")
    if isinstance(acl, list) and acl:
        parts.append(f"ACL {', '.join(str(each) for each in acl)}")
    return ", ".join(parts)


def holders(view: View, file: Subject, permission: int) -> Iterator[Holder]:
    """Everybody but root whom ``file`` gives ``permission`` (READ or WRITE), groups resolved to their members.

    With an ACL the group's bits of the mode are its mask (acl(5)), so they show the most that the owning group may have:
    it counts as having it.
    """
    owner, mode, acl = view.record(file, "owner"), view.text(file, "mode"), view.texts(file, "acl")
    bits = int(mode, 8) if mode is not None else 0
    if bits & permission:
        yield Holder(EVERYBODY, f"others may {_verb(permission)}")
    if owner is not None and bits & permission << 6 and owner["uid"] != 0:
        yield Holder(_called(owner, "user", "uid"), "it belongs to this account")
    if owner is not None and bits & permission << 3 and owner["gid"] != 0:
        yield from _group(view, _number(owner["gid"]), _called(owner, "group", "gid"), "it belongs to group {}", file)
    yield from _named(view, file, acl or (), permission)


def _named(view: View, file: Subject, acl: tuple[str, ...], permission: int) -> Iterator[Holder]:
    entries = []
    mask = "rwx"
    for entry in acl:
        found = _ENTRY.fullmatch(entry)
        if found is None:
            view.miss("acl", file, Unavailable(Reason.SYNTAX, f"ACL entry {entry[:60]!r}"))
        elif found[1] == "mask":
            mask = found[3]
        else:
            entries.append((found[1], int(found[2] or 0), found[3]))
    letter = _LETTERS[permission]
    for kind, number, allowed in entries:
        if letter not in allowed or letter not in mask or number == 0:
            continue
        record = _account(view, kind, number)
        name = str(record.get("name") or number) if record else str(number)
        if kind == "user":
            yield Holder(name if name != str(number) else f"uid {number}", "its ACL names this account")
        else:
            yield from _group(view, number, name, "its ACL names group {}", file)


def _group(view: View, gid: int, name: str, why: str, file: Subject) -> Iterator[Holder]:
    record = _account(view, "group", gid)
    said = why.format(f"{name} ({gid})" if name != f"gid {gid}" else name)
    if record is None:
        if view.is_known(view.host, "file_accounts"):
            view.miss(f"members of group {name}", file, Unavailable(Reason.NOT_COLLECTED, "not among file_accounts"))
        yield Holder(f"members of group {name}", said, by_group=True)
        return
    members = record.get("members")
    for member in members if isinstance(members, list) else ():
        if member != "root":
            yield Holder(str(member), said, by_group=True)


def _account(view: View, kind: str, number: int) -> Mapping[str, JsonValue] | None:
    for record in view.records(view.host, "file_accounts"):
        if record.get("kind") == kind and record.get("id") == number:
            return record
    return None


def _called(owner: Mapping[str, JsonValue], name: str, number: str) -> str:
    return str(owner.get(name) or f"{number} {owner.get(number)}")


def _number(value: JsonValue) -> int:
    return value if isinstance(value, int) else -1


def _verb(permission: int) -> str:
    return "write" if permission == WRITE else "read"
