"""Unit files, found and merged as systemd does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.collect.host.accounts import collect_accounts
from benchmark.collect.host.root import HostRoot
from benchmark.collect.host.systemd_units import (
    EnvironmentFile,
    Unit,
    environment,
    environment_files,
    exec_start,
    listen_streams,
    read_unit,
)
from benchmark.collect.host.unit_files import enumerate_unit, find_unit
from benchmark.collect.host.unit_syntax import UnitDefect, parse_unit, split_words
from benchmark.model.facts import ABSENT, Reason

VENDOR = "[Service]\nExecStart=/usr/bin/dockerd -H fd://\nEnvironment=A=1\n"


@pytest.fixture
def host(target):
    return HostRoot(str(target))


@pytest.fixture
def commands_of(host, write):
    def commands(text):
        write("/etc/systemd/system/docker.service", text)
        return exec_start(read_unit(host, "docker.service"))

    return commands


def test_the_first_directory_wins(host, write):
    write("/usr/lib/systemd/system/docker.service", VENDOR)
    assert read_unit(host, "docker.service").files.fragment == "/usr/lib/systemd/system/docker.service"
    write("/etc/systemd/system/docker.service", "[Service]\nExecStart=/opt/dockerd\n")
    unit = read_unit(host, "docker.service")
    assert unit.files.fragment == "/etc/systemd/system/docker.service"
    assert exec_start(unit) == (("/opt/dockerd",),)


def test_no_unit_is_proven(host, write):
    assert read_unit(host, "docker.service") is ABSENT
    write("/etc/systemd/system/docker.service.d/x.conf", VENDOR)
    assert read_unit(host, "docker.service") is ABSENT


def test_drop_ins_by_file_name_over_all_directories(host, write):
    write("/usr/lib/systemd/system/docker.service", VENDOR)
    write("/usr/lib/systemd/system/docker.service.d/20-b.conf", "[Service]\nEnvironment=FROM=vendor\n")
    write("/run/systemd/system/docker.service.d/10-a.conf", "[Service]\nEnvironment=R=1\n")
    write("/etc/systemd/system/docker.service.d/20-b.conf", "[Service]\nEnvironment=FROM=etc\n")
    write("/etc/systemd/system/docker.service.d/readme", "[Service]\nEnvironment=NO=1\n")
    write("/usr/lib/systemd/system/service.d/15-all.conf", "[Service]\nEnvironment=ALL=1\n")
    unit = read_unit(host, "docker.service")
    assert unit.files.drop_ins == (
        "/run/systemd/system/docker.service.d/10-a.conf",
        "/usr/lib/systemd/system/service.d/15-all.conf",
        "/etc/systemd/system/docker.service.d/20-b.conf",
    )
    assert environment(unit) == {"A": "1", "R": "1", "ALL": "1", "FROM": "etc"}
    assert [source.locator.rpartition("/")[2] for source in unit.sources] == [
        "docker.service", "10-a.conf", "15-all.conf", "20-b.conf",
    ]  # fmt: skip


def test_dashed_names_have_drop_ins_of_their_prefixes(host, write):
    write("/etc/systemd/system/docker-site-a.service", VENDOR)
    write("/etc/systemd/system/docker-.service.d/1.conf", "[Service]\nEnvironment=P=1\n")
    write("/etc/systemd/system/docker-site-.service.d/2.conf", "[Service]\nEnvironment=Q=1\n")
    assert environment(read_unit(host, "docker-site-a.service")) == {"A": "1", "P": "1", "Q": "1"}


def test_a_masked_drop_in_hides_the_vendors(host, write, target):
    write("/usr/lib/systemd/system/docker.service", VENDOR)
    write("/usr/lib/systemd/system/docker.service.d/x.conf", "[Service]\nEnvironment=X=1\n")
    (target / "etc/systemd/system/docker.service.d").mkdir(parents=True)
    (target / "etc/systemd/system/docker.service.d/x.conf").symlink_to("/dev/null")
    assert environment(read_unit(host, "docker.service")) == {"A": "1"}


@pytest.mark.parametrize("how", ["link", "empty"])
def test_masked_units(host, write, target, how):
    write("/usr/lib/systemd/system/docker.service", VENDOR)
    if how == "link":
        (target / "etc/systemd/system").mkdir(parents=True)
        (target / "etc/systemd/system/docker.service").symlink_to("/dev/null")
    else:
        write("/etc/systemd/system/docker.service", "")
    unit = read_unit(host, "docker.service")
    assert unit.files.masked
    assert exec_start(unit) == ()
    members, gap, (source,) = enumerate_unit(host, "docker.service", collect_accounts(host))
    assert (members, gap, source.says) == ((), None, "masked")


def test_an_empty_assignment_starts_the_list_anew(host, write):
    write("/lib/systemd/system/docker.service", VENDOR)
    write(
        "/etc/systemd/system/docker.service.d/o.conf", "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd --icc=false\n"
    )
    unit = read_unit(host, "docker.service")
    assert exec_start(unit) == (("/usr/bin/dockerd", "--icc=false"),)
    assert unit.value("Service", "ExecStart") == "/usr/bin/dockerd --icc=false"
    assert unit.value("Service", "Nope") is None


def test_continuation_comments_and_blanks(commands_of):
    text = """
