"""What is found in image archives of every form, and in hostile ones."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.collect.archive.limits import ArchiveDefect, ArchiveLimits
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, Reason, Unavailable
from benchmark.model.facts_image_content import IMAGE_CONTENT_FACTS
from tests.unit.collect.archive.made_archives import (
    KEY,
    archive,
    digest,
    directory,
    entry,
    extended,
    facts_of,
    hardlink,
    header,
    layer,
    oci,
    padded,
    paths,
    pax,
    record,
    saved,
    symlink,
)

SU = entry("bin/su", b"su", mode=0o4755)
PLAIN = entry("bin/ls", b"ls", mode=0o755)


def defect(data: bytes, limits: ArchiveLimits | None = None) -> Reason:
    with pytest.raises(ArchiveDefect) as caught:
        facts_of(data, limits)
    return caught.value.reason


def setuid(*layers: bytes) -> list[object]:
    return paths(facts_of(saved(*layers))["content.setuid_files"])


RICH = (
    layer(
        directory("./"),
        directory("tmp/", 0o1777),
        directory("srv/open", 0o777),
        SU,
        PLAIN,
        entry("bin/wall", b"12345", mode=0o2755),
        entry("etc/passwd", b"root:x:0:0::/root:/bin/sh\nweb:x:101:101::/:/bin/false\nbad:x:abc:\nweb:x:7:7::/:\n\n"),
        entry("srv/notes", b"123", mode=0o666),
        entry("root/.ssh/id_rsa", KEY, mode=0o600),
        symlink("etc/mtab", "/proc/mounts"),
    ),
    layer(
        entry("root/.ssh/.wh.id_rsa"),
        entry("bin/ls", b"replaced", mode=0o755),
        hardlink("bin/ls2", "bin/ls"),
        entry("../../outside", b"x"),
    ),
)


@pytest.mark.parametrize(
    "data",
    [saved(*RICH), oci(*RICH), oci(*RICH, packed=""), oci(*RICH, docker=True), oci(*RICH, platforms=3)],
    ids=["docker save", "oci gzip", "oci plain", "oci with manifest.json", "oci with platforms that are not there"],
)
@pytest.mark.parametrize("piece", [65536, 1000, 1])
def test_every_form_of_archive_says_the_same(data: bytes, piece: int) -> None:
    facts = facts_of(data, piece=piece)
    old, new = (digest(each) for each in RICH)
    assert facts == {
        "content.read": True,
        "content.setuid_files": [{"path": "/bin/su", "names": ["/bin/su"], "layer": old, "mode": "4755"}],
        "content.setuid_count": 1,
        "content.setgid_files": [{"path": "/bin/wall", "names": ["/bin/wall"], "layer": old, "mode": "2755"}],
        "content.setgid_count": 1,
        "content.world_writable_files": [
            {"path": "/srv/notes", "layer": old, "mode": "0666", "kind": "file"},
            {"path": "/srv/open", "layer": old, "mode": "0777", "kind": "directory"},
        ],
        "content.world_writable_count": 2,
        "content.private_keys": [
            {"path": "/root/.ssh/id_rsa", "layer": old, "kind": "OPENSSH PRIVATE KEY", "still_visible": False}
        ],
        "content.private_key_count": 1,
        "content.escaping_entries": [{"path": "../../outside", "layer": new, "kind": "parent"}],
        "content.escaping_count": 1,
        "content.hidden_bytes": 2 + len(KEY),
        "content.layers": [
            {"digest": old, "bytes": 92 + len(KEY), "files": 7, "hidden_bytes": 2 + len(KEY)},
            {"digest": new, "bytes": 9, "files": 3, "hidden_bytes": 0},
        ],
        "content.user_ids": {"root": "0", "web": "101", "bad": "0"},
    }
    assert facts.keys() == IMAGE_CONTENT_FACTS.keys()
    for name, value in facts.items():
        assert not isinstance(conform(IMAGE_CONTENT_FACTS[name], name, value), Unavailable)  # type: ignore[arg-type]
    assert "bm90IGEga2V5" not in json.dumps(facts)


# What later layers do to earlier ones


@pytest.mark.parametrize(
    ("above", "seen"),
    [
        (layer(PLAIN), ["/bin/su"]),
        (layer(entry("bin/su", b"new", mode=0o755)), []),
        (layer(entry("bin/.wh.su")), []),
        (layer(entry(".wh.bin")), []),
        (layer(directory("bin"), entry("bin/.wh..wh..opq")), []),
        (layer(entry(".wh..wh..opq")), []),
        (layer(entry("bin", b"a file now")), []),
        (layer(symlink("bin", "usr/bin")), []),
        (layer(directory("bin")), ["/bin/su"]),
        (layer(entry("bin/.wh.s")), ["/bin/su"]),
        (layer(entry(".wh.bi")), ["/bin/su"]),
        (layer(entry(".wh..wh.plnk")), ["/bin/su"]),
        (layer(entry("bin/.wh..")), ["/bin/su"]),
        (layer(entry("bin/.wh...")), ["/bin/su"]),
        (layer(entry("bin/.wh.")), ["/bin/su"]),
        (layer(), ["/bin/su"]),
        (bytes(1024), ["/bin/su"]),
        (layer(entry("", b"a file in place of the root")), ["/bin/su"]),
        (layer(symlink("./", "/elsewhere")), ["/bin/su"]),
        # engines differ on what these delete: nothing may be taken for gone
        (layer(entry(".wh.bin"), directory("bin")), ["/bin/su"]),
        (layer(entry("bin/.wh.su"), entry("bin", b"file"), directory("bin")), ["/bin/su"]),
        (layer(pax({"SCHILY.xattr.trusted.overlay.redirect": "/bin"}), directory("x"), entry(".wh.bin")), ["/bin/su"]),
    ],
)
def test_what_a_newer_layer_hides(above: bytes, seen: list[str]) -> None:
    assert setuid(layer(directory("bin"), SU), above) == seen


@pytest.mark.parametrize(
    ("entries", "seen"),
    [
        ([SU, entry("bin/su", b"x", mode=0o755)], []),
        ([entry("bin/su", b"x", mode=0o755), SU], ["/bin/su"]),
        ([entry("bin/.wh.su"), SU], ["/bin/su"]),
        ([SU, entry("bin/.wh.su")], ["/bin/su"]),
        ([SU, directory("bin/su")], ["/bin/su"]),
        ([entry("/bin/su", mode=0o4755)], ["/bin/su"]),
        ([entry("./bin//x/.././su", mode=0o4755)], ["/bin/su"]),
        ([directory("bin", 0o6777)], []),
        ([entry("dev/x", flag=b"3", mode=0o4755)], []),
        ([symlink("bin/sh", "su")], []),
        ([entry("bin/odd", b"x", flag=b"7", mode=0o4755)], ["/bin/odd"]),
        ([entry("bin/odd", b"x", flag=b"Z", mode=0o4755)], ["/bin/odd"]),
        ([entry("bin/old", b"x", flag=b"\0", mode=0o4755)], ["/bin/old"]),
        ([entry("bin/old/", flag=b"\0", mode=0o4755)], []),
        ([entry(b"bin/\xff", mode=0o4755)], ["/bin/\\xff"]),
        ([header(b"bin/su", mode=b"\x80\0\0\0\0\0\x09\xed")], ["/bin/su"]),
        ([header(b"su", prefix=b"usr/bin", mode=b"0004755\0")], ["/usr/bin/su"]),
        ([header(b"su", magic=b"ustar  \0", tail=b"00000000000\0", mode=b"0004755\0")], ["/su"]),
        ([header(b"su", magic=b"ustar  \0", prefix=b"usr/bin", mode=b"0004755\0")], ["/usr/bin/su"]),
        ([header(b"su", magic=bytes(8), prefix=b"usr/bin", mode=b"4755")], ["/su"]),
        ([header(b"su", mode=b"  4755 \0")], ["/su"]),
    ],
)
def test_setuid_files_of_one_layer(entries: list[bytes], seen: list[str]) -> None:
    assert setuid(layer(*entries)) == seen


def test_a_file_with_several_names_is_one_file() -> None:
    facts = facts_of(saved(layer(SU, hardlink("bin/b", "bin/su"), hardlink("bin/a", "/bin/b"), entry("c", b"c"))))
    (found,) = facts["content.setuid_files"]  # type: ignore[misc,union-attr]
    assert (found["path"], found["names"]) == ("/bin/a", ["/bin/a", "/bin/b", "/bin/su"])  # type: ignore[call-overload,index]


def test_a_hard_link_that_gives_its_target_the_bit() -> None:
    (found,) = facts_of(saved(layer(PLAIN, hardlink("bin/x", "bin/ls", 0o4755))))["content.setuid_files"]  # type: ignore[misc,union-attr]
    assert found["names"] == ["/bin/ls", "/bin/x"]  # type: ignore[call-overload,index]


def test_a_hard_link_to_a_file_of_an_older_layer() -> None:
    assert setuid(layer(SU), layer(entry("bin/.wh.su"), hardlink("bin/x", "bin/su"))) == ["/bin/x"]
    assert setuid(layer(SU), layer(entry("bin/su", mode=0o755)), layer(hardlink("bin/x", "bin/su"))) == []


def test_a_name_that_goes_on_after_the_target_was_replaced() -> None:
    """The file that both names had is still there under one of them; that it is named twice errs on the safe side."""
    facts = facts_of(saved(layer(SU, hardlink("bin/x", "bin/su"), entry("bin/su", b"harmless", mode=0o755))))
    (found,) = facts["content.setuid_files"]  # type: ignore[misc,union-attr]
    assert "/bin/x" in found["names"]  # type: ignore[call-overload,index,operator]


def test_the_same_layer_twice() -> None:
    empty = layer()
    names = [f"{at:064x}/layer.tar" for at in range(3)]
    config = json.dumps({"rootfs": {"diff_ids": ["sha256:a", "sha256:b", "sha256:b"]}}).encode()
    files = {
        names[2]: f"../{names[1].split('/')[0]}/layer.tar",  # how docker save writes a layer that it has written
        names[0]: layer(SU),
        names[1]: empty,
        "c.json": config,
        "manifest.json": json.dumps([{"Config": "c.json", "Layers": names}]).encode(),
    }
    assert paths(facts_of(archive(files))["content.setuid_files"]) == ["/bin/su"]


def test_an_image_without_layers() -> None:
    assert facts_of(saved())["content.setuid_files"] == []


# Private keys


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("root/.ssh/id_ed25519", KEY, "OPENSSH PRIVATE KEY"),
        ("root/.ssh/backup", b"Comment\n" + KEY, "OPENSSH PRIVATE KEY"),
        ("etc/server.pem", b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n" + KEY, "OPENSSH PRIVATE KEY"),
        ("etc/server.KEY", b"-----BEGIN RSA PRIVATE KEY-----", "RSA PRIVATE KEY"),
        ("etc/server.key", b"-----BEGIN ENCRYPTED PRIVATE KEY-----", "ENCRYPTED PRIVATE KEY"),
        ("etc/server.key", b"-----BEGIN PRIVATE KEY-----", "PRIVATE KEY"),
        ("srv/x.asc", b"-----BEGIN PGP PRIVATE KEY BLOCK-----", "PGP PRIVATE KEY BLOCK"),
        ("srv/x.ppk", b"PuTTY-User-Key-File-3: ssh-rsa", "PuTTY"),
        ("etc/ssh/ssh_host_rsa_key", KEY, "OPENSSH PRIVATE KEY"),
        ("opt/hidden.dat", b"\n" + KEY, "OPENSSH PRIVATE KEY"),
        ("id_rsa", b"\x00\x01 no heading", "named like a key"),
        ("id_rsa", b"", None),
        ("id_rsa.pub", b"ssh-rsa AAAA", None),
        ("etc/ca.pem", b"-----BEGIN CERTIFICATE-----", None),
        ("etc/server.pem", b"-----BEGIN PUBLIC KEY-----", None),
        ("usr/lib/parser.py", b"HEADING = '-----BEGIN PRIVATE KEY-----'", None),
        ("etc/late.pem", b"x" * 5000 + KEY, None),
        ("opt/large", KEY + bytes(70_000), None),
    ],
)
def test_private_keys(name: str, data: bytes, kind: str | None) -> None:
    facts = facts_of(saved(layer(entry(name, data))), piece=512)
    found = facts["content.private_keys"]
    assert isinstance(found, list)
    assert [each["kind"] for each in found if isinstance(each, dict)] == ([kind] if kind else [])


def test_a_key_that_a_later_layer_deletes_is_still_in_the_archive() -> None:
    facts = facts_of(saved(layer(entry("a.key", KEY), entry("b.key", KEY)), layer(entry(".wh.a.key"))))
    found = facts["content.private_keys"]
    assert isinstance(found, list)
    assert [(each["path"], each["still_visible"]) for each in found if isinstance(each, dict)] == [
        ("/a.key", False), ("/b.key", True),
    ]  # fmt: skip


# Entries that would leave the root


@pytest.mark.parametrize(
    ("entries", "kinds"),
    [
        ([entry("/etc/passwd")], ["absolute"]),
        ([entry("../x")], ["parent"]),
        ([entry("a/../../x")], ["parent"]),
        ([entry("a/../x")], []),
        ([entry("..a/b..c/...")], []),
        ([symlink("etc/x", "../../x")], ["symlink"]),
        ([symlink("etc/x", "../x")], []),
        ([symlink("etc/x", "/x")], []),
        ([symlink("x", "/"), entry("x/etc/cron.d/x")], ["through_link"]),
        ([entry("x/y/z"), symlink("x", "../..")], ["symlink", "through_link"]),
        ([symlink("lib", "usr/lib"), entry("lib/x")], []),
        ([symlink("lib", "/usr/lib"), entry("lib2/x")], []),
        ([hardlink("x", "../../etc/shadow")], ["hardlink"]),
        ([hardlink("x", "/bin/su")], []),
        ([entry("", b"x")], ["root"]),
        ([entry("x/.wh...")], ["whiteout"]),
    ],
)
def test_entries_that_escape(entries: list[bytes], kinds: list[str]) -> None:
    found = facts_of(saved(layer(*entries)))["content.escaping_entries"]
    assert isinstance(found, list)
    assert sorted(str(each["kind"]) for each in found if isinstance(each, dict)) == kinds


# Users


@pytest.mark.parametrize(
    ("layers", "users"),
    [
        ((layer(),), ABSENT),
        ((layer(entry("etc/passwd", b"")),), {}),
        ((layer(entry("etc/passwd", b"a:x:1:1\n")), layer(entry("etc/passwd", b"a:x:2:2"))), {"a": "2"}),
        ((layer(entry("etc/passwd", b"a:x:1:1\n")), layer(entry("etc/.wh.passwd"))), ABSENT),
        ((layer(entry("etc/passwd", b"a:x:+0:\nb\nc:x:-1:1\nd:x:1_0:1\n:x:5:\ne:x: 7:")),),
         {"a": "0", "b": "0", "c": "-1", "d": "0", "e": "0"}),
    ],
)  # fmt: skip
def test_users(layers: tuple[bytes, ...], users: object) -> None:
    assert facts_of(saved(*layers))["content.user_ids"] == users


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([symlink("etc/passwd", "/data/passwd")], Reason.LINK_REFUSED),
        ([entry("x", b"a:x:0:0"), hardlink("etc/passwd", "x")], Reason.LINK_REFUSED),
        ([symlink("etc", "usr/etc"), entry("usr/etc/passwd", b"a:x:0:0")], Reason.LINK_REFUSED),
        ([entry("etc/passwd", bytes(2000))], Reason.OVERSIZE),
    ],
)
def test_users_that_cannot_be_told(entries: list[bytes], reason: Reason) -> None:
    found = facts_of(saved(layer(*entries)), ArchiveLimits(accounts_bytes=1000))["content.user_ids"]
    assert isinstance(found, Unavailable)
    assert found.reason is reason


# Names longer than a header holds

LONG = "d/" * 120 + "su"


@pytest.mark.parametrize(
    "before",
    [
        pax({"path": LONG}),
        extended(LONG.encode() + b"\0", b"L"),
        pax({"path": LONG}) + extended(LONG.encode(), b"L"),
        pax({"comment": "x"}, b"g") + pax({"path": LONG, "mtime": "1.5", "SCHILY.xattr.user.x": "a\n=\0b"}),
        pax({"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": LONG, "path": "other"}),
    ],
)
def test_long_names(before: bytes) -> None:
    assert setuid(layer(before, entry("short", b"x", mode=0o4755), PLAIN)) == ["/" + LONG]


def test_long_link_targets() -> None:
    far = ".." + "/.." * 60
    for before in (pax({"linkpath": far}), extended(far.encode(), b"K")):
        assert paths(facts_of(saved(layer(before, symlink("x", "y"))))["content.escaping_entries"]) == ["x"]


def test_a_size_from_an_extended_header() -> None:
    data = b"x" * 700
    hidden_entry = padded(data)
    assert setuid(layer(pax({"size": "700"}), header(b"big"), hidden_entry, SU)) == ["/bin/su"]


def test_an_old_sparse_file() -> None:
    """Its map goes on in a block of its own before the data."""
    first = bytearray(header(b"lastlog", b"S", size=3, magic=b"ustar  \0", checksum=b""))
    first[482] = 1
    first[148:156] = b" " * 8
    first[148:156] = b"%06o\0 " % sum(first)
    assert setuid(layer(bytes(first), bytes(512), padded(b"abc"), SU)) == ["/bin/su"]


# Damaged and hostile archives: an error with a reason, never a shorter list

ZSTD = b"\x28\xb5\x2f\xfd" + bytes(600)
BOMB = gzip.compress(bytes(50_000_000), mtime=0)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (ZSTD, Reason.UNSUPPORTED),
        (b"", Reason.SYNTAX),
        (b"{}", Reason.SYNTAX),
        (b"x" * 2000, Reason.SYNTAX),
        (SU[:513], Reason.TRUNCATED),
        (SU + PLAIN[:100], Reason.TRUNCATED),
        (gzip.compress(layer(SU), mtime=0)[:-5], Reason.TRUNCATED),
        (gzip.compress(layer(SU), mtime=0) + b"garbage", Reason.SYNTAX),
        (gzip.compress(layer(SU), mtime=0)[:-8] + bytes(8), Reason.SYNTAX),
        (gzip.compress(b"x" * 1000, mtime=0), Reason.SYNTAX),
        (layer(PLAIN, header(b"x", checksum=b"000001\0 "), SU), Reason.SYNTAX),
        (layer(PLAIN, header(b"x", checksum=b""), SU), Reason.SYNTAX),
        (layer(PLAIN, bytes(512), SU), Reason.SYNTAX),
        (layer(PLAIN, header(b"x", size=b"0000000009z\0")), Reason.SYNTAX),
        (layer(PLAIN, header(b"x", size=b"\xff" * 12)), Reason.SYNTAX),
        (layer(PLAIN, header(b"x", size=b"\x80" + b"\xff" * 11)), Reason.SYNTAX),
        (layer(PLAIN, header(b"x", mode=b"09\0\0\0\0\0\0")), Reason.SYNTAX),
        (layer(PLAIN, header(b"x", size=2**33 - 1)), Reason.TRUNCATED),
        (layer(PLAIN, header(b"x", size=b"\x80" + bytes(6) + b"\x7f\xff\xff\xff\xff")), Reason.TRUNCATED),
        (layer(pax({"path": "x"}), end=bytes(1024)), Reason.SYNTAX),
        (layer(pax({"path": "x"}), end=b""), Reason.TRUNCATED),
        (layer(pax({"path": "x"}), pax({"path": "y"}), PLAIN), Reason.SYNTAX),
        (layer(extended(record("path", "a") + record("path", "b")), PLAIN), Reason.SYNTAX),
        (layer(pax({"path": "a" * 200}), extended(b"b" * 200, b"L"), PLAIN), Reason.SYNTAX),
        (layer(extended(b"a" * 101, b"L"), extended(b"b" * 101, b"L"), PLAIN), Reason.SYNTAX),
        (layer(pax({"path": "x"}, b"g"), PLAIN), Reason.SYNTAX),
        (layer(pax({"size": "-1"}), PLAIN), Reason.SYNTAX),
        (layer(pax({"size": "9" * 30}), PLAIN), Reason.SYNTAX),
        (layer(pax({"GNU.sparse.name": "su"}), PLAIN), Reason.SYNTAX),
        (layer(extended(b"99 path=x\n"), PLAIN), Reason.SYNTAX),
        (layer(extended(b"9 path=x\n0 "), PLAIN), Reason.SYNTAX),
        (layer(extended(b"3 \n"), PLAIN), Reason.SYNTAX),
        (layer(extended(b"10 path=\0x\n"), PLAIN), Reason.SYNTAX),
        (layer(extended(b"-5 a=b\n"), PLAIN), Reason.SYNTAX),
        (layer(extended(b"x" * 4000), PLAIN), Reason.OVERSIZE),
        (layer(header(b"x", b"x", size=2**33 - 1), PLAIN), Reason.OVERSIZE),
        (layer(header(b"x", b"L", size=2**33 - 1), PLAIN), Reason.OVERSIZE),
        (layer(pax({"path": "p" * 2500}), PLAIN), Reason.OVERSIZE),
    ],
)
def test_a_damaged_layer(bad: bytes, reason: Reason) -> None:
    limits = ArchiveLimits(extension_bytes=3000, path_bytes=2000)
    assert defect(saved(layer(SU), bad), limits) is reason
    assert defect(saved(bad, layer(SU)), limits) is reason


@pytest.mark.parametrize(
    "limits",
    [
        ArchiveLimits(unpacked_bytes=10_000_000),
        ArchiveLimits(stream_bytes=10_000),
        ArchiveLimits(entries=3),
        ArchiveLimits(name_bytes=20),
        ArchiveLimits(document_bytes=50),
    ],
)
def test_a_limit_of_the_whole_archive(limits: ArchiveLimits) -> None:
    assert defect(saved(BOMB, layer(SU, PLAIN)), limits) is Reason.OVERSIZE


def test_a_bomb_within_the_limits_is_read_in_flat_memory() -> None:
    import tracemalloc

    data = saved(gzip.compress(entry("zeros", bytes(50_000_000)) + SU, mtime=0))
    tracemalloc.start()
    facts = facts_of(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert facts["content.setuid_count"] == 1
    assert peak < 5_000_000


MANIFEST = json.dumps([{"Config": "config.json", "Layers": []}]).encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.TRUNCATED),
        (saved(layer(SU))[:1500], Reason.TRUNCATED),
        (saved(layer(SU)).rstrip(b"\0"), Reason.TRUNCATED),
        (archive({}), Reason.SYNTAX),
        (archive({"x": b"y"}), Reason.SYNTAX),
        (b'{"errorDetail": {"message": "unexpected EOF"}}' * 30, Reason.SYNTAX),
        (saved(layer(SU), **{"manifest.json": b"[]"}), Reason.WRONG_TYPE),
        (saved(layer(SU), **{"manifest.json": b"{}"}), Reason.WRONG_TYPE),
        (saved(layer(SU), **{"manifest.json": b"[{}, {}]"}), Reason.WRONG_TYPE),
        (saved(layer(SU), **{"manifest.json": b"[1]"}), Reason.WRONG_TYPE),
        (saved(layer(SU), **{"manifest.json": b'[{"Config": 1}]'}), Reason.WRONG_TYPE),
        (saved(layer(SU), **{"manifest.json": MANIFEST}), Reason.WRONG_TYPE),
        (saved(layer(SU), **{"manifest.json": b'[{"Config": "config.json", "Layers": "x"}]'}), Reason.WRONG_TYPE),
        (saved(layer(SU), **{"manifest.json": b'[{"Config": "config.json", "Layers": [1]}]'}), Reason.WRONG_TYPE),
        (saved(layer(SU), **{"manifest.json": b'[{"Config": "config.json", "Layers": ["config.json"]}]'}), Reason.WRONG_TYPE),
        (saved(layer(SU), **{"manifest.json": b'[{"Config": "config.json", "Layers": ["../gone"]}]'}), Reason.TRUNCATED),
        (saved(layer(SU), **{"manifest.json": b'[{"a": 1, "a": 2}]'}), Reason.DUPLICATE_KEY),
        (saved(layer(SU), **{"manifest.json": b"[" * 5000}), Reason.TOO_DEEP),
        (saved(layer(SU), **{"manifest.json": b"[\xff"}), Reason.NOT_UTF8),
        (saved(layer(SU), **{"manifest.json": "manifest.json"}), Reason.LINK_LOOP),
        (saved(layer(SU), **{"config.json": "a", "a": "b", "b": "config.json"}), Reason.LINK_LOOP),
        (saved(layer(SU), **{"config.json": None}), Reason.TRUNCATED),
        (saved(layer(SU), **{"config.json": b"{}"}), Reason.WRONG_TYPE),
        (saved(layer(SU), **{"config.json": b'{"rootfs": {"diff_ids": ["a", "b"]}}'}), Reason.WRONG_TYPE),
        (saved(layer(SU), **{"config.json": layer(SU)}), Reason.WRONG_TYPE),
        (archive({"index.json": b'{"manifests": []}'}), Reason.WRONG_TYPE),
        (archive({"index.json": b'{"manifests": [{"digest": "nocolon"}]}'}), Reason.WRONG_TYPE),
        (archive({"index.json": b"[]"}), Reason.WRONG_TYPE),
        (archive({"blobs/a/i": b'{"manifests": [{"digest": "a:i"}]}', "index.json": b'{"manifests": [{"digest": "a:i"}]}'}),
         Reason.WRONG_TYPE),
        (archive({"blobs/a/i": b"{}", "blobs/a/j": b"{}",
                  "index.json": b'{"manifests": [{"digest": "a:i"}, {"digest": "a:j"}]}'}), Reason.WRONG_TYPE),
    ],
)  # fmt: skip
def test_a_damaged_archive(data: bytes, reason: Reason) -> None:
    assert defect(data) is reason


def test_a_second_manifest_is_not_chosen_from() -> None:
    twice = entry("manifest.json", b"[]") + entry("./manifest.json", MANIFEST) + bytes(1024)
    assert defect(twice) is Reason.SYNTAX
    beside_a_link = entry("manifest.json", b"[]") + symlink("manifest.json", "x") + bytes(1024)
    assert defect(beside_a_link) is Reason.SYNTAX


def test_lists_are_cut_and_counted() -> None:
    many = layer(*(entry(f"{at:03}", mode=0o4755) for at in range(30)))
    facts = facts_of(saved(many), ArchiveLimits(listed=10))
    assert paths(facts["content.setuid_files"]) == [f"/{at:03}" for at in range(10)]
    assert facts["content.setuid_count"] == 30


def test_very_deep_paths() -> None:
    deep = "a/" * 1900 + "su"
    assert setuid(layer(pax({"path": deep}), entry("x", mode=0o4755)), layer(PLAIN)) == ["/" + deep]


SMALL = saved(layer(directory("bin"), SU, entry("k.pem", KEY)), layer(pax({"path": "bin/.wh.ls"}), entry("x")))
WHOLE = facts_of(SMALL)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_flipped_bytes_never_raise_anything_else(flips: list[tuple[int, int]]) -> None:
    data = bytearray(SMALL)
    for at, value in flips:
        data[at] = value
    try:
        facts = facts_of(bytes(data))
    except ArchiveDefect:
        return
    assert facts.keys() == WHOLE.keys()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SMALL.rstrip(b"\0"))), st.integers(1, 3000))
def test_a_cut_archive_is_never_an_answer(end: int, piece: int) -> None:
    with pytest.raises(ArchiveDefect):
        facts_of(SMALL[:end], piece=piece)
