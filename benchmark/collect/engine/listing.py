"""Lists of objects: who is there, said twice, so that what came and went meanwhile adds up."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmark.collect.engine.client import EngineClient
from benchmark.collect.engine.reports import timestamp
from benchmark.model.facts import JsonValue, Reason, Source, Subject, Unavailable

_PAUSES: Final = (0.05, 0.1, 0.2)  # seconds; removing a container takes an engine that long
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,255}")


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: ``names`` by id in the engine's order, the elements as they came, and why it may not be complete."""

    names: Mapping[str, str]
    elements: tuple[dict[str, JsonValue], ...]
    gap: Unavailable | None
    source: Source


def read_listing(
    client: EngineClient,
    path: str,
    name_of: Callable[[dict[str, JsonValue], str], str],
    keep: tuple[str, ...],
    key: str = "Id",
) -> Listing:
    """The list at ``path``. An element without a usable ``key`` cannot be asked for: it leaves a gap, the others stay."""
    reply = client.get_list(path, keep)
    source = Source(f"GET {path}", timestamp(), reply.digest)
    if isinstance(reply.value, Unavailable):
        return Listing({}, (), reply.value, source)
    if not isinstance(reply.value, list):
        return Listing({}, (), Unavailable(Reason.WRONG_TYPE, f"GET {path}: not a list"), source)
    names: dict[str, str] = {}
    elements = []
    gap = None
    for at, element in enumerate(reply.value):
        identifier = element.get(key) if isinstance(element, dict) else None
        if not isinstance(element, dict) or not isinstance(identifier, str) or not _IDENTIFIER.fullmatch(identifier):
            gap = gap or Unavailable(Reason.WRONG_TYPE, f"GET {path}: element {at} has no usable {key}")
            continue
        if identifier not in names:
            names[identifier] = name_of(element, identifier)
            elements.append(element)
    return Listing(names, tuple(elements), gap, source)


def read_again(
    client: EngineClient,
    path: str,
    name_of: Callable[[dict[str, JsonValue], str], str],
    keep: tuple[str, ...],
    gone: Mapping[str, Unavailable],
) -> Listing:
    """The second list. An engine goes on listing an object for a moment after it has answered 404 for it: while one of
    ``gone`` stands in the list it is read anew, a few times at most.
    """
    listing = read_listing(client, path, name_of, keep)
    for pause in _PAUSES:
        if listing.gap is not None or gone.keys().isdisjoint(listing.names):
            break
        time.sleep(pause)
        listing = read_listing(client, path, name_of, keep)
    return listing


def settle(
    kind: str, first: Listing, again: Listing, gone: Mapping[str, Unavailable]
) -> tuple[tuple[Subject, ...], tuple[str, ...], tuple[str, ...], Unavailable | None]:
    """Objects that answered 404 (``gone``), settled by the second list: blocked subjects, vanished, appeared, gap.

    One that is listed no more has vanished. One that is still listed, or whose fate a broken second list leaves open,
    is a subject nobody could look at.
    """
    blocked, vanished = [], []
    for identifier, why in gone.items():
        if again.gap is None and identifier not in again.names:
            vanished.append(first.names[identifier])
        else:
            blocked.append(Subject(kind, first.names[identifier], identifier, {}, blocked=why))
    appeared = [name for identifier, name in again.names.items() if identifier not in first.names]
    return tuple(blocked), tuple(vanished), tuple(appeared), first.gap or again.gap


def first_name(names: JsonValue, otherwise: str) -> str:
    """The first of ``names`` in alphabetical order that is a non-empty string, else ``otherwise``."""
    usable: Sequence[str] = (
        [each for each in names if isinstance(each, str) and each] if isinstance(names, list) else []
    )
    return min(usable, default=otherwise)
