"""Audit rules: what the kernel or the rule files watch."""

import os
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.collect.host import audit_rules, auditctl
from benchmark.collect.host.audit_rules import Watch, collect_audit_rules, find_watches, load_lines
from benchmark.collect.host.audit_syntax import RuleDefect, parse_line, parse_printed
from benchmark.collect.host.auditctl import list_kernel_rules, run_capped
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, Reason, Unavailable

needs_auditctl = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("auditctl", path="/usr/sbin:/sbin") is None, reason="needs auditctl and root"
)


@pytest.fixture
def watches_of(target):
    """Watches of a rule file's text, below the target."""

    def watches(text):
        loaded = load_lines([(f"x:{number}", line) for number, line in enumerate(text.split("\n"), 1)])
        assert not isinstance(loaded, Unavailable), loaded
        return find_watches(HostRoot(str(target)), loaded[0])

    return watches


@pytest.mark.parametrize(
    ("line", "watch"),
    [
        ("-w /etc/docker/daemon.json", Watch("/etc/docker/daemon.json", False, "rwxa", "")),
        ("-w /usr/bin/dockerd -p wa -k docker", Watch("/usr/bin/dockerd", False, "wa", "docker")),
        ("-w\t/usr/bin/dockerd\t-p\taw   -k docker\r", Watch("/usr/bin/dockerd", False, "wa", "docker")),
        ("-w '/a b' -k \"c d\"", Watch("/a b", False, "rwxa", "c d")),
        ("-w /a\\ b", Watch("/a b", False, "rwxa", "")),
        ("-w /gone/dir/ -p WA", Watch("/gone/dir", True, "wa", "")),
        ("  -k docker -p r -w /x  ", Watch("/x", False, "r", "docker")),
        ("-w /x -k a -k b", Watch("/x", False, "rwxa", "a,b")),
        ("-a always,exit -F path=/x", Watch("/x", False, "rwxa", "")),
        ("-a exit,always -F path=/x -F perm=wa -F key=k", Watch("/x", False, "wa", "k")),
        ("-a always,exit -F arch=b64 -S all -F path=/x -k k", Watch("/x", False, "rwxa", "k")),
        ("-aalways,exit -Fdir=/x/ -pw -kk", Watch("/x", True, "w", "k")),
        ("-A always,exit -F dir=/x", Watch("/x", True, "rwxa", "")),
        ("-a always,entry -F path=/x", Watch("/x", False, "rwxa", "")),
    ],
)
def test_both_syntaxes(watches_of, line, watch):
    assert watches_of(line) == ((watch,), ())


@pytest.mark.parametrize(
    "narrowing",
    [
        "-F auid>=1000",
        "-F uid=0",
        "-F exe=/bin/x",
        "-C auid!=uid",
        "-S execve",
        "-F arch=b32",
        "-F arch!=b64",
        "-F success=1",
    ],
)
def test_rules_that_watch_less_are_left_out_and_told(watches_of, narrowing):
    watches, (warning,) = watches_of(f"-a always,exit {narrowing} -F path=/usr/bin/dockerd -k d")
    assert watches == ()
    assert warning == f"audit rule for /usr/bin/dockerd is narrowed by {narrowing}"


def test_a_narrow_rule_beside_a_full_one_needs_no_warning(watches_of):
    text = "-a always,exit -F arch=b64 -F path=/x\n-a always,exit -F arch=b32 -F path=/x"
    assert watches_of(text) == ((Watch("/x", False, "rwxa", ""),), ())


@pytest.mark.parametrize(
    "line",
    [
        "# -w /etc/docker",
        "",
        "   ",
        "-b 8192",
        "--backlog_wait_time 60000",
        "-e 2",
        "-a always,exit -S execve -k exec",
        "-a never,exit -F path=/x",
        "-a always,exclude -F msgtype=CWD",
        "-a always,filesystem -F fstype=tracefs",
        "-a always,user -F uid=0",
    ],
)
def test_lines_that_watch_nothing(watches_of, line):
    assert watches_of(line) == ((), ())


