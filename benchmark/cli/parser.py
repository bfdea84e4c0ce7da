"""The commands, and the parser made of them."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Final, NoReturn, TypeAlias

from benchmark import __version__
from benchmark.cli import policy_options as signed
from benchmark.cli.exit_code import Refusal
from benchmark.cli.option import Option, add_options
from benchmark.cli.options import (
    ALLOW,
    ATTESTATIONS,
    BEFORE,
    BENCHMARK,
    BESIDE_RESULT,
    BESIDE_RUN,
    BESIDE_SNAPSHOT,
    CALENDAR,
    COMPARISON_OUTPUT,
    CONTENT,
    DIRECTORY,
    DOCUMENT,
    DRY_RUN,
    EXPECT_HEAD,
    FAIL_ON,
    FRAMEWORK,
    FROM,
    HISTORY,
    IDENTITY_LABEL,
    INSTANCES,
    LIMIT,
    LISTING,
    MAPPING,
    NAME,
    NO_COLOR,
    NOTIFICATION,
    OF,
    OF_CONTROL,
    OF_HOST,
    OF_KIND,
    OVERLAY,
    PACK_FILE,
    PACK_FORMATS,
    PASSPHRASE_FILE,
    POLICY,
    POLICY_OFFLINE,
    PROFILE,
    RANDOMIZED_DELAY,
    RECORDED,
    REPORT,
    REQUIREMENT,
    RETENTION,
    RUN_HOST,
    RUNS,
    SCHEDULE_NAME,
    SCOPE,
    SEED_OF_SAMPLE,
    SEEN_FROM,
    SELECT,
    SELECTION,
    SET,
    SHOWN_AS,
    SIGN,
    SIGNED,
    SIZE,
    SNAPSHOT_FILE,
    STATEMENT,
    STORE,
    STRICT,
    TARGET,
    TIMEZONE,
    TITLE,
    TO,
    TOLERANCE,
    TRUSTED,
    TSA_CERTIFICATE,
    UNSELECT,
    VERBOSE,
    WAIVERS,
)

_RUN: Final = "id of a run or the beginning of it, latest, latest~1, run:17, or release:NAME"
SHELLS: Final = ("bash", "zsh", "fish", "tcsh")

# argparse has no public name for what add_subparsers returns.
_Group: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001

_EPILOG: Final = """\
Every option has an environment variable, shown in brackets; the command line wins over it.
DOCKER_HOST, DOCKER_CONTEXT, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH name the target when neither
does. NO_COLOR switches colour off. DOCKMARK_DEBUG=1 shows where a bug happened.

exit codes:
  0    policy met
  1    policy not met
  2    evaluation incomplete: error or unknown among the selected controls
  3    wrong usage, bad content, or a snapshot that was refused
  4    no engine answered at the target, a report could not be written, or a run not recorded
  5    verification failed: something differs from what it should be
  70   a bug in dockmark
  130  interrupted (143 when terminated)
"""


_FAMILIES: Final[dict[tuple[str, ...], str]] = {
    ("controls",): "Look at the controls",
    ("tailoring",): "Tailor a profile",
    ("frameworks",): "Look at the frameworks",
    ("import",): "Read results of others",
    ("waivers",): "Accept failures",
    ("attestations",): "State what only people can judge",
    ("schedule",): "Audit by the calendar",
    ("export",): "Write the benchmark for other tools",
    ("history",): "Look at recorded runs",
    ("evidence",): "Hand over evidence, and verify it",
}


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its words, the module of this package that runs it, what it does, its options and arguments."""

    words: tuple[str, ...]
    module: str
    summary: str
    options: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    positionals: tuple[Positional, ...] = ()

    @property
    def name(self) -> str:
        """The words as one types them."""
        return " ".join(self.words)

    @property
    def all_options(self) -> tuple[Option, ...]:
        """The options of all headings."""
        return tuple(option for _, options in self.options for option in options)


@dataclass(frozen=True, slots=True)
class Positional:
    """An argument without a flag. ``many`` takes one or more."""

    name: str
    metavar: str
    help: str
    many: bool = False
    choices: tuple[str, ...] = ()


_WAIVERS_FILE: Final = Positional("file", "FILE", "file of waivers, YAML (docs/policy.md)")
_ATTESTATIONS_FILE: Final = Positional("file", "FILE", "file of attestations, YAML (docs/policy.md)")
_ENTRY_CONTROL: Final = Positional("control", "CONTROL", "our id, or a CIS number of the benchmark version")

