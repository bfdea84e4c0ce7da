"""A snapshot as the access report reads it: whatever cannot be read is noted, once, and never taken for an absence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from benchmark.model.access import Access, Grants, Kind, Sighting, Unseen
from benchmark.model.facts import ABSENT, JsonValue, Reason, Subject, Unavailable
from benchmark.model.snapshot import Snapshot

_NOBODY: Final = Unavailable(Reason.NOT_COLLECTED, "the snapshot does not hold it")


class View:
    """What a snapshot says of who gets in, and what was found in it so far."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._accesses: dict[tuple[Kind, str, Grants, str], dict[str, None]] = {}
        self._unseen: dict[Unseen, None] = {}
        self._looked_at: dict[Sighting, None] = {}
        self.host = self._only("host", "the host")
        self.daemon = self._only("engines", "the daemon")

    @property
    def accesses(self) -> tuple[Access, ...]:
        """What was added, in the order in which it is reported: the gravest first."""
        found = [
            Access(kind, who, grants, tuple(evidence), subject)
            for (kind, who, grants, subject), evidence in self._accesses.items()
        ]
        grants, kinds = list(Grants), list(Kind)
        return tuple(
            sorted(found, key=lambda each: (grants.index(each.grants), kinds.index(each.kind), each.who, each.subject))
        )

    @property
    def unseen(self) -> tuple[Unseen, ...]:
        """What could not be looked at, by subject."""
        return tuple(sorted(self._unseen, key=lambda each: (each.subject, each.what, each.reason, each.detail)))

    @property
    def looked_at(self) -> tuple[Sighting, ...]:
        """What was looked at, in the order of the looking."""
        return tuple(self._looked_at)

    def members(self, collection: str, what: str) -> tuple[Subject, ...]:
        """The members of an enumerated collection that could be looked at; ``what`` they are, for the others."""
        enumeration = self._snapshot.enumeration(collection)
        if enumeration.gap is not None:
            self._miss(what, collection, enumeration.gap)
        found = [self._snapshot.subjects[at] for at in enumeration.members]
        for each in found:
            if each.blocked is not None:
                self._miss(what, each.label, each.blocked)
        return tuple(each for each in found if each.blocked is None)

    def number(self, subject: Subject, name: str) -> int | None:
        """An integer fact; None when absent or not known."""
        value = self._value(subject, name)
        return value if type(value) is int else None

    def flag(self, subject: Subject, name: str) -> bool | None:
        """A boolean fact; None when absent or not known."""
        value = self._value(subject, name)
        return value if isinstance(value, bool) else None

    def text(self, subject: Subject, name: str) -> str | None:
        """A string fact; None when absent or not known."""
        value = self._value(subject, name)
        return value if isinstance(value, str) else None

    def texts(self, subject: Subject, name: str) -> tuple[str, ...] | None:
        """A list of strings, null being an empty one; None when absent or not known."""
        value = self._value(subject, name)
        if value is ABSENT:
            return None
        return tuple(str(each) for each in value) if isinstance(value, list) else () if value is None else None

    def record(self, subject: Subject, name: str) -> Mapping[str, JsonValue] | None:
        """An object; None when absent or not known."""
        value = self._value(subject, name)
        return value if isinstance(value, dict) else None

    def records(self, subject: Subject, name: str) -> tuple[Mapping[str, JsonValue], ...]:
        """A list of objects; empty when absent, null or not known."""
        value = self._value(subject, name)
        return tuple(each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()

    def is_known(self, subject: Subject, name: str) -> bool:
        """False where the fact could not be looked at, which is noted."""
        return not isinstance(self._value(subject, name), Unavailable)

    def add(self, kind: Kind, who: str, grants: Grants, evidence: str, subject: Subject) -> None:
        """A way; evidence of the same way is gathered in one row."""
        self._accesses.setdefault((kind, who, grants, subject.label), {})[evidence] = None

    def has(self, kind: Kind, who: str) -> bool:
        """True when a way of that kind was added for ``who``."""
        return any(key[:2] == (kind, who) for key in self._accesses)

    def saw(self, subject: Subject, text: str) -> None:
        """Something that was looked at."""
        self._looked_at[Sighting(subject.label, text)] = None

    def miss(self, what: str, subject: Subject, why: Unavailable) -> None:
        """Something that could not be looked at."""
        self._miss(what, subject.label, why)

    def _miss(self, what: str, label: str, why: Unavailable) -> None:
        self._unseen[Unseen(what, label, why.reason, why.detail)] = None

    def _value(self, subject: Subject, name: str) -> object:
        value = subject.fact(name)
        if isinstance(value, Unavailable) and subject.blocked is None:
            self._miss(name, subject.label, value)
        return value

    def _only(self, collection: str, what: str) -> Subject:
        members = self.members(collection, what)
        kind = "host" if collection == "host" else "daemon"
        return members[0] if members else Subject(kind, "", "", {}, blocked=_NOBODY)
