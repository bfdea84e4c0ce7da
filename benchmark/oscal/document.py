"""The parts that every OSCAL document is made of, as JSON objects; version 1.2.1 of the models.

Identifiers are version 5 UUIDs (RFC 9562, 5.5) of what they stand for, so the same input gives the same bytes.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from benchmark.model.facts import JsonValue

Object: TypeAlias = "dict[str, JsonValue]"

OSCAL_VERSION: Final = "1.2.1"
NAMESPACE: Final = "urn:dockmark:oscal:1"  # of the props that OSCAL has no name for
CONTENT_DATE: Final = "2026-11-27T00:00:00Z"  # of documents about content, whose state is told by its digest
_SEED: Final = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
_MARKUP: Final = re.compile(r"[\\`*\[\]<>&{}]")
_NOT_TOKEN: Final = re.compile(r"[^A-Za-z0-9._-]")


def uuid_of(*told: str) -> str:
    """The UUID of what ``told`` names: the same for the same words, another for any other."""
    return str(uuid.uuid5(_SEED, json.dumps(told)))


def plain(text: str) -> str:
    r"""``text`` as OSCAL's string: one line, not empty, no blanks around it; what cannot be printed is an escape (``\x1b``)."""
    shown = "".join(each if each.isprintable() else _escape(each) for each in text).strip()
    return shown or "-"


def markup(text: str) -> str:
    """``text`` as a line of OSCAL's markup, which is a dialect of Markdown: shown as it is, never followed as a link or tag."""
    return _MARKUP.sub(r"\\\g<0>", plain(text))


def token(text: str) -> str:
    """``text`` as an NCName-like token: what a token may not hold becomes an underscore."""
    made = _NOT_TOKEN.sub("_", text)
    return made if made[:1].isalpha() or made.startswith("_") else f"_{made}"


def objective_id(control: str) -> str:
    """The id of the part of a control that an assessment decides."""
    return f"{control}_obj"


def prop(name: str, value: str, *, own: bool = True, **more: str) -> Object:
    """A property; with ``own`` one that OSCAL has no name for. ``more`` are ``class_`` and ``remarks``."""
    made: Object = {"name": name}
    if own:
        made["ns"] = NAMESPACE
    made["value"] = plain(value)
    for key, text in more.items():
        made[key.rstrip("_")] = token(text) if key == "class_" else markup(text)
    return made


def metadata(title: str, modified: str, version: str, props: Iterable[Object] = ()) -> Object:
    """The metadata of a document; ``modified`` is RFC 3339, ``version`` the document's own."""
    made: Object = {
        "title": markup(title),
        "last-modified": modified,
        "version": plain(version),
        "oscal-version": OSCAL_VERSION,
    }
    listed: list[JsonValue] = [*props]
    return {**made, "props": listed} if listed else made


def resource(name: str, title: str, *, href: str = "", props: Iterable[Object] = ()) -> Object:
    """A resource of the back matter; ``name`` is what its UUID is made of."""
    made: Object = {"uuid": uuid_of("resource", name), "title": markup(title)}
    listed: list[JsonValue] = [*props]
    if listed:
        made["props"] = listed
    if href:
        made["rlinks"] = [{"href": href}]
    return made


def reference(name: str) -> str:
    """The href of the resource ``name`` in the same document."""
    return f"#{uuid_of('resource', name)}"


def without_empty(made: Mapping[str, JsonValue]) -> Object:
    """The entries that hold something: OSCAL knows no empty lists."""
    return {key: value for key, value in made.items() if value not in ([], {}, None)}


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
