"""``dockmark history verify``: the chain and every byte of the history against what was recorded."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from benchmark.cli.evaluation import utc_now
from benchmark.cli.exit_code import ExitCode
from benchmark.cli.history_access import opened_history
from benchmark.cli.history_document import as_json
from benchmark.cli.printing import print_text
from benchmark.history.verify import Verified, verify_history
from benchmark.model.facts import JsonValue
from benchmark.render.terminal_text import visible


def run(arguments: Namespace) -> ExitCode:
    """Prints what was found. 5 when anything differs, naming the first run that does."""
    with opened_history(arguments) as store:
        found = verify_history(store.database, arguments.expect_head, utc_now())
    if arguments.output == "json":
        document: dict[str, JsonValue] = {
            "schema": "dockmark/history-verification/1",
            "verified": not found.problems,
            "runs": found.runs,
            "pruned": found.pruned,
            "blobs": found.blobs,
            "head": found.head,
            "expected_heads": [*arguments.expect_head],
            "problems": [*found.problems],
            "remarks": [*found.remarks],
        }
        print_text(as_json(document), as_utf8=True)
    else:
        print_text("".join(f"{visible(line)}\n" for line in _lines(found, len(arguments.expect_head))))
    return ExitCode.UNVERIFIED if found.problems else ExitCode.MET


def _lines(found: Verified, expected: int) -> Iterator[str]:
    yield f"runs      {found.runs}, and {found.pruned} pruned after their retention"
    yield f"blobs     {found.blobs} (facts, content and results, each once)"
    yield f"head      {found.head}"
    for each in found.remarks:
        yield f"remark    {each}"
    for each in found.problems:
        yield f"PROBLEM   {each}"
    if found.problems:
        yield f"not verified: {len(found.problems)} problems; the first is the place to begin with"
        return
    yield "verified: every run follows the one before it, and every byte has the digest it was recorded with"
    if expected:
        yield "the expected heads are in the chain"
    else:
        yield "not proven: that no run was taken from the end; --expect-head with the head of the latest report proves that"
