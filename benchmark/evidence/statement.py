"""What is signed: an in-toto Statement, version 1, that names every file of the pack by its digest.

(github.com/in-toto/attestation, spec/v1/statement.md)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from benchmark.evidence.packed_file import PackedFile
from benchmark.model.facts import JsonValue
from benchmark.model.strict_json import JsonDefect, parse_json

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "urn:dockmark:evidence:1"


def encode_statement(files: Iterable[PackedFile], predicate: Mapping[str, JsonValue]) -> bytes:
    """The statement about ``files``, by name, as JSON with one key a line. The same input gives the same bytes."""
    document = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": each.path, "digest": {"sha256": each.sha256}} for each in files],
        "predicateType": PREDICATE_TYPE,
        "predicate": predicate,
    }
    return json.dumps(document, indent=1).encode() + b"\n"


def statement_differences(data: bytes, expected: bytes) -> tuple[str, ...]:
    """What a statement says in another way than ``expected``, as sentences; none when both are the same bytes."""
    if data == expected:
        return ()
    try:
        said, wanted = parse_json(data), parse_json(expected)
    except JsonDefect as defect:
        return (f"not JSON: {defect.detail}",)
    one, other = _digests(said), _digests(wanted)
    found = [f"{name} is in the pack, and the statement does not know it" for name in sorted(other.keys() - one.keys())]
    found += [f"{name} is stated, and not in the pack" for name in sorted(one.keys() - other.keys())]
    both = sorted(one.keys() & other.keys())
    found += [f"{name} is stated with another digest than it has" for name in both if one[name] != other[name]]
    return tuple(found) or ("it says something else of the same files than follows from them",)


def _digests(statement: JsonValue) -> dict[str, JsonValue]:
    subjects = statement.get("subject") if isinstance(statement, dict) else None
    found: dict[str, JsonValue] = {}
    for each in subjects if isinstance(subjects, list) else []:
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            found[str(each["name"])] = each.get("digest")
    return found
