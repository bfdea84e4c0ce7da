"""What a verification says: check by check, run by run, the verdict, and what was not proven."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmark import __version__
from benchmark.cli.streams import stdout_is_terminal, stdout_shows_unicode
from benchmark.evidence.counts import Tally
from benchmark.evidence.manifest import NOT_PROVEN
from benchmark.evidence.open_pack import Check, OpenPack, Outcome
from benchmark.model.facts import JsonValue
from benchmark.model.strict_json import without_lone_surrogates
from benchmark.render.options import RenderOptions
from benchmark.render.terminal_text import visible, wrapped

SCHEMA: Final = "dockmark/verification/1"
_WIDTH: Final = 100
_MOST_SHOWN: Final = 30
_MOST_CHARACTERS: Final = 1000
_NEEDED: Final = ("archive", "files", "statement", "signature", "chain", "manifest", "verdicts")


@dataclass(frozen=True, slots=True)
class Page:
    """The outcome of a verification; ``pack`` is None where not even the archive is sound."""

    path: str
    pack: OpenPack | None
    checks: tuple[Check, ...]

    @property
    def verified(self) -> bool:
        """True when nothing differs, and everything that must be checked was; a time stamp and reports may be left out."""
        matching = {each.name for each in self.checks if each.outcome is Outcome.MATCHES}
        return matching.issuperset(_NEEDED) and not self.differing

    @property
    def differing(self) -> tuple[str, ...]:
        """The names of the checks where something differs."""
        return tuple(each.name for each in self.checks if each.outcome is Outcome.DIFFERS)


def as_text(page: Page) -> str:
    """For people."""
    width = shutil.get_terminal_size((_WIDTH, 24)).columns if stdout_is_terminal() else _WIDTH
    return "\n".join(_lines(page, RenderOptions(width=width, unicode=stdout_shows_unicode()))) + "\n"


def as_json(page: Page) -> str:
    """For programs."""
    manifest = None if page.pack is None or page.pack.manifest is None else page.pack.manifest
    document = {
        "schema": SCHEMA,
        "tool": {"name": "dockmark", "version": __version__},
        "pack": page.path,
        "verified": page.verified,
        "checks": [
            {
                "check": each.name,
                "outcome": each.outcome.value,
                "summary": each.summary,
                "differences" if each.outcome is Outcome.DIFFERS else "remarks": list(each.differences),
            }
            for each in page.checks
        ],
        "runs": [] if manifest is None else manifest.document["runs"],
        "totals": None if manifest is None else manifest.document["totals"],
        "not_proven": list(NOT_PROVEN),
    }
    return without_lone_surrogates(json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False)) + "\n"


def _lines(page: Page, options: RenderOptions) -> Iterator[str]:
    yield from _wrapped(page.path, "", "  ", options)
    yield ""
    widest = max(len(each.value) for each in Outcome)
    for each in page.checks:
        opening = f"  {each.name:10}  {each.outcome.value:{widest}}  "
        yield from _wrapped(each.summary, opening, " " * len(opening), options)
        for difference in each.differences[:_MOST_SHOWN]:
            yield from _wrapped(difference, "      - ", "        ", options)
        if len(each.differences) > _MOST_SHOWN:
            yield f"      and {len(each.differences) - _MOST_SHOWN} more (all of them with -o json)"
    if page.pack is not None and page.pack.manifest is not None:
        yield from _runs(page.pack.manifest.document, options)
    yield ""
    yield from _wrapped(_verdict(page), "", "  ", options)
    yield ""
    yield "Not proven by any of this"
    for each_text in NOT_PROVEN:
        yield from _wrapped(each_text, "  * ", "    ", options)


def _verdict(page: Page) -> str:
    if page.verified:
        return "VERIFIED: a trusted key signed this pack, and everything in it matches."
    if page.differing:
        return f"NOT VERIFIED: {', '.join(page.differing)} differ{'s' if len(page.differing) == 1 else ''}."
    return "NOT VERIFIED: what could be checked matches, but who made it is not known: name the key that you trust (--trusted)."


def _runs(document: object, options: RenderOptions) -> Iterator[str]:
    """What the manifest says of the runs, which the checks above have compared with their records."""
    runs = document.get("runs") if isinstance(document, dict) else None
    yield ""
    yield "Runs, as the manifest says"
    for each in (runs if isinstance(runs, list) else [])[:_MOST_SHOWN]:
        if not isinstance(each, dict):
            continue
        named = f"{each.get('id')}  {each.get('host')}  collected {each.get('collected_at')} by {each.get('operator')}"
        release = f"  release {each.get('release')}" if each.get("release") else ""
        yield from _wrapped(named + release, "  ", "    ", options)
        yield from _wrapped(_counts(each.get("counts")), "    ", "      ", options)
    if isinstance(runs, list) and len(runs) > _MOST_SHOWN:
        yield f"  and {len(runs) - _MOST_SHOWN} more (all of them with -o json)"


def _counts(counts: JsonValue) -> str:
    if not isinstance(counts, dict):
        return "no counts"
    parts = [f"{counts.get(name)} {name.replace('_', ' ')}" for name in Tally.__slots__ if name != "asked"]
    return f"{counts.get('asked')} controls asked = {' + '.join(parts)}"


def _wrapped(text: str, first: str, rest: str, options: RenderOptions) -> list[str]:
    cut = text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + " [cut]"  # a pack may hold any text
    return wrapped(visible(cut, unicode=options.unicode), first, rest, options)
