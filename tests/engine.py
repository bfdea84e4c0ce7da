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
import http.client
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

IMAGE = "busybox:test"
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_SYSTEM_CONTAINERD = Path("/run/containerd/containerd.sock")
_CAP_SYS_ADMIN = 21
_ROOTLESS_ID = 12345
_PROGRAMS = {"dockerd": "docker.io", "docker": "docker.io", "busybox": "busybox-static"}
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


class EngineFailed(Exception):
    """The daemon did not start; the message holds the end of its log."""


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
            env=_environment() | {"DOCKER_CONFIG": str(self.directory / "client")},
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
        connection = _UnixConnection(str(self.socket))
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
        _stop_process(self.process, self.directory)
        self.process = _start(self.directory, self.command, self.environment, self.listener)
        _wait_until_ready(self.process, self.directory)


def why_no_engine() -> str:
    """What this machine lacks to run ``real_engine``; "" when nothing."""
    if os.geteuid() != 0:
        return "needs root"
    for program, package in _PROGRAMS.items():
        if shutil.which(program, path=_PATH) is None:
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
        cleanup.callback(_unmount_below, directory)
        directory.chmod(0o755)
        if config is not None:
            (directory / "daemon.json").write_bytes(config.encode() if isinstance(config, str) else config)
        certificates = _make_certificates(directory) if tcp == "tls" else None
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
        environment = _environment()
        if rootless:
            command, environment = _as_rootless(directory, command)
        elif network:
            command = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *command)
        if _SYSTEM_CONTAINERD.exists() and not rootless:
            containerd = _start_containerd(directory)
            cleanup.callback(_stop_process, containerd, directory)
            command = (*command, "--containerd", f"{directory}/containerd.sock")
        listener = cleanup.enter_context(_listen(directory / "docker.sock")) if activation else None
        process = _start(directory, command, environment, listener)
        host = tcp_host or f"unix://{directory}/docker.sock"
        engine = Engine(directory, host, process, command, environment, listener, certificates)
        cleanup.callback(_stop_engine, engine)
        _wait_until_ready(process, directory)
        if image:
            engine.docker("import", "-c", 'CMD ["sleep", "100000"]', "-", IMAGE, stdin=_image_tar())
        yield engine


def _stop_engine(engine: Engine) -> None:
    with contextlib.suppress(DockerRefused, subprocess.TimeoutExpired):
        engine.remove_containers()
    _stop_process(engine.process, engine.directory)


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


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self._path)


def _environment() -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("DOCKER_", "DOCKMARK_", "LISTEN_"))
    }
    return kept | {"PATH": _PATH}


def _start(
    directory: Path, command: tuple[str, ...], environment: dict[str, str], listener: socket.socket | None
) -> subprocess.Popen[bytes]:
    """The daemon dies with us (setpriv --pdeathsig) and its own process is the one we hold: nothing is left to search for."""
    shim = ["setpriv", "--pdeathsig", "TERM", "--"]
    if listener is not None:
        # As systemd does: descriptor 3 listens, and LISTEN_PID names the process that may take it.
        shim = [
            "setpriv",
            "--pdeathsig",
            "TERM",
            "--",
            "sh",
            "-c",
            'exec env LISTEN_FDS=1 LISTEN_PID=$$ "$@" 3<&0 </dev/null',
            "sh",
        ]
    with (directory / "log").open("ab") as log:
        return subprocess.Popen(
            [*shim, *command],
            stdin=subprocess.DEVNULL if listener is None else listener.fileno(),
            stdout=log,
            stderr=log,
            env=environment,
        )


def _wait_until_ready(process: subprocess.Popen[bytes], directory: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = _UnixConnection(str(directory / "docker.sock"))
        try:
            connection.request("GET", "/_ping")
            if connection.getresponse().status == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.05)
    tail = (directory / "log").read_text(errors="replace")[-2000:]
    _stop_process(process, directory)
    raise EngineFailed(f"dockerd did not start in {directory}:\n{tail}")


def _stop_process(process: subprocess.Popen[bytes], directory: Path) -> None:
    """Ends the process and the containerd that it keeps; waits for both."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pid in _processes_that_name(f"{directory}/"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _processes_that_name(text: str) -> Iterator[int]:
    """Daemon processes whose command line names our directory: containerd and the shims of containers."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        program = words[0].rpartition(b"/")[2]
        if program.startswith(b"containerd") and any(text.encode() in word for word in words[1:]):
            yield int(entry.name)


def _unmount_below(directory: Path) -> None:
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for point in sorted((each for each in points if each.startswith(f"{directory}/")), reverse=True):
        subprocess.run(["umount", "--lazy", point], check=False, capture_output=True)


def _start_containerd(directory: Path) -> subprocess.Popen[bytes]:
    """Our own containerd: dockerd would otherwise use the machine's, and leave its containers there."""
    address = directory / "containerd.sock"
    settings = f'version = 2\nroot = "{directory}/containerd"\nstate = "{directory}/containerd-state"\n'
    settings += f'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "{address}"\n'
    (directory / "containerd.toml").write_text(settings)
    with (directory / "containerd.log").open("ab") as log:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", "containerd", "--config", str(directory / "containerd.toml")],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_environment(),
        )
    deadline = time.monotonic() + _START_SECONDS
    while not address.exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    return process


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
    environment = _environment() | {
        "PATH": f"{binaries}:{_PATH}",
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


def _make_certificates(directory: Path) -> Path:
    """ca.pem, server-cert.pem, server-key.pem, cert.pem and key.pem: the names the docker client looks for."""
    place = directory / "tls"
    place.mkdir(mode=0o700)

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=place, check=True, capture_output=True, timeout=60)

    (place / "server.ext").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n")
    (place / "client.ext").write_text("extendedKeyUsage=clientAuth\n")
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *new_key, "-keyout", "ca-key.pem", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test CA")
    for name, certificate, key in (("server", "server-cert.pem", "server-key.pem"), ("client", "cert.pem", "key.pem")):
        openssl("req", *new_key, "-keyout", key, "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signing = ("-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2")
        openssl("x509", "-req", "-in", f"{name}.csr", *signing, "-out", certificate, "-extfile", f"{name}.ext")
    return place


def _image_tar() -> bytes:
    busybox = shutil.which("busybox", path=_PATH)
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
