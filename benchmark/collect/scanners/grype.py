"""Grype's JSON (``grype -o json``)."""

from __future__ import annotations

from benchmark.collect.scanners.report import (
    Report,
    ReportDefect,
    Tally,
    digests_in,
    items,
    members,
    moment,
    tags_in,
    text,
    texts,
)
from benchmark.model.facts import JsonValue, Reason


def is_grype(document: dict[str, JsonValue]) -> bool:
    """True for a document that Grype wrote."""
    descriptor = document.get("descriptor")
    return isinstance(descriptor, dict) and descriptor.get("name") == "grype" and "matches" in document


def read_grype(document: dict[str, JsonValue]) -> Report:
    """The report. Raises ReportDefect, UNSUPPORTED when it is about something else than an image."""
    source = members(document.get("source"), "source")
    if source.get("type") != "image":
        raise ReportDefect(Reason.UNSUPPORTED, f"about a {str(source.get('type'))[:40]}, not an image")
    target = members(source.get("target"), "source.target")
    descriptor = members(document.get("descriptor"), "descriptor")
    tally = Tally()
    for match in items(document["matches"], "matches"):
        vulnerability = members(match.get("vulnerability"), "vulnerability")
        fix = members(vulnerability.get("fix"), "fix")
        tally.add(text(vulnerability, "severity"), fixable=text(fix, "state") == "fixed")
    written = (text(target, "manifestDigest"), text(target, "userInput"), *texts(target, "repoDigests"))
    return Report(
        scanner="Grype",
        version=text(descriptor, "version"),
        written_at=moment(descriptor, "timestamp"),
        database_built=_database(members(descriptor.get("db"), "descriptor.db")),
        image_ids=digests_in(text(target, "imageID")),
        digests=digests_in(*written),
        references=tags_in(text(target, "userInput"), *texts(target, "tags")),
        architecture=text(target, "architecture"),
        counts=tally.counts,
        fixable=tally.fixable,
        omits=_omits(document, members(descriptor.get("configuration"), "descriptor.configuration")),
    )


def _database(database: dict[str, JsonValue]) -> str:
    """Since version 0.88 (database schema 6) it stands in ``status``."""
    return moment(database, "built") or moment(members(database.get("status"), "descriptor.db.status"), "built")


def _omits(document: dict[str, JsonValue], configuration: dict[str, JsonValue]) -> str:
    for option in ("only-fixed", "only-notfixed"):
        if configuration.get(option) is True:
            return f"run with --{option}"
    ignored = sum(1 for _ in items(document.get("ignoredMatches"), "ignoredMatches"))
    return f"{ignored} findings are ignored by rules" if ignored else ""
