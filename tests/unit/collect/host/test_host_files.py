"""Files as subjects and their enumerations."""

import os
import subprocess

import pytest

from benchmark.collect.host.access_lists import parse_acl
from benchmark.collect.host.accounts import collect_accounts
from benchmark.collect.host.files import MOST_FILES, describe_file, enumerate_single, enumerate_tree
from benchmark.collect.host.root import HostRoot
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, Reason, Unavailable
from benchmark.model.facts_host import FILE_FACTS

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to own files as others")


@pytest.fixture
def host(target, write):
    write("/etc/passwd", "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\n")
    write("/etc/group", "root:x:0:\ndocker:x:27:ada\nada:x:1000:\n")
    return HostRoot(str(target))


@pytest.fixture
def describe(host):
    return lambda path: describe_file(host, path, collect_accounts(host))


def test_every_declared_fact_is_delivered_and_conforms(describe, write):
    write("/etc/docker/daemon.json", mode=0o600)
    subject = describe("/etc/docker/daemon.json")
    assert subject.label == "file:/etc/docker/daemon.json"
    assert set(subject.facts) == set(FILE_FACTS) - {"audit_rules", "audit_exceptions"}, (
        "the host's rules come with its collections"
    )
    for name, value in subject.facts.items():
        assert conform(FILE_FACTS[name], name, value) == value
    assert subject.facts == {
        "path": "/etc/docker/daemon.json",
        "type": "file",
        "mode": "0600",
        "owner": {"uid": 0, "gid": 0, "user": "root", "group": "root"},
        "acl": [],
        "writable_parents": [],
        "read_only_mount": False,
    }
    assert subject.source.locator == "file:/etc/docker/daemon.json"


def test_owners_without_a_name_have_null(describe, write):
    os.chown(write("/f"), 1000, 27)
    assert describe("/f").fact("owner") == {"uid": 1000, "gid": 27, "user": "ada", "group": "docker"}
    os.chown(write("/g"), 4242, 4243)
    assert describe("/g").fact("owner") == {"uid": 4242, "gid": 4243, "user": None, "group": None}


def test_names_are_not_known_when_the_accounts_are_not(describe, write, target):
    (target / "etc/group").unlink()
    os.mkfifo(target / "etc/group")
    os.chown(write("/f"), 1000, 27)
    assert describe("/f").fact("owner").reason is Reason.NOT_REGULAR
    write("/g")
    assert describe("/g").fact("owner") == {"uid": 0, "gid": 0, "user": "root", "group": "root"}


def test_access_lists_as_getfacl_writes_them(describe, write):
    place = write("/key.pem", mode=0o640)
    subprocess.run(["setfacl", "-m", "u:1000:r,g:27:rw,u:1001:rwx", place], check=True)
    printed = subprocess.run(["getfacl", "-cn", place], check=True, capture_output=True, text=True).stdout
    # getfacl appends what the mask leaves, which we do not
    theirs = [line.split("\t")[0] for line in printed.split() if not line.startswith(("user::", "group::", "other::"))]
    theirs = [line for line in theirs if not line.startswith("#")]
    assert describe("/key.pem").fact("acl") == theirs == ["user:1000:r--", "user:1001:rwx", "group:27:rw-", "mask::rwx"]


@pytest.mark.parametrize("data", [b"", b"\2\0\0", b"\1\0\0\0", b"\2\0\0\0\1", b"\2\0\0\0\x40\0\7\0\0\0\0\0"])
def test_an_attribute_that_is_no_acl(data):
    assert parse_acl(data) is None


def test_writable_parents(describe, write, target):
    write("/srv/loose/keys/ca.pem")
    (target / "srv/loose").chmod(0o777)
    (target / "srv/loose/keys").chmod(0o775)
    os.chown(target / "srv", 1000, 0)
    assert describe("/srv/loose/keys/ca.pem").fact("writable_parents") == ["/srv", "/srv/loose", "/srv/loose/keys"]


def test_a_sticky_parent_protects_the_entry(describe, write, target):
    write("/tmp/ca.pem")
    (target / "tmp").chmod(0o1777)
    assert describe("/tmp/ca.pem").fact("writable_parents") == []


def test_a_strangers_link_in_a_sticky_directory_can_be_replaced(describe, write, target):
    write("/safe/ca.pem")
    (target / "tmp").mkdir()
    (target / "tmp").chmod(0o1777)
    (target / "tmp/link").symlink_to("/safe")
    assert describe("/tmp/link/ca.pem").fact("writable_parents") == []
    os.lchown(target / "tmp/link", 1000, 1000)
    assert describe("/tmp/link/ca.pem").fact("writable_parents") == ["/tmp"]
    assert describe("/tmp/link/ca.pem").fact("path") == "/safe/ca.pem"


def test_parents_of_links_count(describe, write, target):
    write("/safe/ca.pem")
    (target / "loose").mkdir()
    (target / "loose").chmod(0o777)
    (target / "loose/ca.pem").symlink_to("../safe/ca.pem")
    assert describe("/loose/ca.pem").fact("writable_parents") == ["/loose"]


