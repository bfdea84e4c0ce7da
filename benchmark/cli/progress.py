"""A line that says we are still at it: on a terminal only, and only when it takes longer than a second."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

_PATIENCE = 1.0
_CLEAR_LINE = "\r\x1b[2K"


@contextmanager
def progress(doing: str) -> Iterator[None]:
    """Shows ``doing`` and the seconds gone by on standard error while the block runs; leaves no trace of it."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    done = Event()
    ticker = Thread(target=_tick, args=(doing, done), daemon=True)
    ticker.start()
    try:
        yield
    finally:
        done.set()
        ticker.join()


def _tick(doing: str, done: Event) -> None:
    seconds = _PATIENCE
    shown = False
    while not done.wait(_PATIENCE):
        sys.stderr.write(f"{_CLEAR_LINE}{doing}, {seconds:.0f} s")
        sys.stderr.flush()
        shown = True
        seconds += _PATIENCE
    if shown:
        sys.stderr.write(_CLEAR_LINE)
        sys.stderr.flush()
