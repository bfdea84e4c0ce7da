"""From the selection options to an evaluator; every mistake in them is told before any work is done.

The options become terms first, and the terms an evaluator, so that what the history recorded can be judged again by the
same way (benchmark/cli/rejudge.py).
"""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmark.catalog.content_error import ContentErrors
from benchmark.catalog.load import load_catalog
from benchmark.cli.exit_code import Refusal
from benchmark.cli.operator_name import operator_name
from benchmark.cli.policy_files import load_policy, recorded_attestations, recorded_waivers
from benchmark.cli.values import Assignment
from benchmark.evaluate import PROFILES, EvaluationRequest, Evaluator, SelectionError, prepare_evaluator
from benchmark.model.chain import digest_of
from benchmark.model.content import Catalog
from benchmark.model.control import Parameter
from benchmark.model.facts import JsonValue
from benchmark.model.framework import Framework
from benchmark.model.run import Terms
from benchmark.model.tailoring import Tailoring

FRAMEWORK: Final = "cis_docker"
DEFAULT_PROFILE: Final = "level_2"


def load_content(arguments: Namespace) -> Catalog:
    """The shipped catalogue, or the one in ``--content DIR``, and the frameworks of ``--mapping FILE``.

    Raises Refusal with every error of the content.
    """
    root = None if arguments.content is None else Path(arguments.content)
    try:
        if root is not None and not root.is_dir():  # raises for a name that is too long
            raise Refusal(f"--content: {root} is not a directory")
        return _with_mappings(load_catalog(root), getattr(arguments, "mapping", ()))
    except ContentErrors as error:
        found = [str(each) for each in error.errors]
        count = "1 error" if len(found) == 1 else f"{len(found)} errors"
        raise Refusal(f"{count} in the content", more=tuple(found)) from None
    except OSError as error:
        raise Refusal(f"cannot read the content: {error}") from None


def _with_mappings(catalog: Catalog, paths: Sequence[str]) -> Catalog:
    if not paths:
        return catalog
    from benchmark.catalog.user_mapping import with_mappings  # noqa: PLC0415  (reads YAML, which most runs do not)

    try:
        return with_mappings(catalog, [Path(each) for each in paths])
    except OSError as error:
        raise Refusal(f"--mapping: {error}") from None


