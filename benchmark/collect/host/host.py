"""The host itself as a subject."""

from __future__ import annotations

import os
import re
from typing import Final

from benchmark.collect.host.accounts import Accounts, collect_accounts
from benchmark.collect.host.audit_rules import AuditRules, collect_audit_rules
from benchmark.collect.host.mounts import collect_mounts
from benchmark.collect.host.provenance import absence_source, content_source, utc_now
from benchmark.collect.host.root import HostRoot, printable
from benchmark.model.facts import ABSENT, FactValue, JsonValue, Reason, Source, Subject, Unavailable

_RELEASE_FILES: Final = ("/etc/os-release", "/usr/lib/os-release")
_RELEASE_LINE: Final = re.compile(r"""^([A-Z_0-9]+)=(?:"([^"]*)"|'([^']*)'|(\S*))\s*$""", re.MULTILINE)
_MOST_NOTED: Final = 20


def collect_host(
    root: HostRoot, docker_group: str | Unavailable = "docker", accounts: Accounts | None = None
) -> Subject:
    """The subject ``host`` with every fact of HOST_FACTS, each with its own sources. ``docker_group`` (a name or number) is
    the group that may use the API socket, Unavailable where nobody can tell; ``accounts`` saves reading them again.
    """
    facts: dict[str, FactValue] = {}
    sources: dict[str, tuple[Source, ...]] = {}
    notes: dict[str, str] = {}
    _add_release(root, facts, sources)
    _add_kernel(root, facts, sources)
    _add_members(accounts or collect_accounts(root), docker_group, facts, sources, notes)
    mounts = collect_mounts(root)
    if isinstance(mounts, Unavailable):
        facts["mount_points"] = mounts
    else:
        points: list[JsonValue] = [*mounts.mount_points]
        facts["mount_points"] = points
        sources["mount_points"] = (mounts.source,)
    _add_audit(collect_audit_rules(root), facts, sources, notes)
    return Subject("host", host_name(root), "", facts, sources=sources, notes=notes or None)


def host_name(root: HostRoot) -> str:
    """The target's own name; below another root what its /etc/hostname says, "" where that says nothing."""
    if root.is_own:
        return printable(os.uname().nodename)
    content = root.read("/etc/hostname", 1 << 16)
    if isinstance(content, Unavailable) or content is ABSENT:
        return ""
    lines = content.data.decode("utf-8", "backslashreplace").split("\n")
    return next((line.strip() for line in lines if line.strip() and not line.startswith("#")), "")


def _add_release(root: HostRoot, facts: dict[str, FactValue], sources: dict[str, tuple[Source, ...]]) -> None:
    """os-release(5): the first of the two files counts."""
    absent: list[Source] = []
    names = {"os_release.ID": "ID", "os_release.VERSION_ID": "VERSION_ID"}
    for path in _RELEASE_FILES:
        content = root.read(path, 1 << 20)
        if isinstance(content, Unavailable):
            facts.update(dict.fromkeys(names, content))
            return
        if content is ABSENT:
            absent.append(absence_source(path))
            continue
        text = printable(content.data.decode("utf-8", "surrogateescape"))
        values = {found[1]: found[2] or found[3] or found[4] or "" for found in _RELEASE_LINE.finditer(text)}
        for fact, name in names.items():
            facts[fact] = values.get(name, ABSENT)
            sources[fact] = (content_source(path, content),)
        return
    for fact in names:
        facts[fact] = ABSENT
        sources[fact] = tuple(absent)


def _add_kernel(root: HostRoot, facts: dict[str, FactValue], sources: dict[str, tuple[Source, ...]]) -> None:
    """The running kernel's release; below another root only where the target's /proc is there to vouch for it."""
    if root.is_own:
        facts["kernel"] = os.uname().release
        sources["kernel"] = (Source("uname -r", utc_now()),)
        return
    path = "/proc/sys/kernel/osrelease"
    content = root.read(path)
    if isinstance(content, Unavailable):
        facts["kernel"] = content
    elif content is ABSENT:
        facts["kernel"] = Unavailable(Reason.INCOMPLETE, f"no /proc below {printable(root.root)}")
    else:
        facts["kernel"] = content.data.decode("ascii", "replace").strip()
        sources["kernel"] = (Source(f"proc:{path}", utc_now(), content.digest),)


def _add_members(
    accounts: Accounts,
    docker_group: str | Unavailable,
    facts: dict[str, FactValue],
    sources: dict[str, tuple[Source, ...]],
    notes: dict[str, str],
) -> None:
    members = docker_group if isinstance(docker_group, Unavailable) else accounts.group_members(docker_group)
    if isinstance(members, tuple):
        listed: list[JsonValue] = [*members]
        facts["docker_group.members"] = listed
    else:
        facts["docker_group.members"] = members
    sources["docker_group.members"] = accounts.sources
    if accounts.warnings:
        notes["docker_group.members"] = _noted(accounts.warnings)


def _add_audit(
    rules: AuditRules, facts: dict[str, FactValue], sources: dict[str, tuple[Source, ...]], notes: dict[str, str]
) -> None:
    if isinstance(rules.watches, Unavailable):
        facts["audit.source"] = facts["audit.watches"] = rules.watches
    else:
        watches: list[JsonValue] = [
            {
                "path": watch.path,
                "tree": watch.tree,
                "perms": watch.accesses,
                "key": watch.key,
                "never": watch.never,
                "narrowed": watch.narrowed,
            }
            for watch in rules.watches
        ]
        facts["audit.source"], facts["audit.watches"] = rules.origin, watches
    facts["audit.enabled"] = rules.enabled
    for fact in ("audit.source", "audit.enabled", "audit.watches"):
        sources[fact] = rules.sources
    if rules.warnings:
        notes["audit.watches"] = _noted(rules.warnings)


def _noted(warnings: tuple[str, ...]) -> str:
    more = f"; {len(warnings) - _MOST_NOTED} more" if len(warnings) > _MOST_NOTED else ""
    return "; ".join(warnings[:_MOST_NOTED]) + more
