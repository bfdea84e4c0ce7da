"""The steps about the history: as the compliance officer who keeps it, and as the auditor who does not trust it yet."""

import contextlib
import hashlib
import json
import re
import sqlite3
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from pytest_bdd import given, parsers, then, when

from benchmark.model.run import Run
from tests.command import dockmark
from tests.histories import FAILING, GOOD, named, new_run, record
from tests.postgresql import Server
from tests.snapshots import container, snapshot, write_snapshot

REPORTED = re.compile(r"recorded as (\S+), run (\d+) in (\S+); head (sha256:[0-9a-f]{64})")


@dataclass
class Keeping:
    """What the steps of one scenario share."""

    folder: Path
    runs: list[Run] = field(default_factory=list)
    code: int = -1
    text: str = ""
    message: str = ""
    document: dict = field(default_factory=dict)
    answers: list[list[str]] = field(default_factory=list)
    before: bytes = b""
    database: str = ""

    @property
    def place(self) -> Path:
        return self.folder / "state" / "history.db"

    def keep(self, *new):
        self.runs += record(str(self.place), *new)

    def run(self, *words):
        """Runs a command on the history of this scenario."""
        done = dockmark(*words, "--store", self.place)
        self.code, self.text, self.message = done.returncode, done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in self.message

    def ask(self, *words):
        self.run("history", *words, "-o", "json")
        self.document = json.loads(self.text) if self.text else {}

    def change(self, statement, *values):
        """As somebody does who may write the file, with a tool of their own."""
        with contextlib.closing(sqlite3.connect(self.place)) as connection, connection:
            connection.execute(statement, values)


@pytest.fixture
def keeping(tmp_path):
    return Keeping(tmp_path)


def well(host, release, day, **terms):
    return new_run(named(GOOD, host), at=f"{day}T02:00:00Z", release=release, **terms)


def privileged(host, name, release, day):
    found = snapshot([container("web"), container(name, {"HostConfig.Privileged": True})])
    return new_run(named(found, host), at=f"{day}T02:00:00Z", release=release)


# Given


@given("a history without runs")
def _(keeping):
    assert not keeping.place.exists()


@given("a history that was damaged")
def _(keeping):
    keeping.keep(well("web-01", "1.4", "2026-03-01"))
    data = keeping.place.read_bytes()
    keeping.before = b"\xff" * 200 + data[200:]
    keeping.place.write_bytes(keeping.before)


@given(parsers.parse('the release "{release}" of the host "{host}", in which all was well, recorded on {day}'))
def _(keeping, release, host, day):
    keeping.keep(well(host, release, day))


@given(
    parsers.parse(
        'the release "{release}" of the host "{host}", in which the container "{name}" ran privileged, recorded on {day}'
    )
)
def _(keeping, release, host, name, day):
    keeping.keep(privileged(host, name, release, day))


@given(parsers.parse("the same, judged by the benchmark {version}, recorded on {day}"))
def _(keeping, version, day):
    keeping.keep(new_run(named(GOOD, "web-01"), at=f"{day}T02:00:00Z", version=version))


@given("a history of three runs")
def _(keeping):
    keeping.keep(
        *(new_run(each, at=f"2026-0{month}-01T02:00:00Z") for month, each in ((3, GOOD), (4, FAILING), (5, GOOD)))
    )


@given(parsers.parse("a history of {count:d} hosts"))
def _(keeping, count):
    made = new_run(GOOD, at="2026-03-01T02:00:00Z", controls=("5.5",))
    keeping.keep(*(_of_host(made, f"host-{number:02}") for number in range(count)))


def _of_host(made, host):
    assessment = replace(made.assessment, target=replace(made.assessment.target, name=host))
    return replace(made, assessment=assessment)


@given("the same three runs in a file and in a PostgreSQL database")
def _(keeping, server: Server):
    three = [new_run(each, at="2026-03-01T02:00:00Z", release="1.4") for each in (GOOD, FAILING, GOOD)]
    keeping.keep(*three)
    keeping.database = server.new_database()
    record(keeping.database, *three)


# When


