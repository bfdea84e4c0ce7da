"""Section 3: who may read and write what the daemon is made of, on files of this test's own."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine import Engine, real_engine
from tests.integration.command import Done, audit

pytestmark = pytest.mark.engine

SOMEBODY = 12345


@dataclass(frozen=True, slots=True)
class Host:
    """A host of its own below ``root``: this machine's /proc, the engine's directory, and files made for the test."""

    root: Path
    engine: Engine

    def path(self, name: str) -> Path:
        """A file on the host, as this test reaches it. ``{engine}`` stands for the engine's directory."""
        inside = name.format(engine=self.engine.directory)
        return Path(inside) if "{engine}" in name else self.root / inside.lstrip("/")

    def audit(self) -> Done:
        return audit(self.engine.unix_host, "--host-root", self.root)


# file -> the good mode, controls of mode and owner, modes that are too wide (one bit too many, and one trap)
FILES: dict[str, tuple[int, str, str, tuple[int, ...]]] = {
    "/usr/lib/systemd/system/docker.service": (
        *(0o644, "docker_service_unit_mode", "docker_service_unit_owner"),
        (0o664, 0o645, 0o4644),
    ),
    "/usr/lib/systemd/system/docker.socket": (
        *(0o644, "docker_socket_unit_mode", "docker_socket_unit_owner"),
        (0o646, 0o744),
    ),
    "/etc/docker": (0o755, "configuration_directory_mode", "configuration_directory_owner", (0o775, 0o1755)),
    "/etc/docker/certs.d/registry.test/ca.crt": (
        *(0o444, "registry_certificates_mode", "registry_certificates_owner"),
        (0o644, 0o445),
    ),
    "/etc/default/docker": (0o644, "default_file_mode", "default_file_owner", (0o666,)),
    "/etc/sysconfig/docker": (0o644, "sysconfig_file_mode", "sysconfig_file_owner", (0o654,)),
    "{engine}/daemon.json": (0o644, "daemon_config_mode", "daemon_config_owner", (0o664, 0o1644)),
    "{engine}/docker.sock": (0o660, "api_socket_mode", "api_socket_owner", (0o666, 0o760)),
    "{engine}/tls/ca.pem": (0o444, "tls_ca_mode", "tls_ca_owner", (0o644,)),
    "{engine}/tls/server-cert.pem": (0o444, "tls_certificate_mode", "tls_certificate_owner", (0o464,)),
    "{engine}/tls/server-key.pem": (0o400, "tls_key_mode", "tls_key_owner", (0o440, 0o600)),
}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    root = tmp_path_factory.mktemp("host")
    with real_engine(tcp="tls", image=False) as engine, _bound(root, engine):
        for name, (mode, *_) in FILES.items():
            path = Host(root, engine).path(name)
            if name == "/etc/docker":
                path.mkdir(parents=True, exist_ok=True)
            elif not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("# made for this test\n")
            path.chmod(mode)
            os.chown(path, 0, _docker_group(root) if name.endswith(".sock") else 0)
        yield Host(root, engine)


def test_everything_as_it_should_be(host: Host) -> None:
    done = host.audit()
    controls = [control for _, *both, _ in FILES.values() for control in both]
    assert {each: done.result(each) for each in controls} == dict.fromkeys(controls, "pass")


@pytest.mark.parametrize(("name", "mode"), [(name, mode) for name, (*_, wide) in FILES.items() for mode in wide])
def test_a_mode_with_a_bit_too_many_fails(host: Host, name: str, mode: int) -> None:
    good, control, owner_control, _ = FILES[name]
    path = host.path(name)
    path.chmod(mode)
    try:
        done = host.audit()
        assert done.result(control) == "fail"
        assert done.result(owner_control) == "pass"
        finding = next(each for each in done.row(control)["findings"] if each["result"] == "fail")
        assert finding["actual"] == f"{mode:04o}"
    finally:
        path.chmod(good)


@pytest.mark.parametrize("name", FILES)
def test_a_stranger_as_owner_fails(host: Host, name: str) -> None:
    _, mode_control, control, _ = FILES[name]
    path = host.path(name)
    group = path.stat().st_gid
    os.chown(path, SOMEBODY, group)
    try:
        done = host.audit()
        assert done.result(control) == "fail"
        assert done.result(mode_control) == "pass"
    finally:
        os.chown(path, 0, group)


