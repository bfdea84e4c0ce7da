"""What is written about several results or for a framework, from a hostile snapshot: every document with a table of its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from benchmark.render.statement_formats import STATEMENT_FORMATS
from tests.torture.hostile_console import Ran, run
from tests.torture.hostile_outputs import Broken, check_messages, check_printable, check_schema, check_text, strict

_FORMULAS: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_ACTIVE: Final = frozenset(
    {"script", "iframe", "object", "embed", "form", "base", "link", "svg", "img", "input", "button"}
)


def check_documents(snapshot: Path) -> None:
    """Comparisons of ``snapshot`` with itself and Statements of Applicability with its results. Raises Broken."""
    for name, check in _COMPARISONS.items():
        check(_written(run("compare", snapshot, snapshot, "-o", name)))
    for name in STATEMENT_FORMATS:
        _STATEMENTS[name](_written(run("frameworks", "soa", "iso_27001", "--snapshot", snapshot, "-o", name)))


def _written(ran: Ran) -> str:
    check_messages(ran.err, ran.code)
    if ran.code not in (0, 1, 2) or not ran.out:
        raise Broken(f"{' '.join(map(str, ran.words[:2]))}: {ran.code}, {ran.err.decode()[:300]}")
    return ran.out.decode("utf-8")


def _json(text: str) -> None:
    check_schema(strict(text))


def _text(text: str) -> None:
    check_text(text, colour=False)


def _csv(text: str) -> None:
    if text.count("\n") != text.count("\r\n") or not text.endswith("\r\n"):
        raise Broken("a record of CSV does not end as it must")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    if len({len(each) for each in rows}) != 1 or len(rows) != text.count("\r\n"):
        raise Broken("records of CSV that are not alike")
    for cell in (cell for each in rows for cell in each):
        check_printable(cell)
        if cell.lstrip().startswith(_FORMULAS):
            raise Broken(f"a spreadsheet computes this cell: {cell[:200]!r}")


class _Page(HTMLParser):
    """Raises Broken for anything that does something or comes from elsewhere, and for elements that do not close."""

    _VOID: Final = frozenset({"meta", "br", "hr", "col"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ACTIVE or any(name.startswith("on") or name in ("src", "href", "action") for name, _ in attrs):
            raise Broken(f"a page that does something: <{tag} {attrs}>")
        if tag not in self._VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Broken(f"</{tag}> ends what was not begun")


def _html(text: str) -> None:
    check_text(text, colour=False)
    page = _Page()
    page.feed(text)
    page.close()
    if page.open:
        raise Broken(f"elements that do not end: {page.open}")


_COMPARISONS: Final[Mapping[str, Callable[[str], None]]] = {"json": _json, "markdown": _text, "table": _text}
# A format of STATEMENT_FORMATS -> what it must be; one that is written tomorrow fails here.
_STATEMENTS: Final[Mapping[str, Callable[[str], None]]] = {"json": _json, "markdown": _text, "html": _html, "csv": _csv}
