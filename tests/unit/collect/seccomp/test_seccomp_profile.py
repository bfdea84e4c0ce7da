"""Profiles as strangers write them: read as the engine reads them, compared with the engine's own, never trusted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.collect.seccomp import profile as profiles
from benchmark.collect.seccomp.engine_default import DEFAULT_DENIES, default_denies
from benchmark.collect.seccomp.profile import Profile, parse_profile, weaker_than_default
from benchmark.model.facts import Reason, Unavailable

DEFAULT_CAPABILITIES = ("CHOWN", "SYS_CHROOT", "NET_RAW")
NOW = (28, 5)
DENIED_NOW = sorted(default_denies(NOW, DEFAULT_CAPABILITIES))


# The page "Seccomp security profiles for Docker", table of blocked calls.
DOCUMENTED = frozenset(
    {
        "acct", "add_key", "bpf", "clock_settime", "clone", "create_module", "delete_module", "finit_module",
        "get_kernel_syms", "get_mempolicy", "init_module", "ioperm", "iopl", "kcmp", "kexec_file_load",
        "kexec_load", "keyctl", "lookup_dcookie", "mbind", "mount", "move_pages", "nfsservctl",
        "open_by_handle_at", "perf_event_open", "personality", "pivot_root", "process_vm_readv",
        "process_vm_writev", "query_module", "quotactl", "reboot", "request_key", "set_mempolicy", "setns",
        "settimeofday", "socket", "stime", "swapon", "swapoff", "sysfs", "_sysctl", "umount", "umount2",
        "unshare", "uselib", "userfaultfd", "ustat", "vm86", "vm86old",
    }
)  # fmt: skip


def rule(*names: str, action: str = "SCMP_ACT_ALLOW", **more: Any) -> dict[str, Any]:
    return {"names": list(names), "action": action, **more}


def weaker(
    *rules: dict[str, Any],
    default: str = "SCMP_ACT_ERRNO",
    held: Any = DEFAULT_CAPABILITIES,
    version: tuple[int, ...] | None = NOW,
) -> list[str]:
    profile = parse_profile(json.dumps({"defaultAction": default, "syscalls": rules}))
    assert isinstance(profile, Profile), profile
    return weaker_than_default(profile, held, version)


def reason_of(text: str) -> Reason | None:
    found = parse_profile(text)
    return found.reason if isinstance(found, Unavailable) else None


def test_a_profile_that_allows_what_the_default_allows_is_not_weaker() -> None:
    assert weaker(rule("read", "write", "execve", "chroot", "ptrace")) == []
    assert weaker() == []


def test_calls_opened_one_by_one_are_named() -> None:
    assert weaker(rule("read", "keyctl"), rule("userfaultfd", "no_such_call")) == ["keyctl", "userfaultfd"]


@pytest.mark.parametrize("action", ["SCMP_ACT_LOG", "SCMP_ACT_TRACE", "SCMP_ACT_NOTIFY"])
def test_what_does_not_stop_a_call_lets_it_through(action: str) -> None:
    assert weaker(rule("keyctl", action=action)) == ["keyctl"]
    assert weaker(default=action) == DENIED_NOW


@pytest.mark.parametrize(
    "action", ["SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP", "SCMP_ACT_ERRNO"]
)
def test_what_stops_a_call(action: str) -> None:
    assert weaker(rule("keyctl", action=action), default=action) == []
    assert weaker(rule(*DENIED_NOW, action=action), default="SCMP_ACT_ALLOW") == []


def test_a_default_that_allows_is_weaker_by_all_that_is_not_denied() -> None:
    assert weaker(default="SCMP_ACT_ALLOW") == DENIED_NOW
    assert len(DENIED_NOW) > 50
    left = weaker(rule("mount", "bpf", action="SCMP_ACT_ERRNO"), default="SCMP_ACT_ALLOW")
    assert set(DENIED_NOW) - set(left) == {"mount", "bpf"}


def test_arguments() -> None:
    tied = {"args": [{"index": 0, "value": 2114060288, "op": "SCMP_CMP_MASKED_EQ"}]}
    assert weaker(rule("keyctl", "clone", **tied)) == []
    assert weaker(rule("clone", "personality", "socket")) == ["clone", "personality", "socket"]
    # Denying some arguments of a call leaves it open, except where the default profile does no more than that.
    left = weaker(rule("keyctl", "clone", action="SCMP_ACT_ERRNO", **tied), default="SCMP_ACT_ALLOW")
    assert set(DENIED_NOW) - set(left) == {"clone"}


def test_capabilities_open_calls_in_both_profiles() -> None:
    admin = (*DEFAULT_CAPABILITIES, "SYS_ADMIN")
    needs = rule("mount", "keyctl", includes={"caps": ["CAP_SYS_ADMIN"]})
    assert weaker(needs) == []
    assert weaker(needs, held=admin) == ["keyctl"]
    assert weaker(needs, held=("ALL",)) == ["keyctl"]
    assert weaker(rule("mount"), held=("CHOWN",)) == ["mount"]
    assert weaker(rule("chroot"), held=()) == ["chroot"]
    unless = rule("keyctl", excludes={"caps": ["CAP_SYS_ADMIN"]})
    assert weaker(unless) == ["keyctl"]
    assert weaker(unless, held=admin) == weaker(unless, held=("ALL",)) == []
    both = rule("keyctl", includes={"caps": ["CAP_SYS_ADMIN", "CAP_BPF"]})
    assert weaker(both, held=admin) == []


def test_what_cannot_be_told_is_the_weaker_case() -> None:
    unknown = Unavailable(Reason.WRONG_TYPE)
    assert weaker(rule("mount", includes={"caps": ["CAP_SYS_ADMIN"]}), held=unknown) == ["mount"]
    for condition in ({"minKernel": "9.0"}, {"arches": ["s390x"]}):
        assert weaker(rule("keyctl", includes=condition)) == ["keyctl"]
        denied = rule("keyctl", action="SCMP_ACT_ERRNO", includes=condition)
        assert "keyctl" in weaker(denied, default="SCMP_ACT_ALLOW")
    # Allowed here and denied there: which rule wins is libseccomp's affair.
    assert weaker(rule("keyctl", action="SCMP_ACT_KILL"), rule("keyctl")) == ["keyctl"]


def test_versions_of_the_engine() -> None:
    assert weaker(rule("io_uring_setup"), version=(24, 0)) == []
    assert weaker(rule("io_uring_setup"), version=(25, 0)) == weaker(rule("io_uring_setup"), version=None) != []
    assert weaker(rule("socket"), version=(20, 10)) == []
    assert weaker(rule("socket"), version=(23, 0)) == ["socket"]
    assert weaker(rule("process_vm_readv"), version=(20, 10)) == ["process_vm_readv"]
    assert weaker(rule("process_vm_readv"), version=(23, 0)) == weaker(rule("process_vm_readv"), version=None) == []


def test_the_table_holds_what_the_documentation_names() -> None:
    assert set(DEFAULT_DENIES) >= DOCUMENTED


def test_keys_in_any_case_as_go_reads_them() -> None:
    profile = parse_profile(
        '{"DefaultAction": "SCMP_ACT_ERRNO", "SYSCALLS": [{"NAMES": ["keyctl"], "Action": "SCMP_ACT_ALLOW"}]}'
    )
    assert isinstance(profile, Profile)
    assert weaker_than_default(profile, (), NOW) == ["keyctl"]
    assert reason_of('{"defaultAction": "SCMP_ACT_ERRNO", "DefaultAction": "SCMP_ACT_ALLOW"}') is Reason.DUPLICATE_KEY


def test_the_old_form_with_one_name() -> None:
    profile = parse_profile(
        '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"name": "keyctl", "action": "SCMP_ACT_ALLOW", "args": null}]}'
    )
    assert isinstance(profile, Profile)
    assert weaker_than_default(profile, (), NOW) == ["keyctl"]


def test_an_empty_profile_is_no_filter() -> None:
    for text in ("{}", '{"defaultAction": ""}', '{"syscalls": []}', '{"architectures": ["SCMP_ARCH_X86_64"]}'):
        profile = parse_profile(text)
        assert isinstance(profile, Profile)
        assert profile.is_no_filter
    profile = parse_profile('{"defaultAction": "SCMP_ACT_ERRNO"}')
    assert isinstance(profile, Profile)
    assert not profile.is_no_filter


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.SYNTAX),
        ("unconfine", Reason.SYNTAX),
        ('{"defaultAction": "SCMP_ACT_ALLO', Reason.SYNTAX),
        ("[]", Reason.WRONG_TYPE),
        ("null", Reason.WRONG_TYPE),
        ('{"syscalls": 5}', Reason.WRONG_TYPE),
        ('{"syscalls": [5]}', Reason.WRONG_TYPE),
        ('{"defaultAction": 5}', Reason.WRONG_TYPE),
        ('{"defaultAction": "SCMP_ACT_MAYBE"}', Reason.UNKNOWN_VALUE),
        ('{"syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"}]}', Reason.UNKNOWN_VALUE),  # no default action
        ('{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"]}]}', Reason.UNKNOWN_VALUE),
        ('{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": "read"}]}', Reason.WRONG_TYPE),
        ('{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": [1]}]}', Reason.WRONG_TYPE),
        ('{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"name": "a", "names": ["b"]}]}', Reason.SYNTAX),
        ('{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["a"], "archMap": [{}]}', Reason.SYNTAX),
        ('{"defaultAction": "SCMP_ACT_ERRNO", "defaultAction": "SCMP_ACT_ALLOW"}', Reason.DUPLICATE_KEY),
        ("[" * 5000 + "]" * 5000, Reason.TOO_DEEP),
        ('{"defaultAction": "' + "x" * profiles.MOST_BYTES + '"}', Reason.OVERSIZE),
        ('{"defaultAction": "\ud800"}', Reason.NOT_UTF8),
    ],
    ids=range(19),
)
def test_broken_profiles(text: str, reason: Reason) -> None:
    assert reason_of(text) is reason


def test_profiles_of_absurd_size() -> None:
    many = {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [rule("a")] * (profiles.MOST_RULES + 1)}
    assert reason_of(json.dumps(many)) is Reason.OVERSIZE
    wide = {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [rule(*["a"] * (profiles.MOST_NAMES + 1))]}
    assert reason_of(json.dumps(wide)) is Reason.OVERSIZE


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["SCMP_ACT_ALLOW", "keyctl"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["defaultAction", "syscalls", "names", "name", "action", "args", "includes", "caps", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_document_breaks_the_reader(document: Any) -> None:
    profile = parse_profile(json.dumps(document))
    if isinstance(profile, Profile):
        assert set(weaker_than_default(profile, (), None)) <= set(DEFAULT_DENIES)


NAMES = st.lists(st.sampled_from([*DENIED_NOW, "read"]), max_size=5)


@given(NAMES, NAMES, st.sampled_from(["SCMP_ACT_ERRNO", "SCMP_ACT_ALLOW"]))
def test_allowing_more_is_never_stronger(first: list[str], second: list[str], default: str) -> None:
    fewer, more = [rule(*first)], [rule(*first), rule(*second)]
    assert set(weaker(*fewer, default=default)) <= set(weaker(*more, default=default))


def test_a_key_with_a_long_s_is_the_key_to_go():
    profile = parse_profile(
        '{"defaultAction": "SCMP_ACT_ERRNO", "\u017fyscalls": [{"name\u017f": ["mount"], "action": "SCMP_ACT_ALLOW"}]}'
    )
    assert not isinstance(profile, Unavailable)
    assert weaker_than_default(profile, (), None) == ["mount"]
