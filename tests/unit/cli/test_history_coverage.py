"""``dockmark history coverage``: recorded runs beside a calendar."""

import json
from datetime import datetime

import pytest
from jsonschema import Draft202012Validator

from benchmark.cli import history_coverage
from benchmark.cli.run import run_command_line
from tests.command import ROOT
from tests.sample_runs import SampleRuns, clock_at

SCHEMA = json.loads((ROOT / "reports" / "schemas" / "coverage-1.schema.json").read_text())
DECIDED = ("--control", "5.25")


@pytest.fixture
def history(tmp_path, monkeypatch, capsys):
    """``record`` of ``SampleRuns``; ``cover(*options)``: code and document, or code and error."""
    runs = SampleRuns(tmp_path, monkeypatch)

    def record(*times, **changes):
        runs.record(*times, options=DECIDED, **changes)
        capsys.readouterr()

    def cover(*options, now="2026-02-01T00:00:00+00:00"):
        clock = datetime.fromisoformat(now)
        monkeypatch.setattr(history_coverage, "datetime", clock_at(clock))
        words = ["history", "coverage", "--store", str(runs.store), "--timezone", "UTC", *options]
        code = run_command_line([*words, "-o", "json"])
        captured = capsys.readouterr()
        if code in (3, 4):
            return code, captured.err
        found = json.loads(captured.out)
        Draft202012Validator(SCHEMA).validate(found)
        assert run_command_line(words) == code
        found["table"] = capsys.readouterr().out
        return code, found

    return record, cover


MONDAYS = ("--calendar", "Mon *-*-* 02:00", "--from", "2026-01-01", "--to", "2026-01-31")  # 5, 12, 19, 26 January


def statuses(found, host=0):
    return [each["status"] for each in found["hosts"][host]["due"]]


def test_every_run_that_was_due_took_place(history):
    record, cover = history
    for day in ("05", "12", "19", "26"):
        record(f"2026-01-{day}T02:07:00Z")
    code, found = cover(*MONDAYS)
    assert (code, statuses(found)) == (0, ["on_time"] * 4)
    assert found["hosts"][0]["due"][0]["delay_seconds"] == 420
    assert "4 on time" in found["table"]


def test_a_missed_and_a_late_run_are_told(history):
    record, cover = history
    record("2026-01-05T02:00:00Z")
    record("2026-01-13T09:00:00Z")
    code, found = cover(*MONDAYS)
    assert (code, statuses(found)) == (1, ["on_time", "late", "missed", "missed"])
    assert "no run from 2026-01-19T02:00:00Z to 2026-01-26T02:00:00Z: 2 missed in a row" in found["table"]


def test_a_run_that_could_not_judge_everything_is_incomplete(history):
    record, cover = history
    for day in ("05", "12", "19"):
        record(f"2026-01-{day}T02:00:00Z")
    record("2026-01-26T02:00:00Z", gap=True)
    code, found = cover(*MONDAYS)
    run = found["hosts"][0]["due"][3]
    assert (code, run["status"], run["run"]["complete"]) == (2, "incomplete", False)


def test_a_host_that_never_ran_is_missed_and_not_left_out(history):
    record, cover = history
    record("2026-01-05T02:00:00Z")
    code, found = cover(*MONDAYS, "--host", "web", "--host", "database")
    assert code == 1
    assert statuses(found, 1) == ["missed"] * 4


def test_every_host_of_the_history_is_covered_by_its_own_runs(history):
    record, cover = history
    record("2026-01-05T02:00:00Z", host="a")
    record("2026-01-12T02:00:00Z", host="b")
    _, found = cover(*MONDAYS)
    assert {each["host"]: statuses(found, at) for at, each in enumerate(found["hosts"])} == {
        "a": ["on_time", "missed", "missed", "missed"],
        "b": ["missed", "on_time", "missed", "missed"],
    }


def test_a_clock_that_went_back_is_told(history):
    record, cover = history
    record("2026-01-12T02:00:00Z")
    record("2026-01-05T02:00:00Z")
    _, found = cover(*MONDAYS)
    assert any("a clock went back: run 2" in each for each in found["hosts"][0]["remarks"])
    assert "a clock went back" in found["table"]


def test_a_gap_filled_afterwards_is_told(history):
    record, cover = history
    record("2026-01-05T02:00:00Z", "2026-01-20T10:00:00Z")
    _, found = cover(*MONDAYS)
    assert any("recorded long after its facts" in each for each in found["hosts"][0]["remarks"])


def test_a_run_after_the_period_answers_for_its_last_day(history):
    record, cover = history
    record("2026-01-27T02:00:00Z")
    code, found = cover("--calendar", "Mon *-*-* 02:00", "--from", "2026-01-26", "--to", "2026-01-26")
    assert (code, statuses(found)) == (1, ["late"])


def test_what_is_due_now_is_pending(history):
    record, cover = history
    record("2026-01-19T02:00:00Z")
    code, found = cover(*MONDAYS[:2], "--from", "2026-01-19", now="2026-01-26T02:30:00+00:00")
    assert (code, statuses(found)) == (0, ["on_time", "pending"])


def test_the_zone_of_the_calendar_counts(history):
    record, cover = history
    record("2026-01-05T01:00:00Z")
    code, found = cover(*MONDAYS[:2], "--from", "2026-01-04", "--to", "2026-01-06", "--timezone", "Europe/Berlin")
    assert (code, statuses(found)) == (0, ["on_time"])


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ((), 3, "--calendar says when"),
        (("--calendar", "whenever"), 3, "no calendar expression"),
        (("--calendar", "daily", "--timezone", "Atlantis"), 3, "no time zone"),
        (("--calendar", "daily", "--from", "yesterday"), 3, "neither a date"),
        (("--calendar", "daily", "--from", "2026-13-01"), 3, "neither a date"),
        (("--calendar", "daily", "--from", "2026-01-31T02:00:00"), 3, "neither a date"),
        (("--calendar", "daily", "--from", "2026-01-31", "--to", "2026-01-01"), 3, "before it begins"),
        (("--calendar", "minutely", "--from", "1980-01-01"), 3, "comes more than"),
    ],
)
def test_what_cannot_be_asked_is_refused(history, options, code, message):
    record, cover = history
    record("2026-01-05T02:00:00Z")
    found, error = cover(*options)
    assert found == code
    assert message in error


def test_no_history_is_no_pass(history):
    _, cover = history
    code, error = cover(*MONDAYS)
    assert code == 4
    assert "there is no history" in error
