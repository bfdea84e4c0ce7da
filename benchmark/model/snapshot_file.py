"""The snapshot as a file: JSON, version 1, plain or gzip.

A subject is written with three disjoint maps, so that no value can be mistaken for a missing one: ``values``,
``absent`` (names) and ``unavailable`` (name -> {reason, detail}). Sources are listed once and referred to by number.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Final, cast

from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, FactValue, JsonValue, Reason, Source, Subject, Unavailable
from benchmark.model.snapshot import SCHEMA, Collector, Enumeration, Snapshot, Target
from benchmark.model.strict_json import JsonDefect, parse_json, without_lone_surrogates
from benchmark.model.vocabulary import COLLECTIONS, KINDS

_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z")
MAX_BYTES: Final = 512 * 1024 * 1024


class SnapshotDefect(Exception):
    """The file is not a snapshot we can trust. The message says where and what was expected."""


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """The snapshot as UTF-8 JSON with sorted keys, one subject a line; the same snapshot gives the same bytes."""
    sources: dict[Source, int] = {}

    def number(source: Source) -> int:
        return sources.setdefault(source, len(sources))

    subjects = [_encode_subject(each, number) for each in snapshot.subjects]
    enumerations = {name: _encode_enumeration(each, number) for name, each in sorted(snapshot.enumerations.items())}
    head: dict[str, object] = {
        "schema": SCHEMA,
        "target": _slots(snapshot.target),
        "collector": _slots(snapshot.collector),
        "collected_at": snapshot.collected_at,
        "finished_at": snapshot.finished_at,
        "warnings": list(snapshot.warnings),
        "enumerations": enumerations,
        "sources": [_encode_source(each) for each in sources],
    }
    lines = ",\n".join(_dump(each) for each in subjects)
    return (_dump(head)[:-1] + ',\n"subjects": [\n' + lines + "\n]}\n").encode()


def compress(data: bytes) -> bytes:
    """The data gzipped without a time stamp or a name, so that the same input gives the same bytes."""
    return gzip.compress(data, compresslevel=6, mtime=0)


def decode_snapshot(data: bytes) -> Snapshot:
    """The snapshot in ``data`` (plain or gzip).

    Every fact is checked against the vocabulary: one with a wrong type becomes Unavailable. Raises SnapshotDefect when
    the document is not JSON, is truncated, too large, of another schema, or holds unknown keys.
    """
    document = _document(data)
    try:
        sources = [_source(each) for each in _list(document, "sources")]
        subjects = tuple(_subject(each, at, sources) for at, each in enumerate(_list(document, "subjects")))
        return Snapshot(
            target=Target(**_strings(_object(document, "target"), set(Target.__slots__))),
            collector=_collector(_object(document, "collector")),
            collected_at=_time(document, "collected_at"),
            finished_at=_time(document, "finished_at"),
            subjects=subjects,
            enumerations={
                name: _enumeration(name, each, subjects, sources)
                for name, each in _object(document, "enumerations").items()
            },
            warnings=tuple(str(each) for each in _list(document, "warnings")),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise SnapshotDefect(f"not a valid snapshot: {error!r}") from None


def _document(data: bytes) -> dict[str, JsonValue]:
    if data[:2] == b"\x1f\x8b":
        data = _inflate(data)
    if len(data) > MAX_BYTES:
        raise SnapshotDefect(f"larger than {MAX_BYTES} bytes")
    try:
        document = parse_json(data)
    except JsonDefect as defect:
        raise SnapshotDefect(f"{defect.reason.value}: {defect.detail}") from None
    if not isinstance(document, dict):
        raise SnapshotDefect("expected an object at the top")
    if document.get("schema") != SCHEMA:
        raise SnapshotDefect(f"schema is {document.get('schema')!r}, expected {SCHEMA!r}")
    known = {
        "schema",
        "target",
        "collector",
        "collected_at",
        "finished_at",
        "warnings",
        "enumerations",
        "sources",
        "subjects",
    }
    if set(document) != known:
        raise SnapshotDefect(f"unexpected or missing keys: {sorted(set(document) ^ known)}")
    return document


def _inflate(data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SnapshotDefect(f"broken gzip: {error}") from None


def _dump(value: object) -> str:
    return without_lone_surrogates(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True))


def _slots(record: Target | Collector) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__slots__}


def _encode_source(source: Source) -> dict[str, str]:
    entry = {"locator": source.locator}
    for name in ("read_at", "digest", "says"):
        if value := getattr(source, name):
            entry[name] = value
    return entry


def _encode_unavailable(what: Unavailable) -> dict[str, str]:
    return {"reason": what.reason.value, "detail": what.detail}


def _encode_subject(subject: Subject, number: Callable[[Source], int]) -> dict[str, object]:
    entry: dict[str, object] = {"kind": subject.kind, "name": subject.name, "id": subject.id}
    values: dict[str, JsonValue] = {}
    absent: list[str] = []
    unavailable: dict[str, object] = {}
    for name, value in subject.facts.items():
        if value is ABSENT:
            absent.append(name)
        elif isinstance(value, Unavailable):
            unavailable[name] = _encode_unavailable(value)
        else:
            values[name] = value
    entry["values"] = values
    if absent:
        entry["absent"] = sorted(absent)
    if unavailable:
        entry["unavailable"] = unavailable
    if subject.source is not None:
        entry["source"] = number(subject.source)
    if subject.sources:
        entry["sources"] = {name: [number(each) for each in found] for name, found in sorted(subject.sources.items())}
    if subject.notes:
        entry["notes"] = dict(subject.notes)
    if subject.blocked is not None:
        entry["blocked"] = _encode_unavailable(subject.blocked)
    return entry


def _encode_enumeration(enumeration: Enumeration, number: Callable[[Source], int]) -> dict[str, object]:
    entry: dict[str, object] = {"members": list(enumeration.members)}
    if enumeration.gap is not None:
        entry["gap"] = _encode_unavailable(enumeration.gap)
    for name in ("vanished", "appeared"):
        if value := getattr(enumeration, name):
            entry[name] = list(value)
    if enumeration.sources:
        entry["sources"] = [number(each) for each in enumeration.sources]
    return entry


def _object(document: Mapping[str, JsonValue], key: str) -> dict[str, JsonValue]:
    value = document.get(key, {})
    if not isinstance(value, dict):
        raise SnapshotDefect(f"{key}: expected an object")
    return value


def _list(document: Mapping[str, JsonValue], key: str) -> list[JsonValue]:
    value = document.get(key, [])
    if not isinstance(value, list):
        raise SnapshotDefect(f"{key}: expected a list")
    return value


def _string(document: Mapping[str, JsonValue], key: str) -> str:
    value = document.get(key)
    if not isinstance(value, str):
        raise SnapshotDefect(f"{key}: expected a string")
    return value


def _time(document: Mapping[str, JsonValue], key: str) -> str:
    text = _string(document, key)
    if not _TIME.fullmatch(text):
        raise SnapshotDefect(f"{key}: {text[:40]!r} is not a time in UTC, such as 2026-11-22T20:46:10Z")
    return text


def _strings(record: Mapping[str, JsonValue], known: set[str]) -> dict[str, str]:
    _no_others("target", record, known)
    return {name: _string(record, name) for name in record}


def _no_others(place: str, record: Mapping[str, JsonValue], known: set[str]) -> None:
    if others := set(record) - known:
        raise SnapshotDefect(f"{place}: unknown keys {sorted(others)}")


def _integer(record: Mapping[str, JsonValue], key: str) -> int:
    value = record.get(key)
    if type(value) is not int:
        raise SnapshotDefect(f"{key}: expected an integer")
    return value


def _collector(record: dict[str, JsonValue]) -> Collector:
    _no_others("collector", record, set(Collector.__slots__))
    return Collector(
        version=_string(record, "version"),
        uid=_integer(record, "uid"),
        user=_string(record, "user"),
        host_root=_string(record, "host_root"),
        requests=_integer(record, "requests"),
    )


def _source(entry: JsonValue) -> Source:
    if not isinstance(entry, dict):
        raise SnapshotDefect("sources: expected objects")
    _no_others("sources", entry, {"locator", "read_at", "digest", "says"})
    return Source(**{name: _string(entry, name) for name in entry})


def _unavailable(entry: JsonValue) -> Unavailable:
    if not isinstance(entry, dict):
        raise SnapshotDefect("expected an object with reason and detail")
    _no_others("unavailable", entry, {"reason", "detail"})
    return Unavailable(Reason(_string(entry, "reason")), _string(entry, "detail"))


def _subject(entry: JsonValue, at: int, sources: list[Source]) -> Subject:
    if not isinstance(entry, dict):
        raise SnapshotDefect(f"subjects[{at}]: expected an object")
    known = {"kind", "name", "id", "values", "absent", "unavailable", "source", "sources", "notes", "blocked"}
    _no_others(f"subjects[{at}]", entry, known)
    kind = _string(entry, "kind")
    if kind not in KINDS:
        raise SnapshotDefect(f"subjects[{at}]: unknown kind {kind!r}")
    facts = _facts(entry, kind, at)
    cited = _object(entry, "sources")
    return Subject(
        kind=kind,
        name=_string(entry, "name"),
        id=_string(entry, "id"),
        facts=facts,
        source=_cited([entry["source"]], sources)[0] if "source" in entry else None,
        sources={name: _cited(numbers, sources) for name, numbers in cited.items()} if cited else None,
        notes={name: str(note) for name, note in _object(entry, "notes").items()} or None,
        blocked=_unavailable(entry["blocked"]) if "blocked" in entry else None,
    )


def _facts(entry: dict[str, JsonValue], kind: str, at: int) -> dict[str, FactValue]:
    table = KINDS[kind]
    facts: dict[str, FactValue] = {}
    for name, value in _object(entry, "values").items():
        declared = table.get(name)
        if declared is None:
            raise SnapshotDefect(f"subjects[{at}]: no fact {name!r} is declared for {kind}")
        facts[name] = conform(declared, name, value)
    missing: list[tuple[str, FactValue]] = [(str(name), ABSENT) for name in _list(entry, "absent")]
    missing += [(name, _unavailable(what)) for name, what in _object(entry, "unavailable").items()]
    for name, why in missing:
        if name in facts or name not in table:
            raise SnapshotDefect(f"subjects[{at}]: {name!r} stands twice or is not declared for {kind}")
        facts[name] = why
    return facts


def _cited(numbers: JsonValue, sources: list[Source]) -> tuple[Source, ...]:
    if not isinstance(numbers, list) or not all(type(each) is int and each >= 0 for each in numbers):
        raise SnapshotDefect("sources: expected a list of numbers")
    return tuple(sources[cast("int", each)] for each in numbers)


def _enumeration(name: str, entry: JsonValue, subjects: tuple[Subject, ...], sources: list[Source]) -> Enumeration:
    collection = COLLECTIONS.get(name)
    if collection is None or collection.base or not isinstance(entry, dict):
        raise SnapshotDefect(f"enumerations: {name!r} is not an enumerated collection")
    _no_others(f"enumerations.{name}", entry, {"members", "gap", "vanished", "appeared", "sources"})
    members = entry.get("members")
    if not isinstance(members, list):
        raise SnapshotDefect(f"enumerations.{name}: members: expected a list")
    for each in members:
        if type(each) is not int or not 0 <= each < len(subjects) or subjects[each].kind != collection.kind:
            raise SnapshotDefect(f"enumerations.{name}: member {each!r} is not a {collection.kind} of this snapshot")
    return Enumeration(
        members=tuple(cast("list[int]", members)),
        gap=_unavailable(entry["gap"]) if "gap" in entry else None,
        vanished=tuple(str(each) for each in _list(entry, "vanished")),
        appeared=tuple(str(each) for each in _list(entry, "appeared")),
        sources=_cited(entry.get("sources", []), sources),
    )
