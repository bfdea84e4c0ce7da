"""What is handed to a store to be recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from benchmark.model.result import Assessment, Result
from benchmark.model.run import Counts, Terms


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run before it is recorded.

    ``snapshot`` is what ``encode_snapshot`` gives, ``content`` the compiled catalogue, ``document`` the JSON of ``assessment``
    as it is without a place in the history. ``files`` are the bytes of every file that ``terms`` name by digest.
    ``recorded_at`` is the time, RFC 3339 UTC.
    """

    assessment: Assessment
    document: bytes
    snapshot: bytes
    content: bytes
    terms: Terms
    exit_code: int
    recorded_at: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    tool_digest: str = ""


def count_results(assessment: Assessment) -> Counts:
    """The results by kind, of the controls that count in the score: those of the benchmark."""
    rows = [each for each in assessment.results if each.requirements]
    failed = [each for each in rows if each.result is Result.FAIL]
    waived = sum(each.waiver is not None for each in failed)

    def count(*results: Result) -> int:
        return sum(each.result in results for each in rows)

    return Counts(
        selected=len(rows),
        passed=count(Result.PASS, Result.FIXED),
        failed=len(failed) - waived,
        waived=waived,
        errors=count(Result.ERROR),
        unknown=count(Result.UNKNOWN),
        manual=count(Result.NOTCHECKED, Result.INFORMATIONAL),
        notapplicable=count(Result.NOTAPPLICABLE, Result.NOTSELECTED),
    )


def plain(text: str) -> str:
    """``text`` as every database can hold it: without NUL and halves of surrogate pairs, for which U+FFFD stands."""
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def plain_all(texts: Iterable[str]) -> tuple[str, ...]:
    """The same for each."""
    return tuple(map(plain, texts))
