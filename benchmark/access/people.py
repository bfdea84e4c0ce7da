"""Accounts: root, and the members of the group to which dockerd hands its socket."""

from __future__ import annotations

from benchmark.access.daemon_rights import grants_of_api
from benchmark.access.view import View
from benchmark.model.access import Grants, Kind
from benchmark.model.facts import Subject


def add_people(view: View, sockets: tuple[Subject, ...]) -> None:
    """Root accounts, and members of the docker group; ``sockets`` are the API sockets that could be looked at."""
    accounts = view.texts(view.host, "root_accounts")
    for name in accounts or ("root",):
        view.add(Kind.ROOT_ACCOUNT, name, Grants.ROOT, "user number 0 is root, with or without Docker", view.host)
    group = view.text(view.daemon, "daemon.group") or "docker"
    members = view.texts(view.host, "docker_group.members")
    if members is None:
        return
    view.saw(view.host, f"group {group}: {', '.join(members) or 'no members'}")
    opened = [each for each in sockets if _opens_to(view, each, group)]
    for member in members:
        if member == "root" or view.has(Kind.GROUP_MEMBER, member):
            continue
        if opened:
            for socket in opened:
                text = f"member of group {group}, which may write to {socket.name}"
                view.add(Kind.GROUP_MEMBER, member, grants_of_api(view), text, view.host)
        else:
            text = f"member of group {group}, to which dockerd hands its sockets; none seen belongs to it now"
            view.add(Kind.GROUP_MEMBER, member, Grants.UNKNOWN, text, view.host)


def _opens_to(view: View, socket: Subject, group: str) -> bool:
    owner, mode = view.record(socket, "owner"), view.text(socket, "mode")
    if owner is None or mode is None:
        return False
    return bool(int(mode, 8) & 0o020) and group in {str(owner.get("group")), str(owner.get("gid"))}
