"""What one run knows of a daemon's configuration, and what each source says about one setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from benchmark.collect.daemon.config_file import ConfigFile
from benchmark.collect.daemon.defaults import default_of
from benchmark.collect.daemon.engine_says import EngineSays, shown
from benchmark.collect.daemon.process import DaemonProcess
from benchmark.collect.daemon.units import ServiceUnit
from benchmark.collect.host.provenance import utc_now
from benchmark.collect.host.root import HostRoot, printable
from benchmark.collect.redaction import redact_option
from benchmark.model.facts import FactValue, JsonValue, Reason, Source, Unavailable


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that was read. ``given`` is the command line by the names of daemon.json; ``file_is_newer`` when the file
    changed after the daemon's start, so that it is no witness of what the daemon read.
    """

    process: DaemonProcess
    given: Mapping[str, JsonValue]
    config: ConfigFile
    file_is_newer: bool
    engine: EngineSays
    rootless: bool | Unavailable
    unit: ServiceUnit

    @property
    def files_root(self) -> HostRoot | Unavailable:
        """The file system as the daemon sees it."""
        return self.process.files_root

    def said(self, name: str) -> JsonValue | Unavailable:
        """What the file says now; None for nothing, also where it could not be read."""
        return self.config.values.get(name)

    def default(self, name: str) -> FactValue:
        """The documented default of this engine's version."""
        return default_of(name, self.engine.version, self.process, self.rootless)

    def configured(self, name: str) -> FactValue:
        """What command line, file and default make of a setting that stands alone."""
        if name in self.given:
            return self.given[name]
        if self.config.problem is not None:
            return self.config.problem
        said = self.config.values.get(name)
        if isinstance(said, Unavailable):
            return said
        if self.file_is_newer:
            return self._pending("does not name this setting" if said is None else f"says {shown_setting(name, said)}")
        return self.default(name) if said is None else said

    def in_file(self) -> Mapping[str, JsonValue | Unavailable] | Unavailable:
        """What the file said when the daemon read it; Unavailable when that can no longer be told."""
        if self.config.problem is not None:
            return self.config.problem
        if not self.file_is_newer:
            return self.config.values
        named = {name: self.config.values[name] for name in ("hosts", "tls", "tlsverify") if name in self.config.values}
        listed = ", ".join(f"{name}: {shown(each)}" for name, each in named.items())
        return self._pending(f"says {listed}" if listed else "does not name hosts, tls or tlsverify")

    def coming(self, name: str) -> FactValue:
        """What the file will make of a setting after a restart."""
        said = self.said(name)
        return self.default(name) if said is None else said

    def _pending(self, says: str) -> Unavailable:
        path = printable(self.config.path)
        return Unavailable(Reason.PENDING_RESTART, f"{path} is newer than the daemon's start; it {says}")


def note_on(name: str, known: Known) -> str:
    """A change that waits for a restart behind a value that stands; "" for none."""
    path = printable(known.config.path)
    if name in known.given and known.said(name) is not None:
        if known.file_is_newer:
            return f"pending restart: {path} names it too, and dockerd refuses to start with both"
        return f"{path} names it too, with which dockerd does not start: is it the file that the daemon read?"
    unit = known.unit
    if unit.options is not None and unit.is_newer and unit.options.get(name) != known.given.get(name):
        coming = unit.options.get(name)
        says = "no longer names it" if coming is None else f"says {shown_setting(name, coming)}"
        return f"pending restart: {printable(unit.path)} {says}"
    return ""


def sources_of(name: str, known: Known, *, has_default: bool = True) -> tuple[Source, ...]:
    """Whatever was looked at for a setting, in the order in which it counts."""
    found: list[Source] = []
    if name in known.given:
        says = f"{name}: {shown_setting(name, known.given[name])}"
        found.append(Source(f"proc:/proc/{known.process.pid}/cmdline", utc_now(), says=says))
    file, said = known.config.source, known.said(name)
    if file is not None and known.config.problem is not None:
        found.append(replace(file, says=str(known.config.problem)))
    elif file is not None:
        found.append(file if said is None else replace(file, says=f"{name}: {shown_setting(name, said)}"))
    unit = known.unit
    if unit.options is not None and name in unit.options:
        says = f"ExecStart: {name}: {shown_setting(name, unit.options[name])}"
        found += [replace(each, says=says) for each in unit.sources]
    default = known.default(name) if has_default and name not in known.given else None
    if default is not None and not isinstance(default, Unavailable):
        version = known.engine.version if isinstance(known.engine.version, str) else "20.10 and later"
        found.append(Source(f"default:{version}", says=shown(default)))
    return tuple(found) or known.process.sources


def redacted(name: str, value: FactValue) -> FactValue:
    """The value without secrets: log drivers take tokens and passwords among their options."""
    if name == "log-opts" and isinstance(value, dict):
        return {key: redact_option(key, str(each)) for key, each in value.items()}
    return value


def shown_setting(name: str, value: FactValue) -> str:
    """The value as notes and provenance write it, without secrets."""
    return shown(redacted(name, value))