COMMANDS: Final = (
    Command(
        ("audit",),
        "audit",
        "Collect the facts of a target, judge them and print a scored result.",
        (TARGET, SCOPE, SELECTION, REPORT, POLICY),
    ),
    Command(
        ("waivers", "lint"),
        "waivers_lint",
        "Say what is wrong with a file of waivers; leaves with 0 only when all of them count.",
        (("selection", (CONTENT,)),),
        (_WAIVERS_FILE,),
    ),
    Command(
        ("waivers", "list"),
        "waivers_list",
        "List waivers: what each accepts, until when, and whether it counts now.",
        (("selection", (signed.EXPIRING, CONTENT)), ("output", (LISTING,))),
        (_WAIVERS_FILE,),
    ),
    Command(
        ("waivers", "add"),
        "waivers_add",
        "Add a waiver to a file, which is made where there is none; every other line stays as it is.",
        (
            ("scope", (signed.ON_HOST, signed.SUBJECT, signed.LABEL, signed.IMAGE, signed.BROAD)),
            (
                "waiver",
                (
                    signed.ENTRY_ID,
                    signed.REASON,
                    signed.CATEGORY,
                    signed.COMPENSATING,
                    signed.REQUESTED_BY,
                    signed.APPROVED_BY,
                    signed.EXPIRES,
                    signed.RISK_REFERENCE,
                ),
            ),
            ("selection", (BENCHMARK, CONTENT)),
        ),
        (_WAIVERS_FILE, _ENTRY_CONTROL),
    ),
    Command(
        ("attestations", "lint"),
        "attestations_lint",
        "Say what is wrong with a file of attestations and with its evidence; leaves with 0 only when all of them count.",
        (("selection", (CONTENT,)),),
        (_ATTESTATIONS_FILE,),
    ),
    Command(
        ("attestations", "list"),
        "attestations_list",
        "List attestations: what each states, until when, and whether it counts now.",
        (("selection", (signed.EXPIRING, CONTENT)), ("output", (LISTING,))),
        (_ATTESTATIONS_FILE,),
    ),
    Command(
        ("attestations", "add"),
        "attestations_add",
        "Add an attestation to a file, which is made where there is none; every other line stays as it is.",
        (
            ("scope", (signed.ON_HOST, signed.SUBJECT, signed.LABEL, signed.IMAGE)),
            (
                "attestation",
                (
                    signed.ENTRY_ID,
                    signed.STATUS,
                    signed.STATEMENT,
                    signed.ATTESTED_BY,
                    signed.EXPIRES,
                    signed.EVIDENCE_FILE,
                ),
            ),
            ("selection", (BENCHMARK, CONTENT)),
        ),
        (_ATTESTATIONS_FILE, _ENTRY_CONTROL),
    ),
    Command(
        ("attestations", "export"),
        "attestations_export",
        "Write attestations as MITRE SAF's attestation file, for results that dockmark wrote as XCCDF.",
        (("selection", (BENCHMARK, signed.ON_HOST, CONTENT)), ("output", (DOCUMENT,))),
        (_ATTESTATIONS_FILE,),
    ),
    Command(
        ("attestations", "import"),
        "attestations_import",
        "Add what a MITRE SAF attestation file (JSON or YAML) states to a file of attestations.",
        (("scope", (signed.ON_HOST,)), ("selection", (BENCHMARK, CONTENT))),
        (
            Positional("saf", "SAF-FILE", "attestation file of 'saf attest'; '-' for standard input"),
            _ATTESTATIONS_FILE,
        ),
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
        ("compare",),
        "compare",
        "Say what changed between two runs, releases, result files or snapshots, and where the difference in score comes from.",
        (
            ("matching", (IDENTITY_LABEL, ALLOW)),
            ("history", (STORE, RUN_HOST)),
            ("how snapshots are judged", (*SELECTION[1], WAIVERS, ATTESTATIONS)),
            ("output", (COMPARISON_OUTPUT, VERBOSE, NO_COLOR)),
        ),
        (
            Positional(
                "before", "A", "the earlier one: run id, latest~1, release:NAME, JSON or XCCDF results, or a snapshot"
            ),
            Positional("after", "B", "the later one, in the same way; '-' for standard input"),
        ),
    ),
    Command(
        ("controls", "list"),
        "controls_list",
        "List the controls of a benchmark version and profile.",
        (("selection", (BENCHMARK, PROFILE, CONTENT, MAPPING)), ("output", (LISTING,))),
    ),
    Command(
        ("controls", "show"),
        "controls_show",
        "Explain a control: why, how it is checked, how to mend a failure, and what it means for each framework.",
        (("selection", (BENCHMARK, CONTENT, MAPPING)),),
        (
            Positional(
                "control", "ID", "our id, a CIS number, or an item of another framework (A.8.9, nist_sp_800_190:4.4.3)"
            ),
        ),
    ),
    Command(
        ("frameworks", "list"),
        "frameworks_list",
        "List the frameworks that controls are mapped to, and how far checks reach into each.",
        (("selection", (CONTENT, MAPPING)), ("output", (LISTING,))),
    ),
    Command(
        ("frameworks", "coverage"),
        "frameworks_coverage",
        "List every requirement of a framework with its controls, and those that no check reaches with the reason.",
        (("selection", (BENCHMARK, CONTENT, MAPPING)), ("output", (LISTING, VERBOSE))),
        (Positional("framework", "FRAMEWORK", "id of a framework, with ':VERSION' for one that is not the newest"),),
    ),
    Command(
        ("frameworks", "soa"),
        "frameworks_soa",
        "Write a Statement of Applicability: the organisation's decisions, with checks and results beside them.",
        (
            ("decisions", (OVERLAY,)),
            ("results beside them", (BESIDE_SNAPSHOT, BESIDE_RESULT, BESIDE_RUN, STORE)),
            SELECTION,
            ("policy", (WAIVERS, ATTESTATIONS)),
            ("output", (STATEMENT,)),
        ),
        (Positional("framework", "FRAMEWORK", "id of a framework (iso_27001), with ':VERSION' for an older one"),),
    ),
    Command(
        ("tailoring", "create"),
        "tailoring_create",
        "Write an XCCDF 1.2 Tailoring: a profile without some controls, with others, or with other values.",
        (
            ("selection", (BENCHMARK, PROFILE, SELECT, UNSELECT, SET, CONTENT, MAPPING)),
            ("output", (NAME, TITLE, DOCUMENT)),
        ),
    ),
    Command(
        ("export", "oscal-catalog"),
        "export_oscal_catalog",
        "Write the controls as an OSCAL catalog.",
        (("selection", (BENCHMARK, CONTENT, MAPPING)), ("output", (DOCUMENT,))),
    ),
    Command(
        ("export", "oscal-mapping"),
        "export_oscal_mapping",
        "Write what each control means for each framework as an OSCAL mapping collection.",
        (("selection", (CONTENT, MAPPING)), ("output", (DOCUMENT,))),
    ),
    Command(
        ("import", "xccdf"),
        "import_xccdf",
        "Report XCCDF results that dockmark wrote, or oscap with dockmark's content.",
        (("selection", (CONTENT, MAPPING)), REPORT, ("policy", (FAIL_ON,))),
        (Positional("document", "RESULTS", "XCCDF 1.2 document with a TestResult; '-' for standard input"),),
    ),
    Command(
        ("history", "coverage"),
        "history_coverage",
        "Put the recorded runs beside a calendar: which were on time, late, incomplete or missed.",
        (
            ("what was due", (CALENDAR, FROM, TO, TOLERANCE, TIMEZONE)),
            ("which runs", (STORE, OF_HOST)),
            ("output", (LISTING, VERBOSE, NO_COLOR)),
        ),
    ),
    Command(
        ("schedule", "install"),
        "schedule_install",
        "Write a systemd service and timer that audit this host, and start the timer. Takes every option of 'audit'.",
        (
            ("schedule", (CALENDAR, SCHEDULE_NAME, RANDOMIZED_DELAY, DRY_RUN)),
            NOTIFICATION,
            TARGET,
            SCOPE,
            SELECTION,
            REPORT,
            POLICY,
        ),
    ),
    Command(
        ("schedule", "show"),
        "schedule_show",
        "Show what is scheduled here, and when it comes next.",
        (("output", (LISTING,)),),
    ),
    Command(
        ("schedule", "remove"),
        "schedule_remove",
        "Stop a schedule and remove its units; what it recorded stays.",
        (("schedule", (SCHEDULE_NAME, DRY_RUN)),),
    ),
    Command(
        ("export", "xccdf"),
        "export_xccdf",
        "Write the benchmark as XCCDF with its OVAL, OCIL and scripts, which oscap evaluates by itself.",
        (("selection", (BENCHMARK, CONTENT)), ("output", (STRICT, DIRECTORY))),
    ),
    Command(
        ("export", "datastream"),
        "export_datastream",
        "Write the same as one SCAP 1.3 source data stream.",
        (("selection", (BENCHMARK, CONTENT)), ("output", (STRICT, DOCUMENT))),
    ),
    Command(
        ("notify",),
        "notify",
        "Tell a webhook or a program of regressions, expired waivers, and runs that were incomplete, failed or missed.",
        (
            ("which runs", (STORE, RUN_HOST)),
            ("what was due", (CALENDAR, TOLERANCE, TIMEZONE)),
            NOTIFICATION,
            ("output", (DRY_RUN,)),
        ),
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
    Command(
        ("history", "list"),
        "history_list",
        "List recorded runs, the newest last.",
        (HISTORY, RUNS, ("output", (LIMIT, LISTING))),
    ),
    Command(
        ("history", "show"),
        "history_show",
        "Show what is kept of a run, or write its report anew in any format.",
        (HISTORY, ("output", (SHOWN_AS, SEEN_FROM, VERBOSE, INSTANCES, NO_COLOR))),
        (Positional("run", "RUN", _RUN),),
    ),
    Command(
        ("history", "trend"),
        "history_trend",
        "Show how the score, or the result of a control, went over time, and what else changed.",
        (HISTORY, RUNS, ("output", (OF_CONTROL, CONTENT, LISTING))),
    ),
    Command(
        ("history", "verify"),
        "history_verify",
        "Verify that the history is what was recorded: its chain, and every byte that it keeps.",
        (HISTORY, ("what reports say", (EXPECT_HEAD,)), ("output", (LISTING,))),
    ),
    Command(
        ("history", "sample"),
        "history_sample",
        "Draw a sample of hosts or subjects that anybody can draw again, after the population it is drawn from.",
        (HISTORY, RUNS, ("sample", (SIZE, SEED_OF_SAMPLE, OF, OF_KIND)), ("output", (LISTING,))),
    ),
    Command(
        ("history", "prune"),
        "history_prune",
        "Delete what was recorded of runs whose retention has passed; their place in the chain stays.",
        (HISTORY, ("retention", (RETENTION, BEFORE, DRY_RUN)), ("output", (LISTING,))),
    ),
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
    Command(
        ("completion",),
        "completion",
        "Print a script that completes dockmark's commands and options in a shell.",
        (),
        (Positional("shell", "SHELL", f"one of {', '.join(SHELLS)}", choices=SHELLS),),
    ),
)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line. It raises Refusal where argparse would exit with 2."""
    parser = _Parser(
        prog="dockmark",
        usage="dockmark COMMAND [OPTIONS]",
        description="Judges Docker hosts against the CIS Docker Benchmark and proves the verdicts.",
        epilog=_EPILOG,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action="version", version=f"dockmark {__version__}")
    groups: dict[tuple[str, ...], _Group] = {(): _subparsers(parser)}
    for command in COMMANDS:
        prefix = command.words[:-1]
        if prefix not in groups:
            summary = ", ".join(each.words[-1] for each in COMMANDS if each.words[:-1] == prefix)
            groups[prefix] = _subparsers(_add(groups[()], prefix, f"{_FAMILIES[prefix]}: {summary}."))
        _complete_command(_add(groups[prefix], command.words, command.summary), command)
    return parser


def find_command(arguments: argparse.Namespace) -> Command:
    """The command that ``arguments`` were parsed for."""
    return next(each for each in COMMANDS if each.words == arguments.words)


def _subparsers(parser: argparse.ArgumentParser) -> _Group:
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Parser)


def _add(group: _Group, words: tuple[str, ...], summary: str) -> argparse.ArgumentParser:
    return group.add_parser(
        words[-1],
        help=summary[0].lower() + summary[1:].rstrip("."),
        description=summary,
        prog=" ".join(("dockmark", *words)),
        usage=f"dockmark {' '.join(words)} COMMAND [OPTIONS]",
        formatter_class=_Formatter,
        allow_abbrev=False,
    )


def _complete_command(parser: argparse.ArgumentParser, command: Command) -> None:
    positionals = [each.metavar + ("..." if each.many else "") for each in command.positionals]
    options = ["[OPTIONS]"] if command.options else []
    parser.usage = " ".join(("dockmark", *command.words, *options, *positionals))
    parser.set_defaults(words=command.words)
    for each in command.positionals:
        parser.add_argument(
            each.name,
            metavar=each.metavar,
            help=each.help,
            nargs="+" if each.many else None,
            choices=each.choices or None,
        )
    for title, options_of_title in command.options:
        add_options(parser, title, options_of_title)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Refusal(f"{message} (see '{self.prog} --help')")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help in the same words under every Python version: ``-o, --output FORMAT``, one metavar, no generated usage."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=34)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        return f"{', '.join(action.option_strings)} {action.metavar}"
