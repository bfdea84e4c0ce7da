"""Waivers and attestations: what people answer for, signed off and expiring; and what became of each in an evaluation."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final


class Category(enum.StrEnum):
    """Why a failure is accepted."""

    RISK_ACCEPTED = "risk accepted"  # it stays, and somebody who may has taken the risk
    FALSE_POSITIVE = "false positive"  # the verdict is wrong about this subject
    COMPENSATING_CONTROL = "compensating control"  # something else meets the intent; it is named
    PLANNED = "planned"  # it is going to be mended


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as a file writes it, and the instant that it stands for.

    ``is_day`` is true where the file gives a date alone. What begins on a date begins with that day, what ends on a date ends
    with it, both in UTC. ``instant`` is in UTC; what ends with a day ends with the instant at which the next one begins.
    """

    text: str
    instant: datetime
    is_day: bool

    @property
    def end(self) -> str:
        """How the end of something is told: ``the end of 2026-12-31 UTC``, or the time as it stands."""
        return f"the end of {self.text} UTC" if self.is_day else self.text

    @property
    def instant_text(self) -> str:
        """The instant in RFC 3339, UTC, whole seconds."""
        return self.instant.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Scope:
    """What an entry is about; whatever is None is not asked for, and all that is asked for must hold.

    ``host`` is the name of a target. ``subject`` is a subject as reports write it (``container:web``), exactly. ``label`` is a
    label of a container, key and value. ``image`` is a digest (``sha256:…``, the image's id or a repository digest) or a
    reference as the container was started with it, or as the image is tagged.
    """

    host: str | None = None
    subject: str | None = None
    label: tuple[str, str] | None = None
    image: str | None = None

    @property
    def picks_subjects(self) -> bool:
        """True when not every subject of a host is meant."""
        return self.subject is not None or self.label is not None or self.image is not None

    def __str__(self) -> str:
        label = None if self.label is None else f"label {self.label[0]}={self.label[1]}"
        parts = (
            None if self.host is None else f"host {self.host}",
            self.subject,
            label,
            None if self.image is None else f"image {self.image}",
        )
        return ", ".join(each for each in parts if each is not None) or "everything"


EVERYTHING: Final = Scope()


@dataclass(frozen=True, slots=True)
class Waiver:
    """An accepted failure. ``control`` is an id of ours; with ``benchmark`` it is a number of that version of the benchmark.

    ``broad`` says that more than one host or subject is meant. ``created`` is the instant from which it counts, ``expires`` the
    one from which it does not. ``line`` is where it begins in its file.
    """

    id: str
    control: str
    benchmark: str | None
    scope: Scope
    broad: bool
    category: Category
    reason: str
    compensating_controls: tuple[str, ...]
    requested_by: str
    approved_by: str
    created: Moment
    expires: Moment
    risk_reference: str
    line: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that an attestation rests on: its path as written, relative to the attestations' file, and "sha256:…"."""

    file: str
    digest: str


@dataclass(frozen=True, slots=True)
class Attestation:
    """What a person states about a control that only people can judge. ``passed`` is the status; the rest as in Waiver."""

    id: str
    control: str
    benchmark: str | None
    scope: Scope
    passed: bool
    statement: str
    attested_by: str
    attested: Moment
    expires: Moment
    evidence: tuple[Evidence, ...]
    line: int


