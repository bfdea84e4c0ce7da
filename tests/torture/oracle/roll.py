"""The generator's die: loaded towards good settings on tidy hosts and towards odd ones on others."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final, TypeVar

T = TypeVar("T")


AIMS: Final = 12  # of as many hosts in a row one is made for each rare thing, so that every seed sees it


class Roll:
    """``tidy`` is how often (0…1) a choice falls on the good values."""

    def __init__(self, dice: random.Random, tidy: float) -> None:
        self.dice = dice
        self.tidy = tidy

    def of(self, good: Sequence[T], odd: Sequence[T]) -> T:
        """One of the values that CIS wants, or one of the others."""
        return self.dice.choice(good if self.dice.random() < self.tidy else odd)

    def any(self, values: Sequence[T]) -> T:
        return self.dice.choice(values)

    def some(self, values: Sequence[T], most: int) -> list[T]:
        """Up to ``most`` different ones."""
        return self.dice.sample(values, self.dice.randint(0, min(most, len(values))))

    def chance(self, probability: float) -> bool:
        return self.dice.random() < probability

    def slip(self) -> bool:
        """True where this host does something odd."""
        return self.dice.random() >= self.tidy

    def hex(self, digits: int = 64) -> str:
        return f"{self.dice.getrandbits(digits * 4):0{digits}x}"
