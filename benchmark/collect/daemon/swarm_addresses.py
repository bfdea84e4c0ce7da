"""Where this node's daemon listens for its swarm, and which addresses the node was given: on a worker as on a manager."""

from __future__ import annotations

import ipaddress
import posixpath
from collections.abc import Mapping
from typing import Final

from benchmark.collect.daemon.inet_sockets import InetSocket, read_inet_sockets
from benchmark.collect.daemon.process import DaemonProcess
from benchmark.collect.daemon.settings import DaemonSettings
from benchmark.collect.host.provenance import content_source, utc_now
from benchmark.collect.host.root import FileContent, HostRoot
from benchmark.model.facts import ABSENT, Absent, FactValue, JsonValue, Reason, Source, Unavailable
from benchmark.model.strict_json import JsonDefect, parse_json

SWARM_ADDRESS_FACTS: Final = (
    "swarm.listen_addresses",
    "swarm.advertise_address",
    "swarm.data_path_address",
    "swarm.planes_separated",
)
_STATE_FILE: Final = "swarm/docker-state.json"  # moby: daemon/cluster/cluster.go
_CAP: Final = 256 * 1024
_GOSSIP_PORT: Final = 7946  # fixed in libnetwork
_MANAGEMENT_PORT: Final = 2377  # of older files, in which the port may be left out


def swarm_address_facts(
    settings: DaemonSettings, engine: Mapping[str, FactValue], root: HostRoot
) -> tuple[Mapping[str, FactValue], Mapping[str, tuple[Source, ...]]]:
    """The facts ``SWARM_ADDRESS_FACTS`` of the daemon with their sources; all ABSENT when swarm mode is off.

    ``engine`` are the facts that /info gives; ``root`` is where the daemon's process was found, for its /proc. INCOMPLETE
    while the node is pending, locked or in error: it may not listen yet, and says so nowhere.
    """
    state = engine.get("info.Swarm.LocalNodeState", ABSENT)
    if state == "inactive":
        return dict.fromkeys(SWARM_ADDRESS_FACTS, ABSENT), {}
    why = _not_active(state) or (settings.process if isinstance(settings.process, Unavailable) else None)
    if why is not None or isinstance(settings.process, Unavailable):
        return dict.fromkeys(SWARM_ADDRESS_FACTS, why or ABSENT), {}
    process = settings.process
    read = _node_addresses(process, settings.facts["daemon.data-root"])
    if isinstance(read, Unavailable):
        return dict.fromkeys(SWARM_ADDRESS_FACTS, read), {}
    addresses, file = read
    advertised = _host(addresses["AdvertiseAddr"]) or engine.get("info.Swarm.NodeAddr", ABSENT)
    if not isinstance(advertised, (str, Unavailable)) or advertised == "":
        advertised = Unavailable(Reason.INCOMPLETE, "neither docker-state.json nor /info says how this node is reached")
    data_path = addresses["DataPathAddr"]
    facts: dict[str, FactValue] = {
        "swarm.listen_addresses": _listening(
            process, root, addresses, engine.get("info.Swarm.ControlAvailable", ABSENT)
        ),
        "swarm.advertise_address": advertised,
        "swarm.data_path_address": data_path,
        "swarm.planes_separated": _separated(data_path, advertised),
    }
    sockets = Source(f"proc:/proc/{process.pid}/net/{{tcp,tcp6,udp,udp6}}", utc_now())
    sources = dict.fromkeys(SWARM_ADDRESS_FACTS, (file,))
    return facts, sources | {"swarm.listen_addresses": (sockets, file)}


def _not_active(state: FactValue) -> Unavailable | None:
    if isinstance(state, Unavailable):
        return state
    if not isinstance(state, str):
        return Unavailable(Reason.UNSUPPORTED, "the engine does not report the state of its swarm")
    if state in ("pending", "error", "locked"):
        return Unavailable(Reason.INCOMPLETE, f"this node's swarm state is {state}: nothing can be read")
    if state != "active":
        return Unavailable(Reason.UNKNOWN_VALUE, f"this node's swarm state is {state!r}")
    return None


def _node_addresses(process: DaemonProcess, data_root: FactValue) -> tuple[Mapping[str, str], Source] | Unavailable:
    """ListenAddr, AdvertiseAddr and DataPathAddr as the node was started with; "" for what was not chosen."""
    if isinstance(process.files_root, Unavailable):
        return process.files_root
    if not isinstance(data_root, str):
        return data_root if isinstance(data_root, Unavailable) else Unavailable(Reason.WRONG_TYPE, "daemon.data-root")
    path = posixpath.join(data_root, _STATE_FILE)
    content = process.files_root.read(path, _CAP)
    if isinstance(content, Unavailable):
        return content
    if isinstance(content, Absent):
        return Unavailable(Reason.INCOMPLETE, f"{path}: not there, though this node is part of a swarm")
    document = _parsed(path, content)
    if isinstance(document, Unavailable):
        return document
    addresses: dict[str, str] = {}
    for name in ("ListenAddr", "AdvertiseAddr", "DataPathAddr"):
        value = document.get(name, "")
        if not isinstance(value, str):
            return Unavailable(Reason.WRONG_TYPE, f"{path}: {name} is not a string")
        addresses[name] = value
    return addresses, content_source(path, content)


def _parsed(path: str, content: FileContent) -> dict[str, JsonValue] | Unavailable:
    try:
        document = parse_json(content.data)
    except JsonDefect as defect:
        return Unavailable(defect.reason, f"{path}: {defect.detail}")
    return document if isinstance(document, dict) else Unavailable(Reason.WRONG_TYPE, f"{path}: not an object")


def _listening(process: DaemonProcess, root: HostRoot, addresses: Mapping[str, str], manager: FactValue) -> FactValue:
    """The daemon's own sockets on the swarm's ports. One that must be there and is not leaves the list incomplete."""
    port = _port(addresses["ListenAddr"])
    sockets = read_inet_sockets(root, process.pid)
    if isinstance(sockets, Unavailable):
        return sockets
    found = [each for each in sockets if each.port == _GOSSIP_PORT or (each.port == port and each.protocol == "tcp")]
    if manager is True and not any(each.port == port for each in found):
        return Unavailable(Reason.INCOMPLETE, f"the daemon of this manager holds no socket that listens on {port}/tcp")
    if not found:
        return Unavailable(Reason.INCOMPLETE, f"the daemon holds no socket on {_GOSSIP_PORT}, though it is in a swarm")
    return [*sorted({_shown(each) for each in found})]


def _shown(socket: InetSocket) -> str:
    address = f"[{socket.address}]" if ":" in socket.address else socket.address
    return f"{address}:{socket.port}/{socket.protocol}"


def _separated(data_path: str, advertised: FactValue) -> FactValue:
    """Both are addresses by the time they are stored; an interface's name in their place cannot be compared."""
    if not data_path:
        return False
    if not isinstance(advertised, str):
        return advertised
    try:
        return ipaddress.ip_address(data_path) != ipaddress.ip_address(advertised)
    except ValueError:
        if data_path == advertised:
            return False
        return Unavailable(Reason.UNKNOWN_VALUE, f"{data_path!r} and {advertised!r} are not both addresses")


def _host(address: str) -> str:
    """``host:port`` and ``[host]:port`` without the port."""
    host, colon, port = address.rpartition(":")
    return (host if colon and port.isdigit() and not address.endswith("]") else address).strip("[]")


def _port(address: str) -> int:
    digits = address.rpartition(":")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else _MANAGEMENT_PORT
