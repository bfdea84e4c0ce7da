"""Verifies what a pack says of itself: its files, statement, signature, time stamp, chain and manifest.

That the verdicts follow from the facts, and the reports from the verdicts, is for those who can judge and render.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO, Final

from benchmark import __version__
from benchmark.evidence.archive import Archive, open_archive
from benchmark.evidence.archive_format import ArchiveDefect, moment_of
from benchmark.evidence.counts import Tally, count_results
from benchmark.evidence.instructions import write_instructions
from benchmark.evidence.layout import places_of, record_path, report_path
from benchmark.evidence.links import LinksDefect, decode_links, link_differences
from benchmark.evidence.manifest import (
    Manifest,
    ManifestDefect,
    PackedRun,
    decode_manifest,
    encode_manifest,
    is_contiguous,
)
from benchmark.evidence.names import CHAIN, INSTRUCTIONS, MANIFEST, SEALS, STATEMENT, SUMS
from benchmark.evidence.open_pack import Check, OpenPack, Outcome, RunFiles, check
from benchmark.evidence.packed_file import PackedFile, sums_differences
from benchmark.evidence.sealing import predicate_of
from benchmark.evidence.statement import encode_statement, statement_differences
from benchmark.model.chain import NO_HEAD, decode_body, entry_of
from benchmark.model.facts import JsonValue
from benchmark.model.run import Run
from benchmark.model.strict_json import JsonDefect, parse_json

MOST_SHOWN: Final = 40


def open_pack(file: BinaryIO) -> tuple[OpenPack | None, Check]:
    """The pack in ``file``, and the check of its archive; None when it is not sound. Raises OSError."""
    try:
        archive = open_archive(file)
    except ArchiveDefect as defect:
        return None, Check(
            "archive", Outcome.DIFFERS, "not the archive of a pack as dockmark writes it", (str(defect),)
        )
    size = sum(each.size for each in archive.entries.values())
    return OpenPack(archive), Check(
        "archive",
        Outcome.MATCHES,
        f"{len(archive.entries)} files, {size} bytes; nothing between, before or behind them",
    )


def check_files(pack: OpenPack) -> Check:
    """Every file has the digest and size of the manifest, none is missing, and none more is there. Fills in the pack."""
    differences: list[str] = []
    for path in pack.archive.entries:
        try:
            pack.files[path] = _digest(pack.archive, path)
        except ArchiveDefect as defect:
            differences.append(str(defect))
    differences += _read_documents(pack)
    known = () if pack.manifest is None else pack.manifest.files
    listed = {each.path: each for each in known}
    if len(listed) != len(known):
        differences.append(f"{MANIFEST} names a file twice")
    beside = {MANIFEST, SUMS, *SEALS}
    if pack.manifest is not None:
        differences += _both_ways(listed, {path: each for path, each in pack.files.items() if path not in beside})
    below = tuple(each for path, each in sorted(pack.files.items()) if path not in {SUMS, *SEALS})
    differences += [f"{SUMS}: {each}" for each in sums_differences(pack.read_small(SUMS), below)]
    return check(
        "files", tuple(differences), f"{len(listed)} files, each with the digest and size in {MANIFEST} and {SUMS}"
    )


def check_statement(pack: OpenPack) -> Check:
    """The statement names every file, with its digest, and says of the runs what the manifest says."""
    if pack.manifest is None:
        return Check(
            "statement", Outcome.DIFFERS, "cannot be compared", (f"there is no {MANIFEST} to compare it with",)
        )
    stated = tuple(each for path, each in sorted(pack.files.items()) if path not in SEALS)
    expected = encode_statement(stated, predicate_of(pack.manifest.document))
    differences = statement_differences(pack.read_small(STATEMENT), expected)
    named = tuple(f"{STATEMENT}: {each}" for each in differences)
    return check("statement", named, f"names {len(stated)} files by their digests (in-toto Statement v1)")


def check_chain(pack: OpenPack, expected_heads: tuple[str, ...]) -> Check:
    """Every head follows from the entries before it, the runs of the pack are links, and ``expected_heads`` are heads."""
    differences: list[str] = []
    if not pack.links:
        return Check("chain", Outcome.DIFFERS, "no chain", (f"{CHAIN} cannot be read",))
    differences += [f"{CHAIN}: {each}" for each in link_differences(pack.links)]
    entries = {each.sequence: each for each in pack.links}
    for run in pack.runs:
        link = entries.get(run.sequence)
        if link is None or entry_of(pack.read_small(record_path(run.id))) != link.entry:
            differences.append(f"run {run.id}: its record is not the one in the chain")
    heads = [NO_HEAD, *(each.head for each in pack.links)]
    known = [heads.index(each) for each in expected_heads if each in heads]
    for each in expected_heads:
        if each not in heads:
            differences.append(f"the expected head {each} is none of this chain: the history was cut off or rewritten")
    where = "".join(
        f"; the expected head is that of run {at}, {len(heads) - 1 - at} more came after it" for at in known
    )
    done = check("chain", differences, _chain_summary(pack) + where)
    return done if differences else replace(done, differences=tuple(_clock_remarks(pack.runs)))


def check_manifest(pack: OpenPack) -> Check:
    """The manifest is what follows from the records and files, and the counts of every run reconcile."""
    manifest = pack.manifest
    if manifest is None or not pack.links:
        return Check(
            "manifest", Outcome.DIFFERS, "cannot be compared", (f"there is no {MANIFEST} or {CHAIN} that can be read",)
        )
    differences: list[str] = []
    packed: list[PackedRun] = []
    for run in pack.runs:
        tally, target, wrong = _counted(pack, run)
        differences += wrong
        packed.append(
            PackedRun(run, target, tally, manifest.excerpts.get(run.id, ()), manifest.exact.get(run.id, True))
        )
    differences += _layout_differences(pack, manifest)
    files = tuple(each for path, each in sorted(pack.files.items()) if path not in {MANIFEST, SUMS, *SEALS})
    made = encode_manifest(manifest.order, packed, pack.links, files, manifest.not_proven)
    if made != pack.read_small(MANIFEST):
        differences.append(f"{MANIFEST} says of the runs what does not follow from their records")
    same_version = manifest.order.tool_version == __version__
    if same_version and pack.read_small(INSTRUCTIONS) != write_instructions(manifest.order.signer):
        differences.append(f"{INSTRUCTIONS} is not the text that dockmark {__version__} writes")
    if (manifest.order.filter is None) == any(each.excerpt for each in packed):
        differences.append(f"{MANIFEST}: excerpts without a filter, or a filter without an excerpt")
    newest = max((each.recorded_at for each in pack.runs), default="")
    if newest and pack.archive.moment != moment_of(newest):
        differences.append("the files of the archive are dated otherwise than the newest run")
    asked = sum(each.tally.asked for each in packed)
    return check(
        "manifest", tuple(differences), f"follows from the records; {asked} controls asked, and the counts add up"
    )


def _digest(archive: Archive, path: str) -> PackedFile:
    digest, size = hashlib.sha256(), 0
    for piece in archive.chunks(path):
        digest.update(piece)
        size += len(piece)
    return PackedFile(path, digest.hexdigest(), size)


def _read_documents(pack: OpenPack) -> Iterator[str]:
    """Reads manifest, chain and records; yields what cannot be read."""
    try:
        pack.manifest = decode_manifest(pack.read_small(MANIFEST))
    except ManifestDefect as defect:
        yield f"{MANIFEST}: {defect}"
    try:
        pack.links = decode_links(pack.read_small(CHAIN))
    except LinksDefect as defect:
        yield f"{CHAIN}: {defect}"
    heads = {each.sequence: each.head for each in pack.links}
    runs = []
    for path in pack.archive.entries:
        if not (path.startswith("runs/") and path.endswith("/run.json")):
            continue
        try:
            run = decode_body(pack.read_small(path), "", "")
        except (ValueError, TypeError) as error:
            yield f"{path}: {error}"
            continue
        if record_path(run.id) != path:
            yield f"{path}: it is the record of another run"
            continue
        runs.append(replace(run, previous=heads.get(run.sequence - 1, NO_HEAD), head=heads.get(run.sequence, "")))
    pack.runs = tuple(sorted(runs, key=lambda each: each.sequence))
    if not runs:
        yield "there is no run in it"


def _both_ways(listed: Mapping[str, PackedFile], there: Mapping[str, PackedFile]) -> Iterator[str]:
    for path in sorted(listed.keys() - there.keys()):
        yield f"{path} is missing"
    for path in sorted(there.keys() - listed.keys()):
        yield f"{path} was added: {MANIFEST} does not know it"
    for path in sorted(listed.keys() & there.keys()):
        if listed[path] != there[path]:
            yield f"{path} was changed: {MANIFEST} has another digest or size"


def _chain_summary(pack: OpenPack) -> str:
    numbers = [str(each.sequence) for each in pack.runs[:MOST_SHOWN]] + ["…"] * (len(pack.runs) > MOST_SHOWN)
    packed = tuple(PackedRun(each, None, Tally()) for each in pack.runs)
    together = "one after the other" if is_contiguous(packed) else "with others between them"
    several = f"runs {', '.join(numbers)}, {together}" if len(numbers) > 1 else f"run {''.join(numbers)}"
    links = "1 link" if len(pack.links) == 1 else f"{len(pack.links)} links"
    return f"{links} from the first run on, to {pack.links[-1].head}; the pack holds {several}"


def _clock_remarks(runs: tuple[Run, ...]) -> Iterator[str]:
    """Where times go back, which proves nothing but that a clock was moved, or that clocks of two machines differ."""
    before = ""
    for run in runs:
        moments = (run.collected_at, run.terms.evaluated_at, run.recorded_at)
        if list(moments) != sorted(moments):
            yield f"run {run.id}: its times go back: collected {moments[0]}, judged {moments[1]}, recorded {moments[2]}"
        if run.recorded_at < before:
            yield f"run {run.id}: recorded at {run.recorded_at}, though a run before it was at {before}"
        before = max(before, run.recorded_at)


def _counted(pack: OpenPack, run: Run) -> tuple[Tally, JsonValue, tuple[str, ...]]:
    """The tally of the run's assessment, its target, and what does not agree with the record."""
    try:
        parsed = parse_json(RunFiles(pack, run).blob(run.assessment))
        document = parsed if isinstance(parsed, dict) else {}
        tally = count_results(document)
    except (KeyError, ValueError, JsonDefect, ArchiveDefect):
        return Tally(), None, (f"run {run.id}: its assessment is not in the pack, or cannot be read",)
    target = document.get("target")
    inside = count_results({"results": [each for each in _rows(document) if each.get("requirements")]})
    counts = run.counts
    recorded = (counts.selected, counts.passed, counts.failed, counts.waived, counts.notapplicable, counts.unknown)
    found = (inside.asked, inside.passed, inside.failed, inside.waived, inside.not_applicable, inside.unknown)
    manual, errors = inside.manual + inside.unscored, inside.error + inside.unreachable
    if recorded != found or (counts.manual, counts.errors) != (manual, errors):
        return tally, target, (f"run {run.id}: the counts in its record are not those of its assessment",)
    return tally, target, ()