def test_deletions(watches_of):
    assert watches_of("-w /a\n-w /b\n-D\n-w /c")[0] == (Watch("/c", False, "rwxa", ""),)
    assert watches_of("-w /a -k k\n-w /b\n-D -k k")[0] == (Watch("/b", False, "rwxa", ""),)
    assert watches_of("-w /a -p wa -k k\n-w /b\n-W /a")[0] == (Watch("/b", False, "rwxa", ""),)
    assert watches_of("-w /a -p wa -k k\n-W /a -k other")[0] == (Watch("/a", False, "wa", "k"),)
    assert watches_of("-a always,exit -F path=/a\n-d always,exit -F path=/a")[0] == ()


@pytest.mark.parametrize(
    ("never", "left"),
    [
        ("-a never,exit -F path=/etc/docker/x", ""),
        ("-a never,exit -F dir=/etc", ""),
        ("-a never,exit -F dir=/etc/dock", "wa"),
        ("-a never,exit -F path=/etc/docker/x -F perm=w", "a"),
        ("-a never,exit -S all", ""),
        ("-a never,exit -F path=/etc/docker", "wa"),
        ("-a task,never", ""),
    ],
)
def test_a_never_rule_before_takes_away(watches_of, never, left):
    watches, warnings = watches_of(f"{never}\n-w /etc/docker/x -p wa")
    assert [watch.accesses for watch in watches] == ([left] if left else [])
    assert bool(warnings) == (not left)


@pytest.mark.parametrize(
    ("never", "kept"),
    [
        ("-a never,exit -F path=/etc/docker/x -F auid>=1000", ("/etc/docker/x", False, "rwxa")),
        ("-a exit,never -F dir=/etc -F perm=wa -F exe=/bin/y -k k", ("/etc", True, "wa")),
        ("-a never,entry -p w -S openat -F path=/etc/docker/x", ("/etc/docker/x", False, "w")),
        ("-a never,exit -F arch=b32 -S all -F path=/link/x", ("/etc/docker/x", False, "rwxa")),
        ("-a never,exit -C auid!=uid", ("", True, "rwxa")),
        ("-a never,exit -F arch=b64 -S adjtimex -S openat", ("", True, "rwxa")),
        ("-a never,exit -S clock_settime -F auid>=1000", ("", True, "rwxa")),
        ("-a never,task -F auid>=1000", ("", True, "rwxa")),
        ("-a always,task -F uid=0\n-a task,never -F auid>=1000\n-a always,task", ("", True, "rwxa")),
    ],
)
def test_a_never_rule_of_some_accesses_is_told_where_it_stands(watches_of, target, never, kept):
    (target / "etc/docker").mkdir(parents=True)
    (target / "link").symlink_to("/etc/docker")
    watch = Watch("/etc/docker/x", False, "wa", "")
    (exception, found), warnings = watches_of(f"{never}\n-w /etc/docker/x -p wa")
    assert (exception.path, exception.tree, exception.accesses, exception.never) == (*kept, True)
    assert (found, warnings) == (watch, ())
    if "task" not in never:  # those are asked when a process starts
        assert watches_of(f"-w /etc/docker/x -p wa\n{never}")[0] == (watch, exception)
        assert watches_of(f"-w /etc/docker/x -p wa\n-A{never[2:]}")[0] == (exception, watch)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("-a exit,never -F path=/x -F auid>=1000 -k noise", "-a never,exit -F path=/x -F auid>=1000"),
        ("-A never,exit -Fdir=/x -pwr -F exe=/y", "-a never,exit -F dir=/x -F perm=rw -F exe=/y"),
        ("-a never,exit -S openat,open -C uid!=euid", "-a never,exit -S openat,open -C uid!=euid"),
        ("-a never,task -F uid=7", "-a never,task -F uid=7"),
        ("-a never,exit -F path=/x -F subj_type=\udcff", "-a never,exit -F path=/x -F subj_type=\\xff"),
    ],
)
def test_a_never_rule_of_some_accesses_is_written_as_auditctl_takes_it(watches_of, line, text):
    assert [watch.narrowed for watch in watches_of(line)[0]] == [text]


