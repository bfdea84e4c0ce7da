"""What our XML documents must be, whatever strangers wrote: valid by their schemas, printable, and with every verdict in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from lxml import etree

_SCHEMAS: Final = Path("/usr/share/openscap/schemas")
_NS: Final = {
    "x": "http://checklists.nist.gov/xccdf/1.2",
    "a": "http://scap.nist.gov/schema/asset-reporting-format/1.1",
}
_ALLOWED: Final = "\t\n\r"


class Broken(AssertionError):
    """An output that is not what its format promises."""


def check_xccdf(data: bytes, document: Mapping[str, Any]) -> None:
    """A Benchmark with one TestResult or several, each with the results of the run's own JSON ``document``."""
    root = read_xml_strictly(data)
    _validate("xccdf/1.2/xccdf_1.2.xsd", root)
    _check_results(root, document)


def check_arf(data: bytes, document: Mapping[str, Any]) -> None:
    """A collection with a report for each host; its schema does not look into the results, so they are looked at alone."""
    root = read_xml_strictly(data)
    _validate("arf/1.1/asset-reporting-format_1.1.0.xsd", root)
    for each in root.iterfind(".//x:TestResult", _NS):
        _validate("xccdf/1.2/xccdf_1.2.xsd", etree.fromstring(etree.tostring(each)))
    if len(root.findall(".//a:report", _NS)) != len(root.findall(".//a:asset", _NS)):
        raise Broken("a report without its asset")
    _check_results(root, document)


def read_xml_strictly(data: bytes) -> Any:
    """The root of a document without entities and without characters that hide or break lines. Raises Broken."""
    try:
        root = etree.fromstring(data, etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise Broken(f"not XML: {error}") from None
    for each in data.decode("utf-8"):
        if each not in _ALLOWED and unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp"):
            raise Broken(f"U+{ord(each):04X} in the document")
    return root


def _check_results(root: Any, document: Mapping[str, Any]) -> None:
    expected = {
        each["control"]: (each["result"], [f"{one['result']}" for one in each["findings"]])
        for each in document["results"]
    }
    tests = root.findall(".//x:TestResult", _NS)
    if not tests:
        raise Broken("no TestResult")
    for test in tests:
        found = {}
        for each in test.iterfind("x:rule-result", _NS):
            control = each.findtext("x:ident[@system='urn:dockmark:control']", namespaces=_NS)
            lines = each.findtext("x:message", namespaces=_NS).split("\n")[1:]
            if len(lines) != len(each.findall("x:instance", _NS)):
                raise Broken(f"{control}: {len(lines)} lines about {len(each.findall('x:instance', _NS))} subjects")
            words = [line.partition(":")[0].partition(" ")[0] for line in lines]
            found[control] = (each.findtext("x:result", namespaces=_NS), words)
        judged = {name: each for name, each in found.items() if each[0] != "notselected"}
        if judged != expected:
            differ = [name for name in judged.keys() | expected.keys() if judged.get(name) != expected.get(name)]
            raise Broken(f"other results than in JSON: {sorted(map(str, differ))[:5]}")


def _validate(name: str, root: Any) -> None:
    schema = _schema(name)
    if not schema.validate(root):
        raise Broken(f"{name}: {schema.error_log[0]}")


@cache
def _schema(name: str) -> Any:
    return etree.XMLSchema(etree.parse(_SCHEMAS / name))
