"""Every setting of the daemon as one fact: the value in force, with everything that was said about it as provenance.

In force is what the engine reports; else what its command line says; else what its file said when it started; else the
documented default. What cannot be looked at is never taken for a default.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.collect.daemon.command_line import CommandLine, parse_command_line
from benchmark.collect.daemon.config_file import ConfigFile, config_path, read_config_file
from benchmark.collect.daemon.defaults import NEWEST, version_numbers
from benchmark.collect.daemon.engine_says import NOT_ASKED, EngineSays, agrees, report_of
from benchmark.collect.daemon.known import Known, note_on, redacted, shown_setting, sources_of
from benchmark.collect.daemon.listeners import resolve_hosts
from benchmark.collect.daemon.process import SETTLED_NS, DaemonProcess
from benchmark.collect.daemon.tls import TLS_NAMES, resolve_tls
from benchmark.collect.daemon.units import read_activated, read_service
from benchmark.collect.host.root import HostRoot, printable
from benchmark.model.facts import ABSENT, Absent, FactValue, JsonValue, Reason, Source, Unavailable
from benchmark.model.facts_daemon import DAEMON_SETTINGS

USUAL_CONFIG: Final = "/etc/docker/daemon.json"
_PREFIX: Final = "daemon."
_TOGETHER: Final = (*TLS_NAMES, "hosts", "config-file")  # settings that depend on each other
_ALONE: Final = tuple(
    name for name in (each.removeprefix(_PREFIX) for each in DAEMON_SETTINGS) if name not in _TOGETHER
)
_DERIVED: Final = ("tcp_listeners", "process.euid", "process.exe", "process.started_at")


@dataclass(frozen=True, slots=True)
class DaemonSettings:
    """The facts of ``DAEMON_SETTINGS`` and ``tcp_listeners``, ``process.*``; sources (most telling first) and notes by fact;
    warnings about the daemon as a whole. ``process`` and ``config`` come with them, so that their files can be looked at.
    ``answers`` when an engine answered: then there is a daemon, whether its process can be seen or not. ``rootless`` is
    NO_ENGINE where nobody was there to say it.
    """

    facts: Mapping[str, FactValue]
    sources: Mapping[str, tuple[Source, ...]]
    notes: Mapping[str, str]
    warnings: tuple[str, ...]
    process: DaemonProcess | Unavailable
    config: ConfigFile | None = None
    answers: bool = False
    rootless: FactValue = NOT_ASKED

    @property
    def hidden(self) -> Unavailable | None:
        """Why nothing is known of the process of a daemon that there is; None where it is known, or where none runs."""
        if not isinstance(self.process, Unavailable) or (self.process.reason is Reason.NO_PROCESS and not self.answers):
            return None
        return self.process


@dataclass(frozen=True, slots=True)
class _Settled:
    value: FactValue
    sources: tuple[Source, ...]
    note: str = ""


def resolve_settings(process: DaemonProcess | Unavailable, engine: EngineSays, root: HostRoot) -> DaemonSettings:
    """Every setting and derived fact, each a value, ABSENT or ``Unavailable``. Never raises.

    ``process`` is Unavailable (REMOTE, NO_PROCESS, DENIED, …) where no process can be looked at: then a setting is known
    only where the engine reports it. ``root`` is the host's file system, for systemd's units.
    """
    if isinstance(process, Unavailable):
        return _without_configuration(process, engine, process)
    line = parse_command_line(process.argv)
    if isinstance(line, Unavailable):
        why = Unavailable(line.reason, f"/proc/{process.pid}/cmdline: {line.detail}")
        return _without_configuration(why, engine, process)
    known = _gather(process, line, engine, root)
    settled = {name: _settle(name, known) for name in _ALONE}
    settled |= _settle_together(known, root)
    facts: dict[str, FactValue] = {_PREFIX + name: redacted(name, each.value) for name, each in settled.items()}
    sources = {_PREFIX + name: each.sources for name, each in settled.items()}
    facts |= _of_process(process)
    facts["tcp_listeners"] = _tcp_listeners(facts["daemon.hosts"])
    sources["tcp_listeners"] = sources["daemon.hosts"]
    sources |= {name: process.sources for name in _DERIVED if name not in sources}
    notes = {_PREFIX + name: note for name, each in settled.items() if (note := each.note or note_on(name, known))}
    return DaemonSettings(facts, sources, notes, _warnings(known), process, known.config, rootless=known.rootless)


def config_file(settings: DaemonSettings) -> str | Unavailable:
    """The path of the file that the daemon reads; the usual one where none is named, or where no daemon runs.

    Why it is not known where one runs whose command line cannot be seen: any file may be the one in force.
    """
    path = settings.facts["daemon.config-file"]
    if isinstance(path, Unavailable) and not (path.reason is Reason.NO_PROCESS and nobody_runs(settings)):
        return path
    return path if isinstance(path, str) else USUAL_CONFIG


def config_directory(settings: DaemonSettings) -> str | Unavailable:
    """Where Docker keeps its configuration; a rootless daemon has it in the home of its user, beside its file."""
    usual = posixpath.dirname(USUAL_CONFIG)
    if settings.rootless is False:
        return usual
    path = config_file(settings)
    if isinstance(path, Unavailable):
        return path
    return posixpath.dirname(path) if path.endswith("/.config/docker/daemon.json") else usual


def nobody_runs(settings: DaemonSettings) -> bool:
    """True where no daemon was found and nobody answers or listens either: then the usual files are what one would use."""
    return isinstance(settings.process, Unavailable) and settings.hidden is None


def api_sockets(settings: DaemonSettings) -> tuple[str, ...] | Unavailable:
    """The paths of the unix sockets on which the API is served; abstract names, which no file shows, left out."""
    hosts = settings.facts["daemon.hosts"]
    if isinstance(hosts, Unavailable):
        return hosts
    words = [str(each) for each in hosts] if isinstance(hosts, list) else []
    return tuple(each.removeprefix("unix://") for each in words if each.startswith("unix:///"))


def containerd_sockets(settings: DaemonSettings) -> tuple[str, ...] | Unavailable:
    """Where to look for the socket of the containerd in use; the first that exists is the one.

    An address given is the only one. Otherwise dockerd uses the system's containerd when its socket was there at the start
    and starts its own below exec-root when not: so its own, if there is one, is the one in use.
    """
    given = settings.facts["daemon.containerd"]
    if isinstance(given, Unavailable):
        return given
    if isinstance(given, str):
        return (given.removeprefix("unix://"),)
    exec_root = settings.facts["daemon.exec-root"]
    if isinstance(exec_root, Unavailable):
        return exec_root
    return (posixpath.join(str(exec_root), "containerd/containerd.sock"), "/run/containerd/containerd.sock")


def tls_paths(settings: DaemonSettings) -> Mapping[str, FactValue]:
    """The three files of the TLS listeners by setting (tlscacert, tlscert, tlskey); ABSENT without TLS."""
    return {name: settings.facts[_PREFIX + name] for name in ("tlscacert", "tlscert", "tlskey")}


def _without_configuration(
    why: Unavailable, engine: EngineSays, process: DaemonProcess | Unavailable
) -> DaemonSettings:
    """What the engine reports, and ``why`` for everything else."""
    facts: dict[str, FactValue] = dict.fromkeys((*DAEMON_SETTINGS, *_DERIVED), why)
    sources: dict[str, tuple[Source, ...]] = {}
    for name in _ALONE:
        report = report_of(engine, name)
        if report is None or isinstance(report[0], Unavailable):
            continue
        value, source = report
        if name == "userns-remap":  # reported as on or off: off is the empty value, on could be any other
            value = why if value else ""
        facts[_PREFIX + name] = value
        sources[_PREFIX + name] = (source,)
    if isinstance(process, DaemonProcess):
        facts |= _of_process(process)
        sources |= {name: process.sources for name in facts if name not in sources}
    answers = not isinstance(engine.version, Unavailable)
    return DaemonSettings(facts, sources, {}, (), process, answers=answers, rootless=engine.rootless)


def _gather(process: DaemonProcess, line: CommandLine, engine: EngineSays, root: HostRoot) -> Known:
    rootless = process.rootless
    if isinstance(rootless, Unavailable) and isinstance(engine.rootless, bool):
        rootless = engine.rootless
    config = read_config_file(
        process.files_root,
        config_path(process, line, rootless),
        explicit="config-file" in line.values,
        since=version_numbers(engine.version),
        started_ns=process.started_ns,
    )
    is_newer = config.changed_ns > process.started_ns + SETTLED_NS
    return Known(process, line.values, config, is_newer, engine, rootless, read_service(root, process))


def _settle(name: str, known: Known) -> _Settled:
    report = report_of(known.engine, name)
    if report is not None and not isinstance(report[0], Unavailable):
        return _reported(name, report[0], report[1], known)
    configured, sources = known.configured(name), sources_of(name, known)
    if name == "storage-driver" and report is not None and name not in known.given and known.said(name) is None:
        return _Settled(report[0], sources)  # an engine chooses its driver itself: why it did not say which
    return _Settled(configured, sources)


def _reported(name: str, report: FactValue, source: Source, known: Known) -> _Settled:
    """The engine's own report is the value in force, unless what it was started with contradicts it."""
    configured, sources = known.configured(name), (source, *sources_of(name, known))
    is_remapping = name == "userns-remap"  # reported as on or off; the value itself only stands in the configuration
    if is_remapping and report and isinstance(configured, Unavailable):
        return _Settled(configured, sources)
    is_stated = name in known.given or known.said(name) is not None or is_remapping
    if is_stated and _contradict(name, configured, report, known):
        where = "the command line" if name in known.given else printable(known.config.path) or "the configuration"
        says = f"{where} says {shown_setting(name, configured)}, {source.locator} says {shown_setting(name, report)}"
        return _Settled(Unavailable(Reason.CONFLICT, says), sources)
    value = (configured if report else "") if is_remapping else report
    coming = known.coming(name)
    if name in known.given or not known.file_is_newer or not _contradict(name, coming, report, known):
        return _Settled(value, sources)
    return _Settled(
        value, sources, f"pending restart: {printable(known.config.path)} says {shown_setting(name, coming)}"
    )


