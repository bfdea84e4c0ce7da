"""Scripts for what OVAL cannot say, by Script Check Engine's rules (docs/export.md): the explicit table.

A script is run by oscap on the host, as root, without a home or DOCKER_HOST. It leaves with one of the statuses in ``RESULTS``;
Values arrive as XCCDF_VALUE_<name>.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.scap.checklist import ChecklistRule

SCE: Final = "http://open-scap.org/page/SCE"
RESULTS: Final[Mapping[str, int]] = {
    "pass": 101,
    "fail": 102,
    "error": 103,
    "unknown": 104,
    "notapplicable": 105,
    "notchecked": 106,
}


@dataclass(frozen=True, slots=True)
class SceScript:
    """A script: its file name (``[a-z0-9_]+.sh``) and text, and the Values it reads: id -> name after XCCDF_VALUE_."""

    name: str
    text: str
    exports: Mapping[str, str]


def sce_script(rule: ChecklistRule) -> SceScript | None:
    """The script that judges ``rule``; None where there is none."""
    made = SCRIPTS.get(rule.control.id)
    return None if made is None else made(rule)


SCRIPTS: Final[Mapping[str, Callable[[ChecklistRule], SceScript]]] = {}
