"""The sockets of engine and containerd, and what systemd listens on for them."""

from __future__ import annotations

from typing import Final

from benchmark.access.daemon_rights import grants_of_api
from benchmark.access.permissions import EVERYBODY, WRITE, describe, holders
from benchmark.access.view import View
from benchmark.model.access import Grants, Kind
from benchmark.model.facts import Subject

_LOOPBACK: Final = ("tcp://127.", "tcp://localhost:", "tcp://[::1]:")


def add_sockets(view: View) -> tuple[Subject, ...]:
    """Everybody whom the bits of a socket let in, and whoever can put another one in its place; the API sockets seen."""
    api = view.members("api_sockets", "sockets of the API")
    _add_files(view, Kind.SOCKET, api, grants_of_api(view))
    containerd = view.members("containerd_sockets", "socket of containerd")
    _add_files(view, Kind.CONTAINERD_SOCKET, containerd, grants_of_api(view))
    return api


def add_listeners(view: View) -> None:
    """Listeners that no file shows: TCP and abstract names."""
    addresses = view.texts(view.daemon, "daemon.hosts")
    for address in addresses or ():
        view.saw(view.daemon, f"listens on {address}")
        if address.startswith("tcp://"):
            _add_tcp(view, address)
        elif address.startswith("unix://@"):
            text = f"listens on the abstract name {address}, which has no permissions"
            view.add(Kind.SOCKET, EVERYBODY, grants_of_api(view), text, view.daemon)
        elif not address.startswith("unix:///"):
            view.add(Kind.LISTENER, f"whoever reaches {address}", Grants.UNKNOWN, f"listens on {address}", view.daemon)


def add_socket_unit(view: View) -> None:
    """What docker.socket listens on. Systemd starts the daemon when somebody connects."""
    served = {_plain(each) for each in view.texts(view.daemon, "daemon.hosts") or ()}
    for record in view.records(view.host, "docker_socket_unit"):
        address, mode = str(record.get("address")), str(record.get("mode"))
        user, group = str(record.get("user")), str(record.get("group"))
        text = f"docker.socket: ListenStream {address}, SocketMode {mode}, SocketUser {user}, SocketGroup {group}"
        view.saw(view.host, text)
        grants = grants_of_api(view) if _plain(address) in served else Grants.UNKNOWN
        if grants is Grants.UNKNOWN:
            text += "; the running daemon does not listen there, or it is not known where it does"
        for who in _let_in(address, mode, user, group):
            view.add(Kind.SOCKET_UNIT, who, grants, text, view.host)


def _plain(address: str) -> str:
    """/var/run is a link to /run everywhere."""
    return address.replace("unix:///var/run/", "unix:///run/", 1)


def _let_in(address: str, mode: str, user: str, group: str) -> tuple[str, ...]:
    if not address.startswith("unix:///"):
        return (f"whoever reaches {address}",)
    bits = int(mode, 8)
    if bits & WRITE:
        return (EVERYBODY,)
    owners = (user,) if bits & WRITE << 6 and user not in {"root", "0"} else ()
    groups = (f"members of group {group}",) if bits & WRITE << 3 and group not in {"root", "0"} else ()
    return owners + groups


def _add_files(view: View, kind: Kind, sockets: tuple[Subject, ...], grants: Grants) -> None:
    for socket in sockets:
        described = f"{socket.name} ({describe(socket)})"
        view.saw(socket, described)
        for holder in holders(view, socket, WRITE):
            text = f"{described}: {holder.why}"
            if holder.by_group:  # one row for a member, however many sockets his group opens
                view.add(Kind.GROUP_MEMBER, holder.who, grants, text, view.host)
            else:
                view.add(kind, holder.who, grants, text, socket)
        for parent in view.texts(socket, "writable_parents") or ():
            text = f"in {parent}, on the way to {socket.name}, somebody other than root may put another socket in its place"
            view.add(kind, f"whoever may write to {parent}", Grants.LIMITED, text, socket)


def _add_tcp(view: View, address: str) -> None:
    verify = view.flag(view.daemon, "daemon.tlsverify")
    tls = view.flag(view.daemon, "daemon.tls")
    if verify is True:
        authority = view.text(view.daemon, "daemon.tlscacert")
        signed = f" signed by {authority}" if authority else ""
        text = f"listens on {address} and demands a client certificate (tlsverify)"
        view.add(Kind.LISTENER, f"holders of a client certificate{signed}", grants_of_api(view), text, view.daemon)
        return
    is_near = address.startswith(_LOOPBACK)
    near = "every account on this host and every container in its network"
    who = near if is_near else f"everybody who reaches {address}"
    if verify is None:
        text = f"listens on {address}; whether it demands a client certificate is not known"
        view.add(Kind.LISTENER, who, Grants.UNKNOWN, text, view.daemon)
    else:
        text = f"listens on {address} without asking for a client certificate"
        text += ", over TLS, which only encrypts" if tls else ", in clear text"
        view.add(Kind.LISTENER, who, grants_of_api(view), text, view.daemon)
