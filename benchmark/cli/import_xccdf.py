"""``dockmark import xccdf``: XCCDF results, ours or oscap's with our content, as an assessment in any format."""

from __future__ import annotations

from argparse import Namespace
from itertools import chain

from benchmark.cli.baseline import require_baseline
from benchmark.cli.checklist import checklist_of
from benchmark.cli.evaluation import framework_of, load_content
from benchmark.cli.exit_code import ExitCode, Outcome, Refusal, choose, outcome_of
from benchmark.cli.input_file import input_name, read_input
from benchmark.cli.report import Reports
from benchmark.evaluate.imported import ImportRefused, import_results
from benchmark.model.content import Catalog
from benchmark.model.framework import Framework
from benchmark.model.result import Assessment
from benchmark.scap.names import benchmark_id
from benchmark.scap.results_document import MOST_BYTES, ResultsDocument, WrittenTest, read_results
from benchmark.scap.xml_reader import XmlRefused


def run(arguments: Namespace) -> ExitCode:
    """Reports every TestResult of the document. Nothing is written when one of them is refused."""
    require_baseline(arguments.fail_on, None)
    catalog = load_content(arguments)
    assessments = import_document(_read(arguments.document), input_name(arguments.document), catalog)
    outcomes: list[Outcome] = [outcome_of(each) for each in assessments]
    with Reports(arguments, catalog) as reports:
        written = reports.write(assessments[0]) if len(assessments) == 1 else reports.write_several(chain(assessments))
    return choose(arguments.fail_on, outcomes, unreachable=not written)


def import_document(data: bytes, name: str, catalog: Catalog) -> list[Assessment]:
    """The assessment of every TestResult in ``data``; ``name`` is what errors call it. Raises Refusal."""
    framework = framework_of(catalog)
    try:
        document = read_results(data, name)
    except XmlRefused as error:
        raise Refusal(str(error)) from None
    return [_assessment(document, each, catalog, framework) for each in document.tests]


def _read(path: str) -> bytes:
    try:
        return read_input(path, MOST_BYTES)
    except OSError as error:
        raise Refusal(f"cannot read {path}: {error.strerror or error}") from None


def _assessment(document: ResultsDocument, test: WrittenTest, catalog: Catalog, framework: Framework) -> Assessment:
    versions = {benchmark_id(framework.id, each): each for each in framework.versions}
    if test.benchmark not in versions:
        known = ", ".join(versions)
        raise Refusal(f"{document.path}:{test.line}: results of {test.benchmark}, which is none of ours: {known}")
    try:
        return import_results(document, test, checklist_of(catalog, framework.id, versions[test.benchmark]))
    except ImportRefused as error:
        raise Refusal(str(error)) from None
