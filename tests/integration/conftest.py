"""What several end-to-end tests need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.copied import AS_NOBODY, NobodyMayRunIt, copied_dockmark
from tests.engine import Engine, real_engine


@pytest.fixture(scope="session")
def shared_engine() -> Iterator[Engine]:
    """One engine for every test of a worker that only needs one to be there. Whoever adds containers removes them."""
    with real_engine() as engine:
        yield engine


@pytest.fixture(scope="session")
def as_nobody() -> Iterator[tuple[str, ...]]:
    """The start of a command line that runs Python with dockmark as an account without any rights."""
    try:
        with copied_dockmark() as copy:
            yield (*AS_NOBODY, *copy.words)
    except NobodyMayRunIt as missing:
        pytest.skip(str(missing))
