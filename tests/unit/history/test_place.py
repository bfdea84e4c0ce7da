import os
import sqlite3
import stat
from pathlib import Path

import pytest

from benchmark.history.location import read_location
from benchmark.history.store import open_store, open_store_for_recording
from benchmark.history.store_error import NotYours, StoreDamaged, StoreError
from tests.histories import new_run, record

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="files of other owners need root")


def modes(directory: Path) -> dict[str, int]:
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in directory.iterdir()}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_nobody_else_can_read_it(tmp_path, umask):
    before = os.umask(umask)
    try:
        place = tmp_path / "deep" / "down" / "history.db"
        with open_store_for_recording(str(place)) as store:
            store.record(new_run())
            assert modes(place.parent) == dict.fromkeys(("history.db", "history.db-wal", "history.db-shm"), 0o600)
    finally:
        os.umask(before)
    assert modes(place.parent) == {"history.db": 0o600}
    assert [stat.S_IMODE(each.stat().st_mode) for each in (place.parent, place.parent.parent)] == [0o700, 0o700]


@as_root
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda place: place.chmod(0o620), "others may write"),
        (lambda place: place.chmod(0o602), "others may write"),
        (lambda place: os.chown(place, 1234, 0), "belongs to uid 1234"),
        (lambda place: place.parent.chmod(0o770), "others may write"),
        (lambda place: place.parent.chmod(0o1777), "others may write"),
        (lambda place: os.chown(place.parent, 1234, 0), "belongs to uid 1234"),
        (lambda place: place.parent.parent.chmod(0o777), "others may write"),
        (lambda place: os.chown(place.parent.parent, 1234, 0), "belongs to uid 1234"),
        (lambda place: Path(f"{place}-wal").symlink_to("/tmp/x"), "is a symbolic link"),
        (lambda place: (place.rename(f"{place}2"), place.symlink_to(f"{place}2")), "is a symbolic link"),
    ],
)
def test_root_keeps_no_history_where_others_may_write(tmp_path, spoil, told):
    top = tmp_path / "top"
    place = top / "state" / "history.db"
    record(str(place), new_run())
    spoil(place)
    for opened in (open_store, open_store_for_recording):
        with pytest.raises(NotYours, match=told):
            opened(str(place))


@as_root
def test_root_makes_no_history_where_others_may_write(tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(NotYours, match="others may write"):
        record(str(tmp_path / "open" / "history.db"), new_run())
    assert list((tmp_path / "open").iterdir()) == []


@as_root
def test_a_sticky_directory_above_is_no_danger(tmp_path):
    (tmp_path / "sticky").mkdir()
    (tmp_path / "sticky").chmod(0o1777)
    assert record(str(tmp_path / "sticky" / "own" / "history.db"), new_run())


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: path.mkdir(), "not a regular file"),
        (os.mkfifo, "not a regular file"),
        (lambda path: path.write_bytes(b""), "the file is empty"),
        (lambda path: path.write_text("hello"), "no history"),
        (
            lambda path: sqlite3.connect(path).execute("CREATE TABLE x (y)").connection.close(),
            "not a history of dockmark",
        ),
    ],
)
def test_what_is_no_history_is_told_and_left_alone(tmp_path, make, told):
    path = tmp_path / "history.db"
    make(path)
    path.chmod(0o600)
    before = path.read_bytes() if path.is_file() else None
    for opened in (open_store, open_store_for_recording):
        with pytest.raises(StoreError, match=told):
            opened(str(path))
    assert before == (path.read_bytes() if path.is_file() else None)


def test_a_place_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        record(str(tmp_path / "file" / "history.db"), new_run())


@pytest.mark.parametrize("name", ["plain.db", "with blank.db", "per%20cent?mode=ro#x.db", "Ümläut.db", "x&y=z.db"])
def test_any_name_of_a_file(tmp_path, name):
    place = str(tmp_path / name)
    (run,) = record(place, new_run())
    with open_store(place) as store:
        assert list(store.runs()) == [run]
    assert [each.name for each in tmp_path.iterdir() if not each.name.endswith(("-wal", "-shm"))] == [name]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/var/lib/x.db", "/var/lib/x.db"),
        ("sqlite:///var/lib/x.db", "/var/lib/x.db"),
        ("sqlite:////var/lib/x.db", "//var/lib/x.db"),
        ("sqlite:///with%20blank.db", "/with blank.db"),
        (
            "postgresql://me:secret@host:5432/history?sslmode=verify-full&password=x",
            "postgresql://me@host:5432/history",
        ),
        ("postgresql:///history", "postgresql:///history"),
        ("postgresql://host/history", "postgresql://host/history"),
        ("postgresql://me:a%40b@host/history", "postgresql://me@host/history"),
    ],
)
def test_what_a_location_is_called(text, shown):
    assert str(read_location(text)) == shown
    assert "secret" not in repr(read_location(text))


@pytest.mark.parametrize(
    "text",
    [
        *("", "sqlite://relative.db", "sqlite:///", "sqlite:///x?mode=ro", "mysql://me:secret@h/d", "x\0y"),
        *(
            "postgresql://me:sec@ret@h/d",
            "postgresql://me:sec/ret@h/d",
            "postgresql://me:sec ret@h/d",
            "oracle://secret",
        ),
        *("postgresql+psycopg2://me:secret@h/d", "http://secret"),
    ],
)
def test_what_names_no_store_is_refused_and_not_repeated(text):
    with pytest.raises(StoreError) as refused:
        read_location(text)
    assert not isinstance(refused.value, StoreDamaged)
    assert "ret" not in str(refused.value).replace("written", "")
