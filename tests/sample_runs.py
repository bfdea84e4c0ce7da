"""A history made of the recorded sample, each run with a clock and with changes of its own."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from benchmark.cli import recording
from benchmark.cli.run import run_command_line
from tests.command import ROOT

SAMPLE = ROOT / "reports" / "samples" / "sample-host.snapshot.json.gz"


class SampleRuns:
    """Records runs into ``store``, in this process."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = directory / "history.db"
        self._snapshot = directory / "sample.json"
        self._monkeypatch = monkeypatch
        self._document = json.loads(gzip.decompress(SAMPLE.read_bytes()))

    def record(
        self,
        collected: str,
        recorded: str | None = None,
        *,
        host: str = "web",
        gap: bool = False,
        facts: Mapping[str, Any] | None = None,
        options: Sequence[str] = (),
    ) -> int:
        """A run whose facts were collected and recorded at these times; its exit code.

        ``gap``: the list of containers could not be read. ``facts``: of every container, in place of the sample's.
        """
        document = copy.deepcopy(self._document)
        document["collected_at"] = collected
        document["target"]["name"] = host
        containers = document["enumerations"]["containers"]
        if gap:
            containers["gap"] = {"reason": "timeout", "detail": "no answer"}
        for number in containers["members"]:
            document["subjects"][number]["values"].update(facts or {})
        self._snapshot.write_text(json.dumps(document))
        self._monkeypatch.setattr(recording, "utc_now", lambda: recorded or collected)
        code = run_command_line(["evaluate", str(self._snapshot), "--record", "--store", str(self.store), *options])
        assert code in (0, 1, 2)
        return code


def clock_at(moment: datetime) -> type[datetime]:
    """``datetime`` with a clock that stands still."""
    return type("Clock", (datetime,), {"now": classmethod(lambda *_: moment)})
