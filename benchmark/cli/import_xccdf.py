"""``dockmark import xccdf``: XCCDF results, ours or oscap's with our content, as an assessment in any format."""

from __future__ import annotations

from argparse import Namespace
from itertools import chain

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
    catalog = load_content(arguments)
    framework = framework_of(catalog)
    document = _document(arguments.document)
    assessments = [_assessment(document, each, catalog, framework) for each in document.tests]
    outcomes: list[Outcome] = [outcome_of(each) for each in assessments]
    with Reports(arguments, catalog) as reports:
        written = reports.write(assessments[0]) if len(assessments) == 1 else reports.write_several(chain(assessments))
    return choose(arguments.fail_on, outcomes, unreachable=not written)


def _document(path: str) -> ResultsDocument:
    try:
        return read_results(read_input(path, MOST_BYTES), input_name(path))
    except OSError as error:
        raise Refusal(f"cannot read {path}: {error.strerror or error}") from None
    except XmlRefused as error:
        raise Refusal(str(error)) from None


def _assessment(document: ResultsDocument, test: WrittenTest, catalog: Catalog, framework: Framework) -> Assessment:
    versions = {benchmark_id(framework.id, each): each for each in framework.versions}
    if test.benchmark not in versions:
        known = ", ".join(versions)
        raise Refusal(f"{document.path}:{test.line}: results of {test.benchmark}, which is none of ours: {known}")
    try:
        return import_results(document, test, checklist_of(catalog, framework.id, versions[test.benchmark]))
    except ImportRefused as error:
        raise Refusal(str(error)) from None
