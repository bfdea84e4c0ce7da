"""The commands on waivers and attestations."""

from __future__ import annotations

from typing import Final

from benchmark.cli import options_policy as signed
from benchmark.cli.command import Command, Positional
from benchmark.cli.options import BENCHMARK, CONTENT, DOCUMENT, LISTING

_ATTESTATIONS_FILE: Final = Positional("file", "FILE", "file of attestations, YAML (docs/policy.md)")
_ENTRY_CONTROL: Final = Positional("control", "CONTROL", "our id, or a CIS number of the benchmark version")
_WAIVERS_FILE: Final = Positional("file", "FILE", "file of waivers, YAML (docs/policy.md)")

POLICY_FILES: Final = (
    Command(
        ("waivers", "lint"),
        "waivers_lint",
        "Say what is wrong with a file of waivers; leaves with 0 only when all of them count.",
        (("selection", (CONTENT,)),),
        (_WAIVERS_FILE,),
    ),
    Command(
        ("waivers", "list"),
        "waivers_list",
        "List waivers: what each accepts, until when, and whether it counts now.",
        (("selection", (signed.EXPIRING, CONTENT)), ("output", (LISTING,))),
        (_WAIVERS_FILE,),
    ),
    Command(
        ("waivers", "add"),
        "waivers_add",
        "Add a waiver to a file, which is made where there is none; every other line stays as it is.",
        (
            ("scope", (signed.ON_HOST, signed.SUBJECT, signed.LABEL, signed.IMAGE, signed.BROAD)),
            (
                "waiver",
                (
                    signed.ENTRY_ID,
                    signed.REASON,
                    signed.CATEGORY,
                    signed.COMPENSATING,
                    signed.REQUESTED_BY,
                    signed.APPROVED_BY,
                    signed.EXPIRES,
                    signed.RISK_REFERENCE,
                ),
            ),
            ("selection", (BENCHMARK, CONTENT)),
        ),
        (_WAIVERS_FILE, _ENTRY_CONTROL),
    ),
    Command(
        ("attestations", "lint"),
        "attestations_lint",
        "Say what is wrong with a file of attestations and with its evidence; leaves with 0 only when all of them count.",
        (("selection", (CONTENT,)),),
        (_ATTESTATIONS_FILE,),
    ),
    Command(
        ("attestations", "list"),
        "attestations_list",
        "List attestations: what each states, until when, and whether it counts now.",
        (("selection", (signed.EXPIRING, CONTENT)), ("output", (LISTING,))),
        (_ATTESTATIONS_FILE,),
    ),
    Command(
        ("attestations", "add"),
        "attestations_add",
        "Add an attestation to a file, which is made where there is none; every other line stays as it is.",
        (
            ("scope", (signed.ON_HOST, signed.SUBJECT, signed.LABEL, signed.IMAGE)),
            (
                "attestation",
                (
                    signed.ENTRY_ID,
                    signed.STATUS,
                    signed.STATEMENT,
                    signed.ATTESTED_BY,
                    signed.EXPIRES,
                    signed.EVIDENCE_FILE,
                ),
            ),
            ("selection", (BENCHMARK, CONTENT)),
        ),
        (_ATTESTATIONS_FILE, _ENTRY_CONTROL),
    ),
    Command(
        ("attestations", "export"),
        "attestations_export",
        "Write attestations as MITRE SAF's attestation file, for results that dockmark wrote as XCCDF.",
        (("selection", (BENCHMARK, signed.ON_HOST, CONTENT)), ("output", (DOCUMENT,))),
        (_ATTESTATIONS_FILE,),
    ),
    Command(
        ("attestations", "import"),
        "attestations_import",
        "Add what a MITRE SAF attestation file (JSON or YAML) states to a file of attestations.",
        (("scope", (signed.ON_HOST,)), ("selection", (BENCHMARK, CONTENT))),
        (
            Positional("saf", "SAF-FILE", "attestation file of 'saf attest'; '-' for standard input"),
            _ATTESTATIONS_FILE,
        ),
    ),
)
