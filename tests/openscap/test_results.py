"""Our XCCDF results before oscap: valid by schema and schematron, every rule counted, reports made, whatever hosts say."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from benchmark.catalog.load import load_catalog
from tests.command import ROOT, dockmark
from tests.policies import GONE, attestation, waiver, written
from tests.snapshots import container, snapshot, snapshot_without_engine, write_snapshot
from tests.torture.oracle_harness import collect, hosts

pytestmark = pytest.mark.openscap

SAMPLE: Final = ROOT / "reports/samples/sample-host.snapshot.json.gz"
SCHEMA: Final = Path("/usr/share/openscap/schemas/xccdf/1.2/xccdf_1.2.xsd")
NS: Final = {"x": "http://checklists.nist.gov/xccdf/1.2"}
VERSIONS: Final = load_catalog().frameworks["cis_docker"].versions
_WARNING: Final = "has no platform specified"  # without any message oscap takes the document for invalid


def oscap(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["oscap", *map(str, words)], capture_output=True, text=True, check=False, timeout=300)


def evaluated(directory: Path, *words: str | Path) -> Path:
    path = directory / "results.xml"
    done = dockmark("evaluate", *words, "-o", f"xccdf={path}", "--fail-on", "never")
    assert done.returncode == 0, done.stderr
    return path


def require_valid(path: Path) -> None:
    done = oscap("xccdf", "validate", path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Error" not in done.stdout
    assert done.stdout.count("Warning:") == done.stdout.count(_WARNING) == 1
    assert done.stderr.strip().count("\n") <= 1


def rules_of(path: Path) -> list[str]:
    return [str(each) for each in etree.parse(path).xpath("//x:Rule/@id", namespaces=NS)]


@pytest.mark.parametrize(
    "words",
    [
        *(("--benchmark", each) for each in VERSIONS),
        *(("--profile", "level_1"), ("--beyond",), ("--control", "5.5"), ("--instances",)),
    ],
)
def test_the_sample_is_valid(tmp_path: Path, words: tuple[str, ...]) -> None:
    require_valid(evaluated(tmp_path, SAMPLE, *words))


@pytest.mark.parametrize("words", [(), ("--instances",)])
def test_with_waivers_and_attestations_it_is_valid(tmp_path: Path, words: tuple[str, ...]) -> None:
    scope = {"host": "sample-host", "subject": "container:builder"}
    entries = [
        waiver(control="container_no_api_socket", scope=scope, reason='<b>&\u202e "it"'),
        waiver(id="W-2", control="5.6", benchmark="1.8.0", scope=GONE, broad=True),
        waiver(id="W-3", control="nothing_like_it"),
    ]
    attested = [
        attestation(scope=GONE, evidence=[{"file": "none", "sha256": "0a" * 32}]),
        attestation(id="A-2", scope=GONE),
    ]
    for name, lists in (("waivers", entries), ("attestations", attested)):
        (tmp_path / name).write_bytes(written(**{name: lists}))
    signed = ("--waivers", tmp_path / "waivers", "--attestations", tmp_path / "attestations")
    path = evaluated(tmp_path, SAMPLE, *signed, *words)
    require_valid(path)
    assert "container:builder" in path.read_text(encoding="utf-8")
    assert len(etree.parse(path).xpath("//*[local-name()='waiver-entry']")) == 3


def test_a_host_without_an_engine_is_valid(tmp_path: Path) -> None:
    require_valid(evaluated(tmp_path, write_snapshot(tmp_path / "nobody.json", snapshot_without_engine())))


def test_several_hosts_in_one_document_are_valid(tmp_path: Path) -> None:
    require_valid(evaluated(tmp_path, SAMPLE, write_snapshot(tmp_path / "nobody.json", snapshot_without_engine())))


def test_random_hosts_are_valid(tmp_path: Path) -> None:
    for host in hosts(0, 3):
        require_valid(evaluated(tmp_path, write_snapshot(tmp_path / "host.json", collect(host))))


def test_oscap_sees_every_rule_and_every_profile(tmp_path: Path) -> None:
    path = evaluated(tmp_path, SAMPLE)
    resolved = tmp_path / "resolved.xml"
    assert oscap("xccdf", "resolve", "--force", "-o", resolved, path).returncode == 0
    assert rules_of(resolved) == rules_of(path)
    read, kept = etree.parse(path), etree.parse(resolved)
    for profile in ("level_1", "level_2"):
        query = f"//x:Profile[@id='xccdf_dockmark_profile_{profile}']/x:select[@selected='{{}}']/@idref"
        for selected in ("true", "false"):
            wanted = read.xpath(query.format(selected), namespaces=NS)
            assert wanted
            assert kept.xpath(query.format(selected), namespaces=NS) == wanted


def test_oscap_tells_the_same_results_and_scores(tmp_path: Path) -> None:
    path = evaluated(tmp_path, SAMPLE)
    page = tmp_path / "report.html"
    assert oscap("xccdf", "generate", "report", "--output", page, path).returncode == 0
    html = etree.parse(page, etree.HTMLParser(huge_tree=True))
    shown = {
        str(row.get("id") or "").removeprefix("rule-overview-leaf-"): " ".join("".join(row.itertext()).split())
        for row in html.iterfind(".//tr")
        if "rule-overview-leaf" in str(row.get("class"))
    }
    results = etree.parse(path).xpath("//x:rule-result", namespaces=NS)
    told = {str(each.get("idref")): each.findtext("x:result", namespaces=NS) for each in results}
    judged = {rule: result for rule, result in told.items() if result != "notselected"}
    titles = {
        str(each.get("id")): each.findtext("x:title", namespaces=NS)
        for each in etree.parse(path).iterfind(".//x:Rule", NS)
    }
    text = "\n".join(shown.values())
    assert len(shown) >= len(judged)
    for rule, result in judged.items():
        line = next(each for each in shown.values() if str(titles[rule]) in each)
        assert line.endswith(result), line
    assert text


def test_guide_and_info_are_made(tmp_path: Path) -> None:
    path = evaluated(tmp_path, SAMPLE)
    told = oscap("info", path)
    assert told.returncode == 0
    assert "xccdf_dockmark_profile_level_1" in told.stdout
    assert "Test Results:" in told.stdout
    guide = oscap("xccdf", "generate", "guide", "--profile", "xccdf_dockmark_profile_level_2", path)
    assert guide.returncode == 0
    assert "Containers run without the privileged flag" in guide.stdout


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA))


_HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x00\x1b\x07\r\n\t\x85\u2028\u202e\ufffe\uffff\ufffd\U000e0041<>&\"']"),
    ),
    max_size=60,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(_HOSTILE, min_size=1, max_size=20, unique=True))
def test_hostile_names_pass_the_schema_and_none_is_lost(
    tmp_path: Path, schema: etree.XMLSchema, names: list[str]
) -> None:
    made = [container(name, {"Config.Image": name, "Config.User": name}) for name in names]
    path = evaluated(tmp_path, write_snapshot(tmp_path / "hostile.json", snapshot(made, name=names[0])))
    document = etree.parse(path)
    schema.assertValid(document)
    instances = document.xpath("//x:rule-result[x:ident='container_not_privileged']/x:instance/@context", namespaces=NS)
    assert len(instances) == len(set(instances)) == len(names)


def test_hostile_names_in_a_report(tmp_path: Path) -> None:
    names = [
        *"\x00\x1b\x07\r\n\x85\u2028\u202e\ufffe\uffff\ufffd\U000e0041",
        "]]>",
        "<b>",
        "&#x1b;",
        "\n\nx",
        "\t",
    ]
    made = [container(f"a{name}b", {"Config.Image": name}) for name in names]
    path = evaluated(tmp_path, write_snapshot(tmp_path / "hostile.json", snapshot(made, name="<h>\x1b")))
    require_valid(path)
    page = oscap("xccdf", "generate", "report", path)
    assert page.returncode == 0
    assert "\x1b" not in page.stdout
