"""The archive of a pack: what we write others read, and nothing is read that we would not have written."""

import io
import random
import struct
import zipfile
import zlib

import pytest

from benchmark.evidence.archive import open_archive
from benchmark.evidence.archive_builder import ArchiveBuilder
from benchmark.evidence.archive_format import MOST_BYTES_OF_A_FILE, RATIO, ArchiveDefect, moment_of
from tests.packs import MOMENT, member

FILES = {
    "VERIFY.txt": b"read me\n",
    "manifest.json": b"{}\n" * 50,
    "runs/a/snapshot.json": random.Random(1).randbytes(150_000),
    "runs/a/empty": b"",
    "runs/b/zeros": b"0" * 1_000_000,
}


def built(files=FILES, moment=MOMENT):
    builder = ArchiveBuilder(io.BytesIO())
    for name, data in files.items():
        builder.add(name, data)
    out = io.BytesIO()
    builder.write(out.write, moment)
    return out.getvalue()


def read(data):
    archive = open_archive(io.BytesIO(data))
    return {name: archive.read(name) for name in archive.entries}


def put_together(*members, count=None, before=b"", between=b"", behind=b"", end=()):
    """An archive of ``member``s, whose central headers are taken as they are."""
    body = b"".join(local + data for local, data, _ in members)
    directory = b"".join(central for _, _, central in members)
    count = len(members) if count is None else count
    fields = dict(zip(("count", "size", "offset"), end, strict=False))
    record = struct.pack(
        "<4s4H2LH",
        b"PK\5\6",
        0,
        0,
        fields.get("count", count),
        fields.get("count", count),
        fields.get("size", len(directory)),
        fields.get("offset", len(before + body + between)),
        0,
    )
    return before + body + between + directory + record + behind


def test_what_is_written_reads_the_same_with_another_program():
    data = built()
    assert read(data) == FILES
    with zipfile.ZipFile(io.BytesIO(data)) as other:
        assert other.testzip() is None
        assert {each.filename: other.read(each) for each in other.infolist()} == FILES
        assert other.namelist() == sorted(FILES)
        assert {each.external_attr >> 16 for each in other.infolist()} == {0o100644}


def test_the_same_files_give_the_same_bytes_in_any_order():
    assert built() == built(dict(reversed(FILES.items())))


def test_the_time_is_that_which_was_given():
    moment = moment_of("2026-11-27T14:55:21Z")
    with zipfile.ZipFile(io.BytesIO(built(moment=moment))) as other:
        assert other.infolist()[0].date_time == (2026, 11, 27, 14, 55, 20)
    assert moment_of("1979-12-31T23:59:59Z") == moment_of("1970-01-01T00:00:00Z") == (0, 0x21)


def test_nothing_is_packed_so_small_that_it_would_be_refused():
    data = built({"zeros": b"0" * 1_000_000})
    assert len(data) > 1_000_000 / RATIO
    assert read(data) == {"zeros": b"0" * 1_000_000}


def test_large_files_are_read_in_pieces():
    archive = open_archive(io.BytesIO(built()))
    for name, data in FILES.items():
        pieces = list(archive.chunks(name))
        assert b"".join(pieces) == data
        assert all(len(each) <= 64 * 1024 for each in pieces)


def test_every_byte_that_is_flipped_is_noticed_or_carries_nothing():
    """A few bits pad packed data to whole bytes; with them flipped every file is what it was."""
    data = built()
    places = [*range(700), *range(700, len(data) - 600, 997), *range(len(data) - 600, len(data))]
    noticed = 0
    for at in places:
        for bit in (1, 16, 128):
            flipped = bytearray(data)
            flipped[at] ^= bit
            try:
                assert read(bytes(flipped)) == FILES
            except ArchiveDefect:
                noticed += 1
    assert noticed >= len(places) * 3 - 8


def test_every_end_that_is_cut_off_is_noticed():
    data = built({"a": b"1" * 40, "b": b"2"})
    for length in range(len(data)):
        with pytest.raises(ArchiveDefect):
            read(data[:length])


GOOD = member(b"a", b"data")
SECOND = (*member(b"b", b"more")[:2], member(b"b", b"more", offset=len(GOOD[0]) + 4)[2])