@dataclass(frozen=True, slots=True)
class WaiverFile:
    """The waivers of one file, in its order; ``digest`` is "sha256:…" of ``data``, its bytes."""

    digest: str
    waivers: tuple[Waiver, ...]
    data: bytes = field(default=b"", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class AttestationFile:
    """The attestations of one file, in its order; ``digest`` is "sha256:…" of ``data``, its bytes."""

    digest: str
    attestations: tuple[Attestation, ...]
    data: bytes = field(default=b"", repr=False, compare=False)


class Standing(enum.StrEnum):
    """What became of a waiver or an attestation. The values are part of the JSON contract: never renamed."""

    APPLIED = "applied"
    UNUSED = "unused"  # nothing is left that it could be about
    UNDECIDED = "undecided"  # nothing was found, but not everything could be looked at
    OTHER_HOST = "other_host"
    NOT_SELECTED = "not_selected"  # its control is not among those that were judged
    UNKNOWN_CONTROL = "unknown_control"
    CANNOT_MATCH = "cannot_match"  # its scope names what its control is never about
    EXPIRED = "expired"
    NOT_YET = "not_yet_in_force"  # created in the future
    TOO_LONG = "too_long"  # its life is longer than anybody may accept at once
    TOO_BROAD = "too_broad"  # more than one host or subject, and nobody said so
    SELF_APPROVED = "self_approved"
    NOT_FOR_PEOPLE = "not_for_people"  # the program decides this control alone
    OVERRULED = "overruled"  # what it is about was proven to fail, or could not be looked at
    SUPERSEDED = "superseded"  # a newer attestation speaks of the same
    EVIDENCE_MISSING = "evidence_missing"
    EVIDENCE_CHANGED = "evidence_changed"

    @property
    def is_problem(self) -> bool:
        """True for what somebody must mend in the file; such an entry counts for nothing."""
        return self not in _IN_ORDER


_IN_ORDER: Final = frozenset(
    {Standing.APPLIED, Standing.UNDECIDED, Standing.OTHER_HOST, Standing.NOT_SELECTED, Standing.SUPERSEDED}
)


@dataclass(frozen=True, slots=True)
class WaiverUse:
    """What became of ``waiver``: its controls by id, how many failures it covers, and why not more.

    ``message`` says it in a sentence. ``findings`` counts what it covers; for one that counts for nothing, 0.
    """

    waiver: Waiver
    controls: tuple[str, ...]
    standing: Standing
    message: str
    findings: int = 0


@dataclass(frozen=True, slots=True)
class AttestationUse:
    """The same of an attestation; ``findings`` counts the verdicts that rest on it."""

    attestation: Attestation
    controls: tuple[str, ...]
    standing: Standing
    message: str
    findings: int = 0


@dataclass(frozen=True, slots=True)
class PolicyReport:
    """What became of the policy files of an evaluation; a digest is None where no file was given."""

    waivers_digest: str | None = None
    waivers: tuple[WaiverUse, ...] = ()
    attestations_digest: str | None = None
    attestations: tuple[AttestationUse, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """A line for each entry that somebody must mend, waivers first."""
        return (
            *(f"waiver {each.waiver.id}: {each.message}" for each in self.waivers if each.standing.is_problem),
            *(
                f"attestation {each.attestation.id}: {each.message}"
                for each in self.attestations
                if each.standing.is_problem
            ),
        )


def waiver_record(waivers: Sequence[Waiver]) -> Mapping[str, str]:
    """What a report says of a waived control: the waiver that ends first, and the ids of the others.

    ``expires`` is as the file writes it, ``ends`` the instant from which it does not count any more.
    """
    first = min(waivers, key=lambda each: each.expires.instant)
    record = {
        "id": first.id,
        "category": first.category.value,
        "reason": first.reason,
        "compensating_controls": "; ".join(first.compensating_controls),
        "requested_by": first.requested_by,
        "approved_by": first.approved_by,
        "created": first.created.text,
        "expires": first.expires.text,
        "ends": first.expires.instant_text,
        "risk_reference": first.risk_reference,
        "scope": str(first.scope),
        "others": ", ".join(each.id for each in waivers if each is not first),
    }
    return {name: text for name, text in record.items() if text}


def attestation_record(attestations: Sequence[Attestation]) -> Mapping[str, str]:
    """What a report says of an attested control: the attestation that ends first, and the ids of the others."""
    first = min(attestations, key=lambda each: each.expires.instant)
    record = {
        "id": first.id,
        "status": "pass" if first.passed else "fail",
        "statement": first.statement,
        "attested_by": first.attested_by,
        "date": first.attested.text,
        "expires": first.expires.text,
        "ends": first.expires.instant_text,
        "scope": str(first.scope),
        "evidence": ", ".join(f"{each.file} {each.digest}" for each in first.evidence),
        "others": ", ".join(each.id for each in attestations if each is not first),
    }
    return {name: text for name, text in record.items() if text}
