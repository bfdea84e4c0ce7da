"""``dockmark waivers list``: what is accepted, until when, and whether that counts now."""

from __future__ import annotations

import json
from argparse import Namespace

from benchmark.cli.evaluation import load_content, utc_now
from benchmark.cli.exit_code import ExitCode
from benchmark.cli.policy_entries import Judged, ending, judged_waivers, print_rows
from benchmark.cli.printing import print_text
from benchmark.model.policy import Waiver
from benchmark.render.policy_json import waiver_document

_HEADERS = ("id", "expires", "standing", "control", "scope", "category", "approved by", "risk")


def run(arguments: Namespace) -> ExitCode:
    """Prints the list, the waiver that ends first on top."""
    judged = ending(judged_waivers(arguments.file, load_content(arguments)), arguments.expiring)
    if arguments.output == "json":
        document = {
            "schema": "dockmark/waiver-list/1",
            "at": utc_now(),
            "waivers": [_document(each) for each in judged],
        }
        print_text(json.dumps(document, indent=1) + "\n", as_utf8=True)
    else:
        print_rows(_HEADERS, [_row(each) for each in judged], "waiver")
    return ExitCode.MET


def _row(judged: Judged) -> tuple[str, ...]:
    waiver = judged.entry
    if not isinstance(waiver, Waiver):
        raise TypeError(type(waiver).__name__)
    control = waiver.control if waiver.benchmark is None else f"{waiver.control} of {waiver.benchmark}"
    return (
        *(waiver.id, waiver.expires.text, judged.standing, control, str(waiver.scope)),
        *(waiver.category.value, waiver.approved_by, waiver.risk_reference),
    )


def _document(judged: Judged) -> dict[str, object]:
    if not isinstance(judged.entry, Waiver):
        raise TypeError(type(judged.entry).__name__)
    return {
        **waiver_document(judged.entry),
        "controls": list(judged.controls),
        "standing": judged.defects[0][0].value if judged.defects else "in_force",
        "defects": [message for _, message in judged.defects],
    }
