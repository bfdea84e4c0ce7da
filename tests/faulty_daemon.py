"""A Docker daemon that is not one: it serves handmade or recorded API replies, and breaks down on demand.

In a test:

    with FaultyDaemon(make_world(containers=5, images=2), faults=[Fault("hang", r"/info$")]) as daemon:
        ... daemon.url, daemon.requests ...

On its own, for the bench:  python tests/faulty_daemon.py --socket /tmp/x.sock --containers 5000 --images 20
It prints "ready URL" when it listens, and ends on SIGTERM or SIGINT.

Replies are bytes made once, and requests that came together are answered together, so that the daemon is not what is
measured. With ``upstream`` it passes on what it does not know itself to a real engine's socket.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import hashlib
import http.client
import json
import re
import signal
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

HUGE_BYTES = 64_000_000
DEEP_LEVELS = 5000
_VERSION_PREFIX = re.compile(r"^/v[0-9]+\.[0-9]+(?=/)")
_CHUNKED_FROM = 2048  # as Go's server does

World = dict[str, Any]  # path without version prefix -> JSON value, or bytes as they are


@dataclass(frozen=True)
class Fault:
    """``kind`` (a key of FAULTS) at requests whose path (without version prefix) ``pattern`` finds, the nth time or always."""

    kind: str
    pattern: str
    nth: int | None = None


def container_id(number: int) -> str:
    return hashlib.sha256(f"container {number}".encode()).hexdigest()


def image_id(number: int) -> str:
    return "sha256:" + hashlib.sha256(f"image {number}".encode()).hexdigest()


def make_container(number: int, **changes: Any) -> dict[str, Any]:
    """What inspect says of a plain running container. ``changes`` replaces values: ``HostConfig__Privileged=True``."""
    identifier = container_id(number)
    container: dict[str, Any] = {
        "Id": identifier,
        "Created": "2026-11-22T20:54:48.752117514Z",
        "Path": "sleep",
        "Args": ["1000"],
        "State": {
            "Status": "running",
            "Running": True,
            "Paused": False,
            "Restarting": False,
            "OOMKilled": False,
            "Dead": False,
            "Pid": 4000000 + number,
            "ExitCode": 0,
            "Error": "",
            "StartedAt": "2026-11-22T20:54:49.110157638Z",
            "FinishedAt": "0001-01-01T00:00:00Z",
        },
        "Image": image_id(0),
        "ResolvConfPath": f"/var/lib/docker/containers/{identifier}/resolv.conf",
        "HostnamePath": f"/var/lib/docker/containers/{identifier}/hostname",
        "HostsPath": f"/var/lib/docker/containers/{identifier}/hosts",
        "LogPath": f"/var/lib/docker/containers/{identifier}/{identifier}-json.log",
        "Name": f"/web-{number}",
        "RestartCount": 0,
        "Driver": "overlay2",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "docker-default",
        "ExecIDs": None,
        "HostConfig": _host_config(),
        "GraphDriver": {
            "Data": {
                each: f"/var/lib/docker/overlay2/{identifier}/{each}"
                for each in ("LowerDir", "MergedDir", "UpperDir", "WorkDir")
            },
            "Name": "overlay2",
        },
        "Mounts": [
            {
                "Type": "bind",
                "Source": f"/srv/web-{number}",
                "Destination": "/data",
                "Mode": "",
                "RW": True,
                "Propagation": "rprivate",
            }
        ],
        "Config": {
            "Hostname": identifier[:12],
            "Domainname": "",
            "User": "1000",
            "ExposedPorts": {"80/tcp": {}},
            "Tty": False,
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", f"SERVICE=web-{number}"],
            "Cmd": ["sleep", "1000"],
            "Healthcheck": {"Test": ["CMD-SHELL", "true"]},
            "Image": "busybox:1",
            "Volumes": None,
            "WorkingDir": "",
            "Entrypoint": None,
            "OnBuild": None,
            "Labels": {"com.example.number": str(number)},
        },
        "NetworkSettings": {
            "Bridge": "",
            "SandboxID": identifier,
            "Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": str(20000 + number % 40000)}]},
            "Networks": {
                "web": {"IPAMConfig": None, "NetworkID": "n1", "IPAddress": "172.20.0.2", "Gateway": "172.20.0.1"}
            },
        },
    }
    for key, value in changes.items():
        *parents, last = key.split("__")
        here = container
        for parent in parents:
            here = here[parent]
        here[last] = value
    return container


def _host_config() -> dict[str, Any]:
    empty_lists = (
        "Dns",
        "DnsOptions",
        "DnsSearch",
        "BlkioWeightDevice",
        "BlkioDeviceReadBps",
        "BlkioDeviceWriteBps",
        "Devices",
    )
    nulls = (
        "VolumesFrom",
        "CapAdd",
        "ExtraHosts",
        "GroupAdd",
        "Links",
        "DeviceCgroupRules",
        "DeviceRequests",
        "Ulimits",
    )
    zeros = (
        "CpuShares",
        "NanoCpus",
        "CpuPeriod",
        "CpuQuota",
        "CpuRealtimePeriod",
        "CpuRealtimeRuntime",
        "OomScoreAdj",
        "CpuCount",
    )
    words = (
        "CgroupParent",
        "PidMode",
        "UTSMode",
        "UsernsMode",
        "CpusetCpus",
        "CpusetMems",
        "VolumeDriver",
        "Cgroup",
        "Isolation",
    )
    return (
        {each: [] for each in empty_lists}
        | dict.fromkeys(nulls)
        | dict.fromkeys(zeros, 0)
        | dict.fromkeys(words, "")
        | {
            "Binds": None,
            "ContainerIDFile": "",
            "LogConfig": {"Type": "json-file", "Config": {}},
            "NetworkMode": "web",
            "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": ""}]},
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5},
            "AutoRemove": False,
            "CapDrop": ["NET_RAW"],
            "CgroupnsMode": "private",
            "IpcMode": "private",
            "Privileged": False,
            "PublishAllPorts": False,
            "ReadonlyRootfs": True,
            "SecurityOpt": ["no-new-privileges"],
            "ShmSize": 67108864,
            "Runtime": "runc",
            "ConsoleSize": [0, 0],
            "Memory": 67108864,
            "MemorySwap": 134217728,
            "MemoryReservation": 0,
            "MemorySwappiness": None,
            "OomKillDisable": False,
            "PidsLimit": 100,
            "MaskedPaths": [
                "/proc/asound",
                "/proc/acpi",
                "/proc/kcore",
                "/proc/keys",
                "/proc/latency_stats",
                "/proc/timer_list",
            ],
            "ReadonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        }
    )


def make_image(number: int) -> dict[str, Any]:
    return {
        "Id": image_id(number),
        "RepoTags": [f"busybox:{number + 1}"],
        "RepoDigests": [],
        "Parent": "",
        "Comment": "",
        "Created": "2026-11-22T20:54:48.689453477Z",
        "Config": {
            "User": "1000",
            "Env": ["PATH=/bin"],
            "Cmd": ["sh"],
            "Healthcheck": {"Test": ["NONE"]},
            "Labels": None,
        },
        "Architecture": "amd64",
        "Os": "linux",
        "Size": 1982270,
        "GraphDriver": {"Data": {}, "Name": "overlay2"},
        "RootFS": {"Type": "layers", "Layers": []},
    }


def listed(container: Mapping[str, Any]) -> dict[str, Any]:
    """What the list says of a container."""
    return {
        "Id": container["Id"],
        "Names": [container["Name"]],
        "Image": container["Config"]["Image"],
        "ImageID": container["Image"],
        "Command": "sleep 1000",
        "Created": 1795380889,
        "Ports": [],
        "Labels": container["Config"]["Labels"],
        "State": container["State"]["Status"],
        "Status": "Up 2 hours",
        "HostConfig": {"NetworkMode": container["HostConfig"]["NetworkMode"]},
        "NetworkSettings": {"Networks": container["NetworkSettings"]["Networks"]},
        "Mounts": container["Mounts"],
    }


VERSION: dict[str, Any] = {
    "Platform": {"Name": ""},
    "Components": [
        {"Name": "Engine", "Version": "20.10.24", "Details": {"ApiVersion": "1.41", "MinAPIVersion": "1.12"}}
    ],
    "Version": "20.10.24",
    "ApiVersion": "1.41",
    "MinAPIVersion": "1.12",
    "Os": "linux",
    "Arch": "amd64",
    "KernelVersion": "6.1.0",
}

INFO: dict[str, Any] = {
    "ID": "I6YC:XN5B:3VWS:P4N4:LNDL:H4TC:CEZY:AD2O:LMW7:PFXB:PVJH:EOSZ",
    "Driver": "overlay2",
    "Plugins": {"Volume": ["local"], "Network": ["bridge"], "Authorization": None, "Log": ["json-file"]},
    "LoggingDriver": "json-file",
    "CgroupDriver": "systemd",
    "CgroupVersion": "2",
    "KernelVersion": "6.1.0",
    "OperatingSystem": "Debian GNU/Linux 12 (bookworm)",
    "OSType": "linux",
    "RegistryConfig": {
        "InsecureRegistryCIDRs": ["127.0.0.0/8"],
        "IndexConfigs": {"docker.io": {"Name": "docker.io", "Mirrors": [], "Secure": True, "Official": True}},
        "Mirrors": [],
    },
    "DockerRootDir": "/var/lib/docker",
    "Name": "fake",
    "ExperimentalBuild": False,
    "ServerVersion": "20.10.24",
    "Swarm": {"NodeID": "", "LocalNodeState": "inactive", "ControlAvailable": False, "RemoteManagers": None},
    "LiveRestoreEnabled": True,
    "SecurityOptions": ["name=apparmor", "name=seccomp,profile=default"],
    "Warnings": None,
}

NETWORKS: list[dict[str, Any]] = [
    {
        "Name": "bridge",
        "Id": "b" * 64,
        "Scope": "local",
        "Driver": "bridge",
        "EnableIPv6": False,
        "Internal": False,
        "Ingress": False,
        "Options": {
            "com.docker.network.bridge.default_bridge": "true",
            "com.docker.network.bridge.enable_icc": "false",
        },
        "Labels": {},
    },
    {
        "Name": "web",
        "Id": "c" * 64,
        "Scope": "local",
        "Driver": "bridge",
        "EnableIPv6": False,
        "Internal": False,
        "Ingress": False,
        "Options": {},
        "Labels": {},
    },
]


def make_world(containers: int | Sequence[dict[str, Any]] = 3, images: int = 2) -> World:
    """Every reply of an engine with that many containers (or these ones) and images. Change it before it is served."""
    inspected = (
        [make_container(each) for each in range(containers)] if isinstance(containers, int) else list(containers)
    )
    made = [make_image(each) for each in range(images)]
    world: World = {
        "/version": VERSION,
        "/info": INFO,
        "/networks": NETWORKS,
        "/volumes": {"Volumes": [], "Warnings": None},
        "/containers/json?all=1": [listed(each) for each in inspected],
        "/images/json": [{"Id": each["Id"], "RepoTags": each["RepoTags"], "Created": 1795380889} for each in made],
    }
    for each in inspected:
        world[f"/containers/{each['Id']}/json"] = each
    for each in made:
        world[f"/images/{each['Id']}/json"] = each
        world[f"/images/{each['Id']}/history"] = [
            {"CreatedBy": "/bin/sh -c #(nop) CMD sh", "Size": 10, "Created": 1795380888, "Id": ""}
        ]
    return world


class FaultyDaemon:
    """Serves a world over a unix socket, or TCP on loopback. ``requests`` are the paths asked for, in order.

    ``close_after`` ends each connection after that many replies, without a word; ``announce_close`` says ``Connection: close``
    on every reply and means it. ``later`` replaces replies from the second request for a path on. ``tls`` makes TCP into TLS;
    ``breakdowns`` are the kinds of faults that there are, by name. ``connections`` counts what was accepted.
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        faults: Sequence[Fault] = (),
        socket_path: str | None = None,
        tcp: bool = False,
        upstream: str | None = None,
        announce_close: bool = False,
        close_after: int | None = None,
        later: World | None = None,
        tls: ssl.SSLContext | None = None,
        breakdowns: Mapping[str, Any] | None = None,
    ) -> None:
        self.requests: list[str] = []
        self.connections = 0
        self._replies = {
            path: encode_reply(value) for path, value in (make_world() if world is None else world).items()
        }
        self._later = {path: encode_reply(value) for path, value in (later or {}).items()}
        self._faults = [(fault, re.compile(fault.pattern)) for fault in faults]
        self._tls = tls
        self._breakdowns = FAULTS if breakdowns is None else breakdowns
        self._seen = [0] * len(self._faults)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._upstream = upstream
        self._announce_close = announce_close
        self._close_after = close_after
        self._directory = tempfile.TemporaryDirectory(prefix="fd") if socket_path is None and not tcp else None
        self._path = None if tcp else socket_path or f"{self._directory.name}/docker.sock"  # type: ignore[union-attr]
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = self._listen()

    @property
    def url(self) -> str:
        if self._path is not None:
            return f"unix://{self._path}"
        return f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        thread = threading.Thread(target=self._accept, daemon=True)
        self._threads.append(thread)
        thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Die: close the listener and every connection; later connections are refused, as the socket file stays."""
        self._stop.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(5)
        if self._directory is not None:
            self._directory.cleanup()

    def _listen(self) -> socket.socket:
        if self._path is None:
            return socket.create_server(("127.0.0.1", 0))
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self._path)
        listener.listen(64)
        return listener

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        secured = self._secured(connection)
        if secured is None:
            return
        connection = secured
        waiting = b""
        served = 0
        try:
            while not self._stop.is_set():
                *complete, waiting = waiting.split(b"\r\n\r\n")
                ready: list[bytes] = []
                for request in complete:
                    path = _VERSION_PREFIX.sub("", request.split(b" ", 2)[1].decode("latin-1"))
                    fault, repeated = self._note(path)
                    body = self._later.get(path) if repeated else None
                    reply = body or self._replies.get(path) or self._ask_upstream(path)
                    if fault is not None:
                        connection.sendall(b"".join(ready))
                        ready = []
                        if not self._breakdowns[fault](self, connection, reply):
                            return
                    else:
                        ready.append(reply)
                    served += 1
                    if self._announce_close or served == self._close_after:
                        last = b"".join(ready)
                        if self._announce_close:
                            last = last.replace(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nConnection: close\r\n", 1)
                        connection.sendall(last)
                        return
                connection.sendall(b"".join(ready))
                more = connection.recv(65536)
                if not more:
                    return
                waiting += more
        except OSError:
            return  # the client went away
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def _secured(self, plain: socket.socket) -> socket.socket | None:
        """The connection with TLS where there is to be some; None where no agreement was reached, which the client knows."""
        if self._tls is None:
            return plain
        secure: socket.socket | None = None
        try:
            secure = self._tls.wrap_socket(plain, server_side=True)
        except OSError:
            plain.close()
        with self._lock:
            self._open.discard(plain)
            if secure is not None:
                self._open.add(secure)
        return secure

    def _note(self, path: str) -> tuple[str | None, bool]:
        """The fault for this request, if any, and whether the path has been asked for before."""
        with self._lock:
            repeated = bool(self._later) and path in self.requests
            self.requests.append(path)
            for at, (fault, pattern) in enumerate(self._faults):
                if pattern.search(path):
                    self._seen[at] += 1
                    if fault.nth in {None, self._seen[at]}:
                        return fault.kind, repeated
            return None, repeated

    def _ask_upstream(self, path: str) -> bytes:
        if self._upstream is None:
            return reply_bytes(b'{"message":"page not found"}', b"404 Not Found")
        relay = http.client.HTTPConnection("docker")
        relay.sock = socket.socket(socket.AF_UNIX)
        relay.sock.connect(self._upstream)
        try:
            relay.request("GET", path)
            answer = relay.getresponse()
            return reply_bytes(answer.read(), f"{answer.status} {answer.reason}".encode())
        finally:
            relay.close()

    def wait_until_gone(self, connection: socket.socket) -> None:
        """Say nothing until the client gives up or the daemon stops."""
        connection.settimeout(0.1)
        while not self._stop.is_set():
            try:
                if not connection.recv(65536):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def wait(self, seconds: float) -> bool:
        """True as soon as the daemon stops, false after ``seconds``."""
        return self._stop.wait(seconds)

    def drip(self, connection: socket.socket, reply: bytes) -> None:
        """One byte a second."""
        for at in range(len(reply)):
            connection.sendall(reply[at : at + 1])
            if self._stop.wait(1):
                return


def reply_bytes(body: bytes, status: bytes = b"200 OK", headers: bytes = b"") -> bytes:
    """A reply framed as Go's server frames it: small ones with their length, others in chunks."""
    start = (
        b"HTTP/1.1 "
        + status
        + b"\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\nServer: Docker/20.10.24 (linux)\r\n"
        + headers
    )
    if len(body) < _CHUNKED_FROM:
        return start + b"Content-Length: %d\r\n\r\n" % len(body) + body
    return start + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"


