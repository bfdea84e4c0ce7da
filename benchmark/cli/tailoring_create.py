"""``dockmark tailoring create``: a Tailoring document made of words that a person knows, CIS numbers among them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator

from benchmark.cli.checklist import checklist_of
from benchmark.cli.controls_list import chosen_version
from benchmark.cli.document_file import write_document
from benchmark.cli.evaluation import framework_of, load_content, plain_profile, read_parameters, utc_now
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.scap.checklist import Checklist
from benchmark.scap.names import profile_id, value_id
from benchmark.scap.tailoring import TailoringRefused, resolve_tailoring
from benchmark.scap.tailoring_document import read_tailoring
from benchmark.scap.tailoring_xml import TailoringDraft, tailoring_pieces


def run(arguments: Namespace) -> ExitCode:
    """Writes the document; what it says is read back first, so that one that could not be used is never written."""
    catalog = load_content(arguments)
    framework = framework_of(catalog)
    checklist = checklist_of(catalog, framework.id, chosen_version(framework, arguments.benchmark))
    profile = plain_profile(arguments)
    values = {value_id(*key): value for key, value in read_parameters(catalog, arguments.set).items()}
    if both := set(arguments.select) & set(arguments.unselect):
        raise Refusal(f"selected and unselected at once: {', '.join(sorted(both))}")
    unselected = dict.fromkeys(_ids(checklist, arguments.unselect), False)
    selected = dict.fromkeys(_ids(checklist, arguments.select), True)
    draft = TailoringDraft(
        arguments.name,
        arguments.title or f"{profile.replace('_', ' ').capitalize()}, tailored",
        utc_now(),
        profile_id(profile),
        {**unselected, **selected},
        values,
    )
    text = "".join(tailoring_pieces(draft, checklist))
    try:
        resolve_tailoring(read_tailoring(text.encode(), "the tailoring"), checklist, None)
    except TailoringRefused as error:
        raise Refusal(str(error)) from None
    write_document(arguments.output, text)
    return ExitCode.MET


def _ids(checklist: Checklist, words: Iterable[str]) -> Iterator[str]:
    """The ids of the rules that control ids, numbers, labels and sections stand for. Raises Refusal."""
    for word in words:
        found = [
            each.id
            for each in checklist.rules()
            if word in (each.id, each.label, each.number, each.control.id) or each.number.startswith(f"{word}.")
        ]
        if not found:
            raise Refusal(f"no control, number or section {word!r} in {checklist.title}")
        yield from found
