"""The mutants of a module: what is changed, where, and the code that results."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, MappingProxyType
from typing import Final

from tests.torture.mutation_edits import Edit, Enums, edits_of, is_prose

ROOT: Final = Path(__file__).resolve().parents[2]
_WIDEST: Final = 90  # of the text by which a mutant is known
_NOT_MUTATED: Final = frozenset({"annotation", "returns", "decorator_list", "type_comment", "bases"})
_SCOPES: Final = ast.FunctionDef | ast.ClassDef
_COMPOUND: Final = ast.If | ast.For | ast.While | ast.With | ast.Try | ast.Match | ast.match_case | _SCOPES | ast.Module


@dataclass(frozen=True)
class Mutant:
    """``name`` says module, function or table, and the change; it survives edits of anything else in the module.

    ``function`` is the outermost function or method whose body holds the change; ``table`` the name to which the module
    assigns what holds it; both "" for what else runs at import: defaults of arguments and of fields.
    """

    module: str
    name: str
    operator: str
    function: str
    table: str
    line: int
    edit: Edit
    tree: ast.Module

    def compile(self) -> CodeType:
        """The module's code with the change."""
        before = self.edit.apply()
        try:
            return compile(ast.fix_missing_locations(self.tree), str(path_of(self.module)), "exec", dont_inherit=True)
        finally:
            self.edit.revert(before)


def path_of(module: str) -> Path:
    """The file of ``module``."""
    return ROOT / (module.replace(".", "/") + ".py")


@cache
def mutants_of(module: str, source: str | None = None) -> tuple[Mutant, ...]:
    """Every mutant of ``module``, in the order of its text; the same for the same text."""
    text = path_of(module).read_text(encoding="utf-8") if source is None else source
    tree = ast.parse(text)
    seen: Counter[str] = Counter()
    found = []
    for edit, parents, scope, function in _walk(tree, (), "", "", _enums()):
        before, after = _texts(edit, parents)
        if before == after:
            continue
        name = f"{module}:{scope or '(module)'}: {before} -> {after}"
        seen[name] += 1
        unique = name if seen[name] == 1 else f"{name} #{seen[name]}"
        line = next((each.lineno for each in (edit.owner, *reversed(parents)) if hasattr(each, "lineno")), 0)
        table = scope if len(parents) > 0 and _is_assigned(parents, edit) else ""
        found.append(Mutant(module, unique, edit.operator, function, table, line, edit, tree))
    return tuple(found)


def _walk(
    node: ast.AST, parents: tuple[ast.AST, ...], scope: str, function: str, enums: Enums
) -> Iterator[tuple[Edit, tuple[ast.AST, ...], str, str]]:
    """Changes with the nodes around them, the name of what they stand in, and the outermost function."""
    for edit in edits_of(node, parents, enums):
        if edit.field not in _NOT_MUTATED:
            yield edit, parents, scope, function
    inside = (*parents, node)
    for field, value in ast.iter_fields(node):
        if field in _NOT_MUTATED:
            continue
        for at, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or _is_left_alone(child):
                continue
            named = _named(child, node, field, scope)
            if isinstance(node, ast.Dict) and field == "values" and scope and not function:
                named = f"{scope}[{_line(node.keys[at])}]"
            outermost = function
            if not function and isinstance(node, ast.FunctionDef) and field == "body":
                outermost = scope
            yield from _walk(child, inside, named, outermost, enums)


def _named(child: ast.AST, parent: ast.AST, field: str, scope: str) -> str:
    if isinstance(child, _SCOPES):
        return f"{scope}.{child.name}" if scope else child.name
    if (
        isinstance(parent, ast.Module | ast.ClassDef)
        and field == "body"
        and isinstance(child, ast.Assign | ast.AnnAssign)
    ):
        target = child.targets[0] if isinstance(child, ast.Assign) else child.target
        return f"{scope}.{ast.unparse(target)}" if scope else ast.unparse(target)
    return scope


def _is_left_alone(node: ast.AST) -> bool:
    """Imports, types, prose, and branches that the type checker proves to be unreachable."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Assert) or is_prose(node):
        return True
    if isinstance(node, ast.AnnAssign) and "TypeAlias" in ast.unparse(node.annotation):
        return True
    if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("TypeVar("):
        return True
    return isinstance(node, ast.match_case) and ast.unparse(node.pattern) == "_ as never"


def _is_assigned(parents: tuple[ast.AST, ...], edit: Edit) -> bool:
    statement = parents[1] if len(parents) > 1 else edit.owner
    return isinstance(statement, ast.Assign | ast.AnnAssign)


def _texts(edit: Edit, parents: tuple[ast.AST, ...]) -> tuple[str, str]:
    """What stands there before and after: as much of the code around the change as makes one readable line."""
    if isinstance(edit.owner, ast.match_case):
        return f"case {_line(edit.owner.pattern)}", "(dropped)"
    holder: ast.AST | None = None
    for each in (edit.owner, *reversed(parents)):
        if isinstance(each, _COMPOUND) or _is_tall(each) or len(_line(each)) > _WIDEST:
            break
        holder = each
    if isinstance(edit.owner, ast.Dict) and edit.field == "keys":
        return _line(edit.old), _line(edit.new)
    if holder is None:
        return _cut(_line(edit.old), "pass" if isinstance(edit.new, ast.Pass) else _line(edit.new))
    before, undo = _line(holder), edit.apply()
    after = _line(holder)
    edit.revert(undo)
    return before, after


def _is_tall(node: ast.AST) -> bool:
    """True for what cannot be one line of the usual width."""
    return getattr(node, "end_lineno", 0) - getattr(node, "lineno", 0) > 3


def _line(node: object) -> str:
    if node is None:
        return "(nothing)"
    if isinstance(node, ast.operator | ast.boolop | ast.cmpop | ast.unaryop):
        return type(node).__name__
    return " ".join(ast.unparse(node).split()) if isinstance(node, ast.AST) else str(node)


def _cut(before: str, after: str) -> tuple[str, str]:
    """Two long texts from a little before the place where they begin to differ."""
    common = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
    start = max(0, common - 30) if max(len(before), len(after)) > _WIDEST else 0
    return _window(before, start), _window(after, start)


def _window(text: str, start: int) -> str:
    end = start + _WIDEST
    return ("…" if start else "") + text[start:end] + ("…" if len(text) > end else "")


@cache
def _enums() -> Enums:
    """The enumerations of the product, read from its source: nothing of it is imported here."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((ROOT / "benchmark").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "enum." not in text:
            continue
        for each in ast.parse(text).body:
            if isinstance(each, ast.ClassDef) and any(ast.unparse(base).startswith("enum.") for base in each.bases):
                members = [
                    ast.unparse(line.targets[0]) for line in each.body if isinstance(line, ast.Assign) and line.targets
                ]
                if len(members) > 1:
                    found[each.name] = tuple(members)
    return MappingProxyType(found)
