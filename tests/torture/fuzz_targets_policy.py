"""Targets: the files that people sign, waivers and attestations, MITRE SAF's among them, and what is added to one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

from benchmark.catalog.added_entry import CannotAdd, add_entry
from benchmark.catalog.attestations import read_attestations
from benchmark.catalog.content_error import ContentErrors
from benchmark.catalog.saf_attestations import read_saf, saf_document
from benchmark.catalog.waivers import SCHEMA, read_waivers
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.render import RenderOptions
from benchmark.render.formats import render_many
from tests.controls.test_controls import CATALOG
from tests.policies import attestation, waiver, written
from tests.snapshots import COLLECTED_AT, container, snapshot
from tests.torture.fuzz_run import Target

_HOST: Final = snapshot([container("web", {"HostConfig.Privileged": True, "labels": {"team": "red"}})])
_CONTROLS: Final = ("container_not_privileged", "host_hardened")
_ENTRY: Final = {"id": "W-added", "control": "container_not_privileged", "reason": "a: b", "texts": ["# c"]}
_SCOPE: Final = {"host": "good.example", "subject": "container:web", "label": "team=red", "image": "sha256:" + "a" * 64}
_WORDS: Final = (
    *(
        b"- id: X\n",
        b"  control: ",
        b"expires: ",
        b"2026-12-31",
        b"2026-12-31T10:00:00+14:00",
        b"0000-00-00",
        b"9999-12-31",
    ),
    *(
        b"scope: {}",
        b"broad: true",
        b"&a ",
        b"*a",
        b"!!str ",
        b"? ",
        b"|\n",
        b">-\n",
        b"\t",
        b"---\n",
        b"...\n",
        b"\xef\xbb\xbf",
    ),
    *(b"'", b'"', b"\\u2028", b"container:", b"=", b"sha256:", b"\r\n", b"# ", b"null", b"1e9", b"annually", b"9999y"),
)
_REPEATED: Final = ((b"waivers:\n", b"- {}\n", b""), (b"waivers: ", b"[", b"]"), (b"attestations:\n", b"- a: 1\n", b""))


def _waivers(data: bytes) -> bool:
    """What is read has all that a waiver needs; it changes no verdict, whatever it says, and every format can tell it."""
    found = read_waivers(data, "w.yaml")
    for each in found.waivers:
        assert each.id
        assert each.control
        assert each.reason
        assert each.requested_by
        assert each.approved_by
        assert each.expires.instant > each.created.instant
        assert each.expires.instant.utcoffset() == timedelta()
    plain = evaluate_snapshot(CATALOG, _HOST, EvaluationRequest(COLLECTED_AT, controls=_CONTROLS))
    made = evaluate_snapshot(CATALOG, _HOST, EvaluationRequest(COLLECTED_AT, controls=_CONTROLS, waivers=found))
    assert [each.result for each in made.results] == [each.result for each in plain.results]
    assert made.policy is not None
    assert len(made.policy.waivers) == len(found.waivers)
    json.loads("".join(render_many("json", [made], RenderOptions())))
    return True


def _attestations(data: bytes) -> bool:
    """What is read decides nothing but what was left to a person, and SAF's file can hold it."""
    found = read_attestations(data, "a.yaml")
    for each in found.attestations:
        assert each.statement
        assert each.expires.instant > each.attested.instant
        (back,) = read_saf(json.dumps([saf_document(each, "x")], ensure_ascii=False).encode(), "saf.json")
        assert back.passed is each.passed
    made = evaluate_snapshot(CATALOG, _HOST, EvaluationRequest(COLLECTED_AT, controls=_CONTROLS, attestations=found))
    (privileged,) = (each for each in made.results if each.control.id == "container_not_privileged")
    assert privileged.result == "fail"
    return True


def _saf(data: bytes) -> bool:
    for each in read_saf(data, "saf.json"):
        assert each.until >= each.updated
        assert each.control
        assert each.explanation
    return True


def _added(data: bytes) -> bool:
    """Every line that was there stands there still, in its order."""
    try:
        after = add_entry(data, "waivers", SCHEMA, _ENTRY)
    except CannotAdd:
        return False
    lines = iter(after.decode().replace("\r\n", "\n").split("\n"))
    for line in data.decode().replace("\r\n", "\n").split("\n"):
        if line.strip() and not line.lstrip().startswith("waivers"):
            assert line in lines, f"{line!r} is gone"
    return True


_SAF: Final = {
    "control_id": "xccdf_dockmark_rule_1.2.1",
    "explanation": "Discussed.",
    "frequency": "90d",
    "status": "passed",
    "updated": "2026-11-01",
    "updated_by": "x",
}
_WAIVERS: Final = written(
    schema=SCHEMA,
    waivers=[
        waiver(),
        waiver(id="W-2", control="5.5", benchmark="1.8.0", scope=_SCOPE, broad=True, risk_reference="R"),
        waiver(id="W-3", category="compensating control", compensating_controls=["a"], expires="2026-12-31T10:00:00Z"),
    ],
)
_ATTESTATIONS: Final = written(
    attestations=[
        attestation(),
        attestation(id="A-2", evidence=[{"file": "x", "sha256": "0a" * 32}], date="2026-11-02"),
    ]
)

POLICY_TARGETS: Final = (
    Target("waivers_yaml", _waivers, (ContentErrors,), (_WAIVERS,), _WORDS, _REPEATED),
    Target("attestations_yaml", _attestations, (ContentErrors,), (_ATTESTATIONS,), _WORDS, _REPEATED),
    Target(
        "saf_attestations",
        _saf,
        (ContentErrors,),
        (json.dumps([_SAF, _SAF], indent=1).encode(),),
        _WORDS,
        ((b"[", b"[", b"]"),),
    ),
    Target("added_entry", _added, (UnicodeDecodeError,), (_WAIVERS, b"waivers: []\n", b""), _WORDS, _REPEATED),
)
