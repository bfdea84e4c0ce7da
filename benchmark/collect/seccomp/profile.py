"""A seccomp profile as the docker command line puts it into a container's security options.

Written by strangers: bounded, read strictly, never applied. The rules for reading it are those of moby's
profiles/seccomp (setupSeccomp) and of the OCI runtime specification (config-linux, section Seccomp).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from benchmark.collect.seccomp.engine_default import Version, default_denies
from benchmark.model.facts import JsonValue, Reason, Unavailable
from benchmark.model.strict_json import JsonDefect, parse_json

MOST_BYTES: Final = 1024 * 1024
MOST_RULES: Final = 10_000
MOST_NAMES: Final = 100_000

# What keeps a call from being made. A tracer may let a call pass, an agent may, and LOG only writes it down.
_DENYING: Final = frozenset(
    {"SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP", "SCMP_ACT_ERRNO"}
)
_LETTING: Final = frozenset({"SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRACE", "SCMP_ACT_NOTIFY"})


_FOLDED: Final = str.maketrans({"\u017f": "s"})  # to Go a long s is an s; the Kelvin sign is a k to both


@dataclass(frozen=True, slots=True)
class Rule:
    """Some calls and what becomes of them. ``has_arguments``: only with certain arguments. ``on_some_hosts``: only on some
    kernels or architectures. It applies when all capabilities of ``needs`` are held and none of ``unless``.
    """

    names: tuple[str, ...]
    action: str
    has_arguments: bool
    on_some_hosts: bool
    needs: frozenset[str]
    unless: frozenset[str]

    @property
    def denies(self) -> bool:
        """True when the calls are not carried out."""
        return self.action in _DENYING


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile that the engine would accept. ``default_action`` is what becomes of calls that no rule names; empty where
    the profile says nothing at all, which the engine takes for no filter.
    """

    default_action: str
    rules: tuple[Rule, ...]

    @property
    def is_no_filter(self) -> bool:
        """True for the empty profile (moby: "assume seccomp disabled")."""
        return not self.default_action and not self.rules

    @property
    def lets_by_default(self) -> bool:
        """True when calls that no rule names are carried out."""
        return self.default_action in _LETTING


def parse_profile(text: str) -> Profile | Unavailable:
    """The profile in ``text``, or why it is none: OVERSIZE, SYNTAX, DUPLICATE_KEY, TOO_DEEP, WRONG_TYPE, or UNKNOWN_VALUE
    for an action that nobody documents.
    """
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > MOST_BYTES:
        return Unavailable(Reason.OVERSIZE, f"seccomp profile of {len(data)} bytes, at most {MOST_BYTES} are read")
    try:
        return _profile(parse_json(data))
    except JsonDefect as defect:
        return Unavailable(defect.reason, f"seccomp profile: {defect.detail}")
    except _Defect as defect:
        return Unavailable(defect.reason, f"seccomp profile: {defect}")


def weaker_than_default(
    profile: Profile, capabilities: Iterable[str] | Unavailable, version: Version | None
) -> list[str]:
    """The calls that ``profile`` lets a container with ``capabilities`` make and the default of that engine version does
    not, sorted. Arguments are not compared: a call that either of the two ties to arguments counts only where the profile
    lets it through with any. What cannot be told (capabilities, kernel, architecture) is taken for the weaker case.
    """
    held = None if isinstance(capabilities, Unavailable) else frozenset(capabilities)
    lets: set[str] = set()
    denied: set[str] = set()
    restricted: set[str] = set()
    for rule in profile.rules:
        applies = _applies(rule, held)
        if applies is _Applies.NEVER:
            continue
        if rule.has_arguments:
            restricted.update(rule.names)
        elif not rule.denies:
            lets.update(rule.names)
        elif applies is _Applies.ALWAYS:
            denied.update(rule.names)
    weaker = []
    for name, default in default_denies(version, held or ()).items():
        if profile.lets_by_default:
            is_tied = name in denied or (default.by_argument and name in restricted)
            weaker += [] if is_tied else [name]
        elif name in lets:
            weaker.append(name)
    return sorted(weaker)


class _Applies(enum.Enum):
    ALWAYS = enum.auto()
    MAYBE = enum.auto()
    NEVER = enum.auto()


