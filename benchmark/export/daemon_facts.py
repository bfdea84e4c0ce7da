"""Facts of the daemon that are no settings of its own: where OVAL sees each. An explicit table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from benchmark.evaluate.operators import OPERATORS
from benchmark.export import json_text
from benchmark.export.daemon_settings import (
    DAEMON,
    PID,
    is_silent,
    known,
    line_matches,
    parameter_has,
    read_setting,
)
from benchmark.export.files import directory_at, file_at, socket_unit_files, text_in
from benchmark.export.oval_terms import (
    PROCESS,
    TEXT,
    TRUE,
    Captured,
    Concat,
    Criteria,
    Entity,
    Escaped,
    Exists,
    Field,
    Filtered,
    State,
    every,
    negated,
    some,
)
from benchmark.export.places import CONFIG_FILE, DATA_ROOT
from benchmark.export.sides import CriteriaSides, NotExpressible, Sides, decided
from benchmark.export.sides import known as known_value
from benchmark.model.control import (
    Control,
    ParameterRef,
    Test,
    WhenAbsent,
)

_SWARM_STATES: Final = ("pending", "active", "error", "locked")

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
    asked = read_setting("selinux-enabled", Test("daemon.selinux-enabled", "equals", True), control)
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
