"""MITRE SAF's attestation file: a list of controls that a person judged, when, and for how long that holds.

The format is that of ``saf attest`` (github.com/mitre/saf), which reads it as JSON or YAML: ``control_id``, ``explanation``,
``frequency``, ``status`` (passed or failed), ``updated`` and ``updated_by``. A statement holds from ``updated`` for one
``frequency``: a word, or a number of days, weeks, months or years ("90d").
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from benchmark.catalog.content_error import ContentError, ContentErrors
from benchmark.catalog.policy_entries import MOST_ENTRIES, read_bounded_line, read_bounded_text
from benchmark.catalog.positioned import Report, read_choice, read_items, read_table
from benchmark.catalog.yaml_source import Node, read_yaml
from benchmark.model.policy import Attestation

FREQUENCIES: Final[Mapping[str, str]] = {
    "annually": "1y",
    "semiannually": "6m",
    "quarterly": "3m",
    "monthly": "1m",
    "every2weeks": "2w",
    "fortnightly": "2w",
    "weekly": "1w",
    "every3days": "3d",
    "daily": "1d",
}
STATUSES: Final[Mapping[str, bool]] = {"passed": True, "failed": False}
_KEYS: Final = ("control_id", "explanation", "frequency", "status", "updated", "updated_by")
_EVERY: Final = re.compile(r"([0-9]{1,4}) ?([dwmy])")
_DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9:.]+(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?")


@dataclass(frozen=True, slots=True)
class SafAttestation:
    """One statement. ``updated`` is the day on which it was made, ``until`` the last day on which it holds."""

    control: str
    explanation: str
    passed: bool
    updated: date
    until: date
    person: str
    line: int


def read_saf(data: bytes, path: str) -> tuple[SafAttestation, ...]:
    """The statements in ``data``. Raises ContentErrors with everything that is wrong.

    JSON is read as the YAML that it is, once its tabs are blanks (they stand between values only).
    """
    errors: list[ContentError] = []
    report = Report(path, errors)
    is_json = data.lstrip()[:1] in (b"[", b"{")
    document = read_yaml(data.replace(b"\t", b" ") if is_json else data, path, errors)
    found: list[SafAttestation] = []
    if document is not None:
        nodes = read_items(report, document, "the file")
        if len(nodes) > MOST_ENTRIES:
            report.at(document, f"more than {MOST_ENTRIES} attestations")
            nodes = ()
        for each in nodes:
            statement = _read(report, each)
            if statement is not None:
                found.append(statement)
    if errors:
        raise ContentErrors(errors)
    return tuple(found)


def _read(report: Report, node: Node) -> SafAttestation | None:
    before = len(report.errors)
    entries = read_table(report, node, "an attestation", _KEYS).entries
    status = read_choice(report, entries["status"], "status", tuple(STATUSES)) if "status" in entries else ""
    lines = {
        name: read_bounded_line(report, entries[name], name)
        for name in ("control_id", "frequency", "updated", "updated_by")
        if name in entries
    }
    explanation = read_bounded_text(report, entries["explanation"], "explanation") if "explanation" in entries else ""
    updated = _day(report, entries["updated"], lines["updated"]) if lines.get("updated") else None
    until = None
    if updated is not None and lines.get("frequency"):
        until = _after(updated, lines["frequency"])
        if until is None:
            known = ", ".join(FREQUENCIES)
            report.at(entries["frequency"], f"frequency must be one of {known}, or a number and d, w, m or y")
    if len(report.errors) > before or updated is None or until is None:
        return None
    return SafAttestation(
        lines["control_id"], explanation, STATUSES[status], updated, until, lines["updated_by"], node.line
    )


def _day(report: Report, node: Node, text: str) -> date | None:
    found = _DAY.fullmatch(text)
    try:
        if found is not None:
            return date.fromisoformat(found[1])
    except ValueError:
        pass
    report.at(node, f"updated must be a date such as 2026-11-27, found {text[:40]!r}")
    return None


def _after(start: date, frequency: str) -> date | None:
    """The last day that lies within one ``frequency`` of ``start``; None for one that there is not."""
    found = _EVERY.fullmatch(FREQUENCIES.get(frequency, frequency))
    if found is None:
        return None
    number = int(found[1])
    try:
        match found[2]:
            case "d":
                return start + timedelta(days=number)
            case "w":
                return start + timedelta(weeks=number)
            case "m":
                return _months_after(start, number)
            case _:
                return _months_after(start, 12 * number)
    except (OverflowError, ValueError):
        return None


def _months_after(start: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(start.month - 1 + months, 12)
    last = calendar.monthrange(start.year + year, month + 1)[1]
    return date(start.year + year, month + 1, min(start.day, last))


def saf_document(attestation: Attestation, control_id: str) -> dict[str, str]:
    """``attestation`` as an entry of SAF's file, about the control that SAF calls ``control_id``.

    The frequency is a whole number of days, at least one, so that it never holds longer there than here, but for the rest of
    its last day.
    """
    days = (attestation.expires.instant - attestation.attested.instant).days
    if attestation.expires.is_day:
        days -= 1  # it ends with its last day; SAF counts from midnight to midnight
    evidence = "".join(f" [evidence: {each.file} {each.digest}]" for each in attestation.evidence)
    return {
        "control_id": control_id,
        "explanation": f"{attestation.statement}{evidence}",
        "frequency": f"{max(1, days)}d",
        "status": "passed" if attestation.passed else "failed",
        "updated": datetime.strftime(attestation.attested.instant.astimezone(UTC), "%Y-%m-%d"),
        "updated_by": attestation.attested_by,
    }
