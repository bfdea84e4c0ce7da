"""Files below a root: nothing leads out, nothing hangs, nothing is absent without proof."""

import hashlib
import os
import socket
import stat
import threading
import time
from pathlib import Path

import pytest

from benchmark.collect.host.root import FileContent, FileStat, HostRoot, printable
from benchmark.model.facts import ABSENT, Reason, Unavailable

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def host(target):
    return HostRoot(str(target))


def test_stat_and_content_are_of_one_file(host, write):
    place = write("/etc/docker/daemon.json", b"{}\n", 0o640)
    content = host.read("/etc/docker/daemon.json")
    assert isinstance(content, FileContent)
    assert content.data == b"{}\n"
    assert content.digest == "sha256:" + hashlib.sha256(b"{}\n").hexdigest()
    assert content.stat == host.stat("/etc/docker/daemon.json")
    status = place.stat()
    assert content.stat == FileStat(
        "/etc/docker/daemon.json", "file", "0640", status.st_uid, status.st_gid, 3, status.st_ino, status.st_dev,
        max(status.st_mtime_ns, status.st_ctime_ns),
    )  # fmt: skip


def test_special_mode_bits_are_kept(host, write):
    write("/bin/su", mode=0o4755)
    assert host.stat("/bin/su").mode == "4755"


@pytest.mark.parametrize("path", ["/nope", "/etc/nope/deeper", "/etc/passwd/below", "/etc/passwd/", "/etc/passwd/.."])
def test_absence_is_proven_by_the_parent(host, write, path):
    write("/etc/passwd")
    assert host.stat(path) is ABSENT
    assert host.read(path) is ABSENT
    assert host.list(path) is ABSENT
    assert host.resolve(path) is ABSENT


@pytest.mark.parametrize(
    "target_of_link",
    [
        "/secret",
        "../../../../secret",
        "../../../../../../../../../../secret",
        "/../../secret",
        "//secret",
        "./../secret",
    ],
)
def test_links_cannot_lead_out(host, target, write, target_of_link):
    (target.parent / "secret").write_text("outside")
    write("/secret", "inside")
    (target / "etc").mkdir()
    (target / "etc/link").symlink_to(target_of_link)
    assert host.read("/etc/link").data == b"inside"
    assert host.resolve("/etc/link") == "/secret"


@pytest.mark.parametrize("path", ["/../../../../etc/passwd", "../etc/passwd", "/a/../../../etc/passwd", "etc/passwd"])
def test_dots_stop_at_the_root(host, target, write, path):
    write("/etc/passwd", "ours")
    (target / "a").mkdir()
    assert host.read(path).data == b"ours"


def test_a_link_to_a_directory_outside_is_absent_inside(host, target):
    (target.parent / "outside").mkdir()
    (target.parent / "outside/file").write_text("x")
    (target / "in").symlink_to(target.parent / "outside")
    assert host.read("/in/file") is ABSENT


def test_real_links_of_this_machine():
    host = HostRoot()
    assert host.resolve("/etc/os-release") == os.path.realpath("/etc/os-release")
    assert host.resolve("/proc/self") == f"/proc/{os.getpid()}"
    assert host.resolve("/") == "/"
    assert host.stat("/").type == "directory"


def test_link_loop(host, target):
    (target / "a").symlink_to("b")
    (target / "b").symlink_to("/a")
    assert host.read("/a").reason is Reason.LINK_LOOP
    assert host.stat("/a/x").reason is Reason.LINK_LOOP
    assert host.lstat("/a").type == "link"


def test_forty_links_are_followed_and_forty_one_are_not(host, target, write):
    write("/l0", "end")
    for number in range(1, 42):
        (target / f"l{number}").symlink_to(f"l{number - 1}")
    assert host.read("/l40").data == b"end"
    assert host.read("/l41").reason is Reason.LINK_LOOP


def test_fifo_neither_hangs_nor_is_read(host, target):
    os.mkfifo(target / "daemon.json")
    start = time.monotonic()
    assert host.read("/daemon.json") == Unavailable(Reason.NOT_REGULAR, "/daemon.json: fifo")
    assert time.monotonic() - start < 1
    assert host.stat("/daemon.json").type == "fifo"


@root_only
@pytest.mark.parametrize(("kind", "word"), [(stat.S_IFCHR, "char"), (stat.S_IFBLK, "block")])
def test_devices_are_not_read(host, target, kind, word):
    os.mknod(target / "device", kind | 0o666, os.makedev(1, 5))  # the character device is /dev/zero
    assert host.stat("/device").type == word
    assert host.read("/device").reason is Reason.NOT_REGULAR


def test_socket_and_directory_are_not_read(host, target):
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.open(target, os.O_PATH)
        listener.bind(f"/proc/self/fd/{here}/s")
        os.close(here)
        assert host.stat("/s").type == "socket"
        assert host.read("/s").reason is Reason.NOT_REGULAR
    assert host.read("/").reason is Reason.NOT_REGULAR


