"""``dockmark attestations add``: an attestation at the end of a file, made now, with the digests of its evidence."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from benchmark.catalog.attestations import SCHEMA
from benchmark.cli.evaluation import load_content
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.operator_name import operator_name
from benchmark.cli.policy_addition import Judge, add_entries, end_text, named_control, require, time_text
from benchmark.cli.policy_entries import Judged, judge_attestations, now, relative_to, scope_of
from benchmark.cli.policy_files import attestations_in, file_digest, read_evidence
from benchmark.model.content import Catalog
from benchmark.model.facts import JsonValue


def run(arguments: Namespace) -> ExitCode:
    """Adds it, unless it would not count."""
    require(arguments, "status", "statement", "expires")
    catalog = load_content(arguments)
    add_entries(
        arguments.file, "attestations", SCHEMA, [_entry(arguments, catalog)], attestation_judge(arguments.file, catalog)
    )
    return ExitCode.MET


def attestation_judge(path: str, catalog: Catalog) -> Judge:
    """What says, of the bytes of the file ``path``, what is wrong with each of its attestations."""

    def judge(data: bytes) -> Sequence[Judged]:
        found = attestations_in(data, path).attestations
        return judge_attestations(found, catalog, now(), read_evidence(found, path))

    return judge


def _entry(arguments: Namespace, catalog: Catalog) -> dict[str, JsonValue]:
    scope = scope_of(arguments)
    evidence: list[JsonValue] = [_evidence(each, arguments.file) for each in arguments.evidence_file]
    return {
        **({"id": arguments.id} if arguments.id is not None else {}),
        **named_control(arguments, catalog),
        **({"scope": {**scope}} if scope else {}),
        "status": arguments.status,
        "statement": " ".join(arguments.statement.split()),
        "attested_by": arguments.attested_by or operator_name(os.environ),
        "date": time_text(now()),
        "expires": end_text(arguments.expires),
        **({"evidence": evidence} if evidence else {}),
    }


def _evidence(path: str, file: str) -> dict[str, JsonValue]:
    digest = file_digest(Path(path))
    if not digest.startswith("sha256:"):
        raise Refusal(f"cannot read the evidence {path}: {digest}")
    return {"file": relative_to(path, file), "sha256": digest.removeprefix("sha256:")}
