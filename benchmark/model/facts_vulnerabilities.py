"""The facts of an image that scanners reported, read from files they wrote."""

from __future__ import annotations

from typing import Final

from benchmark.model.declaration import Fact

VULNERABILITY_FACTS: Final[dict[str, Fact]] = {}
