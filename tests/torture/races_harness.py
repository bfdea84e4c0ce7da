"""What the races prove, and what they leave out."""

from __future__ import annotations

from typing import Final

from tests.torture.ledger import Harness

HARNESS: Final = Harness(
    "races",
    "Whatever happens to a real engine while it is audited, every object is judged, vanished or appeared, every verdict was "
    "true at some moment of the audit, and facts of two engines are never mixed.",
    (
        "Two exchanges of engines between two readings of /info over TCP or behind an HTTP proxy, where no kernel tells.",
        "An engine behind TCP that is restarted with the same configuration: its facts are of both its lives.",
        "Swarms of several nodes, and tasks that a manager moves between them.",
        "Podman, and engines newer than the one that this machine has.",
        "Images that change while --deep reads them.",
    ),
)
