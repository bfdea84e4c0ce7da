"""``dockmark evidence create``: recorded runs become a pack that an auditor can verify."""

from __future__ import annotations

import json
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from itertools import chain

from benchmark import __version__
from benchmark.cli.evidence_keys import read_signing_key
from benchmark.cli.evidence_reports import assessment_document, excerpt_controls, excerpt_of, packed_reports
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.history_access import opened_history
from benchmark.cli.own_digest import own_digest
from benchmark.cli.rejudge import recorded_content, rejudge
from benchmark.cli.sink import Sink, open_sink
from benchmark.cli.streams import say, stdout_is_terminal
from benchmark.cli.values import STDOUT
from benchmark.cli.verdict_differences import find_differences
from benchmark.evidence.archive_builder import ArchiveBuilder
from benchmark.evidence.archive_format import ArchiveDefect, moment_of
from benchmark.evidence.counts import count_results, total_of
from benchmark.evidence.keys import SigningKey
from benchmark.evidence.layout import places_of, record_path, report_path
from benchmark.evidence.links import Link
from benchmark.evidence.manifest import Filter, Order, PackedRun, Signer
from benchmark.evidence.open_pack import require_bounded
from benchmark.evidence.sealing import seal
from benchmark.history.store import Store
from benchmark.model.chain import encode_body, entry_of
from benchmark.model.run import Run


def run(arguments: Namespace) -> ExitCode:
    """Writes the pack whole or not at all. What it holds, and by whom it is signed, is told on standard error."""
    order, key = _order(arguments)
    try:
        with opened_history(arguments) as store:
            runs = _chosen(store, arguments.runs)
            sink = open_sink(arguments.output, as_utf8=True)
            try:
                packed = _write(store, runs, order, key, sink)
                sink.commit()
            finally:
                sink.discard()
    except ArchiveDefect as error:
        raise Refusal(f"no pack can be made of this: {error}", ExitCode.UNREACHABLE) from None
    except OSError as error:
        raise Refusal(f"cannot write {arguments.output}: {error.strerror or error}", ExitCode.UNREACHABLE) from None
    _tell(arguments.output, packed, order)
    return ExitCode.MET


def _order(arguments: Namespace) -> tuple[Order, SigningKey | None]:
    """What is asked for, and the key. Raises Refusal before anything is read of the store."""
    if arguments.output is None:
        raise Refusal("say where the pack goes: -o pack.zip ('-' for standard output)")
    if arguments.output == STDOUT and stdout_is_terminal():
        raise Refusal("a pack is not for a terminal: give -o pack.zip")
    if arguments.requirement and arguments.framework is None:
        raise Refusal("--requirement needs --framework: say of which framework it is")
    chosen = None if arguments.framework is None else Filter(arguments.framework, arguments.requirement)
    formats = tuple(dict.fromkeys(chain.from_iterable(arguments.format)))
    key = None if arguments.sign is None else read_signing_key(arguments.sign, arguments.passphrase_file)
    signer = None if key is None else Signer(key.id, key.for_ssh)
    return Order(__version__, own_digest(), formats, chosen, signer), key


def _chosen(store: Store, references: list[str]) -> tuple[Run, ...]:
    """The runs, each once, in the order of the chain."""
    found = {each.sequence: each for each in (store.resolve(reference) for reference in references)}
    return tuple(found[number] for number in sorted(found))


def _write(
    store: Store, runs: tuple[Run, ...], order: Order, key: SigningKey | None, sink: Sink
) -> tuple[PackedRun, ...]:
    links = tuple(Link(each.sequence, each.entry, each.head) for each in store.kept())
    entries = {each.sequence: each.entry for each in links}
    with tempfile.TemporaryFile() as spool:
        builder = ArchiveBuilder(spool)
        packed = tuple(_add_run(builder, store, each, order, entries[each.sequence]) for each in runs)
        if order.filter is not None and not any(each.excerpt for each in packed):
            raise Refusal(f"no run judged a control of what was asked for of {order.filter.framework}")
        seal(builder, order, packed, links, key)
        builder.write(sink.write_bytes, moment_of(max(each.recorded_at for each in runs)))
    return packed


def _add_run(builder: ArchiveBuilder, store: Store, run: Run, order: Order, entry: str) -> PackedRun:
    body = encode_body(run)
    if entry_of(body) != entry:
        raise Refusal(f"run {run.id}: its record is not written as this dockmark writes it", ExitCode.UNVERIFIED)
    builder.add(record_path(run.id), body)
    for place in places_of(run):
        data = store.blob(place.digest)
        require_bounded(place.path, data)
        builder.add(place.path, data)
    catalog = recorded_content(store, run)
    assessment = rejudge(store, run)
    recorded = store.blob(run.assessment)
    differences = find_differences(recorded, assessment_document(assessment))
    if differences.verdicts:
        raise Refusal(
            f"run {run.id}: dockmark {run.tool_version} recorded other verdicts than follow from its facts by dockmark "
            f"{__version__}; make the pack with the version that made the run",
            ExitCode.UNVERIFIED,
        )
    for name, data in packed_reports(catalog, run, assessment, order.formats):
        builder.add(report_path(run.id, name, excerpt=False), data)
    wanted = excerpt_controls(catalog, assessment, order.filter)
    if wanted:
        for name, data in packed_reports(catalog, run, excerpt_of(store, run, wanted), order.formats):
            builder.add(report_path(run.id, name, excerpt=True), data)
    document = json.loads(recorded)
    exact = not differences.texts
    if not exact:
        say(
            f"dockmark: run {run.id}: another dockmark judged it, in other words or with less; its verdicts are the same"
        )
    return PackedRun(run, document["target"], count_results(document), wanted, exact)


def _tell(output: str, packed: tuple[PackedRun, ...], order: Order) -> None:
    hosts = len({each.run.host for each in packed})
    counts = total_of(each.tally for each in packed).document()
    sums = " + ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if name != "asked")
    lines = [f"{_amount(len(packed), 'run')} of {_amount(hosts, 'host')}; {counts['asked']} controls asked = {sums}"]
    lines += _empty_excerpts(packed, order)
    if order.signer is None:
        lines.append("NOT SIGNED: whoever holds this pack can make all of it anew; --sign KEY proves whose it is")
    else:
        lines.append(f"signed with the key {order.signer.key_id}{' (SSH too)' if order.signer.for_ssh else ''}")
    where = "standard output" if output == STDOUT else output
    say(*(f"dockmark: {where}: {each}" for each in lines))


def _empty_excerpts(packed: tuple[PackedRun, ...], order: Order) -> Iterator[str]:
    if order.filter is not None:
        for each in packed:
            if not each.excerpt:
                yield f"run {each.run.id} judged none of the controls asked for, so there is no excerpt of it"


def _amount(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
