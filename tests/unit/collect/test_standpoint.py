"""Whose files these are: only the engine's own process, seen on this host, vouches for them."""

import os

import pytest

from benchmark.collect.engine.endpoint import parse_url
from benchmark.collect.engine.reports import CollectionReport, EngineReport
from benchmark.collect.host.root import HostRoot
from benchmark.collect.standpoint import find_standpoint
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
