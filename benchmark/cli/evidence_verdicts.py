"""Whether the verdicts of a pack follow from its facts, and its reports from its verdicts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from benchmark import __version__
from benchmark.cli.evidence_reports import assessment_document, excerpt_controls, excerpt_of, packed_reports
from benchmark.cli.exit_code import Refusal
from benchmark.cli.rejudge import recorded_content, recorded_snapshot, rejudge
from benchmark.evidence.archive_format import ArchiveDefect
from benchmark.evidence.layout import report_path
from benchmark.evidence.open_pack import Check, OpenPack, Outcome, RunFiles, check
from benchmark.model.facts import JsonValue
from benchmark.model.result import Assessment
from benchmark.model.run import Run
from benchmark.model.strict_json import JsonDefect, parse_json
from benchmark.render.formats import FORMATS

_VERDICTS = "verdicts"
_REPORTS = "reports"
_MOST_FINDINGS = 5_000_000


def check_verdicts_and_reports(pack: OpenPack, own_content: str) -> tuple[Check, Check]:
    """Judges every run of the pack again, under its own content, terms and policy, and renders every report again.

    ``own_content`` is the digest of the content of this dockmark. One run is in memory at a time.
    """
    verdicts: list[str] = []
    reports: list[str] = []
    judged = rendered = 0
    for run in pack.runs:
        assessment, differences = _judged_again(pack, run)
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
    return check(_VERDICTS, verdicts, summary), _reports_check(pack, reports, rendered)


def _judged_again(pack: OpenPack, run: Run) -> tuple[Assessment | None, tuple[str, ...]]:
    """The assessment that follows from the facts, and where the pack's own says otherwise."""
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
    changed = [f"{path} is not what the record of its run names" for path in files.changed]
    if again != stored:
        changed += [f"run {run.id}: {each}" for each in _differences(stored, again, run)]
    return assessment, tuple(changed)


def _require_bounded(files: RunFiles, run: Run) -> None:
    """Raises ArchiveDefect where content and facts, each of them small, would make verdicts without end."""
    findings = len(recorded_content(files, run).controls) * len(recorded_snapshot(files, run).subjects)
    if findings > _MOST_FINDINGS:
        raise ArchiveDefect(f"{findings} findings of its controls about its subjects are more than a run has")


def _differences(stored: bytes, again: bytes, run: Run) -> Iterator[str]:
    try:
        one, other = _object(parse_json(stored)), _object(parse_json(again))
    except JsonDefect as defect:
        yield f"its assessment is no JSON: {defect.detail}"
        return
    before, after = _rows(one), _rows(other)
    for control in sorted(before.keys() | after.keys()):
        was, now = before.get(control), after.get(control)
        if was == now:
            continue
        if was is None or now is None:
            yield f"{control} is {'missing' if was is None else 'not among what was asked'}"
        elif was.get("result") != now.get("result"):
            yield f"{control} is {was.get('result')} in the pack, and {now.get('result')} by its facts"
        else:
            yield f"{control} is {now.get('result')}, with other findings, texts or policy than follow from the facts"
    for name in sorted((one.keys() | other.keys()) - {"results"}):
        if one.get(name) != other.get(name):
            yield f"{name} is not what follows from the facts"
    if run.tool_version != __version__:
        yield f"dockmark {run.tool_version} judged it, and this is {__version__}: that one may have judged differently"


def _rows(document: Mapping[str, JsonValue]) -> dict[str, Mapping[str, JsonValue]]:
    rows = document.get("results")
    found = [each for each in (rows if isinstance(rows, list) else []) if isinstance(each, dict)]
    return {str(each.get("control")): each for each in found}


def _object(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


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
