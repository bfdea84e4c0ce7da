"""What a caller may choose about a rendering."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.model.framework_view import FrameworkView
    from benchmark.model.result import Assessment, XccdfScore
    from benchmark.scap.checklist import Checklist


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How to render. The JSON format heeds ``views`` only: but for them, its bytes depend on the assessment alone.

    ``width`` is the terminal's, in columns (below 40 counts as 40). ``colour`` allows SGR sequences. ``verbose`` shows
    every finding with its evidence, and nothing shortened. ``unicode`` False keeps the output in ASCII. ``sections`` maps
    a section number ("5") to our label, as ``Framework.sections`` does; ``framework`` is ``Framework.title``, and its id
    stands in where that is empty. ``checklist`` makes the benchmark of a framework's version, for formats that carry it.
    ``instance_scores`` asks XCCDF for a rule-result for every subject, and scores those. ``frameworks`` are the ids of all that
    controls may be mapped to. ``views`` shows an assessment from the frameworks that were asked for, instead of the
    benchmark's sections.
    """

    width: int = 100
    colour: bool = False
    verbose: bool = False
    unicode: bool = True
    sections: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    framework: str = ""
    instance_scores: Callable[[Assessment], tuple[XccdfScore, ...]] | None = None
    checklist: Callable[[str, str], Checklist] | None = None
    frameworks: tuple[str, ...] = ()
    views: Callable[[Assessment], tuple[FrameworkView, ...]] | None = None
