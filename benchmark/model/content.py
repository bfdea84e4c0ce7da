"""The catalogue: everything that controls/ and mappings/ say, checked and ready to use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmark.model.control import Control
from benchmark.model.framework import Framework


@dataclass(frozen=True, slots=True)
class Catalog:
    """All controls by id and all frameworks by id; ``digest`` is ``sha256:…`` over their canonical form.

    ``compiled`` is that form, from which the same catalogue can be loaded again; b"" for one that was built otherwise.
    """

    controls: Mapping[str, Control]
    frameworks: Mapping[str, Framework]
    digest: str
    compiled: bytes = field(default=b"", repr=False, compare=False)
