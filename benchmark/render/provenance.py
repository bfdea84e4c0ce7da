"""Evidence in one line a fact: what was seen, and where an auditor can look for it again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring
from typing import Final, TypeAlias

from benchmark.model.facts import ABSENT, FactValue, Source, Subject, Unavailable
from benchmark.model.result import Assessment, Finding
from benchmark.model.seen import Seen

_TEXT: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True)

Context: TypeAlias = "Mapping[str, Subject]"


def context_of(assessment: Assessment) -> Context:
    """The subjects that prefixed facts (``daemon:…``, ``host:…``) belong to, by prefix; one that was not seen has no entry."""
    return {prefix: subject for prefix, subject in assessment.context.items() if subject.blocked is None}


def evidence_of(finding: Finding, context: Context) -> tuple[str, ...]:
    """A line for every fact of ``finding``, the deciding ones first.

    ``HostConfig.Privileged = true (GET /containers/3f2a…/json, sha256:…, read at 2026-11-22T20:46:10Z)``
    """
    return tuple(_line(each, finding.subject, context, source_text) for each in finding.seen)


def brief_evidence_of(finding: Finding, context: Context) -> tuple[str, ...]:
    """The same for a terminal: without digests and times, which the JSON document holds."""
    return tuple(_line(each, finding.subject, context, _statement_text) for each in finding.seen)


def source_text(source: Source) -> str:
    """``GET /info says overlay2, sha256:…, read at …``: the locator, and what is known of the reading."""
    parts = [_statement_text(source)]
    if source.digest:
        parts.append(source.digest)
    if source.read_at:
        parts.append(f"read at {source.read_at}")
    return ", ".join(parts)


def _statement_text(source: Source) -> str:
    return f"{source.locator} says {source.says}" if source.says is not None else source.locator


def notes_of(assessment: Assessment) -> tuple[str, ...]:
    """The remarks on facts that findings rest on (pending restart, conflict): ``daemon daemon.icc: …``.

    A remark that several subjects share is told once, with their number: ``12 images content.read: …``.
    """
    shared: dict[tuple[str, str, str], dict[str, None]] = {}
    context = context_of(assessment)
    for result in assessment.results:
        for finding in result.findings:
            for seen in finding.seen:
                owner, name = _owner(seen.fact, finding.subject, context)
                if owner is not None and owner.notes and name in owner.notes:
                    shared.setdefault((owner.kind, name, owner.notes[name]), {})[owner.label] = None
    return tuple(f"{_owners(kind, tuple(labels))} {name}: {note}" for (kind, name, note), labels in shared.items())


def _owners(kind: str, labels: tuple[str, ...]) -> str:
    return labels[0] if len(labels) == 1 else f"{len(labels)} {kind}s"


def _line(seen: Seen, subject: Subject, context: Context, spell: Callable[[Source], str]) -> str:
    owner, name = _owner(seen.fact, subject, context)
    stated = seen.fact + _value_text(seen.value)
    if owner is None:
        return stated
    told = [spell(each) for each in owner.sources_of(name)]
    note = owner.notes.get(name) if owner.notes else None
    if note:
        told.append(note)
    return f"{stated} ({'; '.join(told)})" if told else stated


def _owner(fact: str, subject: Subject, context: Context) -> tuple[Subject | None, str]:
    """The subject a fact belongs to, None when it is not at hand; and the fact's name there."""
    prefix, colon, rest = fact.partition(":")
    return (context.get(prefix), rest) if colon else (subject, fact)


def _value_text(value: FactValue) -> str:
    if value is True:
        return " = true"
    if value is False:
        return " = false"
    if isinstance(value, str):
        return " = " + encode_basestring(value)
    if value is ABSENT:
        return " is absent"
    if isinstance(value, Unavailable):
        return f" could not be established: {value}"
    return " = " + _TEXT.encode(value)
