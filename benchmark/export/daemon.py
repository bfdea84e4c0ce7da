"""The daemon and the host as single subjects: where OVAL finds their facts. An explicit table; what it lacks OVAL cannot see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from benchmark.export.daemon_facts import DAEMON_FACTS_SEEN
from benchmark.export.daemon_settings import (
    is_stated,
    read_setting,
)
from benchmark.export.host import docker_group_members
from benchmark.export.oval_terms import (
    VARIABLE,
    Entity,
    Exists,
    Filtered,
    Found,
    Setting,
    State,
)
from benchmark.export.population import Derivation, ReadOne, Single
from benchmark.export.sides import CriteriaSides, NotExpressible, decided
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
)
from benchmark.scap.names import value_id

_SETTING: Final = "daemon."
_STATED: Final = "stated."  # a setting without its default: only what somebody states


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
