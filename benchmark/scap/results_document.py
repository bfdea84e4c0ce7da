"""An XCCDF document with results, ours or that of oscap: what it says, before any of it is believed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from benchmark.model.facts import Reason
from benchmark.model.policy import PolicyReport
from benchmark.model.result import Result
from benchmark.scap.names import DOCKMARK
from benchmark.scap.policy_xml import read_policy
from benchmark.scap.xml_reader import XCCDF, children_of, line_of, place_of, read_xml, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_BYTES: Final = 200_000_000
_RESULTS: Final = ", ".join(Result)
_TELLS: Final = re.compile(rf"({'|'.join(Result)})(?: \(([a-z_]+)\))?: (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class WrittenInstance:
    """A subject (``container:web``), its full id, and the line of the message about it: result, reason, sentence.

    ``waiver`` and ``attestation`` are the ids of those that cover or decided it, None without.
    """

    context: str
    id: str
    result: Result
    reason: Reason | None
    message: str
    waiver: str | None = None
    attestation: str | None = None


@dataclass(frozen=True, slots=True)
class WrittenResult:
    """A rule-result. ``message`` is its first line, or all of it where it does not tell of instances one by one.

    ``weight`` and ``role`` are as written, "" where they are not.
    """

    line: int
    rule: str
    result: Result
    message: str
    reason: Reason | None
    instances: tuple[WrittenInstance, ...]
    waiver: Mapping[str, str] | None
    attestation: Mapping[str, str] | None
    weight: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class WrittenTest:
    """A TestResult. ``facts`` are the target's by name, ``about`` what dockmark adds on the whole, ``values`` what was set,
    ``policy`` what became of waivers and attestations, None where none were given.
    """

    line: int
    id: str
    benchmark: str
    profile: str
    system: str
    started: str
    ended: str
    target: str
    user: str
    is_privileged: bool
    facts: Mapping[str, str]
    about: Mapping[str, str]
    values: Mapping[str, str]
    results: tuple[WrittenResult, ...]
    default_score: str
    policy: PolicyReport | None = None


@dataclass(frozen=True, slots=True)
class ResultsDocument:
    """``path`` is what it is called; ``tests`` are its TestResults, at least one."""

    path: str
    tests: tuple[WrittenTest, ...]


def read_results(data: bytes, path: str) -> ResultsDocument:
    """The results in ``data``: a Benchmark with TestResults, or a TestResult alone.

    Raises XmlRefused for anything else, for a result or reason that does not exist, and for a TestResult without its id,
    its time or its benchmark.
    """
    root = read_xml(data, path, MOST_BYTES)
    if root.tag == f"{{{XCCDF}}}Benchmark":
        own = str(root.get("id") or "")
        tests = tuple(_test(each, path, own) for name, each in children_of(root) if name == "TestResult")
    elif root.tag == f"{{{XCCDF}}}TestResult":
        tests = (_test(root, path, ""),)
    else:
        raise place_of(root, path, "the root element is neither an XCCDF 1.2 Benchmark nor a TestResult")
    if not tests:
        raise place_of(root, path, "a Benchmark without a TestResult: there are no results to read")
    return ResultsDocument(path, tests)


def _test(element: _Element, path: str, benchmark: str) -> WrittenTest:
    found = dict(children_of(element))
    named = found.get("benchmark")
    if named is not None and named.get("id"):
        benchmark = str(named.get("id"))
    if not benchmark:
        raise place_of(element, path, "the TestResult does not say which benchmark it is about")
    identity, profile = found.get("identity"), found.get("profile")
    results = tuple(_result(each, path) for name, each in children_of(element) if name == "rule-result")
    return WrittenTest(
        line=line_of(element),
        id=_required(element, path, "id"),
        benchmark=benchmark,
        profile="" if profile is None else str(profile.get("idref") or ""),
        system=str(element.get("test-system") or ""),
        started=str(element.get("start-time") or ""),
        ended=_required(element, path, "end-time"),
        target=text_of(found["target"]) if "target" in found else "",
        user="" if identity is None else text_of(identity),
        is_privileged=identity is not None and identity.get("privileged") in ("true", "1"),
        facts=_facts(found.get("target-facts")),
        about=_about(element),
        values={str(each.get("idref")): text_of(each) for name, each in children_of(element) if name == "set-value"},
        results=results,
        default_score=_default_score(element),
        policy=_policy(element, path),
    )


def _result(element: _Element, path: str) -> WrittenResult:
    result: Result | None = None
    contexts: list[tuple[str, str]] = []
    text = ""
    ours: dict[str, Mapping[str, str]] = {}
    marks: dict[str, tuple[str | None, str | None]] = {}
    for name, each in children_of(element):
        if name == "result":
            result = _read_result(each, path)
        elif name == "message" and not text:
            text = text_of(each)
        elif name == "instance":
            contexts.append((str(each.get("context") or "undefined"), text_of(each)))
        elif name == "metadata":
            ours.update(_ours(each))
            marks.update(_marks(each))
    if result is None:
        raise place_of(element, path, "a rule-result without a result")
    message, *lines = text.split("\n")
    reason = ours.get("result", {}).get("reason")
    told = tuple(
        _marked(_instance(*pair, each, element, path), marks.get(pair[0]))
        for pair, each in zip(contexts, lines, strict=False)
    )
    if len(told) < len(contexts):  # somebody else's message: it does not tell of instances one by one
        told, message = (), text
    return WrittenResult(
        line_of(element),
        _required(element, path, "idref"),
        result,
        message,
        None if reason is None else _read_reason(reason, element, path),
        told,
        ours.get("waiver"),
        ours.get("attestation"),
        str(element.get("weight") or ""),
        str(element.get("role") or ""),
    )


def _instance(context: str, identifier: str, line: str, element: _Element, path: str) -> WrittenInstance:
    found = _TELLS.fullmatch(line)
    if found is None:
        raise place_of(element, path, f"no line of the message tells of the instance {context}")
    reason = None if found[2] is None else _read_reason(found[2], element, path)
    return WrittenInstance(context, identifier, Result(found[1]), reason, found[3])


def _marked(instance: WrittenInstance, marks: tuple[str | None, str | None] | None) -> WrittenInstance:
    return instance if marks is None else replace(instance, waiver=marks[0], attestation=marks[1])


def _read_result(element: _Element, path: str) -> Result:
    text = text_of(element)
    if text in tuple(Result):
        return Result(text)
    raise place_of(element, path, f"result {text[:40]!r}: expected one of {_RESULTS}")


def _read_reason(text: str, element: _Element, path: str) -> Reason:
    if text in tuple(Reason):
        return Reason(text)
    raise place_of(element, path, f"no reason {text[:40]!r}")


def _ours(metadata: _Element) -> dict[str, Mapping[str, str]]:
    """The attributes of our own elements by local name."""
    prefix = f"{{{DOCKMARK}}}"
    return {
        str(each.tag).removeprefix(prefix): {str(name): str(value) for name, value in each.attrib.items()}
        for each in metadata
        if str(each.tag).startswith(prefix)
    }


def _marks(metadata: _Element) -> dict[str, tuple[str | None, str | None]]:
    """Waiver and attestation of each instance that has one, by its context."""
    found = {}
    for each in metadata.iter(f"{{{DOCKMARK}}}instance"):
        waiver, attestation = each.get("waiver"), each.get("attestation")
        found[str(each.get("context"))] = (
            None if waiver is None else str(waiver),
            None if attestation is None else str(attestation),
        )
    return found


def _policy(element: _Element, path: str) -> PolicyReport | None:
    found = (read_policy(each, path) for name, each in children_of(element) if name == "metadata")
    return next((each for each in found if each is not None), None)


def _about(element: _Element) -> Mapping[str, str]:
    found = [_ours(each).get("assessment", {}) for name, each in children_of(element) if name == "metadata"]
    return next((each for each in found if each), {})


def _facts(element: _Element | None) -> Mapping[str, str]:
    return {} if element is None else {str(each.get("name")): text_of(each) for _, each in children_of(element)}


def _default_score(element: _Element) -> str:
    for name, each in children_of(element):
        if name == "score" and each.get("system", "urn:xccdf:scoring:default") == "urn:xccdf:scoring:default":
            return text_of(each)
    return ""


def _required(element: _Element, path: str, attribute: str) -> str:
    value = element.get(attribute)
    if not value:
        raise place_of(element, path, f"{str(element.tag).rpartition('}')[2]} needs the attribute {attribute}")
    return str(value)
