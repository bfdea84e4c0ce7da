"""The commands on evidence packs."""

from __future__ import annotations

from typing import Final

from benchmark.cli.command import Command, Positional
from benchmark.cli.options import LISTING, STORE
from benchmark.cli.options_evidence import (
    FRAMEWORK,
    PACK_FILE,
    PACK_FORMATS,
    PASSPHRASE_FILE,
    REQUIREMENT,
    SIGN,
    TRUSTED,
    TSA_CERTIFICATE,
)
from benchmark.cli.options_history import EXPECT_HEAD

EVIDENCE_COMMANDS: Final = (
    Command(
        ("evidence", "create"),
        "evidence_create",
        "Pack recorded runs: facts, verdicts, reports, policy and content, signed, for an auditor to verify.",
        (
            ("what to pack", (PACK_FORMATS, FRAMEWORK, REQUIREMENT, STORE)),
            ("signature", (SIGN, PASSPHRASE_FILE)),
            ("output", (PACK_FILE,)),
        ),
        (Positional("runs", "RUN", "id of a run or its beginning, latest, latest~1, release:NAME", many=True),),
    ),
    Command(
        ("evidence", "verify"),
        "evidence_verify",
        "Verify a pack: archive, files, signature, chain, and every verdict judged again from its facts.",
        (("what is known from elsewhere", (TRUSTED, EXPECT_HEAD, TSA_CERTIFICATE)), ("output", (LISTING,))),
        (Positional("pack", "PACK", "the pack; nothing in it is ever unpacked to a disk"),),
    ),
    Command(
        ("evidence", "timestamp-request"),
        "evidence_timestamp_request",
        "Write a request for a time stamp (RFC 3161) of a pack, to be carried to an authority.",
        (("output", (PACK_FILE,)),),
        (Positional("pack", "PACK", "the pack"),),
    ),
    Command(
        ("evidence", "timestamp-attach"),
        "evidence_timestamp_attach",
        "Write a pack with the time stamp that an authority replied.",
        (("output", (PACK_FILE,)),),
        (Positional("pack", "PACK", "the pack"), Positional("reply", "REPLY", "the authority's reply (RFC 3161, DER)")),
    ),
)
