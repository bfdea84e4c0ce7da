"""What the commands about policy files share: the entries with what is wrong with each now, and how that is printed."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmark.catalog.content_error import ContentErrors
from benchmark.cli.evaluation import framework_of, utc_now
from benchmark.cli.exit_code import ExitCode
from benchmark.cli.input_file import input_name
from benchmark.cli.policy_files import (
    attestations_in,
    covered_texts,
    read_evidence,
    read_policy_file,
    refused,
    waivers_in,
)
from benchmark.cli.printing import print_text
from benchmark.evaluate.attestations import attestation_defects
from benchmark.evaluate.scope import controls_of
from benchmark.evaluate.waivers import waiver_defects
from benchmark.model.content import Catalog
from benchmark.model.policy import Attestation, Standing, Waiver
from benchmark.render.grid import grid_lines
from benchmark.render.terminal_text import visible

Entry = Waiver | Attestation


@dataclass(frozen=True, slots=True)
class Judged:
    """An entry, the ids of the controls that it names, and what is wrong with it now."""

    entry: Entry
    controls: tuple[str, ...]
    defects: tuple[tuple[Standing, str], ...]

    @property
    def standing(self) -> str:
        """``in force``, or the weightiest defect in words."""
        return self.defects[0][0].value.replace("_", " ") if self.defects else "in force"


def judged_waivers(path: str, catalog: Catalog) -> tuple[Judged, ...]:
    """The waivers in the file ``path``, as of now. Raises Refusal."""
    data = read_policy_file(path)
    try:
        found = waivers_in(data, input_name(path)).waivers
    except ContentErrors as error:
        raise refused(map(str, error.errors)) from None
    return judge_waivers(found, catalog, now())


def judge_waivers(waivers: Iterable[Waiver], catalog: Catalog, at: datetime) -> tuple[Judged, ...]:
    """The same for waivers at hand."""
    framework = framework_of(catalog)
    judged = []
    for each in waivers:
        controls = controls_of(each, catalog, framework)
        judged.append(Judged(each, tuple(one.id for one in controls), tuple(waiver_defects(each, controls, at))))
    return tuple(judged)


def judged_attestations(path: str, catalog: Catalog) -> tuple[Judged, ...]:
    """The attestations in the file ``path``, as of now and with the evidence that is there. Raises Refusal."""
    data = read_policy_file(path)
    try:
        found = attestations_in(data, input_name(path)).attestations
    except ContentErrors as error:
        raise refused(map(str, error.errors)) from None
    return judge_attestations(found, catalog, now(), read_evidence(found, path))


def judge_attestations(
    attestations: Iterable[Attestation], catalog: Catalog, at: datetime, evidence: Mapping[str, str]
) -> tuple[Judged, ...]:
    """The same for attestations at hand."""
    framework = framework_of(catalog)
    judged = []
    for each in attestations:
        controls = controls_of(each, catalog, framework)
        defects = tuple(attestation_defects(each, controls, at, evidence))
        judged.append(Judged(each, tuple(one.id for one in controls), defects))
    return tuple(judged)


def now() -> datetime:
    """The time in UTC, whole seconds."""
    return datetime.fromisoformat(utc_now()).astimezone(UTC)


def tell_defects(path: str, noun: str, judged: Sequence[Judged]) -> ExitCode:
    """Prints a line for everything that is wrong, and how much that is. 1 when anything is."""
    lines = []
    bad = 0
    for each in judged:
        told = [message for _, message in each.defects]
        if covered_texts(each.entry):
            told.append("a text held what looks like a secret; reports show it covered, the file does not")
        bad += bool(told)
        name = f"{input_name(path)}:{each.entry.line}: {each.entry.id} ({each.entry.control})"
        lines += [visible(f"{name}: {message}") for message in told]
    count = f"1 {noun}" if len(judged) == 1 else f"{len(judged)} {noun}s"
    lines.append(f"{count}, " + (f"{bad} of them must be mended" if bad else "nothing is wrong with them"))
    print_text("\n".join(lines) + "\n")
    return ExitCode.NOT_MET if bad else ExitCode.MET


def ending(judged: Iterable[Judged], within: timedelta | None) -> tuple[Judged, ...]:
    """Those that end ``within`` this time from now, or have ended; the one that ends first stands first. All, for None."""
    ordered = sorted(judged, key=lambda each: each.entry.expires.instant)
    if within is None:
        return tuple(ordered)
    bound = now() + within
    return tuple(each for each in ordered if each.entry.expires.instant <= bound)


def print_rows(headers: Sequence[str], rows: Sequence[Sequence[str]], noun: str) -> None:
    """A table of visible texts, and how many there are."""
    if rows:
        shown = [[visible(cell) for cell in row] for row in rows]
        print_text("\n".join(grid_lines(shown, headers=headers)) + "\n\n")
    print_text(f"1 {noun}\n" if len(rows) == 1 else f"{len(rows)} {noun}s\n")


def scope_of(arguments: Namespace) -> dict[str, str]:
    """The scope that the options state, as a file writes it."""
    given = {
        "host": arguments.on_host,
        "subject": getattr(arguments, "subject", None),
        "label": getattr(arguments, "label", None),
        "image": getattr(arguments, "image", None),
    }
    return {name: text for name, text in given.items() if text is not None}


def relative_to(path: str, file: str) -> str:
    """``path`` as the policy file ``file`` should write it: relative to its directory where it lies below that."""
    full, base = Path(path).absolute(), Path(file).absolute().parent
    return str(full.relative_to(base) if full.is_relative_to(base) else full)
