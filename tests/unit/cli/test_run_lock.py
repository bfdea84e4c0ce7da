"""Two audits of one target do not run at once."""

import os
import signal
import subprocess
import sys
import time
from argparse import Namespace

import pytest

from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.run_lock import only_audit
from benchmark.history.location import SqliteFile
from tests.command import ROOT, environment

HOLDER = """
import sys, time
from argparse import Namespace
from pathlib import Path
from benchmark.cli.run_lock import only_audit
from benchmark.history.location import SqliteFile
with only_audit(SqliteFile(Path(sys.argv[1])), Namespace(host=None, context=None, host_root="/", wait=0), {}):
    print("held", flush=True)
    time.sleep(60)
"""


def target(host=None, wait=0.0):
    return Namespace(host=host, context=None, host_root="/", wait=wait)


@pytest.fixture
def location(tmp_path):
    return SqliteFile(tmp_path / "state" / "history.db")


@pytest.fixture
def other(location):
    """Another process that holds the lock of the default target."""
    argv = [sys.executable, "-c", HOLDER, str(location.path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=environment(), cwd=ROOT, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_audit_of_the_target_is_refused_when_the_wait_is_over(location, other, capsys):
    with pytest.raises(Refusal, match=f"process {other.pid}") as refused, only_audit(location, target(), {}):
        pytest.fail("both ran")
    assert refused.value.code is ExitCode.UNREACHABLE
    assert f"process {other.pid}" in capsys.readouterr().err


def test_it_waits_and_a_killed_process_frees_the_lock(location, other):
    os.kill(other.pid, signal.SIGKILL)
    with only_audit(location, target(wait=30.0), {}):
        held = (location.path.parent / next(each.name for each in location.path.parent.iterdir())).read_text()
        assert held == f"{os.getpid()}\n"


def test_another_target_is_not_kept_waiting(location, other):
    began = time.monotonic()
    with (
        only_audit(location, target("tcp://10.0.0.1:2375"), {}),
        only_audit(location, target(), {"DOCKER_HOST": "unix:///x"}),
    ):
        assert other.poll() is None
    assert time.monotonic() - began < 20


def test_without_a_record_nothing_is_locked_and_nothing_written(tmp_path):
    with only_audit(None, target(), {}):
        assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_made_stops_no_audit(tmp_path):
    (tmp_path / "file").write_text("x")
    ran = False
    with only_audit(SqliteFile(tmp_path / "file" / "history.db"), target(), {}):
        ran = True
    assert ran


@pytest.mark.parametrize("kind", ["link", "hard link", "directory"])
def test_what_another_put_there_is_never_written(location, tmp_path, kind):
    with only_audit(location, target(), {}):
        (lock,) = location.path.parent.iterdir()
    precious = tmp_path / "precious"
    precious.write_text("keep")
    lock.unlink()
    if kind == "link":
        lock.symlink_to(precious)
    elif kind == "hard link":
        lock.hardlink_to(precious)
    else:
        lock.mkdir()
    with only_audit(location, target(), {}):
        assert precious.read_text() == "keep"
