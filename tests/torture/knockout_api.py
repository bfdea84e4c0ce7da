"""Everything that can be wrong with a reply of the engine: the whole of it, and every key in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from tests.faulty_daemon import FAULTS as BREAKDOWNS
from tests.faulty_daemon import Fault
from tests.torture.knockout_host import Rows, Standing
from tests.torture.knockout_structure import KINDS, Changed, changed_documents

# hang, huge_announced and close stand for them; their floods and drips are measured by the harness of the faulty daemon
_SLOW: Final = frozenset(("drip", "huge", "chunk_flood", "die"))
_FIELD: Final = re.compile("[A-Z][A-Za-z0-9]*")
_DAMAGED: Final = frozenset(("wrong type", "duplicate"))


@dataclass(frozen=True)
class ReplyCase:
    """``fault`` is a breakdown (at the ``nth`` request for ``path``, or all) or a kind of structural fault at ``where``."""

    fault: str
    path: str
    damage: bool
    blind: bool
    nth: int | None = None
    where: tuple[str | int, ...] = ()
    body: bytes = b""
    leaves_out: bool = (
        False  # what an engine says of everything is not there, or null where that is no empty list or object
    )


def look_at(standing: Standing, case: ReplyCase) -> Rows:
    """The verdicts while the engine replies as ``case`` says."""
    with ExitStack() as stack:
        if case.body:
            stack.enter_context(standing.daemon.instead(case.path, case.body))
        else:
            stack.enter_context(standing.daemon.broken(Fault(case.fault, f"^{re.escape(case.path)}$", case.nth)))
        return standing.look()


def requests_of(standing: Standing) -> dict[str, int]:
    """How often a look asks for which path."""
    standing.daemon.requests.clear()
    standing.look()
    asked: dict[str, int] = {}
    for path in standing.daemon.requests:
        asked[path] = asked.get(path, 0) + 1
    return asked


def cases_of(standing: Standing, path: str, times: int) -> Iterator[ReplyCase]:
    """Every fault of the reply to ``path``, which is asked for ``times`` times."""
    for name in BREAKDOWNS:
        if name not in _SLOW:
            for nth in (None, *range(1, times + 1)) if times > 1 else (None,):
                yield ReplyCase(name, path, damage=True, blind=nth is None, nth=nth)
    document = standing.world.get(path)
    if isinstance(document, dict | list):
        for kind in KINDS:
            for changed in changed_documents(document, kind):
                left_out = _is_left_out(kind, changed)
                yield ReplyCase(
                    kind,
                    path,
                    kind in _DAMAGED,
                    blind=kind == "duplicate",
                    where=changed.where,
                    body=changed.data,
                    leaves_out=left_out,
                )


def _is_left_out(kind: str, changed: Changed) -> bool:
    """A field of a Go structure, by its capital letter, and no name that somebody gave: those begin with a small one here."""
    key = changed.where[-1]
    if not isinstance(key, str):
        return False
    if isinstance(changed.before, str | bool | int | float):
        return kind in ("missing", "null")
    return kind == "missing" and bool(changed.before) and _FIELD.fullmatch(key) is not None
