"""The same faults over TCP, TLS and ssh."""

from __future__ import annotations

from typing import Final

from tests.torture.faulty_check import Case
from tests.torture.faulty_harness import HARNESS, stage
from tests.torture.faulty_run import every_case, paths_by_shape, places, run_cases
from tests.torture.faulty_stage import TRANSPORTS, Stage
from tests.torture.ledger import Tally
from tests.torture.size import dice, is_big

__all__ = ["HARNESS", "stage"]

_PLAIN: Final = ("truncate", "bad_json", "status_403", "close")  # what every reply can have
_OTHERS: Final = tuple(each for each in TRANSPORTS if each != "unix")


def test_a_damaged_reply_costs_the_same_on_every_transport(stage: Stage, tally: Tally) -> None:
    """Big: every kind at one object of every shape on every transport. Small: every kind once, and every shape on each."""
    cases = _some_of_everything(stage) if is_big() else _every_kind_once(stage)
    for transport in _OTHERS:
        mine = {stage.shape(each.path) for each in cases if each.transport == transport}
        assert mine == paths_by_shape(stage, transport).keys()
    assert {each.kind for each in cases} == stage.kinds.keys()
    run_cases(stage, cases, tally)


def _some_of_everything(stage: Stage) -> list[Case]:
    rolled = dice("faulty transports")
    return [
        rolled.choice(some)
        for transport in _OTHERS
        for kind in stage.kinds
        for some in _by_shape(stage, transport, kind).values()
    ]


def _every_kind_once(stage: Stage) -> list[Case]:
    rolled = dice("faulty transports")
    cases = []
    for kind in stage.kinds:
        by_shape = _by_shape(stage, rolled.choice(_OTHERS), kind)
        cases.append(rolled.choice(by_shape[rolled.choice(sorted(by_shape))]))
    met = {(each.transport, stage.shape(each.path)) for each in cases}
    for transport in _OTHERS:
        for shape, some in places(stage, transport).items():
            if (transport, shape) not in met:
                path, nth = rolled.choice(some)
                cases.append(Case(transport, rolled.choice(_PLAIN), path, nth))
    return cases


def _by_shape(stage: Stage, transport: str, kind: str) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for each in every_case(stage, transport, (kind,)):
        found.setdefault(stage.shape(each.path), []).append(each)
    return found
