"""The host's own facts: who is in the group that may use the API."""

from __future__ import annotations

from typing import Final

from benchmark.evaluate.operators import OPERATORS
from benchmark.export.comparisons import text_state
from benchmark.export.files import text_in
from benchmark.export.oval_terms import (
    FALSE,
    TRUE,
    Concat,
    Criteria,
    Exists,
    Field,
    Filtered,
    Items,
    every,
    negated,
    some,
)
from benchmark.export.sides import CriteriaSides, NotExpressible, Sides
from benchmark.model.control import Control, Test, WhenAbsent
from benchmark.model.declaration import Type
from benchmark.scap.oval_words import OfElements

# Sources of accounts besides the two files, or lines that bring some in (nsswitch.conf(5)).
_FOREIGN: Final = Exists(
    text_in("/etc/nsswitch.conf", r"^\s*+(?:passwd|group)\s*+:(?=.*\b(?!files\b|systemd\b|compat\b)[a-z_]+)(.*)$"),
    "accounts come from elsewhere than /etc/passwd and /etc/group",
)
_INCLUDED: Final = some(
    *(
        Exists(text_in(f"/etc/{each}", r"^([+-])"), f"/etc/{each} brings in other accounts")
        for each in ("passwd", "group")
    )
)
_LINE: Final = text_in("/etc/group", r"^docker:[^:\n]*:(\d++):")
_THERE: Final = Exists(_LINE, "there is a group docker")
_READ: Final = Exists(text_in("/etc/group", r"\A(.)"), "/etc/group can be read")
_NUMBER: Final = Field(_LINE, "subexpression")
# of every line that has the number: a group may have several names
_NAMED: Final = text_in(
    "/etc/group", Concat((r"(?:^[^:\n]+:[^:\n]*:", _NUMBER, r":|\G(?!\A),)[ \t]*+([^,:\s]++)"))
)  # fmt: skip
_PRIMARY: Final = text_in(
    "/etc/passwd", Concat((r"^([^:\n]+):[^:\n]*:\d*:", _NUMBER, ":"))
)  # fmt: skip


def docker_group_members(test: Test, control: Control, is_usual: Criteria) -> CriteriaSides:
    """Members by the line of the group and by their primary group. ``is_usual`` holds when the group is called docker."""
    counterpart = OPERATORS[test.word].oval(test.argument, Type.STRINGS)
    if not isinstance(counterpart, OfElements):
        raise NotExpressible(f"{test.fact} {test.word}")
    state = text_state(counterpart.comparison, control)

    def some_of(*, keep: bool) -> Criteria:
        found: tuple[Items, ...] = (_NAMED, _PRIMARY)
        return some(
            *(
                Exists(Filtered(each, state, keep=keep), f"a member {'' if keep else 'not '}in the list")
                for each in found
            )
        )

    match counterpart.quantifier:
        case "every":
            holds = negated(some_of(keep=False))
        case "none":
            holds = negated(some_of(keep=True))
        case _:
            holds = some_of(keep=True)
    absent = {WhenAbsent.PASS: (TRUE, FALSE), WhenAbsent.FAIL: (FALSE, TRUE)}.get(test.absent, (FALSE, FALSE))  # type: ignore[arg-type]
    sure = every(is_usual, _READ, negated(_FOREIGN), negated(_INCLUDED))
    return Sides(
        every(sure, some(every(_THERE, holds), every(negated(_THERE), absent[0]))),
        every(sure, some(every(_THERE, negated(holds)), every(negated(_THERE), absent[1]))),
    )