def encode_reply(value: object) -> bytes:
    return reply_bytes(value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode())


def _send(body: bytes, status: bytes = b"200 OK", headers: bytes = b"") -> Any:
    def break_down(_: FaultyDaemon, connection: socket.socket, __: bytes) -> bool:
        connection.sendall(reply_bytes(body, status, headers))
        return True

    return break_down


def _send_raw(data: bytes) -> Any:
    def break_down(_: FaultyDaemon, connection: socket.socket, __: bytes) -> bool:
        connection.sendall(data)
        return False

    return break_down


def _hang(daemon: FaultyDaemon, connection: socket.socket, _: bytes) -> bool:
    daemon.wait_until_gone(connection)
    return False


def _drip(daemon: FaultyDaemon, connection: socket.socket, reply: bytes) -> bool:
    daemon.drip(connection, reply)
    return False


def _truncate(_: FaultyDaemon, connection: socket.socket, reply: bytes) -> bool:
    connection.sendall(reply[: len(reply) * 2 // 3])
    # An end and not a reset: requests that wait unread would make one of it, so they are read until the client hangs up.
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(5)
    with contextlib.suppress(OSError):
        while connection.recv(65536):
            pass
    return False


def _reset(_: FaultyDaemon, connection: socket.socket, reply: bytes) -> bool:
    """Over TCP a real RST; a unix socket gives ECONNRESET when data are left unread."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.sendall(reply[:20])
    return False


def _close(_: FaultyDaemon, __: socket.socket, ___: bytes) -> bool:
    return False


def _die(daemon: FaultyDaemon, _: socket.socket, __: bytes) -> bool:
    threading.Thread(target=daemon.stop, daemon=True).start()
    return False


def _huge(_: FaultyDaemon, connection: socket.socket, __: bytes) -> bool:
    block = b"a" * 1_000_000
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _number in range(HUGE_BYTES // len(block)):
        connection.sendall(b"%x\r\n" % len(block) + block + b"\r\n")
    connection.sendall(b"0\r\n\r\n")
    return True


_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"

FAULTS: dict[str, Any] = {
    "hang": _hang,
    "drip": _drip,
    "truncate": _truncate,
    "close": _close,
    "reset": _reset,
    "die": _die,
    "huge": _huge,
    "huge_announced": _send_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 640000000\r\n\r\n[]"),
    "bad_json": _send(b'{"Id": '),
    "duplicate_key": _send(b'{"Id": "a", "Id": "b"}'),
    "nan": _send(b'{"Id": NaN}'),
    "deep": _send(b"[" * DEEP_LEVELS + b"]" * DEEP_LEVELS),
    "not_utf8": _send(b'{"Id": "\xff"}'),
    "wrong_type": _send(b'"a string"'),
    "null": _send(b"null"),
    "gzip_bomb": _send(gzip.compress(b"\0" * 10_000_000), headers=b"Content-Encoding: gzip\r\n"),
    "chunk_flood": _send_raw(_CHUNKED + b"\r\n" + b"1\r\n[\r\n" * 200_000),
    "bad_chunk": _send_raw(_CHUNKED + b"\r\nzz\r\n[]\r\n0\r\n\r\n"),
    "negative_chunk": _send_raw(_CHUNKED + b"\r\n-2\r\n[]\r\n0\r\n\r\n"),
    "both_lengths": _send_raw(_CHUNKED + b"Content-Length: 2\r\n\r\n2\r\n[]\r\n0\r\n\r\n"),
    "two_lengths": _send_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]"),
    "negative_length": _send_raw(b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n[]"),
    "no_length": _send_raw(b"HTTP/1.1 200 OK\r\n\r\n[]"),
    "header_flood": _send_raw(b"HTTP/1.1 200 OK\r\n" + b"X-Flood: 1\r\n" * 20_000 + b"\r\n"),
    "not_http": _send_raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    "redirect": _send(b"", b"301 Moved Permanently", b"Location: http://127.0.0.1:1/\r\n"),
    "status_401": _send(b'{"message":"who are you"}', b"401 Unauthorized"),
    "status_403": _send(b'{"message":"authorization denied by plugin"}', b"403 Forbidden"),
    "status_404": _send(b'{"message":"no such object"}', b"404 Not Found"),
    "status_500": _send(b'{"message":"out of order"}', b"500 Internal Server Error"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="A fake Docker daemon for tests and the bench.")
    parser.add_argument("--socket", required=True, help="path of the unix socket to listen on")
    parser.add_argument("--containers", type=int, default=3)
    parser.add_argument("--images", type=int, default=2)
    parser.add_argument("--upstream", help="socket of a real engine for what is not made up; makes nothing up itself")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="KIND@PATTERN[#N]", help=f"one of {', '.join(FAULTS)}"
    )
    options = parser.parse_args()
    faults = []
    for each in options.fault:
        kind, _, rest = each.partition("@")
        pattern, _, nth = rest.partition("#")
        faults.append(Fault(kind, pattern, int(nth) if nth else None))
    Path(options.socket).unlink(missing_ok=True)
    world: World = {} if options.upstream else make_world(options.containers, options.images)
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    with FaultyDaemon(world, faults=faults, socket_path=options.socket, upstream=options.upstream) as daemon:
        print(f"ready {daemon.url}", flush=True)  # noqa: T201  (the word that whoever started it waits for)
        done.wait()
    Path(options.socket).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
