"""A Statement of Applicability in every format: golden files, and hostile text that is shown and never obeyed."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from html.parser import HTMLParser

import pytest
from jsonschema import Draft202012Validator

from benchmark.cli.values import STATEMENT_NAMES
from benchmark.evaluate import make_statement
from benchmark.model.applicability import Decision, Implementation, Overlay
from benchmark.model.content import Catalog
from benchmark.model.framework import Framework, Reach, Requirement
from benchmark.model.result import Result
from benchmark.render.statement_formats import STATEMENT_FORMATS
from tests.command import ROOT
from tests.unit.evaluate.test_statement import CATALOG, FRAMEWORK, NO, YES, judged, statement
from tests.unit.render.made_assessments import HOSTILE

EVIL = f"=1+1<script>alert(1)</script>|`x`[y](http://z)**b**{HOSTILE}"


class Page(HTMLParser):
    """The elements and texts of a page; every start tag must be closed in order."""

    VOID = ("meta",)

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.texts, self.attributes = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))


def whole():
    decisions = {
        "A.8.9": YES,
        "A.8.10": NO,
        "A.5.1": Decision(True, "policy", Implementation.PLANNED, "CISO", ("P-1",)),
    }
    del decisions["A.8.10"]
    return statement(decisions, judged("web", one=Result.FAIL, two=Result.PASS), judged("db", one=Result.PASS))


def hostile():
    decision = Decision(True, EVIL, Implementation.IMPLEMENTED, EVIL, (EVIL, EVIL))
    overlay = Overlay("iso_27001", "2022", EVIL, EVIL, EVIL, EVIL, {"A.8.9": decision})
    items = [
        *FRAMEWORK.requirements,
        Requirement(EVIL, {"2022": "A.5.3"}, {}, {}, (), reach=Reach.NOT_REACHABLE, reach_reason=EVIL),
    ]
    framework = Framework("iso_27001", EVIL, ("2022",), {"A.5": EVIL, "A.8": EVIL}, tuple(items))
    catalog = Catalog(CATALOG.controls, {"iso_27001": framework}, EVIL)
    return make_statement(
        catalog, framework, overlay, [judged(EVIL, one=Result.FAIL, two=Result.PASS)], {"one": (EVIL,)}
    )


def written(name, made):
    return "".join(STATEMENT_FORMATS[name](made))


def test_the_names_on_the_command_line_are_those_of_the_table():
    assert set(STATEMENT_NAMES) == set(STATEMENT_FORMATS)


@pytest.mark.parametrize("name", STATEMENT_FORMATS)
def test_golden(name, golden):
    suffix = {"markdown": "md"}.get(name, name)
    golden(f"statement.{suffix}", written(name, whole()))


def test_csv_has_a_row_for_every_control_and_no_formula():
    records = list(csv.DictReader(io.StringIO(written("csv", whole()), newline="")))
    assert [each["id"] for each in records] == ["A.5.1", "A.8.9", "A.8.10"]
    assert records[1]["checks"] == "one (5.5), direct: fail on web, pass on db"
    assert (records[1]["applicable"], records[1]["status"]) == ("yes", "contradicted")
    assert records[2]["applicable"] == "undecided"
    for each in csv.reader(io.StringIO(written("csv", hostile()), newline="")):
        assert all(cell.isprintable() and not cell.startswith(("=", "+", "-", "@")) for cell in each)


def test_json_follows_its_schema():
    schema = json.loads((ROOT / "reports/schemas/statement-1.schema.json").read_text())
    for made in (whole(), hostile(), statement({})):
        Draft202012Validator(schema).validate({**json.loads(written("json", made)), "approved": "2026-11-27"})


def test_json_says_the_same():
    document = json.loads(written("json", whole()))
    assert document["schema"] == "dockmark/statement/1"
    assert [each["target"] for each in document["assessed"]] == ["web", "db"]
    assert document["controls"][1]["remark"] == "stated as implemented, and contradicted by results"
    json.loads(written("json", hostile()))


def test_the_page_fetches_runs_and_sends_nothing():
    for made in (whole(), hostile()):
        page = Page(written("html", made))
        assert not {"script", "img", "link", "iframe", "form", "object", "a", "base", "svg"} & set(page.tags)
        names = {name for _, attributes in page.attributes for name in attributes}
        assert names <= {"lang", "charset", "http-equiv", "content", "name", "class", "scope"}
        policy = next(each["content"] for tag, each in page.attributes if each.get("http-equiv"))
        style = next(text for tag, text in page.texts if tag == "style")
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        assert "url(" not in style
        assert "@import" not in style


def test_hostile_text_stands_on_the_page_as_text():
    page = Page(written("html", hostile()))
    cells = [text for tag, text in page.texts if tag in ("td", "th", "li", "dd", "h1", "h2", "caption")]
    assert any("<script>alert(1)</script>" in each for each in cells)
    assert all(each.isprintable() for each in cells)


def test_markdown_shows_hostile_text_as_it_is():
    text = written("markdown", hostile())
    assert all(line.isprintable() for line in text.splitlines())
    rows = [each for each in text.splitlines() if each.startswith("| A.")]
    assert len(rows) == 4
    for each in rows:
        assert len(re.findall(r"(?<!\\)\|", each)) == 9, "no text divides a cell"
    bare = re.sub(r"\\.", "", text).replace("<br>", "")
    assert "<" not in bare
    assert "](" not in bare
    assert "`" not in bare
