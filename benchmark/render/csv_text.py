"""The choke point of CSV (RFC 4180): whatever a host says becomes a cell that a spreadsheet shows and never computes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from benchmark.render.terminal_text import visible

# What a spreadsheet takes for the beginning of a formula, the full-width forms included (OWASP, CSV injection). Tab and
# carriage return, which do the same, are visible escapes by then.
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_line(cells: Iterable[str]) -> str:
    """One record, every cell in quotes, with its line end."""
    return ",".join(map(_quoted, cells)) + "\r\n"


def _quoted(text: str) -> str:
    shown = visible(text)
    if shown.lstrip(" '\"").startswith(_FORMULA):
        shown = f"'{shown}"
    return '"' + shown.replace('"', '""') + '"'
