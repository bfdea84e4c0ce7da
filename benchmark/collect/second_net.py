"""The last step of a collection: the second net over every string of a snapshot, whichever collector it came from.

Collectors redact free text where they capture it, before it is cut or quoted. This catches what has the shape or the position of
a secret in a name, a path, a message of the engine or a remark, so that a fact added tomorrow is covered as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from benchmark.collect.redaction import redact
from benchmark.model.facts import ABSENT, FactValue, JsonValue, Source, Subject, Unavailable
from benchmark.model.snapshot import Enumeration, Snapshot

_T = TypeVar("_T")


def cast_second_net(snapshot: Snapshot) -> Snapshot:
    """``snapshot`` with whatever looks like a secret replaced; identifiers stay, so that objects can be told apart."""
    return _Net().snapshot(snapshot)


class _Net:
    """Remembers what it has seen: most strings of a host occur many times."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}
        self._sources: dict[Source, Source] = {}

    def snapshot(self, snapshot: Snapshot) -> Snapshot:
        target = snapshot.target
        return replace(
            snapshot,
            target=replace(target, **{name: self.text(getattr(target, name)) for name in target.__slots__}),
            collector=replace(snapshot.collector, host_root=self.text(snapshot.collector.host_root)),
            subjects=tuple(self._subject(each) for each in snapshot.subjects),
            enumerations={name: self._enumeration(each) for name, each in snapshot.enumerations.items()},
            warnings=self._texts(snapshot.warnings),
        )

    def text(self, text: str) -> str:
        found = self._seen.get(text)
        if found is None:
            found = self._seen[text] = redact(text)
        return found

    def _texts(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self.text(each) for each in texts)

    def _subject(self, subject: Subject) -> Subject:
        return Subject(
            subject.kind,
            self.text(subject.name),
            subject.id,
            {name: self._fact(each) for name, each in subject.facts.items()},
            self._source(subject.source),
            self._mapped(subject.sources, lambda found: tuple(self._known(each) for each in found)),
            self._mapped(subject.notes, self.text),
            self._reason(subject.blocked),
        )

    def _fact(self, value: FactValue) -> FactValue:
        if value is ABSENT:
            return value
        return self._unavailable(value) if isinstance(value, Unavailable) else self._json(value)

    def _json(self, value: JsonValue) -> JsonValue:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._json(each) for each in value]
        if isinstance(value, dict):
            return {self.text(key): self._json(each) for key, each in value.items()}
        return value

    def _enumeration(self, enumeration: Enumeration) -> Enumeration:
        return replace(
            enumeration,
            gap=self._reason(enumeration.gap),
            vanished=self._texts(enumeration.vanished),
            appeared=self._texts(enumeration.appeared),
            sources=tuple(self._known(each) for each in enumeration.sources),
        )

    def _unavailable(self, what: Unavailable) -> Unavailable:
        detail = self.text(what.detail)
        return what if detail is what.detail else Unavailable(what.reason, detail)

    def _reason(self, what: Unavailable | None) -> Unavailable | None:
        return None if what is None else self._unavailable(what)

    def _source(self, source: Source | None) -> Source | None:
        return None if source is None else self._known(source)

    def _known(self, source: Source) -> Source:
        found = self._sources.get(source)
        if found is None:
            says = None if source.says is None else self.text(source.says)
            found = self._sources[source] = replace(source, locator=self.text(source.locator), says=says)
        return found

    @staticmethod
    def _mapped(values: Mapping[str, _T] | None, change: Callable[[_T], _T]) -> Mapping[str, _T] | None:
        return None if values is None else {name: change(each) for name, each in values.items()}
