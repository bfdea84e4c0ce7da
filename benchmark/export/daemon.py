"""The daemon and the host as single subjects: where OVAL finds their facts. An explicit table; what it lacks OVAL cannot see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from benchmark.evaluate.operators import OPERATORS
from benchmark.export import json_text
from benchmark.export.daemon_settings import (
    DAEMON,
    PID,
    is_silent,
    is_stated,
    known,
    line_matches,
    parameter_has,
    read_setting,
)
from benchmark.export.files import directory_at, file_at, socket_unit_files, text_in
from benchmark.export.host import docker_group_members
from benchmark.export.oval_terms import (
    PROCESS,
    TEXT,
    TRUE,
    VARIABLE,
    Captured,
    Concat,
    Criteria,
    Entity,
    Escaped,
    Exists,
    Field,
    Filtered,
    Found,
    Setting,
    State,
    every,
    negated,
    some,
)
from benchmark.export.places import CONFIG_FILE, DATA_ROOT
from benchmark.export.population import Derivation, ReadOne, Single
from benchmark.export.sides import CriteriaSides, NotExpressible, Sides, decided
from benchmark.export.sides import known as known_value
from benchmark.model.control import (
    PARAMETER,
    AllOf,
    AnyOf,
    Condition,
    Control,
    Each,
    Not,
    ParameterRef,
    Test,
    WhenAbsent,
)
from benchmark.scap.names import value_id

_SETTING: Final = "daemon."
_STATED: Final = "stated."  # a setting without its default: only what somebody states
_SWARM_STATES: Final = ("pending", "active", "error", "locked")


def _is(fact: str, value: object) -> Test:
    return Test(fact, "equals", value)  # type: ignore[arg-type]


# Facts that the engine reports under another name than the setting that decides them.
_ALIASES: Final[Mapping[str, str]] = {
    "info.Plugins.Authorization": "daemon.authorization-plugins",
    "info.ExperimentalBuild": "daemon.experimental",
    "version.Experimental": "daemon.experimental",
}

_NO_VERIFY: Final = Test("stated.tlsverify", "absent", True)
_NO_TLS: Final = AllOf((_NO_VERIFY, Test("stated.tls", "absent", True)))

# Facts that follow from others: true where the first holds, false where the second does.
_DERIVED: Final[Mapping[str, tuple[Condition, Condition]]] = {
    "security.userns": (Not(_is("daemon.userns-remap", "")), _is("daemon.userns-remap", "")),
    "daemon.tlsverify": (
        AnyOf((_is("stated.tlsverify", True), AllOf((_NO_VERIFY, _is("stated.tls", True))))),
        AnyOf((_is("stated.tlsverify", False), AllOf((_NO_VERIFY, Not(_is("stated.tls", True)))), _NO_TLS)),
    ),
    "daemon.tls": (
        AnyOf((Test("stated.tlsverify", "present", True), _is("stated.tls", True))),
        _NO_TLS,
    ),
}  # fmt: skip
# Files of TLS have their default places wherever TLS is on.
_TLS_FILES: Final = frozenset({"daemon.tlscacert", "daemon.tlscert", "daemon.tlskey"})

# What neither files nor the process show; a condition that can be decided without them is exported all the same.
_UNSEEN: Final = frozenset({"log_destination.on_this_host"})

# Only a daemon in a user namespace of its own can run as somebody else than root; it need not be told by a flag.
_ROOTLESS: Final = negated(
    Exists(
        Filtered(DAEMON, State(PROCESS, (Entity("user_id", "0", datatype="int"),)), keep=True),
        "the daemon runs as root",
    )
)
_APPARMOR: Final = "/sys/module/apparmor/parameters/enabled"
_ROOT: Final = Exists(directory_at(DATA_ROOT.setting), "the data root is there")
_SWARM: Final = Exists(
    file_at(Concat((DATA_ROOT.setting, "/swarm/docker-state.json"))), "the daemon is part of a swarm"
)


def daemon_subject(control: Control) -> Single:
    """The daemon as ``control`` asks for it."""
    return Single(lambda test: _read_daemon(test, control))


def host_subject(control: Control) -> Single:
    """The host as ``control`` asks for it."""
    return Single(lambda test: _read_host(test, control))


def around(control: Control) -> ReadOne:
    """How facts with a prefix are read: ``daemon:``, ``host:`` and ``parameter:``."""

    def read(test: Test | Each) -> CriteriaSides | Derivation:
        prefix, _, name = test.fact.partition(":")
        if prefix == PARAMETER:
            return _read_parameter(test, name, control)
        if not isinstance(test, Test):
            raise NotExpressible(f"{test.fact} is a list of records")
        inner = Test(name, test.word, test.argument, test.absent)
        answer = _read_daemon(inner, control) if prefix == "daemon" else _read_host(inner, control)
        if isinstance(answer, Derivation):
            return Derivation(_prefixed(answer.true, prefix), _prefixed(answer.false, prefix))
        return answer

    return read


def _prefixed(condition: Condition, prefix: str) -> Condition:
    match condition:
        case Test(fact, word, argument, absent):
            return Test(f"{prefix}:{fact}", word, argument, absent)
        case AllOf(parts):
            return AllOf(tuple(_prefixed(each, prefix) for each in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_prefixed(each, prefix) for each in parts))
        case Not(part):
            return Not(_prefixed(part, prefix))
        case Each():
            raise NotExpressible("records of the daemon")


def _read_daemon(test: Test | Each, control: Control) -> CriteriaSides | Derivation:
    if test.fact.startswith(f"{PARAMETER}:"):
        return _read_parameter(test, test.fact.partition(":")[2], control)
    if isinstance(test, Each):
        raise NotExpressible(f"{test.fact} is a list of records")
    if test.fact in _UNSEEN:
        return known_value(None)
    return _derived(test) if test.fact in _DERIVED else _read_seen(test, control)


def _read_seen(test: Test, control: Control) -> CriteriaSides | Derivation:
    if test.fact in _TLS_FILES and test.word in ("present", "absent"):
        on, off = _is("daemon.tls", True), _is("daemon.tls", False)
        return Derivation(on, off) if test.word == "present" else Derivation(off, on)
    if test.fact in DAEMON_FACTS_SEEN:
        return DAEMON_FACTS_SEEN[test.fact](test, control)
    if test.fact.startswith(_STATED):
        key = test.fact.removeprefix(_STATED)
        if test.word in ("present", "absent"):
            stated = is_stated(key)
            return stated if test.word == "present" else stated.turned()
        return read_setting(key, test, control, with_default=False)
    name = _ALIASES.get(test.fact, test.fact)
    if not name.startswith(_SETTING):
        raise NotExpressible(f"only the engine says {test.fact}")
    try:
        return read_setting(name.removeprefix(_SETTING), test, control)
    except KeyError:
        raise NotExpressible(f"{test.fact} is not read by OVAL content") from None


def _derived(test: Test) -> Derivation:
    true, false = _DERIVED[test.fact]
    if isinstance(test.argument, ParameterRef) or test.word not in ("equals", "present", "absent"):
        raise NotExpressible(f"{test.fact} {test.word}")
    if test.word == "equals":
        return Derivation(true, false) if test.argument is True else Derivation(false, true)
    there = AnyOf((true, false))
    return Derivation(there, AnyOf(())) if test.word == "present" else Derivation(AnyOf(()), there)


def _flag_fact(holds: Criteria, sure: Criteria) -> Callable[[Test, Control], CriteriaSides]:
    """A boolean fact that is true where ``holds`` and false elsewhere, so far as ``sure``."""

    def read(test: Test, _: Control) -> CriteriaSides:
        if test.word != "equals":
            raise NotExpressible(f"{test.fact} {test.word}")
        sides = Sides(every(sure, holds), every(sure, negated(holds)))
        return sides if test.argument is True else sides.turned()

    return read


def _storage_driver(test: Test, control: Control) -> CriteriaSides:
    """The one that is asked for; else, of one that has no directory among the images of the data root, that it is not in use."""
    asked = read_setting("storage-driver", test, control)
    if test.word != "equals" or not isinstance(test.argument, str):
        return asked
    directory = Concat((DATA_ROOT.setting, f"/image/{test.argument}"))
    unused = every(_ROOT, negated(Exists(directory_at(directory), f"images of {test.argument} are kept")))
    return Sides(asked.true, some(asked.false, unused))


def _selinux(test: Test, control: Control) -> CriteriaSides:
    """The daemon is told to use SELinux, and the kernel has it."""
    if test.word != "equals":
        raise NotExpressible(f"{test.fact} {test.word}")
    asked = read_setting("selinux-enabled", _is("daemon.selinux-enabled", True), control)
    there = Exists(file_at("/sys/fs/selinux/enforce"), "the kernel has SELinux")
    sides = Sides(every(asked.true, there), some(asked.false, every(asked.true, negated(there))))
    return sides if test.argument is True else sides.turned()


def _seccomp(test: Test, control: Control) -> CriteriaSides:
    """The kernel has seccomp, and the engine's default for containers is not to do without."""
    setting = read_setting(
        "seccomp-profile", Test("stated", "equals", "unconfined", WhenAbsent.FAIL), control, with_default=False
    )
    there = Exists(file_at("/proc/sys/kernel/seccomp/actions_avail"), "the kernel has seccomp")
    sides = Sides(every(there, setting.false), some(negated(there), setting.true))
    return sides if test.argument is True else sides.turned()


