"""A snapshot in the making: subjects in order, and which collection lists which."""

from __future__ import annotations

from benchmark.model.facts import Source, Subject, Unavailable
from benchmark.model.snapshot import Enumeration
from benchmark.model.vocabulary import COLLECTIONS


class Draft:
    """Subjects and enumerations, added collection by collection; a file that two collections list is one subject."""

    def __init__(self) -> None:
        self.subjects: list[Subject] = []
        self.enumerations: dict[str, Enumeration] = {}
        self._files: dict[str, int] = {}

    def add(
        self,
        collection: str,
        subjects: tuple[Subject, ...],
        *,
        gap: Unavailable | None = None,
        sources: tuple[Source, ...] = (),
        vanished: tuple[str, ...] = (),
        appeared: tuple[str, ...] = (),
    ) -> None:
        """Record the members of ``collection``, and why there may be more."""
        members = tuple(self._place(each) for each in subjects)
        self.enumerations[collection] = Enumeration(members, gap, vanished, appeared, sources)

    def close(self, why: Unavailable) -> None:
        """Give every collection that nothing was recorded of a gap: what was not looked at is not empty."""
        for name, collection in COLLECTIONS.items():
            if not collection.base and name not in self.enumerations:
                self.enumerations[name] = Enumeration(gap=why)

    def _place(self, subject: Subject) -> int:
        if subject.kind == "file" and subject.name in self._files:
            return self._files[subject.name]
        self.subjects.append(subject)
        at = len(self.subjects) - 1
        if subject.kind == "file":
            self._files[subject.name] = at
        return at
