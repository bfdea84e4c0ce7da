"""Whether the verdicts of a pack follow from its facts, and its reports from its verdicts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from benchmark import __version__
from benchmark.cli.evidence_reports import assessment_document, excerpt_controls, excerpt_of, packed_reports
from benchmark.cli.exit_code import Refusal
from benchmark.cli.own_digest import own_digest
from benchmark.cli.rejudge import recorded_content, recorded_snapshot, rejudge
from benchmark.cli.verdict_differences import find_differences
from benchmark.evidence.archive_format import ArchiveDefect
from benchmark.evidence.layout import report_path
from benchmark.evidence.open_pack import Check, OpenPack, Outcome, RunFiles, check
from benchmark.model.result import Assessment
from benchmark.model.run import Run
from benchmark.render.formats import FORMATS

_VERDICTS = "verdicts"
_REPORTS = "reports"
_MOST_FINDINGS = 5_000_000
_SHOWN = 5  # controls whose words differ


def check_verdicts_and_reports(pack: OpenPack, own_content: str) -> tuple[Check, Check]:
    """Judges every run of the pack again, under its own content, terms and policy, and renders every report again.

    ``own_content`` is the digest of the content of this dockmark. One run is in memory at a time.
    """
    verdicts: list[str] = []
    reports: list[str] = []
    remarks: list[str] = []
    judged = rendered = 0
    for run in pack.runs:
        assessment, differences = _judged_again(pack, run, remarks)
        verdicts += differences
        if assessment is None:
            continue
        judged += len(assessment.results)
        wrong, count = _rendered_again(pack, run, assessment)
        reports += wrong
        rendered += count
    if not pack.runs:
        verdicts.append("there is no run to judge")
    content = _content_summary(pack.runs, own_content)
    summary = f"{judged} verdicts judged again from the facts come out the same; {content}"
    done = check(_VERDICTS, verdicts, summary)
    done = done if verdicts else replace(done, differences=tuple(remarks))
    return done, _reports_check(pack, reports, rendered)


def _judged_again(pack: OpenPack, run: Run, remarks: list[str]) -> tuple[Assessment | None, tuple[str, ...]]:
    """The assessment that follows from the facts, and where the pack's own decides otherwise; its words go to ``remarks``."""
    files = RunFiles(pack, run)
    try:
        _require_bounded(files, run)
        assessment = rejudge(files, run)
        again = assessment_document(assessment)
        stored = files.blob(run.assessment)
    except ArchiveDefect as defect:
        return None, (f"run {run.id} cannot be judged again: {defect}",)
    except Refusal as refusal:
        return None, (f"run {run.id} cannot be judged again: {refusal}", *refusal.more)
    except Exception as error:  # noqa: BLE001  (content is the pack's own: whatever it breaks is its defect, not a bug of ours)
        return None, (f"run {run.id} cannot be judged again: its content or facts end in {type(error).__name__}",)
    found = find_differences(stored, again)
    changed = [f"{path} is not what the record of its run names" for path in files.changed]
    changed += [f"run {run.id}: {each}" for each in found.verdicts]
    if found.verdicts and run.tool_version != __version__:
        changed.append(f"run {run.id}: dockmark {run.tool_version} judged it, which may have judged differently")
    exact = pack.manifest is not None and pack.manifest.exact.get(run.id, True)
    words = f"run {run.id}: {', '.join(found.texts[:_SHOWN])}{', …' if len(found.texts) > _SHOWN else ''}"
    if found.texts and exact and pack.manifest is not None and pack.manifest.order.tool_digest == own_digest():
        changed.append(f"{words}: not in the words that follow from the facts, as they were when this was packed")
    elif found.texts:
        remarks.append(f"{words}: another dockmark wrote it in other words, or with less; the verdicts are the same")
    return assessment, tuple(changed)


def _require_bounded(files: RunFiles, run: Run) -> None:
    """Raises ArchiveDefect where content and facts, each of them small, would make verdicts without end."""
    findings = len(recorded_content(files, run).controls) * len(recorded_snapshot(files, run).subjects)
    if findings > _MOST_FINDINGS:
        raise ArchiveDefect(f"{findings} findings of its controls about its subjects are more than a run has")


def _rendered_again(pack: OpenPack, run: Run, assessment: Assessment) -> tuple[list[str], int]:
    """The reports that differ from what is rendered now, and how many were compared."""
    manifest = pack.manifest
    if manifest is None or manifest.order.tool_version != __version__:
        return [], 0
    formats = tuple(each for each in manifest.order.formats if each in FORMATS)
    controls = manifest.excerpts.get(run.id, ())
    wrong: list[str] = []
    count = 0
    try:
        files = RunFiles(pack, run)
        catalog = recorded_content(files, run)
        if controls != excerpt_controls(catalog, assessment, manifest.order.filter):
            wrong.append(f"run {run.id}: its excerpt is not of the controls that were asked for")
        several = [(assessment, False)] + ([(excerpt_of(files, run, controls), True)] if controls else [])
        for each, excerpt in several:
            for name, data in packed_reports(catalog, run, each, formats):
                path = report_path(run.id, name, excerpt=excerpt)
                there = pack.files.get(path)
                if there is None or there.sha256 != hashlib.sha256(data).hexdigest():
                    wrong.append(f"{path} is not the report that follows from the verdicts")
                count += 1
    except Refusal as refusal:
        wrong.append(f"run {run.id}: its reports cannot be made again: {refusal}")
    except Exception as error:  # noqa: BLE001  (the same)
        wrong.append(f"run {run.id}: its reports cannot be made again: {type(error).__name__}")
    return wrong, count


def _reports_check(pack: OpenPack, differences: list[str], count: int) -> Check:
    manifest = pack.manifest
    if manifest is not None and manifest.order.tool_version != __version__:
        told = f"dockmark {manifest.order.tool_version} made them, and this is {__version__}: they may be written differently"
        return Check(_REPORTS, Outcome.NOT_CHECKED, "not compared", (told,))
    unknown = [] if manifest is None else [each for each in manifest.order.formats if each not in FORMATS]
    differences += [f"{each} is no format that this dockmark knows" for each in unknown]
    return check(_REPORTS, differences, f"made again from the verdicts, the same byte for byte: {count}")


def _content_summary(runs: Iterable[Run], own: str) -> str:
    if all(each.content == own for each in runs):
        return "by the content of this dockmark"
    return "by content that is not the one of this dockmark: whether it asks the right thing is not known"
