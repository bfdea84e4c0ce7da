"""Anchore's JSON: the engine's list of vulnerabilities, and the security evaluation of later versions."""

from __future__ import annotations

from typing import Final

from benchmark.collect.scanners.report import (
    Report,
    Tally,
    digests_in,
    items,
    members,
    moment,
    tags_in,
    text,
)
from benchmark.model.facts import JsonValue

_NO_FIX: Final = frozenset({"", "None"})


def is_anchore(document: dict[str, JsonValue]) -> bool:
    """True for a document that Anchore wrote, old form or new."""
    is_old = "imageDigest" in document and "vulnerabilities" in document
    return is_old or ("securityEvaluation" in document and "metadata" in document)


def read_anchore(document: dict[str, JsonValue]) -> Report:
    """The report. Raises ReportDefect. The old form has no time."""
    if "securityEvaluation" not in document:
        return _read_list(document)
    metadata = members(document["metadata"], "metadata")
    tally = Tally()
    for each in items(document["securityEvaluation"], "securityEvaluation"):
        tally.add(text(each, "severity"), fixable=text(each, "fixAvailable") not in _NO_FIX)
    repository, tag = text(metadata, "repository"), text(metadata, "tag")
    registry = text(metadata, "registry")
    named = f"{registry}/{repository}" if registry else repository
    return _report(
        tally,
        written_at=moment(metadata, "timestamp"),
        digest=text(metadata, "imageDigest"),
        reference=f"{named}:{tag}" if repository and tag else "",
    )


def _read_list(document: dict[str, JsonValue]) -> Report:
    tally = Tally()
    for each in items(document["vulnerabilities"], "vulnerabilities"):
        tally.add(text(each, "severity"), fixable=text(each, "fix") not in _NO_FIX)
    kind = text(document, "vulnerability_type")
    omits = (
        "" if kind == "all" else f"only findings of type {kind[:20]}" if kind else "its type of findings is not said"
    )
    return _report(tally, digest=text(document, "imageDigest"), omits=omits)


def _report(tally: Tally, *, digest: str, written_at: str = "", reference: str = "", omits: str = "") -> Report:
    return Report(
        scanner="Anchore",
        version="",
        written_at=written_at,
        database_built="",
        image_ids=frozenset(),
        digests=digests_in(digest),
        references=tags_in(reference),
        architecture="",
        counts=tally.counts,
        fixable=tally.fixable,
        omits=omits,
    )
