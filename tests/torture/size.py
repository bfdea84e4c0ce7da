"""The one knob of the arsenal: DOCKMARK_TORTURE=small (make test) or big (make torture), and DOCKMARK_SEED."""

from __future__ import annotations

import os
import random
from typing import Final

_SIZES: Final = ("small", "big")


def is_big() -> bool:
    """True in ``make torture``. Raises ValueError for a size that there is not."""
    size = os.environ.get("DOCKMARK_TORTURE") or "small"
    if size not in _SIZES:
        raise ValueError(f"DOCKMARK_TORTURE={size}: there are {', '.join(_SIZES)}")
    return size == "big"


def sized(small: int, big: int) -> int:
    """How many: the first in ``make test``, the second in ``make torture``."""
    return big if is_big() else small


def seed() -> int:
    """DOCKMARK_SEED, or 1: a run can be repeated, and another seed makes another run."""
    return int(os.environ.get("DOCKMARK_SEED") or 1)


def dice(name: str) -> random.Random:
    """Random numbers for the harness ``name``: the same for the same seed, whatever other harnesses draw."""
    return random.Random(f"{seed()} {name}")
