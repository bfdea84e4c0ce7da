import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from benchmark.cli.entry import main
from benchmark.cli.exit_code import Refusal
from benchmark.cli.own_digest import own_digest
from benchmark.cli.recording import default_store
from benchmark.history.store import open_store
from tests.command import ROOT, dockmark, environment
from tests.histories import FAILING, GOOD
from tests.snapshots import write_snapshot


def audit(tmp_path, *words, env=None):
    settings = {"DOCKMARK_NO_RECORD": "", "DOCKMARK_STORE": str(tmp_path / "state" / "history.db"), **(env or {})}
    target = ["--host", f"unix://{tmp_path}/nobody.sock", "--host-root", tmp_path / "root"]
    (tmp_path / "root").mkdir(exist_ok=True)
    return dockmark("audit", *target, "-o", f"json={tmp_path / 'report.json'}", *words, env=settings)


@pytest.mark.parametrize(
    ("environ", "uid", "place"),
    [
        ({}, 0, "/var/lib/dockmark/history.db"),
        ({"XDG_STATE_HOME": "/x"}, 0, "/var/lib/dockmark/history.db"),
        ({"XDG_STATE_HOME": "/x"}, 1000, "/x/dockmark/history.db"),
        ({"XDG_STATE_HOME": "relative"}, 1000, "/home/me/.local/state/dockmark/history.db"),
        ({}, 1000, "/home/me/.local/state/dockmark/history.db"),
    ],
)
def test_where_a_history_is_by_default(environ, uid, place, monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    assert str(default_store(environ, uid)) == place


def test_without_a_home_a_place_has_to_be_named(monkeypatch):
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    with pytest.raises(Refusal, match="name one with --store, or give --no-record"):
        default_store({}, 1000)


def test_an_audit_is_recorded_without_being_asked(tmp_path):
    done = audit(tmp_path, "--release", "1.4")
    assert done.returncode == 4  # no engine answers
    report = json.loads((tmp_path / "report.json").read_text())
    with open_store(str(tmp_path / "state" / "history.db")) as store:
        (run,) = store.runs()
        assert json.loads(store.blob(run.assessment)) == {k: v for k, v in report.items() if k != "recorded"}
    assert report["recorded"] == {"run": run.id, "sequence": 1, "previous": run.previous, "head": run.head}
    assert run.tool_digest == own_digest()
    assert (run.terms.release, run.exit_code, run.host) == ("1.4", 4, report["target"]["name"])
    last = done.stderr.decode().splitlines()[-1]
    assert last == f"dockmark: recorded as {run.id}, run 1 in {tmp_path}/state/history.db; head {run.head}"


def test_an_audit_that_is_not_to_be_recorded(tmp_path):
    for words, env in ((["--no-record"], {}), ([], {"DOCKMARK_NO_RECORD": "1"})):
        done = audit(tmp_path, *words, env=env)
        assert done.returncode == 4
        assert b"recorded" not in done.stderr
        assert "recorded" not in json.loads((tmp_path / "report.json").read_text())
    assert not (tmp_path / "state").exists()


def test_a_store_that_nothing_could_name_is_refused_before_the_target_is_touched(tmp_path):
    done = audit(tmp_path, "--store", "mysql://x")
    assert done.returncode == 3
    assert not (tmp_path / "report.json").exists()


def test_a_run_that_cannot_be_recorded_has_its_report(tmp_path):
    (tmp_path / "state").write_text("in the way")
    done = audit(tmp_path)
    assert done.returncode == 4
    assert b"dockmark: not recorded: " in done.stderr
    assert json.loads((tmp_path / "report.json").read_text())["results"]


def test_the_policy_s_code_gives_way_to_that_of_a_run_that_is_not_recorded(tmp_path, capsys):
    source = write_snapshot(tmp_path / "s.json", FAILING)
    (tmp_path / "state").write_text("in the way")
    for words in ([], ["--fail-on", "never"]):
        code = main(["evaluate", str(source), "--record", "--store", str(tmp_path / "state" / "h.db"), *words])
        assert code == 4
        assert "not recorded" in capsys.readouterr().err


def test_several_snapshots_are_a_run_each(tmp_path, capsys):
    sources = [str(write_snapshot(tmp_path / f"{at}.json", each)) for at, each in enumerate((GOOD, FAILING, GOOD))]
    place = str(tmp_path / "h.db")
    assert main(["evaluate", *sources, "--record", "--store", place, "-o", "json"]) == 1
    said = capsys.readouterr()
    documents = [json.loads(line) for line in said.out.splitlines()]
    with open_store(place) as store:
        runs = list(store.runs())
        assert [each.exit_code for each in runs] == [0, 1, 0]
        assert [each["recorded"]["head"] for each in documents] == [each.head for each in runs]
    assert said.err.count("dockmark: recorded as ") == 3


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_a_user_s_history_lies_in_the_user_s_home(request):
    """As an account without rights, in the default place."""
    home = Path(tempfile.mkdtemp(prefix="dm-home-"))  # that account gets nowhere below tmp_path
    request.addfinalizer(lambda: shutil.rmtree(home))
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    become = [shutil.which("setpriv"), f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    env = environment({"HOME": str(home), "DOCKMARK_NO_RECORD": "", "DOCKER_HOST": f"unix://{home}/nobody.sock"})
    words = [sys.executable, "-m", "benchmark", "audit", "--host-root", str(home), "--release", "1.4"]
    done = subprocess.run([*become, *words], env=env, cwd=ROOT, capture_output=True, check=False, timeout=60)
    if b"Permission denied" in done.stderr and b"benchmark" in done.stderr:
        pytest.skip("that account cannot read this checkout")
    place = home / ".local" / "state" / "dockmark" / "history.db"
    assert done.returncode == 4, done.stderr
    assert f"in {place}; head sha256:".encode() in done.stderr
    assert (place.stat().st_uid, place.stat().st_mode & 0o777) == (nobody.pw_uid, 0o600)
    assert place.parent.stat().st_mode & 0o777 == 0o700
