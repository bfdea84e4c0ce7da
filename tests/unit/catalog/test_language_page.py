from __future__ import annotations

from pathlib import Path

from benchmark.catalog.language_page import render_language_page
from benchmark.evaluate.operators import OPERATORS
from benchmark.model.vocabulary import COLLECTIONS, KINDS

PAGE = Path(__file__).parents[3] / "docs" / "language.md"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_language_page(), (
        "stale: python -m benchmark.catalog.language_page > docs/language.md"
    )


def test_every_word_collection_and_fact_is_on_the_page() -> None:
    page = render_language_page()
    for name in (*OPERATORS, *COLLECTIONS, *(fact for facts in KINDS.values() for fact in facts)):
        assert f"| `{name}` |" in page


def test_every_table_row_has_the_cells_of_its_head() -> None:
    width = 0
    for line in render_language_page().splitlines():
        cells = line.count("|") if line.startswith("|") else 0
        if not cells or not width:
            width = cells
        assert cells == width, line
