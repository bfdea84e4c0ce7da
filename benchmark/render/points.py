"""Scores and points with two decimals, so that what is printed adds up to the last digit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

_CENTS: Final = 100


def score_text(percent: Fraction | None) -> str:
    """``61.29``, half to even; ``n/a`` where nothing was scorable."""
    return "n/a" if percent is None else _text(round(percent * _CENTS))


def points_texts(before: Fraction | None, after: Fraction | None, points: Sequence[Fraction | None]) -> list[str]:
    """``+2.04`` for each of ``points``, which add up to ``after`` - ``before``, rounded so that the printed ones do too.

    By the largest remainder; a term that is exactly nothing stays ``0``. ``n/a`` for all where an end has no score.
    """
    if before is None or after is None or any(each is None for each in points):
        return ["n/a" for _ in points]
    exact = [each * _CENTS for each in points if each is not None]
    cents = [each.numerator // each.denominator for each in exact]
    missing = round(after * _CENTS) - round(before * _CENTS) - sum(cents)
    by_remainder = sorted(range(len(exact)), key=lambda at: (not exact[at], cents[at] - exact[at], at))
    step = 1 if missing > 0 else -1
    chosen = by_remainder if missing > 0 else [*reversed([at for at in by_remainder if exact[at]])] or by_remainder
    for at in chosen[: abs(missing)]:
        cents[at] += step
    return [signed(each) for each in cents]


def difference_text(before: Fraction | None, after: Fraction | None) -> str:
    """The difference of two scores as ``points_texts`` writes it."""
    if before is None or after is None:
        return "n/a"
    return signed(round(after * _CENTS) - round(before * _CENTS))


def signed(cents: int) -> str:
    """``+2.04``, ``-0.50``, ``0``."""
    return "0" if not cents else f"{'+' if cents > 0 else '-'}{_text(abs(cents))}"


def _text(cents: int) -> str:
    return f"{Decimal(cents) / _CENTS:.2f}"
