"""Cases of a staged host, and running one: what differs, and whether it took longer than the fault explains."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tests.faulty_daemon import Fault, encode_reply
from tests.torture.faulty_check import Case, Seen, differences
from tests.torture.faulty_faults import split
from tests.torture.faulty_scope import SCOPES
from tests.torture.faulty_stage import PATIENCE, Stage
from tests.torture.ledger import Tally
from tests.torture.size import seed

MARGIN: Final = 1.0  # seconds beyond what the fault may cost
_AT_ONCE: Final = 6
_SHOWN: Final = 12


def paths_by_shape(stage: Stage, transport: str) -> dict[str, list[str]]:
    """The paths that an undamaged run asks for, in order. Raises AssertionError for a shape without a scope."""
    found: dict[str, list[str]] = {}
    for path in dict.fromkeys(stage.undamaged(transport).daemon.requests):
        found.setdefault(stage.shape(path), []).append(path)
    unknown = found.keys() - SCOPES.keys()
    assert not unknown, f"requests whose damage nobody has thought of: add {sorted(unknown)} to SCOPES"
    return found


def places(stage: Stage, transport: str) -> dict[str, list[tuple[str, int | None]]]:
    """By shape: first, middle and last object; of what is asked several times the first, the last and every time."""
    asked = stage.undamaged(transport).daemon.requests
    found: dict[str, list[tuple[str, int | None]]] = {}
    for shape, paths in paths_by_shape(stage, transport).items():
        some = [paths[at] for at in sorted({0, len(paths) // 2, len(paths) - 1})]
        for path in some:
            times = asked.count(path)
            found.setdefault(shape, []).extend(
                [(path, None)] if times == 1 else [(path, None), (path, 1), (path, times)]
            )
    return found


def applies(stage: Stage, kind: str, path: str) -> bool:
    """Whether the fault changes anything about this reply. An archive has more time than a request: the run's own deadline,
    which another test lets pass, is what ends a slow one.
    """
    if stage.kinds[kind].slow and path.endswith("/get"):
        return False
    return stage.kinds[kind].applies(body_at(stage, path))


def body_at(stage: Stage, path: str) -> bytes:
    """The body of the undamaged reply."""
    return split(encode_reply(stage.world[path]))[1]


def every_case(stage: Stage, transport: str, kinds: Iterable[str]) -> Iterator[Case]:
    """Every kind at every place."""
    by_shape = places(stage, transport)
    for kind in kinds:
        for some in by_shape.values():
            yield from (Case(transport, kind, path, nth) for path, nth in some if applies(stage, kind, path))


def run_case(stage: Stage, case: Case, seen: Seen) -> list[str]:
    """What is wrong, nothing else; on a loaded machine a case is tried once more before it counts."""
    found = _attempt(stage, case, seen)
    return found and _attempt(stage, case, Seen())


def _attempt(stage: Stage, case: Case, seen: Seen) -> list[str]:
    fault = Fault(case.kind, f"^{re.escape(case.path)}$", case.nth)
    try:
        run = stage.damaged(case.transport, fault)
    except Exception:  # noqa: BLE001  (a traceback is what this looks for)
        return [traceback.format_exc()]
    if case.path not in run.daemon.requests:
        return ["the damaged reply was never asked for"]
    found = differences(stage, case, run, seen)
    most = stage.undamaged(case.transport).seconds + MARGIN + (3 * PATIENCE if stage.kinds[case.kind].slow else 0)
    if run.seconds > most:
        found.append(f"took {run.seconds:.2f} s, {most:.2f} s are explained")
    return found


def run_cases(stage: Stage, cases: Sequence[Case], tally: Tally) -> None:
    """Runs all of them, those that wait side by side. Raises AssertionError for the first ones that are wrong."""
    seen = Seen()
    quick = [each for each in cases if not stage.kinds[each.kind].slow]
    slow = [each for each in cases if stage.kinds[each.kind].slow]
    wrong = [(each, found) for each in quick if (found := run_case(stage, each, seen))]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        suspects = [
            each
            for each, found in zip(slow, pool.map(lambda one: _attempt(stage, one, seen), slow), strict=True)
            if found
        ]
    wrong += [(each, found) for each in suspects if (found := run_case(stage, each, Seen()))]
    tally.count("damaged replies", len(cases))
    tally.count("rows compared with the undamaged run", seen.rows)
    tally.count("facts compared with the undamaged run", seen.facts)
    assert not wrong, told(wrong)
    assert not stage.knocked(), "a redirect was followed"


def told(wrong: Sequence[tuple[Case, list[str]]]) -> str:
    """What failed, and how to repeat it."""
    lines = [f"seed {seed()}: {len(wrong)} cases are wrong"]
    for case, found in wrong[:_SHOWN]:
        lines += [f"{case}: {len(found)} differences", *(f"    {each[:600]}" for each in found[:4])]
    return "\n".join(lines)
