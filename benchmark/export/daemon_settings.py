"""Settings of the daemon as OVAL sees them: the command line of its process, then its file, then the documented default.

Nothing is known where the process cannot be found by its pid file, where the file is a link or was changed after the daemon's
start, or where the command line names another file than the Value does. An option that is given twice, or in its short form, is
not read either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.evaluate.operators import OPERATORS
from benchmark.export import json_text
from benchmark.export.comparisons import entity, parameter_term
from benchmark.export.files import LINK, file_at, text_in
from benchmark.export.oval_terms import (
    FALSE,
    FILE,
    PROCESS,
    TEXT,
    TRUE,
    VARIABLE,
    Concat,
    Criteria,
    Entity,
    Escaped,
    Exists,
    Field,
    Filtered,
    Found,
    Items,
    Setting,
    State,
    Term,
    every,
    negated,
    some,
)
from benchmark.export.places import CONFIG_FILE, PID_FILE
from benchmark.export.sides import CriteriaSides, NotExpressible, Sides, decided
from benchmark.export.sides import known as known_value
from benchmark.model.control import Control, ParameterRef, Test, WhenAbsent
from benchmark.model.declaration import Type
from benchmark.scap.names import value_id
from benchmark.scap.oval_words import Comparison, Counterpart, IsEmpty, OfElements, OfValue, Presence

UNSAID: Final = object()  # a default that is no value: nothing is set


@dataclass(frozen=True, slots=True)
class Option:
    """A setting: its flag, its type, and what holds where nobody says anything (None: that depends, on the version say)."""

    flag: str
    type: Type
    default: object
    short: str = ""


def _bool(flag: str, *, default: bool | None, short: str = "") -> Option:
    return Option(flag, Type.BOOL, default, short)


# daemon.json's key -> the option; defaults as in collect's defaults.py, which a test compares
OPTIONS: Final[Mapping[str, Option]] = {
    "authorization-plugins": Option("authorization-plugin", Type.STRINGS, []),
    "bridge": Option("bridge", Type.STRING, "", "b"),
    "cgroup-parent": Option("cgroup-parent", Type.STRING, UNSAID),
    "containerd": Option("containerd", Type.STRING, UNSAID),
    "debug": _bool("debug", default=False, short="D"),
    "default-ulimits": Option("default-ulimit", Type.MAP, []),
    "experimental": _bool("experimental", default=False),
    "group": Option("group", Type.STRING, "docker", "G"),
    "hosts": Option("host", Type.STRINGS, None, "H"),
    "icc": _bool("icc", default=True),
    "insecure-registries": Option("insecure-registry", Type.STRINGS, []),
    "ip6tables": _bool("ip6tables", default=None),
    "iptables": _bool("iptables", default=True),
    "live-restore": _bool("live-restore", default=False),
    "log-driver": Option("log-driver", Type.STRING, "json-file"),
    "log-level": Option("log-level", Type.STRING, "info", "l"),
    "no-new-privileges": _bool("no-new-privileges", default=False),
    "seccomp-profile": Option("seccomp-profile", Type.STRING, None),
    "selinux-enabled": _bool("selinux-enabled", default=False),
    "storage-driver": Option("storage-driver", Type.STRING, None, "s"),
    "storage-opts": Option("storage-opt", Type.STRINGS, []),
    "tls": _bool("tls", default=None),
    "tlscacert": Option("tlscacert", Type.STRING, None),
    "tlscert": Option("tlscert", Type.STRING, None),
    "tlskey": Option("tlskey", Type.STRING, None),
    "tlsverify": _bool("tlsverify", default=None),
    "userland-proxy": _bool("userland-proxy", default=True),
    "userns-remap": Option("userns-remap", Type.STRING, ""),
}

PID: Final = Field(text_in(PID_FILE.setting, r"\A\s*+(\d{1,9})\s*+\z"), "subexpression", "int")
DAEMON: Final = Found(
    PROCESS, (Entity("command_line", ".+", "pattern match"), Entity("pid", PID, datatype="int"))
)  # fmt: skip
_CONFIG: Final = file_at(CONFIG_FILE.setting)
_NEWER: Final = State(
    FILE, (Entity("c_time", Field(file_at(PID_FILE.setting), "m_time", "int"), "greater than", "int"),)
)  # fmt: skip
_NAMED: Final = Entity(
    "command_line",
    Concat((r"[ ]--config-file[= ]", Escaped(CONFIG_FILE.setting), r"(?: |\z)")),
    "pattern match",
)
_TRUE: Final = "1|t|T|TRUE|true|True"
_FALSE: Final = "0|f|F|FALSE|false|False"
# Not a test of the process itself: where oscap looks below another root it calls that not applicable, which "and" passes over.
_RUNS: Final = Exists(
    Found(VARIABLE, (Entity("var_ref", Field(DAEMON, "command_line")),)),
    "the process whose number is in the pid file runs",
)


def line_matches(pattern: str | Term, comment: str) -> Criteria:
    """The daemon's command line matches."""
    return Exists(
        Filtered(DAEMON, State(PROCESS, (Entity("command_line", pattern, "pattern match"),)), keep=True), comment
    )


