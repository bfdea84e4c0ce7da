"""What may rest on one reply: the facts that can become unavailable when it is damaged, and the collections that can get a gap.

Written by hand from what the requests are about, not from what the product does with them. A request whose shape is not in
``SCOPES`` fails the harness: whoever adds a request says here what it decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from benchmark.model.facts import Reason

_UNASKED: Final = frozenset({Reason.NO_PROCESS, Reason.NO_ENGINE})


@dataclass(frozen=True)
class Scope:
    """``own``: facts of the object whose identifier is in the path ("" none, ".*" all of it: the object itself).

    ``others``: facts of further subjects, by kind. ``collections``: those whose completeness rests on the reply. ``reasons``:
    reason codes beside the fault's own. ``everything``: what the whole audit stands on. ``in_turn``: where it is
    lost, the daemon's process is asked, which is out of reach where the engine runs elsewhere.
    """

    own: str = ""
    others: Mapping[str, str] = field(default_factory=dict)
    collections: tuple[str, ...] = ()
    reasons: frozenset[Reason] = frozenset()
    everything: bool = False
    in_turn: bool = False

    def covers(self, kind: str, name: str, *, own: bool) -> bool:
        """Whether the fact ``name`` of a subject of this kind may rest on the reply."""
        if self.everything or (own and re.fullmatch(self.own, name)):
            return True
        return re.fullmatch(self.others.get(kind, ""), name) is not None


_JOINED: Final = r"shares_host_(network|pid|ipc)"
_COUNTS: Final = r"operations\..*"
_HISTORY: Final = (
    r"history|instructions|package_updates_alone|add_instructions|unverified_installs|secret_names|base_age_days"
)

SCOPES: Final[Mapping[str, Scope]] = {
    "/version": Scope(everything=True, in_turn=True, reasons=_UNASKED | {Reason.PROTOCOL}),
    "/info": Scope(everything=True, in_turn=True, reasons=frozenset({Reason.UNDEFINED})),
    "/networks": Scope(
        others={"daemon": r"daemon\.(icc|bridge)", "network": ".*"}, collections=("networks",), in_turn=True
    ),
    "/volumes": Scope(others={"container": "Mounts"}),
    "/services": Scope(
        others={"container": r"service_restart\..*", "swarm": "secret_like_environment", "service": ".*"},
        collections=("services",),
    ),
    "/nodes": Scope(others={"swarm": "managers|managers_odd", "node": ".*"}, collections=("nodes",)),
    "/secrets": Scope(others={"swarm": "secrets"}),
    "/swarm": Scope(others={"swarm": ".*"}, collections=("swarm",)),
    "/containers/json?all=1": Scope(others={"daemon": _COUNTS, "container": _JOINED}, collections=("containers",)),
    "/containers/ID/json": Scope(own=".*", others={"container": _JOINED, "daemon": _COUNTS}),
    "/exec/ID/json": Scope(own="execs"),
    "/images/json": Scope(others={"daemon": _COUNTS}, collections=("images",)),
    "/images/ID/json": Scope(own=".*", others={"daemon": _COUNTS}),
    "/images/ID/history": Scope(own=_HISTORY),
    "/images/ID/get": Scope(own=r"content\..*|runs_as_root"),
}
