"""A schedule on a real systemd, beside a real engine that it starts as a unit."""

import json
import sys

import pytest

from tests.command import ROOT
from tests.systemd import booted_systemd

pytestmark = [pytest.mark.systemd, pytest.mark.engine]

_ENGINE = """[Unit]
Description=Engine
[Service]
Type=notify
ExecStart=/usr/sbin/dockerd -H unix:///run/docker.sock --bridge=none --iptables=false --storage-driver=vfs
"""


@pytest.fixture(scope="module")
def systemd():
    with booted_systemd() as found:
        found.write("/etc/systemd/system/docker.service", _ENGINE)
        # a drop-in of all our services, as an administrator would write one: the tree under test, whatever is installed
        found.write("/etc/systemd/system/dockmark-.service.d/tree.conf", f"[Service]\nEnvironment=PYTHONPATH={ROOT}\n")
        found.run("systemctl", "daemon-reload")
        found.run("systemctl", "start", "docker.service")
        yield found


def dockmark(systemd, *words, check=True):
    python = ("env", "-C", str(ROOT), sys.executable, "-m", "benchmark")
    return systemd.run(*python, *words, check=check, env={"PYTHONPATH": str(ROOT)})


def test_the_timer_audits_by_itself_and_sees_what_an_unhardened_run_sees(systemd):
    words = ("--calendar", "*-*-* *:*:0/3", "--randomized-delay", "0", "-o", "json=/var/lib/dockmark/first.json")
    said = dockmark(systemd, "schedule", "install", *words).stderr
    assert "dockmark-audit.timer is started" in said
    try:
        units = ("/etc/systemd/system/dockmark-audit.service", "/etc/systemd/system/dockmark-audit.timer")
        verified = systemd.run("systemd-analyze", "verify", *units)
        assert (verified.stdout, verified.stderr) == ("", "")
        systemd.wait_for("dockmark-audit.service", "ExecMainStatus", "1", "2")
        assert systemd.wait_for("dockmark-audit.service", "ActiveState", "inactive") == "inactive"
        assert systemd.property("dockmark-audit.service", "Result") == "success"
        shown = json.loads(dockmark(systemd, "schedule", "show", "-o", "json").stdout)
        assert [(each["name"], each["timer"]) for each in shown] == [("audit", "active")]
    finally:
        dockmark(systemd, "schedule", "remove")
    assert systemd.property("dockmark-audit.timer", "LoadState") == "not-found"
    scheduled = json.loads(systemd.read("/var/lib/dockmark/first.json"))
    by_hand = json.loads(dockmark(systemd, "audit", "-o", "json", check=False).stdout)
    assert verdicts(scheduled) == verdicts(by_hand)
    judged = scheduled["score"]["coverage"]["judged"]
    assert judged >= 25, "a run that sees nothing would be equal too"


def verdicts(assessment):
    return {
        each["control"]: (each["result"], [each["result"] for each in each["findings"]])
        for each in assessment["results"]
    }


def test_no_engine_marks_the_unit_failed(systemd):
    dockmark(
        systemd, "schedule", "install", "--calendar", "yearly", "--name", "gone", "--host", "unix:///run/nobody.sock"
    )
    try:
        assert systemd.run("systemctl", "start", "dockmark-gone.service", check=False).returncode != 0
        assert systemd.property("dockmark-gone.service", "ExecMainStatus") == "4"
        assert systemd.property("dockmark-gone.service", "Result") == "exit-code"
    finally:
        dockmark(systemd, "schedule", "remove", "--name", "gone")


def test_somebody_is_told_after_a_run_that_failed_and_nobody_is_when_all_is_well(systemd):
    """systemd hands the result to ExecStopPost=; the program runs under the same hardening."""
    told = "/var/lib/dockmark/told.json"
    words = (
        "--calendar",
        "yearly",
        "--name",
        "telling",
        "--notify-program",
        f"/usr/bin/tee {told}",
        "--control",
        "5.5",
    )
    dockmark(systemd, "schedule", "install", *words, "--host", "unix:///run/nobody.sock")
    systemd.run("systemctl", "start", "dockmark-telling.service", check=False)
    (notice,) = json.loads(systemd.read(told))["notices"]
    assert (notice["occasion"], notice["message"]) == (
        "failed",
        "the scheduled run came to no result: exit-code (exited 4)",
    )
    systemd.run("rm", told)
    dockmark(systemd, "schedule", "install", *words)
    systemd.run("systemctl", "start", "dockmark-telling.service")
    found = systemd.run("cat", told, check=False)
    assert found.returncode != 0, found.stdout
    listed = json.loads(dockmark(systemd, "history", "list", "-o", "json").stdout)
    assert len(listed["runs"]) >= 2, "both runs were recorded"
    dockmark(systemd, "schedule", "remove", "--name", "telling")


HOSTILE = (
    "plain",
    "50%",
    "$HOME and ${HOME}",
    'say "hi"',
    "back\\slash",
    "",
    "two\nlines",
    "tab\there",
    "a;b",
    "';' ",
    "ünï",
    "%h%%",
    "#",
)


def test_systemd_divides_words_as_they_were_meant(systemd):
    """What is quoted for a unit comes out of systemd's own reading unchanged."""
    from benchmark.schedule.units import Schedule, service_unit

    dump = (
        "/usr/bin/env",
        "python3",
        "-c",
        "import json,sys; print(json.dumps(sys.argv[1:]), file=open('/var/lib/dockmark/words', 'w'))",
    )
    unit = service_unit(Schedule("words", "yearly", 0, (*dump, *HOSTILE), environment=(("SAID", HOSTILE[3]),)))
    systemd.write("/etc/systemd/system/dockmark-words.service", unit)
    systemd.run("systemctl", "daemon-reload")
    systemd.run("systemctl", "start", "dockmark-words.service")
    assert tuple(json.loads(systemd.read("/var/lib/dockmark/words"))) == HOSTILE
