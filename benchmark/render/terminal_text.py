"""The choke point of the terminal: whatever a host says becomes text that can only be read, never obeyed.

Every string that is not a literal of these modules passes ``visible`` before it is written to a terminal.
"""

from __future__ import annotations

import enum
import textwrap
import unicodedata
from collections.abc import Mapping
from typing import Final

from benchmark.render.options import RenderOptions

_NAMED: Final[Mapping[str, str]] = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNSEEN: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159"
)  # printable by category, drawn as nothing
_TYPOGRAPHY: Final = str.maketrans({"…": "..."})
_FILLER: Final = "\0"  # the second column of a wide letter, while lines are laid out; never in visible text
_MOST_MARKS: Final = 2  # combining marks on one letter; more of them paint over the lines above and below


class Style(enum.StrEnum):
    """Select Graphic Rendition parameters (ECMA-48, 8.3.117). The only escape sequences dockmark writes."""

    BOLD = "1"
    DIM = "2"
    RED = "31"
    GREEN = "32"
    YELLOW = "33"
    MAGENTA = "35"
    CYAN = "36"


def visible(text: str, *, unicode: bool = True) -> str:
    r"""``text`` on one line, with every character that is not plainly visible written as an escape such as ``\x1b``.

    Escaped are control and format characters (C0, C1, DEL, bidi overrides and isolates, zero width, tags), separators
    other than the space, surrogates, private use and unassigned code points, blanks in disguise, variation selectors, and
    combining marks beyond the second on one letter. With ``unicode`` False everything outside ASCII is. Idempotent: a
    backslash stays as it is, so a terminal shows the text ``\x1b`` and the character alike. The JSON formats tell them apart.
    """
    if text.isascii() and text.isprintable():
        return text
    if not unicode:
        return "".join(each if " " <= each <= "~" else _escape(each) for each in text.translate(_TYPOGRAPHY))
    return "".join(_seen(text))


def _seen(text: str) -> list[str]:
    pieces = []
    marks = 0
    for each in text:
        marks = marks + 1 if unicodedata.category(each)[0] == "M" else 0
        plain = each.isprintable() and each not in _UNSEEN and marks <= _MOST_MARKS and not _is_selector(each)
        pieces.append(each if plain else _escape(each))
    return pieces


def _is_selector(character: str) -> bool:
    return (
        "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
        or "\u180b" <= character <= "\u180f"
    )


def _escape(character: str) -> str:
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shortened(text: str, bound: int, options: RenderOptions) -> str:
    """``visible(text)`` in at most ``bound`` columns, the middle left out; in full when verbose."""
    if options.verbose:
        return visible(text, unicode=options.unicode)
    ellipsis = "…" if options.unicode else "..."
    shown = visible(_cut(text, bound, "…"), unicode=options.unicode)
    most = bound
    while columns(cut := _cut(shown, most, ellipsis)) > bound and most > len(ellipsis):
        most = max(len(ellipsis), most - (columns(cut) - bound + 1) // 2)
    return cut


def _cut(text: str, bound: int, ellipsis: str) -> str:
    if len(text) <= bound:
        return text
    kept = bound - len(ellipsis)
    head = (kept + 1) // 2
    return text[:head] + ellipsis + text[len(text) - (kept - head) :]


def paint(text: str, style: Style | None, options: RenderOptions) -> str:
    """``text``, which must be visible already, in ``style`` where colour is allowed."""
    return f"\x1b[{style.value}m{text}\x1b[0m" if options.colour and style is not None and text else text


def labelled(label: str, text: str, options: RenderOptions) -> list[str]:
    """Visible ``text`` behind its label, continued below itself."""
    opening = f"  {label:<11}"
    return wrapped(text, opening, " " * len(opening), options)


def wrapped(text: str, first: str, rest: str, options: RenderOptions) -> list[str]:
    """Visible ``text`` in lines no wider than the terminal, the first behind ``first`` and the others behind ``rest``.

    The two may be painted; both must be equally wide on the screen, which is the width of ``rest``. A word that is longer
    than a line (a path, a digest) stays whole, so that it can be copied.
    """
    room = room_beside(len(rest), options)
    if columns(text) <= room:
        return [first + text]
    return [(rest if at else first) + line for at, line in enumerate(lines_of(text, room))]


def lines_of(text: str, room: int, *, hang: str = "", whole_words: bool = True) -> list[str]:
    """Visible ``text`` in lines of at most ``room`` columns, those after the first behind ``hang``; [""] for no text.

    A terminal breaks what is wider by itself, and would begin the next line with whatever a stranger wrote there. A word that
    is longer than a line is broken too, unless ``whole_words``.
    """
    lines = textwrap.wrap(
        spread(text), room, subsequent_indent=hang, break_long_words=not whole_words, break_on_hyphens=False
    )
    return [gathered(each) for each in lines] or [""]


def columns(text: str) -> int:
    """The columns that visible ``text`` takes on a terminal, or a few more: combining marks count, wide letters twice."""
    return len(spread(text))


def spread(text: str) -> str:
    """``text`` with a filler after every letter that takes two columns (UAX 11), so that its length is its width."""
    if text.isascii():
        return text
    return "".join(each + _FILLER if unicodedata.east_asian_width(each) in "WF" else each for each in text)


def gathered(text: str) -> str:
    """``spread`` undone."""
    return text.replace(_FILLER, "")


def room_beside(taken: int, options: RenderOptions) -> int:
    """The columns left on a line of which ``taken`` are used; at least 20."""
    return max(20, max(40, options.width) - taken)
