"""What waivers and attestations have in common: ids, controls, scopes, people and times, each read strictly."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeVar

from benchmark.catalog.content_error import ContentError, ContentErrors
from benchmark.catalog.positioned import (
    Report,
    kind_of,
    quote_hint,
    read_items,
    read_line,
    read_table,
    read_text,
)
from benchmark.catalog.yaml_source import Node, Scalar, Table, read_yaml
from benchmark.model.policy import EVERYTHING, Moment, Scope
from benchmark.model.vocabulary import KINDS

MOST_ENTRIES: Final = 2_000
LONGEST_TEXT: Final = 4_000
LONGEST_LINE: Final = 300
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_CONTROL: Final = re.compile(r"[a-z][a-z0-9_]{0,79}")
_NUMBER: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){0,4}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_MOMENT: Final = "a date such as 2026-12-31, or a time such as 2026-12-31T18:00:00Z (RFC 3339)"
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_WITHOUT_NAME: Final = ("host", "daemon")

_Entry = TypeVar("_Entry")


def read_entries_of(
    data: bytes, path: str, name: str, schema: str, read: Callable[[Report, Node], _Entry | None]
) -> tuple[str, tuple[_Entry, ...]]:
    """The digest of ``data`` ("sha256:…") and the entries of its list ``name``, each as ``read`` reads it.

    Raises ContentErrors with everything that is wrong; ``path`` is what the errors call the file.
    """
    errors: list[ContentError] = []
    report = Report(path, errors)
    document = read_yaml(data, path, errors)
    entries: list[_Entry] = []
    if document is not None:
        table = read_table(report, document, "the file", (name,), ("schema",))
        if "schema" in table.entries:
            _check_schema(report, table.entries["schema"], schema)
        nodes = _listed(report, table, name)
        if len(nodes) > MOST_ENTRIES:
            report.at(table, f"more than {MOST_ENTRIES} {name}")
            nodes = ()
        for node in nodes:
            entry = read(report, node)
            if entry is not None:
                entries.append(entry)
        _check_distinct(report, nodes)
    if errors:
        raise ContentErrors(errors)
    return f"sha256:{hashlib.sha256(data).hexdigest()}", tuple(entries)


def _listed(report: Report, table: Table, name: str) -> tuple[Node, ...]:
    """The elements of the list; nothing at all behind the key is an empty list."""
    node = table.entries.get(name)
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return ()
    return read_items(report, node, name)


def _check_schema(report: Report, node: Node, schema: str) -> None:
    if read_line(report, node, "schema") not in ("", schema):
        report.at(node, f"this dockmark reads {schema}")


def _check_distinct(report: Report, nodes: tuple[Node, ...]) -> None:
    """Two entries with one id could not be told apart in a report."""
    first: dict[str, int] = {}
    for node in nodes:
        found = node.entries.get("id") if isinstance(node, Table) else None
        if isinstance(found, Scalar) and isinstance(found.value, str):
            key = found.value.strip()
            if key in first:
                report.at(found, f"the id {key} stands twice, first on line {first[key]}")
            else:
                first[key] = found.line


def read_id(report: Report, node: Node) -> str:
    """Letters, digits, ``.``, ``_`` and ``-``, at most 80."""
    text = read_line(report, node, "id")
    if text and not _ID.fullmatch(text):
        report.at(node, "id must be 1 to 80 letters, digits, '.', '_' and '-', a letter or digit first")
    return text


def read_control_name(report: Report, entries: Mapping[str, Node]) -> tuple[str, str | None]:
    """The id of a control; or the number of a recommendation and the version of the benchmark that numbers it so."""
    node, version = entries.get("control"), entries.get("benchmark")
    text = "" if node is None else read_bounded_line(report, node, "control")
    about = None if version is None else read_bounded_line(report, version, "benchmark")
    if node is None or not text:
        return "", about
    if _NUMBER.fullmatch(text):
        if version is None:
            report.at(
                node, f'the number {text} needs its benchmark: say which version numbers it so, benchmark: "1.8.0"'
            )
    elif not _CONTROL.fullmatch(text):
        report.at(node, "control must be a control's id or a number of the benchmark")
    elif version is not None:
        report.at(version, "benchmark says which version a number is of; this control is named by its id")
    return text, about


def read_scope(report: Report, node: Node | None) -> Scope:
    """What the entry is about; everything where the file does not say."""
    if node is None:
        return EVERYTHING
    entries = read_table(report, node, "scope", (), ("host", "subject", "label", "image")).entries
    if isinstance(node, Table) and not entries and not node.entries:
        report.at(node, "scope is empty; leave it out where everything is meant")
    texts = {name: read_bounded_line(report, each, f"scope.{name}") for name, each in entries.items()}
    label = None
    if texts.get("label"):
        key, equals, value = texts["label"].partition("=")
        if not equals or not key.strip():
            report.at(entries["label"], "scope.label must be KEY=VALUE")
        label = (key.strip(), value.strip())
    if texts.get("subject"):
        _check_subject(report, entries["subject"], texts["subject"])
    if texts.get("image", "").startswith("sha256:") and not _DIGEST.fullmatch(texts["image"]):
        report.at(
            entries["image"],
            "scope.image must be a whole digest, sha256: and 64 small hexadecimal digits, or a reference",
        )
    return Scope(texts.get("host"), texts.get("subject"), label, texts.get("image"))


def _check_subject(report: Report, node: Node, text: str) -> None:
    kind, colon, name = text.partition(":")
    if kind not in KINDS or bool(colon) is (kind in _WITHOUT_NAME) or (colon and not name):
        kinds = ", ".join(f"{each}:NAME" for each in KINDS if each not in _WITHOUT_NAME)
        report.at(node, f"scope.subject must be a subject as reports write it: {', '.join(_WITHOUT_NAME)}, {kinds}")


def read_bounded_line(report: Report, node: Node, what: str) -> str:
    """One line, not longer than a report can show."""
    text = read_line(report, node, what)
    if len(text) > LONGEST_LINE:
        report.at(node, f"{what} is longer than {LONGEST_LINE} characters")
    return text


def read_bounded_text(report: Report, node: Node, what: str) -> str:
    """Any text, line breaks and runs of white space folded to single spaces."""
    text = " ".join(read_text(report, node, what).split())
    if len(text) > LONGEST_TEXT:
        report.at(node, f"{what} is longer than {LONGEST_TEXT} characters")
    return text


def read_flag(report: Report, node: Node, what: str) -> bool:
    """What a truth value says; False when it is none."""
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    report.at(node, f"{what} must be true or false, found {kind_of(node)}")
    return False


def read_start(report: Report, node: Node, what: str) -> Moment | None:
    """When something begins: a date means the beginning of that day in UTC. None when it is no time."""
    return _moment(report, node, what, timedelta())


def read_end(report: Report, node: Node, what: str) -> Moment | None:
    """When something ends: a date means the end of that day in UTC. None when it is no time."""
    return _moment(report, node, what, timedelta(days=1))


def _moment(report: Report, node: Node, what: str, day: timedelta) -> Moment | None:
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        report.at(node, f"{what} must be {_MOMENT}, found {kind_of(node)}{quote_hint(node)}")
        return None
    text = node.value.strip()
    try:
        if _DAY.fullmatch(text):
            begins = datetime.combine(date.fromisoformat(text), time(), UTC)
            return Moment(text, begins + day if begins < _LAST - timedelta(days=1) else _LAST, True)
        if _TIME.fullmatch(text):
            return Moment(text, datetime.fromisoformat(text).astimezone(UTC), False)
    except (ValueError, OverflowError):  # the 31st of February; the year 1 east of Greenwich
        pass
    report.at(node, f"{what} must be {_MOMENT}, found {text[:40]!r}")
    return None


def check_order(report: Report, node: Node, begins: Moment | None, ends: Moment | None, what: str) -> None:
    """Something that ends before it begins is a mistake in one of the two."""
    if begins is not None and ends is not None and ends.instant <= begins.instant:
        report.at(node, f"expires is not after {what}")
