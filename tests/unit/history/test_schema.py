"""Migrations, and a file of the first version of the tables that every later dockmark has to read.

``python -m tests.unit.history.test_schema`` writes that file anew. Until the first release that is what to do when the form of
the compiled catalogue or of the snapshot changes; from then on the old form must stay readable, since histories hold it.
"""

import gzip
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.catalog.compiled import decode_catalog, encode_catalog
from benchmark.cli.rejudge import rejudge
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.history import schema
from benchmark.history.new_run import NewRun
from benchmark.history.store import open_store, open_store_for_recording
from benchmark.history.store_error import StoreDamaged, StoreOutdated, StoreTooNew
from benchmark.history.verify import verify_history
from benchmark.model.run import Terms
from benchmark.model.snapshot_file import encode_snapshot
from benchmark.render import RenderOptions, render_many
from tests.histories import FAILING, GOOD, catalog, new_run, record

VERSION_1 = Path(__file__).with_name("version-1.db.gz")


def version_of(place):
    with open_store_for_recording(place) as store:
        return [number for (number,) in store.database.rows("SELECT number FROM migrations ORDER BY number")]


@pytest.fixture
def version_1(tmp_path):
    """A file that the first dockmark with a history wrote: two runs, by a content of one control."""
    place = tmp_path / "history.db"
    place.write_bytes(gzip.decompress(VERSION_1.read_bytes()))
    return str(place)


def test_a_store_of_version_1_is_brought_up_to_date_by_the_next_run(version_1):
    with pytest.raises(StoreOutdated, match="an older dockmark has written this history"):
        open_store(version_1)
    (run,) = record(version_1, new_run())
    with open_store(version_1) as store:
        assert [each.head for each in store.runs()][1:] == [run.previous, run.head]
        assert [each.terms.release for each in store.runs()] == ["1.4", "1.5", None]
        assert verify_history(store.database).problems == []


def test_what_version_1_recorded_can_still_be_judged_again(version_1):
    record(version_1, new_run())
    with open_store(version_1) as store:
        for each in list(store.runs())[:2]:
            recorded = json.loads(store.blob(each.assessment))
            assert [row.result for row in rejudge(store, each).results] == [
                row["result"] for row in recorded["results"]
            ]


def test_an_older_schema_is_migrated(place, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
        before = record(place, new_run(FAILING), new_run())
    with pytest.raises(StoreOutdated):
        open_store(place)
    assert version_of(place) == list(range(1, len(schema.MIGRATIONS) + 1))
    with open_store(place) as store:
        assert list(store.runs()) == before
        assert verify_history(store.database).problems == []


def test_a_migration_that_fails_changes_nothing(place, monkeypatch):
    record(place, new_run())
    broken = (*schema.MIGRATIONS, ("ALTER TABLE runs ADD COLUMN extra TEXT", "ALTER TABLE nothing ADD COLUMN x TEXT"))
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", broken)
        with pytest.raises(Exception, match="nothing"):
            record(place, new_run())
    assert version_of(place) == [1, 2]
    with open_store(place) as store:
        assert len(list(store.runs())) == 1
    assert record(place, new_run())


def test_a_newer_schema_is_refused(place):
    record(place, new_run())
    with open_store_for_recording(place) as store:
        store.database.execute("INSERT INTO migrations (number, applied_at) VALUES (3, '2030-01-01T00:00:00Z')")
    for opened in (open_store, open_store_for_recording):
        with pytest.raises(StoreTooNew, match=r"a newer dockmark has written this history \(version 3"):
            opened(place)


def test_tables_without_a_version_are_no_history(place):
    record(place, new_run())
    with open_store_for_recording(place) as store:
        store.database.execute("DROP TABLE migrations")
    for opened in (open_store, open_store_for_recording):
        with pytest.raises(StoreDamaged, match="it does not say which version it has"):
            opened(place)


def write_version_1(path):
    """Two runs by a content of one control, in the tables of version 1."""
    own = catalog()
    control = own.controls["container_not_privileged"]
    framework = own.frameworks["cis_docker"]
    only = tuple(each for each in framework.requirements if each.controls == (control.id,))
    small = decode_catalog(encode_catalog([control], [replace(framework, requirements=only)]))
    schema.MIGRATIONS = schema.MIGRATIONS[:1]
    for at, what, release in (("2019-05-01T02:00:00Z", GOOD, "1.4"), ("2026-11-20T02:00:00Z", FAILING, "1.5")):
        terms = Terms(at, "root", release, "cis_docker", "1.8.0", "level_2")
        request = EvaluationRequest(now=at, operator="root", release=release, version="1.8.0")
        assessment = evaluate_snapshot(small, what, request)
        document = "".join(render_many("json", [assessment], RenderOptions())).encode()
        with open_store_for_recording(str(path)) as store:
            store.record(NewRun(assessment, document, encode_snapshot(what), small.compiled, terms, 0, at))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        made = Path(directory, "history.db")
        write_version_1(made)
        VERSION_1.write_bytes(gzip.compress(made.read_bytes(), 9, mtime=0))
