from dataclasses import replace

import pytest

from benchmark.history.retention import due_runs, prune_runs, read_period
from benchmark.history.store import open_store, open_store_for_recording
from benchmark.history.verify import verify_history
from tests.histories import FAILING, GOOD, named, new_run, record

DELETE = ("DELETE FROM findings", "DELETE FROM results", "DELETE FROM run_blobs", "DELETE FROM runs")
TIMES = ("2019-01-01T08:00:00Z", "2019-06-01T08:00:00Z", "2026-11-20T08:00:00Z")


@pytest.fixture
def runs(place):
    return record(place, *(new_run(FAILING, at=each) for each in TIMES))


def verified(place, *heads):
    with open_store(place) as store:
        return verify_history(store.database, heads)


def change(place, *statements):
    with open_store_for_recording(place) as store:
        for each in statements:
            store.database.execute(each)


def prune(place, before, retention="6y", at="2026-11-27T00:00:00Z"):
    with open_store_for_recording(place) as store:
        due = due_runs(store.database, before)
        prune_runs(store.database, due, pruned_at=at, retention=read_period(retention))
    return due


def test_a_sound_history(place, runs):
    found = verified(place, runs[0].head, runs[-1].head)
    assert found.problems == found.remarks == []
    assert (found.runs, found.pruned, found.head) == (3, 0, runs[-1].head)
    assert found.blobs == 5


@pytest.mark.parametrize(
    ("statements", "first"),
    [
        (
            ["UPDATE runs SET host = 'other.example' WHERE sequence = 2"],
            "run 2 (ID): changed after it was recorded: host",
        ),
        (["UPDATE runs SET percent = '100' WHERE sequence = 2"], "run 2 (ID): changed after it was recorded: percent"),
        (["UPDATE runs SET body = body || ' ' WHERE sequence = 2"], "run 2 (ID): it was changed after it was recorded"),
        (["UPDATE runs SET body = NULL WHERE sequence = 2"], "run 2 (ID): what was recorded of it is gone"),
        (
            ["UPDATE runs SET body = NULL, pruned_at = '2026-11-27T00:00:00Z', retention = '6y' WHERE sequence = 3"],
            "run 3 (ID): pruned at 2026-11-27T00:00:00Z, before the 6y had passed",
        ),
        (
            ["UPDATE runs SET body = NULL, pruned_at = 'x' WHERE sequence = 2"],
            "run 2 (ID): what was recorded of it is gone",
        ),
        (["UPDATE runs SET previous = 'sha256:0' WHERE sequence = 2"], "run 2 (ID): it follows the head sha256:0"),
        (["UPDATE runs SET head = 'sha256:0' WHERE sequence = 2"], "run 2 (ID): its head is not that of"),
        (
            [f"{each} WHERE sequence = 2" for each in DELETE],
            "run 2: not there, between 1 and 3",
        ),
        (
            [f"{each} WHERE sequence < 3" for each in DELETE],
            "runs 1 to 2: not there, between the beginning and 3",
        ),
        (["UPDATE results SET result = 'pass' WHERE sequence = 2"], "run 2 (ID): its rows of results are not those"),
        (["UPDATE findings SET result = 'pass' WHERE sequence = 2"], "run 2 (ID): its rows of findings are not those"),
        (
            [
                "UPDATE subjects SET name = 'other' WHERE kind = 'container'",
            ],
            "run 1 (ID): its rows of findings are not those",
        ),
        (["UPDATE runs SET entry = '' WHERE sequence = 2"], "run 2 (ID): its head is not that of"),
        (["DELETE FROM run_blobs WHERE sequence = 2"], "run 2 (ID): the list of what it needs was changed"),
        (
            [
                "DELETE FROM run_blobs",
                "DELETE FROM blobs",
            ],
            "run 1 (ID): the list of what it needs was changed",
        ),
        (["UPDATE blobs SET size = size - 1"], "run 1 (ID): "),
    ],
)
def test_the_first_broken_run_is_named(place, runs, statements, first):
    change(place, *statements)
    found = verified(place)
    for number, each in enumerate(runs, 1):
        if first.startswith(f"run {number} "):
            first = first.replace("ID", each.id)
    assert found.problems[0].startswith(first), found.problems


