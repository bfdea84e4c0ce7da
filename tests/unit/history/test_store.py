import re
from dataclasses import replace

import pytest

from benchmark.history.store import open_store, open_store_for_recording
from benchmark.history.store_error import NoStore, NoSuchRun, StoreDamaged, StoreError
from benchmark.model.chain import NO_HEAD, decode_body, encode_body, entry_of, head_after
from tests.histories import FAILING, GOOD, document, named, new_run, record
from tests.snapshots import container, snapshot


def test_a_run_is_kept_with_all_that_it_takes_to_judge_it_again(place):
    new = new_run(FAILING, release="1.4")
    (run,) = record(place, new)
    with open_store(place) as store:
        (found,) = store.runs()
        assert found == run
        assert store.blob(run.snapshot) == new.snapshot
        assert store.blob(run.content) == new.content
        assert store.blob(run.assessment) == new.document
    score = document(new.document)["score"]
    assert re.fullmatch(r"20261120T080002Z-[0-9a-f]{8}", run.id)
    assert (run.sequence, run.host, run.engine_id, run.exit_code) == (1, "good.example", "ENGINE", 1)
    assert run.collected_at == FAILING.collected_at
    assert run.terms == new.terms
    assert run.content_digest == run.content
    assert round(float(run.percent), 1) == score["percent"]
    assert run.counts.selected == score["coverage"]["selected"]
    counts = run.counts
    assert counts.selected == sum(
        (
            counts.passed,
            counts.failed,
            counts.waived,
            counts.errors,
            counts.unknown,
            counts.manual,
            counts.notapplicable,
        )
    )
    assert counts.failed == document(new.document)["counts"]["fail"] > 0


def test_runs_form_a_chain(place):
    runs = record(place, new_run(), new_run(FAILING), new_run())
    assert [each.sequence for each in runs] == [1, 2, 3]
    head = NO_HEAD
    for each in runs:
        assert each.previous == head
        head = head_after(each.previous, entry_of(encode_body(each)))
        assert each.head == head


def test_the_same_facts_and_content_are_kept_once(place):
    first, second = record(place, new_run(), new_run(at="2026-11-21T08:00:00Z"))
    assert (first.snapshot, first.content) == (second.snapshot, second.content)
    assert first.assessment != second.assessment
    with open_store(place) as store:
        assert list(store.database.rows("SELECT count(*) FROM blobs")) == [(4,)]
        subjects = list(store.database.rows("SELECT kind, name, id FROM subjects"))
        assert len(subjects) == len(set(subjects)) > 1


def test_runs_are_chosen_by_host_and_release(place):
    record(
        place,
        new_run(named(GOOD, "one"), release="1.4"),
        new_run(named(GOOD, "two"), release="1.4"),
        new_run(named(GOOD, "one"), release="1.5"),
        new_run(named(GOOD, "one")),
    )
    with open_store(place) as store:
        assert [each.sequence for each in store.runs()] == [1, 2, 3, 4]
        assert [each.sequence for each in store.runs(host="one")] == [1, 3, 4]
        assert [each.sequence for each in store.runs(host="one", release="1.4")] == [1]
        assert [each.sequence for each in store.runs(release="1.4")] == [1, 2]
        assert list(store.runs(host="nobody")) == []


