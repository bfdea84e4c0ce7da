"""The manifest: what a pack is about, in words that follow from what is in it, and every file with its digest and size.

Nothing here is believed because it is written here: a verification makes the manifest anew from the records and files, and
compares.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.evidence.counts import Tally, total_of
from benchmark.evidence.layout import places_of, record_path, report_path
from benchmark.evidence.links import Link
from benchmark.evidence.packed_file import PackedFile
from benchmark.model.facts import JsonValue
from benchmark.model.run import Run
from benchmark.model.strict_json import JsonDefect, parse_json

SCHEMA: Final = "dockmark/evidence/1"
_KEYS: Final = ("schema", "tool", "signer", "filter", "formats", "runs", "totals", "chain", "not_proven", "files")

NOT_PROVEN: Final = (
    "that the host told the truth: facts are what its kernel, its files and its engine said, and root there can make them lie",
    "that the collector ran on the host that is named, and was an unchanged dockmark: names and ids are what it was told",
    "that clocks were right: every time is of the clock of the machine that wrote it; only a time stamp is by somebody else",
    "that the history ends there: runs can be cut off at its end, unless a head is known from elsewhere (--expect-head)",
    "that all hosts and all runs are in the pack: it holds those that somebody chose",
    "that controls and mappings ask the right thing: they are judgements, with their reasons, and support a requirement at most",
    "that waivers and attestations are true, or by whom they say: they are the word of people",
    "who holds the private key: a signature proves the key, not the hand",
)


class ManifestDefect(Exception):
    """The bytes are no manifest as we write it. The message says what was expected."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that the pack is said to be signed with, and whether there is a signature for ssh-keygen too."""

    key_id: str
    for_ssh: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """The controls that excerpts are about: ``framework`` and the requirements asked for, () for all of them."""

    framework: str
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What a pack was asked to be: formats of its reports, what excerpts are about, by whom it is signed and what made it.

    ``tool_digest`` is over the text of the program.
    """

    tool_version: str
    tool_digest: str
    formats: tuple[str, ...] = ()
    filter: Filter | None = None
    signer: Signer | None = None


@dataclass(frozen=True, slots=True)
class PackedRun:
    """A run of a pack: its record, its target as the assessment has it, its tally, and the control ids of its excerpt.

    ``exact``: judged again when it was packed, its assessment was the same to the byte; else only its verdicts were.
    """

    run: Run
    target: JsonValue
    tally: Tally
    excerpt: tuple[str, ...] = ()
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says: the order, of each run by its id the excerpt and whether it is exact, the files, and what is not
    proven; ``document`` is all of it as it stands.
    """

    order: Order
    excerpts: Mapping[str, tuple[str, ...]]
    exact: Mapping[str, bool]
    files: tuple[PackedFile, ...]
    not_proven: tuple[str, ...]
    document: Mapping[str, JsonValue]


def encode_manifest(
    order: Order,
    runs: Iterable[PackedRun],
    links: Iterable[Link],
    files: Iterable[PackedFile],
    not_proven: Iterable[str] = NOT_PROVEN,
) -> bytes:
    """The manifest as JSON, a key a line. The same input gives the same bytes."""
    packed, chain = tuple(runs), tuple(links)
    document: dict[str, JsonValue] = {
        "schema": SCHEMA,
        "tool": {"name": "dockmark", "version": order.tool_version, "digest": order.tool_digest},
        "signer": None if order.signer is None else {"keyid": order.signer.key_id, "ssh": order.signer.for_ssh},
        "filter": None
        if order.filter is None
        else {"framework": order.filter.framework, "requirements": list(order.filter.requirements)},
        "formats": list(order.formats),
        "runs": [_run(each, order) for each in packed],
        "totals": total_of(each.tally for each in packed).document(),
        "chain": {"runs": len(chain), "head": chain[-1].head, "contiguous": is_contiguous(packed)},
        "not_proven": list(not_proven),
        "files": [{"path": each.path, "sha256": each.sha256, "size": each.size} for each in files],
    }
    return json.dumps(document, indent=1).encode() + b"\n"


