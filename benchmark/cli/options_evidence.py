"""Options of evidence packs."""

from __future__ import annotations

from typing import Final

from benchmark.cli import values
from benchmark.cli.option import Option

PACK_FILE: Final = Option(
    ("-o", "--output"),
    "the file to write; '-' for standard output",
    "PATH",
    values.read_path,
    variable="DOCKMARK_PACK",
)
PACK_FORMATS: Final = Option(
    ("--format",),
    f"reports in the pack, divided by comma ({', '.join(values.FORMAT_NAMES)}; default table); repeatable",
    "FORMAT",
    values.read_formats,
    separators=",\n",
    default=(("table",),),
)
FRAMEWORK: Final = Option(
    ("--framework",),
    "also a report of the controls alone that speak to this framework, by its id",
    "ID",
    values.read_identifier,
    variable="DOCKMARK_EXCERPT_FRAMEWORK",
)
REQUIREMENT: Final = Option(
    ("--requirement",),
    "of these requirements of it alone; repeatable; the variable divides by comma or line",
    "ID",
    values.read_identifier,
    separators=",\n",
    default=(),
    variable="DOCKMARK_EXCERPT_REQUIREMENT",
)
SIGN: Final = Option(
    ("--sign",),
    "an Ed25519 private key to sign with, in PEM or OpenSSH's form, readable by you alone",
    "KEY",
    values.read_path,
)
PASSPHRASE_FILE: Final = Option(
    ("--passphrase-file",),
    "its first line is the key's passphrase; '-' for standard input, /dev/fd/3 for a descriptor (default: asked for)",
    "FILE",
    values.read_path,
)
TRUSTED: Final = Option(
    ("--trusted",),
    "a key that is trusted: PEM, an OpenSSH public key, or allowed_signers; repeatable; the variable divides by line",
    "KEY",
    values.read_path,
    separators="\n",
    default=(),
)
TSA_CERTIFICATE: Final = Option(
    ("--tsa-certificate",),
    "certificates (PEM) of the time stamping authority that is believed; repeatable; the variable divides by line",
    "FILE",
    values.read_path,
    separators="\n",
    default=(),
)
