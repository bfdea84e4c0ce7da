"""How each control is exported: as OVAL where its meaning is kept, else as a script (SCE), else as a question (OCIL)."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from benchmark.export.daemon import around
from benchmark.export.oval_terms import Criteria
from benchmark.export.populations import POPULATIONS, unlisted
from benchmark.export.sce_scripts import SceScript, sce_script
from benchmark.export.sides import NotExpressible
from benchmark.export.verdict import definition_of
from benchmark.model.control import Automation, Control
from benchmark.scap.checklist import Checklist, ChecklistRule


class Way(enum.StrEnum):
    """Who judges an exported rule."""

    OVAL = "OVAL"
    SCE = "SCE"
    OCIL = "OCIL"


@dataclass(frozen=True, slots=True)
class Export:
    """A rule and the way it goes. ``reason`` says why not OVAL; ``criteria`` or ``script`` is there, or neither (OCIL)."""

    rule: ChecklistRule
    way: Way
    reason: str
    criteria: Criteria | None = None
    script: SceScript | None = None


def exports_of(checklist: Checklist) -> tuple[Export, ...]:
    """The way of every rule, in document order."""
    return tuple(_export(each) for each in checklist.rules())


def oval_criteria(control: Control) -> Criteria:
    """``control`` as criteria of an OVAL definition. Raises NotExpressible, which says why that cannot be."""
    if control.automation is Automation.ATTESTED:
        raise NotExpressible("only people can say")
    if control.for_each not in POPULATIONS:
        raise NotExpressible(unlisted(control.for_each))
    return definition_of(control, POPULATIONS[control.for_each](control), around(control))


def _export(rule: ChecklistRule) -> Export:
    try:
        return Export(rule, Way.OVAL, "", criteria=oval_criteria(rule.control))
    except NotExpressible as why:
        reason = str(why)
    script = sce_script(rule)
    if script is not None:
        return Export(rule, Way.SCE, reason, script=script)
    return Export(rule, Way.OCIL, reason)
