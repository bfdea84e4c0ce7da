"""The exported documents before oscap: valid by schema and schematron, complete, tailored, and read back."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from lxml import etree

from benchmark.catalog.load import load_catalog
from tests.command import dockmark
from tests.openscap.test_results import NS, VERSIONS, oscap, require_valid, rules_of

pytestmark = pytest.mark.openscap


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("export") / "content"
    done = dockmark("export", "xccdf", "-o", where)
    assert done.returncode == 0, done.stderr
    return where


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("stream") / "ds.xml"
    done = dockmark("export", "datastream", "--strict", "-o", where)
    assert done.returncode == 0, done.stderr
    return where


def document(directory: Path) -> Path:
    return next(directory.glob("*-xccdf.xml"))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("strict", [(), ("--strict",)])
def test_every_version_is_valid(tmp_path: Path, version: str, strict: tuple[str, ...]) -> None:
    assert dockmark("export", "xccdf", "--benchmark", version, *strict, "-o", tmp_path / "content").returncode == 0
    require_valid(document(tmp_path / "content"))
    oval = next((tmp_path / "content").glob("*-oval.xml"))
    checked = oscap("oval", "validate", "--schematron", oval)
    assert (checked.returncode, checked.stdout) == (0, "")
    schema = etree.XMLSchema(etree.parse("/usr/share/openscap/schemas/ocil/2.0/ocil-2.0.xsd"))
    schema.assertValid(etree.parse(next((tmp_path / "content").glob("*-ocil.xml"))))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_stream_is_valid(tmp_path: Path, version: str) -> None:
    for words in ((), ("--strict",)):
        where = tmp_path / "ds.xml"
        assert dockmark("export", "datastream", "--benchmark", version, *words, "-o", where).returncode == 0
        assert oscap("ds", "sds-validate", where).returncode == 0
    checked = oscap("xccdf", "validate", where)
    assert checked.returncode == 0, checked.stdout[-2000:]
    assert "Error" not in checked.stdout


def test_oscap_sees_every_rule_and_profile(directory: Path, stream: Path, tmp_path: Path) -> None:
    resolved = tmp_path / "resolved.xml"
    assert oscap("xccdf", "resolve", "--force", "-o", resolved, document(directory)).returncode == 0
    assert len(rules_of(resolved)) == len(rules_of(document(directory))) == len(load_catalog().controls)
    for each in (document(directory), stream):
        told = oscap("info", each).stdout
        assert "xccdf_dockmark_profile_level_1" in told
        assert "xccdf_dockmark_profile_level_2" in told


def test_every_rule_has_one_check_and_what_it_points_to_is_there(directory: Path) -> None:
    read = etree.parse(document(directory))
    oval = next(directory.glob("*-oval.xml")).read_text()
    ocil = next(directory.glob("*-ocil.xml")).read_text()
    for rule in read.iterfind(".//x:Rule", NS):
        (check,) = rule.iterfind(".//x:check", NS)
        reference = check.find("x:check-content-ref", NS)
        assert reference is not None
        href, name = str(reference.get("href")), str(reference.get("name"))
        assert (directory / href).exists()
        if href.endswith("-oval.xml"):
            assert f'<definition id="{name}"' in oval
            for exported in check.iterfind("x:check-export", NS):
                assert f'<external_variable id="{exported.get("export-name")}"' in oval
        elif href.endswith("-ocil.xml"):
            assert f'<questionnaire id="{name}"' in ocil


def test_results_of_both_are_the_same_and_are_read_back(directory: Path, stream: Path, tmp_path: Path) -> None:
    told = {}
    for name, source in (("plain", document(directory)), ("stream", stream)):
        results = tmp_path / f"{name}.xml"
        done = oscap("xccdf", "eval", "--profile", "level_2", "--results", results, source)
        assert done.returncode in (0, 2), done.stderr
        told[name] = {
            str(each.get("idref")): each.findtext("x:result", namespaces=NS)
            for each in etree.parse(results).iterfind(".//x:rule-result", NS)
        }
    assert told["plain"] == told["stream"]
    judged = {rule: result for rule, result in told["plain"].items() if result != "notselected"}
    read = dockmark("import", "xccdf", tmp_path / "plain.xml", "-o", "json", "--fail-on", "never")
    assert read.returncode == 0, read.stderr
    assert len(json.loads(read.stdout)["results"]) == len(judged)


def test_a_tailoring_changes_the_level_and_a_value(directory: Path, tmp_path: Path) -> None:
    tailoring = tmp_path / "tailoring.xml"
    done = dockmark(
        *("tailoring", "create", "--profile", "level_1", "--unselect", "5.5", "-o", tailoring),
        *("--set", "container_capabilities_limited.approved_capabilities=CHOWN"),
    )
    assert done.returncode == 0, done.stderr
    results = tmp_path / "results.xml"
    words = ("--tailoring-file", tailoring, "--profile", "xccdf_dockmark_profile_tailored", "--results", results)
    assert oscap("xccdf", "eval", *words, document(directory)).returncode in (0, 2)
    read = etree.parse(results)
    value = read.xpath("//x:set-value[contains(@idref, 'approved_capabilities')]/text()", namespaces=NS)
    assert value == ["CHOWN"]
    assert read.xpath("//x:rule-result[@idref='xccdf_dockmark_rule_5.5']/x:result/text()", namespaces=NS) == [
        "notselected"
    ]


def test_a_guide_is_made(directory: Path) -> None:
    guide = oscap("xccdf", "generate", "guide", "--profile", "xccdf_dockmark_profile_level_2", document(directory))
    assert guide.returncode == 0
    assert "Containers run without the privileged flag" in guide.stdout


def test_files_are_for_their_owner_only(directory: Path) -> None:
    modes = {stat.S_IMODE(each.stat().st_mode) for each in directory.iterdir()}
    assert modes <= {0o600, 0o700}


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = dockmark("export", "xccdf", "-o", tmp_path / "file")
    assert done.returncode == 4
    assert str(tmp_path / "file").encode() in done.stderr
    assert dockmark("export", "xccdf", "-o", tmp_path / "no/directory").returncode == 4
    assert dockmark("export", "datastream", "-o", tmp_path / "no/file.xml").returncode == 3
    assert dockmark("export", "datastream", "--benchmark", "9.9", "-o", tmp_path / "x.xml").returncode == 3
    assert not (tmp_path / "x.xml").exists()


def test_a_stream_goes_to_standard_output() -> None:
    done = dockmark("export", "datastream")
    assert done.returncode == 0
    assert done.stdout.startswith(b"<?xml")
