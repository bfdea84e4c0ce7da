"""Which Values criteria rest on, so that a rule's check can bind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from benchmark.export.oval_terms import Criteria, Setting


def settings_of(criteria: Criteria) -> tuple[Setting, ...]:
    """Every external variable below ``criteria``, each once."""
    seen: set[int] = set()
    return tuple(dict.fromkeys(_settings(criteria, seen)))


def _settings(term: object, seen: set[int]) -> Iterator[Setting]:
    if id(term) in seen:
        return
    seen.add(id(term))
    if isinstance(term, Setting):
        yield term
    elif isinstance(term, tuple):
        for each in term:
            yield from _settings(each, seen)
    elif is_dataclass(term):
        for field in fields(term):
            yield from _settings(getattr(term, field.name), seen)
