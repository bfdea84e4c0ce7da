"""The verdict algebra: many results become one. Data, so that its laws can be tested over the whole table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from benchmark.model.result import Result

# From the weightiest down. A proven fail is never hidden by ignorance elsewhere; ignorance is never hidden by a pass;
# what only a person can judge keeps the whole from being a pass (design.md, section 7, rule 4).
ORDER: Final[tuple[Result, ...]] = (
    Result.FAIL,
    Result.ERROR,
    Result.UNKNOWN,
    Result.NOTCHECKED,
    Result.PASS,
    Result.FIXED,
    Result.INFORMATIONAL,
    Result.NOTAPPLICABLE,
    Result.NOTSELECTED,
)
_WEIGHT: Final = {result: weight for weight, result in enumerate(ORDER)}


def worst(results: Iterable[Result]) -> Result:
    """The result of the whole: the weightiest of its parts; notapplicable when there are no parts."""
    return min(results, key=_WEIGHT.__getitem__, default=Result.NOTAPPLICABLE)
