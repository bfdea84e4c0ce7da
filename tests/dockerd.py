"""Processes of an engine: started so that they end with us, awaited, and stopped by their own ids."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_ENDS_WITH_US = ("setpriv", "--pdeathsig", "TERM", "--")


class EngineFailed(Exception):
    """The daemon did not start; the message holds the end of its log."""


def start_daemon(
    directory: Path, command: tuple[str, ...], environment: dict[str, str], listener: socket.socket | None
) -> subprocess.Popen[bytes]:
    """The daemon dies with us (setpriv --pdeathsig) and its own process is the one we hold: nothing is left to search for."""
    shim = list(_ENDS_WITH_US)
    if listener is not None:
        # As systemd does: descriptor 3 listens, and LISTEN_PID names the process that may take it.
        shim += ["sh", "-c", 'exec env LISTEN_FDS=1 LISTEN_PID=$$ "$@" 3<&0 </dev/null', "sh"]
    with (directory / "log").open("ab") as log:
        return subprocess.Popen(
            [*shim, *command],
            stdin=subprocess.DEVNULL if listener is None else listener.fileno(),
            stdout=log,
            stderr=log,
            env=environment,
        )


def wait_until_ready(process: subprocess.Popen[bytes], directory: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = UnixConnection(str(directory / "docker.sock"))
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
    stop_process(process, directory)
    raise EngineFailed(f"dockerd did not start in {directory}:\n{tail}")


def stop_process(process: subprocess.Popen[bytes], directory: Path) -> None:
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


def unmount_below(directory: Path) -> None:
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for point in sorted((each for each in points if each.startswith(f"{directory}/")), reverse=True):
        subprocess.run(["umount", "--lazy", point], check=False, capture_output=True)


def start_containerd(directory: Path) -> subprocess.Popen[bytes]:
    """Our own containerd: dockerd would otherwise use the machine's, and leave its containers there."""
    address = directory / "containerd.sock"
    settings = f'version = 2\nroot = "{directory}/containerd"\nstate = "{directory}/containerd-state"\n'
    settings += f'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "{address}"\n'
    (directory / "containerd.toml").write_text(settings)
    with (directory / "containerd.log").open("ab") as log:
        process = subprocess.Popen(
            [*_ENDS_WITH_US, "containerd", "--config", str(directory / "containerd.toml")],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=clean_environment(),
        )
    deadline = time.monotonic() + _START_SECONDS
    while not address.exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    return process


def clean_environment() -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("DOCKER_", "DOCKMARK_", "LISTEN_"))
    }
    return kept | {"PATH": PATH}


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self._path)


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
