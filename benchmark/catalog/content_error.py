"""What is wrong with content: a place and a sentence, and all of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class ContentError:
    """One defect of a content file. ``line`` and ``column`` count from 1; they are 1:1 for a file as a whole."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class ContentErrors(Exception):
    """Content that cannot be used. ``errors`` holds every defect of every file once, sorted by place."""

    def __init__(self, errors: Iterable[ContentError]) -> None:
        self.errors = tuple(sorted(set(errors)))
        super().__init__("\n".join(str(each) for each in self.errors))
