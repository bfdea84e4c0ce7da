"""``attestations.yaml``: what people state about controls that only people can judge, or errors that say where and what."""

from __future__ import annotations

import re
from typing import Final

from benchmark.catalog.policy_entries import (
    check_order,
    read_bounded_line,
    read_bounded_text,
    read_control_name,
    read_end,
    read_entries_of,
    read_id,
    read_scope,
    read_start,
)
from benchmark.catalog.positioned import Report, read_choice, read_items, read_table
from benchmark.catalog.yaml_source import Node
from benchmark.model.policy import Attestation, AttestationFile, Evidence

SCHEMA: Final = "dockmark/attestations/1"
STATUSES: Final = ("pass", "fail")
_REQUIRED: Final = ("id", "control", "status", "statement", "attested_by", "date", "expires")
_OPTIONAL: Final = ("benchmark", "scope", "evidence")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def read_attestations(data: bytes, path: str) -> AttestationFile:
    """The attestations in ``data``. Raises ContentErrors with everything that is wrong, as ``path:line:column: message``."""
    digest, attestations = read_entries_of(data, path, "attestations", SCHEMA, _read_attestation)
    return AttestationFile(digest, attestations, data)


def _read_attestation(report: Report, node: Node) -> Attestation | None:
    before = len(report.errors)
    entries = read_table(report, node, "an attestation", _REQUIRED, _OPTIONAL).entries
    own = read_id(report, entries["id"]) if "id" in entries else ""
    control, benchmark = read_control_name(report, entries)
    scope = read_scope(report, entries.get("scope"))
    status = read_choice(report, entries["status"], "status", STATUSES) if "status" in entries else ""
    statement = read_bounded_text(report, entries["statement"], "statement") if "statement" in entries else ""
    person = read_bounded_line(report, entries["attested_by"], "attested_by") if "attested_by" in entries else ""
    attested = read_start(report, entries["date"], "date") if "date" in entries else None
    expires = read_end(report, entries["expires"], "expires") if "expires" in entries else None
    if expires is not None:
        check_order(report, entries["expires"], attested, expires, "date")
    evidence = _evidence(report, entries.get("evidence"))
    if len(report.errors) > before or attested is None or expires is None:
        return None
    return Attestation(
        id=own,
        control=control,
        benchmark=benchmark,
        scope=scope,
        passed=status == "pass",
        statement=statement,
        attested_by=person,
        attested=attested,
        expires=expires,
        evidence=evidence,
        line=node.line,
    )


def _evidence(report: Report, node: Node | None) -> tuple[Evidence, ...]:
    if node is None:
        return ()
    found = []
    for each in read_items(report, node, "evidence"):
        entries = read_table(report, each, "evidence", ("file", "sha256")).entries
        if "file" not in entries or "sha256" not in entries:
            continue
        digest = read_bounded_line(report, entries["sha256"], "sha256").removeprefix("sha256:")
        if digest and not _SHA256.fullmatch(digest):
            report.at(entries["sha256"], "sha256 must be 64 small hexadecimal digits")
        found.append(Evidence(read_bounded_line(report, entries["file"], "file"), f"sha256:{digest}"))
    return tuple(found)
