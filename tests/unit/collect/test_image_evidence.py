"""What nobody asked to look at is said as such, and never looks like a clean bill."""

from types import SimpleNamespace

from benchmark.collect.engine.reports import CollectionReport
from benchmark.collect.image_evidence import with_evidence
from benchmark.collect.request import CollectRequest
from benchmark.collect.scanners.reader import VulnerabilityReports
from benchmark.collect.scanners.vulnerabilities import vulnerability_facts
from benchmark.model.facts import Reason, Subject, Unavailable

IMAGE = Subject("image", "a:1", "sha256:" + "ab" * 32, {"Os": "linux"}, notes={"Os": "kept"})
BLOCKED = Subject("image", "b:1", "", {}, blocked=Unavailable(Reason.TIMEOUT))


def test_without_any_option():
    images, warnings = with_evidence(
        CollectionReport((IMAGE, BLOCKED)), SimpleNamespace(), CollectRequest(), "2026-01-01T00:00:00Z"
    )
    image, blocked = images.subjects
    assert warnings == ()
    assert image.facts["content.read"] is False
    assert image.facts["vulnerabilities.reported"] is False
    assert image.facts["Os"] == "linux"
    assert image.notes.keys() == {"Os", "content.read", "vulnerabilities.reported"}
    assert blocked is BLOCKED


def test_no_report_says_the_same_as_reports_about_nothing():
    images, _ = with_evidence(CollectionReport((IMAGE,)), SimpleNamespace(), CollectRequest(), "2026-01-01T00:00:00Z")
    told = {name: value for name, value in images.subjects[0].facts.items() if name.startswith("vulnerabilities.")}
    assert told == vulnerability_facts(VulnerabilityReports((), ()), IMAGE, "2026-01-01T00:00:00Z")
