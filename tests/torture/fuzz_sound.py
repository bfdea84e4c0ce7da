"""What must hold of everything that was read, whatever it was read from."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from benchmark.collect.host.root import HostRoot
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, FactValue, Reason, Source, Subject, Unavailable
from benchmark.model.snapshot import Collector, Enumeration, Snapshot, Target
from benchmark.model.snapshot_file import compress, decode_snapshot, encode_snapshot
from benchmark.model.strict_json import parse_json
from benchmark.model.vocabulary import COLLECTIONS, KINDS

_AT: Final = "2026-11-25T05:00:00Z"
_ROOT: Final = Path(tempfile.mkdtemp(prefix="dockmark-fuzz-"))
atexit.register(shutil.rmtree, _ROOT, ignore_errors=True)


def host_with(path: str, data: bytes) -> HostRoot:
    """A host whose file ``path`` holds ``data``. Every path is a host of its own."""
    root = _ROOT / path.strip("/").replace("/", "_")
    place = root / path.lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return HostRoot(str(root))


def require_sound(kind: str, facts: Mapping[str, FactValue], notes: Mapping[str, str] | None = None) -> None:
    """AssertionError unless every fact is of its declared type, and a snapshot of them reads back as they are."""
    for name, value in facts.items():
        declared = KINDS[kind][name]
        if value is not ABSENT and not isinstance(value, Unavailable):
            assert conform(declared, name, value) == value, f"{name} is {value!r}"
    made = snapshot_of(Subject(kind, "one", "", facts, Source("file:/x", _AT, "sha256:x", "says"), notes=notes))
    data = encode_snapshot(made)
    parse_json(data)
    assert decode_snapshot(data) == made, "what was read back differs from what was written"


def snapshot_of(subject: Subject) -> Snapshot:
    """A snapshot of ``subject`` alone."""
    base = next(name for name, each in COLLECTIONS.items() if each.kind == subject.kind and not each.base)
    return Snapshot(
        Target("t"), Collector("0.1.0", 0, "root"), _AT, _AT, (subject,), {base: Enumeration((0,))}, ("a warning",)
    )


def reads_snapshot(data: bytes) -> bool:
    """Decodes; what comes out is written and read again, plain and compressed, and is the same."""
    first = decode_snapshot(data)
    again = encode_snapshot(first)
    assert decode_snapshot(again) == first, "written and read again it differs"
    assert decode_snapshot(compress(again)) == first, "compressed and read again it differs"
    for each in first.subjects:
        for name in KINDS[each.kind]:
            value = each.fact(name)
            assert name in each.facts or isinstance(value, Unavailable), f"{name} was not in the file and has a value"
    return True


UNREAD: Final = Unavailable(Reason.NOT_COLLECTED, "not asked in this test")
