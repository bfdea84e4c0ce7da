"""``dockmark schedule`` without a systemd to talk to: what is written, shown, refused and removed."""

import json
import shlex
from pathlib import Path

import pytest

from benchmark.cli import systemd
from benchmark.cli.run import run_command_line
from benchmark.schedule.units import read_service


@pytest.fixture
def directory(tmp_path, monkeypatch):
    """Where units go, in place of /etc/systemd/system; no manager runs."""
    found = tmp_path / "units"
    monkeypatch.setattr(systemd, "_SYSTEM", found)
    monkeypatch.setattr(systemd, "_BOOTED", tmp_path / "nowhere")
    monkeypatch.setattr(systemd.os, "geteuid", lambda: 0)
    monkeypatch.chdir(tmp_path)
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKMARK_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    return found


def installed(directory, name="audit"):
    return read_service((directory / f"dockmark-{name}.service").read_text())


def test_install_writes_a_service_and_a_timer(directory, capsys):
    words = ["--calendar", "Mon *-*-* 02:00", "--profile", "level_1", "-o", "json=out.json", "--randomized-delay", "60"]
    assert run_command_line(["schedule", "install", *words]) == 0
    assert sorted(each.name for each in directory.iterdir()) == ["dockmark-audit.service", "dockmark-audit.timer"]
    assert {each.stat().st_mode & 0o777 for each in directory.iterdir()} == {0o644}
    schedule = installed(directory)
    assert (schedule.calendar, schedule.delay) == ("Mon *-*-* 02:00", 60)
    assert schedule.audit[-3:] == ("audit", "--profile=level_1", f"--output=json={Path.cwd()}/out.json")
    assert "systemctl enable --now dockmark-audit.timer" in capsys.readouterr().err


def test_a_second_install_replaces_the_first(directory):
    for calendar in ("daily", "weekly"):
        assert run_command_line(["schedule", "install", "--calendar", calendar]) == 0
    assert installed(directory).calendar == "weekly"
    assert len(list(directory.iterdir())) == 2


def test_a_dry_run_writes_nothing(directory, capsys):
    assert run_command_line(["schedule", "install", "--calendar", "daily", "--dry-run"]) == 0
    assert not directory.exists()
    printed = capsys.readouterr().out
    assert "ExecStart=" in printed
    assert "OnCalendar=daily" in printed


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "--calendar says when"),
        (("--calendar", "sometimes"), "no calendar expression"),
        (("--calendar", "daily", "--profile", "level_9"), "no profile 'level_9'"),
        (("--calendar", "daily", "--control", "99.9"), "no control '99.9'"),
        (("--calendar", "daily", "--tailoring", "not-there.xml"), "not-there.xml"),
        (("--calendar", "daily", "--set", "a.b=c"), "there is no control 'a'"),
        (("--calendar", "daily", "--name", "a/b"), "not made of letters"),
        (("--calendar", "daily", "--host", "tcp://me:secret@10.0.0.1:2376"), "holds a password"),
        (("--calendar", "daily", "--no-such"), "does not know --no-such"),
    ],
)
def test_what_a_run_would_refuse_is_refused_at_once(directory, capsys, words, message):
    assert run_command_line(["schedule", "install", *words]) == 3
    error = capsys.readouterr().err
    assert message in error
    assert "secret@" not in error
    assert not directory.exists()


def test_variables_of_the_audit_come_along(directory, monkeypatch):
    monkeypatch.delenv("DOCKMARK_NO_RECORD")
    monkeypatch.setenv("DOCKMARK_PROFILE", "level_1")
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/other.sock")
    assert run_command_line(["schedule", "install", "--calendar", "daily"]) == 0
    assert set(installed(directory).environment) == {
        ("DOCKMARK_PROFILE", "level_1"),
        ("DOCKER_HOST", "unix:///run/other.sock"),
    }
    assert not installed(directory).network


def test_show_tells_what_is_scheduled_and_when_it_comes(directory, capsys, monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    assert run_command_line(["schedule", "install", "--calendar", "*-01-01 00:00", "--name", "yearly", "-v"]) == 0
    assert run_command_line(["schedule", "show", "-o", "json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["name"], told["zone"]) == ("yearly", "Europe/Berlin")
    assert told["next"].endswith("-12-31T23:00:00Z")
    assert run_command_line(["schedule", "show"]) == 0
    table = capsys.readouterr().out
    assert shlex.join(installed(directory, "yearly").audit) in table
    assert told["next"] in table


def test_show_says_when_there_is_nothing_and_passes_over_what_is_not_ours(directory, capsys):
    assert run_command_line(["schedule", "show"]) == 0
    assert "No schedule" in capsys.readouterr().out
    directory.mkdir()
    (directory / "dockmark-mine.service").write_text("[Service]\nExecStart=/bin/true\n")
    assert run_command_line(["schedule", "show"]) == 0
    captured = capsys.readouterr()
    assert "was not written by dockmark" in captured.err
    assert "No schedule" in captured.out


def test_remove_takes_away_what_was_installed_and_nothing_else(directory, capsys):
    directory.mkdir()
    other = directory / "docker.service"
    other.write_text("x")
    assert run_command_line(["schedule", "install", "--calendar", "daily", "--name", "one"]) == 0
    assert run_command_line(["schedule", "remove", "--name", "one", "--dry-run"]) == 0
    assert len(list(directory.iterdir())) == 3
    assert run_command_line(["schedule", "remove", "--name", "one"]) == 0
    assert list(directory.iterdir()) == [other]
    assert run_command_line(["schedule", "remove", "--name", "one"]) == 3
    assert "no schedule 'one'" in capsys.readouterr().err


def test_a_directory_that_cannot_be_written_is_told(directory, capsys):
    directory.write_text("a file")
    assert run_command_line(["schedule", "install", "--calendar", "daily"]) == 4
    assert "cannot write" in capsys.readouterr().err
