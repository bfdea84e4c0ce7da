"""The snapshot: all facts of one target at one time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from benchmark.model.facts import Reason, Source, Subject, Unavailable

SCHEMA: Final = "dockmark/snapshot/1"


@dataclass(frozen=True, slots=True)
class Target:
    """Who was audited. Empty strings where the engine or host did not say."""

    name: str
    endpoint: str = ""  # unix:///var/run/docker.sock, tcp://…, or "" when no engine was asked
    product: str = ""  # "docker", "podman", "" when no engine answered
    engine_id: str = ""
    engine_version: str = ""
    api_version: str = ""
    os: str = ""
    kernel: str = ""


@dataclass(frozen=True, slots=True)
class Collector:
    """Who looked: tool version, effective uid, user name, host root, and what the run could not do."""

    version: str
    uid: int
    user: str
    host_root: str = "/"
    requests: int = 0  # requests sent to the engine


@dataclass(frozen=True, slots=True)
class Enumeration:
    """The members of one collection (``vocabulary.COLLECTIONS``) at the time of the snapshot.

    ``members`` are indices into ``Snapshot.subjects``. ``gap`` says why the list is not known to be complete; an empty
    list without a gap is a proof that there are none, and ``sources`` say what proves it.
    listed = len(members) + len(vanished); ``appeared`` names objects that came after the first listing.
    """

    members: tuple[int, ...] = ()
    gap: Unavailable | None = None
    vanished: tuple[str, ...] = ()
    appeared: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All facts of one target. ``collected_at`` is the start of the collection, RFC 3339 UTC with a ``Z``."""

    target: Target
    collector: Collector
    collected_at: str
    finished_at: str
    subjects: tuple[Subject, ...]
    enumerations: Mapping[str, Enumeration]
    warnings: tuple[str, ...] = field(default=())

    def enumeration(self, collection: str) -> Enumeration:
        """The enumeration of a base collection; one with a gap when the snapshot does not hold it."""
        found = self.enumerations.get(collection)
        if found is not None:
            return found
        return Enumeration(gap=Unavailable(Reason.NOT_COLLECTED, f"the snapshot does not list {collection}"))
