"""What each scanner's report says, and what is no report."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.collect.scanners.reader import parse_report, read_vulnerability_reports
from benchmark.collect.scanners.report import Report, ReportDefect, normal_reference
from benchmark.model.facts import Reason
from benchmark.model.facts_vulnerabilities import SEVERITIES
from tests.unit.collect.scanners.made_reports import (
    IMAGE,
    MANIFEST,
    OTHER,
    anchore,
    anchore_list,
    grype,
    scout,
    trivy,
)

FIXED = (
    ("Critical", "1.2"),
    ("HIGH", ""),
    ("high", "2"),
    ("Medium", ""),
    ("Low", ""),
    ("Unknown", ""),
    ("Weird", "3"),
    ("", ""),
)
COUNTS = {"critical": 1, "high": 2, "medium": 1, "low": 1, "negligible": 0, "unknown": 3}
FIXABLE = {"critical": 1, "high": 1, "medium": 0, "low": 0, "negligible": 0, "unknown": 1}


def parse(document: Any) -> Report:
    return parse_report(json.dumps(document).encode())


def refusal(document: Any) -> Reason:
    with pytest.raises(ReportDefect) as caught:
        parse_report(document if isinstance(document, bytes) else json.dumps(document).encode())
    return caught.value.reason


@pytest.mark.parametrize(
    ("document", "scanner"),
    [
        (grype(*((each, "fixed" if fix else "not-fixed") for each, fix in FIXED)), "Grype"),
        (trivy(*FIXED), "Trivy"),
        (anchore(*FIXED), "Anchore"),
        (anchore_list(*FIXED), "Anchore"),
        (scout(*FIXED), "Docker Scout"),
    ],
)
def test_counts(document: dict[str, Any], scanner: str) -> None:
    report = parse(document)
    assert report.scanner == scanner
    assert report.counts == COUNTS
    assert report.fixable == FIXABLE
    assert report.omits == ""
    assert MANIFEST in report.digests


def test_grype() -> None:
    report = parse(grype())
    assert (report.version, report.written_at, report.database_built) == (
        "0.92.0", "2026-11-20T08:00:00Z", "2026-11-19T06:00:00Z",
    )  # fmt: skip
    assert report.image_ids == {IMAGE}
    assert report.references == {"made:1"}
    old = parse(grype(descriptor={"name": "grype", "version": "0.28.0", "db": {"built": "2021-12-24T08:14:02Z"}}))
    assert (old.written_at, old.database_built) == ("", "2021-12-24T08:14:02Z")
    oldest = parse(grype(descriptor={"name": "grype"}))
    assert (oldest.version, oldest.database_built) == ("", "")


@pytest.mark.parametrize(
    ("document", "word"),
    [
        (grype(descriptor={"name": "grype", "configuration": {"only-fixed": True}}), "only-fixed"),
        (grype(ignoredMatches=[{"vulnerability": {}}]), "ignored"),
        (grype(ignoredMatches=None), ""),
        (trivy(Results=None), "no packages"),
        (trivy(Results=[{"Class": "secret"}]), "no packages"),
        (trivy(Results=[{"Class": "lang-pkgs"}]), ""),
        (trivy(Results=[{"Class": "os-pkgs", "ExperimentalModifiedFindings": [{}]}]), "set aside"),
        (anchore_list(vulnerability_type="os"), "only findings of type os"),
        (scout(results=[{"ruleId": "A", "suppressions": [{"kind": "external"}]}],
               tool={"driver": {"name": "docker scout", "rules": [{"id": "A"}]}}), "suppressed"),
    ],
)  # fmt: skip
def test_what_a_report_says_it_leaves_out(document: dict[str, Any], word: str) -> None:
    omits = parse(document).omits
    assert word in omits
    assert bool(omits) == bool(word)


def test_trivy() -> None:
    report = parse(trivy(Trivy={"Version": "0.68.1"}))
    assert (report.version, report.written_at, report.database_built) == ("0.68.1", "2026-11-20T10:00:00Z", "")
    assert (report.image_ids, report.architecture) == ({IMAGE}, "amd64")


def test_anchore() -> None:
    report = parse(anchore())
    assert (report.written_at, report.references) == ("2026-11-20T10:00:00Z", {"made:1"})
    nameless = parse(anchore_list(imageDigest="sha256:" + "x" * 64))
    assert (nameless.written_at, nameless.digests) == ("", frozenset())


# Docker Scout's SARIF


def test_scout_counts_packages_not_rules() -> None:
    document = scout(("HIGH", "2"), ("LOW", ""))
    document["runs"][0]["results"] = [{"ruleId": "CVE-0"}, {"ruleIndex": 0}, {"ruleId": "CVE-0", "ruleIndex": 1}]
    report = parse(document)
    assert report.counts["high"] == 3
    assert report.counts["low"] == 1  # no result refers to it, and yet it was found
    document["runs"][0]["results"][0]["kind"] = "pass"
    assert parse(document).counts["high"] == 2
    del document["runs"][0]["results"]
    assert parse(document).counts["high"] == 1


@pytest.mark.parametrize(
    ("properties", "severity"),
    [
        ({"security-severity": "9.8"}, "critical"),
        ({"security-severity": "7.0"}, "high"),
        ({"security-severity": "6.9"}, "medium"),
        ({"security-severity": "0.1"}, "low"),
        ({"security-severity": "0.0"}, "unknown"),
        ({"security-severity": "nan"}, "unknown"),
        ({"cvssV3_severity": "UNSPECIFIED", "security-severity": "3.1"}, "unknown"),
        ({"cvssV3_severity": "LOW", "security-severity": "9.8"}, "low"),
        ({}, "unknown"),
    ],
)
def test_scout_severities(properties: dict[str, str], severity: str) -> None:
    document = scout(tool={"driver": {"name": "Docker Scout", "rules": [{"id": "A", "properties": properties}]}})
    assert parse(document).counts == dict.fromkeys(SEVERITIES, 0) | {severity: 1}


@pytest.mark.parametrize(
    ("changes", "digests"),
    [
        ({"properties": {"repoDigests": [f"made@{MANIFEST}", f"made@{OTHER}"]}}, {MANIFEST, OTHER}),
        ({"properties": {}, "automationDetails": {"id": f"made@{MANIFEST}"}}, {MANIFEST}),
        ({"properties": {}, "invocations": [{"commandLine": f"docker scout cves made@{MANIFEST}"}]}, {MANIFEST}),
        ({"properties": None}, set()),
        ({"properties": {"imageName": "made:1"}}, set()),
        ({"properties": {"imageName": "sha256:" + "a" * 65}}, set()),
    ],
)
def test_scout_names_its_image(changes: dict[str, Any], digests: set[str]) -> None:
    assert parse(scout(**changes)).digests == digests


@pytest.mark.parametrize(
    ("places", "digests"),
    [
        ([f"made@{MANIFEST}:/bin/x", f"made@{MANIFEST}"], {MANIFEST}),
        ([f"made@{MANIFEST}", f"base@{OTHER}"], set()),
        ([MANIFEST], set()),  # a layer, perhaps
        ([], set()),
    ],
)
def test_scout_names_its_image_in_places(places: list[str], digests: set[str]) -> None:
    document = scout(("LOW", ""), ("LOW", ""), properties={})
    for at, place in enumerate(places):
        document["runs"][0]["results"][at]["locations"] = [{"logicalLocations": [{"fullyQualifiedName": place}]}]
    assert parse(document).digests == digests


def test_scout_dates() -> None:
    assert parse(scout()).written_at == ""
    dated = scout(invocations=[{"executionSuccessful": True, "endTimeUtc": "2026-11-20T10:00:00.000Z"}])
    assert parse(dated).written_at == "2026-11-20T10:00:00Z"


# What is no report


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", Reason.SYNTAX),
        (b"not json", Reason.SYNTAX),
        (b"\xff", Reason.NOT_UTF8),
        (b'{"matches": [], "matches": []}', Reason.DUPLICATE_KEY),
        (b"[" * 100_000, Reason.TOO_DEEP),
        ([], Reason.UNSUPPORTED),
        ({}, Reason.UNSUPPORTED),
        ({"matches": []}, Reason.UNSUPPORTED),
        (grype(source={"type": "directory", "target": "/"}), Reason.UNSUPPORTED),
        (grype(source=None), Reason.UNSUPPORTED),
        (grype(source={"type": "image", "target": "x"}), Reason.WRONG_TYPE),
        (grype(matches={}), Reason.WRONG_TYPE),
        (grype(matches=[1]), Reason.WRONG_TYPE),
        (grype(matches=[{"vulnerability": {"severity": 9}}]), Reason.WRONG_TYPE),
        (grype(matches=[{"vulnerability": []}]), Reason.WRONG_TYPE),
        (grype(descriptor={"name": "grype", "timestamp": "yesterday"}), Reason.SYNTAX),
        (grype(descriptor={"name": "grype", "timestamp": "2026-02-30T00:00:00Z"}), Reason.SYNTAX),
        (grype(descriptor={"name": "grype", "timestamp": "9999-12-31T23:59:59-12:00"}), Reason.SYNTAX),
        (grype(descriptor={"name": "grype", "timestamp": 5}), Reason.WRONG_TYPE),
        (trivy(SchemaVersion=1), Reason.UNSUPPORTED),
        (trivy(ArtifactType="filesystem"), Reason.UNSUPPORTED),
        (trivy(Metadata=[]), Reason.WRONG_TYPE),
        (trivy(Results={}), Reason.WRONG_TYPE),
        (trivy(Results=[{"Vulnerabilities": [{"Severity": 1}]}]), Reason.WRONG_TYPE),
        (trivy(Metadata={"RepoDigests": "x"}), Reason.WRONG_TYPE),
        (trivy(Metadata={"RepoDigests": [1]}), Reason.WRONG_TYPE),
        (anchore(metadata=[]), Reason.WRONG_TYPE),
        (anchore(securityEvaluation="x"), Reason.WRONG_TYPE),
        (anchore_list(vulnerabilities="x"), Reason.WRONG_TYPE),
        (scout() | {"version": "2.0.0"}, Reason.UNSUPPORTED),
        (scout() | {"runs": []}, Reason.UNSUPPORTED),
        (scout() | {"runs": scout()["runs"] * 2}, Reason.UNSUPPORTED),
        (scout(tool={"driver": {"name": "Trivy"}}), Reason.UNSUPPORTED),
        (scout(tool=None), Reason.UNSUPPORTED),
        (scout(invocations=[{"executionSuccessful": False}]), Reason.TOOL_FAILED),
        (scout(results=[{"ruleId": "missing"}]), Reason.WRONG_TYPE),
        (scout(results=[{"ruleIndex": 7}]), Reason.WRONG_TYPE),
        (scout(results=[{"ruleIndex": -1}]), Reason.WRONG_TYPE),
        (scout(results=[{}]), Reason.WRONG_TYPE),
        (scout(tool={"driver": {"name": "docker scout", "rules": [{"id": "A"}, {"id": "A"}]}}), Reason.DUPLICATE_KEY),
        (scout(tool={"driver": {"name": "docker scout",
                                "rules": [{"id": "A", "properties": {"security-severity": "x"}}]}}), Reason.WRONG_TYPE),
    ],
)  # fmt: skip
def test_refused(document: Any, reason: Reason) -> None:
    assert refusal(document) is reason


def test_a_time_that_was_never_set() -> None:
    zero = {"name": "grype", "timestamp": "0001-01-01T00:00:00Z", "db": {"built": "0001-01-01T00:00:00Z"}}
    report = parse(grype(descriptor=zero))
    assert (report.written_at, report.database_built) == ("", "")


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("nginx", "nginx:latest"),
        ("docker.io/library/nginx:1", "nginx:1"),
        ("registry:5000/a/b", "registry:5000/a/b:latest"),
        ("registry:5000/a/b:2", "registry:5000/a/b:2"),
    ],
)
def test_references_have_one_spelling(written: str, normal: str) -> None:
    assert normal_reference(written) == normal


# Files


def test_files(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(json.dumps(grype(("High", "fixed"))))
    (tmp_path / "copy.json").write_text(json.dumps(grype(("High", "fixed"))))
    (tmp_path / "nameless.json").write_text(json.dumps(anchore_list(imageDigest="")))
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "directory").mkdir()
    names = ("good.json", "copy.json", "nameless.json", "bad.json", "directory", "missing.json")
    found = read_vulnerability_reports([str(tmp_path / each) for each in names])
    assert [Path(each.path).name for each in found.reports] == ["good.json", "nameless.json"]
    assert found.reports[0].digest.startswith("sha256:")
    assert {Path(each.path).name: each.why.reason for each in found.broken} == {
        "bad.json": Reason.SYNTAX,
        "directory": Reason.NOT_REGULAR,
        "missing.json": Reason.NOT_FOUND,
    }
    assert len(found.warnings) == 4
    assert "binds" not in found.warnings[-1]
    assert "nameless.json" in found.warnings[-1]


def test_a_file_beyond_the_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmark.collect.scanners.reader.MOST_BYTES", 100)
    path = tmp_path / "large.json"
    path.write_text(json.dumps(grype()))
    (broken,) = read_vulnerability_reports([str(path)]).broken
    assert broken.why.reason is Reason.OVERSIZE


def test_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "r.json").write_text(json.dumps(trivy()))
    monkeypatch.chdir(tmp_path)
    (report,) = read_vulnerability_reports(["r.json"]).reports
    assert report.path == str(tmp_path / "r.json")


REAL = sorted((Path(__file__).parents[4].parent / "shared/data/scanner_reports").glob("*.json"))


@pytest.mark.skipif(not REAL, reason="the collected real reports are not on this machine")
def test_real_reports() -> None:
    counts = {each.stem: sum(parse_report(each.read_bytes()).counts.values()) for each in REAL}
    assert counts == {
        "anchore_engine_many_vulns": 23,
        "anchore_engine_new_format_issue_11552": 84,
        "anchore_engine_no_vuln": 0,
        "anchore_grype_check_all_fields": 6,
        "anchore_grype_no_vuln": 0,
        "trivy_all_statuses": 8,
        "trivy_issue_9333": 13,
    }


MAKERS: list[Callable[..., dict[str, Any]]] = [grype, trivy, anchore, anchore_list, scout]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(MAKERS), st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), min_size=1, max_size=5))
def test_flipped_bytes_raise_nothing_else(make: Callable[..., dict[str, Any]], flips: list[tuple[int, int]]) -> None:
    data = bytearray(json.dumps(make(("High", "1"), ("Low", ""))).encode())
    for at, value in flips:
        data[at % len(data)] = value
    try:
        report = parse_report(bytes(data))
    except ReportDefect:
        return
    assert set(report.counts) == set(SEVERITIES)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(MAKERS), st.data())
def test_other_types_in_any_place_raise_nothing_else(make: Callable[..., dict[str, Any]], data: Any) -> None:
    document = make(("High", "1"), ("Low", ""))
    here: Any = document
    for _ in range(data.draw(st.integers(0, 6))):
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(here[key], (dict, list)) or data.draw(st.booleans()):
            here[key] = data.draw(st.sampled_from([None, 0, -1, 1.5, True, "", "x", [], [[]], {}, {"a": 1}]))
            break
        here = here[key]
    with contextlib.suppress(ReportDefect):
        parse(document)