@when(parsers.parse('I judge the host "{host}" and record it'))
def _(keeping, host):
    source = write_snapshot(keeping.folder / "host.json", named(GOOD, host))
    keeping.run("evaluate", source, "--record", "-o", f"json={keeping.folder / 'report.json'}", "-o", "table")


@when(parsers.parse('I judge the host "{host}" without recording it'))
def _(keeping, host):
    source = write_snapshot(keeping.folder / "host.json", named(GOOD, host))
    keeping.run("evaluate", source)
    assert keeping.code == 0


@when(parsers.parse('I ask for the report of "{reference}"'))
def _(keeping, reference):
    keeping.run("history", "show", reference, "-o", "table")
    assert keeping.code == 0


@when(parsers.parse("I ask how the recommendation {number} went"))
def _(keeping, number):
    keeping.ask("trend", "--control", number)


@when("I ask how the score went")
def _(keeping):
    keeping.ask("trend")


@when("somebody changes the score of the second run to 100")
def _(keeping):
    keeping.change("UPDATE runs SET percent = '100' WHERE sequence = 2")


@when("somebody changes it back")
def _(keeping):
    keeping.change("UPDATE runs SET percent = ? WHERE sequence = 2", keeping.runs[1].percent)


@when("somebody takes the third run out of the history")
def _(keeping):
    for statement in (
        "DELETE FROM findings WHERE sequence = 3",
        "DELETE FROM results WHERE sequence = 3",
        "DELETE FROM run_blobs WHERE sequence = 3",
        "DELETE FROM runs WHERE sequence = 3",
    ):
        keeping.change(statement)


@when(parsers.parse("the auditor draws {size:d} hosts with the number {seed:d}"))
def _(keeping, size, seed):
    keeping.run("history", "sample", "--size", str(size), "--seed", str(seed))
    text = keeping.text
    keeping.ask("sample", "--size", str(size), "--seed", str(seed))
    keeping.text = text


@when(parsers.parse("I ask to delete what was recorded before {day}"))
def _(keeping, day):
    keeping.run("history", "prune", "--before", day)


@when("I delete what need not be kept")
def _(keeping):
    keeping.run("history", "prune")
    assert keeping.code == 0


@when("I ask both for the list, the trend, the sample and the verification")
def _(keeping):
    questions = (["list"], ["trend"], ["trend", "--control", "5.5"], ["sample", "--seed", "7"], ["verify"])
    for place in (keeping.place, keeping.database):
        done = [dockmark("history", *words, "--store", place) for words in questions]
        assert [each.returncode for each in done] == [0] * len(questions)
        keeping.answers.append([each.stdout.decode() for each in done])


# Then


@then("the run is acknowledged with its number and the head of the chain")
def _(keeping):
    assert keeping.code == 0
    run, number, place, head = REPORTED.search(keeping.message).groups()
    assert (number, place) == ("1", str(keeping.place))
    keeping.document = {"run": run, "head": head}


@then("the report names the same run and the same head")
def _(keeping):
    report = json.loads((keeping.folder / "report.json").read_text())
    assert {name: report["recorded"][name] for name in ("run", "head")} == keeping.document
    assert keeping.document["run"] in keeping.text
    assert keeping.document["head"] in keeping.text


@then("the history verifies against the head of that report")
def _(keeping):
    keeping.run("history", "verify", "--expect-head", keeping.document["head"])
    assert keeping.code == 0
    assert "the expected heads are in the chain" in keeping.text


@then("there is still no history")
def _(keeping):
    assert not keeping.place.exists()
    keeping.run("history", "list")
    assert keeping.code == 4
    assert "there is no history" in keeping.message


@then("the report is complete")
def _(keeping):
    report = json.loads((keeping.folder / "report.json").read_text())
    assert report["score"]["percent"] == 100.0
    assert "recorded" not in report
    assert "Summary" in keeping.text


@then("I am told that the run was not recorded, with exit code 4")
def _(keeping):
    assert keeping.code == 4
    assert "dockmark: not recorded: " in keeping.message
    assert "the file is damaged" in keeping.message