@pytest.mark.parametrize(
    "never",
    [
        "-a never,exit -F arch=b64 -S adjtimex,clock_settime -F subj_type=chronyd_t",
        "-a never,exclude -F auid>=1000",
        "-a never,user -F subj_type=crond_t",
        "-a never,filesystem -F fstype=tracefs",
        "-a never,io_uring -F auid>=1000",
        "-a always,task\n-a never,task -F auid>=1000",
    ],
)
def test_a_never_rule_that_is_not_about_files_changes_nothing(watches_of, never):
    assert watches_of(f"{never}\n-w /x") == ((Watch("/x", False, "rwxa", ""),), ())


def test_all_calls_among_others_are_all_calls(watches_of):
    for calls in ("-S open -S all", "-S all -S adjtimex", "-S adjtimex,all"):
        assert watches_of(f"-a always,exit {calls} -F path=/x") == ((Watch("/x", False, "rwxa", ""),), ())
        assert watches_of(f"-a never,exit {calls} -F path=/x\n-w /x")[0] == ()


def test_a_never_rule_by_another_name_of_the_path_takes_away(watches_of, target):
    (target / "run").mkdir()
    (target / "var").mkdir(exist_ok=True)
    (target / "var/run").symlink_to("/run")
    for never in ("-F path=/run/x", "-F dir=/run", "-F path=/var/run/x", "-F dir=/"):
        for watch in ("-w /var/run/x", "-w /run/x"):
            assert watches_of(f"-a never,exit {never}\n{watch}")[0] == (), (never, watch)


def test_a_never_rule_below_a_tree_is_told(watches_of, target):
    (target / "etc/docker").mkdir(parents=True)
    kept = Watch("/etc/docker/x", False, "w", "", never=True)
    tree = Watch("/etc/docker", True, "rwxa", "")
    assert watches_of("-a never,exit -F path=/etc/docker/x -F perm=w\n-w /etc/docker")[0] == (kept, tree)
    assert watches_of("-w /etc/docker\n-a never,exit -F path=/etc/docker/x -F perm=w")[0] == (tree,)
    top = Watch("/etc/docker", False, "rwxa", "", never=True)
    assert watches_of("-a never,exit -F path=/etc/docker\n-a always,exit -F dir=/etc/docker")[0] == (top, tree)


def test_a_never_rule_after_changes_nothing_unless_it_is_put_first(watches_of):
    assert watches_of("-w /x\n-a never,exit -F path=/x")[0]
    assert not watches_of("-w /x\n-A never,exit -F path=/x")[0]


def test_a_watch_on_a_directory_watches_the_tree(watches_of, write):
    write("/etc/docker/daemon.json")
    assert watches_of("-w /etc/docker") == ((Watch("/etc/docker", True, "rwxa", ""),), ())
    assert watches_of("-a always,exit -F path=/etc/docker")[0] == (Watch("/etc/docker", False, "rwxa", ""),)