def test_the_hand_made_archive_is_one():
    assert read(put_together(GOOD, SECOND)) == {"a": b"data", "b": b"more"}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (b"/etc/passwd", "no name"),
        (b"../a", "no name"),
        (b"a/../b", "no name"),
        (b"a//b", "no name"),
        (b"a\\b", "no name"),
        (b"a/", "no name"),
        (b".hidden", "no name"),
        (b"a/.b", "no name"),
        (b"C:a", "no name"),
        (b"a b", "no name"),
        (b"a\0b", "no name"),
        (b"-rf", "no name"),
        (b"a.", "no name"),
        (b"", "no name"),
        (b"x" * 201, "more than a pack has"),
        ("ä".encode(), "not ASCII"),
        ("a\u0308".encode(), "not ASCII"),
        (b"a/b/c/d/e/f/g/h/i", "no name"),
    ],
)
def test_names_that_mean_something_elsewhere_are_refused(name, says):
    with pytest.raises(ArchiveDefect, match=says):
        read(put_together(member(name, b"data")))


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("a", "a"), "twice"),
        (("A", "a"), "also written"),
        (("a", "a/b"), "a directory"),
        (("A", "a/b"), "a directory"),
        (("b", "a"), "order"),
    ],
)
def test_names_that_could_be_taken_for_each_other_are_refused(names, says):
    one, other = (each.encode() for each in names)
    first = member(one, b"1")
    second = (*member(other, b"2")[:2], member(other, b"2", offset=len(first[0]) + 1)[2])
    with pytest.raises(ArchiveDefect, match=says):
        read(put_together(first, second))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"flags": 1}, "encrypted"),
        ({"flags": 8}, "flags"),
        ({"flags": 0x800}, "flags"),
        ({"method": 12}, "method 12"),
        ({"method": 99}, "method 99"),
        ({"mode": 0o120777}, "link"),
        ({"mode": 0o040755}, "link"),
        ({"mode": 0o100755}, "attributes"),
        ({"mode": 0}, "link"),
        ({"made_by": 0x14}, "attributes"),
        ({"needed": 45}, "flags"),
        ({"crc": 1}, "checksum"),
        ({"size": 3}, "as they stand"),
        ({"size": 3, "packed": 3}, "not lie|bytes between|begins"),
        ({"size": 5, "packed": 5}, "begins|between|ends|header"),
        ({"method": 8}, "too early"),
        ({"size": MOST_BYTES_OF_A_FILE + 1}, "would become"),
    ],
)
def test_fields_that_a_pack_does_without_are_refused(changes, says):
    with pytest.raises(ArchiveDefect, match=says):
        read(put_together(member(b"a", b"data", **changes)))


@pytest.mark.parametrize("field", ["flags", "method", "crc", "packed", "size", "needed"])
def test_a_header_that_says_something_else_than_the_directory_is_refused(field):
    other = member(b"a", b"data", **{field: 8})
    with pytest.raises(ArchiveDefect):
        read(put_together((other[0], b"data", GOOD[2])))


@pytest.mark.parametrize(
    "data",
    [
        put_together(GOOD, before=b"#!/bin/sh\n"),
        put_together(GOOD, between=b"hidden"),
        put_together(GOOD, behind=b"hidden"),
        put_together(GOOD) + put_together(GOOD),
        put_together(GOOD, GOOD),
        put_together(GOOD, SECOND, count=1),
        put_together(GOOD, count=2),
        put_together(GOOD, end=(1, 0xFFFFFFFF)),
        put_together(GOOD, end=(0xFFFF,)),
        put_together(GOOD, end=(65000,)),
        put_together((GOOD[0], b"data", b"")),
        put_together((GOOD[0], b"data", GOOD[2][:-1])),
        b"",
        b"PK\5\6",
        b"not an archive" * 10,
    ],
)
def test_archives_put_together_otherwise_are_refused(data):
    with pytest.raises(ArchiveDefect):
        read(data)


def test_an_archive_of_nothing_is_one():
    assert read(put_together()) == {}


def deflated(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def packed_member(packed, size, crc=0):
    return member(b"a", packed, method=8, packed=len(packed), size=size, crc=crc)


def test_a_bomb_is_refused_by_what_its_header_says():
    zeros = b"0" * 10_000_000
    with pytest.raises(ArchiveDefect, match="would become"):
        read(put_together(packed_member(deflated(zeros), len(zeros), zlib.crc32(zeros))))


def test_a_bomb_that_lies_about_its_size_is_stopped_there():
    zeros = b"0" * 50_000_000
    packed = deflated(zeros)
    archive = open_archive(io.BytesIO(put_together(packed_member(packed, 100_000, zlib.crc32(zeros[:100_000])))))
    taken = []
    with pytest.raises(ArchiveDefect, match="larger than the 100000"):
        taken.extend(map(len, archive.chunks("a")))
    assert sum(taken) <= 100_000


@pytest.mark.parametrize(
    ("packed", "size", "says"),
    [
        (deflated(b"data"), 5, "5 in its header"),
        (deflated(b"data")[:-1], 4, "too early"),
        (deflated(b"data") + b"x", 4, "behind the end"),
        (deflated(b"data") * 2, 4, "behind the end"),
        (b"\xff" * 10, 4, "damaged"),
    ],
)
def test_packed_data_that_are_not_what_is_said_are_refused(packed, size, says):
    with pytest.raises(ArchiveDefect, match=says):
        read(put_together(packed_member(packed, size, zlib.crc32(b"data"))))


def test_many_files_that_would_be_too_much_together_are_refused():
    members, at = [], 0
    for number in range(10):
        packed = b"x" * 3_000_000
        name = b"f%d" % number
        central = member(name, packed[:10], method=8, packed=3_000_000, size=500_000_000, offset=at)[2]
        local = member(name, b"", method=8, packed=3_000_000, size=500_000_000, crc=zlib.crc32(packed[:10]))[0]
        members.append((local, packed, central))
        at += len(local) + len(packed)
    with pytest.raises(ArchiveDefect, match="when unpacked"):
        read(put_together(*members))


def test_a_builder_refuses_what_a_reader_would():
    builder = ArchiveBuilder(io.BytesIO())
    builder.add("a", b"1")
    builder.add("a", b"1")
    with pytest.raises(ArchiveDefect, match="twice"):
        builder.add("a", b"2")
    builder.add("A", b"1")
    with pytest.raises(ArchiveDefect, match="also written"):
        builder.write(lambda _: None, MOMENT)
