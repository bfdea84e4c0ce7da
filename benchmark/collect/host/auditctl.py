"""The kernel's audit rules, through the one program we run: auditctl, which only lists."""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import time
from dataclasses import dataclass
from typing import IO, Final

from benchmark.model.facts import Reason, Unavailable

_DIRECTORIES: Final = ("/usr/sbin", "/sbin", "/usr/bin", "/bin")  # never PATH, which the caller sets
_SECONDS: Final = 5.0
_CAP: Final = 4 * 1024 * 1024
_ENABLED: Final = re.compile(r"^enabled ([012])$", re.MULTILINE)
_DENIALS: Final = ("must be root", "Operation not permitted", "Permission denied")
_NO_AUDIT: Final = "audit support not in kernel"


@dataclass(frozen=True, slots=True)
class Printed:
    """What a program left behind."""

    status: int
    output: str
    errors: str


def list_kernel_rules() -> tuple[str, ...] | Unavailable:
    """The lines of ``auditctl -l``, one per rule; empty only when it said that there are none.

    TOOL_MISSING, DENIED, TIMEOUT, OVERSIZE, TRUNCATED or TOOL_FAILED otherwise.
    """
    printed = _auditctl("-l")
    if isinstance(printed, Unavailable):
        return printed
    lines = tuple(line for line in printed.output.split("\n") if line.strip())
    if lines == ("No rules",):
        return ()
    return lines or Unavailable(Reason.TOOL_FAILED, "auditctl -l printed nothing")


def is_audit_enabled() -> bool | Unavailable:
    """Whether the kernel's audit system is on, locked or not (``auditctl -s``)."""
    printed = _auditctl("-s")
    if isinstance(printed, Unavailable):
        return printed
    found = _ENABLED.search(printed.output)
    return (
        found[1] != "0" if found else Unavailable(Reason.TOOL_FAILED, "auditctl -s does not say whether it is enabled")
    )


def run_capped(arguments: tuple[str, ...], seconds: float = _SECONDS, cap: int = _CAP) -> Printed | Unavailable:
    """Runs a program without shell, input or our environment; it is killed after ``seconds`` or beyond ``cap`` bytes."""
    name = arguments[0].rpartition("/")[2]
    try:
        process = subprocess.Popen(  # noqa: S603  (a fixed program with fixed arguments)
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env={"PATH": ":".join(_DIRECTORIES), "LC_ALL": "C"},
        )
    except PermissionError as error:
        return Unavailable(Reason.DENIED, f"{name}: {error.strerror}")
    except OSError as error:
        return Unavailable(Reason.TOOL_FAILED, f"{name}: {error.strerror}")
    with process:
        try:
            texts = _drain(process, time.monotonic() + seconds, cap)
            if texts is not None:
                status = process.wait(max(seconds, 0.1))
                return Printed(status, texts[0].decode("utf-8", "replace"), texts[1].decode("utf-8", "replace"))
            return Unavailable(Reason.OVERSIZE, f"{name}: more than {cap} bytes of output")
        except (TimeoutError, subprocess.TimeoutExpired):
            return Unavailable(Reason.TIMEOUT, f"{name}: no end within {seconds:g} s")
        finally:
            process.kill()


def _auditctl(flag: str) -> Printed | Unavailable:
    there = [path for each in _DIRECTORIES if os.path.lexists(path := f"{each}/auditctl")]
    # one that is there and cannot be run is not missing: running it says why
    program = next((path for path in there if os.access(path, os.X_OK)), there[0] if there else None)
    if program is None:
        return Unavailable(Reason.TOOL_MISSING, f"auditctl is not in {', '.join(_DIRECTORIES)}")
    printed = run_capped((program, flag))
    if isinstance(printed, Unavailable):
        return printed
    if printed.status == 0 and not printed.errors.strip():
        if printed.output and not printed.output.endswith("\n"):  # half a line may name another file
            return Unavailable(Reason.TRUNCATED, f"auditctl {flag}: the output ends within a line")
        return printed
    # some versions say "No rules" next to an error: only a clean run proves anything
    said = " ".join((printed.errors.strip() or printed.output.strip()).split())[:200]
    denied = any(word in said for word in _DENIALS)
    reason = Reason.UNSUPPORTED if _NO_AUDIT in said else Reason.DENIED if denied else Reason.TOOL_FAILED
    return Unavailable(reason, f"auditctl {flag}: status {printed.status}: {said}")


def _drain(process: subprocess.Popen[bytes], deadline: float, cap: int) -> tuple[bytes, bytes] | None:
    """Both streams to their ends; None beyond ``cap`` bytes. Raises TimeoutError at the deadline."""
    streams: list[IO[bytes]] = [each for each in (process.stdout, process.stderr) if each is not None]
    read = [bytearray() for _ in streams]
    with selectors.DefaultSelector() as selector:
        for number, stream in enumerate(streams):
            selector.register(stream, selectors.EVENT_READ, number)
        while selector.get_map():
            ready = selector.select(max(deadline - time.monotonic(), 0))
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                piece = os.read(key.fd, 1 << 16)
                if not piece:
                    selector.unregister(key.fileobj)
                read[key.data] += piece
            if sum(len(each) for each in read) > cap:
                return None
    return bytes(read[0]), bytes(read[1])
