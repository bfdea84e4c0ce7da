"""What every scanner's report comes down to, and strict access to its fields."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from benchmark.model.facts import JsonValue, Reason
from benchmark.model.facts_vulnerabilities import SEVERITIES

UNGRADED: Final = "unknown"
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}(?![0-9a-f])")
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.\d{1,12})?([Zz]|[+-]\d\d:\d\d)")
_FIRST_YEAR: Final = 2000  # Go writes a time that was never set as year 1


class ReportDefect(Exception):
    """The document is not a report that can be trusted."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Report:
    """One report about one image.

    ``image_ids`` are digests of the image's configuration, ``digests`` those of manifests and indexes, ``references`` names
    with a tag. ``counts`` and ``fixable`` have every severity. ``omits`` says what the report itself says it left out, ""
    for nothing. Times are RFC 3339 UTC, "" where the report does not say.
    """

    scanner: str
    version: str
    written_at: str
    database_built: str
    image_ids: frozenset[str]
    digests: frozenset[str]
    references: frozenset[str]
    architecture: str
    counts: Mapping[str, int]
    fixable: Mapping[str, int]
    omits: str = ""
    path: str = ""
    digest: str = ""


@dataclass(slots=True)
class Tally:
    """Counts findings."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SEVERITIES, 0))
    fixable: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SEVERITIES, 0))

    def add(self, severity: str, *, fixable: bool) -> None:
        """One more. A severity that nobody knows is counted as unknown, never dropped."""
        known = severity.lower()
        known = known if known in self.counts else UNGRADED
        self.counts[known] += 1
        self.fixable[known] += fixable


def members(value: JsonValue, what: str) -> dict[str, JsonValue]:
    """An object; null and missing are an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ReportDefect(Reason.WRONG_TYPE, f"{what}: expected an object")
    return value


def items(value: JsonValue, what: str) -> Iterator[dict[str, JsonValue]]:
    """The objects of a list; null and missing are an empty one, as Go writes it."""
    if value is None:
        return
    if not isinstance(value, list):
        raise ReportDefect(Reason.WRONG_TYPE, f"{what}: expected a list")
    for each in value:
        if not isinstance(each, dict):
            raise ReportDefect(Reason.WRONG_TYPE, f"{what}: expected objects")
        yield each


def text(document: Mapping[str, JsonValue], key: str) -> str:
    """A string; null and missing are ""."""
    value = document.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ReportDefect(Reason.WRONG_TYPE, f"{key}: expected a string")
    return value


def texts(document: Mapping[str, JsonValue], key: str) -> list[str]:
    """A list of strings; null and missing are an empty one."""
    value = document.get(key)
    if value is None:
        return []
    found = [each for each in value if isinstance(each, str)] if isinstance(value, list) else None
    if found is None or not isinstance(value, list) or len(found) != len(value):
        raise ReportDefect(Reason.WRONG_TYPE, f"{key}: expected a list of strings")
    return found


def moment(document: Mapping[str, JsonValue], key: str) -> str:
    """A time as RFC 3339 in UTC with whole seconds; "" where none was set. SYNTAX for anything that is no time."""
    written = text(document, key)
    if not written:
        return ""
    match = _TIME.fullmatch(written)
    if match is None:
        raise ReportDefect(Reason.SYNTAX, f"{key}: not a time: {written[:40]!r}")
    try:
        zone = "+00:00" if match[3] in "Zz" else match[3]
        found = dt.datetime.fromisoformat(f"{match[1]}T{match[2]}{zone}")
        if found.year < _FIRST_YEAR:
            return ""
        return found.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):  # the 30th of February, or the last second of the year 9999 further west
        raise ReportDefect(Reason.SYNTAX, f"{key}: not a time: {written!r}") from None


def digests_in(*written: str) -> frozenset[str]:
    """Every digest in these strings: alone, or behind a name."""
    return frozenset(match for each in written for match in DIGEST.findall(each))


def tags_in(*written: str) -> frozenset[str]:
    """The references among these strings that name a tag and no digest, in one spelling."""
    return frozenset(normal_reference(each) for each in written if each and "@" not in each and not DIGEST.search(each))


def normal_reference(reference: str) -> str:
    """A name with a tag, Docker Hub's prefixes left out: docker.io/library/nginx -> nginx:latest."""
    name = reference
    for prefix in ("index.docker.io/", "docker.io/", "library/"):
        name = name.removeprefix(prefix)
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"
