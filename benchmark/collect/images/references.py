"""Image references as registries know them: ``nginx`` is ``docker.io/library/nginx``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from benchmark.model.facts import JsonValue

DEFAULT_REGISTRY: Final = "docker.io"
ANY_REGISTRY: Final = "*"
_REFERENCE: Final = re.compile(
    r"(?P<name>[^\s:@/]+(?::[0-9]{1,5}(?=/))?(?:/[^\s:@/]+)*)(?::(?P<tag>[\w][\w.-]{0,127}))?(?:@(?P<digest>[\w+.-]+:[0-9a-f]{32,128}))?"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """``name`` is complete: registry, namespace and repository. ``tag`` and ``digest`` are "" where none is given."""

    name: str
    tag: str
    digest: str


def parse_reference(text: str) -> Reference | None:
    """The reference in ``text``; None when it is none (``<none>:<none>``, an image id)."""
    found = _REFERENCE.fullmatch(text)
    if found is None or "<" in text or len(text) > 1024:
        return None
    registry, _, rest = found["name"].partition("/")
    if not rest or not ("." in registry or ":" in registry or registry == "localhost" or registry != registry.lower()):
        registry, rest = DEFAULT_REGISTRY, found["name"]
    if registry == "index.docker.io":
        registry = DEFAULT_REGISTRY
    if registry == DEFAULT_REGISTRY and "/" not in rest:
        rest = f"library/{rest}"
    return Reference(f"{registry}/{rest}", found["tag"] or "", found["digest"] or "")


def lies_in(name: str) -> list[JsonValue]:
    """Everything that ``name`` lies in, by component: ghcr.io, ghcr.io/team, ghcr.io/team/app."""
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def registry_records(references: Iterable[str]) -> list[JsonValue]:
    """The fact ``registries``: one record for each repository that ``references`` name, sorted."""
    names = {found.name for each in references if (found := parse_reference(each)) is not None}
    return [{"Name": name, "Within": lies_in(name), "Anywhere": [ANY_REGISTRY]} for name in sorted(names)]
