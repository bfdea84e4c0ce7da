"""daemon.json: where the daemon looks for it, and what it says, by dockerd's own rules for reading it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from benchmark.collect.daemon.command_line import CommandLine
from benchmark.collect.daemon.flags import BY_KEY, FILE_ONLY_KEYS, FLAT_KEYS, FORMER_NAMES, Kind
from benchmark.collect.daemon.process import SETTLED_NS, DaemonProcess
from benchmark.collect.host.provenance import absence_source, content_source, file_source
from benchmark.collect.host.root import HostRoot, printable
from benchmark.model.facts import Absent, JsonValue, Reason, Source, Unavailable
from benchmark.model.strict_json import JsonDefect, parse_json

_NAME: Final = re.compile(r"[a-z]+", re.ASCII)
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """What the daemon's configuration file says.

    ``values`` holds the keys that say something (dockerd takes null, "" , [] and {} for "not said"), each a value or
    ``Unavailable`` where its type is wrong. ``problem`` is set when the file as a whole could not be read: then nothing
    is known of any key. ``changed_ns`` is its last change (0 where there is no file), and ``unsettled`` says why an
    absent file may have existed when the daemon started.
    """

    path: str
    values: Mapping[str, JsonValue | Unavailable] = field(default_factory=dict)
    problem: Unavailable | None = None
    changed_ns: int = 0
    source: Source | None = None
    warnings: tuple[str, ...] = ()


def config_path(process: DaemonProcess, line: CommandLine, rootless: bool | Unavailable) -> str | Unavailable:
    """The file that the daemon reads: ``--config-file`` in either form, else the default. "" when switched off.

    Rootless daemons look below $XDG_CONFIG_HOME or ~/.config (getDefaultDaemonConfigDir of moby).
    """
    given = line.values.get("config-file")
    if isinstance(given, str):
        return process.absolute(given) if given else ""
    if isinstance(rootless, Unavailable):
        return rootless
    if not rootless:
        return "/etc/docker/daemon.json"
    home = process.directory("XDG_CONFIG_HOME", ".config")
    return home if isinstance(home, Unavailable) else posixpath.join(home, "docker/daemon.json")


def read_config_file(
    root: HostRoot | Unavailable,
    path: str | Unavailable,
    *,
    explicit: bool,
    since: tuple[int, ...] | None,
    started_ns: int,
) -> ConfigFile:
    """What the file at ``path`` below the daemon's own root says; never raises.

    ``explicit`` when ``--config-file`` names it: dockerd does not start without it. ``since`` is the engine's version as
    numbers, None where it is not known: from 23.0 on an empty file and a byte order mark are accepted.
    """
    if isinstance(path, Unavailable):
        return ConfigFile("", problem=path)
    if not path:
        return ConfigFile("")
    if isinstance(root, Unavailable):
        return ConfigFile(path, problem=root)
    content = root.read(path)
    if isinstance(content, Absent):
        return _absent(root, path, explicit, started_ns)
    if isinstance(content, Unavailable):
        return ConfigFile(path, problem=content, source=file_source(path))
    read = _parse(content.data, path, lenient=since is not None and since >= (23,))
    source = content_source(path, content)
    if isinstance(read, Unavailable):
        return ConfigFile(path, problem=read, changed_ns=content.stat.changed_ns, source=source)
    values, warnings = _interpret(read, path)
    return ConfigFile(path, values, None, content.stat.changed_ns, source, warnings)


def _absent(root: HostRoot, path: str, explicit: bool, started_ns: int) -> ConfigFile:
    source = absence_source(path)
    if explicit:
        return ConfigFile(path, problem=_gone(path, "it is named by --config-file and absent"), source=source)
    if _was_removed(root, path, started_ns):
        why = "it is absent, and its directory has lost an entry since the daemon's start"
        return ConfigFile(path, problem=_gone(path, why), source=source)
    return ConfigFile(path, source=source)


def _gone(path: str, why: str) -> Unavailable:
    return Unavailable(Reason.PENDING_RESTART, f"{printable(path)}: {why}")


def _was_removed(root: HostRoot, path: str, started_ns: int) -> bool:
    """True when the directory changed after the daemon's start and no entry in it explains that.

    A daemon that once read a file since deleted still runs with it. A new or renamed entry changes together with its
    directory (dockerd itself writes key.json on its first start); a deletion leaves nothing behind.
    """
    parent = posixpath.dirname(path)
    directory = root.stat(parent)
    if isinstance(directory, Unavailable | Absent) or directory.changed_ns <= started_ns + SETTLED_NS:
        return False
    names = root.list(parent)
    if isinstance(names, Unavailable | Absent):
        return True
    for name in names[:1000]:
        entry = root.lstat(posixpath.join(parent, name))
        if not isinstance(entry, Unavailable | Absent) and entry.changed_ns >= directory.changed_ns - SETTLED_NS:
            return False
    return True


def _parse(data: bytes, path: str, *, lenient: bool) -> dict[str, JsonValue] | Unavailable:
    where = printable(path)
    if lenient:
        data = data.removeprefix(_BYTE_ORDER_MARK)
    if not data.strip():
        if lenient:
            return {}
        return Unavailable(Reason.SYNTAX, f"{where}: empty, which engines before 23.0 refuse")
    try:
        read = parse_json(data)
    except JsonDefect as defect:
        return Unavailable(defect.reason, f"{where}: {defect.detail}")
    if isinstance(read, dict):
        return read
    return Unavailable(Reason.WRONG_TYPE, f"{where}: the top level is no object")


def _interpret(read: dict[str, JsonValue], path: str) -> tuple[dict[str, JsonValue | Unavailable], tuple[str, ...]]:
    values: dict[str, JsonValue | Unavailable] = {}
    warnings: list[str] = []
    where = printable(path)
    for key, value in read.items():
        if isinstance(value, dict) and key not in FLAT_KEYS:
            _lift(value, key, where, values, warnings)
            continue
        flag = BY_KEY.get(key)
        if flag is None:
            if key not in FILE_ONLY_KEYS:
                warnings.append(f"{where}: unknown key {key!r}; dockerd refuses to start with it")
            continue
        name = FORMER_NAMES.get(key, key)
        if name in values:
            values[name] = Unavailable(Reason.CONFLICT, f"{where}: {name} is given under its former name too")
        elif value not in (None, "", [], {}):
            values[name] = _typed(flag.kind, value, f"{where}: {key}")
    return values, tuple(warnings)


def _lift(
    inner: dict[str, JsonValue], key: str, where: str, values: dict[str, JsonValue | Unavailable], warnings: list[str]
) -> None:
    """An object that dockerd does not take as it is: its members count as if they stood outside, some by half."""
    for name in inner:
        if name not in BY_KEY and name not in FILE_ONLY_KEYS:
            warnings.append(f"{where}: unknown key {name!r} in {key!r}; dockerd refuses to start with it")
            continue
        if key != "proxies":
            detail = f"{where}: {name} stands inside {key!r}, where dockerd reads it only in part"
            values[FORMER_NAMES.get(name, name)] = Unavailable(Reason.SYNTAX, detail)
    if key in BY_KEY:
        values[key] = Unavailable(Reason.WRONG_TYPE, f"{where}: {key} is an object")


def _typed(kind: Kind, value: JsonValue, where: str) -> JsonValue | Unavailable:
    if kind is Kind.ONE:
        return value
    if kind is Kind.BOOL and type(value) is bool:
        return value
    if kind is Kind.STRING and type(value) is str:
        return value
    if kind is Kind.STRINGS and isinstance(value, list) and all(type(each) is str for each in value):
        return value
    if kind is Kind.MAP and isinstance(value, dict) and all(type(each) is str for each in value.values()):
        return value
    if kind is Kind.ULIMITS and isinstance(value, dict):
        limits = [_ulimit(name, each) for name, each in value.items()]
        if None not in limits:
            return [*sorted(str(each) for each in limits)]
    return _wrong(kind, where)


def _wrong(kind: Kind, where: str) -> Unavailable:
    wanted = {Kind.BOOL: "a boolean", Kind.STRING: "a string", Kind.STRINGS: "a list of strings"}
    return Unavailable(Reason.WRONG_TYPE, f"{where} is not {wanted.get(kind, 'an object of the documented form')}")


def _ulimit(name: str, value: JsonValue) -> str | None:
    """``name=soft:hard``; field names match as encoding/json matches them, a missing number is 0."""
    if not isinstance(value, dict) or not _NAME.fullmatch(name):
        return None
    fields = {each.lower(): number for each, number in value.items()}
    soft, hard = fields.get("soft", 0), fields.get("hard", 0)
    return f"{name}={soft}:{hard}" if type(soft) is int and type(hard) is int else None