def known() -> Criteria:
    """The process runs, and the file that it read is the one at the place of the Value, as it was when it started."""
    other = every(
        line_matches(r" --config-file[= ]", "the command line names a configuration file"),
        negated(Exists(Filtered(DAEMON, State(PROCESS, (_NAMED,)), keep=True), "it is the one of the Value")),
    )
    newer = Exists(Filtered(_CONFIG, _NEWER, keep=True), "the configuration file changed after the daemon's start")
    linked = Exists(Filtered(_CONFIG, LINK, keep=True), "the configuration file is a link")
    return every(_RUNS, negated(other), negated(newer), negated(linked))


def read_setting(key: str, test: Test, control: Control, *, with_default: bool = True) -> CriteriaSides:
    """A test of the setting; without ``with_default`` one that nobody states has no value. Raises NotExpressible."""
    option = OPTIONS[key]
    counterpart = OPERATORS[test.word].oval(test.argument, Type.STRINGS if option.type is Type.MAP else option.type)
    on_line, in_file = _on_line(option, counterpart, control), _in_file(key, option, counterpart, control)
    nowhere = _without(option, test, control, with_default=with_default)
    given, unsaid = _given(option), _unsaid(key)
    read = every(known(), negated(_unclear(option)))

    def side(line: Criteria, file: Criteria, default: Criteria) -> Criteria:
        return every(
            read, some(every(given, line), every(negated(given), file), every(negated(given), unsaid, default))
        )

    return Sides(side(on_line.true, in_file.true, nowhere.true), side(on_line.false, in_file.false, nowhere.false))


def is_stated(key: str) -> CriteriaSides:
    """The command line or the file says something about the setting."""
    given, unsaid = _given(OPTIONS[key]), _unsaid(key)
    read = every(known(), negated(_unclear(OPTIONS[key])))
    said = text_in(CONFIG_FILE.setting, json_text.value((key,), f"(?!{_NOTHING})(?&v)", whole=True))
    return Sides(every(read, some(given, Exists(said, f"the file has {key}"))), every(read, negated(given), unsaid))


def parameter_has(word: str, name: str, control: Control) -> Criteria:
    """The parameter, a list, has this element."""
    pattern = rf"(?:\A|,)\s*+{re.escape(word)}\s*+(?:,|\z)"
    held = Found(VARIABLE, (Entity("var_ref", Setting(value_id(control.id, name))),))
    state = State(VARIABLE, (Entity("value", pattern, "pattern match"),))
    return Exists(Filtered(held, state, keep=True), f"{name} has {word or 'an empty text'}")


def _without(option: Option, test: Test, control: Control, *, with_default: bool) -> CriteriaSides:
    """What the test comes to where nobody states the setting."""
    if option.default is None and with_default:
        return Sides(FALSE, FALSE)
    if option.default is UNSAID or not with_default:
        if test.word in ("present", "absent"):
            return decided(TRUE if test.word == "absent" else FALSE)
        return known_value({WhenAbsent.PASS: True, WhenAbsent.FAIL: False}.get(test.absent))  # type: ignore[arg-type]
    if isinstance(test.argument, ParameterRef):
        if test.word != "one_of" or not isinstance(option.default, str):
            raise NotExpressible(f"the default of {option.flag} against a Value")
        return decided(parameter_has(option.default, test.argument.name, control))
    predicate = OPERATORS[test.word].predicate(test.argument)
    return known_value(test.word != "absent" and predicate(option.default) is True)


def _on_line(option: Option, counterpart: Counterpart, control: Control) -> CriteriaSides:
    """Where the flag is given: by its value."""
    flag = f"[ ]--{option.flag}"
    match counterpart:
        case Presence(there):
            return decided(TRUE if there else FALSE)
        case OfValue(Comparison("equals", ("true" | "false",) as values)) if option.type is Type.BOOL:
            true = line_matches(rf"{flag}(?:=(?:{_TRUE}))?(?: |\z)", f"--{option.flag} is on")
            false = line_matches(rf"{flag}=(?:{_FALSE})(?: |\z)", f"--{option.flag} is off")
            return Sides(true, false) if values == ("true",) else Sides(false, true)
        case OfValue(comparison) if option.type is Type.STRING:
            readable = line_matches(rf"{flag}(?:=[^ ]*+| [^ ]++)(?: |\z)", f"--{option.flag} has a value")
            holds = line_matches(_flag_with(flag, comparison, control), f"--{option.flag} is as it must be")
            return Sides(holds, every(readable, negated(holds)))
        case IsEmpty():
            return Sides(FALSE, TRUE)
        case OfElements("some", comparison):
            holds = line_matches(_flag_with(flag, comparison, control), f"a --{option.flag} is so")
            return decided(holds)
        case _:
            raise NotExpressible(f"nothing in OVAL asks that of --{option.flag}")


