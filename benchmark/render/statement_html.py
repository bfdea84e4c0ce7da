"""A Statement of Applicability as one HTML page that fetches nothing, runs nothing and sends nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from typing import Final

from benchmark.model.applicability import Statement
from benchmark.model.strict_json import without_lone_surrogates
from benchmark.render.statement_cells import Cells, assessed_texts, row_cells, summary_texts
from benchmark.render.terminal_text import visible

_STYLE: Final = """
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem; color: #1c1f23; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { border: 1px solid #c9ced6; padding: .35rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #eef1f5; } ul { margin: 0; padding-left: 1.1rem; } dt { font-weight: 600; } dd { margin: 0 0 .3rem 0; }
.contradicted { background: #fbe3e1; } .supported { background: #e0f3e4; } .open { background: #fdf3d7; }
.none { color: #667; } .remark { font-weight: 600; } .note { border-left: 3px solid #c9ced6; padding-left: .8rem; }
@media print { body { margin: 0; font-size: 10px; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
"""
_DIGEST: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
_CLASSES: Final = {"contradicted": "contradicted", "supported": "supported", "not established": "open"}
_HEADERS: Final = ("Id", "Control", "Applicable", "Justification", "Implementation", "Results", "Checks", "Remark")


def statement_html(statement: Statement) -> Iterator[str]:
    """The page, a table for every section."""
    title = f"Statement of Applicability: {statement.title}"
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{_text(title)}</h1>\n<dl>\n"
    for name, text in summary_texts(statement):
        yield f"<dt>{_text(name)}</dt><dd>{_text(text)}</dd>\n"
    yield "</dl>\n"
    if statement.assessed:
        yield "<table>\n<caption>Whose results these are</caption>\n"
        yield _row("th", ("Target", "Benchmark", "Facts of", "Judged"))
        for target in assessed_texts(statement):
            yield _row("td", target)
        yield "</table>\n"
    for remark in statement.remarks:
        yield f'<p class="note">{_text(remark)}</p>\n'
    yield '<p class="note">Support is evidence for an assessor; it is no finding of compliance.</p>\n'
    cells = [row_cells(statement, row) for row in statement.rows]
    for section, rows in groupby(cells, key=lambda each: each.section):
        yield f"<h2>{_text(section or 'Other requirements')}</h2>\n<table>\n<thead>{_row('th', _HEADERS)}</thead>\n<tbody>\n"
        for each in rows:
            yield _cells(each)
        yield "</tbody>\n</table>\n"
    yield "</body>\n</html>\n"


def _cells(cells: Cells) -> str:
    implementation = [each for each in (cells.implementation, cells.owner, cells.references) if each]
    parts = (
        f'<th scope="row">{_text(cells.id)}</th>',
        _cell(cells.label),
        _cell(cells.applicable),
        _cell(cells.justification),
        _cell(", ".join(implementation)),
        _results(cells),
        f"<td>{_list(cells.checks)}</td>",
        f'<td class="remark">{_text(cells.remark)}</td>',
    )
    return f"<tr>{''.join(parts)}</tr>\n"


def _results(cells: Cells) -> str:
    """The status in its colour and what it rests on; where there is no check, why."""
    if not cells.checks:
        told = f"{cells.reach}: {cells.reach_reason}" if cells.reach_reason else cells.reach
        return f'<td class="none">{_text(told)}</td>'
    kind = _CLASSES.get(cells.status, "none")
    return f'<td class="{kind}">{_text(cells.status)}{_list(cells.targets)}</td>'


def _list(texts: Iterable[str]) -> str:
    items = "".join(f"<li>{_text(each)}</li>" for each in texts)
    return f"<ul>{items}</ul>" if items else ""


def _row(tag: str, texts: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{_text(each)}</{tag}>' for each in texts)}</tr>\n"


def _cell(text: str) -> str:
    return f"<td>{_text(text)}</td>"


def _text(text: str) -> str:
    """The choke point: every text that is not a literal of this module comes through here."""
    return escape(visible(without_lone_surrogates(text)), quote=True)