def test_what_a_reference_means(place):
    runs = record(
        place,
        new_run(named(GOOD, "one"), at="2026-11-20T08:00:00Z", release="1.4"),
        new_run(named(GOOD, "two"), at="2026-11-21T08:00:00Z", release="1.4"),
        new_run(named(GOOD, "one"), at="2026-11-21T09:00:00Z"),
    )
    with open_store(place) as store:
        for reference, host, sequence in (
            ("latest", None, 3),
            ("latest~0", None, 3),
            ("latest~1", None, 2),
            ("latest~1", "one", 1),
            ("release:1.4", None, 2),
            ("run:1", None, 1),
            ("run:3", "one", 3),
            ("release:1.4", "one", 1),
            ("20261120T080000Z", None, 1),
            (runs[1].id, None, 2),
        ):
            assert store.resolve(reference, host=host).sequence == sequence, reference
        for reference, told in (
            ("latest~3", "holds 3 runs, so there is no latest~3"),
            ("release:1.5", "no run of the release '1.5'; there are 1.4"),
            ("20261121T", f"is the beginning of 2 runs: {runs[1].id}, {runs[2].id}"),
            ("20251121T", "holds no run 20251121T"),
            ("the last one", "names no run"),
            ("run:4", "holds no run 4"),
            ("run:-1", "names no run"),
            ("%", "names no run"),
        ):
            with pytest.raises(NoSuchRun, match=re.escape(told)):
                store.resolve(reference)


def test_a_reader_sees_one_moment(place):
    record(place, new_run())
    with open_store(place) as store:
        assert len(list(store.runs())) == 1
        record(place, new_run())
        assert len(list(store.runs())) == 1
    with open_store(place) as store:
        assert len(list(store.runs())) == 2


def test_a_reader_cannot_write(place):
    (run,) = record(place, new_run())
    with open_store(place) as store, pytest.raises(StoreError):
        store.database.execute("DELETE FROM results")
    with open_store(place) as store, pytest.raises(StoreError):
        store.record(new_run())
    with open_store(place) as store:
        assert list(store.runs()) == [run]


def test_there_is_no_store_yet(place, tmp_path):
    with pytest.raises(NoStore, match="there is no history at"):
        open_store(place)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_half_way_leaves_nothing(place):
    record(place, new_run())
    spoilt = new_run()
    broken = replace(spoilt, terms=replace(spoilt.terms, waivers="sha256:" + "0" * 64))
    with open_store_for_recording(place) as store:
        with pytest.raises(ValueError, match="1 files that the terms name"):
            store.record(broken)
        assert len(list(store.runs())) == 1
        assert store.record(new_run()).sequence == 2


def test_names_that_no_database_holds_are_kept_as_they_are_in_the_snapshot(place):
    strange = snapshot([container("nul\0 and half \ud83d a pair")])
    (run,) = record(place, replace(new_run(named(strange, "h\0st")), recorded_at="2026-11-20T08:00:02Z"))
    assert run.host == "h\0st"
    with open_store(place) as store:
        assert list(store.runs()) == [run]
        names = [name for (name,) in store.database.rows("SELECT name FROM subjects WHERE kind = 'container'")]
    assert names == ["nul\ufffd and half \ufffd a pair"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE runs SET body = replace(body, 'good.example', 'fine.example')", "was changed after it was recorded"),
        ("UPDATE runs SET entry = 'sha256:0'", "was changed after it was recorded"),
    ],
)
def test_a_run_that_was_changed_is_not_shown(place, change, told):
    record(place, new_run())
    with open_store_for_recording(place) as store:
        store.database.execute(change)
    with open_store(place) as store, pytest.raises(StoreDamaged, match=told):
        store.resolve("latest")


def test_bytes_that_were_changed_are_not_returned_and_not_relied_on(place):
    (run,) = record(place, new_run())
    with open_store_for_recording(place) as store:
        store.database.execute("UPDATE blobs SET size = size + 1 WHERE digest = :digest", {"digest": run.content})
        with pytest.raises(StoreDamaged, match="has another digest"):
            store.blob(run.content)
        with pytest.raises(StoreError, match="holds nothing with the digest"):
            store.blob("sha256:" + "1" * 64)
        store.record(new_run())
        assert store.blob(run.content) == new_run().content


def test_a_body_of_before_a_field_was_added_has_the_same_head(place):
    (run,) = record(place, new_run())
    assert b"tool_digest" not in encode_body(run)
    later = replace(run, tool_digest="sha256:" + "7" * 64)
    assert decode_body(encode_body(later), run.previous, run.head) == later
    assert decode_body(encode_body(run), run.previous, run.head) == run
