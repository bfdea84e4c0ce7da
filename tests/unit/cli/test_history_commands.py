"""The commands on the history, each on a file of SQLite and on a PostgreSQL server: the same question has the same answer."""

import json
import re
from dataclasses import replace
from itertools import count

import pytest

from benchmark.cli.entry import main
from benchmark.history import store as store_module
from benchmark.history.store import open_store_for_recording
from tests.histories import FAILING, GOOD, named, new_run, record
from tests.snapshots import DENIED, container, snapshot

HOSTILE = "evil\x1b[31m\u202e\nFORGED"


def fill(place):
    """Four runs of two hosts over a year: a release that breaks something, another version, a run without sight."""
    blind = snapshot(daemon={"daemon.icc": DENIED})
    return record(
        place,
        new_run(named(GOOD, "one"), at="2025-12-01T02:00:00Z", release="1.4"),
        new_run(named(FAILING, "one"), at="2026-03-01T02:00:00Z", release="1.5"),
        new_run(named(blind, "two"), at="2026-06-01T02:00:00Z", controls=("5.5", "2.2")),
        new_run(named(GOOD, "one"), at="2026-11-20T23:59:59Z", beyond=True),
    )


def ran(capsys, *words):
    code = main([*map(str, words)])
    said = capsys.readouterr()
    return int(code), said.out, said.err


QUESTIONS = (
    *(f"history list{more}" for more in ("", " --host one", " --release 1.5", " --limit 2", " --since 2026-06-01")),
    *("history list --until 2026-11-20", "history list --until 2026-11-20T23:59:58Z", "history list --host nobody"),
    *("history show latest", "history show release:1.4", "history show 20260301", "history show latest~9"),
    *("history show latest -o json", "history show release:1.5 -o table --verbose", "history show latest -o xccdf"),
    *(
        "history trend",
        "history trend --host one",
        "history trend --control 5.5",
        "history trend --control icc_restricted",
    ),
    *("history verify", "history verify --expect-head sha256:" + "0" * 64),
    *("history sample --seed 7", "history sample --seed 7 --of subjects --size 3"),
    *("history sample --seed 8 --of subjects --kind container --since 2026-01-01", "history sample --of subjects"),
    *("history prune --dry-run --retention 1d", "history prune --before 2026-04-01", "history prune --dry-run"),
)


@pytest.mark.postgresql
def test_both_databases_answer_alike(server, tmp_path, capsys, monkeypatch):
    places = [str(tmp_path / "history.db"), server.new_database()]
    answers = []
    for place in places:
        numbers = count(1)
        monkeypatch.setattr(store_module, "_new_id", lambda _, numbers=numbers: f"20261120T000000Z-{next(numbers):08x}")
        fill(place)
        answers.append([_answer(capsys, place, each) for each in _questions()])
    for question, one, other in zip(_questions(), *answers, strict=True):
        assert one == other, question
    assert sum(code == 0 for code, _, _ in answers[0]) > 30
    assert {code for code, _, _ in answers[0]} == {0, 3, 5}


def _questions():
    listing = ("list", "trend", "verify", "sample", "prune")
    more = [f"{each} -o json" for each in QUESTIONS if each.split()[1] in listing]
    return [*QUESTIONS, *more]


def _answer(capsys, place, question):
    code, out, err = ran(capsys, *question.split(), "--store", place)
    return code, _timeless(out), _timeless(err).replace(place.split("?", maxsplit=1)[0], "PLACE")


def _timeless(text):
    """Without the moment of asking, which prune tells."""
    return re.sub(r"20[0-9]{2}-[0-9-]{5}T(?!02:00:00|23:59:59|08:00)[0-9:]{8}Z", "NOW", text)


def test_the_list_has_the_newest_last(place, capsys):
    runs = fill(place)
    code, out, err = ran(capsys, "history", "list", "--store", place)
    assert (code, err) == (0, "")
    lines = out.splitlines()[2:]
    assert [line.split()[1] for line in lines] == [each.id for each in runs]
    assert lines[1].split()[2:5] == ["one", "1.5", "1.8.0"]
    code, out, _ = ran(capsys, "history", "list", "--store", place, "--limit", "1", "-o", "json")
    document = json.loads(out)
    assert [each["run"] for each in document["runs"]] == [runs[-1].id]
    assert document["complete"] is False
    assert document["runs"][0]["head"] == runs[-1].head


