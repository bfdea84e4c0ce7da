"""--baseline and --fail-on new: only failures that were not there before break a build."""

from __future__ import annotations

import pytest

from tests.command import dockmark
from tests.histories import FAILING, GOOD, new_run, record
from tests.snapshots import DENIED, container, snapshot, write_snapshot

PRIVILEGED, WRITABLE = {"HostConfig.Privileged": True}, {"HostConfig.ReadonlyRootfs": False}
WORSE = snapshot([container("web", PRIVILEGED), container("db", WRITABLE)])
UNREAD = snapshot([container("web", PRIVILEGED)], daemon={"daemon.icc": DENIED})


@pytest.fixture
def folder(tmp_path):
    for name, what in (("good", GOOD), ("failing", FAILING), ("worse", WORSE), ("unread", UNREAD)):
        path = write_snapshot(tmp_path / f"{name}.json", what)
        words = ("-o", f"json={tmp_path / name}.results", "-o", f"xccdf={tmp_path / name}.xml", "--fail-on", "never")
        assert dockmark("evaluate", path, *words).returncode == 0
    return tmp_path


def judge(folder, name, baseline, *words):
    run = dockmark("evaluate", folder / f"{name}.json", "--baseline", folder / baseline, *words)
    return run.returncode, run.stderr.decode()


@pytest.mark.parametrize("kind", ["json", "results", "xml"])
def test_known_failures_break_nothing_and_new_ones_do(folder, kind) -> None:
    assert judge(folder, "failing", f"failing.{kind}") == (0, "")
    code, told = judge(folder, "worse", f"failing.{kind}")
    assert code == 1
    assert told.splitlines() == [
        f"dockmark: 1 failure that is not in the baseline {folder / 'failing'}.{kind}:",
        "  container_root_filesystem_read_only: container db: HostConfig.ReadonlyRootfs is false, must be true",
    ]
    assert judge(folder, "failing", f"good.{kind}")[0] == 1
    assert judge(folder, "good", f"failing.{kind}") == (0, "")


def test_a_baseline_alone_means_new_and_another_policy_stands(folder) -> None:
    assert judge(folder, "failing", "failing.results", "--fail-on", "new")[0] == 0
    assert judge(folder, "failing", "failing.results", "--fail-on", "fail")[0] == 1
    assert judge(folder, "worse", "failing.results", "--fail-on", "never")[0] == 0


def test_what_could_not_be_looked_at_before_either_is_not_incomplete(folder) -> None:
    assert judge(folder, "unread", "unread.results") == (0, "")
    code, told = judge(folder, "unread", "failing.results")
    assert code == 2
    assert told.startswith("dockmark: 1 verdict less than in the baseline")
    assert "default_bridge_icc_disabled" in told
    assert dockmark("evaluate", folder / "unread.json").returncode == 2


def test_a_recorded_run_is_a_baseline(folder, tmp_path) -> None:
    store = str(tmp_path / "history.db")
    record(store, new_run(FAILING, release="1.3"))
    for name, code in (("failing", 0), ("worse", 1)):
        words = ("--baseline", "release:1.3", "--store", store)
        assert dockmark("evaluate", folder / f"{name}.json", *words).returncode == code


def test_new_needs_something_older(folder) -> None:
    for words in (("evaluate", folder / "good.json"), ("audit",), ("import", "xccdf", folder / "good.xml")):
        run = dockmark(*words, "--fail-on", "new")
        assert run.returncode == 3
        assert b"--fail-on new needs --baseline" in run.stderr


def test_a_baseline_that_cannot_be_read_is_refused_before_any_work(folder) -> None:
    run = dockmark("audit", "--baseline", folder / "nothing.json", "--host", "unix:///nonexistent/docker.sock")
    assert run.returncode == 3
    assert b"No such file" in run.stderr
    assert not run.stdout


def test_the_baseline_of_another_host_is_told(tmp_path) -> None:
    before = write_snapshot(tmp_path / "a.json", snapshot([container("web", PRIVILEGED)], name="runner-1"))
    after = write_snapshot(tmp_path / "b.json", snapshot([container("web", PRIVILEGED)], name="runner-2"))
    run = dockmark("evaluate", after, "--baseline", before)
    assert run.returncode == 0
    assert b"is of another host: runner-1, not runner-2" in run.stderr


def test_several_snapshots_against_one_baseline(folder) -> None:
    run = dockmark("evaluate", folder / "failing.json", folder / "worse.json", "--baseline", folder / "failing.results")
    assert run.returncode == 1
    assert run.stderr.count(b"that is not in the baseline") == 1


def test_by_a_chosen_label(tmp_path) -> None:
    before, after = (
        write_snapshot(tmp_path / f"{name}.json", snapshot([container(name, {**PRIVILEGED, "labels": {"app": "x"}})]))
        for name in ("web", "shop")
    )
    assert dockmark("evaluate", after, "--baseline", before).returncode == 1
    assert dockmark("evaluate", after, "--baseline", before, "--identity-label", "app").returncode == 0