def _flag_with(flag: str, comparison: Comparison, control: Control) -> str | Term:
    """A pattern of the flag with such a value; of a parameter's, one pattern for each."""
    if isinstance(comparison.values, ParameterRef):
        if comparison.around is not None:
            raise NotExpressible("the beginnings that a Value holds, on a command line")
        return Concat((rf"{flag}[= ]", Escaped(parameter_term(comparison.values, control)), r"(?: |\z)"))
    literal = f"(?:{'|'.join(map(re.escape, comparison.values))})"
    if comparison.around is not None:
        return rf"{flag}[= ]{literal}"
    if comparison.operation != "equals":
        raise NotExpressible("an expression on a command line")
    return rf"{flag}[= ]{literal}(?: |\z)" if "" not in comparison.values else rf"{flag}={literal}(?: |\z)"


def _in_file(key: str, option: Option, counterpart: Counterpart, control: Control) -> CriteriaSides:
    def matches(pattern: str, comment: str) -> Criteria:
        return Exists(text_in(CONFIG_FILE.setting, pattern), comment)

    path = (key,)
    match counterpart:
        case Presence(there):
            said = matches(json_text.value(path, f"(?!{_NOTHING})(?&v)", whole=True), f"the file has {key}")
            return Sides(said, FALSE) if there else Sides(FALSE, said)
        case OfValue(comparison) if option.type in (Type.BOOL, Type.STRING):
            inner = "(true|false)" if option.type is Type.BOOL else r'"([^"\\]++)"'
            captured = text_in(CONFIG_FILE.setting, json_text.value(path, inner, whole=True))
            return _compared(captured, comparison, control, key)
        case IsEmpty():
            some_of = r"\{\s*+\S" if option.type is Type.MAP else r"\["
            filled = json_text.value(path, rf"(?!{_NOTHING})(?={some_of})(?&v)", whole=True)
            return Sides(FALSE, matches(filled, f"{key} in the file is not empty"))
        case OfElements("some", comparison) if option.type is Type.STRINGS:
            whole = matches(json_text.list_of(path, json_text.text(), whole=True), f"{key} in the file is a list")
            each = text_in(CONFIG_FILE.setting, json_text.elements(path, json_text.text()))
            holds = _compared(each, comparison, control, key).true
            return Sides(every(whole, holds), every(whole, negated(holds)))
        case _:
            raise NotExpressible(f"nothing in OVAL asks that of {key}")


def _compared(captured: Items, comparison: Comparison, control: Control, key: str) -> CriteriaSides:
    state = State(TEXT, (entity(comparison, "subexpression", control),))
    return Sides(
        Exists(Filtered(captured, state, keep=True), f"{key} in the file is as it must be"),
        Exists(Filtered(captured, state, keep=False), f"{key} in the file is not as it must be"),
    )


def _given(option: Option) -> Criteria:
    return line_matches(rf" --{option.flag}(?:[= ]|\z)", f"--{option.flag} is given")


def is_given(key: str) -> Criteria:
    """The command line has the flag of the setting."""
    return _given(OPTIONS[key])


def is_silent(key: str) -> Criteria:
    """The file says nothing of the setting, or there is none."""
    return _unsaid(key)


def _unclear(option: Option) -> Criteria:
    """The flag comes twice, where one cannot tell which of them counts, or in its short form."""
    short = line_matches(rf" -{option.short}", f"-{option.short} is given") if option.short else FALSE
    if option.type in (Type.STRINGS, Type.MAP):
        return short
    twice = rf" --{option.flag}(?:[= ].*)? --{option.flag}(?:[= ]|\z)"
    return some(short, line_matches(twice, f"--{option.flag} is given twice"))


def _unsaid(key: str) -> Criteria:
    """There is no file, or it is well-formed and says nothing of the key: null and empty values say nothing (moby)."""
    there = Exists(_CONFIG, "there is a configuration file")
    missing = text_in(CONFIG_FILE.setting, json_text.absent((key,), whole=True))
    empty = text_in(CONFIG_FILE.setting, json_text.value((key,), _NOTHING, whole=True))
    return some(negated(there), Exists(missing, f"the file has no {key}"), Exists(empty, f"{key} in the file is empty"))


_NOTHING: Final = r'(?:null|""|\[\s*+\]|\{\s*+\})'