def test_a_path_through_links_is_given_resolved_too(watches_of, write, target):
    write("/usr/lib/systemd/system/docker.service")
    (target / "lib").symlink_to("usr/lib")
    assert [watch.path for watch in watches_of("-w /lib/systemd/system/docker.service")[0]] == [
        "/lib/systemd/system/docker.service",
        "/usr/lib/systemd/system/docker.service",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "garbage",
        "-w",
        "-w relative",
        "-w /x -p z",
        "-w /x # why",
        "-w '/x",
        "-w /x -w /y",
        "-w /x -b 1",
        "-a always -F path=/x",
        "-a always,nowhere -F path=/x",
        "-a always,exit -F path",
        "-a always,exit -F perm= -F path=/x",
        "-a always,exit -F path=/x -F dir=/y",
        "-F path=/x",
        "-k docker",
    ],
)
def test_a_line_that_is_no_rule_stops_auditctl_so_nobody_knows(line):
    with pytest.raises(RuleDefect):
        parse_line(line)
    found = load_lines([("f:1", "-w /a"), ("f:2", line), ("f:3", "-w /b")])
    assert found.reason is Reason.SYNTAX
    assert found.detail.startswith("f:2: ")
    rules, (warning,) = load_lines([("f:1", "-i"), ("f:2", line), ("f:3", "-w /b")])
    assert [rule.path for rule in rules] == ["/b"]
    assert warning.startswith("f:2: ")


def test_printed_rules_quote_nothing():
    rule = parse_printed("-w /a b -p rwxa -k ke y")
    assert (rule.path, rule.accesses, rule.keys) == ("/a b", "rwxa", ("ke y",))
    rule = parse_printed("-a always,exit -F arch=b64 -S execve,openat -F path=/a -b -F auid>=1000 -F key=k y")
    assert (rule.path, rule.keys) == ("/a -b", ("k y",))
    assert rule.narrowed_by == ("-S execve,openat", "-F auid>=1000")
    with pytest.raises(RuleDefect):
        parse_printed("No rules")


def test_files_are_merged_as_augenrules_does(target, write):
    write("/etc/audit/rules.d/10-b.rules", "-w /ten\n-e 2\n")
    write("/etc/audit/rules.d/9-a.rules", "-w /nine\n")
    write("/etc/audit/rules.d/99-last.rules", "-D\n-w /last")
    write("/etc/audit/rules.d/notes.txt", "-w /not")
    rules = collect_audit_rules(HostRoot(str(target)))
    assert [watch.path for watch in rules.watches] == ["/nine", "/ten", "/last"]
    assert (rules.origin, rules.enabled) == ("files", ABSENT)
    assert [source.says for source in rules.sources] == [None, None, None, None, "absent (ENOENT)"]


def test_the_generated_file_repeats_rules_d(target, write):
    header = "## This file is automatically generated from /etc/audit/rules.d\n"
    write("/etc/audit/rules.d/a.rules", "-D\n-w /new\n")
    write("/etc/audit/audit.rules", header + "-D\n-w /old\n")
    assert [watch.path for watch in collect_audit_rules(HostRoot(str(target))).watches] == ["/new"]
    (target / "etc/audit/rules.d/a.rules").unlink()
    assert [watch.path for watch in collect_audit_rules(HostRoot(str(target))).watches] == ["/old"]


def test_a_hand_written_file_comes_after_rules_d(target, write):
    write("/etc/audit/rules.d/a.rules", "-w /a\n")
    write("/etc/audit/audit.rules", "-w /b\n")
    assert [watch.path for watch in collect_audit_rules(HostRoot(str(target))).watches] == ["/a", "/b"]
    write("/etc/audit/audit.rules", "-D\n-w /b\n")
    assert [watch.path for watch in collect_audit_rules(HostRoot(str(target))).watches] == ["/b"]


def test_no_files_are_no_rules(target):
    rules = collect_audit_rules(HostRoot(str(target)))
    assert rules.watches == ()
    assert [source.says for source in rules.sources] == ["absent (ENOENT)"] * 2


def test_a_file_that_cannot_be_read_leaves_the_watches_unknown(target, write):
    write("/etc/audit/rules.d/a.rules", "-w /a\n")
    os.mkfifo(target / "etc/audit/rules.d/b.rules")
    assert collect_audit_rules(HostRoot(str(target))).watches.reason is Reason.NOT_REGULAR


def test_a_switch_with_an_odd_blank_behind_it_is_none():
    assert load_lines([("f:1", "-i \t\r"), ("f:2", "nonsense")])[0] == []
    for odd in ("-i\x0b", "-c\xa0", "-i\x1c"):
        assert load_lines([("f:1", odd), ("f:2", "nonsense")]).reason is Reason.SYNTAX


