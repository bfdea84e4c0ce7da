"""``dockmark attestations export``: MITRE SAF's attestation file, for ``saf attest apply`` on results that dockmark wrote."""

from __future__ import annotations

import json
from argparse import Namespace

from benchmark.catalog.saf_attestations import saf_document
from benchmark.cli.checklist import checklist_of
from benchmark.cli.controls_list import chosen_version
from benchmark.cli.evaluation import framework_of, load_content
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.policy_entries import Judged, judged_attestations
from benchmark.cli.sink import open_sink
from benchmark.cli.streams import say
from benchmark.model.policy import Attestation


def run(arguments: Namespace) -> ExitCode:
    """Writes what SAF's file can say, and says on standard error what it cannot: it knows controls, and no subjects."""
    catalog = load_content(arguments)
    framework = framework_of(catalog)
    checklist = checklist_of(catalog, framework.id, chosen_version(framework, arguments.benchmark))
    rules = {each.control.id: each.id for each in checklist.rules()}
    entries = []
    for each in judged_attestations(arguments.file, catalog):
        attestation = each.entry
        if not isinstance(attestation, Attestation):
            raise TypeError(type(attestation).__name__)
        if why := _left_out(each, attestation, arguments.on_host, rules):
            say(f"dockmark: {attestation.id} is left out: {why}")
            continue
        entries += [saf_document(attestation, rules[control]) for control in each.controls if control in rules]
    _write(arguments.output, json.dumps(entries, indent=2, ensure_ascii=False) + "\n")
    return ExitCode.MET


def _left_out(judged: Judged, attestation: Attestation, host: str | None, rules: dict[str, str]) -> str:
    if judged.defects:
        return judged.defects[0][1]
    scope = attestation.scope
    if scope.picks_subjects:
        return "it is about single subjects, and SAF's file is about whole controls"
    if scope.host is not None and scope.host != host:
        return f"it is about the host {scope.host}; --on-host {scope.host} takes it in"
    return (
        "" if any(each in rules for each in judged.controls) else "its control is not in this version of the benchmark"
    )


def _write(path: str, text: str) -> None:
    sink = open_sink(path, as_utf8=True)
    try:
        sink.write(text)
        sink.commit()
    except OSError as error:
        raise Refusal(f"cannot write {sink.name}: {error.strerror or error}", ExitCode.UNREACHABLE) from None
    finally:
        sink.discard()
