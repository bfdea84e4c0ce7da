"""The choke point: nothing a stranger wrote reaches a terminal as more than letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.render import RenderOptions
from benchmark.render.terminal_text import Style, columns, lines_of, paint, shortened, visible, wrapped

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
PLAIN = RenderOptions()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("web-1", "web-1"),
        ("Zürich 東京 שלום", "Zürich 東京 שלום"),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\x00\x07\x7f\x85\x9b", r"\x00\x07\x7f\x85\x9b"),
        ("\u202e\u2066\u2069\u200e", r"\u202e\u2066\u2069\u200e"),
        ("\u200b\u200d\ufeff\u2060\u00ad", r"\u200b\u200d\ufeff\u2060\xad"),
        ("\u2028\u2029\u00a0\u3000", r"\u2028\u2029\xa0\u3000"),
        ("\ud800\udfff", r"\ud800\udfff"),
        ("\ue000\U0010fffd", r"\ue000\U0010fffd"),
        ("\U000e0041\U000e007f", r"\U000e0041\U000e007f"),
        ("\ufe0f\U000e0100\u3164\u2800\u115f", r"\ufe0f\U000e0100\u3164\u2800\u115f"),
        ("e\u0301", "e\u0301"),
        ("e" + "\u0301" * 4, "e\u0301\u0301" + r"\u0301\u0301"),
        ("\ufdd0\U0001ffff", r"\ufdd0\U0001ffff"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text, shown):
    assert visible(text) == shown


def test_ascii_only():
    assert visible("Zürich…\x1b😀", unicode=False) == r"Z\xfcrich...\x1b\U0001f600"


@given(text=ANY_TEXT, unicode=st.booleans())
def test_the_outcome_is_printable_and_stays_as_it_is(text, unicode):
    shown = visible(text, unicode=unicode)
    assert shown.isprintable()
    assert visible(shown, unicode=unicode) == shown
    assert unicode or shown.isascii()


@given(text=ANY_TEXT, bound=st.integers(8, 80))
def test_shortening_keeps_the_bound(text, bound):
    assert len(shortened(text, bound, PLAIN)) <= bound


def test_the_middle_is_left_out():
    assert shortened("abcdefghij", 5, PLAIN) == "ab…ij"
    assert shortened("abcdefghijkl", 8, RenderOptions(unicode=False)) == "abc...kl"
    assert shortened("abcde", 5, PLAIN) == "abcde"


def test_verbose_leaves_nothing_out():
    assert shortened("\x1b" * 400, 5, RenderOptions(verbose=True)) == r"\x1b" * 400


def test_a_long_text_is_cut_before_it_is_escaped():
    assert len(shortened("\x1b" * 10_000_000, 60, PLAIN)) == 60


def test_paint_only_with_colour():
    assert paint("x", Style.RED, PLAIN) == "x"
    assert paint("x", Style.RED, RenderOptions(colour=True)) == "\x1b[31mx\x1b[0m"
    assert paint("x", None, RenderOptions(colour=True)) == "x"


def test_lines_keep_the_width_and_hang():
    lines = wrapped("one two three four five six seven eight nine ten", "> ", "  ", RenderOptions(width=40))
    assert lines == ["> one two three four five six seven", "  eight nine ten"]


def test_a_long_word_stays_whole():
    assert wrapped("see " + "x" * 90, "", "", RenderOptions(width=40)) == ["see", "x" * 90]


def test_wide_letters_take_two_columns_so_that_a_terminal_breaks_no_line_by_itself():
    spoof = "漢" * 46 + "  + pass  5.5  Containers run without the privileged flag"
    lines = wrapped(spoof, "> ", "  ", RenderOptions(width=100))
    assert [columns(each) <= 100 for each in lines] == [True] * len(lines)
    assert "".join(lines).replace("> ", "").replace(" ", "") == spoof.replace(" ", "")
    assert columns("漢字ab") == 6
    assert columns(shortened("漢" * 100, 40, PLAIN)) <= 40


def test_a_word_wider_than_a_line_stays_whole_unless_told_otherwise():
    assert lines_of("a " + "漢" * 30, 40) == ["a", "漢" * 30]
    assert lines_of("漢" * 30, 40, whole_words=False) == ["漢" * 20, "漢" * 10]
    assert lines_of("", 40) == [""]


def test_a_note_without_a_note_head_is_spelled_out():
    assert visible("a\U0001d159b") == r"a\U0001d159b"
