"""Waivers and attestations in every output: which covers what, what must be mended, and both scores."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from lxml import etree

from benchmark.catalog.load import load_catalog
from benchmark.cli.checklist import checklist_of
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot, score_instances
from benchmark.evaluate.imported import import_results
from benchmark.model.control import Automation
from benchmark.model.result import Assessment, Result
from benchmark.render.formats import FORMATS, render_many
from benchmark.render.options import RenderOptions
from benchmark.scap.results_document import read_results
from benchmark.scap.xml_reader import XmlRefused
from tests.policies import GONE, attestation, attestations, waiver, waivers
from tests.snapshots import container, snapshot

SCHEMA = Path(__file__).parents[3] / "reports/schemas/assessment-1.schema.json"
CATALOG = load_catalog()
FRAMEWORK = CATALOG.frameworks["cis_docker"]
NS = {"x": "http://checklists.nist.gov/xccdf/1.2", "d": "urn:dockmark:xccdf:1"}
PRIVILEGED = {"HostConfig.Privileged": True}
ON_HOST = {"host": "good.example"}
CHECKLIST = checklist_of(CATALOG, FRAMEWORK.id, "1.8.0")
OPTIONS = RenderOptions(checklist=lambda *_: CHECKLIST, sections=FRAMEWORK.sections)


def accepted() -> Assessment:
    """Two privileged containers of which one is waived; entries of every other standing; one control attested."""
    request = EvaluationRequest(
        "2026-11-25T00:00:00Z",
        controls=("5.5", "5.29", "1.2.1", "live_restore_enabled"),
        waivers=waivers(
            waiver(
                risk_reference="RISK-117",
                category="compensating control",
                compensating_controls=["No network.", "No users."],
            ),
            waiver(id="W-2", scope={**ON_HOST, "subject": "container:db"}, expires="2026-11-20"),
            waiver(id="W-3", control="5.29", benchmark="1.8.0", scope={**ON_HOST, "label": "team=red"}),
            waiver(id="W-4", scope=GONE),
            waiver(id="W-5", control="live_restore_enabled", scope=ON_HOST),
            waiver(id="W-6", scope={"host": "other", "image": "web:1"}),
        ),
        attestations=attestations(
            attestation(),
            attestation(id="A-2", control="live_restore_enabled"),
            attestation(id="A-3", date="2026-10-01"),
        ),
    )
    hosts = [container("web", {**PRIVILEGED, "labels": {"team": "red"}}), container("db", PRIVILEGED)]
    daemon = {"daemon.live-restore": False, "info.LiveRestoreEnabled": False}
    return evaluate_snapshot(CATALOG, snapshot(hosts, daemon=daemon), request)


def rendered(name: str, made: Assessment, options: RenderOptions = OPTIONS) -> str:
    return "".join(render_many(name, [made], options))


def test_the_table(golden) -> None:
    golden("policy.txt", rendered("table", accepted()))


def test_the_verbose_table_shows_every_entry() -> None:
    text = rendered("table", accepted(), RenderOptions(verbose=True))
    for each in ("W-1", "W-2", "W-3", "W-4", "W-5", "W-6", "A-1", "A-2", "A-3"):
        assert each in text


def test_the_overview_shows_both_scores() -> None:
    made = accepted()
    text = "".join(render_many("table", [made, made], RenderOptions()))
    assert "after waivers" in text
    assert "8 entries of the policy files count for nothing" in text
    plain = evaluate_snapshot(CATALOG, snapshot(), EvaluationRequest("2026-11-25T00:00:00Z"))
    assert "after waivers" not in "".join(render_many("table", [plain, plain], RenderOptions()))


def test_json() -> None:
    made = json.loads(rendered("json", accepted()))
    jsonschema.validate(made, json.loads(SCHEMA.read_text()))
    assert {each["id"]: each["standing"] for each in made["waivers"]["entries"]} == {
        "W-1": "applied",
        "W-2": "expired",
        "W-3": "unused",
        "W-4": "too_broad",
        "W-5": "applied",
        "W-6": "other_host",
    }
    assert {each["id"]: each["standing"] for each in made["attestations"]["entries"]} == {
        "A-1": "applied",
        "A-2": "not_for_people",
        "A-3": "superseded",
    }
    rows = {each["control"]: each for each in made["results"]}
    privileged = rows["container_not_privileged"]
    assert [(each["subject"], each.get("waiver")) for each in privileged["findings"]] == [
        ("container:web", "W-1"),
        ("container:db", None),
    ]
    assert (privileged["result"], privileged["waiver"]) == ("fail", None)
    assert rows["live_restore_enabled"]["waiver"]["id"] == "W-5"
    assert rows["host_hardened"]["attestation"]["id"] == "A-1"
    assert (made["score"]["percent"], made["score"]["after_waivers"]) == (50.0, 75.0)


def test_without_policy_files_nothing_is_said_of_them() -> None:
    made = evaluate_snapshot(
        CATALOG, snapshot([container("web", PRIVILEGED)]), EvaluationRequest("2026-11-25T00:00:00Z")
    )
    document = json.loads(rendered("json", made))
    assert "waivers" not in document
    assert "attestations" not in document
    assert "aivers:" not in rendered("table", made)
    assert "dockmark:policy" not in rendered("xccdf", made)


def test_xccdf_tells_each_instance_and_overrides_nothing() -> None:
    root = etree.fromstring(rendered("xccdf", accepted()).encode())
    rule = next(each.id for each in CHECKLIST.rules() if each.control.id == "container_not_privileged")
    (found,) = root.findall(f".//x:rule-result[@idref='{rule}']", NS)
    assert found.findtext("x:result", namespaces=NS) == "fail"
    assert [dict(each.attrib) for each in found.findall("x:metadata/d:instance", NS)] == [
        {"context": "container:web", "waiver": "W-1"}
    ]
    assert "waiver W-1 covers: container:web" in found.findtext("x:message", namespaces=NS)
    assert root.findall(".//x:override", NS) == []
    (about,) = root.findall(".//x:TestResult/x:metadata/d:assessment", NS)
    assert about.get("after_waivers") == "75"


@pytest.mark.parametrize("by_instance", [False, True])
def test_xccdf_comes_back_whole(by_instance: bool) -> None:
    options = RenderOptions(checklist=lambda *_: CHECKLIST, instance_scores=score_instances if by_instance else None)
    before = accepted()
    text = rendered("xccdf", before, options)
    document = read_results(text.encode(), "r.xml")
    after = import_results(document, document.tests[0], CHECKLIST)
    assert rendered("xccdf", after, options) == text
    for one, other in zip(before.results, after.results, strict=True):
        assert (one.result, one.waiver, one.attestation) == (other.result, other.waiver, other.attestation)
        assert [(each.waiver, each.attestation) for each in one.findings] == [
            (each.waiver, each.attestation) for each in other.findings
        ]
    assert after.score.after_waivers == before.score.after_waivers


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('standing="applied"', 'standing="fine"'),
        ('category="risk accepted"', 'category="because"'),
        ('findings="1"', 'findings="-1"'),
        ('ends="2027-01-01T00:00:00Z"', 'ends="soon"'),
        ('status="pass"', 'status="maybe"'),
        ("<dockmark:reason>The runner builds images.</dockmark:reason>\n", ""),
    ],
)
def test_a_policy_that_dockmark_never_writes_is_refused(good: str, bad: str) -> None:
    text = rendered("xccdf", accepted())
    assert good in text
    with pytest.raises(XmlRefused, match=r"r\.xml:\d+:1: no entry of a policy that dockmark writes"):
        read_results(text.replace(good, bad).encode(), "r.xml")


HOSTILE = "x\x1b[2J\u202e<b>&\"'\x00\ud800\ufffe\x9b31m"


@pytest.mark.parametrize("name", FORMATS)
def test_whatever_stands_in_a_policy_stays_text(name: str) -> None:
    """YAML refuses most of these characters; a renderer does not rely on that."""
    made = accepted()
    assert made.policy is not None
    spoilt = []
    for use in made.policy.waivers:
        entry = use.waiver
        changed = dict.fromkeys(("reason", "requested_by", "approved_by", "risk_reference", "control"), HOSTILE)
        spoilt.append(_with(use, waiver=_with(entry, compensating_controls=(HOSTILE,), **changed), message=HOSTILE))
    text = rendered(name, _with(made, policy=_with(made.policy, waivers=tuple(spoilt))))
    assert not set(text) & set("\x1b\u202e\x00\ud800\ufffe\x9b")
    assert "<b>" not in text or name in ("table", "json")
    if name == "json":
        json.loads(text)
    if name in ("xccdf", "arf"):
        etree.fromstring(text.encode())


def _with(made, **changes):
    return type(made)(**{**{name: getattr(made, name) for name in made.__slots__}, **changes})


def test_every_kind_of_automation_is_met_by_these_tests() -> None:
    kinds = {each.automation for each in CATALOG.controls.values()}
    assert kinds == set(Automation)
    assert {each.result for each in accepted().results} >= {Result.PASS, Result.FAIL}
