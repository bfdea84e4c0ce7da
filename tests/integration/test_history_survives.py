"""What ends a run at any moment, or takes away its disk or its server, loses no acknowledged run and leaves the history readable.

DOCKMARK_TORTURE=big makes the numbers large.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmark.cli.entry import main
from benchmark.history import postgresql_database
from benchmark.history.retention import due_runs, prune_runs, read_period
from benchmark.history.store import Store, open_store, open_store_for_recording
from benchmark.history.store_error import NoStore, StoreError
from benchmark.history.verify import verify_history
from tests.command import dockmark
from tests.histories import FAILING, GOOD, new_run, record
from tests.postgresql import Server, postgresql_server
from tests.snapshots import container, snapshot, write_snapshot
from tests.torture.size import dice, sized

assert postgresql_database  # loaded once, and not anew in every process that is killed
KILLS = sized(15, 600)


class Recording:
    """A process that records one run after the other and acknowledges each with its id on a pipe."""

    def __init__(self, place: str, acknowledge: Callable[[int, Store], None]) -> None:
        self.reader, writer = os.pipe()
        self.said, self.counted = "", 0
        self.pid = os.fork()
        if self.pid == 0:
            with contextlib.suppress(BaseException):
                os.close(self.reader)
                while True:
                    with open_store_for_recording(place) as store:
                        acknowledge(writer, store)
            os._exit(0)
        os.close(writer)

    def acknowledged(self, count: int) -> float:
        """Waits for so many acknowledgements; the seconds from the last but one to the last, from the start for the first."""
        before = now = time.monotonic()
        for _ in range(count):
            before = now
            while not self.said.endswith("\n") or self.said.count("\n") == self.counted:
                piece = os.read(self.reader, 1).decode()
                assert piece, "it ended by itself"
                self.said += piece
            self.counted += 1
            now = time.monotonic()
        return now - before

    def kill(self, after: float = 0) -> list[str]:
        """The runs that were acknowledged before the process was killed, or ended by itself."""
        time.sleep(after)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        with os.fdopen(self.reader) as file:
            return (self.said + file.read()).split()


NEW = new_run(FAILING)


def honest(writer: int, store: Store) -> None:
    os.write(writer, f"{store.record(NEW).id}\n".encode())


def hasty(writer: int, store: Store) -> None:
    """A seeded bug: the run is acknowledged before it is on disk."""
    keep = store._keep

    def acknowledged_too_early(*arguments):
        run = keep(*arguments)
        os.write(writer, f"{run.id}\n".encode())
        return run

    store._keep = acknowledged_too_early
    store.record(NEW)


def missing_after_kills(place: str, acknowledge: Callable[[int, Store], None], kills: int) -> set[str]:
    """The acknowledged runs that are not in the history. Raises AssertionError where it does not verify."""
    rolled = dice(f"history {place[:4]} {acknowledge.__name__}")
    acknowledged: set[str] = set()
    first = Recording(place, acknowledge)
    rhythm = first.acknowledged(3)  # how long a run takes here and now
    acknowledged.update(first.kill())
    for number in range(kills):
        recording = Recording(place, acknowledge)
        rhythm = recording.acknowledged(rolled.choice((0, 1, 2))) or rhythm
        acknowledged.update(recording.kill(rolled.uniform(0, 1.5 * rhythm)))
        with contextlib.suppress(NoStore), open_store(place) as store:
            held = {each.id for each in store.runs()}
            if acknowledged - held:
                return acknowledged - held
            if number % 10 == 0:
                assert verify_history(store.database).problems == []
    assert len(acknowledged) >= kills / 2
    with open_store(place) as store:
        assert verify_history(store.database).problems == []
        assert {each.id for each in store.runs()} >= acknowledged
    return set()


def test_killed_at_any_moment(place):
    assert missing_after_kills(place, honest, KILLS) == set()


def test_a_run_that_is_acknowledged_too_early_would_be_missed(place):
    """The harness sees a seeded bug."""
    assert missing_after_kills(place, hasty, 400)


def test_killed_while_the_history_is_made(tmp_path):
    """The first run of all: nobody ever finds half a store."""
    rolled = dice("first run")
    whole = Recording(str(tmp_path / "whole" / "history.db"), honest)
    duration = whole.acknowledged(1)
    whole.kill()
    made = 0
    for number in range(sized(15, 300)):
        place = str(tmp_path / f"h{number}" / "history.db")
        acknowledged = Recording(place, honest).kill(rolled.uniform(0, 1.5 * duration))
        try:
            with open_store(place) as store:
                assert {each.id for each in store.runs()} >= set(acknowledged)
                made += 1
        except NoStore:
            assert acknowledged == []
        (run,) = record(place, NEW)
        assert run.id
    assert made, "none was made before the kill"


def test_killed_while_runs_are_pruned(place):
    old = [new_run(FAILING, at=f"2015-01-{day:02}T00:00:00Z") for day in range(1, 13)]
    runs = record(place, *old, NEW)
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException), open_store_for_recording(place) as store:
            os.write(writer, b"!")
            for each in due_runs(store.database, "2016-01-01T00:00:00Z"):
                prune_runs(store.database, (each,), pruned_at="2026-11-27T00:00:00Z", retention=read_period("6y"))
        os._exit(0)
    assert os.read(reader, 1) == b"!"
    time.sleep(dice("prune").uniform(0, 0.05))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    with open_store(place) as store:
        found = verify_history(store.database, [each.head for each in runs])
    assert found.problems == []
    assert found.runs + found.pruned == 13


def test_many_record_at_once(place):
    """Also into a history that none of them finds: one makes it, the others use it."""
    processes, each_records = sized(6, 16), sized(4, 20)
    children = []
    for _ in range(processes):
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                for _ in range(each_records):
                    with open_store_for_recording(place) as store:
                        honest(writer, store)
            except BaseException as error:  # noqa: BLE001  (told to the test, which is another process)
                os.write(writer, f"\n{type(error).__name__}:_{error}\n".replace(" ", "_").encode())
            os._exit(0)
        os.close(writer)
        children.append((pid, reader))
    acknowledged = []
    for pid, reader in children:
        with os.fdopen(reader) as file:
            acknowledged += file.read().split()
        os.waitpid(pid, 0)
    assert [each for each in acknowledged if "Error" in each or ":_" in each] == []
    assert len(acknowledged) == len(set(acknowledged)) == processes * each_records
    with open_store(place) as store:
        assert {each.id for each in store.runs()} == set(acknowledged)
        assert verify_history(store.database).problems == []


def test_readers_are_not_disturbed_and_disturb_nobody(place):
    record(place, NEW)
    recording = Recording(place, honest)
    counts = []
    end = time.monotonic() + sized(1, 20)
    while time.monotonic() < end:
        with open_store(place) as store:
            counts.append(len(list(store.runs())))
            assert verify_history(store.database).problems == []
    acknowledged = recording.kill()
    assert counts == sorted(counts)
    with open_store(place) as store:
        assert len(list(store.runs())) >= len(acknowledged) + 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for a few runs."""
    if os.geteuid() != 0:
        pytest.skip("needs root to mount a small file system")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1500k,mode=700", "small", disk], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this root cannot mount a file system")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_full_disk(small_disk, tmp_path):
    place = str(small_disk / "state" / "history.db")
    big = [new_run(snapshot([container(f"c{number}-{at}") for at in range(25)])) for number in range(40)]
    acknowledged = []
    with pytest.raises(StoreError, match="no space is left on the device") as refused:  # noqa: PT012  (which one is not known)
        for each in big:
            acknowledged += record(place, each)
    assert place in str(refused.value)
    assert acknowledged
    for _ in range(3):
        with pytest.raises(StoreError):
            record(place, big[-1])
    with contextlib.suppress(OSError), (small_disk / "rest").open("wb") as file:
        while True:
            file.write(b"\0" * 512)
            file.flush()
    with open_store(place) as store:
        assert list(store.runs()) == acknowledged
        assert verify_history(store.database).problems == []
    source, report = write_snapshot(tmp_path / "s.json", GOOD), tmp_path / "report.json"
    done = dockmark("evaluate", source, "--record", "--store", place, "-o", f"json={report}")
    assert done.returncode == 4
    assert b"dockmark: not recorded: " in done.stderr
    assert b"the report is complete all the same" in done.stderr
    assert report.read_bytes().endswith(b"]}\n")
    assert b'"recorded"' not in report.read_bytes()
    for words in (["list"], ["verify"], ["show", "latest", "-o", "table"]):
        assert dockmark("history", *words, "--store", place).returncode == 0
    (small_disk / "rest").unlink()
    subprocess.run(["mount", "-o", "remount,size=40m", small_disk], check=True)
    again = record(place, big[-1])
    with open_store(place) as store:
        assert list(store.runs()) == [*acknowledged, *again]
        assert verify_history(store.database).problems == []


