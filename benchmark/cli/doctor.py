"""``dockmark doctor``: what this user on this host can see, and what that means for the verdicts."""

from __future__ import annotations

import json
import shutil
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmark.cli.advice import ADVICE
from benchmark.cli.evaluation import as_of_now, load_content, prepare
from benchmark.cli.exit_code import ExitCode
from benchmark.cli.policy_files import labels_asked
from benchmark.cli.printing import print_text
from benchmark.cli.sight import Blindness, Sight, list_blindness, list_sights, policy_sights
from benchmark.cli.streams import stdout_is_terminal, stdout_shows_unicode
from benchmark.cli.target import collect_target
from benchmark.model.result import Assessment
from benchmark.model.strict_json import without_lone_surrogates
from benchmark.render.options import RenderOptions
from benchmark.render.terminal_text import visible, wrapped

_CAPABILITIES: Final = {
    "CAP_DAC_READ_SEARCH": (2, "read files of others"),
    "CAP_SYS_PTRACE": (19, "look into processes of others"),
    "CAP_AUDIT_CONTROL": (30, "list the kernel's audit rules"),
}
_MOST_DETAILS: Final = 5
_WIDTH: Final = 100


def run(arguments: Namespace) -> ExitCode:
    """Collects and judges as ``audit`` would, and prints only what stood in the way. 0 when nothing did, else 2 or 4."""
    catalog = load_content(arguments)
    evaluator = prepare(arguments, catalog)
    snapshot = collect_target(arguments, labels_asked(evaluator.request))
    assessment = as_of_now(evaluator).evaluate(snapshot)
    sights = (*_own_sights(assessment), *list_sights(snapshot), *policy_sights(assessment))
    blindness = list_blindness(assessment)
    if arguments.output == "json":
        print_text(_as_json(assessment, sights, blindness), as_utf8=True)
    else:
        print_text("\n".join(_as_text(assessment, sights, blindness, _options())) + "\n")
    if not snapshot.target.product:
        return ExitCode.UNREACHABLE
    return ExitCode.INCOMPLETE if blindness else ExitCode.MET


def _own_sights(assessment: Assessment) -> tuple[Sight, ...]:
    collector = assessment.collector
    user = Sight("user", True, f"{collector.user or '?'} (uid {collector.uid}), host root {collector.host_root}")
    held = _effective_capabilities()
    return (
        user,
        *(
            Sight(name, bool(held >> bit & 1), meaning if held >> bit & 1 else f"not held: may not {meaning}")
            for name, (bit, meaning) in _CAPABILITIES.items()
        ),
    )


def _effective_capabilities() -> int:
    """The bit mask of this process (proc(5), CapEff); 0 where it cannot be read."""
    try:
        status = Path("/proc/self/status").read_text("ascii", "replace")
    except OSError:
        return 0
    for line in status.splitlines():
        name, _, value = line.partition(":")
        if name == "CapEff":
            return int(value, 16)
    return 0


def _options() -> RenderOptions:
    width = shutil.get_terminal_size((_WIDTH, 24)).columns if stdout_is_terminal() else _WIDTH
    return RenderOptions(width=width, unicode=stdout_shows_unicode())


def _as_text(
    assessment: Assessment, sights: tuple[Sight, ...], blindness: tuple[Blindness, ...], options: RenderOptions
) -> Iterator[str]:
    yield "What can be seen"
    widest = max(len(each.what) for each in sights)
    for sight in sights:
        opening = f"  {'yes' if sight.seen else 'no ':3}  {sight.what:{widest}}  "
        yield from wrapped(visible(sight.how, unicode=options.unicode), opening, " " * len(opening), options)
    yield ""
    selected = len(assessment.results)
    if not blindness:
        yield f"Nothing stands in the way: all {selected} selected controls can be judged."
        return
    yield f"{assessment.without_verdict} of {selected} selected controls are left without a verdict"
    for each in blindness:
        yield ""
        yield from wrapped(f"{each.reason}: {ADVICE[each.reason]}", "", "  ", options)
        for detail in each.details[:_MOST_DETAILS]:
            yield from _wrapped("", detail, options)
        if len(each.details) > _MOST_DETAILS:
            yield f"  and {len(each.details) - _MOST_DETAILS} more (all of them with -o json)"
        if each.facts:
            yield from _wrapped("facts: ", ", ".join(each.facts), options)
        yield from _wrapped("controls: ", ", ".join(each.controls), options)


def _wrapped(heading: str, text: str, options: RenderOptions) -> list[str]:
    return wrapped(visible(heading + text, unicode=options.unicode), "  ", "    ", options)


def _as_json(assessment: Assessment, sights: tuple[Sight, ...], blindness: tuple[Blindness, ...]) -> str:
    document = {
        "schema": "dockmark/doctor/1",
        "user": {"name": assessment.collector.user, "uid": assessment.collector.uid},
        "sights": [{"what": each.what, "seen": each.seen, "how": each.how} for each in sights],
        "selected": len(assessment.results),
        "without_verdict": assessment.without_verdict,
        "blind": [
            {
                "reason": each.reason.value,
                "advice": ADVICE[each.reason],
                "facts": list(each.facts),
                "details": list(each.details),
                "controls": list(each.controls),
            }
            for each in blindness
        ],
    }
    return without_lone_surrogates(json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False)) + "\n"
