"""Units as systemd would load them: fragment and drop-ins merged (systemd.unit(5))."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.collect.host.provenance import content_source
from benchmark.collect.host.root import HostRoot, printable
from benchmark.collect.host.unit_files import UnitFiles, find_unit
from benchmark.collect.host.unit_syntax import Assignment, UnitDefect, parse_unit, split_words
from benchmark.model.facts import ABSENT, Absent, Reason, Source, Unavailable
from benchmark.model.unit_directories import UNIT_DIRECTORIES

_CAP: Final = 1 << 20
_PREFIXES: Final = "@-:+!|"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with its drop-ins applied. ``settings`` maps (section, key) to the values assigned since the last empty one;
    ``changed_ns`` is when one of its files last changed, in nanoseconds since the epoch. A masked unit has no settings.
    """

    files: UnitFiles
    settings: Mapping[tuple[str, str], tuple[str, ...]]
    changed_ns: int
    warnings: tuple[str, ...]
    sources: tuple[Source, ...]

    def values(self, section: str, key: str) -> tuple[str, ...]:
        """Every value of a setting that takes a list."""
        return self.settings.get((section, key), ())

    def value(self, section: str, key: str) -> str | None:
        """The value of a setting that takes one: the last assigned. None when it is not set."""
        values = self.values(section, key)
        return values[-1] if values else None


@dataclass(frozen=True, slots=True)
class EnvironmentFile:
    """A file of variables; a missing one is no error when ``optional``."""

    path: str
    optional: bool


def read_unit(
    root: HostRoot, name: str, directories: tuple[str, ...] = UNIT_DIRECTORIES
) -> Unit | Unavailable | Absent:
    """The unit as systemd would load it now. ABSENT without a fragment; Unavailable when any of its files is."""
    files = find_unit(root, name, directories)
    if isinstance(files, Unavailable) or files is ABSENT:
        return files
    if files.masked:
        return Unit(files, {}, 0, (), (files.source,))
    settings: dict[tuple[str, str], list[str]] = {}
    changed_ns = 0
    warnings: list[str] = []
    sources: list[Source] = []
    for path in (files.fragment, *files.drop_ins):
        content = root.read(path, _CAP)
        if content is ABSENT:
            return Unavailable(Reason.VANISHED, f"{printable(path)}: listed, then gone")
        if isinstance(content, Unavailable):
            return content
        try:
            assignments, odd = parse_unit(content.data, printable(path))
        except UnitDefect as defect:
            return Unavailable(Reason.SYNTAX, str(defect))
        _apply(settings, assignments)
        changed_ns = max(changed_ns, content.stat.changed_ns)
        warnings += odd
        sources.append(content_source(path, content))
    merged = {place: tuple(values) for place, values in settings.items()}
    return Unit(files, merged, changed_ns, tuple(warnings), tuple(sources))


def exec_start(unit: Unit) -> tuple[tuple[str, ...], ...] | Unavailable:
    """The commands of ``ExecStart=``, each as program and arguments: special prefixes and a replaced argv[0] taken off,
    ``;`` between commands honoured, specifiers and variables left as written.
    """
    commands: list[tuple[str, ...]] = []
    for value in unit.values("Service", "ExecStart"):
        try:
            words = split_words(value)
        except UnitDefect as defect:
            return Unavailable(Reason.SYNTAX, f"{printable(unit.files.fragment)}: ExecStart: {defect}")
        commands += _commands(words)
    return tuple(commands)


def environment(unit: Unit) -> Mapping[str, str] | Unavailable:
    """The variables of ``Environment=``, the last assignment of each. They may hold secrets: never capture the values."""
    variables: dict[str, str] = {}
    for value in unit.values("Service", "Environment"):
        try:
            words = split_words(value)
        except UnitDefect as defect:
            return Unavailable(Reason.SYNTAX, f"{printable(unit.files.fragment)}: Environment: {defect}")
        for word in words:
            name, equals, assigned = word.partition("=")
            if equals and name:
                variables[name] = assigned
    return variables


def environment_files(unit: Unit) -> tuple[EnvironmentFile, ...]:
    """The files of ``EnvironmentFile=``, in order; wildcards left as written."""
    values = unit.values("Service", "EnvironmentFile")
    return tuple(EnvironmentFile(value.removeprefix("-"), value.startswith("-")) for value in values)


def listen_streams(unit: Unit) -> tuple[str, ...]:
    """What a socket unit listens on with ``ListenStream=``: absolute paths, ``@`` names, ports, address:port."""
    return unit.values("Socket", "ListenStream")


def _apply(settings: dict[tuple[str, str], list[str]], assignments: tuple[Assignment, ...]) -> None:
    for each in assignments:
        place = (each.section, each.key)
        if each.value:
            settings.setdefault(place, []).append(each.value)
        elif each.section == "Socket" and each.key.startswith("Listen"):
            # systemd.socket(5): an empty assignment resets the sockets of every kind
            for other in [key for key in settings if key[0] == "Socket" and key[1].startswith("Listen")]:
                del settings[other]
        else:
            settings.pop(place, None)


def _commands(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    commands: list[tuple[str, ...]] = []
    current: list[str] = []
    for word in (*words, ";"):
        if word != ";":
            current.append(";" if word == "\\;" else word)
            continue
        if current:
            commands.append(_without_prefixes(current))
        current = []
    return commands


def _without_prefixes(words: list[str]) -> tuple[str, ...]:
    program = words[0].lstrip(_PREFIXES)
    prefixes = words[0][: len(words[0]) - len(program)]
    return (program, *words[2 if "@" in prefixes else 1 :])
