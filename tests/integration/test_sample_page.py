"""The recorded sample host: it shows what a newcomer should see, and its reports are what dockmark says today."""

from __future__ import annotations

import gzip
import json

from tests.command import ROOT
from tests.integration.command import JUDGED, check_promises, dockmark

SAMPLES = ROOT / "reports" / "samples"
SNAPSHOT = SAMPLES / "sample-host.snapshot.json.gz"


def test_the_sample_holds_good_and_bad_and_nothing_undecided() -> None:
    done = dockmark("evaluate", SNAPSHOT, "-o", "json")
    assert done.code in JUDGED
    check_promises(done)
    assert {"pass", "fail", "notapplicable", "notchecked"} == set(done.results().values())
    assert done.report["target"]["name"] == "sample-host"


def test_the_reports_beside_it_are_fresh() -> None:
    """``make sample-reports`` renders them anew."""
    said = dockmark("evaluate", SNAPSHOT, "-o", "json").report
    kept = json.loads((SAMPLES / "sample-host.assessment.json").read_bytes())
    for report in (said, kept):
        del report["evaluated_at"], report["operator"]
    assert said == kept, "stale: run make sample-reports"


def test_nothing_in_it_names_the_machine_it_was_made_on() -> None:
    text = gzip.decompress(SNAPSHOT.read_bytes()).decode()
    assert "/root/" not in text
    assert "/tmp/" not in text
    assert "/home/" not in text
    assert "/mnt/" not in text