def _swarm_state(test: Test, control: Control) -> CriteriaSides:
    """Whether the daemon is in a swarm stands in a file; in which state it is there, the engine alone says."""
    if isinstance(test.argument, ParameterRef):
        has = {each: parameter_has(each, test.argument.name, control) for each in ("inactive", *_SWARM_STATES)}
        out = decided(has["inactive"])
        within = Sides(
            every(*(has[each] for each in _SWARM_STATES)), every(*(negated(has[each]) for each in _SWARM_STATES))
        )
    else:
        predicate = OPERATORS[test.word].predicate(test.argument)
        out = known_value(predicate("inactive") is True)
        outcomes = {predicate(each) is True for each in _SWARM_STATES}
        within = known_value(outcomes.pop() if len(outcomes) == 1 else None)
    free = every(_ROOT, negated(_SWARM))
    return Sides(
        some(every(free, out.true), every(_SWARM, within.true)),
        some(every(free, out.false), every(_SWARM, within.false)),
    )


def _own_mount(test: Test, _: Control) -> CriteriaSides:
    """By the mounts that the daemon sees (proc(5), mountinfo): a whole file system is mounted at the data root; or nothing, or
    only the directory itself, as it lies in the root file system: dockerd does that where mounts are private.
    """
    if test.word != "equals":
        raise NotExpressible(f"{test.fact} {test.word}")
    table, root = (
        Concat(("/proc/", PID, "/mountinfo")),
        Escaped(Captured(DATA_ROOT.setting, r"\A(.*?)(?:/\d+\.\d+)?\z")),
    )
    whole = Exists(
        text_in(table, Concat((r"^\d+ \d+ \S+ (/)[ ]", root, "[ ]"))), "a file system is mounted at the data root"
    )
    part = Exists(text_in(table, Concat((r"^\d+ \d+ \S+ (\S+)[ ]", root, "[ ]"))), "something is mounted there")
    other = Exists(
        text_in(table, Concat((r"^\d+ \d+ \S+ (?!", root, r"[ ])(\S+)[ ]", root, "[ ]"))), "something else than itself"
    )
    itself = Concat((r"(?s)\A(?=.*?^\d+ \d+ (\d+:\d+)[ ]", root, "[ ]", root, r"[ ])(?=.*?^\d+ \d+ \1 / / )(.)"))
    bound = Exists(text_in(table, itself), "it is bound to itself")
    read = Exists(text_in(table, r"\A(.)"), "the daemon's mounts can be read")
    sides = Sides(
        every(_ROOT, read, whole),
        every(_ROOT, read, some(negated(part), every(bound, negated(other)))),
    )
    return sides if test.argument is True else sides.turned()


