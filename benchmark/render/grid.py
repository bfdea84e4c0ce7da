"""Columns, laid out by tabulate."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.render.terminal_text import gathered, spread


def grid_lines(rows: Sequence[Sequence[str]], alignment: Sequence[str] = (), headers: Sequence[str] = ()) -> list[str]:
    """``rows`` as lines of aligned columns, one line a row (cells hold no newline), behind two lines for ``headers``.

    Cells are text: 5.10 stays 5.10. Painted cells are measured without their paint, wide letters as two columns.
    """
    from tabulate import tabulate  # noqa: PLC0415  (50 ms, which a JSON report need not pay)

    if not rows:
        return []
    text = tabulate(
        [[spread(cell) for cell in row] for row in rows],
        headers=headers,
        tablefmt="simple" if headers else "plain",
        disable_numparse=True,
        colalign=alignment or None,
    )
    return [gathered(line).rstrip() for line in text.split("\n")]
