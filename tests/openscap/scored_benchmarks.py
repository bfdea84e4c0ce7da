"""Benchmarks made only to be scored: rules whose result is known, in groups, with weights; for oscap and for our own models.

A rule's result comes from a script of one line (SCE), so that ``oscap xccdf eval`` arrives at each of the nine results.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

from lxml import etree

from benchmark.evaluate import scores
from benchmark.model.result import Result

XCCDF = "http://checklists.nist.gov/xccdf/1.2"
MODELS = ("default", "flat", "flat-unweighted", "absolute")
# Exit codes of OpenSCAP's script check engine.
EXIT = {
    Result.PASS: 101,
    Result.FAIL: 102,
    Result.ERROR: 103,
    Result.UNKNOWN: 104,
    Result.NOTAPPLICABLE: 105,
    Result.NOTCHECKED: 106,
    Result.INFORMATIONAL: 108,
    Result.FIXED: 109,
}
# XCCDF 1.2 allows three digits in a weight.
WEIGHTS = ("1", "1", "1", "0.1", "0.25", "0.5", "1.5", "2", "7", "10", "100")

Scores: TypeAlias = "dict[str, tuple[Decimal, Decimal]]"  # model -> score, maximum


@dataclass(frozen=True)
class Leaf:
    """A rule; NOTSELECTED is one with selected="false"."""

    result: Result
    weight: str = "1"


@dataclass(frozen=True)
class Branch:
    """A group."""

    children: tuple[Leaf | Branch, ...]
    weight: str = "1"
    selected: bool = True


def random_benchmark(dice: random.Random) -> Branch:
    """Up to three levels of groups, each with up to five children; at least one rule that counts."""
    while True:
        made = Branch(tuple(_random_item(dice, 3) for _ in range(dice.randint(1, 5))))
        if scores.xccdf_scores(_tree(made)):
            return made


def our_scores(benchmark: Branch) -> Scores:
    """What NIST IR 7275r4 says, by the product's own code."""
    return {
        each.system.removeprefix("urn:xccdf:scoring:"): (each.score, each.maximum)
        for each in scores.xccdf_scores(_tree(benchmark))
    }


def oscap_scores(benchmark: Branch, directory: Path, *, head: str = "", profile: str = "") -> Scores:
    """What ``oscap xccdf eval`` computes; ``head`` is put before the items (profiles)."""
    for result, code in EXIT.items():
        script = directory / f"{result}.sh"
        script.write_text(f"#!/bin/sh\nexit {code}\n")
        script.chmod(0o755)
    models = "\n".join(f'<model system="urn:xccdf:scoring:{each}"/>' for each in MODELS)
    body = "\n".join(_write_all(benchmark.children, ""))
    (directory / "benchmark.xml").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Benchmark xmlns="{XCCDF}" id="xccdf_t_benchmark_scored">\n'
        f"<status>draft</status>\n<version>1</version>\n{models}\n{head}\n{body}\n</Benchmark>\n"
    )
    return run_oscap(directory, profile)


def run_oscap(directory: Path, profile: str = "") -> Scores:
    """The scores of ``oscap xccdf eval`` of benchmark.xml in ``directory``."""
    results = directory / "results.xml"
    done = subprocess.run(
        ["oscap", "xccdf", "eval", *(("--profile", profile) if profile else ()), "--results", results, "benchmark.xml"],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 2), done.stderr
    found = etree.parse(results).iter(f"{{{XCCDF}}}score")
    return {
        each.get("system", "").removeprefix("urn:xccdf:scoring:"): (
            Decimal(each.text or ""),
            Decimal(each.get("maximum", "")),
        )
        for each in found
    }


def _random_item(dice: random.Random, depth: int) -> Leaf | Branch:
    if depth and dice.random() < 0.4:
        children = tuple(_random_item(dice, depth - 1) for _ in range(dice.randint(1, 4)))
        return Branch(children, dice.choice(WEIGHTS), selected=dice.random() < 0.9)
    return Leaf(dice.choice((Result.PASS, Result.FAIL, *Result)), dice.choice(WEIGHTS))


def _tree(item: Branch, *, selected: bool = True) -> scores.Group:
    """The same benchmark as the product's scoring sees it: what is in a deselected group is not selected."""
    selected = selected and item.selected
    children: list[scores.Item] = []
    for each in item.children:
        if isinstance(each, Branch):
            children.append(_tree(each, selected=selected))
        else:
            result = each.result if selected else Result.NOTSELECTED
            children.append(scores.Rule((result,), Decimal(each.weight)))
    return scores.Group(tuple(children), Decimal(item.weight))


def _write_all(items: tuple[Leaf | Branch, ...], place: str) -> Iterator[str]:
    for number, each in enumerate(items):
        here = f"{place}.{number}" if place else str(number)
        if isinstance(each, Leaf):
            yield from _write_rule(each, here)
            continue
        selected = "true" if each.selected else "false"
        yield f'<Group id="xccdf_t_group_{here}" selected="{selected}" weight="{each.weight}">\n<title>{here}</title>'
        yield from _write_all(each.children, here)
        yield "</Group>"


def _write_rule(leaf: Leaf, place: str) -> Iterator[str]:
    chosen = leaf.result is not Result.NOTSELECTED
    yield (
        f'<Rule id="xccdf_t_rule_{place}" selected="{str(chosen).lower()}" weight="{leaf.weight}">\n<title>{place}</title>\n'
        '<check system="http://open-scap.org/page/SCE">\n'
        f'<check-content-ref href="{leaf.result if chosen else "pass"}.sh"/>\n</check>\n</Rule>'
    )
