"""A Statement of Applicability (ISO/IEC 27001, 6.1.3 d): what an organisation decided about each, and what results say."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.model.framework_view import RequirementView, Status


class Implementation(enum.StrEnum):
    """How far the organisation says that it has come."""

    IMPLEMENTED = "implemented"
    PARTLY = "partly implemented"
    PLANNED = "planned"
    NOT_IMPLEMENTED = "not implemented"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the organisation decided about one requirement. ``justification`` is never empty: the standard asks for it both ways.

    ``implementation`` is None where nothing is said; ``owner`` is "" likewise. ``references`` name documents of the organisation.
    """

    applicable: bool
    justification: str
    implementation: Implementation | None = None
    owner: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overlay:
    """An organisation's decisions about ``version`` of ``framework``, by the id there. Texts are "" where nothing is said."""

    framework: str
    version: str
    organization: str
    scope: str
    approved_by: str
    approved: str
    decisions: Mapping[str, Decision]


@dataclass(frozen=True, slots=True)
class Assessed:
    """One target whose results stand beside the decisions."""

    target: str
    collected_at: str
    evaluated_at: str
    benchmark: str
    content_digest: str


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A requirement: the decision (None while there is none), and how each target sees it, in the order of the targets.

    ``status`` is the weightiest of all targets, None without any. ``remark`` says where decision and results do not fit.
    """

    view: RequirementView
    section: str
    decision: Decision | None
    seen: tuple[RequirementView, ...]
    status: Status | None
    remark: str


@dataclass(frozen=True, slots=True)
class Statement:
    """The whole statement. ``remarks`` are about what it rests on (other content than the present one, …). ``numbers`` are those
    of the benchmark by control, for people who know its numbers better than our ids.
    """

    overlay: Overlay
    title: str
    tool_version: str
    content_digest: str
    assessed: tuple[Assessed, ...]
    rows: tuple[StatementRow, ...]
    numbers: Mapping[str, tuple[str, ...]]
    remarks: tuple[str, ...] = ()
