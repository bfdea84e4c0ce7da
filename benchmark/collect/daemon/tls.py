"""TLS of the daemon's TCP listeners: four sources that depend on each other, as dockerd resolves them.

Source: SetDefaultOptions in cmd/dockerd/options.go and loadDaemonCliConfig in cmd/dockerd/daemon.go of moby; the same from
20.10 to 29. Notable: ``tls`` alone demands client certificates; giving ``tlsverify`` at all, even false, turns TLS
on; default paths hold only where the command line or DOCKER_TLS_VERIFY turned TLS on.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Final

from benchmark.collect.daemon.process import DaemonProcess
from benchmark.model.facts import ABSENT, Absent, FactValue, JsonValue, Reason, Unavailable

TLS_NAMES: Final = ("tls", "tlsverify", "tlscacert", "tlscert", "tlskey")
_FILES: Final = {"tlscacert": "ca.pem", "tlscert": "cert.pem", "tlskey": "key.pem"}


def resolve_tls(
    given: Mapping[str, JsonValue], said: Mapping[str, JsonValue | Unavailable] | Unavailable, process: DaemonProcess
) -> dict[str, FactValue]:
    """The five settings in force from the command line (``given``) and the file (``said``, Unavailable where the file in
    force is not known).
    """
    tls, verify = _switches(given, said, process)
    facts: dict[str, FactValue] = {"tls": tls, "tlsverify": verify}
    for name in _FILES:
        facts[name] = _path(name, tls, given, said, process)
    return facts


def _switches(
    given: Mapping[str, JsonValue], said: Mapping[str, JsonValue | Unavailable] | Unavailable, process: DaemonProcess
) -> tuple[bool | Unavailable, bool | Unavailable]:
    if "tlsverify" in given:
        return True, given["tlsverify"] is True
    if given.get("tls") is True:
        verify = said if isinstance(said, Unavailable) else said.get("tlsverify", True)
        return True, verify if isinstance(verify, Unavailable) else verify is True
    if isinstance(said, Unavailable):
        return said, said
    verify = said.get("tlsverify")
    if isinstance(verify, Unavailable):
        return verify, verify
    if verify is not None:
        return True, verify is True
    tls: JsonValue | Unavailable = said.get("tls", False)
    if "tls" in given:  # --tls=false, which DOCKER_TLS_VERIFY overrules
        asked = process.variable("DOCKER_TLS_VERIFY")
        tls = asked if isinstance(asked, Unavailable) else asked != ""
    return (tls, tls) if isinstance(tls, Unavailable) else (tls is True, tls is True)


def _path(
    name: str,
    tls: bool | Unavailable,
    given: Mapping[str, JsonValue],
    said: Mapping[str, JsonValue | Unavailable] | Unavailable,
    process: DaemonProcess,
) -> FactValue:
    if isinstance(tls, Unavailable):
        return tls
    if not tls:
        return ABSENT
    by_flag = _on_by_flag(given, process)
    if by_flag is True and name in given:
        return process.absolute(_unquoted(str(given[name])))
    if isinstance(said, Unavailable):
        return said
    if name in said:
        value = said[name]
        return value if isinstance(value, Unavailable) else process.absolute(str(value))
    if isinstance(by_flag, Unavailable):
        return by_flag
    return _default(name, process) if by_flag else ABSENT


def _on_by_flag(given: Mapping[str, JsonValue], process: DaemonProcess) -> bool | Unavailable:
    if "tlsverify" in given or given.get("tls") is True:
        return True
    asked = process.variable("DOCKER_TLS_VERIFY")
    return asked if isinstance(asked, Unavailable) else asked != ""


def _default(name: str, process: DaemonProcess) -> FactValue:
    """Below $DOCKER_CERT_PATH, $DOCKER_CONFIG or ~/.docker; certificate and key only where the file exists."""
    base = process.variable("DOCKER_CERT_PATH") or process.directory("DOCKER_CONFIG", ".docker")
    path = base if isinstance(base, Unavailable) else process.absolute(posixpath.join(base, _FILES[name]))
    if isinstance(path, Unavailable) or name == "tlscacert":
        return path
    if isinstance(process.files_root, Unavailable):
        return process.files_root
    found = process.files_root.stat(path)
    if isinstance(found, Absent):
        return Unavailable(Reason.PENDING_RESTART, f"{path}: absent, and dockerd does not serve TLS without it")
    return path


def _unquoted(word: str) -> str:
    """20.10 takes one pair of quotes off (opts.QuotedString)."""
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"" else word
