"""Writes one whole document where ``-o`` says."""

from __future__ import annotations

from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.sink import open_sink


def write_document(path: str, text: str) -> None:
    """Writes ``text`` to the file, or to standard output for ``-``. Raises Refusal when it cannot be written."""
    sink = open_sink(path, as_utf8=True)
    try:
        sink.write(text)
        sink.commit()
    except OSError as error:
        raise Refusal(f"cannot write {sink.name}: {error.strerror or error}", ExitCode.UNREACHABLE) from None
    finally:
        sink.discard()
