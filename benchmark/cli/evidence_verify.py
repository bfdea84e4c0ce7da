"""``dockmark evidence verify``: whether a pack is what it says it is, and what even then nobody has proven."""

from __future__ import annotations

import os
import stat
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO, Final

from benchmark.catalog.content_error import ContentErrors
from benchmark.catalog.load import load_catalog
from benchmark.cli.evidence_keys import read_trusted_keys
from benchmark.cli.evidence_page import Page, as_json, as_text
from benchmark.cli.evidence_verdicts import check_verdicts_and_reports
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.input_file import read_input
from benchmark.cli.own_digest import own_digest
from benchmark.cli.printing import print_text
from benchmark.evidence.keys import TrustedKey
from benchmark.evidence.open_pack import Check, OpenPack, Outcome
from benchmark.evidence.signature_check import check_signature, check_timestamp
from benchmark.evidence.verification import check_chain, check_files, check_manifest, check_statement, open_pack

TIMESTAMP_EXTRA: Final = "time stamps need the extra: pip install 'dockmark[timestamp]'"
_MOST_CERTIFICATES: Final = 1024 * 1024


def run(arguments: Namespace) -> ExitCode:
    """0 when everything matches and a trusted key signed it, else 5."""
    trusted = read_trusted_keys(arguments.trusted)
    certificates = _certificates(arguments.tsa_certificate)
    with open_pack_file(arguments.pack) as file:
        pack, archive = open_pack(file)
        checks = (archive,) if pack is None else (archive, *_checks(pack, trusted, certificates, arguments.expect_head))
        page = Page(arguments.pack, pack, checks)
        if arguments.output == "json":
            print_text(as_json(page), as_utf8=True)
        else:
            print_text(as_text(page))
    return ExitCode.MET if page.verified else ExitCode.UNVERIFIED


@contextmanager
def open_pack_file(path: str) -> Iterator[BinaryIO]:
    """The file, open for reading. Raises Refusal where it cannot be opened or read."""
    try:
        with open(path, "rb", opener=_open_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Refusal(f"cannot read {path}: not a regular file")
            yield file
    except OSError as error:
        raise Refusal(f"cannot read {path}: {error.strerror or error}") from None


def _open_at_once(path: str, flags: int) -> int:
    """A FIFO would keep us waiting for somebody to write into it."""
    return os.open(path, flags | os.O_NONBLOCK)


def _checks(
    pack: OpenPack, trusted: tuple[TrustedKey, ...], certificates: bytes | None, expected_heads: tuple[str, ...]
) -> tuple[Check, ...]:
    files = check_files(pack)
    seals = (check_statement(pack), check_signature(pack, trusted), _timestamp(pack, certificates))
    inside = (check_chain(pack, expected_heads), _with_origin(check_manifest(pack), pack))
    return (files, *seals, *inside, *check_verdicts_and_reports(pack, _own_content()))


def _with_origin(manifest: Check, pack: OpenPack) -> Check:
    """The check, with a remark where another program than this one made the pack."""
    if (
        manifest.outcome is not Outcome.MATCHES
        or pack.manifest is None
        or pack.manifest.order.tool_digest == own_digest()
    ):
        return manifest
    told = (
        f"made by another dockmark {pack.manifest.order.tool_version} than this one ({pack.manifest.order.tool_digest})"
    )
    return replace(manifest, differences=(*manifest.differences, told))


def _timestamp(pack: OpenPack, certificates: bytes | None) -> Check:
    try:
        return check_timestamp(pack, certificates)
    except ImportError:
        if certificates is not None:
            raise Refusal(TIMESTAMP_EXTRA) from None
        return Check(
            "time stamp", Outcome.NOT_CHECKED, "there is one, and what reads it is not installed", (TIMESTAMP_EXTRA,)
        )


def _certificates(paths: tuple[str, ...]) -> bytes | None:
    if not paths:
        return None
    found = []
    for path in paths:
        try:
            found.append(read_input(path, _MOST_CERTIFICATES))
        except OSError as error:
            raise Refusal(f"--tsa-certificate: cannot read {path}: {error.strerror or error}") from None
    return b"\n".join(found)


def _own_content() -> str:
    try:
        return load_catalog().digest
    except (ContentErrors, OSError):
        return ""
