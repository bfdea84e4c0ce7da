"""The facts of an image's content, collected only when an audit is asked to go deep."""

from __future__ import annotations

from typing import Final

from benchmark.model.declaration import Fact

IMAGE_CONTENT_FACTS: Final[dict[str, Fact]] = {}