def test_sparse_file_of_50_gib_is_not_read(host, target):
    with (target / "big").open("wb") as big:
        big.truncate(50 << 30)
    start = time.monotonic()
    assert host.read("/big").reason is Reason.OVERSIZE
    assert time.monotonic() - start < 1


def test_the_cap_is_inclusive(host, write):
    write("/f", b"x" * 10)
    assert host.read("/f", 10).data == b"x" * 10
    assert host.read("/f", 9).reason is Reason.OVERSIZE


def test_procfs_files_have_content_though_no_size():
    content = HostRoot().read("/proc/self/status")
    assert content.stat.size == 0
    assert content.data.startswith(b"Name:")
    assert HostRoot().read("/proc/self/status", 10).reason is Reason.OVERSIZE


def test_any_bytes_are_content(host, write):
    write("/latin", b"\xff\xfe\0")
    assert host.read("/latin").data == b"\xff\xfe\0"


def test_names_that_are_not_utf8(host, target):
    (target / os.fsdecode(b"caf\xe9")).write_bytes(b"x")
    (name,) = host.list("/")
    assert host.read("/" + name).data == b"x"
    assert printable(host.resolve("/" + name)) == "/caf\\xe9"


@pytest.mark.parametrize("path", ["/a\0b", "/\ud800", "/" + "n" * 300, "/x" * 5000])
def test_impossible_paths_are_not_called_absent(host, target, path):
    (target / "x").mkdir()
    found = host.stat(path)
    assert found is ABSENT if path.startswith("/x/x") else found.reason is Reason.IO_ERROR
    str(found).encode()


def test_denied_is_not_absent(host, target, write, as_nobody):
    write("/open/secret", mode=0o600)
    write("/closed/file")
    (target / "closed").chmod(0o700)

    def look():
        return (
            host.stat("/open/secret"),
            host.read("/open/secret"),
            host.read("/closed/file"),
            host.stat("/closed/nope"),
        )

    status, unreadable, inside, missing = as_nobody(look)
    assert status.mode == "0600"
    assert unreadable == Unavailable(Reason.DENIED, "/open/secret: EACCES")
    assert inside.reason is Reason.DENIED
    assert missing.reason is Reason.DENIED


def test_a_directory_that_may_be_searched_but_not_listed(host, target, write, as_nobody):
    write("/dark/file", "seen")
    (target / "dark").chmod(0o711)
    listed, content, missing = as_nobody(lambda: (host.list("/dark"), host.read("/dark/file"), host.stat("/dark/no")))
    assert listed.reason is Reason.DENIED
    assert content.data == b"seen"
    assert missing is ABSENT


def test_lists_are_sorted_and_need_a_directory(host, write):
    for name in ("b", "a", "c"):
        write(f"/d/{name}")
    assert host.list("/d") == ("a", "b", "c")
    assert host.list("/d/a").reason is Reason.NOT_DIRECTORY


def test_a_missing_root_proves_nothing(target):
    host = HostRoot(str(target / "nowhere"))
    assert host.stat("/etc/passwd").reason is Reason.IO_ERROR
    assert "nowhere" in host.stat("/etc/passwd").detail
    (target / "file").touch()
    assert HostRoot(str(target / "file")).read("/x").reason is Reason.IO_ERROR


def test_a_file_that_changes_all_the_time_is_not_read(host, write):
    place = write("/busy", b"x" * 2_000_000)
    done = threading.Event()

    def touch():
        number = 0
        while not done.is_set():
            number += 1
            os.utime(place, ns=(number, number))

    worker = threading.Thread(target=touch)
    worker.start()
    try:
        found = set()
        for _ in range(2000):  # on a busy machine many reads go by between two touches
            each = host.read("/busy")
            found.add(type(each) if isinstance(each, FileContent) else each.reason)
            if Reason.CHANGED in found:
                break
    finally:
        done.set()
        worker.join()
    assert Reason.CHANGED in found
    assert found <= {Reason.CHANGED, FileContent}
    assert host.read("/busy").data == b"x" * 2_000_000


def test_no_descriptor_is_left_open(host, target, write):
    write("/etc/docker/daemon.json")
    (target / "loop").symlink_to("loop")
    os.mkfifo(target / "fifo")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for path in ("/etc/docker/daemon.json", "/loop", "/fifo", "/nope", "/etc/../..", "/a\0"):
        for look in (host.stat, host.lstat, host.read, host.list, host.resolve):
            look(path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_forty_files_cost_a_few_milliseconds():
    host = HostRoot()
    best = min(_seconds(lambda: [host.read("/etc/passwd") for _ in range(40)]) for _ in range(5))
    assert best < 0.02  # 2 ms on an idle machine


def _seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
