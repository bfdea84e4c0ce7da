"""Runs a parser on one input the way a test needs it: bounded in CPU time and memory, and failing with what to repeat."""

from __future__ import annotations

import json
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

MOST_SECONDS: Final = 2.0  # of CPU time, for an input of at most 64 KiB; a parser needs milliseconds
MOST_MEMORY: Final = 1 << 30
CORPUS: Final = Path(__file__).parent / "corpus"
REGRESSIONS: Final = Path(__file__).parent / "regressions"
_NOTICED: Final = 0.15  # seconds of CPU time below which growth is not looked at


class TooSlow(BaseException):
    """The CPU time is used up. Not an Exception, so that no parser takes it for a defect of its input."""


@dataclass(frozen=True)
class Target:
    """One parser as the product calls it.

    ``parse`` takes the bytes, checks what came of them, and returns whether they were accepted; ``refuses`` are the errors
    that its docstring promises. ``words`` mean something in its language. ``shapes`` are (head, unit, tail): the unit may
    come any number of times. ``share`` is the part of the usual number of mutations that it gets: less where one is dear.
    """

    name: str
    parse: Callable[[bytes], bool]
    refuses: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...]
    shapes: tuple[tuple[bytes, bytes, bytes], ...] = ()
    share: float = 1.0


def attempt(target: Target, data: bytes, why: str, seconds: float = MOST_SECONDS) -> bool:
    """Whether ``data`` was accepted. AssertionError for an error that is not documented, too much time or memory."""
    try:
        with _bounded(seconds):
            return target.parse(data)
    except target.refuses:
        return False
    except TooSlow:
        raise AssertionError(_told(target, data, why, f"more than {seconds:g} s of CPU time")) from None
    except AssertionError as error:
        raise AssertionError(_told(target, data, why, str(error))) from error
    except Exception as error:
        raise AssertionError(_told(target, data, why, f"{type(error).__name__}: {error}")) from error


def growth(target: Target, shape: tuple[bytes, bytes, bytes], size: int) -> str:
    """ "" when the CPU time grows with the length of ``shape``; else what was measured at size/8, /4, /2 and size.

    Four times the time for twice the length, twice in a row, is what quadratic code shows and linear code does not; it is
    measured three times over, so that a busy machine does not count.
    """
    for _ in range(3):
        times = [_seconds(target, shape, size >> halved) for halved in (3, 2, 1, 0)]
        if times[3] < _NOTICED or times[3] < 2.9 * times[2] or times[2] < 2.9 * times[1]:
            return ""
    return f"{target.name}: {shape!r} takes {', '.join(f'{each:.3f} s' for each in times)} at 1/8, 1/4, 1/2 and all of {size}"


def long_input(shape: tuple[bytes, bytes, bytes], size: int) -> bytes:
    """``shape`` at about ``size`` bytes."""
    head, unit, tail = shape
    return head + unit * max(1, (size - len(head) - len(tail)) // len(unit)) + tail


def corpus_of(target: Target) -> tuple[bytes, ...]:
    """The target's seeds, and the inputs that coverage once led to (corpus/TARGET)."""
    kept = CORPUS / target.name
    return (*target.seeds, *(each.read_bytes() for each in sorted(kept.iterdir()))) if kept.is_dir() else target.seeds


def regressions() -> Iterator[tuple[str, str, bytes]]:
    """(file name, target, input) of everything that failed once.

    A file is named for its target: ``history-open-quote.shape`` describes a repeated structure, any other is the input itself.
    """
    for path in sorted(each for each in REGRESSIONS.iterdir() if each.is_file()):
        data = path.read_bytes()
        if path.suffix == ".shape":
            said = json.loads(data)
            shape = (said["head"].encode(), said["unit"].encode(), said["tail"].encode())
            data = long_input(shape, said["bytes"])
        yield path.name, path.name.partition("-")[0], data


def keep(target: Target, data: bytes) -> Path:
    """Writes an input that failed, made as small as a few hundred tries can, where every later run repeats it."""
    data = _smaller(target, data)
    path = REGRESSIONS / f"{target.name}-{len(data)}-{sum(data) % 9973:04d}"
    path.write_bytes(data)
    return path


def _smaller(target: Target, data: bytes, tries: int = 300) -> bytes:
    started = time.process_time()
    piece = len(data) // 2
    while piece and tries and time.process_time() - started < 20:
        for at in range(0, len(data), piece):
            tries -= 1
            shorter = data[:at] + data[at + piece :]
            if not tries or _fails(target, shorter):
                data = shorter if tries else data
                break
        else:
            piece //= 2
    return data


def _fails(target: Target, data: bytes) -> bool:
    try:
        attempt(target, data, "made smaller")
    except AssertionError:
        return True
    return False


def _seconds(target: Target, shape: tuple[bytes, bytes, bytes], size: int) -> float:
    started = time.process_time()
    attempt(target, long_input(shape, size), f"{shape!r} at {size} bytes", 30.0)
    return time.process_time() - started


def _told(target: Target, data: bytes, why: str, what: str) -> str:
    shown = data if len(data) <= 600 else data[:600] + b"..."
    return f"{target.name}: {what}\n{why}; {len(data)} bytes: {shown!r}"


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    before = signal.signal(signal.SIGVTALRM, _too_slow)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MOST_MEMORY, hard))
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.signal(signal.SIGVTALRM, before)


def _too_slow(_: int, __: FrameType | None) -> None:
    raise TooSlow