def test_too_many_rules_are_not_judged():
    assert load_lines((f"f:{n}", f"-w /{n}") for n in range(6000)).reason is Reason.OVERSIZE


@pytest.mark.audit_rules
def test_an_auditctl_that_breaks_off_or_cannot_be_run(tmp_path, monkeypatch):
    monkeypatch.setattr(auditctl, "_DIRECTORIES", (str(tmp_path), "/bin"))
    assert list_kernel_rules().reason is Reason.TOOL_MISSING
    program = tmp_path / "auditctl"
    program.write_text("#!/bin/sh\nprintf '%s' '-w /etc/docker'\n")
    program.chmod(0o644)
    assert list_kernel_rules() == Unavailable(Reason.DENIED, "auditctl: Permission denied")
    program.chmod(0o755)
    assert list_kernel_rules() == Unavailable(Reason.TRUNCATED, "auditctl -l: the output ends within a line")
    program.write_text("#!/bin/sh\necho '-w /etc/docker'\n")
    assert list_kernel_rules() == ("-w /etc/docker",)
    program.unlink()
    program.symlink_to("nowhere")
    assert list_kernel_rules() == Unavailable(Reason.TOOL_FAILED, "auditctl: No such file or directory")


@needs_auditctl
def test_the_kernels_own_list(tmp_path):
    key = f"dockmark-{uuid.uuid4().hex[:12]}"
    folder, file, spaced = tmp_path / "d", tmp_path / "f", tmp_path / "a b"
    folder.mkdir()
    file.touch()
    spaced.touch()
    rules = [
        ["-w", folder, "-p", "wa", "-k", key],
        ["-a", "always,exit", "-F", "arch=b64", "-F", f"path={file}", "-F", "perm=r", "-k", key],
        ["-a", "always,exit", "-F", f"path={file}", "-F", "auid>=1000", "-F", "perm=x", "-k", key],
        ["-w", spaced, "-k", key],
        ["-a", "never,exit", "-F", f"path={file}", "-F", "auid=4000000", "-F", "perm=w", "-k", key],
        ["-A", "never,exit", "-F", f"dir={folder}", "-F", "uid=4000000", "-k", key],
        ["-a", "exit,always", "-F", f"dir={folder}", "-F", "uid=0", "-k", key],
    ]
    try:
        for rule in rules:
            subprocess.run(["auditctl", *rule], check=True, capture_output=True)
        found = collect_audit_rules(HostRoot())
    finally:
        subprocess.run(["auditctl", "-D", "-k", key], check=True, capture_output=True)
    assert found.origin == "kernel"
    assert isinstance(found.enabled, bool)
    assert [watch for watch in found.watches if watch.key == key] == [
        Watch(str(folder), True, "wa", key),
        Watch(str(file), False, "r", key),
        Watch(str(spaced), False, "rwxa", key),
    ]
    exceptions = [watch.narrowed for watch in found.watches if watch.path.startswith(str(tmp_path)) and watch.never]
    assert exceptions == [
        f"-a never,exit -F dir={folder} -F uid=4000000",
        f"-a never,exit -F path={file} -F perm=w -F auid=4000000",
    ]
    assert not [watch for watch in collect_audit_rules(HostRoot()).watches if watch.key == key]


@pytest.mark.audit_rules
@needs_auditctl
def test_a_user_without_rights_learns_nothing(as_nobody):
    found = as_nobody(lambda: (list_kernel_rules(), collect_audit_rules(HostRoot())))
    assert found[0].reason is Reason.DENIED
    rules = found[1]
    assert isinstance(rules.watches, Unavailable)
    assert isinstance(rules.enabled, Unavailable)
    assert rules.watches.reason is rules.enabled.reason is Reason.DENIED


