"""Two assessments of the same facts: where their verdicts differ, and where only their words do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.model.facts import JsonValue
from benchmark.model.strict_json import JsonDefect, parse_json

_OF_A_ROW: Final = ("version", "result", "reason", "severity")
_OF_A_FINDING: Final = ("subject", "id", "result", "reason")
_OF_POLICY: Final = ("waiver", "attestation")
_OF_ALL: Final = (
    "score",
    "counts",
    "target",
    "collected_at",
    "evaluated_at",
    "operator",
    "release",
    "benchmark",
    "profile",
)


@dataclass(frozen=True, slots=True)
class Differences:
    """``verdicts`` are sentences on what one assessment decides in another way; ``texts`` names what only reads differently:
    another version may write more, or in other words.
    """

    verdicts: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


def find_differences(stored: bytes, again: bytes) -> Differences:
    """How the JSON of a recorded assessment differs from that of the same facts judged again."""
    if stored == again:
        return Differences()
    try:
        one, other = _object(parse_json(stored)), _object(parse_json(again))
    except JsonDefect as defect:
        return Differences((f"its assessment is no JSON: {defect.detail}",))
    before, after = _rows(one), _rows(other)
    verdicts = list(_verdicts(before, after))
    verdicts += [f"{name} is not what follows from the facts" for name in _OF_ALL if one.get(name) != other.get(name)]
    texts = [control for control in sorted(before.keys() & after.keys()) if before[control] != after[control]]
    texts += [name for name in sorted((one.keys() | other.keys()) - {"results"}) if one.get(name) != other.get(name)]
    return Differences(tuple(verdicts), tuple(texts) or ("the order or the form of what it says",))


def _verdicts(
    before: Mapping[str, Mapping[str, JsonValue]], after: Mapping[str, Mapping[str, JsonValue]]
) -> Iterator[str]:
    for control in sorted(before.keys() | after.keys()):
        was, now = before.get(control), after.get(control)
        if was is None or now is None:
            yield f"{control} is {'missing' if was is None else 'not among what was asked'}"
        elif was.get("result") != now.get("result"):
            yield f"{control} is {was.get('result')} in the pack, and {now.get('result')} by its facts"
        elif any(was.get(name) != now.get(name) for name in _OF_A_ROW) or _findings(was) != _findings(now):
            yield f"{control} is {now.get('result')}, with other findings than follow from the facts"
        elif any(_policy(was, name) != _policy(now, name) for name in _OF_POLICY):
            yield f"{control} is {now.get('result')}, under another policy than follows from the files"


def _findings(row: Mapping[str, JsonValue]) -> list[tuple[JsonValue, ...]]:
    found = row.get("findings")
    listed = [_object(each) for each in found] if isinstance(found, list) else []
    return [tuple(each.get(name) for name in _OF_A_FINDING) for each in listed]


def _policy(row: Mapping[str, JsonValue], name: str) -> JsonValue:
    """The id of the waiver or attestation, None without one."""
    entry = row.get(name)
    return _object(entry).get("id", "") if entry is not None else None


def _rows(document: Mapping[str, JsonValue]) -> dict[str, Mapping[str, JsonValue]]:
    rows = document.get("results")
    return {str(_object(each).get("control")): _object(each) for each in (rows if isinstance(rows, list) else [])}


def _object(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}
