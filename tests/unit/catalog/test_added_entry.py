"""An entry is added as a person would add it, and what was there stays as it is, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.catalog.added_entry import CannotAdd, add_entry, entry_text
from benchmark.catalog.content_error import ContentError
from benchmark.catalog.positioned import plain
from benchmark.catalog.yaml_source import read_yaml

SCHEMA = "dockmark/waivers/1"
ENTRY = {
    "id": "W-9",
    "control": "5.10",
    "scope": {"host": "a b", "subject": "container:web"},
    "broad": True,
    "texts": ["x", "y: z"],
}
ITEM = """\
- id: W-9
  control: "5.10"
  scope:
    host: a b
    subject: "container:web"
  broad: true
  texts:
    - x
    - "y: z"
"""


def indented(by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in ITEM.splitlines())


def added(data: str) -> str:
    return add_entry(data.encode(), "waivers", SCHEMA, ENTRY).decode()


@pytest.mark.parametrize(
    ("before", "by"),
    [
        ("waivers:\n- id: W-1\n", 0),
        (
            "# why\nwaivers:   # the list\n  - id: W-1   # one\n    reason: >\n      a\n      # no comment\n\n  # more\n",
            2,
        ),
        ("waivers:\n    - id: W-1\n      list: [a, {b: c}]", 4),
        ("schema: dockmark/waivers/1\nwaivers:\n", 2),
        ("waivers:", 2),
        ("schema: dockmark/waivers/1\n", 2),
    ],
)
def test_it_stands_behind_the_last_line(before: str, by: int) -> None:
    opened = before if before.endswith("\n") else before + "\n"
    if "waivers:" not in opened:
        opened += "waivers:\n"
    assert added(before) == opened + indented(by)


def test_it_stands_before_the_next_key_and_the_comment_above_it() -> None:
    before = "waivers:\n  - id: W-1\n\n# which contract\nschema: dockmark/waivers/1\n"
    after = "waivers:\n  - id: W-1\n" + indented(2) + "\n# which contract\nschema: dockmark/waivers/1\n"
    assert added(before) == after


def test_an_empty_list_is_opened() -> None:
    assert added("waivers: []  # none yet\n") == "waivers:  # none yet\n" + indented(2)
    assert (
        added("waivers: [ ]\nschema: dockmark/waivers/1\n")
        == "waivers:\n" + indented(2) + "schema: dockmark/waivers/1\n"
    )


def test_a_new_file_says_what_it_is() -> None:
    assert added("") == f"schema: {SCHEMA}\nwaivers:\n" + indented(2)


def test_the_line_ends_of_the_file_are_kept() -> None:
    assert added("waivers:\r\n  - id: W-1\r\n") == ("waivers:\n  - id: W-1\n" + indented(2)).replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("waivers: [{id: W-1}]\n", "not written with a dash for each entry"),
        ("{waivers: []}\n", "no place"),
        ("waivers:\n  - id: W-1\n...\n", "no place"),
        ("waivers: [\n]\n", "goes over several lines"),
        ("waivers: text\n", "waivers is not a list"),
        ("- id: W-1\n", "it is not a mapping"),
        ("waivers: [\n", "the file:"),
    ],
)
def test_where_there_is_no_safe_place_nothing_is_added(before: str, told: str) -> None:
    with pytest.raises(CannotAdd, match=told):
        added(before)


@pytest.mark.parametrize("text", ["a\x1bb", "a\u2028b", "a\ud800b"])
def test_what_yaml_cannot_hold_is_not_added(text: str) -> None:
    with pytest.raises((CannotAdd, UnicodeEncodeError)):
        add_entry(b"", "waivers", SCHEMA, {"id": text})


@given(st.text(min_size=1))
def test_any_text_comes_back_or_is_refused(text: str) -> None:
    entry = {"id": "W-1", "reason": text, "list": [text], "table": {"key": text}}
    try:
        data = add_entry(b"waivers:\n  - id: W-0\n", "waivers", SCHEMA, entry)
    except (CannotAdd, UnicodeEncodeError):
        return
    errors: list[ContentError] = []
    node = read_yaml(data, "w", errors)
    assert not errors
    assert node is not None
    assert plain(node) == {"waivers": [{"id": "W-0"}, entry]}


def test_an_entry_can_be_shown() -> None:
    assert entry_text(ENTRY) == indented(2)