def test_a_run_that_was_changed_is_listed_as_damaged_beside_the_others(place, capsys):
    runs = fill(place)
    with open_store_for_recording(place) as store:
        store.database.execute("UPDATE runs SET body = body || ' ' WHERE sequence = 2")
    code, out, err = ran(capsys, "history", "list", "--store", place)
    assert code == 5
    assert out.count("DAMAGED") == 1
    assert len(out.splitlines()) == 6
    assert err == f"dockmark: run 2 ({runs[1].id}): it was changed after it was recorded\n"
    for words in (["trend"], ["sample", "--seed", "1"], ["show", runs[1].id]):
        code, out, err = ran(capsys, "history", *words, "--store", place)
        assert (code, out) == (5, "")
        assert f"run 2 ({runs[1].id}): it was changed" in err
    assert ran(capsys, "history", "show", "latest", "--store", place)[0] == 0


def test_the_report_of_then_is_shown_in_any_format(place, tmp_path, capsys):
    run = fill(place)[1]
    report = tmp_path / "r.json"
    code, out, err = ran(
        capsys, "history", "show", "release:1.5", "--store", place, "-o", f"json={report}", "-o", "table"
    )
    assert (code, err) == (0, "")
    document = json.loads(report.read_text())
    assert document["recorded"] == {"run": run.id, "sequence": 2, "previous": run.previous, "head": run.head}
    assert document["release"] == "1.5"
    assert run.head in out
    assert "container web: HostConfig.Privileged is true" in out


def test_a_dockmark_that_judges_otherwise_says_so(place, capsys, monkeypatch):
    fill(place)
    monkeypatch.setattr("benchmark.evaluate.evaluator.score_results", _nothing_scored())
    code, out, err = ran(capsys, "history", "show", "latest", "--store", place, "-o", "json")
    assert code == 0
    assert "judges the recorded facts of" in err
    assert json.loads(out)["score"]["percent"] is None


def _nothing_scored():
    from benchmark.evaluate import scores

    original = scores.score_results
    return lambda _, version, weights=None: original((), version, weights)


def test_the_trend_says_what_else_changed(place, capsys):
    fill(place)
    code, out, _ = ran(capsys, "history", "trend", "--host", "one", "--store", place, "-o", "json")
    points = json.loads(out)["points"]
    assert [each["release"] for each in points] == ["1.4", "1.5", None]
    assert points[0]["change"] is None
    assert points[1]["change"] < 0 < points[2]["change"]
    assert [each["also_changed"] for each in points] == [[], [], ["other choice of controls"]]
    code, out, _ = ran(capsys, "history", "trend", "--control", "5.5", "--store", place, "-o", "json")
    document = json.loads(out)
    assert document["controls"] == ["container_not_privileged"]
    assert [(each["host"], each["result"], each["failing"]) for each in document["points"]] == [
        ("one", "pass", []),
        ("one", "fail", ["container web"]),
        ("two", "pass", []),
        ("one", "pass", []),
    ]
    assert code == 0


def test_a_control_of_old_content_is_known_by_its_id(place, capsys):
    record(place, _renamed("gone_with_the_content"))
    code, out, _ = ran(capsys, "history", "trend", "--control", "gone_with_the_content", "--store", place)
    assert (code, "gone_with_the_content v1" in out) == (0, True)
    code, out, err = ran(capsys, "history", "trend", "--control", "never_there", "--store", place)
    assert (code, out, "never_there" in err) == (3, "", True)


def _renamed(name):
    made = new_run(controls=("5.5",))
    (row,) = made.assessment.results
    other = replace(row, control=replace(row.control, id=name))
    return replace(made, assessment=replace(made.assessment, results=(other,)))


def test_prune_refuses_before_the_retention_has_passed(place, capsys):
    runs = fill(place)
    code, out, err = ran(capsys, "history", "prune", "--before", "2026-04-01", "--store", place)
    assert (code, out) == (3, "")
    assert f"refused: 2 runs would go that must be kept, the first of them {runs[0].id}" in err
    assert "kept for 6 years" in err
    code, out, _ = ran(capsys, "history", "prune", "--store", place)
    assert (code, out.startswith("nothing to prune")) == (0, True)
    assert ran(capsys, "history", "verify", "--store", place)[1].startswith("runs      4, and 0 pruned")


