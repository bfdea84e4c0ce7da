"""``make sample``: the recorded sample host of reports/samples, from a real engine with good and bad containers.

    unshare --mount --uts --net -- python -m tests.record_sample [--keep-snapshot]

The engine lives at its default paths in namespaces of its own: /run, /var/lib and /etc are copies, the network is its own,
the host is called sample-host. ``--keep-snapshot`` only renders the reports of the recorded snapshot anew.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.command import ROOT, command
from tests.engine import Engine, default_engine, import_image, why_no_engine

SAMPLES: Final = ROOT / "reports" / "samples"
SNAPSHOT: Final = SAMPLES / "sample-host.snapshot.json.gz"
_HOST_NAME: Final = "sample-host"
_JUDGED: Final = (0, 1, 2)

_DAEMON_JSON: Final = {
    "icc": False,
    "live-restore": True,
    "log-level": "info",
    "insecure-registries": ["registry.test:5000"],
}

# name, image, options; a privileged container is created only, since a sandbox may not let it start
_RUNNING: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    (
        "shop",
        "shop:2.4",
        (
            *("--network", "backend", "--publish", "127.0.0.1:8080:8080", "--memory", "128m", "--cpus", "0.5"),
            *("--pids-limit", "100", "--read-only", "--cap-drop", "ALL", "--restart", "on-failure:5"),
            *("--security-opt", "no-new-privileges", "--health-cmd", "true"),
        ),
    ),
    (
        "database",
        "database:15",
        (
            *("--network", "backend", "--memory", "256m", "--cpu-shares", "512", "--cap-drop", "ALL"),
            *("--volume", "data:/data", "--ulimit", "nofile=4096:8192", "--restart", "always"),
        ),
    ),
    ("metrics", "metrics:latest", ("--network", "host", "--pid", "host", "--volume", "/:/host:ro")),
    ("builder", "builder", ("--volume", "/run/docker.sock:/var/run/docker.sock", "--cap-add", "SYS_PTRACE")),
    ("proxy", "proxy:1.2", ("--publish", "80:80", "--restart", "unless-stopped", "--volume", "/etc:/configuration")),
)
_CREATED: Final = (("maintenance", "builder", ("--privileged", "--network", "none")),)


def main() -> int:
    """Records the snapshot and renders the reports; 1 with a reason on standard error."""
    parser = argparse.ArgumentParser(prog="make sample", description="Record the sample host anew.")
    parser.add_argument("--keep-snapshot", action="store_true", help="only render the reports of the recorded snapshot")
    if not parser.parse_args().keep_snapshot:
        why = why_no_engine() or _why_not_here()
        if why:
            sys.stderr.write(f"sample: {why}\n")
            return 1
        _record()
    for output in ("table", "json"):
        report = SAMPLES / f"sample-host.{_SUFFIXES[output]}"
        _dockmark("evaluate", str(SNAPSHOT), "-o", f"{output}={report}")
        report.chmod(0o644)
    SNAPSHOT.chmod(0o644)
    return 0


_SUFFIXES: Final = {"table": "txt", "json": "assessment.json"}


def _why_not_here() -> str:
    """The recording changes the host name and mounts over /etc: never in the machine's own namespaces."""
    for name in ("mnt", "uts", "net"):
        if Path(f"/proc/self/ns/{name}").readlink() == Path(f"/proc/{os.getppid()}/ns/{name}").readlink():
            return f"run it in namespaces of its own, as make sample does ({name} is shared)"
    return ""


def _record() -> None:
    socket.sethostname(_HOST_NAME)
    subprocess.run(["busybox", "ip", "link", "set", "lo", "up"], check=True)
    _leave_other_mounts()
    with tempfile.TemporaryDirectory(prefix="dm-sample-") as directory:
        _copy_etc(Path(directory))
        for place in ("/run", "/var/lib"):
            subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "sample", place], check=True)
        Path("/etc/docker").mkdir(exist_ok=True)
        Path("/etc/docker/daemon.json").write_text(json.dumps(_DAEMON_JSON, indent=2), encoding="utf-8")
        with default_engine() as engine:
            _populate(engine)
            _dockmark("collect", "-o", str(SNAPSHOT), accept=(0,))
        for place in ("/var/lib", "/run", "/etc"):
            subprocess.run(["umount", "--lazy", place], check=True)


def _leave_other_mounts() -> None:
    """Unmounts, in this namespace, what is particular to the machine: a snapshot lists every mount point."""
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()]
    needed = [str(Path(each).resolve()) for each in (ROOT, sys.prefix, sys.base_prefix)]
    for point in sorted(points, reverse=True):
        used = any(f"{each}/".startswith(f"{point}/") for each in needed)
        if point.startswith(("/tmp/", "/mnt/", "/media/", "/home/", "/srv/", "/opt/", "/work/")) and not used:
            subprocess.run(["umount", "--lazy", point], check=True)


def _copy_etc(directory: Path) -> None:
    copy = directory / "etc"
    subprocess.run(["cp", "--archive", "/etc", str(copy)], check=True)
    shutil.rmtree(copy / "docker", ignore_errors=True)
    subprocess.run(["mount", "--bind", str(copy), "/etc"], check=True)


def _populate(engine: Engine) -> None:
    engine.docker("network", "create", "backend")
    import_image(engine, "shop:2.4", "USER 1000:1000", "HEALTHCHECK CMD true")
    import_image(engine, "database:15", "USER 999")
    for reference in ("metrics:latest", "builder:latest", "proxy:1.2"):
        import_image(engine, reference)
    for name, image, options in _RUNNING:
        engine.docker("run", "-d", "--name", name, *options, image)
    for name, image, options in _CREATED:
        engine.docker("create", "--name", name, *options, image)


def _dockmark(*words: str, accept: tuple[int, ...] = _JUDGED) -> None:
    done = subprocess.run(
        command(*words), check=False, cwd=ROOT, env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    )
    if done.returncode not in accept:
        raise SystemExit(f"sample: dockmark {' '.join(words)}: exit code {done.returncode}")


if __name__ == "__main__":
    sys.exit(main())