@then("the damaged history was not replaced")
def _(keeping):
    assert keeping.place.read_bytes() == keeping.before


@then(parsers.parse('the shown report says "{text}"'))
def _(keeping, text):
    assert text in keeping.text


@then(parsers.parse('the shown report does not say "{text}"'))
def _(keeping, text):
    assert text not in keeping.text


@then(parsers.parse('on {day} it was "{result}"'))
def _(keeping, day, result):
    assert _point(keeping, day)["result"] == result


@then(parsers.parse('on {day} it was "{result}" because of the "{subject}"'))
def _(keeping, day, result, subject):
    point = _point(keeping, day)
    assert (point["result"], point["failing"]) == (result, [subject])


@then(parsers.parse('the run of {day} is marked "{mark}"'))
def _(keeping, day, mark):
    assert mark in _point(keeping, day)["also_changed"]


def _point(keeping, day):
    (found,) = (each for each in keeping.document["points"] if each["recorded_at"].startswith(day))
    return found


@then("the verification fails, and the first run that it names is the second")
def _(keeping):
    keeping.ask("verify")
    assert keeping.code == 5
    assert keeping.document["problems"][0].startswith(f"run 2 ({keeping.runs[1].id}): ")


@then("the history verifies")
def _(keeping):
    keeping.ask("verify")
    assert (keeping.code, keeping.document["problems"]) == (0, [])


@then("the verification alone cannot tell, and says so")
def _(keeping):
    keeping.run("history", "verify")
    assert keeping.code == 0
    assert "not proven: that no run was taken from the end" in keeping.text


@then("the verification against the head of the third report fails")
def _(keeping):
    keeping.run("history", "verify", "--expect-head", keeping.runs[2].head)
    assert keeping.code == 5
    assert f"no run has the head {keeping.runs[2].head}" in keeping.text


@then(parsers.parse("the population of {count:d} hosts is listed first"))
def _(keeping, count):
    assert keeping.text.startswith(f"population: {count} hosts in {count} runs")
    assert keeping.text.index("host-39") < keeping.text.index("sample: ")
    assert len(keeping.document["population"]) == count


@then(parsers.parse("{count:d} of them are drawn"))
def _(keeping, count):
    assert len(set(keeping.document["sample"])) == count
    assert set(keeping.document["sample"]) < set(keeping.document["population"])


@then("the auditor's own tools draw the same")
def _(keeping):
    tickets = {hashlib.sha256(f"7\n{each}".encode()).hexdigest(): each for each in keeping.document["population"]}
    assert sorted(tickets[each] for each in sorted(tickets)[:5]) == keeping.document["sample"]


@then("drawing them again draws the same")
def _(keeping):
    before = keeping.document
    keeping.ask("sample", "--size", "5", "--seed", "7")
    assert keeping.document == before


@then(parsers.parse("the number {seed:d} draws others"))
def _(keeping, seed):
    before = keeping.document["sample"]
    keeping.ask("sample", "--size", "5", "--seed", str(seed))
    assert keeping.document["sample"] != before


@then("that is refused, because a run must be kept")
def _(keeping):
    assert keeping.code == 3
    assert "refused: 1 run would go that must be kept" in keeping.message


@then(parsers.parse("the run of {day} is gone"))
def _(keeping, day):
    (gone,) = (each for each in keeping.runs if each.recorded_at.startswith(day))
    keeping.run("history", "show", gone.id)
    assert keeping.code == 3
    assert "was pruned on" in keeping.message
    keeping.ask("list")
    assert gone.id not in [each["run"] for each in keeping.document["runs"]]


@then("the history verifies against the heads of both reports")
def _(keeping):
    heads = [word for each in keeping.runs for word in ("--expect-head", each.head)]
    keeping.run("history", "verify", *heads)
    assert keeping.code == 0, keeping.text


@then("their answers are the same but for the ids of the runs")
def _(keeping):
    one, other = (
        [re.sub(r"Z-[0-9a-f]{8}|sha256:[0-9a-f]{64}", "ID", text) for text in each] for each in keeping.answers
    )
    assert one == other
    assert all(one)
