"""``dockmark attestations list``: what people state, until when, and whether that counts now."""

from __future__ import annotations

import json
from argparse import Namespace

from benchmark.cli.evaluation import load_content, utc_now
from benchmark.cli.exit_code import ExitCode
from benchmark.cli.policy_entries import Judged, ending, judged_attestations, print_rows
from benchmark.cli.printing import print_text
from benchmark.model.policy import Attestation
from benchmark.render.policy_json import attestation_document

_HEADERS = ("id", "expires", "standing", "control", "scope", "status", "attested by", "evidence")


def run(arguments: Namespace) -> ExitCode:
    """Prints the list, the attestation that ends first on top."""
    judged = ending(judged_attestations(arguments.file, load_content(arguments)), arguments.expiring)
    if arguments.output == "json":
        entries = [_document(each) for each in judged]
        document = {"schema": "dockmark/attestation-list/1", "at": utc_now(), "attestations": entries}
        print_text(json.dumps(document, indent=1) + "\n", as_utf8=True)
    else:
        print_rows(_HEADERS, [_row(each) for each in judged], "attestation")
    return ExitCode.MET


def _row(judged: Judged) -> tuple[str, ...]:
    attestation = judged.entry
    if not isinstance(attestation, Attestation):
        raise TypeError(type(attestation).__name__)
    control = attestation.control
    if attestation.benchmark is not None:
        control = f"{control} of {attestation.benchmark}"
    return (
        *(attestation.id, attestation.expires.text, judged.standing, control, str(attestation.scope)),
        *("pass" if attestation.passed else "fail", attestation.attested_by),
        str(len(attestation.evidence) or ""),
    )


def _document(judged: Judged) -> dict[str, object]:
    if not isinstance(judged.entry, Attestation):
        raise TypeError(type(judged.entry).__name__)
    return {
        **attestation_document(judged.entry),
        "controls": list(judged.controls),
        "standing": judged.defects[0][0].value if judged.defects else "in_force",
        "defects": [message for _, message in judged.defects],
    }
