"""The benchmark of a framework's version, for the formats that carry it."""

from __future__ import annotations

from benchmark.evaluate import describe_condition
from benchmark.model.content import Catalog
from benchmark.model.control import Control
from benchmark.model.vocabulary import COLLECTIONS
from benchmark.scap.checklist import Checklist, make_checklist


def checklist_of(catalog: Catalog, framework: str, version: str) -> Checklist:
    """The checklist of ``version``, each rule with what its control checks in words."""
    return make_checklist(catalog, framework, version, _describe)


def _describe(control: Control) -> str:
    """What is checked: ``For each of containers (every container, stopped ones included): passes when …``."""
    sentences = [
        f"{words} {describe_condition(condition)}"
        for words, condition in (
            ("applies when", control.when),
            ("passes when", control.check),
            ("is left to a person when it fails and", control.review),
        )
        if condition is not None
    ]
    if control.attest is not None:
        sentences.append(f"a person says: {control.attest}")
    named = control.for_each.replace("_", " ")
    return f"For each of {named} ({COLLECTIONS[control.for_each].doc}): {'; '.join(sentences)}."
