"""docs/exported-controls.md: how each control is exported. ``python -m tests.unit.export.test_export_page`` writes it."""

from collections import Counter
from pathlib import Path

from benchmark.catalog.load import load_catalog
from benchmark.cli.checklist import checklist_of
from benchmark.export.ways import Way, exports_of

PAGE = Path(__file__).parents[3] / "docs/exported-controls.md"
HEAD = """\
# How each control is exported

Made by `python -m tests.unit.export.test_export_page`. [export.md](export.md) says what the ways mean. Numbers are those of
version {version}.

{counts}. A reason says why a control is not exported as OVAL.

| number | control | as | reason |
| --- | --- | --- | --- |
"""


def page() -> str:
    catalog = load_catalog()
    version = catalog.frameworks["cis_docker"].newest
    exports = exports_of(checklist_of(catalog, "cis_docker", version))
    ways = Counter(each.way for each in exports)
    counts = ", ".join(f"{ways[way]} as {way}" for way in Way)
    rows = [f"| {each.rule.number} | {each.rule.control.id} | {each.way} | {each.reason} |\n" for each in exports]
    return HEAD.format(version=version, counts=f"Of {len(exports)} controls {counts}") + "".join(rows)


def test_the_page_is_fresh():
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.unit.export.test_export_page rewrites it"


def test_every_control_that_is_no_oval_says_why():
    catalog = load_catalog()
    for version in catalog.frameworks["cis_docker"].versions:
        for each in exports_of(checklist_of(catalog, "cis_docker", version)):
            assert bool(each.reason) is (each.way is not Way.OVAL), each.rule.control.id


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
