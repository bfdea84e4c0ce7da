"""``dockmark export oscal-catalog``: the controls, for tools that read OSCAL."""

from __future__ import annotations

from argparse import Namespace

from benchmark.cli.checklist import checklist_of
from benchmark.cli.controls_list import chosen_version
from benchmark.cli.document_file import write_document
from benchmark.cli.evaluation import framework_of, load_content
from benchmark.cli.exit_code import ExitCode
from benchmark.export.oscal_catalog import oscal_catalog


def run(arguments: Namespace) -> ExitCode:
    """Writes the catalog of one version of the benchmark."""
    catalog = load_content(arguments)
    framework = framework_of(catalog)
    version = chosen_version(framework, arguments.benchmark)
    write_document(arguments.output, oscal_catalog(checklist_of(catalog, framework.id, version)))
    return ExitCode.MET
