"""Real Docker Engines for the tests, the benchmark and the recorded sample: each its own daemon in its own directory.

``real_engine`` starts a dockerd whose data root, exec root, pid file, socket and configuration file lie below one fresh
directory, and takes all of it away again: containers, processes, mounts, files. Several run side by side. Nothing below
/var/lib/docker, /run/docker.sock or /etc is touched, except that engines before 25.0 write a key of their own to
/etc/docker/key.json. ``why_no_engine`` says what is missing on this machine.

Containers run with ``--network none``, from an image that holds Debian's static busybox: there is no registry.
A container that needs CAP_SYS_RESOURCE (``--privileged``, ``--cap-add ALL``) may be created but not started in a sandbox.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.certificates import make_certificates
from tests.dockerd import (
    PATH,
    UnixConnection,
    clean_environment,
    start_containerd,
    start_daemon,
    stop_process,
    unmount_below,
    wait_until_ready,
)

IMAGE = "busybox:test"
_SYSTEM_CONTAINERD = Path("/run/containerd/containerd.sock")
_CAP_SYS_ADMIN = 21
_ROOTLESS_ID = 12345
_PROGRAMS = {"dockerd": "docker.io", "docker": "docker.io", "busybox": "busybox-static"}


class DockerRefused(Exception):
    """A docker command failed; the message holds the command and its stderr."""


@dataclass(slots=True)
class Engine:
    """A running daemon. ``host`` is what ``docker -H`` and ``dockmark --host`` take; ``unix_host`` is its unix socket."""

    directory: Path
    host: str
    process: subprocess.Popen[bytes]
    command: tuple[str, ...]
    environment: dict[str, str]
    listener: socket.socket | None = None
    certificates: Path | None = None

    @property
    def socket(self) -> Path:
        return self.directory / "docker.sock"

    @property
    def unix_host(self) -> str:
        return f"unix://{self.socket}"

    @property
    def config_file(self) -> Path:
        return self.directory / "daemon.json"

    @property
    def data_root(self) -> Path:
        return self.directory / "data"

    @property
    def exec_root(self) -> Path:
        return self.directory / "exec"

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def log(self) -> str:
        return (self.directory / "log").read_text(errors="replace")

    def docker(self, *arguments: str, stdin: bytes | None = None) -> str:
        """The output of ``docker ARGUMENTS`` against this daemon; DockerRefused when it fails."""
        done = subprocess.run(
            ["docker", "-H", self.unix_host, *arguments],
            input=stdin if stdin is not None else b"",
            capture_output=True,
            check=False,
            env=clean_environment() | {"DOCKER_CONFIG": str(self.directory / "client")},
            timeout=120,
        )
        if done.returncode:
            raise DockerRefused(f"docker {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode().strip()

    def create(self, name: str, *options: str, image: str = IMAGE, command: Sequence[str] = ("sleep", "100000")) -> str:
        """Id of a container that is created and not started."""
        return self.docker("create", "--name", name, "--network", "none", *options, image, *command)

    def run(self, name: str, *options: str, image: str = IMAGE, command: Sequence[str] = ("sleep", "100000")) -> str:
        """Id of a container that runs ``command``."""
        return self.docker("run", "-d", "--name", name, "--network", "none", *options, image, *command)

    def call(self, method: str, path: str, body: object = None) -> tuple[int, object]:
        """Status and decoded JSON of one API request on the unix socket."""
        connection = UnixConnection(str(self.socket))
        try:
            data = None if body is None else json.dumps(body).encode()
            connection.request(method, path, data, {"Content-Type": "application/json"} if data else {})
            reply = connection.getresponse()
            content = reply.read()
        finally:
            connection.close()
        return reply.status, json.loads(content) if content else None

    def remove_containers(self) -> None:
        """Removes every container, running or not."""
        if names := self.docker("ps", "-aq").split():
            self.docker("rm", "-f", "-v", *names)

    def reload(self) -> None:
        """SIGHUP: the daemon reads its configuration file again (only some settings follow)."""
        os.kill(self.pid, signal.SIGHUP)
        time.sleep(0.5)

    def restart(self) -> None:
        """Stops the daemon's process and starts it with the same command line and the files as they are now."""
        stop_process(self.process, self.directory)
        self.process = start_daemon(self.directory, self.command, self.environment, self.listener)
        wait_until_ready(self.process, self.directory)


def why_no_engine() -> str:
    """What this machine lacks to run ``real_engine``; "" when nothing."""
    if os.geteuid() != 0:
        return "needs root"
    for program, package in _PROGRAMS.items():
        if shutil.which(program, path=PATH) is None:
            return f"{program} is not installed (package {package})"
    status = Path("/proc/self/status").read_text()
    effective = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff"))
    if not effective >> _CAP_SYS_ADMIN & 1:
        return "needs CAP_SYS_ADMIN, which this root does not have"
    return ""