; comment
[Unit]
ExecStart=/not/this
[Service]
# comment \\
  ExecStart = /usr/bin/dockerd \\
    -H fd:// \\
# a comment within
; another
    --icc=false
Type=notify
"""
    assert commands_of(text) == (("/usr/bin/dockerd", "-H", "fd://", "--icc=false"),)


def test_two_backslashes_are_no_continuation(host, write):
    write("/etc/systemd/system/d.service", "[Service]\nEnvironment=A=1\\\\\nEnvironment=B=2\\")
    assert environment(read_unit(host, "d.service")) == {"A": "1\\", "B": "2"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("  ", ()),
        ("a b\tc", ("a", "b", "c")),
        ('a "b c" d', ("a", "b c", "d")),
        ("'a b' 'c\"d'", ("a b", 'c"d')),
        ('--log-opt="a b"', ("--log-opt=a b",)),
        ("\"\" ''", ("", "")),
        (r"\x41\s\101\u00e9\t", ("A Aé\t",)),
        (r'"\"q\"" \'', ('"q"', "'")),
        (r"\q \x4 \u12", (r"\q", r"\x4", r"\u12")),
        ("$A ${B} %h | > *", ("$A", "${B}", "%h", "|", ">", "*")),
        ("a\\", ("a\\",)),
        (r"\000 \ud800", (r"\000", r"\ud800")),
    ],
)
def test_words_and_quotes(text, words):
    assert split_words(text) == words


@pytest.mark.parametrize("text", ['"a', "a 'b", 'a"b c', '"a\\"'])
def test_open_quotes_are_refused(text, commands_of):
    with pytest.raises(UnitDefect):
        split_words(text)
    assert commands_of(f"[Service]\nExecStart={text}\n").reason is Reason.SYNTAX


def test_prefixes_and_several_commands(commands_of):
    assert commands_of("[Service]\nExecStart=-@/usr/bin/dockerd dockerd --debug\n") == (
        ("/usr/bin/dockerd", "--debug"),
    )
    assert commands_of("[Service]\nExecStart=+!!/a b ; /c \\; d\nExecStart=/e\n") == (
        ("/a", "b"),
        ("/c", ";", "d"),
        ("/e",),
    )


def test_environment_files_and_listeners(host, write):
    write("/etc/systemd/system/d.service", "[Service]\nEnvironmentFile=-/etc/default/docker\nEnvironmentFile=/etc/x\n")
    files = environment_files(read_unit(host, "d.service"))
    assert files == (EnvironmentFile("/etc/default/docker", optional=True), EnvironmentFile("/etc/x", optional=False))
    write("/lib/systemd/system/docker.socket", "[Socket]\nListenStream=/run/docker.sock\n")
    assert listen_streams(read_unit(host, "docker.socket")) == ("/run/docker.sock",)
    write(
        "/etc/systemd/system/docker.socket.d/a.conf", "[Socket]\nListenDatagram=\nListenStream=2375\nListenStream=@a\n"
    )
    assert listen_streams(read_unit(host, "docker.socket")) == ("2375", "@a")


def test_odd_lines_are_warned_of(host, write):
    write("/etc/systemd/system/d.service", b"A=1\n[Service]\nnonsense\nB=\xff\nC=1\n")
    unit = read_unit(host, "d.service")
    assert unit.settings == {("Service", "C"): ("1",)}
    assert [warning.partition(":")[2] for warning in unit.warnings] == [
        "1: assignment before any section",
        "3: neither a section nor an assignment",
        "4: not UTF-8",
    ]


def test_broken_units(host, write, target):
    write("/etc/systemd/system/d.service", "[Service\n")
    assert read_unit(host, "d.service").reason is Reason.SYNTAX
    (target / "etc/systemd/system/loop.service").symlink_to("loop.service")
    assert read_unit(host, "loop.service").reason is Reason.LINK_LOOP
    write("/etc/systemd/system/e.service.d/x.conf/file")
    write("/etc/systemd/system/e.service", VENDOR)
    assert read_unit(host, "e.service").reason is Reason.NOT_REGULAR


def test_a_unit_that_may_not_be_read_is_not_absent(host, write, target, as_nobody):
    write("/etc/systemd/system/docker.service", VENDOR, 0o600)
    assert as_nobody(lambda: read_unit(host, "docker.service")).reason is Reason.DENIED
    assert as_nobody(lambda: find_unit(host, "docker.service")).fragment == "/etc/systemd/system/docker.service"
    (target / "etc/systemd/system").chmod(0o700)
    assert as_nobody(lambda: read_unit(host, "docker.service")).reason is Reason.DENIED


def test_a_linked_unit_is_named_as_systemctl_does(host, write, target):
    write("/opt/docker.service", VENDOR)
    (target / "etc/systemd/system").mkdir(parents=True)
    (target / "etc/systemd/system/docker.service").symlink_to("/opt/docker.service")
    (member,), gap, _ = enumerate_unit(host, "docker.service", collect_accounts(host))
    assert (member.name, gap) == ("/etc/systemd/system/docker.service", None)
    assert member.fact("path") == "/opt/docker.service"


def test_a_unit_and_its_drop_ins_as_files(host, write):
    write("/lib/systemd/system/docker.service", VENDOR)
    write("/etc/systemd/system/docker.service.d/o.conf", VENDOR, 0o666)
    members, gap, sources = enumerate_unit(host, "docker.service", collect_accounts(host))
    assert [member.name for member in members] == [
        "/lib/systemd/system/docker.service",
        "/etc/systemd/system/docker.service.d/o.conf",
    ]
    assert members[1].fact("mode") == "0666"
    assert (gap, len(sources)) == (None, 2)
    members, gap, sources = enumerate_unit(host, "docker.socket", collect_accounts(host))
    assert (members, gap) == ((), None)
    assert {source.says for source in sources} == {"absent (ENOENT)"}


def test_other_directories_for_user_units(host, write):
    write("/home/ada/.config/systemd/user/docker.service", VENDOR)
    unit = read_unit(host, "docker.service", ("/home/ada/.config/systemd/user",))
    assert isinstance(unit, Unit)


def test_time_of_the_last_change(host, write):
    write("/lib/systemd/system/docker.service", VENDOR)
    place = write("/etc/systemd/system/docker.service.d/o.conf", VENDOR)
    status = place.stat()
    assert read_unit(host, "docker.service").changed_ns == max(status.st_mtime_ns, status.st_ctime_ns)


def test_a_large_unit_takes_linear_time(host, write):
    write("/etc/systemd/system/d.service", "[Service]\n" + "Environment=A=1\n" * 60_000)
    assert len(read_unit(host, "d.service").values("Service", "Environment")) == 60_000


PIECES = st.sampled_from(
    ["[", "]", "[Service]\n", "ExecStart=", "\n", "\\", "#", ";", "=", '"', "'", " ", "\\x41", "\r", "a", "\x00"]
)


@given(st.binary(max_size=200) | st.lists(PIECES, max_size=60).map(lambda pieces: "".join(pieces).encode()))
def test_no_unit_file_makes_the_parser_raise(data):
    try:
        assignments, _ = parse_unit(data, "u")
    except UnitDefect:
        return
    for each in assignments:
        assert "\n" not in each.value
        try:
            assert all(isinstance(word, str) for word in split_words(each.value))
        except UnitDefect:
            continue


def test_lines_end_where_systemd_ends_them():
    data = b"[Socket]\n# hidden\rListenStream=/a\0ListenStream=/b\r\nListenStream=/c\n"
    assert [each.value for each in parse_unit(data, "x")[0]] == ["/a", "/b", "/c"]


def test_a_blank_behind_a_backslash_ends_the_line():
    data = b"[Socket]\nSocketUser=a\\ \nListenStream=/b\nListenStream=/c \\\n  /d\n"
    assert [each.value for each in parse_unit(data, "x")[0]] == ["a\\", "/b", "/c  /d"]
