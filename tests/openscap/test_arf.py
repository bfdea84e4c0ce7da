"""Our ARF before oscap: valid, the inner documents by themselves too, one host or several, whatever they are called."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from lxml import etree

from tests.command import dockmark
from tests.openscap.test_results import SAMPLE, SCHEMA, oscap, require_valid
from tests.snapshots import container, snapshot, snapshot_without_engine, write_snapshot

pytestmark = pytest.mark.openscap

NS: Final = {
    "x": "http://checklists.nist.gov/xccdf/1.2",
    "a": "http://scap.nist.gov/schema/asset-reporting-format/1.1",
    "ai": "http://scap.nist.gov/schema/asset-identification/1.1",
    "ds": "http://scap.nist.gov/schema/scap/source/1.2",
}
HOSTILE: Final = ["a\x1bb", "\u202e<x>", "]]>", "\n\nx", "\ufffe"]


def written(directory: Path, *sources: Path) -> Path:
    path = directory / "arf.xml"
    done = dockmark("evaluate", *sources, "-o", f"arf={path}", "--fail-on", "never")
    assert done.returncode == 0, done.stderr
    return path


def require_valid_arf(path: Path) -> None:
    done = oscap("ds", "rds-validate", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    made = [container(each, {"Config.Image": each}) for each in HOSTILE]
    return write_snapshot(tmp_path / "hostile.json", snapshot(made, name="<host>\x1b\n"))


def test_the_sample_is_valid_and_makes_a_report(tmp_path: Path) -> None:
    path = written(tmp_path, SAMPLE)
    require_valid_arf(path)
    told = oscap("info", path)
    assert told.returncode == 0
    assert "Source profile: xccdf_dockmark_profile_level_2" in told.stdout
    report = oscap("xccdf", "generate", "report", path)
    assert report.returncode == 0
    assert "Containers run without the privileged flag" in report.stdout
    assert "container maintenance: HostConfig.Privileged is true, must be false" in report.stdout


def test_several_hosts_go_into_one_document(tmp_path: Path, hostile: Path) -> None:
    nobody = write_snapshot(tmp_path / "nobody.json", snapshot_without_engine())
    path = written(tmp_path, SAMPLE, nobody, hostile, SAMPLE)
    require_valid_arf(path)
    document = etree.parse(path)
    assert len(document.xpath("//a:report", namespaces=NS)) == len(document.xpath("//a:asset", namespaces=NS)) == 4
    assert len(set(document.xpath("//x:TestResult/@id", namespaces=NS))) == 4
    assert document.xpath("//ai:hostname/text()", namespaces=NS) == ["sample-host", "good.example", "sample-host"]
    told = oscap("info", path)
    assert told.stdout.count("ARF report: ") == 4


def test_the_results_in_it_are_valid_by_themselves(tmp_path: Path, hostile: Path) -> None:
    """rds-validate does not look inside them."""
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    for each in etree.parse(written(tmp_path, SAMPLE, hostile)).iterfind(".//x:TestResult", NS):
        schema.assertValid(etree.ElementTree(etree.fromstring(etree.tostring(each))))


def test_the_data_stream_in_it_is_valid_by_itself(tmp_path: Path) -> None:
    (collection,) = etree.parse(written(tmp_path, SAMPLE)).iterfind(".//ds:data-stream-collection", NS)
    path = tmp_path / "stream.xml"
    path.write_bytes(etree.tostring(collection, xml_declaration=True, encoding="UTF-8", with_tail=False))
    done = oscap("ds", "sds-validate", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Referenced check files" in oscap("info", path).stdout


def test_its_results_are_those_of_the_xccdf_document(tmp_path: Path) -> None:
    xccdf = tmp_path / "results.xml"
    assert dockmark("evaluate", SAMPLE, "-o", f"xccdf={xccdf}", "--fail-on", "never").returncode == 0
    require_valid(xccdf)

    def results(path: Path) -> list[tuple[str | None, str | None, str | None]]:
        return [
            (each.get("idref"), each.findtext("x:result", namespaces=NS), each.findtext("x:message", namespaces=NS))
            for each in etree.parse(path).iterfind(".//x:rule-result", NS)
        ]

    assert results(written(tmp_path, SAMPLE)) == results(xccdf)