def decode_manifest(data: bytes) -> Manifest:
    """The manifest in ``data``, its shape checked and nothing else. Raises ManifestDefect."""
    try:
        document = parse_json(data)
    except JsonDefect as defect:
        raise ManifestDefect(f"not JSON: {defect.detail}") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ManifestDefect(f"not {SCHEMA}; another dockmark may read it")
    if tuple(document) != _KEYS:
        raise ManifestDefect(f"expected the keys {', '.join(_KEYS)}")
    runs = _list(document, "runs")
    return Manifest(
        Order(
            _text(_object(document, "tool"), "version"),
            _text(_object(document, "tool"), "digest"),
            tuple(_texts(document, "formats")),
            _filter(document["filter"]),
            _signer(document["signer"]),
        ),
        {_text(_as_object(each, "runs"), "id"): tuple(_texts(_as_object(each, "runs"), "excerpt")) for each in runs},
        {_text(_as_object(each, "runs"), "id"): _as_object(each, "runs").get("exact") is True for each in runs},
        tuple(_file(each) for each in _list(document, "files")),
        tuple(_texts(document, "not_proven")),
        document,
    )


def is_contiguous(runs: Iterable[PackedRun]) -> bool:
    """True when no run of the history lies between two of these that is not among them."""
    numbers = sorted({each.run.sequence for each in runs})
    return not numbers or numbers[-1] - numbers[0] + 1 == len(numbers)


def _run(packed: PackedRun, order: Order) -> dict[str, JsonValue]:
    run, terms = packed.run, packed.run.terms
    files: dict[str, JsonValue] = {"record": record_path(run.id)}
    several: dict[str, list[JsonValue]] = {"mapping": [], "other": []}
    for place in places_of(run):
        if place.role in several:
            several[place.role].append(place.path)
        else:
            files[place.role] = place.path
    return {
        "id": run.id,
        "sequence": run.sequence,
        "host": run.host,
        "target": packed.target,
        "operator": terms.operator,
        "release": terms.release,
        "collected_at": run.collected_at,
        "evaluated_at": terms.evaluated_at,
        "recorded_at": run.recorded_at,
        "benchmark": {"framework": terms.framework, "version": terms.version},
        "profile": terms.tailoring_profile or terms.profile,
        "only": list(terms.controls),
        "beyond": terms.beyond,
        "parameters": dict(terms.parameters),
        "tool_version": run.tool_version,
        "content_digest": run.content_digest,
        "percent": run.percent,
        "after_waivers": run.after_waivers,
        "counts": packed.tally.document(),
        "exit_code": run.exit_code,
        "previous": run.previous,
        "head": run.head,
        "exact": packed.exact,
        "excerpt": list(packed.excerpt),
        "files": {
            **files,
            "mappings": several["mapping"],
            "others": several["other"],
            "reports": {each: report_path(run.id, each, excerpt=False) for each in order.formats},
            "excerpts": {
                each: report_path(run.id, each, excerpt=True) for each in (order.formats if packed.excerpt else ())
            },
        },
    }


def _file(entry: JsonValue) -> PackedFile:
    document = _as_object(entry, "files")
    size = document.get("size")
    if set(document) != {"path", "sha256", "size"} or type(size) is not int:
        raise ManifestDefect("files: expected path, sha256 and size")
    return PackedFile(_text(document, "path"), _text(document, "sha256"), size)


def _filter(value: JsonValue) -> Filter | None:
    if value is None:
        return None
    document = _as_object(value, "filter")
    return Filter(_text(document, "framework"), tuple(_texts(document, "requirements")))


def _signer(value: JsonValue) -> Signer | None:
    if value is None:
        return None
    document = _as_object(value, "signer")
    return Signer(_text(document, "keyid"), document.get("ssh") is True)


def _as_object(value: JsonValue, name: str) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise ManifestDefect(f"{name}: expected an object")
    return value


def _object(document: Mapping[str, JsonValue], name: str) -> dict[str, JsonValue]:
    return _as_object(document.get(name), name)


def _list(document: Mapping[str, JsonValue], name: str) -> list[JsonValue]:
    value = document.get(name)
    if not isinstance(value, list):
        raise ManifestDefect(f"{name}: expected a list")
    return value


def _text(document: Mapping[str, JsonValue], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise ManifestDefect(f"{name}: expected a text")
    return value


def _texts(document: Mapping[str, JsonValue], name: str) -> list[str]:
    values = _list(document, name)
    if not all(isinstance(each, str) for each in values):
        raise ManifestDefect(f"{name}: expected texts")
    return [str(each) for each in values]
