"""Files by which the daemon is steered or clients prove who they are: who but root may write or read them."""

from __future__ import annotations

from typing import Final

from benchmark.access.daemon_rights import grants_of_api
from benchmark.access.permissions import READ, WRITE, describe, holders
from benchmark.access.view import View
from benchmark.model.access import Grants, Kind
from benchmark.model.facts import Subject

# collection -> what whoever writes it gains; at the daemon's next start, or at once for the CA
_STEERING: Final = {
    "docker_service_units": "systemd starts the daemon as it says",
    "docker_socket_units": "systemd opens the API's socket as it says",
    "daemon_config_files": "the daemon does what it says",
    "configuration_directories": "a configuration file can be put there",
    "default_files": "the daemon is started with what it says",
    "sysconfig_files": "the daemon is started with what it says",
    "tls_ca_files": "whoever changes it chooses whose client certificates are accepted",
}


def add_daemon_files(view: View) -> None:
    """Whoever but root may change what the daemon does."""
    for collection, effect in _STEERING.items():
        for file in view.members(collection, collection.replace("_", " ")):
            described = f"{file.name} ({describe(file)})"
            view.saw(file, described)
            for holder in holders(view, file, WRITE):
                text = f"{described}: {holder.why}; {effect}"
                view.add(Kind.DAEMON_FILE, holder.who, grants_of_api(view), text, file)
            for parent in view.texts(file, "writable_parents") or ():
                text = f"in {parent}, on the way to {file.name}, somebody other than root may replace it; {effect}"
                view.add(Kind.DAEMON_FILE, f"whoever may write to {parent}", grants_of_api(view), text, file)


def add_key_files(view: View) -> None:
    """Private keys that somebody but their owner and root can read."""
    seen = set()
    for file in view.members("tls_key_files", "the daemon's private key"):
        seen.add(file.name)
        text = "it can be used to pose as the daemon, and as a client where the certificate allows it"
        _add_readers(view, file, Grants.LIMITED, text)
    for file in view.members("docker_key_files", "private keys of clients and authorities"):
        if file.name not in seen:
            text = "it proves a client to daemons that trust its authority, or makes such proofs"
            _add_readers(view, file, _grants_of_client_key(view), text)


def _grants_of_client_key(view: View) -> Grants:
    """A client's key opens this daemon only where it asks for one, and then only if its authority is the trusted one."""
    listens = bool(view.texts(view.daemon, "tcp_listeners"))
    demands = view.flag(view.daemon, "daemon.tlsverify") is True
    return grants_of_api(view) if listens and demands else Grants.UNKNOWN


def _add_readers(view: View, file: Subject, grants: Grants, effect: str) -> None:
    described = f"{file.name} ({describe(file)})"
    view.saw(file, described)
    for holder in holders(view, file, READ):
        view.add(Kind.KEY_FILE, holder.who, grants, f"{described}: {holder.why}; {effect}", file)
