"""From the layers of an image to its facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from benchmark.collect.archive.accounts import user_ids
from benchmark.collect.archive.layer import (
    KIND_BITS,
    KIND_MASK,
    OTHERS_WRITE,
    PASSWD,
    SETGID,
    SETUID,
    STICKY,
    Layer,
)
from benchmark.collect.archive.layered_view import from_the_top
from benchmark.collect.archive.paths import parent, show
from benchmark.collect.archive.tar import DIRECTORY, FILE
from benchmark.model.facts import ABSENT, FactValue, JsonValue, Reason, Unavailable

_Record = dict[str, JsonValue]
_MODE_BITS: Final = 0o7777


class _Link(NamedTuple):
    name: bytes
    layer: str


def content_facts(layers: tuple[tuple[str, Layer], ...], listed: int) -> dict[str, FactValue]:
    """Every fact of ``IMAGE_CONTENT_FACTS``; lists hold their first ``listed`` records by path."""
    found = _Found()
    sizes: list[JsonValue] = []
    for _, digest, layer, hides in from_the_top(layers):
        visible = {path: mode for path, mode in layer.modes.items() if not hides(path)}
        found.add_modes(layer, digest, visible)
        found.remember_links(layer, digest, hides)
        found.add_archived(layer, digest, {path for path in layer.keys if not hides(path)})
        found.look_for_accounts(layer, hidden=hides(PASSWD), linked=b"etc" in layer.paths and not hides(b"etc"))
        stored = hidden = files = 0
        for path, packed in layer.paths.items():
            if packed & KIND_MASK == DIRECTORY:
                continue
            files += 1
            stored += packed >> KIND_BITS
            if packed >> KIND_BITS and hides(path):
                hidden += packed >> KIND_BITS
        sizes.append({"digest": digest, "bytes": stored, "files": files, "hidden_bytes": hidden})
    facts: dict[str, FactValue] = {"content.read": True}
    for name, counted, records in found.lists():
        records.sort(key=lambda each: (str(each["path"]), str(each["layer"])))
        facts[f"content.{name}"] = list[JsonValue](records[:listed])
        facts[f"content.{counted}"] = len(records)
    facts["content.layers"] = sizes[::-1]
    facts["content.hidden_bytes"] = sum(int(str(each["hidden_bytes"])) for each in sizes if isinstance(each, dict))
    facts["content.user_ids"] = found.accounts
    return facts


class _Found:
    """What was found so far, newest layer first."""

    def __init__(self) -> None:
        self.accounts: FactValue = ABSENT
        self._settled = False
        self._dangling: dict[bytes, list[_Link]] = {}  # by the target, which only an older layer can have
        self._setuid: list[_Record] = []
        self._setgid: list[_Record] = []
        self._writable: list[_Record] = []
        self._keys: list[_Record] = []
        self._escaping: list[_Record] = []

    def lists(self) -> Iterator[tuple[str, str, list[_Record]]]:
        """Name of the list, name of its count, records."""
        yield "setuid_files", "setuid_count", self._setuid
        yield "setgid_files", "setgid_count", self._setgid
        yield "world_writable_files", "world_writable_count", self._writable
        yield "private_keys", "private_key_count", self._keys
        yield "escaping_entries", "escaping_count", self._escaping

    def add_modes(self, layer: Layer, digest: str, visible: dict[bytes, int]) -> None:
        """Privileged files, those with several names once; and what everybody may write to."""
        self._follow_links(layer)
        privileged: dict[bytes, list[bytes]] = {}
        for path, mode in visible.items():
            kind = layer.paths[path] & KIND_MASK
            if kind != DIRECTORY and mode & (SETUID | SETGID):
                privileged.setdefault(layer.links.get(path, path), []).append(path)
            if mode & OTHERS_WRITE and (kind != DIRECTORY or not mode & STICKY):
                word = "directory" if kind == DIRECTORY else "file"
                self._writable.append({"path": _absolute(path), "layer": digest, "mode": _octal(mode), "kind": word})
        for names in privileged.values():
            names.sort()
            mode = 0
            for each in names:
                mode |= visible[each]
            self._add_privileged(names, digest, mode)

    def remember_links(self, layer: Layer, digest: str, hides: Callable[[bytes], bool]) -> None:
        """Hard links of a newer layer to files of an older one: they have its mode."""
        for name, target in layer.links.items():
            if target not in layer.paths and not hides(name):
                self._dangling.setdefault(target, []).append(_Link(name, digest))

    def _follow_links(self, layer: Layer) -> None:
        for target in self._dangling.keys() & layer.paths.keys():
            for link in self._dangling.pop(target):
                mode = layer.modes.get(target, 0)
                if layer.paths[target] & KIND_MASK != DIRECTORY and mode & (SETUID | SETGID):
                    self._add_privileged([link.name], link.layer, mode)

    def _add_privileged(self, names: list[bytes], digest: str, mode: int) -> None:
        record: _Record = {
            "path": _absolute(names[0]),
            "names": [_absolute(each) for each in names],
            "layer": digest,
            "mode": _octal(mode),
        }
        if mode & SETUID:
            self._setuid.append(record)
        if mode & SETGID:
            self._setgid.append(record)

    def add_archived(self, layer: Layer, digest: str, visible_keys: set[bytes]) -> None:
        """What stays in the archive, whatever later layers do."""
        for path, kind in layer.keys.items():
            record: _Record = {
                "path": _absolute(path),
                "layer": digest,
                "kind": kind,
                "still_visible": path in visible_keys,
            }
            self._keys.append(record)
        for name, kind in dict.fromkeys(layer.escapes):
            self._escaping.append({"path": name, "layer": digest, "kind": kind})

    def look_for_accounts(self, layer: Layer, *, hidden: bool, linked: bool) -> None:
        """/etc/passwd of the newest layer that has one, unless a link stands in its way."""
        if self._settled:
            return
        if linked and layer.paths[parent(PASSWD)] & KIND_MASK != DIRECTORY:
            self.accounts = Unavailable(Reason.LINK_REFUSED, "/etc of the image is no directory")
            self._settled = True
        elif PASSWD in layer.paths and not hidden:
            self.accounts = _accounts(layer)
            self._settled = True


def _accounts(layer: Layer) -> FactValue:
    if layer.paths[PASSWD] & KIND_MASK != FILE:
        return Unavailable(Reason.LINK_REFUSED, "/etc/passwd of the image is no regular file of its own")
    if isinstance(layer.passwd, bytes):
        found = user_ids(layer.passwd)
        return {**found}
    return layer.passwd or Unavailable(Reason.NOT_REGULAR, "/etc/passwd of the image was not read")


def _absolute(path: bytes) -> str:
    return "/" + show(path)


def _octal(mode: int) -> str:
    return f"{mode & _MODE_BITS:04o}"
