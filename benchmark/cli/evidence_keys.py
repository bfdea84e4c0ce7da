"""Reads the keys that the command line names: one to sign with, and those that are trusted."""

from __future__ import annotations

import getpass
import os
import stat
from pathlib import Path
from typing import Final

from benchmark.cli.evaluation import utc_now
from benchmark.cli.exit_code import Refusal
from benchmark.cli.input_file import read_input
from benchmark.evidence.keys import (
    MOST_BYTES,
    KeyDefect,
    SigningKey,
    TrustedKey,
    load_signing_key,
    load_trusted_keys,
)

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_TERMINAL: Final = "/dev/tty"


def read_signing_key(path: str, passphrase_file: str | None) -> SigningKey:
    """The private key in ``path``, which nobody else may read. Raises Refusal, which holds nothing of the key.

    The passphrase of an encrypted one is the first line of ``passphrase_file`` (``-`` for standard input, /dev/fd/3 for a
    descriptor), or asked for on the terminal.
    """
    try:
        with Path(path).open("rb") as file:
            _require_private(os.fstat(file.fileno()), path)
            data = file.read(MOST_BYTES)
        return load_signing_key(data, lambda: _passphrase(path, passphrase_file))
    except OSError as error:
        raise Refusal(f"--sign: cannot read {path}: {error.strerror or error}") from None
    except KeyDefect as defect:
        raise Refusal(f"--sign: {path}: {defect}") from None


def read_trusted_keys(paths: tuple[str, ...]) -> tuple[TrustedKey, ...]:
    """The keys in all of ``paths``. Raises Refusal for a file that holds none."""
    found: list[TrustedKey] = []
    for path in paths:
        try:
            found += load_trusted_keys(read_input(path, MOST_BYTES), path, utc_now())
        except OSError as error:
            raise Refusal(f"--trusted: cannot read {path}: {error.strerror or error}") from None
        except KeyDefect as defect:
            raise Refusal(f"--trusted: {path}: {defect}") from None
    return tuple(found)


def _require_private(found: os.stat_result, path: str) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise Refusal(f"--sign: {path} is a directory")
    if found.st_mode & _OTHERS:
        raise Refusal(
            f"--sign: others may read {path} (mode {stat.S_IMODE(found.st_mode):04o}); chmod 600 it, or use a new key"
        )


def _passphrase(path: str, passphrase_file: str | None) -> bytes:
    if passphrase_file is not None:
        try:
            line = read_input(passphrase_file, MOST_BYTES).partition(b"\n")[0]
        except OSError as error:
            raise Refusal(f"--passphrase-file: cannot read {passphrase_file}: {error.strerror or error}") from None
        return line.removesuffix(b"\r")
    try:
        Path(_TERMINAL).open("rb").close()
    except OSError:
        raise Refusal(
            f"--sign: {path} is encrypted, and there is no terminal to ask on: give --passphrase-file"
        ) from None
    return getpass.getpass(f"Passphrase of {path}: ").encode()
