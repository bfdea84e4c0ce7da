"""Assessments for the tests of comparisons: made row by row, or rolled from a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from benchmark.model.facts import Reason, Subject
from benchmark.model.result import Assessment, ControlResult, Finding, Result
from benchmark.model.seen import Seen
from tests.unit.render.made_assessments import assessment, control, row

COMPOSE = ("com.docker.compose.project", "com.docker.compose.service", "com.docker.compose.container-number")
SWARM = "com.docker.swarm.service.name"
UNDECIDED = (Result.ERROR, Result.UNKNOWN)
RECORD = {"id": "W-1", "expires": "2026-12-31"}


def compose(project: str, service: str, number: int) -> dict[str, str]:
    return dict(zip(COMPOSE, (project, service, str(number)), strict=True))


def container(name: str, labels: Mapping[str, str] | None = None, identifier: str = "") -> Subject:
    """A container; without ``labels`` none were collected."""
    return Subject("container", name, identifier or f"id of {name}", {} if labels is None else {"labels": dict(labels)})


def image(name: str, identifier: str, tags: Sequence[str] = (), digests: Sequence[str] = ()) -> Subject:
    return Subject("image", name, identifier, {"RepoTags": list(tags), "RepoDigests": list(digests)})


def finding(
    subject: Subject, result: Result, actual: Any = True, *, waiver: str | None = None, attestation: str | None = None
) -> Finding:
    seen = (Seen("HostConfig.Privileged", actual, "be false", result is Result.PASS),)
    reason = {Result.ERROR: Reason.DENIED, Result.UNKNOWN: Reason.CONFLICT}.get(result)
    return Finding(subject, result, seen, f"{subject.title}: {result.value}", reason, waiver, attestation)


def judged(name: str, *findings: Finding, result: Result | None = None, ids=("5.5",), **changes: Any) -> ControlResult:
    """The row of a control over its findings, as the evaluation makes it unless ``result`` says otherwise."""
    from benchmark.model.algebra import worst

    verdict = worst(each.result for each in findings) if result is None else result
    if "waiver" not in changes and verdict is Result.FAIL:
        left = {each.result for each in findings if each.waiver is None}
        changes["waiver"] = RECORD if findings and not left & {Result.FAIL, *UNDECIDED} else None
    return row(verdict, findings, ids, f"about {len(findings)}", control(name), **changes)


def of(*rows: ControlResult, **changes: Any) -> Assessment:
    return assessment(rows, **changes)


def about(*pairs: tuple[Subject, Result], **changes: Any) -> Assessment:
    """One control over these subjects."""
    return of(judged("container_not_privileged", *(finding(*each) for each in pairs)), **changes)


def roll(seed: int, *, odd: bool = True, **changes: Any) -> Assessment:
    """Any assessment; ``odd`` ones too, such as no evaluation makes: rows that their findings do not explain."""
    dice = random.Random(seed)
    subjects = [_roll_container(dice, number) for number in range(dice.randrange(6))]
    rows = []
    for number in dice.sample(range(8), dice.randrange(9)):
        chosen = dice.sample(subjects, dice.randint(0, len(subjects)))
        findings = [_roll_finding(dice, each) for each in chosen]
        result = dice.choice((*Result, *[None] * 9)) if odd else None
        ids = () if dice.random() < 0.1 else (f"5.{number + 1}",)
        extra: dict[str, Any] = {}
        if odd and dice.random() < 0.1:
            extra["waiver"] = dice.choice((None, RECORD))
        rows.append(judged(f"control_{number}", *findings, result=result, ids=ids, **extra))
    return of(*rows, **{"benchmark_version": "1.8.0", **changes})


def _roll_container(dice: random.Random, number: int) -> Subject:
    labels = dice.choice((None, {}, compose("shop", "web", number), {SWARM: "api"}, {"app": f"app{number % 2}"}))
    return container(
        f"c{dice.randrange(8)}-{number}" if dice.random() < 0.5 else f"c{number}", labels, f"{seedless(dice)}"
    )


def seedless(dice: random.Random) -> str:
    return f"{dice.getrandbits(64):x}"


def _roll_finding(dice: random.Random, subject: Subject) -> Finding:
    result = dice.choice((Result.PASS, Result.PASS, Result.FAIL, Result.FAIL, *Result))
    waiver = "W-1" if result is Result.FAIL and dice.random() < 0.4 else None
    attestation = "A-1" if dice.random() < 0.1 else None
    return finding(
        subject, result, dice.choice((True, 1, [1, {"b": 1, "a": None}])), waiver=waiver, attestation=attestation
    )