class _Defect(Exception):
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def _applies(rule: Rule, held: frozenset[str] | None) -> _Applies:
    if held is None:
        return _Applies.MAYBE if rule.needs or rule.unless or rule.on_some_hosts else _Applies.ALWAYS
    has_all = "ALL" in held
    if not (has_all or rule.needs <= held) or (rule.unless if has_all else rule.unless & held):
        return _Applies.NEVER
    return _Applies.MAYBE if rule.on_some_hosts else _Applies.ALWAYS


def _profile(document: JsonValue) -> Profile:
    members = _object(document, "the document")
    if "architectures" in members and "archmap" in members and members["architectures"] and members["archmap"]:
        raise _Defect(Reason.SYNTAX, "both architectures and archMap are given, which the engine refuses")
    action = _text(members.get("defaultaction"), "defaultAction")
    rules = tuple(_rules(_list(members.get("syscalls"), "syscalls")))
    if action or rules:
        _require_action(action, "defaultAction")
    return Profile(action, rules)


def _rules(entries: list[JsonValue]) -> Iterator[Rule]:
    if len(entries) > MOST_RULES:
        raise _Defect(Reason.OVERSIZE, f"{len(entries)} rules, at most {MOST_RULES} are read")
    left = MOST_NAMES
    for at, entry in enumerate(entries):
        place = f"syscalls[{at}]"
        members = _object(entry, place)
        names = _names(members, place)
        left -= len(names)
        if left < 0:
            raise _Defect(Reason.OVERSIZE, f"more than {MOST_NAMES} names of calls")
        action = _text(members.get("action"), f"{place}.action")
        _require_action(action, f"{place}.action")
        includes, excludes = (_filter(members.get(each), f"{place}.{each}") for each in ("includes", "excludes"))
        yield Rule(
            names=names,
            action=action,
            has_arguments=bool(_list(members.get("args"), f"{place}.args")),
            on_some_hosts=includes[1] or excludes[1],
            needs=includes[0],
            unless=excludes[0],
        )


def _names(members: dict[str, JsonValue], place: str) -> tuple[str, ...]:
    names = _texts(members.get("names"), f"{place}.names")
    name = _text(members.get("name"), f"{place}.name")
    if name and names:
        raise _Defect(Reason.SYNTAX, f"{place}: both name and names are given, which the engine refuses")
    return (name,) if name else names


def _filter(value: JsonValue, place: str) -> tuple[frozenset[str], bool]:
    """Its capabilities, and whether it also depends on the host."""
    if value is None:
        return frozenset(), False
    members = _object(value, place)
    capabilities = _texts(members.get("caps"), f"{place}.caps")
    depends = bool(_texts(members.get("arches"), f"{place}.arches") or members.get("minkernel"))
    return frozenset(each.removeprefix("CAP_") for each in capabilities), depends


def _object(value: JsonValue, place: str) -> dict[str, JsonValue]:
    """Its members by lower-case key: Go, in which the engine is written, finds a key in any case."""
    if not isinstance(value, dict):
        raise _Defect(Reason.WRONG_TYPE, f"{place} is not an object")
    members = {key.lower().translate(_FOLDED): each for key, each in value.items()}
    if len(members) != len(value):
        raise _Defect(Reason.DUPLICATE_KEY, f"{place}: two keys that differ only in case")
    return members


def _list(value: JsonValue, place: str) -> list[JsonValue]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _Defect(Reason.WRONG_TYPE, f"{place} is not a list")
    return value


def _texts(value: JsonValue, place: str) -> tuple[str, ...]:
    texts = tuple(each for each in _list(value, place) if isinstance(each, str))
    if value and len(texts) != len(_list(value, place)):
        raise _Defect(Reason.WRONG_TYPE, f"{place} has an element that is not a string")
    return texts


def _text(value: JsonValue, place: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Defect(Reason.WRONG_TYPE, f"{place} is not a string")
    return value


def _require_action(action: str, place: str) -> None:
    if action not in _DENYING | _LETTING:
        raise _Defect(Reason.UNKNOWN_VALUE, f"{place} is {action[:60]!r}, which is no action of seccomp")