@contextlib.contextmanager
def real_engine(
    *flags: str,
    config: str | bytes | None = "{}",
    network: bool = False,
    tcp: str = "",
    activation: bool = False,
    rootless: bool = False,
    image: bool = True,
) -> Iterator[Engine]:
    """A running dockerd with ``flags`` and the configuration file ``config``.

    With ``config=None`` it is told of none, and reads the machine's /etc/docker/daemon.json if there is one.

    ``network`` leaves bridge and iptables as the engine has them, in a network namespace of the daemon's own, so that the
    machine's stay as they are. ``tcp`` adds a listener on loopback: ``plain``, or
    ``tls`` with certificates of an own CA that clients must present (``Engine.certificates``); ``Engine.host`` is then
    that listener. ``activation`` hands over a listening socket as systemd does (``-H fd://``). ``rootless`` runs the daemon
    in a user namespace of an unprivileged account: containers can be created but not started there.
    """
    with contextlib.ExitStack() as cleanup:
        directory = Path(tempfile.mkdtemp(prefix="dm-", dir="/tmp"))
        cleanup.callback(shutil.rmtree, directory, ignore_errors=True)
        cleanup.callback(unmount_below, directory)
        directory.chmod(0o755)
        if config is not None:
            (directory / "daemon.json").write_bytes(config.encode() if isinstance(config, str) else config)
        certificates = make_certificates(directory) if tcp == "tls" else None
        tcp_host = f"tcp://127.0.0.1:{_free_port()}" if tcp else ""
        command = (
            "dockerd",
            *("--data-root", f"{directory}/data", "--exec-root", f"{directory}/exec", "--pidfile", f"{directory}/pid"),
            *("-H", "fd://" if activation else f"unix://{directory}/docker.sock"),
            *(("-H", tcp_host) if tcp else ()),
            *(() if config is None else ("--config-file", f"{directory}/daemon.json")),
            *(() if network else ("--bridge=none", "--iptables=false")),
            *_tls_flags(tcp, certificates),
            *flags,
        )
        environment = clean_environment()
        if rootless:
            command, environment = _as_rootless(directory, command)
        elif network:
            command = ("unshare", "--net", "sh", "-c", 'busybox ip link set lo up && exec "$@"', "sh", *command)
        if _SYSTEM_CONTAINERD.exists() and not rootless:
            containerd = start_containerd(directory)
            cleanup.callback(stop_process, containerd, directory)
            command = (*command, "--containerd", f"{directory}/containerd.sock")
        listener = cleanup.enter_context(_listen(directory / "docker.sock")) if activation else None
        process = start_daemon(directory, command, environment, listener)
        host = tcp_host or f"unix://{directory}/docker.sock"
        engine = Engine(directory, host, process, command, environment, listener, certificates)
        cleanup.callback(_stop_engine, engine)
        wait_until_ready(process, directory)
        if image:
            import_image(engine, IMAGE)
        yield engine


@contextlib.contextmanager
def default_engine() -> Iterator[Engine]:
    """A dockerd without options, at its default paths: /run/docker.sock, /var/lib/docker, /etc/docker/daemon.json.

    Only inside mount and network namespaces that were made for it, with a /run, /var/lib and /etc of their own.
    """
    directory = Path("/run")
    environment = clean_environment()
    process = start_daemon(directory, ("dockerd",), environment, None)
    engine = Engine(directory, "unix:///run/docker.sock", process, ("dockerd",), environment)
    try:
        wait_until_ready(process, directory)
        yield engine
    finally:
        _stop_engine(engine)


def import_image(engine: Engine, reference: str, *changes: str) -> None:
    """Makes the busybox image ``reference``; ``changes`` are Dockerfile instructions, USER say."""
    instructions = [word for each in ('CMD ["sleep", "100000"]', *changes) for word in ("-c", each)]
    engine.docker("import", *instructions, "-", reference, stdin=_image_tar())


def _stop_engine(engine: Engine) -> None:
    with contextlib.suppress(DockerRefused, subprocess.TimeoutExpired):
        engine.remove_containers()
    stop_process(engine.process, engine.directory)


def _tls_flags(tcp: str, certificates: Path | None) -> tuple[str, ...]:
    if certificates is None:
        return ("--tls=false",) if tcp else ()
    files = ("ca.pem", "server-cert.pem", "server-key.pem")
    named = zip(("--tlscacert", "--tlscert", "--tlskey"), files, strict=True)
    return ("--tlsverify", *(f"{flag}={certificates}/{name}" for flag, name in named))


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    return listener


def _as_rootless(directory: Path, command: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The command as an unprivileged account in namespaces of its own, in the way that RootlessKit starts it.

    A tmpfs hides /run, where the daemon keeps plugins; the port driver is never used without a bridge.
    """
    binaries = directory / "bin"
    binaries.mkdir()
    (binaries / "rootlesskit-docker-proxy").symlink_to("/bin/true")
    home = directory / "home"
    home.mkdir()
    for each in (directory, home, binaries):
        os.chown(each, _ROOTLESS_ID, _ROOTLESS_ID)
    identity = ("setpriv", f"--reuid={_ROOTLESS_ID}", f"--regid={_ROOTLESS_ID}", "--clear-groups")
    namespaces = ("unshare", "--user", "--map-root-user", "--mount", "--net")
    shell = ("sh", "-c", 'mount -t tmpfs none /run && exec "$@"', "sh")
    environment = clean_environment() | {
        "PATH": f"{binaries}:{PATH}",
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "ROOTLESSKIT_STATE_DIR": str(home),
        "ROOTLESSKIT_PARENT_EUID": str(_ROOTLESS_ID),
    }
    return (*identity, *namespaces, *shell, *command, "--rootless", "--group", "0"), environment


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _image_tar() -> bytes:
    busybox = shutil.which("busybox", path=PATH)
    assert busybox is not None
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(busybox, arcname="bin/busybox")
        for applet in ("sh", "sleep", "true", "id"):
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type = tarfile.SYMTYPE
            link.linkname = "busybox"
            tar.addfile(link)
        for name, line in (("passwd", b"root:x:0:0::/:/bin/sh\n"), ("group", b"root:x:0:\n")):
            account = tarfile.TarInfo(f"etc/{name}")
            account.size = len(line)
            tar.addfile(account, io.BytesIO(line))
    return buffer.getvalue()
