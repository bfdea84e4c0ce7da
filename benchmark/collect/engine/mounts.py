"""The mounts of a container, with every host path each is known by and the API sockets it hands over."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Final

from benchmark.collect.engine.reports import ContainerContext
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, FactValue, JsonValue, Reason, Unavailable
from benchmark.model.facts_container import CONTAINER_FACTS, MOUNT_FIELDS

_REPORTED: Final = tuple(name for name, fact in MOUNT_FIELDS.items() if not fact.derived)
_OMITTED_WHEN_EMPTY: Final = ("Name",)  # moby's types.MountPoint: `json:",omitempty"`
_NO_HOST_PATH: Final = frozenset({"tmpfs", "npipe"})


class MountReader:
    """Derives ``Mounts`` of many containers; paths that many of them share are resolved once."""

    def __init__(self, context: ContainerContext) -> None:
        self._resolve = context.resolve_path
        self._devices = context.volume_devices
        self._sockets = {each: self._place(each) for each in sorted(set(context.api_sockets))}
        self._sockets_known = context.sockets_known
        self._known: dict[str, tuple[tuple[str, ...], bool]] = {}

    def read(self, document: Mapping[str, JsonValue]) -> FactValue:
        """The fact ``Mounts``, ordered by destination; the engine's own order is random."""
        if "Mounts" not in document:
            return ABSENT
        raw = document["Mounts"]
        if not isinstance(raw, list):
            return conform(CONTAINER_FACTS["Mounts"], "Mounts", raw)
        records: list[JsonValue] = []
        for mount in raw:
            if not isinstance(mount, dict):
                return Unavailable(Reason.WRONG_TYPE, "Mounts has an element that is not an object")
            paths = self._host_paths(mount)
            if isinstance(paths, Unavailable):
                return paths
            record = dict.fromkeys(_OMITTED_WHEN_EMPTY, "") | {key: mount[key] for key in _REPORTED if key in mount}
            names, complete = paths
            record["HostPaths"] = list(names)
            sockets: list[JsonValue] = [name for name, place in self._sockets.items() if is_below(place, names)]
            if sockets or self._sockets_known or not self._may_hold_sockets(mount):
                record["ApiSockets"] = sockets
            if complete:
                record["LinksFollowed"] = True
            records.append(record)
        checked = conform(CONTAINER_FACTS["Mounts"], "Mounts", records)
        if isinstance(checked, list):
            checked.sort(key=_destination)
        return checked

    def _may_hold_sockets(self, mount: dict[str, JsonValue]) -> bool:
        """False for what the engine makes itself, empty: memory, and a local volume without a device behind it."""
        if mount.get("Type") in _NO_HOST_PATH:
            return False
        devices = {} if isinstance(self._devices, Unavailable) else self._devices
        made_here = mount.get("Type") == "volume" and mount.get("Driver", "local") == "local"
        return not made_here or bool(devices.get(str(mount.get("Name"))))

    def _host_paths(self, mount: dict[str, JsonValue]) -> tuple[tuple[str, ...], bool] | Unavailable:
        """Every name of the place on the host, and whether these are all: links may lie where we cannot look."""
        kind, source = mount.get("Type"), mount.get("Source")
        if not isinstance(kind, str):
            return Unavailable(Reason.WRONG_TYPE, "Mounts: Type is not a string")
        if kind in _NO_HOST_PATH:
            return (), True
        if source == "" and kind != "bind":
            sources = []  # a volume of a plugin may have no path of its own
        elif isinstance(source, str) and source.startswith("/"):
            sources = [source]
        else:
            return Unavailable(Reason.WRONG_TYPE, "Mounts: Source is not an absolute path")
        if kind == "volume" and mount.get("Driver", "local") == "local":
            if isinstance(self._devices, Unavailable):
                return self._devices
            name = mount.get("Name")
            device = self._devices.get(name) if isinstance(name, str) else None
            if device is None:  # younger than the list of volumes, perhaps: what it mounts was not seen
                return Unavailable(Reason.NOT_FOUND, f"Mounts: volume {name!r} is not among the volumes")
            if device:
                sources.append(device)
        found = [self._names(each) for each in sources]
        # the engine makes the directory of a volume itself, below its data root: no link of anybody else lies there
        complete = (kind == "volume" and len(sources) < 2) or all(followed for _, followed in found)
        return tuple(sorted({path for names, _ in found for path in names})), complete

    def _names(self, source: str) -> tuple[tuple[str, ...], bool]:
        known = self._known.get(source)
        if known is None:
            clean = clean_path(source)
            found = {clean, without_var_run(clean)}
            real = self._resolve(clean)
            if isinstance(real, str):
                found.add(clean_path(real))
            known = self._known[source] = (tuple(found), not isinstance(real, Unavailable))
        return known

    def _place(self, socket: str) -> str:
        """Where a socket really is. A directory that holds a link on the way to it does not hold the socket: inside the
        container that link leads elsewhere.
        """
        real = self._resolve(socket)
        if isinstance(real, str):
            return clean_path(real)
        above, _, name = clean_path(socket).rpartition("/")
        real = self._resolve(above) if real is None and above else None
        return clean_path(f"{real}/{name}") if isinstance(real, str) else without_var_run(clean_path(socket))


def clean_path(path: str) -> str:
    """``path`` without ``.``, ``..``, doubled and trailing slashes."""
    return "/" + posixpath.normpath(path).lstrip("/")


def without_var_run(path: str) -> str:
    """``path`` with a leading /var/run written as /run, which it is a link to everywhere."""
    return path[4:] if path == "/var/run" or path.startswith("/var/run/") else path


def is_below(path: str, directories: tuple[str, ...]) -> bool:
    """True when ``path`` is one of ``directories`` or lies below one, by component."""
    return any(directory in {"/", path} or path.startswith(directory + "/") for directory in directories)


def _destination(record: JsonValue) -> tuple[str, str]:
    if not isinstance(record, dict):
        return ("", "")
    return (str(record.get("Destination", "")), str(record.get("Source", "")))
