"""What somebody should be told after a scheduled run."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from benchmark.model.run import Run


class Occasion(enum.StrEnum):
    """Why somebody is told. The values are part of the JSON contract, and what ``--on`` takes: never renamed."""

    REGRESSION = "regression"  # a failure, not waived, that was none in the run before
    WAIVER_EXPIRED = "waiver-expired"  # a failure whose waiver ended
    INCOMPLETE = "incomplete"  # error or unknown in the latest run
    NOT_COMPARABLE = "not-comparable"  # the latest run and the one before cannot be compared
    MISSED = "missed"  # a run was due, and none was recorded in time
    FAILED = "failed"  # the run that just ended did not come to a result


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. ``control`` and ``subject`` are "" where it is about neither."""

    occasion: Occasion
    message: str
    control: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Notification:
    """All that is to be told of one host. ``run`` is its latest, None where there is none; ``left_out`` counts notices that
    there was no room for.
    """

    host: str
    written_at: str
    run: Run | None
    notices: tuple[Notice, ...]
    left_out: int = 0

    @property
    def text(self) -> str:
        """One line for a chat or a subject: the host, how many of what, and the first message."""
        counts = {each: sum(notice.occasion is each for notice in self.notices) for each in Occasion}
        named = ", ".join(f"{count} {each.value}" for each, count in counts.items() if count)
        return f"dockmark: {self.host or 'this host'}: {named}: {self.notices[0].message}" if self.notices else ""