def is_activated() -> Criteria:
    """Systemd hands its socket over to the daemon: fd://."""
    each = text_in(CONFIG_FILE.setting, json_text.elements(("hosts",), json_text.text()))
    handed = State(TEXT, (Entity("subexpression", r"\Afd:", "pattern match"),))
    return some(
        line_matches(r" (?:-H|--host)[= ]?+fd://", "the command line asks for systemd's socket"),
        Exists(Filtered(each, handed, keep=True), "the file asks for systemd's socket"),
    )


def _tcp_listeners(test: Test, _: Control) -> CriteriaSides:
    """Nobody listens on TCP where every address that is asked for is a socket file's, those of systemd's socket included."""
    if test.word != "equals" or test.argument != []:
        raise NotExpressible(f"{test.fact} {test.word}")
    asked = line_matches(r" (?:-H|--host)[= ]?+tcp://", "the command line asks for a TCP listener")
    other = line_matches(
        r" (?:-H|--host)[= ]?+(?!unix://|fd://)", "the command line asks for something else than a socket file"
    )
    each = text_in(CONFIG_FILE.setting, json_text.elements(("hosts",), json_text.text()))
    tcp = State(TEXT, (Entity("subexpression", r"\Atcp://", "pattern match"),))
    in_file = Exists(Filtered(each, tcp, keep=True), "the file asks for a TCP listener")
    listed = text_in(CONFIG_FILE.setting, json_text.list_of(("hosts",), r'"(unix://[^"\\]*+)"', whole=True))
    plain = some(
        line_matches(r" (?:-H|--host)[= ]?+", "the command line says where to listen"),
        is_silent("hosts"),
        Exists(listed, "the file asks for socket files only"),
    )
    unit = Exists(
        text_in(Field(socket_unit_files(), "filepath"), r"^\s*+ListenStream\s*+=\s*+([^/%@\s].*)"),
        "systemd listens on TCP for the daemon",
    )
    given = every(known(), plain, negated(other), negated(in_file), negated(every(is_activated(), unit)))
    return Sides(given, every(known(), some(asked, in_file)))


