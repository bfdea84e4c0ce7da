"""Scripts for what OVAL cannot say, by Script Check Engine's rules (docs/export.md), made from a control's facts and words.

A script is run by oscap on the host, as root, without a home or DOCKER_HOST. It leaves with one of the statuses in ``RESULTS``;
Values arrive as XCCDF_VALUE_<name>. What it cannot read is an error, never a pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.export.sce_conditions import LISTED, NUMBER, Writer
from benchmark.export.sce_facts import COLLECTIONS, ScriptCollection, library
from benchmark.export.sides import NotExpressible
from benchmark.model.control import Control
from benchmark.scap.checklist import ChecklistRule
from benchmark.scap.names import value_id

SCE: Final = "http://open-scap.org/page/SCE"
RESULTS: Final[Mapping[str, int]] = {
    "pass": 101,
    "fail": 102,
    "error": 103,
    "unknown": 104,
    "notapplicable": 105,
    "notchecked": 106,
}
# The worst of several members' results is the control's (docs/architecture.md, Verdicts).
_ORDER: Final = ("fail", "error", "unknown", "notchecked", "pass", "notapplicable")
_FRAME: Final = """\
#!/bin/sh
# {control}: made by dockmark from its facts and words; changes are lost.
LC_ALL=C
export LC_ALL
# leave RESULT TEXT: told without any character that XML does not hold
leave() {{
    printf '%s\\n' "$2" | tr -c '\\n -~' '?' | head -c 8000
    case $1 in
{statuses}
    esac
}}
trap 'case $? in 10[1-9]) ;; *) exit {error} ;; esac' EXIT
say() {{ echo "$*"; }}
"""
_LOOP: Final = """\
told=
worst=notapplicable
IFS='
'
set -f
for member in $members; do
    unset IFS
    set +f
    said=
    judge
    told="$told$result: {kind} $member: $said
"
    for each in {order}; do
        case $each in "$result" | "$worst") worst=$each; break ;; esac
    done
done
leave "$worst" "${{told:-there is nothing to judge}}"
"""


@dataclass(frozen=True, slots=True)
class SceScript:
    """A script: its file name (``[a-z0-9_]+.sh``) and text, and the Values it reads: id -> name after XCCDF_VALUE_."""

    name: str
    text: str
    exports: Mapping[str, str]


def sce_script(rule: ChecklistRule) -> SceScript | None:
    """The script that judges ``rule``; None where a script cannot, or where only people can."""
    control = rule.control
    collection = COLLECTIONS.get(control.for_each)
    if collection is None:
        return None
    try:
        return _script(control, collection)
    except NotExpressible:
        return None


def _script(control: Control, collection: ScriptCollection) -> SceScript:
    writer = Writer(control, collection.facts)
    judge = _judge(control, writer)
    statuses = "\n".join(f"    {name}) exit {number} ;;" for name, number in RESULTS.items())
    text = (
        _FRAME.format(control=control.id, statuses=statuses, error=RESULTS["error"])
        + LISTED
        + NUMBER
        + "set -e\n"
        + library((*collection.needs, *writer.needs))
        + collection.text
        + "set +e\n"
        + "".join(writer.lines)
        + judge
        + _LOOP.format(kind=collection.kind, order=" ".join(_ORDER))
    )
    exports = {value_id(control.id, name): name for name in writer.exports}
    return SceScript(f"{control.id}.sh", text, exports)  # its id is snake case


def _judge(control: Control, writer: Writer) -> str:
    """The function that sets ``result`` for one member, in the order of ``model.Control``."""
    body = ""
    if control.when is not None:
        when = writer.condition(control.when)
        body += f"{when}\ncase $? in 1) result=notapplicable; return ;; 2) result=error; return ;; esac\n"
    if control.check is None:
        raise NotExpressible("only people can say")
    passed = "pass" if control.attest is None else "notchecked"
    failed = "result=fail"
    if control.review is not None:
        review = writer.condition(control.review)
        failed = f"kept=$said; {review}; case $? in 0) result=notchecked ;; 1) result=fail ;; *) result=error ;; esac; said=$kept"
    check = writer.condition(control.check)
    body += f"{check}\ncase $? in 0) result={passed} ;; 1) {failed} ;; *) result=error ;; esac\n"
    indented = "".join(f"    {line}" for line in body.splitlines(keepends=True))
    return f"judge() {{\n{indented}}}\n"
