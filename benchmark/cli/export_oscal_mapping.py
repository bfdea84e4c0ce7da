"""``dockmark export oscal-mapping``: what each control means for each framework, for tools that read OSCAL."""

from __future__ import annotations

from argparse import Namespace

from benchmark.cli.document_file import write_document
from benchmark.cli.evaluation import load_content
from benchmark.cli.exit_code import ExitCode
from benchmark.evaluate import edges_of
from benchmark.export.oscal_mapping import oscal_mapping


def run(arguments: Namespace) -> ExitCode:
    """Writes the mappings of every framework, all versions."""
    catalog = load_content(arguments)
    write_document(arguments.output, oscal_mapping(catalog, edges_of, catalog.frameworks.values()))
    return ExitCode.MET
