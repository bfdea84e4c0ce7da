"""Waivers and attestations in the metadata of a TestResult: our own elements, which other tools pass over, and their reader.

XCCDF's ``override`` is not used: one on a single rule-result makes every other fail the schematron (docs/xccdf.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from benchmark.model.policy import (
    Attestation,
    AttestationUse,
    Category,
    Evidence,
    Moment,
    PolicyReport,
    Scope,
    Standing,
    Waiver,
    WaiverUse,
)
from benchmark.scap.names import DOCKMARK
from benchmark.scap.xml_reader import line_of, place_of, text_of
from benchmark.scap.xml_text import attributes, content

if TYPE_CHECKING:
    from lxml.etree import _Element

_NAMESPACE: Final = f"{{{DOCKMARK}}}"
_PLAIN_DAY: Final = len("2026-12-31")


def policy_pieces(report: PolicyReport) -> Iterator[str]:
    """``<dockmark:policy>``: every entry of both files with what became of it, each element on its own lines."""
    digests = {"waivers": report.waivers_digest, "attestations": report.attestations_digest}
    told = {name: text for name, text in digests.items() if text is not None}
    yield f"<dockmark:policy{attributes({'xmlns:dockmark': DOCKMARK, **told})}>\n"
    for use in report.waivers:
        waiver = use.waiver
        own = {
            "broad": "true" if waiver.broad else "false",
            "category": waiver.category.value,
            "requested_by": waiver.requested_by,
            "approved_by": waiver.approved_by,
            "created": waiver.created.text,
            "begins": waiver.created.instant_text,
            "risk_reference": waiver.risk_reference,
        }
        yield f"<dockmark:waiver-entry{attributes(_filled(_common(use, waiver) | own))}>\n"
        yield from _text("reason", waiver.reason)
        for each in waiver.compensating_controls:
            yield from _text("compensating-control", each)
        yield from _text("standing", use.message)
        yield "</dockmark:waiver-entry>\n"
    for attested in report.attestations:
        attestation = attested.attestation
        own = {
            "status": "pass" if attestation.passed else "fail",
            "attested_by": attestation.attested_by,
            "date": attestation.attested.text,
            "begins": attestation.attested.instant_text,
        }
        yield f"<dockmark:attestation-entry{attributes(_filled(_common(attested, attestation) | own))}>\n"
        yield from _text("statement", attestation.statement)
        for proof in attestation.evidence:
            yield f"<dockmark:evidence{attributes({'file': proof.file, 'digest': proof.digest})}/>\n"
        yield from _text("standing", attested.message)
        yield "</dockmark:attestation-entry>\n"
    yield "</dockmark:policy>\n"


def _common(use: WaiverUse | AttestationUse, entry: Waiver | Attestation) -> dict[str, str]:
    scope = entry.scope
    return {
        "id": entry.id,
        "control": entry.control,
        "benchmark": entry.benchmark or "",
        "host": scope.host or "",
        "subject": scope.subject or "",
        "label": "" if scope.label is None else f"{scope.label[0]}={scope.label[1]}",
        "image": scope.image or "",
        "expires": entry.expires.text,
        "ends": entry.expires.instant_text,
        "controls": " ".join(use.controls),
        "standing": use.standing.value,
        "findings": str(use.findings),
    }


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in values.items() if text}


def _text(name: str, text: str) -> Iterator[str]:
    yield f"<dockmark:{name}>{content(text)}</dockmark:{name}>\n"


def read_policy(metadata: _Element, path: str) -> PolicyReport | None:
    """What ``policy_pieces`` wrote into ``metadata``, None where it is not there. Raises XmlRefused for what it never writes."""
    element = metadata.find(f"{_NAMESPACE}policy")
    if element is None:
        return None
    waivers, attestations = [], []
    for each in element:
        try:
            if each.tag == f"{_NAMESPACE}waiver-entry":
                waivers.append(_waiver(each))
            elif each.tag == f"{_NAMESPACE}attestation-entry":
                attestations.append(_attestation(each))
        except (KeyError, ValueError) as error:
            raise place_of(each, path, f"no entry of a policy that dockmark writes: {error}") from None
    return PolicyReport(_said(element, "waivers"), tuple(waivers), _said(element, "attestations"), tuple(attestations))


def _waiver(element: _Element) -> WaiverUse:
    told = _attributes(element)
    waiver = Waiver(
        id=told["id"],
        control=told["control"],
        benchmark=told.get("benchmark"),
        scope=_scope(told),
        broad=told.get("broad") == "true",
        category=Category(told["category"]),
        reason=_child(element, "reason"),
        compensating_controls=tuple(text_of(each) for each in element.iter(f"{_NAMESPACE}compensating-control")),
        requested_by=told["requested_by"],
        approved_by=told["approved_by"],
        created=_moment(told["created"], told["begins"]),
        expires=_moment(told["expires"], told["ends"]),
        risk_reference=told.get("risk_reference", ""),
        line=line_of(element),
    )
    return WaiverUse(waiver, *_use(element, told))


def _attestation(element: _Element) -> AttestationUse:
    told = _attributes(element)
    if told["status"] not in ("pass", "fail"):
        raise ValueError(f"status {told['status'][:40]!r}")
    attestation = Attestation(
        id=told["id"],
        control=told["control"],
        benchmark=told.get("benchmark"),
        scope=_scope(told),
        passed=told["status"] == "pass",
        statement=_child(element, "statement"),
        attested_by=told["attested_by"],
        attested=_moment(told["date"], told["begins"]),
        expires=_moment(told["expires"], told["ends"]),
        evidence=tuple(
            Evidence(str(each.attrib["file"]), str(each.attrib["digest"]))
            for each in element.iter(f"{_NAMESPACE}evidence")
        ),
        line=line_of(element),
    )
    return AttestationUse(attestation, *_use(element, told))


def _use(element: _Element, told: Mapping[str, str]) -> tuple[tuple[str, ...], Standing, str, int]:
    if not told["findings"].isascii() or not told["findings"].isdigit() or len(told["findings"]) > 9:
        raise ValueError(f"findings {told['findings'][:40]!r}")
    controls = tuple(told.get("controls", "").split())
    return controls, Standing(told["standing"]), _child(element, "standing"), int(told["findings"])


def _scope(told: Mapping[str, str]) -> Scope:
    key, equals, value = told.get("label", "").partition("=")
    return Scope(told.get("host"), told.get("subject"), (key, value) if equals else None, told.get("image"))


def _moment(text: str, instant: str) -> Moment:
    return Moment(text, datetime.fromisoformat(instant).astimezone(UTC), len(text) == _PLAIN_DAY)


def _attributes(element: _Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def _said(element: _Element, name: str) -> str | None:
    value = element.get(name)
    return None if value is None else str(value)


def _child(element: _Element, name: str) -> str:
    found = element.find(f"{_NAMESPACE}{name}")
    if found is None:
        raise KeyError(name)
    return text_of(found)
