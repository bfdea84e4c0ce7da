"""The host as a subject."""

import os

import pytest

from benchmark.collect.host.host import collect_host, host_name
from benchmark.collect.host.root import HostRoot
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, Reason, Unavailable
from benchmark.model.facts_host import HOST_FACTS


def test_this_machine_has_every_declared_fact():
    subject = collect_host(HostRoot())
    assert (subject.label, subject.name) == ("host", os.uname().nodename)
    assert set(subject.facts) == set(HOST_FACTS)
    for name, value in subject.facts.items():
        if value is not ABSENT and not isinstance(value, Unavailable):
            assert conform(HOST_FACTS[name], name, value) == value
            assert subject.sources[name]
    assert subject.fact("kernel") == os.uname().release
    assert "/" in subject.fact("mount_points")


def test_another_root(target, write):
    write("/etc/os-release", 'NAME="x"\nID=debian\nVERSION_ID="12"\n')
    write("/etc/hostname", "# name\nweb-1\n")
    write("/etc/passwd", "ada:x:1000:27::/:\n")
    write("/etc/group", "docker:x:27:bob\nwheel:x:10:eve\n")
    write("/etc/audit/rules.d/docker.rules", "-w /etc/docker/ -p wa -k docker\n")
    subject = collect_host(HostRoot(str(target)))
    assert subject.name == "web-1"
    assert subject.fact("os_release.ID") == "debian"
    assert subject.fact("os_release.VERSION_ID") == "12"
    assert subject.fact("docker_group.members") == ["ada", "bob"]
    assert subject.fact("audit.source") == "files"
    assert subject.fact("audit.enabled") is ABSENT
    assert subject.fact("audit.watches") == [
        {"path": "/etc/docker", "tree": True, "perms": "wa", "key": "docker", "never": False, "narrowed": ""}
    ]
    assert subject.fact("kernel").reason is Reason.INCOMPLETE
    assert subject.fact("mount_points").reason is Reason.INCOMPLETE
    assert collect_host(HostRoot(str(target)), "wheel").fact("docker_group.members") == ["eve"]


def test_an_empty_root_proves_little(target):
    subject = collect_host(HostRoot(str(target)))
    assert subject.fact("os_release.ID") is ABSENT
    assert subject.fact("docker_group.members").reason is Reason.INCOMPLETE
    assert subject.fact("audit.watches") == []
    assert host_name(HostRoot(str(target))) == ""


@pytest.mark.parametrize("path", ["etc/os-release", "etc/audit/audit.rules", "etc/passwd"])
def test_a_fifo_blocks_its_own_facts_only(target, write, path):
    write("/etc/os-release", "ID=debian\n")
    write("/etc/passwd", "")
    write("/etc/group", "docker:x:27:\n")
    write("/etc/audit/audit.rules", "")
    (target / path).unlink()
    os.mkfifo(target / path)
    subject = collect_host(HostRoot(str(target)))
    blocked = {name for name, value in subject.facts.items() if getattr(value, "reason", None) is Reason.NOT_REGULAR}
    assert (
        blocked
        == {
            "etc/os-release": {"os_release.ID", "os_release.VERSION_ID"},
            "etc/audit/audit.rules": {"audit.source", "audit.watches"},
            "etc/passwd": {"docker_group.members"},
        }[path]
    )


def test_notes_tell_what_was_odd(target, write):
    write("/etc/passwd", "broken\n")
    write("/etc/group", "docker:x:27:\n")
    write("/etc/audit/audit.rules", "-a always,exit -F path=/usr/bin/dockerd -F auid>=1000\n")
    notes = collect_host(HostRoot(str(target))).notes
    assert notes == {
        "docker_group.members": "/etc/passwd:1: not an account",
        "audit.watches": "audit rule for /usr/bin/dockerd is narrowed by -F auid>=1000",
    }


def test_a_group_that_nobody_can_tell_has_members_that_nobody_can_tell(target, write):
    write("/etc/passwd", "root:x:0:0::/:/bin/sh\n")
    write("/etc/group", "root:x:0:\n")
    hidden = Unavailable(Reason.DENIED, "the daemon's command line")
    assert collect_host(HostRoot(str(target)), hidden).fact("docker_group.members") == hidden