def _rows(document: Mapping[str, JsonValue]) -> Iterator[dict[str, JsonValue]]:
    rows = document.get("results")
    yield from (each for each in (rows if isinstance(rows, list) else []) if isinstance(each, dict))


def _layout_differences(pack: OpenPack, manifest: Manifest) -> Iterator[str]:
    """Files that lie elsewhere than their run and digest say, and files that belong to no run."""
    expected: dict[str, str | None] = {CHAIN: None, INSTRUCTIONS: None}
    for run in pack.runs:
        expected[record_path(run.id)] = None
        expected.update((each.path, each.digest) for each in places_of(run))
        for name in manifest.order.formats:
            expected[report_path(run.id, name, excerpt=False)] = None
            if manifest.excerpts.get(run.id):
                expected[report_path(run.id, name, excerpt=True)] = None
    there = {path: each for path, each in pack.files.items() if path not in {MANIFEST, SUMS, *SEALS}}
    for path in sorted(there.keys() - expected.keys()):
        yield f"{path} belongs to no run of the pack"
    for path in sorted(expected.keys() - there.keys()):
        yield f"{path} should be there, and is not"
    for path in sorted(expected.keys() & there.keys()):
        digest = expected[path]
        if digest is not None and f"sha256:{there[path].sha256}" != digest:
            yield f"{path} is not what the record of its run names"
