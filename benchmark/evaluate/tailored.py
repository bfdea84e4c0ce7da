"""What a tailoring changes in the row of a control it keeps (NIST IR 7275r4, 6.5.3 and table 12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from benchmark.model.control import Control
from benchmark.model.framework import Requirement
from benchmark.model.result import ControlResult, Result
from benchmark.model.tailoring import Refinement, Role

NOTHING: Final = Refinement()


def refined_control(control: Control, refinement: Refinement) -> Control:
    """The control with the severity that the tailoring gives it."""
    return control if refinement.severity is None else replace(control, severity=refinement.severity)


def refined_row(
    control: Control,
    requirements: tuple[Requirement, ...],
    refinement: Refinement,
    judge: Callable[[], ControlResult],
) -> ControlResult:
    """The row of ``control``: ``judge`` is not even asked where its role is unchecked.

    Unscored: the verdict becomes informational and is told in the message; the findings keep theirs.
    """
    if refinement is NOTHING:
        return judge()
    if refinement.role is Role.UNCHECKED:
        return ControlResult(
            control, requirements, Result.NOTCHECKED, (), "the tailoring leaves it unchecked", refinement=refinement
        )
    row = replace(judge(), refinement=refinement)
    if refinement.role is Role.UNSCORED:
        verdict = f"{row.result.value}, unscored by the tailoring: {row.message}"
        return replace(row, result=Result.INFORMATIONAL, message=verdict, reason=None)
    return row
