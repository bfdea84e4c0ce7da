"""A Statement of Applicability as CSV, Markdown, HTML and JSON, in one table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from itertools import groupby
from typing import Final

from benchmark.model.applicability import Statement
from benchmark.model.facts import JsonValue
from benchmark.model.strict_json import without_lone_surrogates
from benchmark.render.csv_text import csv_line
from benchmark.render.statement_cells import Cells, assessed_texts, row_cells, summary_texts
from benchmark.render.statement_html import statement_html
from benchmark.render.terminal_text import visible

SCHEMA: Final = "dockmark/statement/1"
# What marks up, divides cells, or makes a link of itself (CommonMark, and GitHub's tables and autolinks).
_MARKDOWN: Final = re.compile(r"[\\`*_\[\]<>|&~$@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_COLUMNS: Final = tuple(each.name for each in fields(Cells))


def statement_csv(statement: Statement) -> Iterator[str]:
    """A row for every requirement, under a header; what has several texts has them divided by semicolons."""
    yield csv_line(_COLUMNS)
    for row in statement.rows:
        cells = row_cells(statement, row)
        values = (getattr(cells, name) for name in _COLUMNS)
        yield csv_line(without_lone_surrogates(each if isinstance(each, str) else "; ".join(each)) for each in values)


def statement_json(statement: Statement) -> Iterator[str]:
    """One object; every key of a row is a column of the CSV."""
    rows: list[JsonValue] = []
    for row in statement.rows:
        cells = row_cells(statement, row)
        values = {name: getattr(cells, name) for name in _COLUMNS}
        rows.append({name: each if isinstance(each, str) else list(each) for name, each in values.items()})
    overlay = statement.overlay
    assessed: list[JsonValue] = [
        {
            "target": each.target,
            "benchmark": each.benchmark,
            "collected_at": each.collected_at,
            "evaluated_at": each.evaluated_at,
            "content_digest": each.content_digest,
        }
        for each in statement.assessed
    ]
    document: dict[str, JsonValue] = {
        "schema": SCHEMA,
        "framework": overlay.framework,
        "version": overlay.version,
        "title": statement.title,
        "organization": overlay.organization,
        "scope": overlay.scope,
        "approved_by": overlay.approved_by,
        "approved": overlay.approved,
        "tool": {"name": "dockmark", "version": statement.tool_version, "content_digest": statement.content_digest},
        "assessed": assessed,
        "remarks": list(statement.remarks),
        "controls": rows,
    }
    yield without_lone_surrogates(json.dumps(document, indent=1, ensure_ascii=True)) + "\n"


def statement_markdown(statement: Statement) -> Iterator[str]:
    """A heading, what it rests on, and a table for every section."""
    yield f"# Statement of Applicability: {_markdown(statement.title)}\n\n"
    for name, text in summary_texts(statement):
        yield f"* **{name}:** {_markdown(text)}\n"
    if statement.assessed:
        yield "\n| target | benchmark | facts of | judged |\n| --- | --- | --- | --- |\n"
        for target in assessed_texts(statement):
            yield f"| {' | '.join(map(_markdown, target))} |\n"
    for remark in statement.remarks:
        yield f"\n> Note: {_markdown(remark)}\n"
    yield "\nSupport is evidence for an assessor; it is no finding of compliance.\n"
    cells = [row_cells(statement, row) for row in statement.rows]
    for section, rows in groupby(cells, key=lambda each: each.section):
        yield f"\n## {_markdown(section or 'Other requirements')}\n\n"
        yield "| id | control | applicable | justification | implementation | results | checks | remark |\n"
        yield f"|{' --- |' * 8}\n"
        for each in rows:
            yield f"| {' | '.join(_markdown_row(each))} |\n"


def _markdown_row(cells: Cells) -> Iterator[str]:
    yield _markdown(cells.id)
    yield _markdown(cells.label)
    yield _markdown(cells.applicable)
    yield _markdown(cells.justification)
    yield _markdown(", ".join(each for each in (cells.implementation, cells.owner, cells.references) if each))
    yield "<br>".join(_markdown(each) for each in _result_texts(cells))
    yield "<br>".join(_markdown(each) for each in cells.checks)
    yield _markdown(cells.remark)


def _result_texts(cells: Cells) -> tuple[str, ...]:
    """The status, and what it rests on; without a check the reason."""
    if not cells.checks:
        return (f"{cells.reach}: {cells.reach_reason}" if cells.reach_reason else cells.reach,)
    return (cells.status, *cells.targets) if cells.targets else (cells.status,)


def _markdown(text: str) -> str:
    """``text`` shown as it is: one line, nothing in it marks up, links or divides cells."""
    return _MARKDOWN.sub(r"\\\g<0>", visible(without_lone_surrogates(text)))


STATEMENT_FORMATS: Final[Mapping[str, Callable[[Statement], Iterator[str]]]] = {
    "csv": statement_csv,
    "markdown": statement_markdown,
    "html": statement_html,
    "json": statement_json,
}
