"""Strict reading of XML from strangers: bounded, without DOCTYPE, entities or any access to what lies outside of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_DEPTH: Final = 64
XCCDF: Final = "http://checklists.nist.gov/xccdf/1.2"


class XmlRefused(Exception):
    """A document that is not read: ``path:line:column: message``. ``line`` and ``column`` count from 1."""

    def __init__(self, path: str, line: int, column: int, message: str) -> None:
        super().__init__(f"{path}:{line}:{column}: {message}")


def read_xml(data: bytes, path: str, most_bytes: int) -> _Element:
    """The root element of ``data``, comments and processing instructions left out, so that they cut no text in two.

    ``path`` is what the document is called in errors. Raises XmlRefused for one that is larger than ``most_bytes``, nested
    deeper than MAX_DEPTH, not well-formed (XML 1.0), or that has a document type declaration: no entity is ever expanded.
    """
    if len(data) > most_bytes:
        raise XmlRefused(path, 1, 1, f"larger than {most_bytes:,} bytes")
    _check(data, path)
    from lxml import etree  # noqa: PLC0415  (takes 15 ms, and most runs read no XML)

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:  # what expat lets pass, an undeclared prefix say
        raise XmlRefused(path, error.lineno or 1, error.offset or 1, error.msg or "not well-formed") from None


def text_of(element: _Element) -> str:
    """All text below ``element``, without the white space around it."""
    return "".join(str(each) for each in element.itertext()).strip()


def children_of(element: _Element) -> Iterator[tuple[str, _Element]]:
    """Local name and element of each child in the XCCDF namespace; "" for one of another namespace."""
    prefix = f"{{{XCCDF}}}"
    for each in element:
        name = str(each.tag)
        yield (name.removeprefix(prefix) if name.startswith(prefix) else ""), each


def line_of(element: _Element) -> int:
    """The line of the element's start tag, from 1."""
    line = element.sourceline
    return line if isinstance(line, int) else 1


def place_of(element: _Element, path: str, message: str) -> XmlRefused:
    """The refusal of what ``element`` says."""
    return XmlRefused(path, line_of(element), 1, message)


def _check(data: bytes, path: str) -> None:
    """One pass that builds nothing and stops at the first thing that is not allowed."""
    parser = expat.ParserCreate()
    depth = 0

    def refuse(message: str) -> XmlRefused:
        return XmlRefused(path, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1, message)

    def on_doctype(*_: object) -> None:
        raise refuse("a document type declaration (<!DOCTYPE) is not allowed")

    def on_start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise refuse(f"elements are nested deeper than {MAX_DEPTH}")

    def on_end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = on_doctype
    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = expat.errors.messages.get(error.code, "") if error.code else ""
        raise XmlRefused(path, error.lineno, error.offset + 1, f"not well-formed XML: {reason or error}") from None
    except (LookupError, ValueError) as error:  # an encoding that Python does not know
        raise XmlRefused(path, 1, 1, f"not readable as XML: {error}") from None
