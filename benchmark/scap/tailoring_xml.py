"""Writes a Tailoring document (NIST IR 7275r4, 6.7), one element a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from benchmark.model.facts import JsonValue
from benchmark.scap.benchmark_xml import value_text
from benchmark.scap.checklist import Checklist
from benchmark.scap.names import XCCDF
from benchmark.scap.xml_text import attributes, content, element


@dataclass(frozen=True, slots=True)
class TailoringDraft:
    """What a new tailoring shall say. ``name`` is what its id ends in; ``extends`` the id of a profile of the checklist.

    ``selected`` maps ids of rules and groups, ``values`` ids of values, in the order in which they are written.
    """

    name: str
    title: str
    time: str
    extends: str
    selected: Mapping[str, bool] = field(default_factory=dict)
    values: Mapping[str, JsonValue] = field(default_factory=dict)


def tailoring_pieces(draft: TailoringDraft, checklist: Checklist) -> Iterator[str]:
    """The document."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<Tailoring{attributes({'xmlns': XCCDF, 'id': f'xccdf_dockmark_tailoring_{draft.name}'})}>\n"
    href = f"dockmark-{checklist.framework.replace('_', '-')}.xml"
    yield element("benchmark", href=href, id=checklist.id, version=checklist.version)
    yield element("version", "1", time=draft.time)
    yield f"<Profile{attributes({'id': f'xccdf_dockmark_profile_{draft.name}', 'extends': draft.extends})}>\n"
    yield f'<title xml:lang="en" override="true">{content(draft.title)}</title>\n'
    for idref, selected in draft.selected.items():
        yield element("select", idref=idref, selected="true" if selected else "false")
    for idref, value in draft.values.items():
        yield f"<set-value{attributes({'idref': idref})}>{content(value_text(value))}</set-value>\n"
    yield "</Profile>\n"
    yield "</Tailoring>\n"