def framework_of(catalog: Catalog) -> Framework:
    """The CIS Docker Benchmark. Raises Refusal when the content does without it."""
    if FRAMEWORK not in catalog.frameworks:
        raise Refusal(f"the content has no framework {FRAMEWORK}")
    return catalog.frameworks[FRAMEWORK]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of an evaluation: its terms, and by digest the bytes of the files that they name."""

    terms: Terms
    files: Mapping[str, bytes] = field(default_factory=dict)


def prepare(arguments: Namespace, catalog: Catalog) -> Evaluator:
    """The evaluator of what the selection options select, as of now. Raises Refusal."""
    return evaluator_for(ask(arguments, catalog), catalog)


def ask(arguments: Namespace, catalog: Catalog) -> Question:
    """The question that the selection options put, as of now, with nothing left to a default. Raises Refusal."""
    files: dict[str, bytes] = {}
    tailoring = None
    version = arguments.benchmark
    if arguments.tailoring is not None:
        from benchmark.cli.tailoring_file import load_tailoring  # noqa: PLC0415  (reads XML, which most runs do not)

        data, tailoring, version = load_tailoring(
            arguments.tailoring, catalog, framework_of(catalog), arguments.benchmark, arguments.profile
        )
    policy = load_policy(getattr(arguments, "waivers", None), getattr(arguments, "attestations", None))
    parameters = read_parameters(catalog, arguments.set)
    terms = Terms(
        evaluated_at=utc_now(),
        operator=operator_name(os.environ),
        release=getattr(arguments, "release", None),
        framework=FRAMEWORK,
        version=version or framework_of(catalog).newest,
        profile=_profile(arguments, tailoring),
        controls=arguments.control,
        beyond=arguments.beyond or getattr(arguments, "deep", False),  # most of them judge what only --deep reads
        parameters={f"{control}.{parameter}": value for (control, parameter), value in parameters.items()},
        tailoring=None if tailoring is None else _kept(data, files),
        tailoring_profile=None if tailoring is None else tailoring.profile,
        tailoring_href=None if tailoring is None else tailoring.href,
        waivers=None if policy.waivers is None else _kept(policy.waivers.data, files),
        attestations=None if policy.attestations is None else _kept(policy.attestations.data, files),
        evidence=policy.evidence,
    )
    return Question(terms, files)


def evaluator_for(question: Question, catalog: Catalog) -> Evaluator:
    """The evaluator that answers ``question`` by this content. Raises Refusal when the content has not what it names."""
    terms = question.terms
    request = EvaluationRequest(
        now=terms.evaluated_at,
        operator=terms.operator,
        release=terms.release,
        framework=terms.framework,
        version=terms.version,
        profile=terms.profile,
        controls=terms.controls,
        beyond=terms.beyond,
        parameters={_divided(name): value for name, value in terms.parameters.items()},
        tailoring=_tailoring(question, catalog),
        waivers=None if terms.waivers is None else recorded_waivers(question.files[terms.waivers]),
        attestations=None if terms.attestations is None else recorded_attestations(question.files[terms.attestations]),
        evidence=terms.evidence,
    )
    try:
        return prepare_evaluator(catalog, request)
    except SelectionError as error:
        raise Refusal(str(error)) from None


def _kept(data: bytes, files: dict[str, bytes]) -> str:
    """The digest of ``data``, under which ``files`` has it from now on."""
    digest = digest_of(data)
    files[digest] = data
    return digest


def _divided(name: str) -> tuple[str, str]:
    control, _, parameter = name.rpartition(".")
    return control, parameter


def _tailoring(question: Question, catalog: Catalog) -> Tailoring | None:
    terms = question.terms
    if terms.tailoring is None:
        return None
    from benchmark.cli.tailoring_file import tailoring_of  # noqa: PLC0415  (reads XML, which most runs do not)

    data, name = question.files[terms.tailoring], terms.tailoring_href or "the tailoring"
    framework = framework_of(catalog)
    return tailoring_of(data, name, catalog, framework, version=terms.version, profile=terms.tailoring_profile)[0]


def _profile(arguments: Namespace, tailoring: Tailoring | None) -> str:
    if tailoring is None:
        return plain_profile(arguments)
    from benchmark.cli.tailoring_file import level_of  # noqa: PLC0415  (the same)

    return level_of(tailoring)


def plain_profile(arguments: Namespace) -> str:
    """The profile of ours that ``--profile`` names, or the default. Raises Refusal for another."""
    name: str = arguments.profile or DEFAULT_PROFILE
    if name not in PROFILES:
        raise Refusal(f"no profile {name!r}; there are {', '.join(PROFILES)}")
    return name


def as_of_now(evaluator: Evaluator) -> Evaluator:
    """The same evaluator with the clock read again: collecting took its time."""
    return replace(evaluator, request=replace(evaluator.request, now=utc_now()))


def read_parameters(catalog: Catalog, assignments: Iterable[Assignment]) -> dict[tuple[str, str], JsonValue]:
    """The values of ``--set`` by (control, parameter), read by the parameters' types. Raises Refusal."""
    values: dict[tuple[str, str], JsonValue] = {}
    for each in assignments:
        key = (each.control, each.parameter)
        if key in values:
            raise Refusal(f"{each.control}.{each.parameter} is set twice")
        values[key] = _read(_parameter(catalog, each), each)
    return values


def utc_now() -> str:
    """The time in RFC 3339, UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _parameter(catalog: Catalog, assignment: Assignment) -> Parameter:
    control = catalog.controls.get(assignment.control)
    if control is None:
        raise Refusal(f"there is no control {assignment.control!r} to set {assignment.parameter} of")
    for each in control.parameters:
        if each.name == assignment.parameter:
            return each
    known = ", ".join(each.name for each in control.parameters)
    raise Refusal(f"{control.id} has no parameter {assignment.parameter!r}; it has {known or 'none'}")


def _read(parameter: Parameter, assignment: Assignment) -> JsonValue:
    text = assignment.text
    match parameter.type:
        case "strings":
            return [each.strip() for each in text.split(",")] if text.strip() else []
        case "string":
            return text
        case "int" if text.isascii() and text.removeprefix("-").isdigit() and len(text) < 20:
            return int(text)
        case "bool" if text in ("true", "false"):
            return text == "true"
        case _:
            wanted = {"int": "an integer", "bool": "true or false"}[parameter.type]
            raise Refusal(f"{assignment.control}.{assignment.parameter}: {text!r} is not {wanted}")