def test_a_full_disk_before_there_is_a_history(small_disk):
    with contextlib.suppress(OSError), (small_disk / "rest").open("wb") as file:
        while True:
            file.write(b"\0" * 4096)
            file.flush()
    place = str(small_disk / "state" / "history.db")
    with pytest.raises(StoreError, match=r"cannot make|no space"):
        record(place, NEW)
    with pytest.raises(NoStore):
        open_store(place)
    (small_disk / "rest").unlink()
    assert [each.name for each in small_disk.rglob("*") if each.is_file()] == []
    assert record(place, NEW)


def test_a_medium_that_cannot_be_written_to(small_disk):
    """An auditor's copy: with everything in the file, and with runs that are in the log only, as after a kill."""
    place = str(small_disk / "history.db")
    runs = record(place, NEW, NEW)
    for hot in (False, True):
        if hot:
            runs += recorded_by_a_killed_process(place)
            assert Path(f"{place}-wal").stat().st_size
        subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
        try:
            with open_store(place) as store:
                assert [each.id for each in store.runs()] == [
                    each if isinstance(each, str) else each.id for each in runs
                ]
                assert verify_history(store.database).problems == []
            with pytest.raises(StoreError):
                record(place, NEW)
        finally:
            subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)


def recorded_by_a_killed_process(place: str) -> list[str]:
    """A run that is on disk in the log only: its process was killed before it could close the store."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        with open_store_for_recording(place) as store:
            honest(writer, store)
            os.kill(os.getpid(), signal.SIGKILL)
    os.close(writer)
    os.waitpid(pid, 0)
    with os.fdopen(reader) as file:
        return file.read().split()


@pytest.mark.postgresql
def test_a_server_that_ends_the_connection(server: Server):
    place = server.new_database()
    record(place, NEW)
    rolled = dice("terminated")
    acknowledged: list[str] = []
    for _ in range(sized(8, 200)):
        recording = Recording(place, honest)
        time.sleep(rolled.uniform(0, 1.5 * recording.acknowledged(2)))
        server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dockmark'")
        acknowledged += recording.kill(0.01)
        with open_store(place) as store:
            assert {each.id for each in store.runs()} >= set(acknowledged)
    assert acknowledged
    with open_store(place) as store:
        assert verify_history(store.database).problems == []


@pytest.mark.postgresql
def test_a_server_that_breaks_down_and_comes_back():
    """Immediate shutdown, as after a crash: what was acknowledged is in its write-ahead log."""
    with postgresql_server() as server:
        place = server.new_database()
        recording = Recording(place, honest)
        recording.acknowledged(3)
        server.crash()
        acknowledged = recording.kill()
        with pytest.raises(StoreError):
            open_store(place)
        server.start()
        record(place, NEW)
        with open_store(place) as store:
            assert {each.id for each in store.runs()} >= set(acknowledged)
            assert verify_history(store.database).problems == []


@pytest.mark.postgresql
def test_who_may_only_read_can_ask_everything_and_record_nothing(server: Server, capsys):
    place = server.new_database()
    record(place, NEW)
    database = place.partition("@/")[2].partition("?")[0]
    server.sql("CREATE ROLE auditor LOGIN; GRANT USAGE ON SCHEMA dockmark TO auditor", database)
    server.sql("GRANT SELECT ON ALL TABLES IN SCHEMA dockmark TO auditor", database)
    reader = server.url(database, user="auditor")
    for words in (["list"], ["show", "latest", "-o", "json"], ["trend"], ["verify"], ["sample", "--seed", "7"]):
        assert main(["history", *words, "--store", reader]) == 0, capsys.readouterr().err
    with pytest.raises(StoreError, match="permission denied"):
        record(reader, NEW)
    assert main(["history", "prune", "--retention", "1d", "--store", reader]) == 4
    with open_store(place) as store:
        assert len(list(store.runs())) == 1


@pytest.mark.postgresql
def test_a_connection_that_is_lost_is_told_without_the_password(server: Server, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("DOCKMARK_DEBUG", "1")
    source = write_snapshot(tmp_path / "s.json", GOOD)
    for place, told in (
        (server.url("nowhere", password="hunter2secret"), 'database "nowhere" does not exist'),
        (server.url("postgres", user="nobody-here", password="hunter2secret"), "nobody-here"),
        ("postgresql://me:hunter2secret@127.0.0.1:1/x", "127.0.0.1"),
        ("postgresql://me:hunter2secret@127.0.0.1:port/x", "of no use"),
        ("postgresql://me@127.0.0.1:1/x?password=hunter2secret", "127.0.0.1"),
        ("postgresql://me:hunter2%73ecret@127.0.0.1:1/x?nonsense=hunter2secret", ""),
        ("postgresql://me:hunter2secret@[::1/x", ""),
        ("postgresql://me:hunter2secret@no%20host/x", ""),
    ):
        for words in (["evaluate", str(source), "--record"], ["history", "list"], ["history", "prune"]):
            code = main([*words, "--store", place])
            said = capsys.readouterr()
            assert code == 4, said.err
            assert told in said.err
            assert "hunter2" not in said.err + said.out
            assert "Traceback" not in said.err


def test_a_store_that_another_run_holds_for_too_long(tmp_path, monkeypatch):
    place = str(tmp_path / "history.db")
    record(place, NEW)
    monkeypatch.setattr("benchmark.history.sqlite_database._PATIENCE", 0.1)
    with open_store_for_recording(place) as holder, holder.database.writing():
        with pytest.raises(StoreError, match=r"another run has been recording for 0\.1 seconds"):
            record(place, NEW)
        with open_store(place) as store:
            assert len(list(store.runs())) == 1


@pytest.mark.parametrize(
    ("damage", "code", "told"),
    [
        (lambda _: b"", 5, b"the file is empty, and a history never is"),
        (lambda _: b"not a database at all" * 100, 5, b"the file is damaged, or no history"),
        (lambda data: data[:100] + b"\xff" * 4000 + data[4100:], 5, b"damaged"),
        (lambda data: data[: len(data) // 2], 5, b"damaged"),
        (lambda data: data[:4096], 5, b"damaged"),
        (lambda data: data[:70] + b"\0\0\0\0" + data[74:], 5, b"not a history of dockmark"),
    ],
)
def test_a_damaged_file_is_told_and_never_replaced(tmp_path, damage, code, told):
    place = tmp_path / "history.db"
    record(str(place), NEW, NEW)
    place.write_bytes(damage(place.read_bytes()))
    before = place.read_bytes()
    for words in (["list"], ["verify"]):
        done = dockmark("history", *words, "--store", place)
        assert done.returncode in (code, 5)
        assert told in done.stderr + done.stdout or words == ["list"], (done.stderr, done.stdout)
        assert b"Traceback" not in done.stderr
    source = write_snapshot(tmp_path / "s.json", GOOD)
    done = dockmark("evaluate", source, "--record", "--store", place)
    assert done.returncode in (4, 0)
    assert done.returncode == 4 or b"recorded as" in done.stderr
    if done.returncode == 4:
        assert place.read_bytes() == before


def test_acknowledged_means_on_disk(tmp_path):
    """Nothing can prove this without pulling the plug; that the database was told to is looked at."""
    place = str(tmp_path / "history.db")
    with open_store_for_recording(place) as store:
        assert list(store.database.rows("PRAGMA synchronous")) == [(2,)]
        assert list(store.database.rows("PRAGMA journal_mode")) == [("wal",)]
        assert list(store.database.rows("PRAGMA foreign_keys")) == [(1,)]


def test_left_over_files_of_a_killed_creation_do_no_harm(tmp_path):
    place = tmp_path / "history.db"
    record(str(place), NEW)
    shutil.copy(place, tmp_path / ".history.db-0123456789abcdef.new")
    assert record(str(place), NEW)[0].sequence == 2
