r"""The choke point of every XML document: whatever a host says becomes characters that XML 1.0 has, and none that mark up.

What XML cannot hold is written as ``�[U+001B]``: the replacement character says that something was replaced, the number
says what. A replacement character of the host's own is written so too, so that the two cannot be mistaken for each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# Not in XML 1.0 (2.2): C0 but tab and line ends, surrogates, U+FFFE and U+FFFF. Besides: DEL, C1 and the other
# noncharacters, which XML discourages, and what makes a report read otherwise than it is written (bidi, line separators).
_UNFIT: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
_BREAKS: Final = re.compile("[\t\n\r]")
_MARKUP: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_QUOTED: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)


def fit(text: str) -> str:
    """``text`` with every character that XML cannot hold, or that hides, replaced as ``�[U+001B]``."""
    if text.isascii() and text.isprintable():
        return text
    return _UNFIT.sub(_numbered, text)


def content(text: str) -> str:
    """``text`` between tags."""
    return fit(text).translate(_MARKUP)


def line(text: str) -> str:
    """``text`` between tags, on one line: its own line ends and tabs are replaced like what XML cannot hold."""
    return _BREAKS.sub(_numbered, fit(text)).translate(_MARKUP)


def attributes(values: Mapping[str, str]) -> str:
    """`` name="value"`` for each, in order; "" for none."""
    return "".join(f' {name}="{fit(value).translate(_QUOTED)}"' for name, value in values.items())


def element(name: str, text: str = "", /, **values: str) -> str:
    """An element on one line, with a line end: tools lose elements that stand side by side without white space.

    An attribute's name may end in "_" (``class_``) and write ``__`` for a colon (``xml__lang``).
    """
    named = {key.rstrip("_").replace("__", ":"): value for key, value in values.items()}
    return f"<{name}{attributes(named)}>{content(text)}</{name}>\n" if text else f"<{name}{attributes(named)}/>\n"


def _numbered(found: re.Match[str]) -> str:
    return f"\ufffd[U+{ord(found[0]):04X}]"
