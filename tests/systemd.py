"""A real systemd as the first process of namespaces of its own, over this machine's root made read-only.

``booted_systemd`` starts it with a private /run, /tmp, /etc/systemd/system and state; what its units do is seen nowhere else,
and all of it ends with the context. ``why_no_systemd`` says what is missing on this machine.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SYSTEMD = Path("/lib/systemd/systemd")
_START_SECONDS = 60.0
# Private and empty in there. The targets' wants are among them: nothing that Debian starts at boot (tmpfiles, sysctl, udev)
# may run, since it would reach this machine's files, kernel and devices.
_EMPTY = (
    "/tmp",
    "/var/tmp",
    "/run",
    "/var/log",
    "/var/lib/systemd",
    "/var/lib/docker",
    "/var/lib/dockmark",
    "/etc/docker",
    "/etc/systemd/system",
    "/lib/systemd/system/sysinit.target.wants",
    "/lib/systemd/system/basic.target.wants",
)
_NAMESPACES = ("unshare", "--pid", "--fork", "--kill-child", "--mount", "--uts", "--ipc", "--cgroup")
_BOOT = """
set -e
root=$1; shift
mount --make-rprivate /
mount --bind / "$root"
mount -o remount,ro,bind "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
for each; do
    [ -d "$root$each" ] || continue
    mount -t tmpfs tmpfs "$root$each"
done
mkdir -p "$root/run/lock"
printf '[Unit]\\nDescription=Nothing but what the test starts\\n' > "$root/etc/systemd/system/bare.target"
exec chroot "$root" /usr/bin/env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --unit=bare.target --log-target=console
"""


@dataclass(frozen=True, slots=True)
class Systemd:
    """The first process of a booted sandbox, by this machine's number."""

    pid: int

    def run(
        self, *argv: str, check: bool = True, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """A program inside, waited for."""
        clean = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", **(env or {})}
        inside = (
            "nsenter",
            f"--target={self.pid}",
            "--mount",
            "--uts",
            "--ipc",
            "--pid",
            "--cgroup",
            "--root",
            "--wd=/",
        )
        done = subprocess.run([*inside, *argv], env=clean, capture_output=True, text=True, timeout=120, check=False)
        assert not check or done.returncode == 0, (argv, done.returncode, done.stdout, done.stderr)
        return done

    def write(self, path: str, text: str) -> None:
        """A file inside."""
        target = Path(f"/proc/{self.pid}/root{path}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def read(self, path: str) -> bytes:
        """A file from inside."""
        return Path(f"/proc/{self.pid}/root{path}").read_bytes()

    def property(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.run("systemctl", "show", "--property", name, "--value", unit).stdout.strip()

    def wait_for(self, unit: str, name: str, *values: str, seconds: float = 90.0) -> str:
        """The property's value once it is one of ``values``."""
        deadline = time.monotonic() + seconds
        while (found := self.property(unit, name)) not in values:
            assert time.monotonic() < deadline, (
                unit,
                name,
                found,
                self.run("systemctl", "status", unit, check=False).stdout,
            )
            time.sleep(0.2)
        return found


def why_no_systemd() -> str:
    """What keeps ``booted_systemd`` from working here; "" when nothing does."""
    if os.geteuid() != 0:
        return "not root"
    missing = [each for each in ("unshare", "nsenter", "systemctl") if shutil.which(each) is None]
    if missing or not _SYSTEMD.exists():
        return f"{missing[0] if missing else _SYSTEMD} is missing"
    tried = subprocess.run([*_NAMESPACES, "true"], capture_output=True, check=False, timeout=30)
    return "" if tried.returncode == 0 else "namespaces cannot be made here"


@contextlib.contextmanager
def booted_systemd() -> Iterator[Systemd]:
    """A systemd that has started, with no unit but its own."""
    made = [each for each in map(Path, ("/var/lib/docker", "/var/lib/dockmark", "/etc/docker")) if not each.exists()]
    for each in made:
        each.mkdir(mode=0o700, parents=True)  # to mount upon
    with tempfile.TemporaryDirectory(prefix="dm-systemd-", ignore_cleanup_errors=True) as root:
        log = Path(f"{root}.log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*_NAMESPACES, "bash", "-c", _BOOT, "bash", root, *_EMPTY],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            yield _started(process, log)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # the kernel ends all that live in its process namespace
            process.wait()
            log.unlink(missing_ok=True)
            for each in made:
                with contextlib.suppress(OSError):  # somebody keeps something there now
                    each.rmdir()


def _started(process: subprocess.Popen[bytes], log: Path) -> Systemd:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        if children:
            found = Systemd(int(children[0]))
            asked = found.run("systemctl", "is-active", "bare.target", check=False)
            if asked.stdout.strip() == "active":
                return found
        time.sleep(0.1)
    raise AssertionError(f"systemd did not start: {log.read_text(errors='replace')[-2000:]}")
