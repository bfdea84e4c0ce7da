"""Results and findings of a run as rows, for questions over many runs."""

from __future__ import annotations

from benchmark.history.database import Database
from benchmark.history.new_run import plain
from benchmark.model.facts import Subject
from benchmark.model.result import Assessment

_RESULT = (
    "INSERT INTO results (sequence, position, control, version, result, reason, waived, message)"
    " VALUES (:sequence, :position, :control, :version, :result, :reason, :waived, :message)"
)
_FINDING = (
    "INSERT INTO findings (sequence, position, place, subject, result, reason)"
    " VALUES (:sequence, :position, :place, :subject, :result, :reason)"
)


def write_details(database: Database, sequence: int, assessment: Assessment) -> None:
    """Writes them, in the transaction of the run."""
    database.execute_many(
        _RESULT,
        (
            {
                "sequence": sequence,
                "position": position,
                "control": row.control.id,
                "version": row.control.version,
                "result": row.result.value,
                "reason": None if row.reason is None else row.reason.value,
                "waived": int(row.waiver is not None),
                "message": plain(row.message),
            }
            for position, row in enumerate(assessment.results)
        ),
    )
    numbers = _numbers(database, assessment)
    database.execute_many(
        _FINDING,
        (
            {
                "sequence": sequence,
                "position": position,
                "place": place,
                "subject": numbers[_key(finding.subject)],
                "result": finding.result.value,
                "reason": None if finding.reason is None else finding.reason.value,
            }
            for position, row in enumerate(assessment.results)
            for place, finding in enumerate(row.findings)
        ),
    )


def _key(subject: Subject) -> tuple[str, str, str]:
    return subject.kind, plain(subject.name), plain(subject.id)


def _numbers(database: Database, assessment: Assessment) -> dict[tuple[str, str, str], int]:
    """The number of every subject with a finding; new ones get the next."""
    keys = dict.fromkeys(_key(each.subject) for row in assessment.results for each in row.findings)
    numbers: dict[tuple[str, str, str], int] = {}
    ((last,),) = database.rows("SELECT coalesce(max(number), 0) FROM subjects")
    new = []
    for key in keys:
        given = dict(zip(("kind", "name", "id"), key, strict=True))
        known = next(
            database.rows("SELECT number FROM subjects WHERE kind = :kind AND name = :name AND id = :id", given), None
        )
        if known is not None:
            numbers[key] = int(known[0])
            continue
        last += 1
        numbers[key] = int(last)
        new.append({**given, "number": last})
    database.execute_many("INSERT INTO subjects (number, kind, name, id) VALUES (:number, :kind, :name, :id)", new)
    return numbers
