"""The chain in a pack: a line for every run of the history it was made from, those that are not in the pack among them.

A line says no more of a run than its place, a digest of its record, and the head that follows, so that nothing is told of
runs that were not chosen, and yet none can be left out or put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from benchmark.model.chain import NO_HEAD, head_after

MOST_LINKS: Final = 1_000_000
_LINE: Final = re.compile(r"([1-9][0-9]{0,8}) (sha256:[0-9a-f]{64}) (sha256:[0-9a-f]{64})")


class LinksDefect(Exception):
    """The bytes are no chain as we write it. The message says which line, and what was expected."""


@dataclass(frozen=True, slots=True)
class Link:
    """A run's number in the history, the digest of its record, and the head of the chain after it."""

    sequence: int
    entry: str
    head: str


def encode_links(links: Iterable[Link]) -> bytes:
    """A line each: number, entry, head."""
    return "".join(f"{each.sequence} {each.entry} {each.head}\n" for each in links).encode()


def decode_links(data: bytes) -> tuple[Link, ...]:
    """The links, not checked yet. Raises LinksDefect."""
    lines = data.split(b"\n")
    if lines.pop() or not lines or len(lines) > MOST_LINKS:
        raise LinksDefect(f"expected lines, each ended, between 1 and {MOST_LINKS} of them")
    found = []
    for number, line in enumerate(lines, 1):
        said = _LINE.fullmatch(line.decode("ascii", "replace"))
        if said is None:
            raise LinksDefect(f"line {number}: expected a number, an entry and a head")
        found.append(Link(int(said[1]), said[2], said[3]))
    return tuple(found)


def link_differences(links: Iterable[Link]) -> Iterator[str]:
    """Where the chain does not follow from its entries, or does not go from the first run on one by one, as sentences."""
    previous = NO_HEAD
    for number, each in enumerate(links, 1):
        if each.sequence != number:
            yield f"run {number} of the chain is missing: run {each.sequence} stands in its place"
            return
        if head_after(previous, each.entry) != each.head:
            yield f"the head after run {number} does not follow from what is before it"
        previous = each.head
