"""What each output must be, whatever strangers wrote: a checker a format. A format without one fails the test."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NoReturn

from jsonschema import Draft202012Validator

from benchmark.model.result import Result
from tests.command import ROOT
from tests.torture.hostile_strings import columns
from tests.torture.hostile_xml import Broken, check_arf, check_xccdf
from tests.unit.oscal_judges import judged

_WORDS: Final = "|".join(each.value for each in Result)
_PAINT: Final = re.compile(r"\x1b\[(?:1|2|31|32|33|35|36)m([^\x1b]*)\x1b\[0m")
_ROW: Final = re.compile(rf"  \S ({_WORDS}) +(.*)")
_COUNT: Final = re.compile(r"[0-9]+ {2}")
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159")
_BANNED: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_SELECTORS: Final = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF), (0x180B, 0x180F))
_MESSAGE: Final = re.compile(r"(dockmark: |this is a bug in dockmark )")


def check_text(text: str, *, colour: bool, width: int | None = None) -> list[str]:
    """The lines of a text for people: printable, in our own colours, each within ``width`` but for a single long word.

    What runs over the edge of a terminal goes on at the beginning of the next line: with a blank in it, a stranger could write
    a line of ours there.
    """
    if not text.endswith("\n"):
        raise Broken(f"no newline at the end: {text[-80:]!r}")
    lines = text[:-1].split("\n")
    bare = [_PAINT.sub(r"\1", each) for each in lines] if colour else lines
    for line in bare:
        check_printable(line)
        if width is not None:
            _check_overflow(line, width)
    return bare


def check_printable(line: str) -> None:
    marks = 0
    for each in line:
        category = unicodedata.category(each)
        marks = marks + 1 if category[0] == "M" else 0
        banned = category in _BANNED or (category == "Zs" and each != " ") or each in _BLANK
        if banned or marks > 2 or any(low <= ord(each) <= high for low, high in _SELECTORS):
            raise Broken(f"U+{ord(each):04X} ({category}) on the terminal: {line[:200]!r}")


def _check_overflow(line: str, width: int) -> None:
    taken = 0
    for at, each in enumerate(line):
        taken += columns(each)
        if taken > width:
            if " " in line[at:].rstrip():
                raise Broken(f"a terminal of {width} columns breaks this line by itself: {line[:400]!r}")
            return


def verdict_rows(lines: Sequence[str]) -> list[str]:
    """What stands behind the words of lines that look like a control's verdict; the summary's counts left out."""
    found = (_ROW.fullmatch(each) for each in lines)
    return [f"{each[1]} {each[2].strip()}" for each in found if each and not _COUNT.match(each[2])]


def check_table(text: str, *, colour: bool, width: int | None, document: Mapping[str, Any]) -> None:
    """A report for the terminal; every control of the JSON ``document`` has its row, and nothing else looks like one."""
    lines = check_text(text, colour=colour, width=width)
    shown = verdict_rows(lines)
    expected = sorted(each["result"] for each in document["results"])
    if sorted(each.split(" ", 1)[0] for each in shown) != expected:
        raise Broken(f"{len(shown)} lines look like verdicts, {len(expected)} are: {shown}")


def strict(data: bytes | str) -> Any:
    """A JSON document as every reader must understand it. Raises Broken."""
    text = data.decode("utf-8") if isinstance(data, bytes) else data
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except ValueError as error:
        raise Broken(f"not JSON: {error}") from None
    for each in strings_of(value):
        if any("\ud800" <= character <= "\udfff" for character in each):
            raise Broken(f"a lone surrogate in JSON: {each[:200]!r}")
    return value


def strings_of(value: Any) -> list[str]:
    """Every string in a JSON value, keys among them."""
    found: list[str] = []
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            found.append(each)
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            found += each
            waiting += each.values()
    return found


def check_schema(document: Any) -> None:
    """By the schema that ``document`` names, where there is one in reports/schemas. Raises Broken."""
    _, name, version = document["schema"].split("/")
    for defect in _validator(f"{name}-{version}").iter_errors(document):
        raise Broken(f"{defect.json_path}: {defect.message[:300]}")


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((ROOT / "reports/schemas" / f"{name}.schema.json").read_text())
    return Draft202012Validator(schema)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _check_json(data: bytes, document: Mapping[str, Any]) -> None:
    """One document, or one a line."""
    for each in [data] if data.startswith(b'{"schema": "dockmark/assessment/1",\n') else data.splitlines():
        found = strict(each)
        check_schema(found)
        if found["results"] != document["results"]:
            raise Broken("the documents of one run differ")


def _check_table_file(data: bytes, document: Mapping[str, Any]) -> None:
    text = data.decode("utf-8")
    if "\n  score " in text:
        check_table(text, colour=False, width=100, document=document)
    else:
        check_text(text, colour=False, width=100)


def _check_csv(data: bytes, document: Mapping[str, Any]) -> None:
    """A row for every finding, every cell printable, on one line, and no formula to any spreadsheet."""
    text = data.decode("utf-8")
    if not text.endswith("\r\n") or text.count("\n") != text.count("\r\n"):
        raise Broken("a record of CSV does not end as it must")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    header, records = rows[0], rows[1:]
    if len(rows) != text.count("\r\n") or any(len(each) != len(header) for each in records):
        raise Broken(f"{len(rows)} records in {text.count(chr(10))} lines, or cells too many or too few")
    expected = sum(max(1, len(each["findings"])) for each in document["results"])
    targets = {each[header.index("target")] for each in records}
    if len(records) % expected or len(records) < expected * len(targets):
        raise Broken(f"{len(records)} records of {len(targets)} targets for {expected} findings")
    for cell in (cell for each in rows for cell in each):
        check_printable(cell)
        if cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")):
            raise Broken(f"a spreadsheet computes this cell: {cell[:200]!r}")


def _check_oscal(data: bytes, document: Mapping[str, Any]) -> None:
    """Valid to compliance-trestle, every text printable, and nothing but what the JSON document says."""
    found = strict(data)
    try:
        judged(json.dumps(found))
    except (AssertionError, ValueError) as error:
        raise Broken(f"not OSCAL: {str(error)[:400]}") from None
    for each in strings_of(found):
        if not each.isprintable():
            raise Broken(f"a text of OSCAL that cannot be printed: {each[:200]!r}")
    results = found["assessment-results"]["results"]
    expected = sum(max(1, len(each["findings"])) for each in document["results"])
    for each in results:
        if len(each["observations"]) != expected:
            raise Broken(f"{len(each['observations'])} observations for {expected} findings")


# A format of benchmark.render.formats.FORMATS -> what a file of it must be, beside the run's own JSON document.
CHECKERS: Final[Mapping[str, Callable[[bytes, Mapping[str, Any]], None]]] = {
    "table": _check_table_file,
    "json": _check_json,
    "csv": _check_csv,
    "xccdf": check_xccdf,
    "arf": check_arf,
    "oscal": _check_oscal,
}


def check_messages(data: bytes, code: int) -> list[str]:
    """Standard error: every line is a message of ours, and no message ran into two lines. Raises Broken."""
    lines = data.decode("utf-8").splitlines() if data else []
    if data and len(lines) != data.count(b"\n"):
        raise Broken(f"a message holds something that breaks lines: {data[:400]!r}")
    for line in lines:
        check_printable(line)
        if not _MESSAGE.match(line):
            raise Broken(f"a line on standard error that is no message: {line[:300]!r}")
    if code == 70 or any("internal error" in each for each in lines):
        raise Broken(f"a crash: {lines}")
    return lines
