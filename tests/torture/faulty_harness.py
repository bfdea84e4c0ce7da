"""What the tests of the faulty daemon have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from tests.torture.faulty_stage import Stage, staged
from tests.torture.ledger import Harness

HARNESS: Final = Harness(
    "faulty daemon",
    "Over a unix socket, TCP, TLS and ssh: a damaged reply costs what rests on it, with its reason, and nothing else;"
    " the audit ends in time and stays under 512 MiB.",
    (
        "The ssh program itself and its network: a stand-in on this machine passes the bytes on.",
        "Names that take long to resolve, and packets lost on the way: everything is on loopback.",
        "Engines that lie: a well-formed reply with wrong values is believed.",
        "More than one damaged reply in a run, but for those that hang, are huge, or after which nobody answers.",
        "Redirects, statuses and framings one after the other on every object: a kind of fault meets first, middle and last.",
    ),
)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """The host of this seed."""
    with staged() as made:
        yield made