def test_a_parent_opened_by_an_access_list_counts(describe, write, target):
    write("/etc/docker/daemon.json")
    subprocess.run(["setfacl", "-m", "u:1000:rwx", target / "etc/docker"], check=True)
    assert describe("/etc/docker/daemon.json").fact("writable_parents") == ["/etc/docker"]


def test_a_single_file_that_is_absent_is_proven_so(host):
    members, gap, (source,) = enumerate_single(host, "/etc/default/docker", collect_accounts(host))
    assert (members, gap) == ((), None)
    assert (source.locator, source.says) == ("file:/etc/default/docker", "absent (ENOENT)")


def test_a_single_file_that_is_there(host, write):
    write("/etc/default/docker")
    (member,), gap, (source,) = enumerate_single(host, "/etc/default/docker", collect_accounts(host))
    assert (member.name, gap, source.locator) == ("/etc/default/docker", None, "file:/etc/default/docker")


def test_a_single_file_that_may_not_be_looked_at_is_a_gap(host, write, target, as_nobody):
    write("/etc/docker/daemon.json")
    (target / "etc/docker").chmod(0o700)
    members, gap, sources = as_nobody(lambda: enumerate_single(host, "/etc/docker/daemon.json", collect_accounts(host)))
    assert (members, gap, sources) == ((), Unavailable(Reason.DENIED, "/etc/docker/daemon.json: EACCES"), ())


def test_describing_what_is_not_there(describe, target):
    assert set(describe("/nope").facts.values()) == {ABSENT}
    (target / "loop").symlink_to("loop")
    assert describe("/loop").fact("mode").reason is Reason.LINK_LOOP


def test_a_tree_lists_files_and_links_of_every_level(host, write, target):
    for path in ("/c/a.example/ca.crt", "/c/b.example:5000/client.key", "/c/top", "/elsewhere/k.cert"):
        write(path)
    (target / "c/a.example/linked.cert").symlink_to("/elsewhere/k.cert")
    (target / "c/dangling").symlink_to("/nowhere")
    (target / "c/empty").mkdir()
    members, gap, (source,) = enumerate_tree(host, "/c", collect_accounts(host))
    assert gap is None
    assert [each.name for each in members] == [
        "/c/a.example/ca.crt",
        "/c/a.example/linked.cert",
        "/c/b.example:5000/client.key",
        "/c/top",
    ]
    assert members[1].fact("path") == "/elsewhere/k.cert"
    assert source.says == "4 files"


def test_a_linked_directory_is_entered_once(host, write, target):
    write("/elsewhere/deep/k.cert")
    (target / "c").mkdir()
    (target / "c/host").symlink_to("/elsewhere")
    (target / "elsewhere/deep/back").symlink_to("/c")
    (target / "elsewhere/self").symlink_to(".")
    members, gap, _ = enumerate_tree(host, "/c", collect_accounts(host))
    assert ([each.name for each in members], gap) == (["/c/host/deep/k.cert"], None)


def test_an_absent_tree_is_proven_so_and_a_file_is_none(host, write):
    members, gap, (source,) = enumerate_tree(host, "/c", collect_accounts(host))
    assert (members, gap, source.says) == ((), None, "absent (ENOENT)")
    write("/c")
    assert enumerate_tree(host, "/c", collect_accounts(host))[1].reason is Reason.NOT_DIRECTORY


def test_an_unreadable_directory_is_a_gap_and_the_rest_is_listed(host, write, target, as_nobody):
    write("/c/a/ca.crt")
    write("/c/b/ca.crt")
    (target / "c/a").chmod(0o700)
    members, gap, _ = as_nobody(lambda: enumerate_tree(host, "/c", collect_accounts(host)))
    assert [each.name for each in members] == ["/c/b/ca.crt"]
    assert gap == Unavailable(Reason.DENIED, "/c/a: EACCES")


def test_entries_that_may_not_be_looked_at_are_blocked_members(host, write, target, as_nobody):
    write("/c/a/ca.crt")
    (target / "c/a").chmod(0o744)
    (member,), gap, _ = as_nobody(lambda: enumerate_tree(host, "/c", collect_accounts(host)))
    assert (member.name, gap) == ("/c/a/ca.crt", None)
    assert member.fact("mode").reason is Reason.DENIED


def test_a_huge_tree_is_bounded(host, target):
    (target / "c").mkdir()
    for number in range(MOST_FILES + 1):
        os.mknod(target / f"c/{number}", 0o600)
    members, gap, _ = enumerate_tree(host, "/c", collect_accounts(host))
    assert len(members) == MOST_FILES
    assert gap.reason is Reason.OVERSIZE


def test_names_in_a_tree_that_are_not_utf8(host, target):
    (target / "c").mkdir()
    (target / "c" / os.fsdecode(b"\xff\x1b[31m")).touch()
    (member,), _, _ = enumerate_tree(host, "/c", collect_accounts(host))
    assert member.name == "/c/\\xff\x1b[31m"
    member.name.encode()
