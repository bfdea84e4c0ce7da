"""Trivy's JSON (``trivy image -f json``), schema version 2."""

from __future__ import annotations

from typing import Final

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

_PACKAGES: Final = frozenset({"os-pkgs", "lang-pkgs"})


def is_trivy(document: dict[str, JsonValue]) -> bool:
    """True for a document that Trivy wrote."""
    return "SchemaVersion" in document and "ArtifactType" in document


def read_trivy(document: dict[str, JsonValue]) -> Report:
    """The report. Raises ReportDefect, UNSUPPORTED for another schema or when it is not about an image.

    Trivy does not write down how old its database is.
    """
    if document["SchemaVersion"] != 2:
        raise ReportDefect(Reason.UNSUPPORTED, f"SchemaVersion {str(document['SchemaVersion'])[:20]}, 2 is read")
    if document["ArtifactType"] != "container_image":
        raise ReportDefect(Reason.UNSUPPORTED, "its ArtifactType is not container_image")
    metadata = members(document.get("Metadata"), "Metadata")
    configuration = members(metadata.get("ImageConfig"), "Metadata.ImageConfig")
    tally = Tally()
    has_packages = False
    modified = 0
    for result in items(document.get("Results"), "Results"):
        has_packages = has_packages or text(result, "Class") in _PACKAGES
        modified += sum(1 for _ in items(result.get("ExperimentalModifiedFindings"), "ExperimentalModifiedFindings"))
        for each in items(result.get("Vulnerabilities"), "Vulnerabilities"):
            tally.add(text(each, "Severity"), fixable=bool(text(each, "FixedVersion")))
    name = text(document, "ArtifactName")
    return Report(
        scanner="Trivy",
        version=text(members(document.get("Trivy"), "Trivy"), "Version"),
        written_at=moment(document, "CreatedAt"),
        database_built="",
        image_ids=digests_in(text(metadata, "ImageID")),
        digests=digests_in(name, *texts(metadata, "RepoDigests")),
        references=tags_in(name, *texts(metadata, "RepoTags")),
        architecture=text(configuration, "architecture"),
        counts=tally.counts,
        fixable=tally.fixable,
        omits=_omits(modified, has_packages=has_packages),
    )


def _omits(modified: int, *, has_packages: bool) -> str:
    if modified:
        return f"{modified} findings are set aside by rules"
    return "" if has_packages else "no packages were looked at"
