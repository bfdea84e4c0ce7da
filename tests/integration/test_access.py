"""``dockmark access`` on a real engine that can be reached in every way one should not."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine import IMAGE, Engine, real_engine
from tests.integration.command import INCOMPLETE, MET, Done, dockmark

pytestmark = pytest.mark.engine

GAMES = 60  # a group of every Debian, the primary one of the account games
MAIL = 8
DAEMON = 1


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with real_engine(tcp="plain") as engine:
        directory = engine.directory
        engine.run("holds-socket", "--volume", f"{directory}:/x:ro")
        engine.run("holds-etc", "--volume", "/etc:/x")
        engine.run("reads-etc", "--volume", "/etc:/x:ro")
        engine.run("sees-all", "--pid", "host", "--cap-add", "SYS_PTRACE")
        engine.run("harmless", "--volume", f"{directory}/daemon.json:/x:ro")
        engine.create("privileged", "--privileged")
        yield engine


@pytest.fixture
def socket(engine: Engine) -> Iterator[Path]:
    """The engine's socket, put back as it was."""
    before = engine.socket.stat()
    yield engine.socket
    _set_acl(engine.socket)
    os.chown(engine.socket, before.st_uid, before.st_gid)
    engine.socket.chmod(before.st_mode & 0o7777)


def ask(engine: Engine, *words: str) -> tuple[Done, dict[str, Any]]:
    done = dockmark("access", "--host", engine.unix_host, "-o", "json", *words)
    assert done.code in (MET, INCOMPLETE), done.err
    return done, done.report


def rows(report: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(each["kind"], each["who"], each["grants"]) for each in report["accesses"]}


def test_every_way_into_this_engine(engine: Engine) -> None:
    found = rows(ask(engine)[1])
    near = "every account on this host and every container in its network"
    assert {
        ("root account", "root", "root-equivalent"),
        ("TCP listener", near, "root-equivalent"),
        ("container with a socket", "container holds-socket", "root-equivalent"),
        ("privileged container", "container privileged", "root-equivalent"),
        ("container with a host path", "container holds-etc", "root-equivalent"),
        ("container with a host path", "container reads-etc", "limited"),
        ("container with rights on the host", "container sees-all", "root-equivalent"),
    } <= found
    assert not any("harmless" in who for _, who, _ in found)


def test_a_socket_for_everybody(engine: Engine, socket: Path) -> None:
    assert ("API socket", "everybody on this host", "root-equivalent") not in rows(ask(engine)[1])
    socket.chmod(0o666)
    assert ("API socket", "everybody on this host", "root-equivalent") in rows(ask(engine)[1])


def test_a_socket_for_a_group_an_account_and_whom_its_acl_names(engine: Engine, socket: Path) -> None:
    os.chown(socket, DAEMON, GAMES)
    socket.chmod(0o660)
    _set_acl(socket, users=(MAIL,))
    found = rows(ask(engine)[1])
    assert ("API socket", "daemon", "root-equivalent") in found
    assert ("API socket", "mail", "root-equivalent") in found
    assert ("group member", "games", "root-equivalent") in found  # its primary group


def test_the_same_from_a_recorded_snapshot(engine: Engine, tmp_path: Path) -> None:
    recorded = tmp_path / "snapshot.json.gz"
    assert dockmark("collect", "--host", engine.unix_host, "-o", recorded).code == MET
    done = dockmark("access", "--snapshot", recorded, "-o", "json")
    assert rows(done.report) == rows(ask(engine)[1])


def test_who_may_look_at_nothing_is_told_so(engine: Engine, as_nobody: tuple[str, ...]) -> None:
    engine.socket.chmod(0o666)
    try:
        done = dockmark("access", "--host", engine.unix_host, "-o", "json", start=as_nobody)
    finally:
        engine.socket.chmod(0o660)
    assert done.code == INCOMPLETE
    assert done.report["could_not_look"]
    assert ("privileged container", "container privileged", "root-equivalent") in rows(done.report)


def test_hostile_names_reach_the_terminal_as_text(engine: Engine) -> None:
    engine.docker("create", "--network", "none", "--name", "loud", "--privileged", "--user", "\x1b[31mred", IMAGE)
    text = dockmark("access", "--host", engine.unix_host).out
    assert "\x1b" not in text
    assert "container loud" in text


def test_an_empty_filter_is_none_and_the_kernel_agrees(engine: Engine) -> None:
    (engine.directory / "empty.json").write_text("{}")
    engine.run("unfiltered", "--security-opt", f"seccomp={engine.directory}/empty.json")
    engine.run("filtered")
    modes = {}
    for name in ("unfiltered", "filtered"):
        pid = engine.docker("inspect", "--format", "{{.State.Pid}}", name)
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        modes[name] = next(line.split()[1] for line in lines if line.startswith("Seccomp:"))
    assert modes == {"unfiltered": "0", "filtered": "2"}
    only = ("--control", "container_seccomp_enabled", "-o", "json")
    report = json.loads(dockmark("audit", "--host", engine.unix_host, *only).out)
    findings = {each["subject"]: each["result"] for each in report["results"][0]["findings"]}
    assert findings["container:unfiltered"] == "fail"
    assert findings["container:filtered"] == "pass"


def _set_acl(path: Path, users: tuple[int, ...] = ()) -> None:
    """A POSIX ACL that lets ``users`` write; none without users. The attribute is what setfacl would write."""
    if not users:
        if "system.posix_acl_access" in os.listxattr(path):
            os.removexattr(path, "system.posix_acl_access")
        return
    nobody = 0xFFFFFFFF
    entries = [
        (0x01, 6, nobody),
        *((0x02, 6, each) for each in users),
        (0x04, 6, nobody),
        (0x10, 6, nobody),
        (0x20, 0, nobody),
    ]
    data = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *each) for each in entries)
    os.setxattr(path, "system.posix_acl_access", data)
