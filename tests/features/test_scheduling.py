"""The steps of audits by the calendar; the clock of every run is its own."""

import json
import re

import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from tests.command import dockmark
from tests.sample_runs import SampleRuns

scenarios("auditing_by_the_calendar.feature")

CONTROL = ("--control", "5.17")


class Story:
    """What the steps of one scenario share."""

    def __init__(self, runs):
        self.runs = runs
        self.code, self.text, self.message = -1, "", ""

    def run(self, *words):
        done = dockmark(*words)
        self.code, self.text, self.message = done.returncode, done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in self.message

    @property
    def due(self):
        """Status by day."""
        (host,) = json.loads(self.text)["hosts"]
        return {each["due"][:10]: each["status"] for each in host["due"]}


@pytest.fixture
def story(tmp_path, monkeypatch):
    return Story(SampleRuns(tmp_path, monkeypatch))


@given(parsers.re(r"a host that was audited on (?P<days>[0-9, and-]+)"))
def audited(story, days):
    for day in re.findall(r"\d{4}-\d\d-\d\d", days):
        story.runs.record(f"{day}T02:04:00Z", options=CONTROL)


@given(parsers.parse("a container shares the host's memory when it is audited on {day}"))
def shares(story, day):
    story.runs.record(f"{day}T02:04:00Z", options=CONTROL, facts={"HostConfig.IpcMode": "host"})


@when("I ask whether every Monday of January was covered")
@when(parsers.parse('I ask whether every Monday of January was covered on the host "{host}"'))
def ask(story, host="web"):
    period = ("--calendar", "Mon *-*-* 02:00", "--from", "2026-01-01", "--to", "2026-01-31", "--timezone", "UTC")
    story.run("history", "coverage", "--store", story.runs.store, "--host", host, *period, "-o", "json")


@when("somebody is to be notified")
def notify(story):
    story.run("notify", "--store", story.runs.store)


@when(parsers.parse('I ask for a schedule "{calendar}" of {profile} without installing it'))
def dry_run(story, calendar, profile):
    story.run("schedule", "install", "--calendar", calendar, "--profile", profile, "--dry-run")


@then(parsers.re("the answer is (?P<word>yes|no)"))
def answer(story, word):
    assert story.code == {"yes": 0, "no": 1}[word], story.message


@then(parsers.parse("{count:d} runs were on time"))
def on_time(story, count):
    assert list(story.due.values()).count("on_time") == count


@then(parsers.re(r"the run of (?P<day>\S+) was (?P<status>late|missed)"))
def status(story, day, status):
    assert story.due[day] == status


@then(parsers.parse('they are told of a regression of control "{control}"'))
def told(story, control):
    assert story.code == 0
    assert {(each["occasion"], each["control"]) for each in json.loads(story.text)["notices"]} == {
        ("regression", control)
    }


@then("there is nothing to tell")
def nothing(story):
    assert (story.code, story.text) == (0, "")
    assert "nothing to tell" in story.message


@then(parsers.parse('I see a service that audits with "{word}"'))
def service(story, word):
    assert story.code == 0
    assert re.search(rf"^ExecStart=.* audit {re.escape(word)}$", story.text, re.MULTILINE)


@then(parsers.parse('I see a timer for "{calendar}" that makes up for missed starts'))
def timer(story, calendar):
    assert f"\nOnCalendar={calendar}\n" in story.text
    assert "\nPersistent=true\n" in story.text
