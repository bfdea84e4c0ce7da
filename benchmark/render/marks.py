"""A mark, a word and a colour per result. The mark and the word say it without the colour."""

from __future__ import annotations

from typing import assert_never

from benchmark.model.result import Result
from benchmark.render.options import RenderOptions
from benchmark.render.terminal_text import Style, paint


def mark(result: Result, options: RenderOptions) -> str:
    """One painted character for ``result``."""
    return paint(_symbol(result, options), _style_of(result), options)


def marked_word(result: Result, options: RenderOptions) -> str:
    """The mark and the word, painted: ``✗ fail``."""
    return paint(f"{_symbol(result, options)} {result.value}", _style_of(result), options)


def painted(text: str, result: Result, options: RenderOptions) -> str:
    """Visible ``text`` in the colour of ``result``."""
    return paint(text, _style_of(result), options)


def _style_of(result: Result) -> Style | None:
    """The colour of a result's word."""
    match result:
        case Result.PASS | Result.FIXED:
            return Style.GREEN
        case Result.FAIL:
            return Style.RED
        case Result.ERROR:
            return Style.MAGENTA
        case Result.UNKNOWN:
            return Style.YELLOW
        case Result.NOTCHECKED:
            return Style.CYAN
        case Result.NOTAPPLICABLE | Result.NOTSELECTED:
            return Style.DIM
        case Result.INFORMATIONAL:
            return None
        case _ as never:
            assert_never(never)


def meaning(result: Result) -> str:
    """What a result means to the reader of a summary, in a few words."""
    match result:
        case Result.PASS:
            return "meets the requirement"
        case Result.FAIL:
            return "does not meet the requirement"
        case Result.ERROR:
            return "could not be looked at"
        case Result.UNKNOWN:
            return "looked at, but nobody can say"
        case Result.NOTCHECKED:
            return "needs a person's judgement"
        case Result.NOTAPPLICABLE:
            return "nothing here that it could apply to"
        case Result.NOTSELECTED:
            return "left out by the selection"
        case Result.INFORMATIONAL:
            return "for information only"
        case Result.FIXED:
            return "failed and was mended"
        case _ as never:
            assert_never(never)


def _symbol(result: Result, options: RenderOptions) -> str:
    plain = _ascii_symbol(result)
    return {"+": "✓", "x": "✗", "o": "○"}.get(plain, plain) if options.unicode else plain


def _ascii_symbol(result: Result) -> str:
    match result:
        case Result.PASS | Result.FIXED:
            return "+"
        case Result.FAIL:
            return "x"
        case Result.ERROR:
            return "!"
        case Result.UNKNOWN:
            return "?"
        case Result.NOTCHECKED:
            return "o"
        case Result.NOTAPPLICABLE | Result.NOTSELECTED:
            return "-"
        case Result.INFORMATIONAL:
            return "i"
        case _ as never:
            assert_never(never)