def _contradict(name: str, configured: FactValue, report: FactValue, known: Known) -> bool:
    if isinstance(configured, Unavailable | Absent):
        return False
    return not agrees(name, configured, report, known.files_root)


def _settle_together(known: Known, root: HostRoot) -> dict[str, _Settled]:
    in_file = known.in_file()
    settled: dict[str, _Settled] = {}
    for name, value in resolve_tls(known.given, in_file, known.process).items():
        parts = (sources_of(part, known, has_default=False) for part in (name, "tlsverify", "tls"))
        settled[name] = _Settled(value, tuple(dict.fromkeys(each for part in parts for each in part)))
    settled["hosts"] = _settle_hosts(in_file, settled["tls"].value, known, root)
    path = known.config.path
    value = known.config.problem if not path and known.config.problem else path or ABSENT
    settled["config-file"] = _Settled(value, sources_of("config-file", known, has_default=False))
    return settled


def _settle_hosts(
    in_file: Mapping[str, JsonValue | Unavailable] | Unavailable, tls: FactValue, known: Known, root: HostRoot
) -> _Settled:
    sources = sources_of("hosts", known, has_default=False)
    words: JsonValue | Unavailable = known.given.get("hosts")
    if words is None:
        words = in_file if isinstance(in_file, Unavailable) else in_file.get("hosts", [])
    if isinstance(words, Unavailable):
        return _Settled(words, sources)
    listed = [str(each) for each in words] if isinstance(words, list) else []
    activated: tuple[str, ...] | Unavailable = ()
    if any(each.strip().startswith("fd://") for each in listed):
        activated, read = read_activated(root, known.process)
        sources = (*sources, *read)
    switch = tls if isinstance(tls, Unavailable) else tls is True
    hosts = resolve_hosts(listed, switch, _default_socket(known), activated)
    return _Settled(hosts if isinstance(hosts, Unavailable) else [*hosts], sources)


def _default_socket(known: Known) -> str | Unavailable:
    if isinstance(known.rootless, Unavailable):
        return known.rootless
    if not known.rootless:
        return "/var/run/docker.sock"
    base = known.process.variable("XDG_RUNTIME_DIR")
    return base if isinstance(base, Unavailable) else posixpath.join(base, "docker.sock")


def _tcp_listeners(hosts: FactValue) -> FactValue:
    return [each for each in hosts if str(each).startswith("tcp://")] if isinstance(hosts, list) else hosts


def _of_process(process: DaemonProcess) -> dict[str, FactValue]:
    return {"process.euid": process.euid, "process.exe": process.exe, "process.started_at": process.started_at}


def _warnings(known: Known) -> tuple[str, ...]:
    found = [*known.config.warnings, *known.unit.warnings]
    if known.config.problem is not None:
        found.append(f"the configuration file in force is not known: {known.config.problem}")
    elif known.file_is_newer:
        found.append(f"{printable(known.config.path)} is newer than the daemon's start: pending restart")
    numbers = version_numbers(known.engine.version)
    if numbers is not None and numbers[:1] > NEWEST:
        found.append(f"engine {known.engine.version} is newer than the defaults known here, which are those of 29")
    return tuple(found)
