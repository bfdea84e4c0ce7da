"""Docker Scout's SARIF 2.1.0 (``docker scout cves --format sarif``).

Every vulnerability is a rule, every package that has it a result. Severity and fix stand with the rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmark.collect.scanners.report import (
    UNGRADED,
    Report,
    ReportDefect,
    Tally,
    digests_in,
    items,
    members,
    moment,
    tags_in,
    text,
)
from benchmark.model.facts import JsonValue, Reason

_SARIF: Final = "2.1.0"
_NAME: Final = "docker scout"
_NO_FIX: Final = frozenset({"", "not fixed"})
_NOT_FOUND: Final = frozenset({"pass", "notApplicable", "informational"})  # kinds of results that are no findings
_BANDS: Final = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"))  # CVSS 3.1, section 5


def is_sarif(document: dict[str, JsonValue]) -> bool:
    """True for any SARIF file; whose it is, is for ``read_scout`` to say."""
    return "runs" in document and "version" in document


def read_scout(document: dict[str, JsonValue]) -> Report:
    """The report. Raises ReportDefect, UNSUPPORTED for SARIF of anybody else."""
    if document["version"] != _SARIF:
        raise ReportDefect(Reason.UNSUPPORTED, f"SARIF {str(document['version'])[:20]}, {_SARIF} is read")
    runs = list(items(document["runs"], "runs"))
    if len(runs) != 1:
        raise ReportDefect(Reason.UNSUPPORTED, f"SARIF with {len(runs)} runs, one is read")
    run = runs[0]
    driver = members(members(run.get("tool"), "tool").get("driver"), "tool.driver")
    if text(driver, "name").lower() != _NAME:
        raise ReportDefect(
            Reason.UNSUPPORTED, f"SARIF written by {text(driver, 'name')[:40]!r}, only Docker Scout's is read"
        )
    written_at = ""
    for each in items(run.get("invocations"), "invocations"):
        if each.get("executionSuccessful") is False:
            raise ReportDefect(Reason.TOOL_FAILED, "the scanner says that its run failed")
        written_at = max(written_at, moment(each, "endTimeUtc") or moment(each, "startTimeUtc"))
    tally, suppressed = _count(run, driver)
    about = list(_strings({key: run[key] for key in ("properties", "automationDetails", "invocations") if key in run}))
    return Report(
        scanner="Docker Scout",
        version=text(driver, "version") or text(driver, "semanticVersion"),
        written_at=written_at,
        database_built="",
        image_ids=frozenset(),
        digests=digests_in(*about) or _located(run),
        references=tags_in(text(members(run.get("properties"), "properties"), "imageName")),
        architecture="",
        counts=tally.counts,
        fixable=tally.fixable,
        omits=f"{suppressed} findings are suppressed" if suppressed else "",
    )


def _count(run: dict[str, JsonValue], driver: dict[str, JsonValue]) -> tuple[Tally, int]:
    """Results, and once each the rules that no result refers to: a rule is only there because it was met."""
    rules = list(items(driver.get("rules"), "rules"))
    by_id = {text(rule, "id"): at for at, rule in enumerate(rules)}
    if len(by_id) != len(rules):
        raise ReportDefect(Reason.DUPLICATE_KEY, "two rules have one id")
    tally = Tally()
    suppressed = 0
    met: set[int] = set()
    for result in items(run.get("results"), "results"):
        at = _rule_of(result, by_id, len(rules))
        met.add(at)
        if text(result, "kind") in _NOT_FOUND:
            continue
        if any(True for _ in items(result.get("suppressions"), "suppressions")):
            suppressed += 1
            continue
        _add(tally, rules[at])
    for at, rule in enumerate(rules):
        if at not in met:
            _add(tally, rule)
    return tally, suppressed


def _rule_of(result: dict[str, JsonValue], by_id: dict[str, int], count: int) -> int:
    """The index of the rule that a result is about, by its id (SARIF 2.1.0, 3.27.5) or its index (3.27.6)."""
    if (at := by_id.get(text(result, "ruleId"), -1)) >= 0:
        return at
    index = result.get("ruleIndex")
    if "ruleId" in result or type(index) is not int or not 0 <= index < count:
        raise ReportDefect(Reason.WRONG_TYPE, "a result without a rule")
    return index


def _add(tally: Tally, rule: dict[str, JsonValue]) -> None:
    properties = members(rule.get("properties"), "properties")
    severity = text(properties, "cvssV3_severity") or _band(properties)
    tally.add(severity, fixable=text(properties, "fixed_version") not in _NO_FIX)


def _band(properties: dict[str, JsonValue]) -> str:
    """The severity of a CVSS score, where no severity is given."""
    try:
        score = float(text(properties, "security-severity") or "0")
    except ValueError:
        raise ReportDefect(Reason.WRONG_TYPE, "security-severity is no number") from None
    return next((name for least, name in _BANDS if score >= least), UNGRADED)


def _located(run: dict[str, JsonValue]) -> frozenset[str]:
    """The digest by which the places of findings name their image; nothing when they name several."""
    found: set[str] = set()
    for result in items(run.get("results"), "results"):
        for location in items(result.get("locations"), "locations"):
            found |= digests_in(*(each for each in _strings(location) if "@sha256:" in each))
    return frozenset(found) if len(found) == 1 else frozenset()


def _strings(value: JsonValue) -> Iterator[str]:
    """Every string in ``value``; its depth was bounded when it was parsed."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
