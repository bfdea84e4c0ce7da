"""The quick way: tests are collected once, and every mutant is put into the running process of a forked child.

A change inside a function replaces the code of the function object, which everybody shares; a change of a table runs the
module's assignments again and puts the new values wherever the old ones are known by name. Whoever kept an old value in
another way still has it: a mutant that lives here is tried again in a process that imports it afresh (mutation_fresh.py).
"""

from __future__ import annotations
import __future__

import ast
import gc
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, Final

import pytest
from _pytest.runner import runtestprotocol

from tests.torture.mutation_children import bound_cpu, run_child
from tests.torture.mutation_mutants import Mutant, path_of
from tests.torture.mutation_scope import Stages

_OURS: Final = ("benchmark", "tests")
_ANNOTATIONS: Final = __future__.annotations.compiler_flag


class Warm:
    """A plugin that takes over the run: every test once, to see what it calls and how long it takes; then the mutants."""

    def __init__(
        self,
        modules: Mapping[str, Stages],
        mutants: Sequence[Mutant],
        say: Callable[..., None],
        room: Path,
    ) -> None:
        self.modules = modules
        self.files = {str(path_of(each)): each for each in modules}
        self.mutants, self.say, self.room = mutants, say, room
        self.seconds: dict[int, float] = {}
        self.callers: dict[tuple[str, str], set[int]] = defaultdict(set)
        self.killers: dict[str, list[int]] = defaultdict(list)
        self.near: dict[str, set[int]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of pytest's own loop."""
        if session.testsfailed:
            self.say(problem="tests cannot be collected")
            return True
        if not self._rehearse(session.items):
            return True
        for module, stages in self.modules.items():
            first = tuple(stages[0])
            self.near[module] = {at for at, each in enumerate(session.items) if each.nodeid.startswith(first)}
        self.say(tests=len(self.seconds), seconds=sum(self.seconds.values()))
        gc.collect()
        gc.freeze()  # else the first collection in a child copies every page that holds an object
        gc.disable()
        self._try(session, None)
        for number, mutant in enumerate(self.mutants):
            if mutant.table or self.callers[mutant.module, mutant.function]:
                self._try(session, mutant, number)
        return True

    def _rehearse(self, items: Sequence[pytest.Item]) -> bool:
        called: set[tuple[str, str]] = set()

        def trace(frame: FrameType, _event: str, _argument: object) -> None:
            code = frame.f_code
            if code.co_filename in self.files:
                called.add((self.files[code.co_filename], code.co_qualname.partition(".<locals>")[0]))

        for at, item in enumerate(items):
            called.clear()
            threading.settrace(trace)  # type: ignore[arg-type]
            sys.settrace(trace)  # type: ignore[arg-type]
            started = time.process_time()
            reports = runtestprotocol(item, log=False, nextitem=items[at + 1] if at + 1 < len(items) else None)
            took = time.process_time() - started
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type]
            if any(each.failed for each in reports):
                self.say(problem=f"fails without a mutant: {item.nodeid}: {reports[-1].longreprtext[-2000:]}")
                return False
            if all(each.passed for each in reports):
                self.seconds[at] = took
                for each in called:
                    self.callers[each].add(at)
        return True

    def _try(self, session: pytest.Session, mutant: Mutant | None, number: int = -1) -> None:
        tests = self._order(mutant)
        room = self.room / f"mutant{number}"
        note = self.room / "killer"
        note.unlink(missing_ok=True)

        def work() -> bool:
            if mutant is None:
                for module in self.files.values():
                    put_tables(module, ast.parse(path_of(module).read_text(encoding="utf-8")))
            elif mutant.function:
                if not put_function(mutant):
                    return False
            elif not _puts_tables(mutant):
                return True
            session.config._tmp_path_factory._basetemp = room  # type: ignore[attr-defined]
            return self._fails(session.items, tests, note)

        outcome = run_child(work, 30 + 20 * sum(self.seconds[each] for each in tests), room)
        killer = int(note.read_text(encoding="utf-8")) if note.exists() else -1
        if mutant is not None and killer >= 0:
            self.killers[mutant.module].insert(0, killer)
        said = {"null": "nothing changed, put into the running process"} if mutant is None else {"mutant": mutant.name}
        self.say(**said, outcome=outcome, killer=session.items[killer].nodeid if killer >= 0 else "")

    def _order(self, mutant: Mutant | None) -> list[int]:
        """The tests that call the function: those that killed a neighbour first, then the module's own, the quick first."""
        chosen = set(self.seconds)
        if mutant is None:
            return sorted(chosen)
        if mutant.function:
            chosen = self.callers[mutant.module, mutant.function]
        killers = [each for each in dict.fromkeys(self.killers[mutant.module]) if each in chosen]
        near = self.near[mutant.module]
        return [
            *killers[:20],
            *sorted(chosen - set(killers[:20]), key=lambda each: (each not in near, self.seconds[each], each)),
        ]

    def _fails(self, items: Sequence[pytest.Item], tests: Iterable[int], note: Path) -> bool:
        for at in tests:
            bound_cpu(2 + 10 * self.seconds[at])
            if any(each.failed for each in runtestprotocol(items[at], log=False, nextitem=None)):
                note.write_text(str(at), encoding="utf-8")
                return True
        return False


def put_function(mutant: Mutant) -> bool:
    """Exchanges the code; False where that cannot be done, so that the mutant was not tried at all."""
    owner: Any = sys.modules[mutant.module]
    code = mutant.compile()
    for part in mutant.function.split("."):
        code = next(each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == part)
        owner = owner.__dict__[part]
    target = owner.fget if isinstance(owner, property) else owner
    if not isinstance(target, FunctionType) or len(target.__code__.co_freevars) != len(code.co_freevars):
        return False
    target.__code__ = code
    return True


def put_tables(name: str, tree: ast.Module) -> None:
    """Runs the assignments of the module again, and gives the values to all who know the old ones by the same name."""
    module = sys.modules[name]
    fresh = dict(module.__dict__)
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            lines = ast.fix_missing_locations(ast.Module([statement], []))
            exec(compile(lines, str(path_of(name)), "exec", _ANNOTATIONS, dont_inherit=True), fresh)  # noqa: S102
    for key, new in fresh.items():
        old = module.__dict__.get(key)
        if key != "__builtins__" and not (new is old or (type(new) is type(old) and new == old)):
            for each in _ours():
                if each.__dict__.get(key) is old:
                    each.__dict__[key] = new


def _puts_tables(mutant: Mutant) -> bool:
    mutant.edit.apply()
    try:
        put_tables(mutant.module, mutant.tree)
    except Exception:  # noqa: BLE001  (whatever it is: the module can no longer be imported)
        return False
    return True


def _ours() -> list[ModuleType]:
    return [each for name, each in list(sys.modules.items()) if name.partition(".")[0] in _OURS and each is not None]
