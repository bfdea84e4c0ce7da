"""Whether the logs of containers that follow the daemon's default go to another machine: what its logging driver was told."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Mapping
from typing import Final

from benchmark.collect.daemon.settings import DaemonSettings
from benchmark.model.facts import ABSENT, Absent, FactValue, Reason, Source, Unavailable

# driver -> its option with the address; moby: daemon/logger/{syslog,gelflogs,fluentd,splunk}
_ADDRESS_OPTIONS: Final[Mapping[str, str]] = {
    "syslog": "syslog-address",
    "gelf": "gelf-address",
    "fluentd": "fluentd-address",
    "splunk": "splunk-url",
}
_FACT: Final = "log_destination.on_this_host"
_ADDRESS: Final = re.compile(r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?P<authority>[^/?#]*)")
_HOST: Final = re.compile(r"(?:.*@)?(?:\[(?P<six>[^\]]*)\]|(?P<name>[^:]*))(?::[0-9]*)?", re.DOTALL)
_OWN_NAMES: Final = re.compile(r"(?:.+\.)?localhost(?:\.localdomain)?\.?|ip6-localhost|ip6-loopback|", re.IGNORECASE)


def log_destination_facts(
    settings: DaemonSettings,
) -> tuple[Mapping[str, FactValue], Mapping[str, tuple[Source, ...]]]:
    """``log_destination.on_this_host`` with its sources; ABSENT where the driver takes no address, or was given none."""
    driver, options = settings.facts["daemon.log-driver"], settings.facts["daemon.log-opts"]
    named = (*settings.sources.get("daemon.log-driver", ()), *settings.sources.get("daemon.log-opts", ()))
    return {_FACT: _on_this_host(driver, options)}, {_FACT: named}


def _on_this_host(driver: FactValue, options: FactValue) -> FactValue:
    if isinstance(driver, Unavailable):
        return driver
    option = _ADDRESS_OPTIONS.get(driver) if isinstance(driver, str) else None
    if option is None:
        return ABSENT
    if not isinstance(options, dict):
        return options if isinstance(options, Unavailable | Absent) else _unreadable(option)
    address = options.get(option, "")
    if not isinstance(address, str):
        return _unreadable(option)
    return is_this_host(address) if address else ABSENT


def is_this_host(address: str) -> bool | Unavailable:
    """True for a unix socket and for an address or name that always means the machine itself; no name is looked up.

    UNKNOWN_VALUE for what is no address.
    """
    parts = _ADDRESS.match(address)
    if parts is None or (parts["scheme"] or "").lower().startswith("unix"):
        return True
    found = _HOST.fullmatch(parts["authority"])
    if found is None:
        return Unavailable(Reason.UNKNOWN_VALUE, f"{address!r} is no address")
    host = found["name"] if found["six"] is None else found["six"]
    return _OWN_NAMES.fullmatch(host) is not None or _is_own_number(host)


def _is_own_number(host: str) -> bool:
    """Loopback and unspecified addresses; IPv4 in every notation that a resolver takes (127.1, 0x7f000001)."""
    try:
        number: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        try:
            number = ipaddress.ip_address(host)
        except ValueError:
            return False
    mapped = number.ipv4_mapped if isinstance(number, ipaddress.IPv6Address) else None
    return (mapped or number).is_loopback or (mapped or number).is_unspecified


def _unreadable(option: str) -> Unavailable:
    return Unavailable(Reason.WRONG_TYPE, f"daemon.log-opts: {option} is no text")