@pytest.mark.parametrize(
    ("name", "controls"),
    [
        ("/etc/default/docker", ("default_file_mode", "default_file_owner")),
        ("/etc/sysconfig/docker", ("sysconfig_file_mode", "sysconfig_file_owner")),
    ],
)
def test_a_file_that_is_not_there_is_not_applicable(host: Host, name: str, controls: tuple[str, ...]) -> None:
    path = host.path(name)
    aside = path.with_name("aside")
    path.rename(aside)
    try:
        done = host.audit()
        assert [done.result(each) for each in controls] == ["notapplicable"] * 2
    finally:
        aside.rename(path)


def test_a_link_out_of_the_host_is_not_followed(host: Host, tmp_path: Path) -> None:
    """An absolute link means a path of the audited host; one that climbs stops at its root."""
    outside = tmp_path / "outside"
    outside.write_text("")
    outside.chmod(0o600)
    path = host.path("/etc/default/docker")
    aside = path.with_name("aside")
    path.rename(aside)
    try:
        for target in (str(outside), f"{'../' * 20}{outside}"):
            path.symlink_to(target)
            assert host.audit().result("default_file_mode") in ("notapplicable", "error")
            path.unlink()
    finally:
        path.unlink(missing_ok=True)
        aside.rename(path)


def test_a_loop_of_links_is_an_error_of_exactly_its_controls(host: Host) -> None:
    path = host.path("/etc/sysconfig/docker")
    aside = path.with_name("aside")
    before = host.audit().reasons()
    path.rename(aside)
    path.symlink_to("docker")
    try:
        done = host.audit()
        assert done.code == 2
        concerned = ("sysconfig_file_mode", "sysconfig_file_owner")
        assert done.reasons() == before | {each: {"link_loop"} for each in concerned}
    finally:
        path.unlink()
        aside.rename(path)


@contextlib.contextmanager
def _bound(root: Path, engine: Engine) -> Iterator[None]:
    """The parts of this machine that belong to the host: its processes, its accounts, and the engine's files.

    Process 1 stands for the host's own view of its files. A sandbox may hide that of its process 1, so the test puts one
    there that lives where the daemon does.
    """
    (root / "proc").mkdir()
    (root / "etc").mkdir()
    for name in ("passwd", "group", "os-release"):
        (root / "etc" / name).write_bytes(Path("/etc", name).read_bytes())
    inside = root / str(engine.directory).lstrip("/")
    inside.mkdir(parents=True)
    first = root / "first-process"
    (first / "ns").mkdir(parents=True)
    (first / "ns" / "mnt").symlink_to(Path(f"/proc/{engine.pid}/ns/mnt").readlink())
    (first / "mountinfo").write_text(_as_seen_by_the_host(root, engine))
    with contextlib.ExitStack() as stack:
        for source, target in (
            ("/proc", root / "proc"),
            (first, root / "proc" / "1"),
            (engine.directory, inside),
        ):
            subprocess.run(["mount", "--bind", str(source), str(target)], check=True)
            stack.callback(subprocess.run, ["umount", "--lazy", str(target)], check=True)
        yield


def _docker_group(root: Path) -> int:
    """Number of the group docker on the host; made up where there is none."""
    groups = root / "etc" / "group"
    for line in groups.read_text().splitlines():
        if line.startswith("docker:"):
            return int(line.split(":")[2])
    with groups.open("a") as file:
        file.write("docker:x:998:\n")
    return 998


def _as_seen_by_the_host(root: Path, engine: Engine) -> str:
    """The mounts of a host whose top is ``root`` and that has the engine's directory where it is: each named by its place
    in the file system that holds it, as the kernel does.
    """
    mounts = [
        max(
            (line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()),
            key=lambda fields: len(fields[4]) if f"{path}/".startswith(f"{fields[4].rstrip('/')}/") else -1,
        )
        for path in (root, engine.directory)
    ]
    lines = []
    for number, (path, point, fields) in enumerate(
        zip((root, engine.directory), ("/", engine.directory), mounts, strict=True), 1
    ):
        subtree = os.path.normpath(f"{fields[3].rstrip('/')}/{os.path.relpath(path, fields[4])}")
        lines.append(f"{number} 0 {fields[2]} {subtree} {point} rw - ext4 /dev/x rw\n")
    return "".join(lines)
