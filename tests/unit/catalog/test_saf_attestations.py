"""MITRE SAF's attestation file, read and written."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from benchmark.catalog.content_error import ContentErrors
from benchmark.catalog.saf_attestations import FREQUENCIES, SafAttestation, read_saf, saf_document
from tests.policies import attestation, attestations

GOOD = {
    "control_id": "xccdf_dockmark_rule_1.2.1",
    "explanation": "Discussed with the team.",
    "frequency": "annually",
    "status": "passed",
    "updated": "2026-01-31",
    "updated_by": "Json Smith, Security",
}


def read(**changes: object) -> tuple[SafAttestation, ...]:
    return read_saf(json.dumps([{**GOOD, **changes}], indent="\t").encode(), "saf.json")


@pytest.mark.parametrize(
    ("frequency", "until"),
    [
        ("annually", date(2027, 1, 31)),
        ("semiannually", date(2026, 7, 31)),
        ("quarterly", date(2026, 4, 30)),
        ("monthly", date(2026, 2, 28)),
        ("every2weeks", date(2026, 2, 14)),
        ("fortnightly", date(2026, 2, 14)),
        ("weekly", date(2026, 2, 7)),
        ("every3days", date(2026, 2, 3)),
        ("daily", date(2026, 2, 1)),
        ("90d", date(2026, 5, 1)),
        ("2 w", date(2026, 2, 14)),
        ("13m", date(2027, 2, 28)),
        ("2y", date(2028, 1, 31)),
    ],
)
def test_a_statement_holds_for_one_frequency(frequency: str, until: date) -> None:
    (found,) = read(frequency=frequency)
    assert found.until == until
    assert (found.control, found.passed, found.updated) == (GOOD["control_id"], True, date(2026, 1, 31))
    assert (found.explanation, found.person) == ("Discussed with the team.", "Json Smith, Security")


def test_every_word_for_a_frequency_was_tried() -> None:
    assert len(FREQUENCIES) == 9


@pytest.mark.parametrize("updated", ["2026-01-31T10:11:12Z", "2026-01-31T10:11:12.123Z", "2026-01-31T10:11:12+01:00"])
def test_a_time_means_its_day(updated: str) -> None:
    (found,) = read(updated=updated, status="failed")
    assert (found.updated, found.passed) == (date(2026, 1, 31), False)


def test_yaml_is_read_as_well() -> None:
    text = """\
- control_id: '5.9'
  explanation: |
    Two
    lines
  frequency: 1y
  status: passed
  updated: 2026-01-01
  updated_by: x
"""
    (found,) = read_saf(text.encode(), "saf.yaml")
    assert (found.control, found.explanation, found.line) == ("5.9", "Two lines", 1)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"status": "Not Applicable"}, "no status 'Not Applicable'; there are passed, failed"),
        ({"frequency": "often"}, "frequency must be one of annually"),
        ({"frequency": "9999y"}, "frequency must be one of annually"),
        ({"updated": "yesterday"}, "updated must be a date"),
        ({"updated": "2026-02-31"}, "updated must be a date"),
        ({"explanation": ""}, "explanation is empty"),
        ({"more": 1}, "no key 'more'"),
    ],
)
def test_a_mistake_is_told_with_its_place(changes: dict[str, object], told: str) -> None:
    with pytest.raises(ContentErrors) as caught:
        read(**changes)
    (only,) = caught.value.errors
    assert told in only.message
    assert only.line > 1


@pytest.mark.parametrize("data", [b"", b"{}", b"[", b"[1]", b"\xff"])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(ContentErrors):
        read_saf(data, "saf.json")


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("2026-11-01", "2027-11-01"),
        ("2026-11-01T18:00:00Z", "2026-12-01"),
        ("2026-11-01T00:00:00Z", "2026-11-09T12:00:00Z"),
    ],
)
def test_it_holds_no_longer_there_than_here(begins: str, ends: str) -> None:
    (ours,) = attestations(attestation(date=begins, expires=ends)).attestations
    written = saf_document(ours, "xccdf_dockmark_rule_1.2.1")
    (back,) = read_saf(json.dumps([written]).encode(), "saf.json")
    assert back.updated == ours.attested.instant.date()
    assert datetime.combine(back.until, datetime.min.time(), UTC) <= ours.expires.instant
    assert (back.passed, back.person) == (ours.passed, ours.attested_by)


def test_the_evidence_is_named_in_the_explanation() -> None:
    (ours,) = attestations(attestation(status="fail", evidence=[{"file": "r.pdf", "sha256": "0a" * 32}])).attestations
    written = saf_document(ours, "x")
    assert written["explanation"] == f"Audited against the house's baseline 12. [evidence: r.pdf sha256:{'0a' * 32}]"
    assert written["status"] == "failed"
