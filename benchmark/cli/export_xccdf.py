"""``dockmark export xccdf``: the benchmark as a directory of XCCDF, OVAL, OCIL and scripts."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from benchmark.cli.checklist import checklist_of
from benchmark.cli.controls_list import chosen_version
from benchmark.cli.evaluation import framework_of, load_content, utc_now
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.output_file import OutputFile
from benchmark.export.documents import Content, WrittenFile, make_content, xccdf_files


def run(arguments: Namespace) -> ExitCode:
    """Writes every file, each whole or not at all; the benchmark itself last."""
    content = content_of(arguments)
    directory = Path(arguments.output)
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        for each in xccdf_files(content, utc_now(), strict=arguments.strict):
            _write(directory, each)
    except OSError as error:
        raise Refusal(
            f"cannot write {error.filename or directory}: {error.strerror or error}", ExitCode.UNREACHABLE
        ) from None
    return ExitCode.MET


def content_of(arguments: Namespace) -> Content:
    """The content of the version that the options name. Raises Refusal."""
    catalog = load_content(arguments)
    framework = framework_of(catalog)
    return make_content(checklist_of(catalog, framework.id, chosen_version(framework, arguments.benchmark)))


def _write(directory: Path, file: WrittenFile) -> None:
    path = directory / file.name
    out = OutputFile(str(path))
    try:
        out.write(file.text)
        out.commit()
    finally:
        out.discard()
    if file.runs:
        path.chmod(0o700)
