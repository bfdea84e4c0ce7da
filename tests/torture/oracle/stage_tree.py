"""A described host as files below a directory: everything but /proc."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

from tests.torture.oracle.host import AuditRule, File, Host
from tests.torture.oracle.in_force import daemon_data_root, default_config_file, running

_DESCRIBED = "/run/containerd"  # it is there only where the description says so


def write_tree(host: Host, top: Path) -> None:
    """Writes the files of ``host`` below ``top``, which is empty."""
    for name, target in sorted(host.links.items()):
        _parent(top, name)
        (top / name.lstrip("/")).symlink_to(target)
    for directory in ("/usr/lib", "/usr/lib64", "/usr/bin", "/etc", "/run", "/srv/plain", running(host, "data-root")):
        _place(top, directory).mkdir(parents=True, exist_ok=True)
    _text(
        top,
        "/etc/passwd",
        "".join(f"{each.name}:x:{each.uid}:{each.gid}::/home/{each.name}:/bin/sh\n" for each in host.accounts),
    )
    _text(top, "/etc/group", "".join(f"{each.name}:x:{each.gid}:{','.join(each.members)}\n" for each in host.groups))
    _text(top, "/etc/os-release", "ID=debian\nVERSION_ID=12\n")
    _text(top, "/etc/hostname", "oracle\n")
    _text(
        top, "/etc/audit/rules.d/docker.rules", "\n".join(["-D", "-b 8192", "", *map(audit_line, host.audit_rules), ""])
    )
    profiles = "".join(f"{name} ({mode})\n" for name, mode in host.loaded_profiles.items())
    _text(top, "/sys/kernel/security/apparmor/profiles", profiles)
    _write_units(host, top)
    for mount in (mount for each in host.containers for mount in each.mounts):
        for path in (mount.source, mount.device):
            if path and not path.endswith(".sock") and path != _DESCRIBED:
                _place(top, real_path(host, path)).mkdir(exist_ok=True)
    config = _config_path(host)
    for file in sorted(host.files, key=lambda each: each.path):
        _write(top, File(**vars(file) | {"text": json.dumps(host.config or {})}) if file.path == config else file)
    if host.swarm.state == "active":
        _text(top, daemon_data_root(host) + "/swarm/docker-state.json", json.dumps(_swarm_state(host)))
    if host.later_config is not None:
        (top / config.lstrip("/")).write_text(json.dumps(host.later_config))


def _write_units(host: Host, top: Path) -> None:
    for unit in host.units:
        masked = File(unit.fragment.path, kind="link", target="/dev/null")
        for each in (masked if unit.masked else unit.fragment, *unit.drop_ins):
            _write(top, each)


def audit_line(rule: AuditRule) -> str:
    """The rule as a line of a rule file."""
    action = f"{'never' if rule.never else 'always'},{'task' if rule.kind == 'task' else 'exit'}"
    if rule.turned:
        action = ",".join(reversed(action.split(",")))
    if rule.kind == "watch":
        words = ["-w", rule.path, "-p", rule.perms, "-k", "docker"]
    else:
        words = [
            "-A" if rule.first else "-a",
            action,
            *(["-F", "arch=b64", "-S", "all"] if rule.everything else []),
            *(["-F", f"{rule.kind}={rule.path}"] if rule.kind in ("path", "dir") else []),
            *(["-F", f"perm={rule.perms}"] if rule.kind != "task" else []),
            "-k",
            "docker",
        ]
    words += rule.narrowed.split()
    return ("# " if rule.comment else "") + ("\t" if rule.tabs else " ").join(words)


def real_path(host: Host, path: str) -> str:
    """``path`` with the described links resolved."""
    for _ in range(10):
        for name, target in host.links.items():
            if path == name or path.startswith(name + "/"):
                path = target + path[len(name) :]
                break
        else:
            return path
    raise AssertionError(f"links of host {host.number} lead in a circle")


def _config_path(host: Host) -> str:
    path = host.config_file or default_config_file(host)
    return host.links.get(path, path)


def _swarm_state(host: Host) -> dict[str, Any]:
    swarm = host.swarm
    listen = next((address for address, port, _ in swarm.listen if port == swarm.listen_port), "192.168.1.5")
    listen = f"[{listen}]" if ":" in listen else listen
    return {
        "LocalAddr": swarm.advertise,
        "RemoteAddr": "",
        "ListenAddr": f"{listen}:{swarm.listen_port}",
        "AdvertiseAddr": f"[{swarm.advertise}]:2377" if ":" in swarm.advertise else f"{swarm.advertise}:2377",
        "DataPathAddr": swarm.data_path,
    }


def _write(top: Path, file: File) -> None:
    place = _place(top, file.path)
    if file.kind == "link":
        place.symlink_to(file.target)
        return
    if file.kind == "directory":
        place.mkdir(exist_ok=True)
    elif file.kind == "socket":
        os.mknod(place, stat.S_IFSOCK | 0o600)
    else:
        place.write_text(file.text or "x\n")
    os.chown(place, file.uid, file.gid)
    place.chmod(file.mode)


def _text(top: Path, path: str, text: str) -> None:
    _place(top, path).write_text(text)


def _parent(top: Path, path: str) -> None:
    (top / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)


def _place(top: Path, path: str) -> Path:
    _parent(top, path)
    return top / path.lstrip("/")
