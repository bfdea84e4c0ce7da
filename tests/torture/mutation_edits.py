"""Small changes of source code, each of a kind that programmers make by mistake.

``edits_of`` gives every change of one node of the tree: which part of it is replaced by what.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Enums = Mapping[str, Sequence[str]]
"""The members of every enumeration, in the order of their definition."""

_COMPARISONS: Final[Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_ARITHMETIC: Final[Mapping[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_METHODS: Final[Mapping[str, tuple[str, ...]]] = {
    "startswith": ("endswith",),
    "endswith": ("startswith",),
    "removeprefix": ("removesuffix",),
    "removesuffix": ("removeprefix",),
    "partition": ("rpartition",),
    "rpartition": ("partition",),
    "strip": ("lstrip", "rstrip"),
    "lstrip": ("rstrip",),
    "rstrip": ("lstrip",),
    "lower": ("upper",),
    "upper": ("lower",),
    "isdisjoint": ("issuperset",),
    "issuperset": ("isdisjoint",),
    "fullmatch": ("match",),
    "match": ("fullmatch",),
    "append": ("count",),
    "extend": ("count",),
    "stat": ("lstat",),
    "lstat": ("stat",),
}
_FUNCTIONS: Final[Mapping[str, str]] = {"any": "all", "all": "any", "min": "max", "max": "min"}
_UNWRAPPED: Final = frozenset({"sorted", "reversed"})


@dataclass(frozen=True)
class Edit:
    """``owner.field``, or its element ``index``, becomes ``new``; None takes the element away."""

    operator: str
    owner: ast.AST
    field: str
    index: int | None
    new: Any

    @property
    def old(self) -> Any:
        """What stands there."""
        value = getattr(self.owner, self.field)
        return value if self.index is None else value[self.index]

    def apply(self) -> Any:
        """Makes the change and returns what ``revert`` needs."""
        before = getattr(self.owner, self.field)
        if self.index is None:
            setattr(self.owner, self.field, self.new)
        else:
            middle = [] if self.new is None else [self.new]
            setattr(self.owner, self.field, [*before[: self.index], *middle, *before[self.index + 1 :]])
        return before

    def revert(self, before: Any) -> None:
        """Takes the change back."""
        setattr(self.owner, self.field, before)


def edits_of(node: ast.AST, parents: Sequence[ast.AST], enums: Enums) -> Iterator[Edit]:
    """Every change of the parts of ``node``; ``parents`` are the nodes around it, the outermost first."""
    yield from _operators(node)
    yield from _calls(node)
    yield from _literals(node, parents)
    yield from _flow(node)
    for field, index, child in _parts(node):
        for operator, new in (*_simpler(child), *_others(child, node, field, enums)):
            yield Edit(operator, node, field, index, new)
    yield from _statements(node, parents)
    yield from _handlers(node)


def _operators(node: ast.AST) -> Iterator[Edit]:
    match node:
        case ast.Compare(ops=ops):
            for at, op in enumerate(ops):
                for other in _COMPARISONS[type(op)]:
                    yield Edit("comparison", node, "ops", at, other())
        case ast.BoolOp(op=op):
            yield Edit("and/or", node, "op", None, ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.BinOp() if not _is_of_types(node) and not _is_joined_text(node):
            yield Edit("arithmetic", node, "op", None, _ARITHMETIC[type(node.op)]())
        case ast.AugAssign():
            yield Edit("arithmetic", node, "op", None, _ARITHMETIC[type(node.op)]())


def _calls(node: ast.AST) -> Iterator[Edit]:
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) if name in _METHODS:
            for other in _METHODS[name]:
                yield Edit("method", node.func, "attr", None, other)
        case ast.Call(func=ast.Name(id=name)) if name in _FUNCTIONS:
            yield Edit("function", node.func, "id", None, _FUNCTIONS[name])
    if isinstance(node, ast.Call):
        for at in range(len(node.keywords)):
            yield Edit("argument dropped", node, "keywords", at, None)


def _literals(node: ast.AST, parents: Sequence[ast.AST]) -> Iterator[Edit]:
    match node:
        case ast.List(ctx=ast.Load(), elts=elements) | ast.Set(elts=elements):
            for at in range(len(elements)):
                yield Edit("element dropped", node, "elts", at, None)
        case ast.Tuple(ctx=ast.Load(), elts=elements) if _is_table(parents):
            for at in range(len(elements)):
                yield Edit("element dropped", node, "elts", at, None)


def _flow(node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.If | ast.IfExp):
        yield Edit("condition forced", node, "test", None, ast.Constant(True))
        yield Edit("condition forced", node, "test", None, ast.Constant(False))
    if isinstance(node, ast.While):
        yield Edit("condition forced", node, "test", None, ast.Constant(False))
    if isinstance(node, ast.comprehension):
        for at in range(len(node.ifs)):
            yield Edit("filter dropped", node, "ifs", at, None)
    if isinstance(node, ast.For | ast.comprehension):
        yield Edit("nothing to go through", node, "iter", None, ast.List([], ast.Load()))
    if isinstance(node, ast.Return) and node.value is not None and not _is_nothing(node.value):
        yield Edit("return value", node, "value", None, ast.Constant(None))


def _simpler(child: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """``child`` with a part of it gone."""
    match child:
        case ast.BoolOp(op=op, values=values):
            for at in range(len(values)):
                rest = [*values[:at], *values[at + 1 :]]
                yield "condition dropped", rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
        case ast.Dict(keys=keys, values=values):
            for at in range(len(keys)):
                yield "entry dropped", ast.Dict([*keys[:at], *keys[at + 1 :]], [*values[:at], *values[at + 1 :]])
        case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub(), operand=operand):
            yield "negation dropped", operand
        case ast.BinOp(left=left, right=right):
            yield "side dropped", left
            yield "side dropped", right
        case ast.Call(func=ast.Name(id=name), args=[argument, *_]) if name in _UNWRAPPED:
            yield "call dropped", argument


def _others(child: ast.AST, parent: ast.AST, field: str, enums: Enums) -> Iterator[tuple[str, ast.AST]]:
    """Another value or another member in place of ``child``."""
    match child:
        case ast.Constant() if not _is_beyond_mutation(parent, field):
            for new in _other_values(child.value):
                yield "constant", ast.Constant(new)
        case ast.Attribute(value=ast.Name(id=name), attr=member) if member in enums.get(name, ()):
            if not isinstance(parent, ast.MatchValue):
                members = enums[name]
                other = members[(members.index(member) + 1) % len(members)]
                yield "enumeration", ast.Attribute(ast.Name(name, ast.Load()), other, ast.Load())


def _statements(node: ast.AST, parents: Sequence[ast.AST]) -> Iterator[Edit]:
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, None)
        for at, each in enumerate(block if isinstance(block, list) else []):
            if _is_worth_deleting(each, (*parents, node)):
                yield Edit("statement dropped", node, field, at, ast.Pass())
            if isinstance(each, ast.Continue | ast.Break):
                yield Edit(
                    "statement", node, field, at, ast.Break() if isinstance(each, ast.Continue) else ast.Continue()
                )


def _handlers(node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.ExceptHandler) and node.type is not None:
        yield Edit("exception", node, "type", None, ast.Tuple([], ast.Load()))
    if isinstance(node, ast.Match):
        for each in node.cases:
            if not _is_closing(each) and each.guard is None:
                yield Edit("case dropped", each, "guard", None, ast.Constant(False))


def _parts(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield field, None, value
        elif isinstance(value, list):
            for at, each in enumerate(value):
                if isinstance(each, ast.AST):
                    yield field, at, each


def _other_values(value: object) -> tuple[Any, ...]:
    """Values that somebody could have written instead; none for prose."""
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (value + 1,)
    if value is None:
        return ("mutant",)
    if isinstance(value, str):
        if not value:
            return ("mutant",)
        if any(each.isspace() for each in value):
            return ()
        return (value + "~",)
    if isinstance(value, bytes):
        return (value + b"~",)
    return ()


def is_prose(node: ast.AST) -> bool:
    """A text with values in it, for people: how a message is worded is no verdict."""
    return isinstance(node, ast.JoinedStr) and any(
        isinstance(each, ast.Constant) and any(map(str.isspace, each.value)) for each in node.values
    )


def _is_beyond_mutation(node: ast.AST, field: str) -> bool:
    """Docstrings, formats, and None after ``is``, where only the comparison can be wrong."""
    if isinstance(node, ast.Expr | ast.MatchSingleton | ast.FormattedValue | ast.AnnAssign) and field != "value":
        return True
    if isinstance(node, ast.Expr):
        return True
    return isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Is | ast.IsNot)


def _is_worth_deleting(statement: ast.stmt, parents: Sequence[ast.AST]) -> bool:
    """Not what would only leave a name undefined."""
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Assign):
        function = next((each for each in reversed(parents) if isinstance(each, ast.FunctionDef)), None)
        target = statement.targets[0]
        if function is None or isinstance(target, ast.Tuple):
            return False
        return not isinstance(target, ast.Name) or _times_bound(function, target.id) > 1
    return isinstance(statement, ast.AugAssign | ast.Raise | ast.Continue | ast.Break)


def _times_bound(function: ast.FunctionDef, name: str) -> int:
    stores = [each for each in ast.walk(function) if isinstance(each, ast.Name) and each.id == name]
    arguments = [each for each in ast.walk(function.args) if isinstance(each, ast.arg) and each.arg == name]
    return sum(isinstance(each.ctx, ast.Store) for each in stores) + len(arguments)


def _is_closing(case: ast.match_case) -> bool:
    """``case _`` and ``case _ as never``: whatever is left, and mostly nothing is, as the type checker proves."""
    pattern = case.pattern
    while isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        pattern = pattern.pattern
    return isinstance(pattern, ast.MatchAs)


def _is_table(parents: Sequence[ast.AST]) -> bool:
    """True for a tuple that lists alternatives or rows, as against one that packs unlike things."""
    match parents:
        case [ast.Module(), ast.Assign() | ast.AnnAssign()]:
            return True
        case [*_, ast.Compare() | ast.For() | ast.comprehension() | ast.Starred()]:
            return True
        case [*_, ast.Call(func=ast.Name(id="isinstance"))]:
            return True
    return False


def _is_of_types(node: ast.BinOp) -> bool:
    """``isinstance(x, A | B)``: the bar builds a type."""
    return isinstance(node.op, ast.BitOr) and all(
        isinstance(each, ast.Name | ast.BinOp) and ast.unparse(each)[:1].isupper() for each in (node.left, node.right)
    )


def _is_joined_text(node: ast.BinOp) -> bool:
    return isinstance(node.op, ast.Add) and (_is_text(node.left) or _is_text(node.right))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


def _is_nothing(node: ast.AST) -> bool:
    """None, or what its caller would take for the same."""
    return isinstance(node, ast.Constant) and not node.value
