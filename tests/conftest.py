"""What every test may use."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Machines here are noisy: how long a draw takes says nothing about the code.
settings.register_profile("dockmark", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dockmark")

# A shell starts what runs in its background with the interrupt ignored, and every process started by a test would inherit it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No test adds to the history of this machine; those about the history name a store of their own.
os.environ["DOCKMARK_NO_RECORD"] = "1"

pytest_plugins = (
    "tests.suites",
    "tests.stores",
    "tests.features.evidence_steps",
    "tests.features.history_steps",
    "tests.features.policy_steps",
)

_GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the files in tests/golden")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with a file of tests/golden, or rewrites that file when --update-golden was given."""

    def compare(name: str, text: str) -> None:
        path = _GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.write_bytes(text.encode())  # as it is: CSV ends its lines with CR LF
        assert text == path.read_bytes().decode(), f"{name} differs; pytest --update-golden rewrites it"

    return compare
