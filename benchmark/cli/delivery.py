"""Hands a document to a webhook, or to a program on its standard input. A token in an address never comes out."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from benchmark.cli.exit_code import ExitCode, Refusal

_STEP: Final = 4096
_MOST_READ: Final = 1 << 16


def post_document(url: str, body: bytes, patience: float) -> None:
    """POSTs ``body`` as JSON; any 2xx is delivered. No redirect is followed: it would take the document elsewhere.

    Raises Refusal, which names the host of ``url`` and nothing else of it.
    """
    from http.client import HTTPException  # noqa: PLC0415  (40 ms, which only this needs)
    from urllib.error import HTTPError, URLError  # noqa: PLC0415  (the same)
    from urllib.request import HTTPRedirectHandler, Request, build_opener  # noqa: PLC0415  (the same)

    class NoRedirect(HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    place = _place(url)
    end = time.monotonic() + patience
    headers = {"Content-Type": "application/json", "User-Agent": "dockmark", "Accept": "*/*"}
    try:
        request = Request(url, data=body, headers=headers, method="POST")  # noqa: S310  (http and https only: _place)
        with build_opener(NoRedirect).open(request, timeout=patience) as reply:
            read = 0
            while time.monotonic() < end and read < _MOST_READ and (piece := reply.read1(_STEP)):
                read += len(piece)
    except HTTPError as error:
        error.close()
        raise Refusal(f"the webhook at {place} answered {error.code}", ExitCode.UNREACHABLE) from None
    except (URLError, OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Refusal(
            f"the webhook at {place} could not be reached: {type(reason).__name__}", ExitCode.UNREACHABLE
        ) from None


def hand_to_program(argv: Sequence[str], body: bytes, patience: float) -> None:
    """Runs ``argv`` (no shell) with ``body`` on its standard input; 0 is delivered. Raises Refusal."""
    try:
        done = subprocess.run(list(argv), input=body, capture_output=True, timeout=patience, check=False)  # noqa: S603  (the user's own program)
    except subprocess.TimeoutExpired:
        raise Refusal(f"{argv[0]} did not end within {patience:g} s", ExitCode.UNREACHABLE) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise Refusal(f"cannot run {argv[0]}: {reason}", ExitCode.UNREACHABLE) from None
    if done.returncode:
        raise Refusal(f"{argv[0]} left with {done.returncode}", ExitCode.UNREACHABLE)


def _place(url: str) -> str:
    """``https://host:port``. Raises Refusal for what is no such address."""
    try:
        parts = urlsplit(url)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        raise Refusal("the webhook's address is no URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refusal("the webhook's address must begin with https:// (or http://) and name a host")
    return f"{parts.scheme}://{parts.hostname}{port}"