def test_runs_taken_from_the_end_show_by_the_head_of_a_report(place, runs):
    change(place, *(f"{each} WHERE sequence = 3" for each in DELETE))
    assert verified(place).problems == []
    assert verified(place, runs[1].head).problems == []
    (told,) = verified(place, runs[2].head).problems
    assert told.startswith(f"no run has the head {runs[2].head}")


def test_a_history_of_another_place_has_another_chain(runs, tmp_path):
    (other,) = record(str(tmp_path / "other" / "history.db"), new_run(FAILING, at=TIMES[0]))
    assert other.head not in {each.head for each in runs}


def test_a_clock_that_was_put_back_is_remarked(place):
    first, second = record(place, new_run(at="2026-11-20T08:00:00Z"), new_run(at="2026-11-19T08:00:00Z"))
    found = verified(place)
    assert found.problems == []
    assert found.remarks == [
        f"run 2 ({second.id}): recorded at 2026-11-19T08:00:00Z, before the run before it: the clock was put back"
    ]
    assert first.sequence == 1


def test_what_a_wrong_clock_did_shows_by_the_right_one(place, runs):
    prune(place, "2030-01-01T00:00:00Z", at="2040-01-01T00:00:00Z")
    record(place, new_run(at="2040-01-01T00:00:01Z"))
    with open_store(place) as store:
        found = verify_history(store.database, now="2026-11-27T00:00:00Z")
        assert verify_history(store.database).problems == []
    assert [each.partition(": ")[0] for each in found.problems] == [f"run {each.sequence} ({each.id})" for each in runs]
    assert all("pruned at 2040-01-01T00:00:00Z, which is still to come" in each for each in found.problems)
    (remark,) = found.remarks
    assert "recorded at 2040-01-01T00:00:01Z, which is still to come" in remark


def test_what_was_pruned_leaves_its_place_in_the_chain(place, runs):
    due = prune(place, "2019-02-01T00:00:00Z")
    assert [each.id for each in due] == [runs[0].id]
    found = verified(place, *(each.head for each in runs))
    assert (found.problems, found.runs, found.pruned) == ([], 2, 1)
    with open_store(place) as store:
        assert [each.id for each in store.runs()] == [runs[1].id, runs[2].id]
        (emptied, *_) = store.kept()
        assert (emptied.id, emptied.head, emptied.run) == (runs[0].id, runs[0].head, None)
        digests = {digest for (digest,) in store.database.rows("SELECT digest FROM blobs")}
        assert digests == {*runs[1].files, *runs[2].files}
        for statement in (
            "SELECT count(*) FROM results WHERE sequence = 1",
            "SELECT count(*) FROM findings WHERE sequence = 1",
            "SELECT count(*) FROM run_blobs WHERE sequence = 1",
        ):
            assert list(store.database.rows(statement)) == [(0,)]
    (again,) = record(place, new_run(named(GOOD, "after")))
    assert (again.sequence, again.previous) == (4, runs[2].head)
    assert verified(place).problems == []


def test_all_may_be_pruned_and_the_chain_goes_on(place, runs):
    prune(place, "2030-01-01T00:00:00Z", at="2040-01-01T00:00:00Z")
    with open_store(place) as store:
        assert list(store.runs()) == []
        assert list(store.database.rows("SELECT count(*) FROM blobs")) == [(0,)]
        assert list(store.database.rows("SELECT count(*) FROM subjects")) == [(0,)]
    (again,) = record(place, new_run())
    assert (again.sequence, again.previous) == (4, runs[2].head)
    found = verified(place, runs[0].head)
    assert (found.problems, found.runs, found.pruned) == ([], 1, 3)


def test_a_report_that_is_none_is_told(place):
    """Somebody who rebuilds the chain around another document still has to write a report."""
    for bad in (b"[]", b"no JSON", b'{"results": [7]}', b'{"results": [{"control": "x"}]}'):
        (run,) = record(place, replace(new_run(), document=bad))
        problems = [each for each in verified(place).problems if f"run {run.sequence} " in each]
        assert problems == [f"run {run.sequence} ({run.id}): its recorded assessment is no report of dockmark's"]
