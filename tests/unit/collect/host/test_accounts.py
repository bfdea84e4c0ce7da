"""Users, groups, and who belongs to one."""

import os
import pwd

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.collect.host.accounts import Group, User, collect_accounts, parse_group, parse_passwd
from benchmark.collect.host.name_services import parse_nsswitch
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, Reason

PASSWD = "root:x:0:0:root:/root:/bin/bash\nada:x:1000:27::/:/bin/sh\nbob:x:1001:1001::/:/bin/sh\n"
GROUP = "root:x:0:\ndocker:x:27:bob,eve\nbob:x:1001:\n"


@pytest.fixture
def accounts_of(target, write):
    def collect(passwd=PASSWD, group=GROUP, **files):
        write("/etc/passwd", passwd)
        write("/etc/group", group)
        for path, content in files.items():
            write("/etc/" + path.replace("__", "/").replace("_conf", ".conf"), content)
        return collect_accounts(HostRoot(str(target)))

    return collect


def test_members_are_the_listed_and_those_with_the_primary_group(accounts_of):
    accounts = accounts_of()
    assert accounts.group_members("docker") == ("ada", "bob", "eve")
    assert accounts.group_members("27") == ("ada", "bob", "eve")
    assert accounts.group_members("root") == ("root",)
    assert accounts.warnings == ()
    assert [source.locator for source in accounts.sources] == ["file:/etc/passwd", "file:/etc/group"]


def test_a_group_that_does_not_exist_is_absent(accounts_of):
    assert accounts_of().group_members("dock") is ABSENT
    assert accounts_of().group_members("dockers") is ABSENT


def test_names_of_numbers(accounts_of):
    accounts = accounts_of()
    assert accounts.user_name(1000) == "ada"
    assert accounts.user_name(27) is None
    assert accounts.group_name(27) == "docker"
    assert accounts.group_name(1000) is None


def test_a_second_group_with_the_number_opens_the_same_door(accounts_of):
    accounts = accounts_of(group=GROUP + "alias:x:27:mallory\ndocker:x:28:carol\n")
    assert accounts.group_members("docker") == ("ada", "bob", "carol", "eve", "mallory")
    assert accounts.group_name(27) == "docker"
    assert accounts.warnings == ("/etc/group: 'docker' stands more than once",)


def test_the_first_of_two_users_with_a_number_gives_the_name(accounts_of):
    assert accounts_of(passwd="root:x:0:0:::\ntoor:x:0:0:::\n").user_name(0) == "root"


@pytest.mark.parametrize(
    "line", ["x", "a:x", "a:x:b:c", "a:x:-1:0", "a:x:1", ":x:1:1", "a:x:4294967296:1", "a:x:1:99999999999", "a:x:0x1:1"]
)
def test_lines_that_are_no_account_are_warned_of(line):
    parsed = parse_passwd(f"{line}\nroot:x:0:0::/:/bin/sh\n".encode())
    assert parsed.entries == (User("root", 0, 0),)
    assert parsed.warnings == ("/etc/passwd:1: not an account",)


def test_numeric_edges_and_blanks():
    parsed = parse_passwd(b"# comment\n\n  a:x:007:+0027:x\n\nb:x:4294967295:0::/:\r\n")
    assert parsed.entries == (User("a", 7, 27), User("b", 4294967295, 0))


def test_members_with_blanks_and_empty_ones():
    assert parse_group(b"docker:x:27: ada , ,bob,\n").entries == (Group("docker", 27, ("ada", "bob")),)
    assert parse_group(b"docker:x:27\n").entries == (Group("docker", 27, ()),)


def test_names_that_are_not_utf8(accounts_of):
    accounts = accounts_of(group=b"docker:x:27:caf\xe9\n")
    assert accounts.group_members("docker") == ("ada", "caf\\xe9")


@pytest.mark.parametrize("missing", ["passwd", "group"])
def test_without_either_file_nobody_knows_the_members(accounts_of, target, missing):
    accounts_of()
    (target / "etc" / missing).unlink()
    accounts = collect_accounts(HostRoot(str(target)))
    assert accounts.group_members("docker").reason is Reason.INCOMPLETE
    os.mkfifo(target / "etc" / missing)
    assert collect_accounts(HostRoot(str(target))).group_members("docker").reason is Reason.NOT_REGULAR


@pytest.mark.parametrize(
    ("line", "service"),
    [
        ("group: files ldap", "ldap"),
        ("passwd:\tsss files", "sss"),
        ("group: files [NOTFOUND=return] winbind", "winbind"),
    ],
)
def test_other_sources_cannot_be_asked_below_a_root(accounts_of, line, service):
    accounts = accounts_of(nsswitch_conf=line + "\n", sssd__sssd_conf="")
    gap = accounts.group_members("docker")
    assert gap.reason is Reason.INCOMPLETE
    assert f"from {service}," in gap.detail
    assert accounts.user_name(1000) == "ada"
    assert accounts.user_name(5555).reason is Reason.INCOMPLETE


@pytest.mark.parametrize(
    "line", ["passwd: files systemd", "hosts: files ldap", "# group: ldap", "passwd: sss files systemd"]
)
def test_local_sources_are_complete(accounts_of, line):
    assert accounts_of(nsswitch_conf=line + "\n").group_members("docker") == ("ada", "bob", "eve")


def test_sssd_counts_once_it_is_configured(accounts_of):
    files = {"nsswitch_conf": "group: files sss\n", "sssd__conf.d__site_conf": ""}
    assert accounts_of(**files).group_members("docker").reason is Reason.INCOMPLETE


def test_nis_lines_count_under_compat_only(accounts_of):
    group = GROUP + "+:::\n"
    assert accounts_of(group=group, nsswitch_conf="group: compat\n").group_members("docker").reason is Reason.INCOMPLETE
    assert accounts_of(group=group, nsswitch_conf="group: files\n").group_members("docker") == ("ada", "bob", "eve")


def test_an_unreadable_nsswitch_leaves_the_members_unknown(accounts_of, target):
    accounts_of()
    (target / "etc/nsswitch.conf").symlink_to("nsswitch.conf")
    accounts = collect_accounts(HostRoot(str(target)))
    assert accounts.group_members("docker").reason is Reason.LINK_LOOP
    assert accounts.user_name(0) == "root"


def test_this_machine_agrees_with_its_own_name_services():
    accounts = collect_accounts(HostRoot())
    assert accounts.user_name(0) == pwd.getpwuid(0).pw_name


@given(st.binary(max_size=300))
def test_no_file_makes_the_parsers_raise(data):
    for parse in (parse_passwd, parse_group):
        parsed = parse(data)
        assert len(parsed.entries) + len(parsed.warnings) <= 2 * data.count(b"\n") + 2
    parse_nsswitch(data)


def test_zeros_before_a_number_do_not_hide_an_account():
    assert [each.gid for each in parse_group(b"docker:x:0000000000000999:alice\n").entries] == [999]
    assert [each.uid for each in parse_passwd(b"toor:x:00000000000000:0:::\n").entries] == [0]
