"""``dockmark attestations import``: what MITRE SAF's attestation file states, as attestations of ours."""

from __future__ import annotations

from argparse import Namespace

from benchmark.catalog.attestations import SCHEMA
from benchmark.catalog.content_error import ContentErrors
from benchmark.catalog.saf_attestations import SafAttestation, read_saf
from benchmark.cli.attestations_add import attestation_judge
from benchmark.cli.checklist import checklist_of
from benchmark.cli.controls_list import chosen_version
from benchmark.cli.evaluation import framework_of, load_content
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.input_file import input_name, read_input
from benchmark.cli.policy_addition import add_entries
from benchmark.cli.policy_entries import scope_of
from benchmark.cli.policy_files import MOST_BYTES, refused
from benchmark.model.content import Catalog
from benchmark.model.facts import JsonValue


def run(arguments: Namespace) -> ExitCode:
    """Adds every statement, or none where one of them would not count."""
    catalog = load_content(arguments)
    statements = _statements(arguments.saf)
    names = _names(catalog, arguments.benchmark)
    unknown = [
        f"{input_name(arguments.saf)}:{each.line}: no control {each.control!r}"
        for each in statements
        if each.control.lower() not in names
    ]
    if unknown:
        raise Refusal(
            "these are neither rules of dockmark's XCCDF, nor ids, nor numbers of the benchmark", more=tuple(unknown)
        )
    scope = scope_of(arguments)
    entries = [_entry(each, names[each.control.lower()], scope) for each in statements]
    add_entries(arguments.file, "attestations", SCHEMA, entries, attestation_judge(arguments.file, catalog))
    return ExitCode.MET


def _statements(path: str) -> tuple[SafAttestation, ...]:
    try:
        return read_saf(read_input(path, MOST_BYTES), input_name(path))
    except OSError as error:
        raise Refusal(f"cannot read {path}: {error.strerror or error}") from None
    except ContentErrors as error:
        raise refused(map(str, error.errors)) from None


def _names(catalog: Catalog, version: str | None) -> dict[str, str]:
    """Control ids by everything that SAF's file may call them, in small letters as SAF compares them."""
    framework = framework_of(catalog)
    rules = tuple(checklist_of(catalog, framework.id, chosen_version(framework, version)).rules())
    named = {word.lower(): each.control.id for each in rules for word in (each.label, each.id) if word}
    return {**named, **{each: each for each in catalog.controls}}


def _entry(statement: SafAttestation, control: str, scope: dict[str, str]) -> dict[str, JsonValue]:
    return {
        "control": control,
        **({"scope": {**scope}} if scope else {}),
        "status": "pass" if statement.passed else "fail",
        "statement": statement.explanation,
        "attested_by": statement.person,
        "date": statement.updated.isoformat(),
        "expires": statement.until.isoformat(),
    }
