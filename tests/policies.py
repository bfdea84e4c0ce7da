"""Policy files for tests: one good waiver and one good attestation, with single keys changed."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Final

import yaml

from benchmark.catalog.attestations import read_attestations
from benchmark.catalog.waivers import read_waivers
from benchmark.model.policy import AttestationFile, WaiverFile

GONE: Final = object()  # the key is left out

WAIVER: Final[dict[str, object]] = {
    "id": "W-1",
    "control": "container_not_privileged",
    "scope": {"host": "good.example", "subject": "container:web"},
    "reason": "The runner builds images.",
    "category": "risk accepted",
    "requested_by": "alice@example.org",
    "approved_by": "carol@example.org",
    "created": "2026-11-01",
    "expires": "2026-12-31",
}
ATTESTATION: Final[dict[str, object]] = {
    "id": "A-1",
    "control": "host_hardened",
    "scope": {"host": "good.example"},
    "status": "pass",
    "statement": "Audited against the house's baseline 12.",
    "attested_by": "dan@example.org",
    "date": "2026-11-01",
    "expires": "2027-11-01",
}


def waiver(**changes: object) -> dict[str, object]:
    """The good waiver with ``changes``."""
    return _changed(WAIVER, changes)


def attestation(**changes: object) -> dict[str, object]:
    """The good attestation with ``changes``."""
    return _changed(ATTESTATION, changes)


def written(**lists: object) -> bytes:
    """A policy file: ``written(waivers=[…])``."""
    return yaml.safe_dump(lists, sort_keys=False, allow_unicode=True).encode()


def waivers(*entries: dict[str, object]) -> WaiverFile:
    """These waivers, read."""
    return read_waivers(written(waivers=list(entries)), "waivers.yaml")


def attestations(*entries: dict[str, object]) -> AttestationFile:
    """These attestations, read."""
    return read_attestations(written(attestations=list(entries)), "attestations.yaml")


def _changed(good: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """Copied, or YAML would write what two entries share as an anchor and an alias."""
    return {name: copy.deepcopy(value) for name, value in {**good, **changes}.items() if value is not GONE}
