"""What every harness of the arsenal may use: ``tally``, which keeps count and does not let a run that checked nothing pass."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.torture.ledger import Harness, Tally, record


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """Counts for the module's ``HARNESS``. At the test's end they are recorded; a test that counted nothing fails."""
    harness = request.module.HARNESS
    assert isinstance(harness, Harness)
    counts = Tally(harness)
    started = time.monotonic()
    yield counts
    if getattr(request.node, "call_failed", False):
        return
    assert counts.checked or counts.caught, f"{request.node.name} checked nothing"
    record(counts, request.node.nodeid, time.monotonic() - started)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call" and not report.passed:
        item.call_failed = True
    return report
