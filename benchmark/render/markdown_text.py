"""The choke point of Markdown: whatever a host says stands in a code span, where nothing is a link, a mention, HTML or markup."""

from __future__ import annotations

import re
from typing import Final

from benchmark.render.terminal_text import visible

_TICKS: Final = re.compile("`+")


def code(text: str) -> str:
    """``text`` as a code span on one line (CommonMark 0.31, 6.1): fenced by more backticks than it holds in a row.

    Not for cells of a table: there a pipe ends the cell even inside a code span.
    """
    shown = visible(text) or " "
    fence = "`" * (max((len(each) for each in _TICKS.findall(shown)), default=0) + 1)
    is_padded = shown.strip(" ") != "" and (shown[0] in "` " or shown[-1] in "` ")  # of blanks alone none is taken away
    return f"{fence} {shown} {fence}" if is_padded else f"{fence}{shown}{fence}"
