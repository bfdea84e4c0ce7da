"""A run as columns, which repeat of its body what questions are asked about."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from benchmark.history.new_run import plain
from benchmark.history.store_error import StoreDamaged
from benchmark.model.chain import decode_body, entry_of
from benchmark.model.run import Run

_SAME: Final = (
    "sequence",
    "id",
    "recorded_at",
    "tool_version",
    "content_digest",
    "percent",
    "after_waivers",
    "exit_code",
)


def columns_of(run: Run) -> dict[str, object]:
    """The columns of table ``runs`` but ``body`` and ``entry``."""
    terms, counts = run.terms, run.counts
    return {
        **{name: getattr(run, name) for name in _SAME},
        "host": plain(run.host),
        "engine_id": plain(run.engine_id),
        "release_label": None if terms.release is None else plain(terms.release),
        "benchmark": terms.version,
        "profile": plain(terms.tailoring_profile or terms.profile),
        **{each.name: getattr(counts, each.name) for each in fields(counts)},
        "previous": run.previous,
        "head": run.head,
    }


def run_of(body: str, entry: str, previous: str, head: str) -> Run:
    """The run of a row. Raises StoreDamaged when the body is not what was recorded."""
    data = body.encode("utf-8", "surrogatepass")
    if entry_of(data) != entry:
        raise StoreDamaged("it was changed after it was recorded")
    try:
        return decode_body(data, previous, head)
    except (ValueError, TypeError) as error:
        raise StoreDamaged(f"it cannot be read: {error}") from None
