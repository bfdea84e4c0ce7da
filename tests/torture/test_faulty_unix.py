"""Every request x every fault x first, middle and last object over a unix socket; deadlines when everything hangs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from benchmark.model.facts import Reason
from tests.faulty_daemon import Fault
from tests.torture.faulty_check import Case, Seen, differences
from tests.torture.faulty_faults import Kind, Outcome
from tests.torture.faulty_harness import HARNESS, stage
from tests.torture.faulty_run import every_case, paths_by_shape, places, run_cases
from tests.torture.faulty_scope import SCOPES
from tests.torture.faulty_stage import Stage
from tests.torture.ledger import Tally
from tests.torture.size import dice, is_big, seed

__all__ = ["HARNESS", "stage"]

_DEADLINE: Final = 0.8
_LATE: Final = frozenset({Reason.TIMEOUT, Reason.HTTP_ERROR})  # a refusal that does not end is one all the same
_AT_ONCE: Final = 5
_PER_KIND: Final = 2


def test_an_undamaged_run_is_the_same_every_time_and_asks_for_everything(stage: Stage, tally: Tally) -> None:
    sound = stage.undamaged("unix")
    with stage.serve("unix") as daemon:
        again = stage.audit("unix", daemon)
    assert again.document == sound.document
    assert daemon.requests == sound.daemon.requests
    assert paths_by_shape(stage, "unix").keys() == SCOPES.keys(), "a scope for what nobody asks is no scope"
    tally.count("rows compared with the undamaged run", len(sound.rows))


def test_a_damaged_reply_costs_what_rests_on_it(stage: Stage, tally: Tally) -> None:
    cases = list(every_case(stage, "unix", stage.kinds))
    if not is_big():
        rolled = dice("faulty unix")
        by_kind: dict[str, list[Case]] = {}
        for each in cases:
            by_kind.setdefault(each.kind, []).append(each)
        cases = [case for some in by_kind.values() for case in rolled.sample(some, min(len(some), _PER_KIND))]
        used = {(stage.shape(each.path)) for each in cases}
        cases += [
            Case("unix", rolled.choice(sorted(by_kind)), path, nth)
            for shape, some in places(stage, "unix").items()
            for path, nth in some
            if shape not in used
        ]
    run_cases(stage, cases, tally)
    tally.count("kinds of faults", len({each.kind for each in cases}))


def test_a_run_ends_at_its_deadline_when_all_of_a_kind_hang(stage: Stage, tally: Tally) -> None:
    """One that is damaged can wait for itself; twenty that are must not wait for each other."""
    silent = [
        name for name, each in stage.kinds.items() if each.slow and each.outcome is Outcome.LOST and name != "overdue"
    ]
    shapes = paths_by_shape(stage, "unix")
    every = [(kind, shape) for kind in silent for shape in shapes]
    rolled = dice("faulty deadline")
    rolled.shuffle(every)
    chosen = every if is_big() else [*({shape: (kind, shape) for kind, shape in every}.values())]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(lambda each: _hang(stage, *each), chosen))
    suspects = [each for each, bad in zip(chosen, found, strict=True) if bad]
    wrong = [f"{each}: {bad[:3]}" for each in suspects if (bad := _hang(stage, *each))]
    assert not wrong, f"seed {seed()}: " + "\n".join(wrong[:10])
    tally.count("runs of which every reply of a kind hangs", len(chosen))


def _hang(stage: Stage, kind: str, shape: str) -> list[str]:
    """Every request of this shape is damaged, and one request might take far longer than the run."""
    pattern = "^" + shape.replace("?", r"\?").replace("ID", "[^/]+") + "$"
    ended = Kind(stage.kinds[kind].break_down, Outcome.ENDED, frozenset({*stage.kinds[kind].reasons, *_LATE}))
    with stage.serve("unix", (Fault(kind, pattern),)) as daemon:
        run = stage.audit("unix", daemon, request_timeout=30.0, deadline=_DEADLINE)
    path = paths_by_shape(stage, "unix")[shape][0]
    case = Case("unix", kind, path)
    found = differences(stage, case, run, Seen(), ended)
    if run.seconds > _DEADLINE + 1:
        found.append(f"took {run.seconds:.2f} s with a deadline of {_DEADLINE} s")
    if run.seconds < _DEADLINE:
        found.append(f"took only {run.seconds:.2f} s: nothing has hung")
    return found


@pytest.mark.parametrize("shape", ["/containers/ID/json", "/images/ID/json", "/exec/ID/json"])
def test_many_silent_objects_cost_their_own_time_no_more_than_three_times(
    shape: str, stage: Stage, tally: Tally
) -> None:
    pattern = "^" + shape.replace("ID", "[^/]+") + "$"
    with stage.serve("unix", (Fault("hang", pattern),)) as daemon:
        run = stage.audit("unix", daemon, request_timeout=0.4)
    assert run.seconds < 3 * 0.4 + 1 + stage.undamaged("unix").seconds
    tally.count("runs of which every reply of a kind hangs")