def test_prune_after_the_retention(place, capsys):
    old = new_run(named(GOOD, "old"), at="2015-01-01T00:00:00Z")
    runs = record(place, old, new_run(named(GOOD, "new"), at="2026-11-20T00:00:00Z"))
    code, out, _ = ran(capsys, "history", "prune", "--dry-run", "--store", place)
    assert (code, "would be pruned: 1 run" in out) == (0, True)
    assert len(json.loads(ran(capsys, "history", "list", "-o", "json", "--store", place)[1])["runs"]) == 2
    code, out, _ = ran(capsys, "history", "prune", "--store", place)
    assert (code, runs[0].id in out, "pruned: 1 run; of each its place in the chain stays" in out) == (0, True, True)
    code, out, err = ran(capsys, "history", "show", runs[0].id, "--store", place)
    assert (code, f"the run {runs[0].id} was pruned on" in err) == (3, True)
    code, out, _ = ran(capsys, "history", "verify", "--expect-head", runs[0].head, "--store", place)
    assert (code, out.startswith("runs      1, and 1 pruned")) == (0, True)


def test_a_sample_is_drawn_after_its_population(place, capsys):
    fill(place)
    code, out, _ = ran(
        capsys, "history", "sample", "--seed", "7", "--of", "subjects", "--kind", "container", "--store", place
    )
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith(
        "population: 2 subjects of the kind container in 4 runs, recorded from 2025-12-01T02:00:00Z"
    )
    assert lines[3:5] == ["  1  one: container web", "  2  two: container web"]
    assert lines[6] == "sample: 2 of 2, seed 7"
    code, _, err = ran(capsys, "history", "sample", "--seed", "7", "--kind", "container", "--store", place)
    assert (code, "--kind goes with --of subjects" in err) == (3, True)


def test_hostile_names_cannot_be_obeyed(place, capsys):
    evil = snapshot([container(HOSTILE)])
    record(place, new_run(named(evil, HOSTILE), release=HOSTILE), new_run(named(evil, HOSTILE), release="x" * 500))
    for words in (
        ["list"],
        ["show", "latest~1"],
        ["trend"],
        ["trend", "--control", "5.5"],
        ["sample", "--seed", "1"],
        ["sample", "--seed", "1", "--of", "subjects", "--size", "200"],
        ["prune", "--dry-run", "--retention", "1d"],
        ["verify"],
        ["show", "release:nothing"],
    ):
        _, out, err = ran(capsys, "history", *words, "--store", place)
        for text in (out, err):
            assert all(each.isprintable() or each == "\n" for each in text), words
            assert "\nFORGED" not in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["history", "list", "--since", "yesterday"], "is no day in UTC such as 2026-11-20"),
        (["history", "list", "--since", "2026-02-30"], "is no day in UTC"),
        (["history", "list", "--limit", "0"], "is not a whole number from 1"),
        (["history", "sample", "--seed", "-1"], "--seed"),
        (["history", "sample"], "--seed N decides who is drawn"),
        (["history", "verify", "--expect-head", "abc"], "is no head: sha256:"),
        (["history", "prune", "--retention", "6m"], "is no period such as 6y, 26w or 90d"),
        (["history", "show", "latest", "-o", "pdf"], "there is no format 'pdf'"),
        (["history", "trend", "--control", "99.9"], "99.9"),
        (["history"], "COMMAND"),
        (
            ["history", "list", "--store", "mysql://me:hunter2@host/x"],
            "a store is a path, sqlite:///PATH or postgresql://",
        ),
        (["history", "list", "--store", "postgresql://me:hun@ter2@host/x"], "are written %40"),
        (["history", "list", "--store", "sqlite://relative.db"], "is named by its whole path"),
    ],
)
def test_what_is_refused(words, told, capsys, tmp_path):
    words = words if "--store" in words else [*words, "--store", str(tmp_path / "none.db")] if len(words) > 1 else words
    code, out, err = ran(capsys, *words)
    assert (code, out) == (3, "")
    assert told in err
    assert "ter2" not in err


def test_no_history_yet(place, capsys):
    for words in (["list"], ["show", "latest"], ["trend"], ["verify"], ["sample", "--seed", "1"], ["prune"]):
        code, out, err = ran(capsys, "history", *words, "--store", place)
        assert (code, out) == (4, "")
        assert "there is no history at" in err
