"""Whose files these are: only the engine's own process, seen on this host, vouches for them."""

import os

import pytest

from benchmark.collect import standpoint
from benchmark.collect.engine.endpoint import parse_url
from benchmark.collect.engine.reports import CollectionReport, EngineReport
from benchmark.collect.host.root import HostRoot
from benchmark.collect.standpoint import find_standpoint, own_files
from benchmark.model.facts import Reason, Unavailable
from benchmark.model.snapshot import Target

SOCKET = parse_url("unix:///nowhere.sock")


def podman(peer_pid, kernel=None):
    target = Target("h", product="podman", kernel=kernel or os.uname().release)
    return EngineReport(target, {}, {}, CollectionReport(), False, None, peer_pid)


def test_a_forwarder_before_podman_does_not_vouch_for_this_host():
    here = find_standpoint(HostRoot(), SOCKET, podman(os.getpid()))  # python is no podman
    assert isinstance(here.root, Unavailable)
    assert here.root.reason is Reason.REMOTE


@pytest.mark.parametrize(
    ("endpoint", "engine"),
    [
        (SOCKET, podman(0)),
        (SOCKET, podman(None)),
        (SOCKET, podman(os.getpid(), kernel="1.0.0-other")),
        (parse_url("tcp://127.0.0.1:1"), podman(None)),
    ],
)
def test_what_cannot_be_seen_on_this_host_is_remote(endpoint, engine):
    here = find_standpoint(HostRoot(), endpoint, engine)
    assert isinstance(here.root, Unavailable)
    assert here.root.reason is Reason.REMOTE


def test_the_users_word_about_the_host_root_counts(tmp_path):
    (tmp_path / "proc/sys/kernel").mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/osrelease").write_text(os.uname().release + "\n")
    root = HostRoot(str(tmp_path))
    assert find_standpoint(root, SOCKET, podman(0)).root is root


@pytest.mark.parametrize(
    ("namespace", "same", "marked", "reason"),
    [
        ("pid:[4026531836]", True, True, None),  # a machine made from an image has its marks, too
        ("pid:[4026531836]", False, True, Reason.REMOTE),
        ("pid:[4026532999]", True, True, Reason.REMOTE),
        ("pid:[4026532999]", True, False, Reason.INCOMPLETE),  # a pod has no marks
        (Unavailable(Reason.DENIED), True, False, Reason.INCOMPLETE),
    ],
)
def test_our_files_are_the_hosts_where_its_first_process_sees_them(monkeypatch, namespace, same, marked, reason):
    monkeypatch.setattr(standpoint, "pid_namespace", lambda _root, _pid: namespace)
    monkeypatch.setattr(standpoint, "shares_mounts", lambda _root, _pid, _other: same)
    monkeypatch.setattr(standpoint, "_is_marked", lambda _root: marked)
    root = HostRoot()
    found = own_files(root)
    assert (found is root) if reason is None else (found.reason is reason)
