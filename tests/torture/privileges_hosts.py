"""Two hosts for the privilege matrix: one on which much fails, one on which much passes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.engine import Engine, import_image, real_engine
from tests.torture.privileges_standpoints import READER, relay_of

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
_GIVES_UP_ROOT: Final = ("busybox", "start-stop-daemon", "-S", "-c", "1000:1000", "-x", "/bin/sleep", "--", "100000")
_RELAY: Final = """
import asyncio, os

async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()

async def serve(reader, writer):
    there, back = await asyncio.open_unix_connection({engine!r})
    await asyncio.gather(pump(reader, back), pump(there, writer))

async def main():
    os.umask(0)
    await (await asyncio.start_unix_server(serve, {listening!r})).serve_forever()

asyncio.run(main())
"""


@contextlib.contextmanager
def bad_host() -> Iterator[Engine]:
    """Plain TCP, a configuration file and a socket of strangers, a swarm, and containers that are allowed too much."""
    with (
        _private_file(json.dumps(_BAD_SETTINGS)) as config,
        real_engine("--config-file", str(config), tcp="plain", config=None, network=True) as engine,
    ):
        config.chmod(0o666)
        os.chown(config, _SOMEBODY, _SOMEBODY)
        import_image(engine, "rootless:latest", "USER 0", "EXPOSE 22", "ENV PASSWORD=x")
        engine.run("plain")
        engine.run("mounts", "-v", "/etc:/x", "-v", f"{engine.socket}:/var/run/docker.sock", "-v", "/:/host")
        engine.run("namespaces", "--pid", "host", "--ipc", "host", "--uts", "host", "--userns", "host")
        engine.run("unfiltered", "--security-opt", "seccomp=unconfined", "--restart", "always")
        _run_regaining(engine)
        engine.run("many-sessions")
        engine.docker("exec", "-d", "-u", "root", "many-sessions", "sleep", "100000")
        engine.create("privileged", "--privileged")
        engine.docker("swarm", "init", "--advertise-addr", "127.0.0.1")
        engine.docker("network", "create", "-d", "overlay", "open")
        let_read((engine.socket, "rw"), (config, "r"), (config.parent, "x"))
        with _relay(engine):
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
        engine.run("gives-up-root", command=_GIVES_UP_ROOT)
        engine.run("gives-up-privileges", command=("busybox", "setpriv", "--nnp", "sleep", "100000"))
        with _relay(engine):
            yield engine


@contextlib.contextmanager
def rootless_host() -> Iterator[Engine]:
    """A daemon without root, of the account STRANGER; its containers can be created only."""
    with real_engine(rootless=True) as engine:
        engine.create("plain")
        engine.create("mounts", "-v", "/etc:/x", "-v", f"{engine.socket}:/var/run/docker.sock", "--privileged")
        with _relay(engine):
            yield engine


@contextlib.contextmanager
def _private_file(text: str) -> Iterator[Path]:
    """A file in a directory that only root may enter."""
    directory = Path(tempfile.mkdtemp(prefix="dm-private-", dir="/tmp"))
    try:
        (directory / "daemon.json").write_text(text, encoding="utf-8")
        yield directory / "daemon.json"
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def let_read(*rights: tuple[Path, str]) -> None:
    """Gives READER these rights, and no more than others have elsewhere."""
    for path, right in rights:
        subprocess.run(["setfacl", "-m", f"u:{READER}:{right}", str(path)], check=True)


def _run_regaining(engine: Engine) -> None:
    """A container started as somebody whose program makes root of him."""
    program = engine.directory / "setuid-sleep"
    shutil.copy("/usr/bin/sleep", program)
    program.chmod(0o4755)
    system = (word for each in ("/usr", "/lib", "/lib64") for word in ("-v", f"{each}:{each}:ro"))
    engine.run("regains-root", "-u", "1000", "-v", f"{program}:/program:ro", *system, command=("/program", "100000"))


@contextlib.contextmanager
def _relay(engine: Engine) -> Iterator[None]:
    """Another socket that leads to the engine, through a program without arguments (``relay_of``)."""
    listening = relay_of(engine)
    process = subprocess.Popen([sys.executable], stdin=subprocess.PIPE, env={})
    try:
        assert process.stdin is not None
        process.stdin.write(_RELAY.format(listening=str(listening), engine=str(engine.socket)).encode())
        process.stdin.close()
        deadline = time.monotonic() + 30
        while not listening.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert listening.exists(), "the forwarder does not listen"
        yield
    finally:
        process.kill()
        process.wait()


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


HOSTS: Final = {"bad host": bad_host, "good host": good_host, "rootless host": rootless_host}