DAEMON_FACTS_SEEN: Final[Mapping[str, Callable[[Test, Control], CriteriaSides]]] = {
    "security.rootless": _flag_fact(_ROOTLESS, known()),
    "security.apparmor": _flag_fact(Exists(text_in(_APPARMOR, r"\A(Y)"), "the kernel enforces AppArmor"), TRUE),
    "security.selinux": _selinux,
    "seccomp_in_force": _seccomp,
    "info.Driver": _storage_driver,
    "info.Swarm.LocalNodeState": _swarm_state,
    "data_root.is_mount_point": _own_mount,
    "tcp_listeners": _tcp_listeners,
}


def _read_parameter(test: Test | Each, name: str, control: Control) -> CriteriaSides:
    """A parameter as a fact: empty or not, or a number or text that is just so."""
    held = Found(VARIABLE, (Entity("var_ref", Setting(value_id(control.id, name))),))
    if not isinstance(test, Test) or test.word != "equals" or isinstance(test.argument, ParameterRef):
        raise NotExpressible(f"{test.fact} in that way")
    text = "" if test.argument == [] else str(test.argument)
    state = State(VARIABLE, (Entity("value", rf"\A\s*+{text}\s*+\z", "pattern match"),))
    return decided(Exists(Filtered(held, state, keep=True), f"{name} is {text or 'empty'}"))


def _read_host(test: Test | Each, control: Control) -> CriteriaSides:
    if test.fact.startswith(f"{PARAMETER}:"):
        return _read_parameter(test, test.fact.partition(":")[2], control)
    if test.fact == "docker_group.members" and isinstance(test, Test):
        return docker_group_members(
            test, control, read_setting("group", Test("daemon.group", "equals", "docker"), control).true
        )
    raise NotExpressible(f"{test.fact} is in no file that says it for sure")
