"""``--waivers FILE`` and ``--attestations FILE``: read, with what looks like a secret covered, and the evidence looked for."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmark.cli.exit_code import Refusal
from benchmark.cli.input_file import input_name, read_input
from benchmark.cli.trusted_file import read_trusted
from benchmark.cli.values import STDOUT

if TYPE_CHECKING:
    from benchmark.evaluate import EvaluationRequest
    from benchmark.model.policy import Attestation, AttestationFile, Waiver, WaiverFile

MOST_BYTES: Final = 1 << 20
_MOST_EVIDENCE: Final = 1 << 30
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class PolicyFiles:
    """Both files as they were given, None where one was not; ``evidence`` is what was read of the files that are referred to."""

    waivers: WaiverFile | None = None
    attestations: AttestationFile | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)


NO_POLICY: Final = PolicyFiles()


def load_policy(waivers: str | None, attestations: str | None) -> PolicyFiles:
    """What the files at these paths say. Raises Refusal with everything that is wrong, or with why a file is not believed."""
    if waivers is None and attestations is None:
        return NO_POLICY
    from benchmark.catalog.content_error import ContentErrors  # noqa: PLC0415  (with yaml, which most runs do without)

    errors: list[str] = []
    accepted = attested = None
    try:
        accepted = None if waivers is None else waivers_in(read_policy_file(waivers), input_name(waivers))
    except ContentErrors as error:
        errors += map(str, error.errors)
    try:
        attested = (
            None if attestations is None else attestations_in(read_policy_file(attestations), input_name(attestations))
        )
    except ContentErrors as error:
        errors += map(str, error.errors)
    if errors:
        raise refused(errors)
    evidence = {} if attested is None or attestations is None else read_evidence(attested.attestations, attestations)
    return PolicyFiles(accepted, attested, evidence)


def labels_asked(request: EvaluationRequest) -> tuple[str, ...]:
    """The keys of the labels that the policy of ``request`` picks containers by, each once: they must be collected."""
    accepted = () if request.waivers is None else request.waivers.waivers
    attested = () if request.attestations is None else request.attestations.attestations
    scopes = [*(each.scope for each in accepted), *(each.scope for each in attested)]
    return tuple(dict.fromkeys(each.label[0] for each in scopes if each.label is not None))


def read_policy_file(path: str) -> bytes:
    """The bytes of a policy file. Raises Refusal where it cannot be read, or root should not believe it."""
    try:
        return read_input(path, MOST_BYTES) if path == STDOUT else read_trusted(path, MOST_BYTES)
    except OSError as error:
        raise Refusal(f"cannot use {input_name(path)}: {error.strerror or error}") from None


def refused(errors: Iterable[str]) -> Refusal:
    """The refusal of files with these errors. They quote what stands there; a token in the wrong place is covered."""
    from benchmark.collect.redaction import redact  # noqa: PLC0415  (only where there is something wrong)

    found = tuple(redact(each) for each in errors)
    return Refusal("1 error in the policy" if len(found) == 1 else f"{len(found)} errors in the policy", more=found)


def waivers_in(data: bytes, name: str) -> WaiverFile:
    """The waivers in ``data``, secrets covered. Raises ContentErrors; ``name`` is what they call the file."""
    from benchmark.catalog.waivers import read_waivers  # noqa: PLC0415  (yaml)

    found = read_waivers(data, name)
    return replace(found, waivers=tuple(_covered_waiver(each) for each in found.waivers))


def attestations_in(data: bytes, name: str) -> AttestationFile:
    """The attestations in ``data``, secrets covered. Raises ContentErrors; ``name`` is what they call the file."""
    from benchmark.catalog.attestations import read_attestations  # noqa: PLC0415  (yaml)

    found = read_attestations(data, name)
    return replace(found, attestations=tuple(_covered_attestation(each) for each in found.attestations))


def recorded_waivers(data: bytes) -> WaiverFile:
    """The waivers in ``data``, which were good when they were recorded. Raises Refusal where this dockmark reads them no more."""
    from benchmark.catalog.content_error import ContentErrors  # noqa: PLC0415  (yaml)

    try:
        return waivers_in(data, "the waivers")
    except ContentErrors as error:
        raise refused(map(str, error.errors)) from None


def recorded_attestations(data: bytes) -> AttestationFile:
    """The attestations in ``data``, in the same way."""
    from benchmark.catalog.content_error import ContentErrors  # noqa: PLC0415  (yaml)

    try:
        return attestations_in(data, "the attestations")
    except ContentErrors as error:
        raise refused(map(str, error.errors)) from None


def _covered_waiver(waiver: Waiver) -> Waiver:
    from benchmark.collect.redaction import redact  # noqa: PLC0415  (only where there are such files)

    return replace(
        waiver,
        reason=redact(waiver.reason),
        compensating_controls=tuple(redact(each) for each in waiver.compensating_controls),
        requested_by=redact(waiver.requested_by),
        approved_by=redact(waiver.approved_by),
        risk_reference=redact(waiver.risk_reference),
    )


def _covered_attestation(attestation: Attestation) -> Attestation:
    from benchmark.collect.redaction import redact  # noqa: PLC0415  (the same)

    return replace(attestation, statement=redact(attestation.statement), attested_by=redact(attestation.attested_by))


def covered_texts(entry: Waiver | Attestation) -> bool:
    """True when a text of ``entry`` held what looks like a secret, and is covered."""
    from benchmark.model.policy import Waiver  # noqa: PLC0415  (only where there are such files)

    if isinstance(entry, Waiver):
        texts = (
            entry.reason,
            *entry.compensating_controls,
            entry.requested_by,
            entry.approved_by,
            entry.risk_reference,
        )
    else:
        texts = (entry.statement, entry.attested_by)
    return any("[redacted:" in each for each in texts)


def read_evidence(attestations: Iterable[Attestation], path: str) -> dict[str, str]:
    """What is read of every file that ``attestations`` refer to: its path as written -> "sha256:…", or why there is none.

    Paths are relative to the directory of the attestations' file ``path``.
    """
    base = Path() if path == STDOUT else Path(path).parent
    names = dict.fromkeys(each.file for attestation in attestations for each in attestation.evidence)
    return {name: file_digest(base / name) for name in names}


def file_digest(path: Path) -> str:
    """``sha256:…`` of the regular file ``path``; or why it could not be read, which never begins so."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return "it is not a regular file"
            digest = hashlib.sha256()
            size = 0
            while piece := file.read(_PIECE):
                size += len(piece)
                if size > _MOST_EVIDENCE:
                    return f"it is larger than {_MOST_EVIDENCE} bytes"
                digest.update(piece)
    except (OSError, ValueError) as error:
        return (error.strerror if isinstance(error, OSError) else None) or "it cannot be opened"
    return f"sha256:{digest.hexdigest()}"
