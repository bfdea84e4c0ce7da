"""The commands that collect, judge and explain what is in the way."""

from __future__ import annotations

from typing import Final

from benchmark.cli.command import Command, Positional
from benchmark.cli.options import (
    CONTENT,
    FAIL_ON,
    LISTING,
    MAPPING,
    NO_COLOR,
    POLICY,
    POLICY_OFFLINE,
    RECORDED,
    REPORT,
    SCOPE,
    SELECTION,
    SIGNED,
    SNAPSHOT_FILE,
    TARGET,
    VERBOSE,
)

JUDGING: Final = (
    Command(
        ("audit",),
        "audit",
        "Collect the facts of a target, judge them and print a scored result.",
        (TARGET, SCOPE, SELECTION, REPORT, POLICY),
    ),
    Command(
        ("collect",),
        "collect",
        "Write all facts of a target to a snapshot file, without judging them.",
        (TARGET, SCOPE, ("output", (SNAPSHOT_FILE,))),
    ),
    Command(
        ("evaluate",),
        "evaluate",
        "Judge snapshots: anywhere, as anybody, without an engine.",
        (SELECTION, REPORT, POLICY_OFFLINE),
        (Positional("snapshots", "SNAPSHOT", "snapshot file, plain or gzip; '-' for standard input", many=True),),
    ),
    Command(
        ("import", "xccdf"),
        "import_xccdf",
        "Report XCCDF results that dockmark wrote, or oscap with dockmark's content.",
        (("selection", (CONTENT, MAPPING)), REPORT, ("policy", (FAIL_ON,))),
        (Positional("document", "RESULTS", "XCCDF 1.2 document with a TestResult; '-' for standard input"),),
    ),
    Command(
        ("access",),
        "access",
        "List every way to root through Docker at a target, with its evidence.",
        (TARGET, ("instead of a target", (RECORDED,)), ("output", (LISTING, VERBOSE, NO_COLOR))),
    ),
    Command(
        ("doctor",),
        "doctor",
        "Say what this user on this host can and cannot see, and which controls that leaves without a verdict.",
        (TARGET, SCOPE, SELECTION, SIGNED, ("output", (LISTING,))),
    ),
)
