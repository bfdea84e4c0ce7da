"""What a control's result says about a requirement, and what many of them say together. Data, so that its laws can be tested.

The rule in words is in docs/frameworks.md; the relationships are those of NIST IR 8477, sections 4.2 and 4.3.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Final

from benchmark.model.framework import Directness, Relationship
from benchmark.model.framework_view import Evidence, Status
from benchmark.model.result import Result


class Said(enum.Enum):
    """What a result comes to, seen from outside."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"
    NOTHING = "nothing"


# A control that this run did not judge says what an error says: nobody knows.
UNJUDGED: Final = Said.OPEN

SAID: Final[Mapping[Result, Said]] = {
    Result.PASS: Said.GOOD,
    Result.FIXED: Said.GOOD,
    Result.FAIL: Said.BAD,  # a waived failure is a failure
    Result.ERROR: Said.OPEN,
    Result.UNKNOWN: Said.OPEN,
    Result.NOTCHECKED: Said.OPEN,
    Result.INFORMATIONAL: Said.OPEN,  # a tailoring took its verdict out of the score, so it is none here either
    Result.NOTSELECTED: Said.OPEN,
    Result.NOTAPPLICABLE: Said.NOTHING,
}

# (directness, what the result comes to) -> what it says about the requirement, where the control asks no more than that.
_SPEAKS: Final[Mapping[tuple[Directness, Said], Evidence]] = {
    (Directness.DIRECT, Said.GOOD): Evidence.FOR,
    (Directness.DIRECT, Said.BAD): Evidence.AGAINST,
    (Directness.DIRECT, Said.OPEN): Evidence.OPEN,
    (Directness.DIRECT, Said.NOTHING): Evidence.NOTHING,
    (Directness.PARTIAL, Said.GOOD): Evidence.IN_PART,
    (Directness.PARTIAL, Said.BAD): Evidence.OPEN,
    (Directness.PARTIAL, Said.OPEN): Evidence.OPEN,
    (Directness.PARTIAL, Said.NOTHING): Evidence.NOTHING,
    (Directness.INCIDENTAL, Said.GOOD): Evidence.NOTHING,
    (Directness.INCIDENTAL, Said.BAD): Evidence.NOTHING,
    (Directness.INCIDENTAL, Said.OPEN): Evidence.NOTHING,
    (Directness.INCIDENTAL, Said.NOTHING): Evidence.NOTHING,
}
# Where set theory says more or less about a failure than that: a part of the requirement that is violated violates it, and
# a control that asks for more than the requirement may fail by what is beyond it.
_FAILURES: Final[Mapping[tuple[Directness, Relationship], Evidence]] = {
    (Directness.PARTIAL, Relationship.EQUAL): Evidence.AGAINST,
    (Directness.PARTIAL, Relationship.SUBSET_OF): Evidence.AGAINST,
    (Directness.DIRECT, Relationship.SUPERSET_OF): Evidence.OPEN,
}

EVIDENCE: Final[Mapping[tuple[Directness, Relationship, Said], Evidence]] = {
    (directness, relationship, said): _FAILURES.get((directness, relationship), _SPEAKS[directness, said])
    if said is Said.BAD
    else _SPEAKS[directness, said]
    for directness in Directness
    for relationship in Relationship
    for said in Said
}

# From the weightiest down: what is proven against a requirement is never hidden, ignorance is never hidden by a pass, and
# partial support never stands for support.
ORDER: Final[tuple[Evidence, ...]] = (
    Evidence.AGAINST,
    Evidence.OPEN,
    Evidence.FOR,
    Evidence.IN_PART,
    Evidence.NOTHING,
)
_WEIGHT: Final = {evidence: weight for weight, evidence in enumerate(ORDER)}

STATUS: Final[Mapping[Evidence, Status]] = {
    Evidence.AGAINST: Status.CONTRADICTED,
    Evidence.OPEN: Status.NOT_ESTABLISHED,
    Evidence.FOR: Status.SUPPORTED,
    Evidence.IN_PART: Status.NOT_ESTABLISHED,
    Evidence.NOTHING: Status.NOT_ESTABLISHED,
}

# From the weightiest down, for what rests on several requirements.
STATUS_ORDER: Final[tuple[Status, ...]] = (
    Status.CONTRADICTED,
    Status.NOT_ESTABLISHED,
    Status.NOT_REACHABLE,
    Status.SUPPORTED,
)


def weightiest(evidence: Iterable[Evidence]) -> Evidence:
    """What many controls say together; nothing when there are none."""
    return min(evidence, key=_WEIGHT.__getitem__, default=Evidence.NOTHING)


def status_of_several(statuses: Iterable[Status]) -> Status:
    """The status of what several requirements answer together; out of reach when there are none."""
    return min(statuses, key=STATUS_ORDER.index, default=Status.NOT_REACHABLE)
