"""docs/reliability.md says what reports/reliability.json holds, and every harness is in it. ``make torture`` writes both."""

from __future__ import annotations

import json

from tests.torture.report import DATA, PAGE, known_harnesses, page


def test_the_page_says_what_the_last_big_run_found() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(json.loads(DATA.read_text(encoding="utf-8")))


def test_every_harness_was_part_of_the_last_big_run() -> None:
    assert set(json.loads(DATA.read_text(encoding="utf-8"))["harnesses"]) == known_harnesses()
