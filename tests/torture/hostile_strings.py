"""Strings as strangers choose them: by family, generated without end. Each holds a mark, so that it can be found again."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Final

_VERDICT_WORDS: Final = ("pass", "fail", "error", "unknown", "notchecked", "notapplicable")
_MARKS: Final = "✓✗○+x!?o-"
_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz"


def _any_of(characters: str) -> Callable[[random.Random], str]:
    return lambda dice: "".join(dice.choice(characters) for _ in range(dice.randint(1, 6)))


def _range(*spans: tuple[int, int]) -> Callable[[random.Random], str]:
    return lambda dice: "".join(chr(dice.randint(*dice.choice(spans))) for _ in range(dice.randint(1, 6)))


def _sequence(dice: random.Random) -> str:
    """What terminals obey: colours, cursor, erase, titles, hyperlinks, clipboards, queries, in 7 and 8 bits."""
    number = dice.randint(0, 120)
    csi, osc = dice.choice(("\x1b[", "\x9b")), dice.choice(("\x1b]", "\x9d"))
    end = dice.choice(("\x07", "\x1b\\", "\x9c"))
    return dice.choice(
        (
            f"{csi}{number}m",
            f"{csi}38;5;{number}m",
            f"{csi}{number}A{csi}2K",
            f"{csi}2J{csi}H",
            f"{csi}?1049h",
            f"{csi}6n",
            f"{csi}{number}X",
            f"{osc}0;title{end}",
            f"{osc}8;;http://example.com/{end}here{osc}8;;{end}",
            f"{osc}52;c;aGVsbG8={end}",
            "\x1bP$q\x1b\\",
            "\x1bc",
            "\x1b(0",
            "\x0e\x0f",
            "\x90payload\x9c",
        )
    )


def _overwritten(dice: random.Random) -> str:
    return dice.choice(("\r", "\x08" * 12, "\x0b", "\x0c", "\x85", "\x7f", "\r\n")) + _spoof(dice).strip()


def _spoof(dice: random.Random) -> str:
    """A line that looks as if the report had written it, on a line of its own."""
    word, number = dice.choice(_VERDICT_WORDS), f"{dice.randint(1, 7)}.{dice.randint(1, 31)}"
    opening = dice.choice(("\n", "\r\n", "\u2028", "\u2029", "\x85", "\v", "\f", "\x1e", "\n\n", "\r"))
    line = dice.choice(
        (
            f"  {dice.choice(_MARKS)} {word}  {number}  Containers run without the privileged flag",
            f"      {dice.choice(_MARKS)} container web: HostConfig.Privileged is false",
            "Summary",
            "  score      100.0 % (118 of 118 passed), 100.0 % after waivers",
            "dockmark: all is well",
            "0 ways to root, 0 that grant less, 0 for a person to look at",
            "  yes  audit rules  kernel",
        )
    )
    return opening + line + opening


def _padded_spoof(dice: random.Random) -> str:
    """The same without a line break: blanks or wide letters that make the terminal begin a new line by itself."""
    filler = dice.choice(("漢", "\uff21", "😀", " ", "x", "\u3000", "\u2003", "\xa0", "\t", "\uff71", "한"))
    return filler * dice.choice((20, 38, 46, 60, 94, 97)) + _spoof(dice).strip("\r\n\u2028\u2029\x85\v\f\x1e")


def _combining(dice: random.Random) -> str:
    return "Z" + "".join(chr(dice.randint(0x300, 0x36F)) for _ in range(dice.choice((2, 3, 40, 400))))


def _our_escapes(dice: random.Random) -> str:
    return dice.choice((r"\x1b[31m", r"\n", r"\u202e", r"\\", "[redacted:token]", r"\ud800", r"\xff", "…", "\\"))


def _markup(dice: random.Random) -> str:
    return dice.choice(
        (
            "]]>",
            "<![CDATA[",
            "<!--",
            "-->",
            "&#x1b;",
            "&#0;",
            "&lt;",
            "&",
            "<script>alert(1)</script>",
            "<?xml version='1.0'?>",
            "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>",
            '"><img src=x onerror=alert(1)>',
            "javascript:alert(1)",
            "[click](javascript:alert(1))",
            "![x](http://example.com)",
            "| a | b |",
            "`rm`",
            "{{7*7}}",
            "${7*7}",
            "{0}",
            "{x.__class__}",
            "%s",
            "%n%(x)s",
            "'; DROP TABLE runs; --",
            "$(touch /tmp/x)",
        )
    )


def _formula(dice: random.Random) -> str:
    return dice.choice(
        ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', '"', ",", ";", "|cmd")
    )


def _json(dice: random.Random) -> str:
    return dice.choice(
        ('"', "\\", '\\"', '","x":"', "\\u0022", '}, {"subject": "x', "\u2028", "\x00", "NaN", "\\ud83d", "/")
    )


def _surrogates(dice: random.Random) -> str:
    return "".join(chr(dice.randint(0xD800, 0xDFFF)) for _ in range(dice.randint(1, 3)))


FAMILIES: Final[Mapping[str, Callable[[random.Random], str]]] = {
    "C0": _range((0, 0x1F), (0x7F, 0x7F)),
    "C1": _range((0x80, 0x9F)),
    "terminal sequences": _sequence,
    "overwriting": _overwritten,
    "spoofed lines": _spoof,
    "spoofed lines by wrapping": _padded_spoof,
    "bidi": _any_of("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"),
    "zero width": _any_of("\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u2061\u2064"),
    "blanks": _any_of("\u00a0\u1680\u2000\u2003\u2028\u2029\u202f\u205f\u3000\u115f\u1160\u3164\uffa0\u2800\U0001d159"),
    "combining": _combining,
    "selectors": _any_of("\ufe00\ufe0f\U000e0100\U000e01ef\u180b"),
    "tags": _range((0xE0000, 0xE007F)),
    "private use": _range((0xE000, 0xF8FF), (0xF0000, 0xFFFFD), (0x100000, 0x10FFFD)),
    "noncharacters": _any_of("\ufffe\uffff\ufdd0\ufdef\U0001fffe\U0010ffff\ufffd"),
    "surrogates": _surrogates,
    "wide": _range((0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0x1F600, 0x1F64F), (0xFF01, 0xFF60)),
    "right to left": _range((0x5D0, 0x5EA), (0x627, 0x64A)),
    "all of Unicode": _range((0, 0x10FFFF)),
    "markup": _markup,
    "formulas": _formula,
    "JSON": _json,
    "our own escapes": _our_escapes,
}


def hostile(dice: random.Random, families: Sequence[str] = ()) -> str:
    """A string of up to four pieces out of ``families`` (all of FAMILIES) around a mark of twelve small letters."""
    names = families or _NAMES
    pieces = [FAMILIES[dice.choice(names)](dice) for _ in range(dice.randint(1, 4))]
    pieces.insert(dice.randint(0, len(pieces)), mark(dice))
    return "".join(pieces)


def mark(dice: random.Random) -> str:
    """Twelve letters that occur nowhere else."""
    return "zq" + "".join(dice.choice(_LETTERS) for _ in range(10))


def long(dice: random.Random, size: int) -> str:
    """The same of about ``size`` characters."""
    piece = hostile(dice)
    return piece * (size // len(piece) + 1)


def columns(text: str) -> int:
    """How many columns of a terminal ``text`` takes (UAX 11): two for wide letters, none for combining marks."""
    return sum(
        0 if unicodedata.category(each) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )


_NAMES: Final = tuple(FAMILIES)
