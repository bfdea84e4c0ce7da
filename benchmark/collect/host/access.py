"""What the host says of who gets at the daemon, once the files of Docker are known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from benchmark.collect.daemon.listeners import parse_listen_stream
from benchmark.collect.host.accounts import Accounts
from benchmark.collect.host.root import HostRoot
from benchmark.collect.host.systemd_units import Unit, listen_streams, read_unit
from benchmark.model.facts import ABSENT, FactValue, JsonValue, Reason, Source, Subject, Unavailable

_ACL_ENTRY: Final = re.compile(r"(user|group):(\d+):[rwx-]{3}")
_MODE: Final = re.compile(r"[0-7]{1,5}")
_SYSTEMD_MODE: Final = "0666"  # systemd.socket(5), SocketMode=
_UNIT: Final = "docker.socket"


def with_access_facts(host: Subject, root: HostRoot, accounts: Accounts, files: Iterable[Subject]) -> Subject:
    """``host`` with the facts of HOST_ACCESS_FACTS added; ``files`` are Docker's files, of every collection."""
    unit, unit_sources = _socket_unit(root)
    facts: dict[str, FactValue] = {
        "root_accounts": _root_accounts(accounts),
        "file_accounts": _file_accounts(accounts, files),
        "docker_socket_unit": unit,
    }
    sources = {
        "root_accounts": accounts.sources,
        "file_accounts": accounts.sources,
        "docker_socket_unit": unit_sources,
    }
    return replace(host, facts={**host.facts, **facts}, sources={**(host.sources or {}), **sources})


def _root_accounts(accounts: Accounts) -> FactValue:
    if isinstance(accounts.users, Unavailable):
        return accounts.users
    if accounts.gap is not None:
        return accounts.gap
    return list[JsonValue](sorted({user.name for user in accounts.users if user.uid == 0}))


def _file_accounts(accounts: Accounts, files: Iterable[Subject]) -> FactValue:
    wanted: set[tuple[str, int]] = set()
    for file in files:
        owner = file.fact("owner")
        if isinstance(owner, dict):
            wanted |= {
                (kind, number) for kind, key in (("user", "uid"), ("group", "gid")) if (number := _of(owner, key))
            }
        acl = file.fact("acl")
        for entry in acl if isinstance(acl, list) else ():
            if found := _ACL_ENTRY.fullmatch(str(entry)):
                wanted.add((found[1], int(found[2])))
    records: list[JsonValue] = []
    for kind, number in sorted(wanted):
        record = _user(accounts, number) if kind == "user" else _group(accounts, number)
        if isinstance(record, Unavailable):
            return record
        records.append(record)
    return records


def _of(owner: dict[str, JsonValue], key: str) -> int:
    number = owner.get(key)
    return number if isinstance(number, int) else 0


def _user(accounts: Accounts, number: int) -> dict[str, JsonValue] | Unavailable:
    name = accounts.user_name(number)
    if isinstance(name, Unavailable):
        return name
    return {"kind": "user", "id": number, "name": name or "", "members": [name] if name else []}


def _group(accounts: Accounts, number: int) -> dict[str, JsonValue] | Unavailable:
    name, members = accounts.group_name(number), accounts.members_of(number)
    if isinstance(name, Unavailable):
        return name
    if isinstance(members, Unavailable):
        return members
    return {"kind": "group", "id": number, "name": name or "", "members": list(members)}


def _socket_unit(root: HostRoot) -> tuple[FactValue, tuple[Source, ...]]:
    unit = read_unit(root, _UNIT)
    if unit is ABSENT:
        return ABSENT, (Source(_UNIT, says="no such unit in systemd's directories"),)
    if isinstance(unit, Unavailable):
        return unit, ()
    return _listeners(unit), unit.sources


def _listeners(unit: Unit) -> FactValue:
    mode = unit.value("Socket", "SocketMode") or _SYSTEMD_MODE
    if not _MODE.fullmatch(mode):
        return Unavailable(Reason.SYNTAX, f"{unit.files.fragment}: SocketMode={mode[:40]!r}")
    user = unit.value("Socket", "SocketUser") or "root"
    group = unit.value("Socket", "SocketGroup") or "root"
    records: list[JsonValue] = []
    for stream in listen_streams(unit):
        address = parse_listen_stream(stream.replace("%t", "/run"))
        records.append({"address": address, "mode": f"{int(mode, 8):04o}", "user": user, "group": group})
    return records