def test_rule_files_are_no_substitute_for_a_kernel_that_runs(target, write, monkeypatch):
    write("/etc/audit/rules.d/a.rules", "-w /a\n")
    write("/proc/sys/kernel/random/boot_id", Path("/proc/sys/kernel/random/boot_id").read_text())
    for reason in (Reason.DENIED, Reason.TOOL_MISSING, Reason.TIMEOUT):
        monkeypatch.setattr(audit_rules, "list_kernel_rules", lambda reason=reason: Unavailable(reason, "auditctl"))
        rules = collect_audit_rules(HostRoot(str(target)))
        assert rules.watches.reason is rules.enabled.reason is reason
    write("/proc/sys/kernel/random/boot_id", "another boot\n")
    assert [watch.path for watch in collect_audit_rules(HostRoot(str(target))).watches] == ["/a"]


def test_what_auditctl_prints_as_a_watch_is_what_the_rule_files_say(target, write, monkeypatch):
    """auditctl -l prints ``-a never,exit -F path=X -F perm=wa`` as ``-w X -p wa``, and a rule for a directory alone too."""
    write(
        "/etc/audit/rules.d/a.rules",
        "-D\n-a never,exit -F path=/etc/default/docker -F perm=wa -k d\n-w /etc/default/docker -p wa -k d\n"
        "-a always,exit -F path=/var/lib/docker -F perm=wa -k v\n",
    )
    (target / "var/lib/docker").mkdir(parents=True)
    (target / "etc/default").mkdir(parents=True, exist_ok=True)
    (target / "etc/default/docker").write_text("")

    def listed(*lines):
        monkeypatch.setattr(audit_rules, "list_kernel_rules", lambda: lines)
        monkeypatch.setattr(audit_rules, "is_audit_enabled", lambda: True)
        monkeypatch.setattr(HostRoot, "is_live", True)
        return collect_audit_rules(HostRoot(str(target))).watches

    docker, data = "-w /etc/default/docker -p wa -k d", "-w /var/lib/docker -p wa -k v"
    assert [each for each in listed(docker, docker) if not each.never] == []
    assert [(each.path, each.tree) for each in listed(data)] == [("/var/lib/docker", False)]
    assert [each.path for each in listed("-w /etc/default/docker -p r -k d")] == [
        "/etc/default/docker"
    ]  # other words: another rule


def test_programs_are_bounded_in_time_and_output():
    assert run_capped(("/bin/sleep", "60"), seconds=0.2).reason is Reason.TIMEOUT
    assert run_capped(("/usr/bin/yes",), cap=10_000).reason is Reason.OVERSIZE
    assert run_capped(("/nonexistent/tool",)).reason is Reason.TOOL_FAILED
    printed = run_capped(("/bin/sh", "-c", "echo out; echo err >&2; exit 3"))
    assert (printed.status, printed.output, printed.errors) == (3, "out\n", "err\n")


WORDS = st.sampled_from(
    ["-w", "-a", "-A", "-d", "-D", "-W", "-k", "-p", "-F", "-S", "-i", "/etc/docker", "path=/x", "dir=/y/", "perm=wa", "wa",
     "always,exit", "never,exit", "task,never", "auid>=1000", "key=k", "#", "'", '"', "\\", "\t", "\x00", "\udcff", "-", "--x"]
)  # fmt: skip


@given(st.lists(st.lists(WORDS | st.text(max_size=6), max_size=7).map(" ".join), max_size=12))
def test_no_rule_file_makes_us_raise(lines):
    loaded = load_lines((f"f:{number}", line) for number, line in enumerate(lines))
    if not isinstance(loaded, Unavailable):
        watches, warnings = find_watches(HostRoot("/nonexistent"), loaded[0])
        assert len(watches) <= 2 * len(lines)
        for text in (*warnings, *(watch.path for watch in watches)):
            text.encode()
    for line in lines:
        try:
            parse_printed(line)
        except RuleDefect:
            continue
