"""Targets: the XML documents that we read, tailorings and results, with files that we wrote as seeds."""

from __future__ import annotations

from functools import cache
from typing import Final

from lxml import etree

from benchmark.cli.checklist import checklist_of
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.evaluate.imported import ImportRefused, import_results
from benchmark.render.options import RenderOptions
from benchmark.render.xccdf_format import render_xccdf
from benchmark.scap.checklist import Checklist
from benchmark.scap.names import value_id
from benchmark.scap.results_document import read_results
from benchmark.scap.tailoring import TailoringRefused, resolve_tailoring
from benchmark.scap.tailoring_document import read_tailoring
from benchmark.scap.tailoring_xml import TailoringDraft, tailoring_pieces
from benchmark.scap.xml_reader import XmlRefused
from benchmark.scap.xml_text import content, element, line
from tests.controls.test_controls import CATALOG
from tests.policies import attestation, attestations, waiver, waivers
from tests.snapshots import COLLECTED_AT, snapshot
from tests.torture.fuzz_run import Target

_NS: Final = {"x": "http://checklists.nist.gov/xccdf/1.2"}
_KEPT: Final = ("5.5", "5.15", "5.6", "1.1.2", "4.11a")
_PYTHON: Final = {"strings": list, "string": str, "int": int, "bool": bool}
_WORDS: Final = (
    *(b"<", b">", b"/>", b"<!DOCTYPE x>", b"<![CDATA[", b"]]>", b"&amp;", b"&#0;", b"&#x1b;", b"&x;", b"xmlns:a='b' "),
    *(
        b"<a>",
        b"<!--",
        b"-->",
        b"<?x ?>",
        b"idref=",
        b"selected=",
        b"pass",
        b"fail",
        b"error (denied): ",
        b"\xef\xbf\xbd",
    ),
)


@cache
def _checklist() -> Checklist:
    return checklist_of(CATALOG, "cis_docker", "1.8.0")


def _tailoring(data: bytes) -> bool:
    """Read and resolved; what it sets fits its parameter, and its title can be written into XML again."""
    document = read_tailoring(data, "t.xml")
    for title in (each.title for each in document.profiles):
        for written in (content(title), line(title), element("title", title)):
            etree.fromstring(f"<a>{written}</a>".encode())
    tailoring = resolve_tailoring(document, _checklist(), None)
    assert tailoring.selected.keys() == {each.control.id for each in _checklist().rules()}
    for (control, name), value in tailoring.parameters.items():
        parameter = next(each for each in CATALOG.controls[control].parameters if each.name == name)
        assert type(value) is _PYTHON[parameter.type]
    return True


def _results(data: bytes) -> bool:
    """Whatever is believed has its id, benchmark and results; a rule that the profile selects leaves a row."""
    document = read_results(data, "r.xml")
    for test in document.tests:
        assert test.id
        assert test.benchmark
        if test.benchmark != _checklist().id:
            continue
        made = import_results(document, test, _checklist())
        selected = next((each.selected for each in _checklist().profiles if each.id == test.profile), frozenset())
        left_out = {each.rule for each in test.results if each.result == "notselected"}
        rows = {each.control.id for each in made.results}
        missing = [
            each for each in _checklist().rules() if each.id in selected - left_out and each.control.id not in rows
        ]
        assert not missing, f"{missing[0].id} left no row"
    return True


def _seed_tailoring() -> bytes:
    checklist = _checklist()
    rules = [each.id for each in checklist.rules()]
    draft = TailoringDraft(
        "ours",
        "Ours",
        COLLECTED_AT,
        checklist.profiles[0].id,
        {rules[0]: False, rules[-1]: True},
        {value_id("container_restart_bounded", "most_restarts"): 3},
    )
    return "".join(tailoring_pieces(draft, checklist)).encode()


def _seed_results() -> bytes:
    """A TestResult by itself, with a few of its rule-results and a policy, so that mutations hit something."""
    accepted = waivers(waiver(control="container_restart_bounded", compensating_controls=["a"], risk_reference="R"))
    attested = attestations(attestation(evidence=[{"file": "x", "sha256": "0a" * 32}]))
    request = EvaluationRequest(now=COLLECTED_AT, waivers=accepted, attestations=attested)
    assessment = evaluate_snapshot(CATALOG, snapshot(), request)
    options = RenderOptions(checklist=lambda *_: _checklist())
    (test,) = etree.fromstring("".join(render_xccdf(assessment, options)).encode()).iterfind("x:TestResult", _NS)
    for each in test.findall("x:rule-result", _NS):
        if str(each.get("idref")).rpartition("_")[2] not in _KEPT:
            test.remove(each)
    return etree.tostring(test, xml_declaration=True, encoding="UTF-8", with_tail=False)


XML_TARGETS: Final = (
    Target(
        "tailoring_xml",
        _tailoring,
        (XmlRefused, TailoringRefused),
        (_seed_tailoring(),),
        _WORDS,
        ((b"", b"<a>", b""), (b"<a>", b"<b/>", b"</a>"), (b"<a>", b"&amp;", b"</a>")),
    ),
    Target(
        "results_xml",
        _results,
        (XmlRefused, ImportRefused),
        (_seed_results(),),
        _WORDS,
        ((b"", b"<a>", b""), (b"<a b='", b"c ", b"'/>")),
    ),
)
