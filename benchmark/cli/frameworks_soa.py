"""``dockmark frameworks soa``: a Statement of Applicability, with checks and results beside the organisation's decisions."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmark.catalog.content_error import ContentErrors
from benchmark.catalog.overlay import read_overlay
from benchmark.cli.controls_list import chosen_version
from benchmark.cli.document_file import write_document
from benchmark.cli.evaluation import framework_of, load_content, prepare
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.frameworks import NamedFramework, find_framework
from benchmark.cli.history_access import opened_history
from benchmark.cli.input_file import input_name, read_input
from benchmark.cli.values import STDOUT, Output
from benchmark.evaluate import RecordRefused, make_statement, recorded_assessment
from benchmark.model.applicability import Overlay
from benchmark.model.content import Catalog
from benchmark.model.result import Assessment
from benchmark.model.snapshot_file import MAX_BYTES, SnapshotDefect, decode_snapshot
from benchmark.model.strict_json import JsonDefect, parse_json
from benchmark.render.statement_formats import STATEMENT_FORMATS

_MOST_OVERLAY: Final = 1 << 20


def run(arguments: Namespace) -> ExitCode:
    """Writes the statement in every format asked for. All inputs are read before anything is written."""
    catalog = load_content(arguments)
    own = framework_of(catalog)
    named = find_framework(catalog, arguments.framework)
    numbers = own.ids_by_control(chosen_version(own, arguments.benchmark))
    _require_distinct(arguments.output)
    overlay = _overlay(arguments.overlay, named)
    assessments = [
        *_of_snapshots(arguments, catalog),
        *(_recorded(_read(each), input_name(each), catalog) for each in arguments.result),
        *_of_runs(arguments, catalog),
    ]
    statement = make_statement(catalog, named.framework, overlay, assessments, numbers)
    for output in arguments.output:
        write_document(output.path, "".join(STATEMENT_FORMATS[output.format](statement)))
    return ExitCode.MET


def _overlay(path: str | None, named: NamedFramework) -> Overlay:
    """What the overlay says; where there is none, nothing is decided yet. Raises Refusal with every error in it."""
    if path is None:
        return Overlay(named.framework.id, named.chosen, "", "", "", "", {})
    try:
        return read_overlay(_read(path, _MOST_OVERLAY), input_name(path), named.framework, named.chosen)
    except ContentErrors as error:
        found = tuple(map(str, error.errors))
        count = "1 error" if len(found) == 1 else f"{len(found)} errors"
        raise Refusal(f"{count} in the overlay", more=found) from None


def _of_snapshots(arguments: Namespace, catalog: Catalog) -> Iterator[Assessment]:
    """Each snapshot judged now, as ``evaluate`` does."""
    if not arguments.snapshot:
        return
    evaluator = prepare(arguments, catalog)
    for path in arguments.snapshot:
        try:
            yield evaluator.evaluate(decode_snapshot(_read(path)))
        except SnapshotDefect as error:
            raise Refusal(f"{input_name(path)}: {error}") from None


def _of_runs(arguments: Namespace, catalog: Catalog) -> Iterator[Assessment]:
    """What each run of the history recorded."""
    if not arguments.run:
        return
    with opened_history(arguments) as store:
        for reference in arguments.run:
            found = store.resolve(reference)
            yield _recorded(store.blob(found.assessment), f"run {found.id}", catalog)


def _recorded(data: bytes, name: str, catalog: Catalog) -> Assessment:
    try:
        return recorded_assessment(parse_json(data), catalog, name)
    except JsonDefect as error:
        raise Refusal(f"{name}: {error}") from None
    except RecordRefused as error:
        raise Refusal(str(error)) from None


def _read(path: str, most: int = MAX_BYTES) -> bytes:
    try:
        data = read_input(path, most)
    except OSError as error:
        raise Refusal(f"cannot read {input_name(path)}: {error.strerror or error}") from None
    if len(data) > most:
        raise Refusal(f"{input_name(path)} is larger than {most} bytes")
    return data


def _require_distinct(outputs: tuple[Output, ...]) -> None:
    places = [each.path if each.path == STDOUT else str(Path(each.path).absolute()) for each in outputs]
    if len(set(places)) != len(places):
        raise Refusal("two formats go to one place: give one of them a file of its own, FORMAT=PATH")
