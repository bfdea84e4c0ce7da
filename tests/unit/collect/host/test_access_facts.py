"""Accounts behind the files of Docker, its socket unit, and private keys: on real files below another root."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmark.collect.host.access import with_access_facts
from benchmark.collect.host.accounts import collect_accounts
from benchmark.collect.host.key_files import enumerate_key_files
from benchmark.collect.host.root import HostRoot
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, FactValue, Reason, Subject, Unavailable
from benchmark.model.facts_access import HOST_ACCESS_FACTS

PASSWD = """root:x:0:0::/root:/bin/sh
toor:x:0:0::/root:/bin/sh
alice:x:1000:1000::/home/alice:/bin/sh
bob:x:1001:999::/home/bob:/bin/sh
nobody:x:65534:65534::/nonexistent:/bin/false
"""
GROUP = "root:x:0:\nalice:x:1000:\ndocker:x:999:alice,ghost\n"


@pytest.fixture
def host(tmp_path: Path) -> Path:
    for path, text in {
        "etc/passwd": PASSWD,
        "etc/group": GROUP,
        "etc/nsswitch.conf": "passwd: files\ngroup: files\n",
    }.items():
        write(tmp_path, path, text)
    return tmp_path


def write(root: Path, path: str, text: str, mode: int = 0o644) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
    (root / path).chmod(mode)


def file(uid: int = 0, gid: int = 0, acl: tuple[str, ...] = ()) -> Subject:
    return Subject(
        "file", f"/f{uid}.{gid}", "", {"owner": {"uid": uid, "gid": gid, "user": "x", "group": "x"}, "acl": list(acl)}
    )


def facts(root: Path, *files: Subject) -> dict[str, FactValue]:
    target = HostRoot(str(root))
    before = Subject("host", "h", "", {"kernel": "6.1.0"})
    found = with_access_facts(before, target, collect_accounts(target), files)
    assert found.facts["kernel"] == "6.1.0"
    for name, fact in HOST_ACCESS_FACTS.items():
        value = found.facts[name]
        assert value is ABSENT or conform(fact, name, value) == value  # type: ignore[arg-type]
    return dict(found.facts)


def test_every_account_that_is_root(host: Path) -> None:
    assert facts(host)["root_accounts"] == ["root", "toor"]


def test_accounts_behind_the_numbers(host: Path) -> None:
    found = facts(
        host, file(), file(0, 999), file(1001, 0), file(7, 8, ("user:1000:rw-", "group:999:r--", "mask::rw-"))
    )
    assert found["file_accounts"] == [
        {"kind": "group", "id": 8, "name": "", "members": []},
        {"kind": "group", "id": 999, "name": "docker", "members": ["alice", "bob", "ghost"]},
        {"kind": "user", "id": 7, "name": "", "members": []},
        {"kind": "user", "id": 1000, "name": "alice", "members": ["alice"]},
        {"kind": "user", "id": 1001, "name": "bob", "members": ["bob"]},
    ]


def test_accounts_that_cannot_be_listed(host: Path) -> None:
    write(host, "etc/nsswitch.conf", "passwd: files ldap\ngroup: files ldap\n")
    found = facts_unchecked(host, file(0, 4711))
    assert reason(found["root_accounts"]) is Reason.INCOMPLETE
    assert reason(found["file_accounts"]) is Reason.INCOMPLETE
    (host / "etc/passwd").unlink()
    assert reason(facts_unchecked(host)["root_accounts"]) is Reason.INCOMPLETE


def test_the_socket_unit(host: Path) -> None:
    assert facts(host)["docker_socket_unit"] is ABSENT
    unit = "usr/lib/systemd/system/docker.socket"
    write(host, unit, "[Socket]\nListenStream=%t/docker.sock\nSocketMode=0660\nSocketUser=root\nSocketGroup=docker\n")
    assert facts(host)["docker_socket_unit"] == [
        {"address": "unix:///run/docker.sock", "mode": "0660", "user": "root", "group": "docker"}
    ]
    write(host, "etc/systemd/system/docker.socket.d/tcp.conf", "[Socket]\nListenStream=2375\n")
    listeners = facts(host)["docker_socket_unit"]
    assert isinstance(listeners, list)
    assert {each["address"] for each in listeners if isinstance(each, dict)} == {
        "unix:///run/docker.sock",
        "tcp://[::]:2375",
    }


def test_a_socket_unit_that_says_little_or_nonsense(host: Path) -> None:
    unit = "etc/systemd/system/docker.socket"
    write(host, unit, "[Socket]\nListenStream=/run/docker.sock\n")
    assert facts(host)["docker_socket_unit"] == [
        {"address": "unix:///run/docker.sock", "mode": "0666", "user": "root", "group": "root"}
    ]
    write(host, unit, "[Socket]\nListenStream=/run/docker.sock\nSocketMode=rw\n")
    assert reason(facts_unchecked(host)["docker_socket_unit"]) is Reason.SYNTAX


def test_private_keys_where_the_tools_put_them(host: Path) -> None:
    for path in (
        "etc/docker/tls/ca-key.pem",
        "etc/docker/tls/key.pem",
        "etc/docker/tls/cert.pem",
        "home/alice/.docker/key.pem",
        "home/bob/.docker/contexts/tls/0a1b/docker/key.pem",
        "home/bob/.docker/monkey.pem",
    ):
        write(host, path, "", 0o640)
    target = HostRoot(str(host))
    members, gap, sources = enumerate_key_files(
        target, ["/etc/docker/tls", "/etc/docker/none"], collect_accounts(target)
    )
    assert [each.name for each in members] == [
        "/etc/docker/tls/ca-key.pem",
        "/etc/docker/tls/key.pem",
        "/home/alice/.docker/key.pem",
        "/home/bob/.docker/contexts/tls/0a1b/docker/key.pem",
    ]
    assert {each.facts["mode"] for each in members} == {"0640"}
    assert gap is None
    assert any(each.locator == "file:/etc/passwd" for each in sources)


def test_homes_that_are_no_directories(host: Path) -> None:
    write(host, "home/alice/.docker", "")
    target = HostRoot(str(host))
    members, gap, _ = enumerate_key_files(target, (), collect_accounts(target))
    assert members == ()
    assert gap is not None
    (host / "etc/passwd").unlink()
    assert enumerate_key_files(target, (), collect_accounts(target))[1] is not None


def facts_unchecked(root: Path, *files: Subject) -> dict[str, Any]:
    target = HostRoot(str(root))
    return dict(with_access_facts(Subject("host", "h", "", {}), target, collect_accounts(target), files).facts)


def reason(value: Any) -> Reason | None:
    return value.reason if isinstance(value, Unavailable) else None
