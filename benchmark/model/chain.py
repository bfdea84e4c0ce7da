r"""The chain of runs: each head covers all that was recorded before it, so that no run can be changed or left out unseen.

    entry = sha256(body), head = sha256(previous + "\n" + entry + "\n"), the first previous is sha256:000…

A body is the run as canonical JSON: ASCII, sorted keys, no blanks, without ``previous`` and ``head``; what is optional
and says nothing (null, false, empty) is left out, so that a new kind of term changes no body of before. A run whose body was
deleted after its retention leaves its entry, and the chain can still be followed over it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any, Final, cast

from benchmark.model.facts import JsonValue
from benchmark.model.run import Counts, Run, Terms
from benchmark.model.strict_json import JsonDefect, parse_json, without_lone_surrogates

SCHEMA: Final = "dockmark/run/1"
NO_HEAD: Final = "sha256:" + "0" * 64
_LINKS: Final = ("previous", "head")
_PARTS: Final = ("terms", "counts")


def digest_of(data: bytes) -> str:
    """``sha256:`` and 64 lower-case hexadecimal digits."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def encode_body(run: Run) -> bytes:
    """The body of ``run``; what ``decode_body`` reads back."""
    plain = {name: value for name, value in _telling(run) if name not in (*_LINKS, *_PARTS)}
    document = {
        "schema": SCHEMA,
        **plain,
        "terms": dict(_telling(run.terms)),
        "counts": {each.name: getattr(run.counts, each.name) for each in fields(run.counts)},
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return without_lone_surrogates(
        text
    ).encode()  # as it is read back: a name that is no UTF-8 came from the command line


def decode_body(body: bytes, previous: str, head: str) -> Run:
    """The run with this body at this place of the chain. Raises ValueError for what is no body, or of a newer schema."""
    try:
        document = parse_json(body)
    except JsonDefect as defect:
        raise ValueError(f"{defect.reason.value}: {defect.detail}") from None
    if not isinstance(document, dict) or document.pop("schema", None) != SCHEMA:
        raise ValueError(f"not {SCHEMA}")
    terms = _terms(document.pop("terms", None))
    counts = Counts(**_fitting(Counts, document.pop("counts", None)))
    plain = _fitting(Run, document, leave=(*_LINKS, *_PARTS))
    return Run(**plain, terms=terms, counts=counts, previous=previous, head=head)


def entry_of(body: bytes) -> str:
    """What stands for the body in the chain."""
    return digest_of(body)


def head_after(previous: str, entry: str) -> str:
    """The head of the chain once ``entry`` was added to what ends in ``previous``."""
    return digest_of(f"{previous}\n{entry}\n".encode())


def _telling(record: Run | Terms) -> Iterator[tuple[str, JsonValue]]:
    for each in fields(record):
        value = getattr(record, each.name)
        is_required = each.default is MISSING and each.default_factory is MISSING
        if is_required or value not in (None, False, "", (), {}):
            yield each.name, value


def _terms(value: JsonValue) -> Terms:
    given = _fitting(Terms, value)
    for name in ("controls", "mappings"):
        listed = given.get(name, [])
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            raise ValueError(f"{name}: expected a list of texts")
        given[name] = tuple(listed)
    if not isinstance(given.get("parameters", {}), Mapping):
        raise ValueError("parameters: expected an object")  # noqa: TRY004  (the same)
    evidence = given.get("evidence", {})
    if not isinstance(evidence, Mapping) or not all(isinstance(each, str) for each in evidence.values()):
        raise ValueError("evidence: expected an object of texts")
    return Terms(**given)


_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "str": str,
    "int": int,
    "bool": bool,
    "str | None": (str, type(None)),
}


def _fitting(kind: type, value: JsonValue, leave: tuple[str, ...] = ()) -> dict[str, Any]:
    """The members of ``value`` as arguments of ``kind``, whose simple types are checked."""
    if not isinstance(value, dict):
        raise ValueError(f"{kind.__name__}: expected an object")  # noqa: TRY004  (one error for what is no body)
    known = {each.name: each for each in fields(kind) if each.name not in leave}
    if others := value.keys() - known.keys():
        raise ValueError(f"{kind.__name__}: unknown {', '.join(sorted(others))}; a newer dockmark wrote it?")
    for name, each in known.items():
        if name not in value:
            if each.default is MISSING and each.default_factory is MISSING:
                raise ValueError(f"{kind.__name__}: {name} is missing")
            continue
        expected = _TYPES.get(cast("str", each.type))
        if expected is not None and (
            not isinstance(value[name], expected) or _is_truth_as_number(expected, value[name])
        ):
            raise ValueError(f"{kind.__name__}: {name} is no {each.type}")
    return dict(value)


def _is_truth_as_number(expected: object, value: JsonValue) -> bool:
    return expected is int and isinstance(value, bool)
