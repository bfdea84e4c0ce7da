"""Two hosts for the privilege matrix: one on which much fails, one on which much passes."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import uuid
from collections.abc import Iterator
from typing import Final

from tests.engine import Engine, import_image, real_engine

_SOMEBODY: Final = 12347
_GOOD_SETTINGS: Final = {
    "icc": False,
    "live-restore": True,
    "no-new-privileges": True,
    "userland-proxy": False,
    "log-level": "info",
    "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 1024, "Hard": 2048}},
    "log-driver": "syslog",
    "log-opts": {"syslog-address": "udp://127.0.0.1:514"},
}
_BAD_SETTINGS: Final = {
    "log-level": "debug",
    "experimental": True,
    "insecure-registries": ["10.1.0.0/16"],
    "cgroup-parent": "/dm-privileges",
}
_HARDENED: Final = (
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges:true", "--memory", "64m", "--cpu-shares", "512"),
    *("--pids-limit", "64", "--read-only", "--restart", "on-failure:5", "--log-driver", "none"),
    *("--health-cmd", "true", "--health-interval", "60s", "--user", "1000"),
)


@contextlib.contextmanager
def bad_host() -> Iterator[Engine]:
    """Plain TCP, a configuration file and a socket of strangers, a swarm, and containers that are allowed too much."""
    with real_engine(tcp="plain", config=json.dumps(_BAD_SETTINGS)) as engine:
        engine.config_file.chmod(0o666)
        os.chown(engine.config_file, _SOMEBODY, _SOMEBODY)
        import_image(engine, "rootless:latest", "USER 0", "EXPOSE 22", "ENV PASSWORD=x")
        engine.run("plain")
        engine.run("mounts", "-v", "/etc:/x", "-v", f"{engine.socket}:/var/run/docker.sock", "-v", "/:/host")
        engine.run("namespaces", "--pid", "host", "--ipc", "host", "--uts", "host", "--userns", "host")
        engine.run("unfiltered", "--security-opt", "seccomp=unconfined", "--restart", "always")
        engine.run("many-sessions")
        engine.docker("exec", "-d", "-u", "root", "many-sessions", "sleep", "100000")
        engine.create("privileged", "--privileged")
        engine.docker("swarm", "init", "--advertise-addr", "127.0.0.1")
        engine.docker("network", "create", "-d", "overlay", "open")
        yield engine


@contextlib.contextmanager
def good_host() -> Iterator[Engine]:
    """TLS with client certificates, tight modes, audit rules in the kernel, hardened containers."""
    with real_engine(tcp="tls", network=True, config=json.dumps(_GOOD_SETTINGS)) as engine, _audited(engine):
        assert engine.certificates is not None
        for name, mode in (("ca.pem", 0o444), ("server-cert.pem", 0o444), ("server-key.pem", 0o400)):
            (engine.certificates / name).chmod(mode)
        engine.config_file.chmod(0o644)
        import_image(engine, "kept:1.0", "USER 1000", "HEALTHCHECK CMD true")
        engine.run("hardened", *_HARDENED, image="kept:1.0")
        engine.run("hardened-too", *_HARDENED, image="kept:1.0")
        engine.create("kept-back", *_HARDENED, image="kept:1.0")
        yield engine


@contextlib.contextmanager
def _audited(engine: Engine) -> Iterator[None]:
    """The engine's own files watched by the kernel; nothing where this kernel takes no rules. Its rule files are untouched."""
    key = f"dockmark-{uuid.uuid4().hex[:12]}"
    watched = [
        ("-w", str(path), "-p", "rwxa", "-k", key) for path in (engine.config_file, engine.data_root, engine.socket)
    ]
    try:
        for rule in watched:
            subprocess.run(["auditctl", *rule], check=False, capture_output=True)
        yield
    finally:
        subprocess.run(["auditctl", "-D", "-k", key], check=False, capture_output=True)
