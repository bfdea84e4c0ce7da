"""The snapshot file: what goes in comes out, and damage never becomes a value."""

import contextlib
import gzip
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.model.facts import ABSENT, Reason, Source, Subject, Unavailable
from benchmark.model.snapshot import Collector, Enumeration, Snapshot, Target
from benchmark.model.snapshot_file import SnapshotDefect, compress, decode_snapshot, encode_snapshot

INSPECT = Source("GET /containers/ab/json", "2026-01-01T00:00:00Z", "sha256:00")
FILE = Source("file:/etc/docker/daemon.json", "2026-01-01T00:00:00Z", "sha256:01", "says false")


def example():
    container = Subject(
        "container", "web\x1b[31m", "ab" * 32,
        {
            "HostConfig.Privileged": False,
            "State.Health.Status": ABSENT,
            "Mounts": Unavailable(Reason.DENIED, "x"),
            "HostConfig.CapAdd": None,
        },
        INSPECT,
    )  # fmt: skip
    daemon = Subject(
        "daemon",
        "",
        "",
        {"daemon.icc": False},
        sources={"daemon.icc": (FILE,)},
        notes={"daemon.icc": "pending restart"},
    )
    gone = Subject("container", "db", "cd" * 32, {}, INSPECT, blocked=Unavailable(Reason.TIMEOUT, "2 s"))
    return Snapshot(
        Target("host", product="docker"), Collector("1", 0, "root"), "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z",
        (container, daemon, gone),
        {
            "containers": Enumeration((0, 2), vanished=("x",), sources=(INSPECT,)),
            "images": Enumeration(gap=Unavailable(Reason.RESET)),
        },
        ("one warning",),
    )  # fmt: skip


def changed(edit):
    document = json.loads(encode_snapshot(example()))
    edit(document)
    return json.dumps(document).encode()


def test_round_trip_plain_and_compressed():
    data = encode_snapshot(example())
    assert decode_snapshot(data) == example()
    assert decode_snapshot(compress(data)) == example()
    assert encode_snapshot(decode_snapshot(data)) == data
    assert compress(data) == compress(data)


def test_what_no_utf8_can_hold_is_replaced_when_it_is_written():
    data = encode_snapshot(replace(example(), warnings=("\udcff\\ud800 \U0001f600",)))
    assert json.loads(data)["warnings"] == ["\ufffd\\ud800 \U0001f600"]


def test_a_wrong_type_is_unavailable_and_not_a_value():
    damaged = decode_snapshot(changed(lambda d: d["subjects"][0]["values"].update({"HostConfig.Privileged": "false"})))
    assert damaged.subjects[0].facts["HostConfig.Privileged"].reason is Reason.WRONG_TYPE


def test_a_removed_fact_was_not_collected():
    damaged = decode_snapshot(changed(lambda d: d["subjects"][0]["values"].pop("HostConfig.Privileged")))
    assert damaged.subjects[0].fact("HostConfig.Privileged").reason is Reason.NOT_COLLECTED


def test_a_removed_enumeration_is_a_gap():
    damaged = decode_snapshot(changed(lambda d: d["enumerations"].pop("containers")))
    assert damaged.enumeration("containers").gap.reason is Reason.NOT_COLLECTED


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: d.update(schema="dockmark/snapshot/2"),
        lambda d: d.update(extra=1),
        lambda d: d.pop("subjects"),
        lambda d: d.update(subjects={}),
        lambda d: d["subjects"][0].update(kind="elephant"),
        lambda d: d["subjects"][0].update(extra=1),
        lambda d: d["subjects"][0]["values"].update({"HostConfig.Secret": 1}),
        lambda d: d["subjects"][0].update(absent=["HostConfig.Privileged"]),
        lambda d: d["subjects"][0].update(absent=["nothing.such"]),
        lambda d: d["subjects"][0].update(source=-1),
        lambda d: d["subjects"][0].update(source=99),
        lambda d: d["subjects"][0]["unavailable"].update(Mounts={"reason": "because", "detail": ""}),
        lambda d: d["enumerations"].update(elephants={"members": []}),
        lambda d: d["enumerations"].update(running_containers={"members": []}),
        lambda d: d["enumerations"]["containers"].update(members=[1]),
        lambda d: d["enumerations"]["containers"].update(members=[-1]),
        lambda d: d["enumerations"]["containers"].update(members=[0.0]),
        lambda d: d["target"].update(name=5),
        lambda d: d["collector"].update(uid="root"),
        lambda d: d.update(collected_at=None),
        lambda d: d.update(collected_at="yesterday"),
        lambda d: d.update(finished_at="2026-01-01T00:00:01Z\n  + pass"),
    ],
)
def test_refused_when_it_is_not_what_it_should_be(edit):
    with pytest.raises(SnapshotDefect):
        decode_snapshot(changed(edit))


@pytest.mark.parametrize(
    "data", [b"", b"null", b"[]", b"{", b"\x1f\x8b", b"\x1f\x8bgarbage", compress(encode_snapshot(example()))[:-20]]
)
def test_broken_files_are_refused(data):
    with pytest.raises(SnapshotDefect):
        decode_snapshot(data)


def test_a_bomb_is_not_inflated(monkeypatch):
    monkeypatch.setattr("benchmark.model.snapshot_file.MAX_BYTES", 1000)
    with pytest.raises(SnapshotDefect, match="larger"):
        decode_snapshot(gzip.compress(b" " * 2000))


@given(st.data())
def test_flipped_bytes_never_raise_anything_else(data):
    original = bytearray(encode_snapshot(example()))
    for _ in range(data.draw(st.integers(1, 3))):
        original[data.draw(st.integers(0, len(original) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(SnapshotDefect):
        assert decode_snapshot(bytes(original)).subjects is not None


def test_the_order_of_keys_changes_no_byte():
    """Sources are numbered as they are met: so they have to be met in an order of their own."""
    made = example()
    container, daemon, gone = made.subjects
    sources = {"daemon.icc": (FILE,), "daemon.debug": (INSPECT,)}
    there, back = (
        replace(made, subjects=(container, replace(daemon, sources=each), gone), enumerations=listed)
        for each, listed in (
            (sources, {"images": Enumeration(sources=(FILE,)), "containers": Enumeration((0, 2), sources=(INSPECT,))}),
            (
                dict(reversed(sources.items())),
                {"containers": Enumeration((0, 2), sources=(INSPECT,)), "images": Enumeration(sources=(FILE,))},
            ),
        )
    )
    assert encode_snapshot(there) == encode_snapshot(back)
