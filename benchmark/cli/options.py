"""Every option of the command line, and the headings under which commands take them."""

from __future__ import annotations

from typing import Final

from benchmark.cli import values
from benchmark.cli.exit_code import Policy
from benchmark.cli.option import Option

HOST: Final = Option(("-H", "--host"), "URL of the engine, e.g. unix:///run/docker.sock", "URL", values.read_text)
CONTEXT: Final = Option(("--context",), "docker context that names the engine", "NAME", values.read_text)
HOST_ROOT: Final = Option(
    ("--host-root",), "where the host's file system is mounted (default /)", "DIR", values.read_path, default="/"
)
TIMEOUT: Final = Option(
    ("--timeout",), "longest wait for one reply (default 20)", "SECONDS", values.read_seconds, default=20.0
)
DEADLINE: Final = Option(
    ("--deadline",),
    "longest time for the whole collection (default 300)",
    "SECONDS",
    values.read_seconds,
    default=300.0,
)
BENCHMARK: Final = Option(
    ("--benchmark",), "version of the CIS Docker Benchmark (default: the newest)", "VERSION", values.read_text
)
PROFILE: Final = Option(
    ("--profile",),
    "level_2 (default) includes level_1; with --tailoring one of its profiles, which may be left out where there is one",
    "NAME",
    values.read_identifier,
)
TAILORING: Final = Option(
    ("--tailoring",), "an XCCDF 1.2 Tailoring: which rules, values and weights", "FILE", values.read_path
)
CONTROL: Final = Option(
    ("--control",),
    "only this control, by our id, its CIS number, or an item of another framework (A.8.9, nist_sp_800_190:4.4.3); repeatable;"
    " the variable divides by comma or line",
    "ID",
    values.read_identifier,
    separators=",\n",
    default=(),
)
SET: Final = Option(
    ("--set",),
    "a parameter of a control, lists divided by comma; repeatable; the variable holds one per line",
    "CONTROL.PARAMETER=VALUE",
    values.read_assignment,
    separators="\n",
    default=(),
)
BEYOND: Final = Option(
    ("--beyond",),
    "also judge controls beyond the benchmark; they do not count in its score",
    switch=True,
    default=False,
)
CONTENT: Final = Option(("--content",), "use the controls/ and mappings/ in DIR", "DIR", values.read_path)
MAPPING: Final = Option(
    ("--mapping",),
    "a framework of your own, as a mapping file (docs/mappings.md); repeatable; the variable holds one path per line",
    "FILE",
    values.read_path,
    separators="\n",
    default=(),
)
OUTPUT: Final = Option(
    ("-o", "--output"),
    f"format ({', '.join(values.FORMAT_NAMES)}) and file, '-' or none for standard output; repeatable"
    " (default: table); the variable divides by comma or line",
    "FORMAT[=PATH]",
    values.read_output,
    separators=",\n",
    default=(values.Output("table"),),
)
SEEN_FROM: Final = Option(
    ("--framework",),
    "group by this framework, and say what the results mean for it; table and json; repeatable",
    "NAME[:VERSION]",
    values.read_identifier,
    separators=",\n",
    default=(),
)
OVERLAY: Final = Option(
    ("--overlay",),
    "what the organisation decided: applicability, justification, implementation; without it every control is undecided",
    "FILE",
    values.read_path,
)
BESIDE_SNAPSHOT: Final = Option(
    ("--snapshot",),
    "judge this snapshot and put its results beside the decisions; repeatable; the variable divides by line",
    "FILE",
    values.read_path,
    separators="\n",
    default=(),
    variable="DOCKMARK_SOA_SNAPSHOT",
)
BESIDE_RESULT: Final = Option(
    ("--result",),
    "results that -o json saved; repeatable; the variable divides by line",
    "FILE",
    values.read_path,
    separators="\n",
    default=(),
    variable="DOCKMARK_SOA_RESULT",
)
BESIDE_RUN: Final = Option(
    ("--run",),
    "a recorded run: its id, latest, latest~1, release:NAME; repeatable; the variable divides by comma or line",
    "RUN",
    values.read_identifier,
    separators=",\n",
    default=(),
    variable="DOCKMARK_SOA_RUN",
)
STATEMENT: Final = Option(
    ("-o", "--output"),
    f"format ({', '.join(values.STATEMENT_NAMES)}) and file, '-' or none for standard output; repeatable"
    " (default: markdown); the variable divides by comma or line",
    "FORMAT[=PATH]",
    values.read_statement_output,
    separators=",\n",
    default=(values.Output("markdown"),),
    variable="DOCKMARK_STATEMENT",
)
VERBOSE: Final = Option(
    ("-v", "--verbose"), "show every finding, and all that was looked at", switch=True, default=False
)
INSTANCES: Final = Option(
    ("--instances",), "xccdf: a rule-result for every subject, not one for every rule", switch=True, default=False
)
NO_COLOR: Final = Option(("--no-color",), "no colour, as with NO_COLOR", switch=True, default=False)
FAIL_ON: Final = Option(
    ("--fail-on",),
    "when to leave with 1: never, fail (default), incomplete, new (against --baseline), or 'score<N' in percent",
    "POLICY",
    values.read_policy,
    default=Policy(),
)
WAIVERS: Final = Option(
    ("--waivers",),
    "accepted failures, signed off and expiring (docs/policy.md); '-' for standard input",
    "FILE",
    values.read_path,
)
ATTESTATIONS: Final = Option(
    ("--attestations",), "what people state about controls that only they can judge; the same", "FILE", values.read_path
)
BASELINE: Final = Option(
    ("--baseline",),
    "a JSON or XCCDF result, a snapshot or a recorded run (latest, release:NAME): only failures that it does not hold count",
    "A",
    values.read_reference,
)
RELEASE: Final = Option(
    ("--release",), "name of the release that is judged, kept in the result", "NAME", values.read_text
)
STORE: Final = Option(
    ("--store",),
    "where the history is kept: a file, sqlite:///PATH or postgresql://USER@HOST/DATABASE"
    " (default: /var/lib/dockmark for root, else the user's state directory)",
    "STORE",
    values.read_text,
)
NO_RECORD: Final = Option(("--no-record",), "do not keep this run in the history", switch=True, default=False)
RECORD: Final = Option(("--record",), "keep this run in the history, as audit does", switch=True, default=False)
SNAPSHOT_FILE: Final = Option(
    ("-o", "--output"),
    "snapshot file, compressed when it ends in .gz; '-' (default) for standard output",
    "PATH",
    values.read_path,
    default=values.STDOUT,
    variable="DOCKMARK_SNAPSHOT",
)
LISTING: Final = Option(
    ("-o", "--output"),
    "table (default) or json",
    choices=("table", "json"),
    default="table",
    variable="DOCKMARK_LISTING",
)
RECORDED: Final = Option(
    ("--snapshot",),
    "read this snapshot instead of what is there now; '-' for standard input",
    "FILE",
    values.read_path,
    variable="DOCKMARK_RECORDED",
)
DEEP: Final = Option(
    ("--deep",),
    "read the content of every image too: files, keys, accounts; reads whole images; audit and doctor then judge --beyond",
    switch=True,
    default=False,
)
DOCKERFILE: Final = Option(
    ("--dockerfile",),
    "a build file to judge as well; repeatable; the variable divides by line",
    "FILE",
    values.read_path,
    separators="\n",
    default=(),
)
VULNERABILITIES: Final = Option(
    ("--vulnerabilities",),
    "a report that Grype, Trivy, Docker Scout (SARIF) or Anchore wrote; repeatable; the variable divides by line",
    "FILE",
    values.read_path,
    separators="\n",
    default=(),
)
IDENTITY_LABEL: Final = Option(
    ("--identity-label",),
    "a label by which containers are recognised when their names change, kept in the snapshot; repeatable; the variable divides"
    " by comma or line",
    "KEY",
    values.read_identifier,
    separators=",\n",
    default=(),
)

COMPARISON_OUTPUT: Final = Option(
    ("-o", "--output"),
    f"format ({', '.join(values.COMPARISON_FORMAT_NAMES)}) and file, '-' or none for standard output; repeatable"
    " (default: table); the variable divides by comma or line",
    "FORMAT[=PATH]",
    values.read_comparison_output,
    separators=",\n",
    default=(values.Output("table"),),
    variable="DOCKMARK_COMPARISON",
)
ALLOW: Final = Option(
    ("--allow",),
    "compare in spite of another host, profile or benchmark version, or less coverage; repeatable; the variable divides by"
    " comma or line",
    choices=values.OBSTACLES,
    separators=",\n",
    default=(),
)
RUN_HOST: Final = Option(
    ("--host",),
    "only runs of this host count for latest, latest~1 and release:NAME",
    "NAME",
    values.read_text,
    variable="DOCKMARK_RUN_HOST",
)

SELECT: Final = Option(
    ("--select",),
    "also this control or section, by our id or its number; repeatable; the variable divides by comma or line",
    "ID",
    values.read_identifier,
    separators=",\n",
    default=(),
)
UNSELECT: Final = Option(
    ("--unselect",),
    "without this control or section; in the same way",
    "ID",
    values.read_identifier,
    separators=",\n",
    default=(),
)
TITLE: Final = Option(("--title",), "what the tailored profile is called", "TEXT", values.read_text)
NAME: Final = Option(
    ("--name",), "what its ids end in (default tailored)", "NAME", values.read_name, default="tailored"
)
DOCUMENT: Final = Option(
    ("-o", "--output"),
    "file; '-' (default) for standard output",
    "PATH",
    values.read_path,
    default=values.STDOUT,
    variable="DOCKMARK_DOCUMENT",
)

CALENDAR: Final = Option(
    ("--calendar",), "when, as systemd.time(7) says it, e.g. 'Mon *-*-* 02:00' or daily", "EXPRESSION", values.read_text
)
SCHEDULE_NAME: Final = Option(
    ("--name",),
    "name of the schedule, in which its units end (default audit)",
    "NAME",
    values.read_name,
    default="audit",
    variable="DOCKMARK_SCHEDULE",
)
RANDOMIZED_DELAY: Final = Option(
    ("--randomized-delay",),
    "most that a start is put off, at random, so that many hosts do not start at once (default 900)",
    "SECONDS",
    values.read_delay,
    default=900.0,
)
DRY_RUN: Final = Option(("--dry-run",), "only say what would be done", switch=True, default=False)
DIRECTORY: Final = Option(
    ("-o", "--output"),
    "directory that the files are written to; made when it is not there (default dockmark-content)",
    "DIR",
    values.read_path,
    default="dockmark-content",
    variable="DOCKMARK_DIRECTORY",
)
STRICT: Final = Option(
    ("--strict",), "what the schematron of SCAP 1.3 wants, scripts inside complex checks", switch=True, default=False
)

WAIT: Final = Option(
    ("--wait",),
    "longest wait for another recorded audit of the same target to end (default 600)",
    "SECONDS",
    values.read_delay,
    default=600.0,
)
OF_HOST: Final = Option(
    ("--host",),
    "only this host, by the name in its runs; repeatable; the variable divides by line",
    "NAME",
    values.read_text,
    separators="\n",
    default=(),
    variable="DOCKMARK_OF_HOST",
)
FROM: Final = Option(
    ("--from",), "first day (UTC) or time (default: that of the first run)", "TIME", values.read_period
)
TO: Final = Option(("--to",), "last day (UTC) or time (default: now)", "TIME", values.read_period)
TOLERANCE: Final = Option(
    ("--tolerance",),
    "how long after it was due a run is on time (default 3600)",
    "SECONDS",
    values.read_seconds,
    default=3600.0,
)
TIMEZONE: Final = Option(
    ("--timezone",), "zone of the calendar, e.g. Europe/Berlin (default: this machine's)", "ZONE", values.read_text
)

WEBHOOK: Final = Option(("--webhook",), "address that notifications are posted to, as JSON", "URL", values.read_text)
WEBHOOK_FILE: Final = Option(
    ("--webhook-file",), "file whose first line is the address, for one that holds a token", "FILE", values.read_path
)
NOTIFY_PROGRAM: Final = Option(
    ("--notify-program",),
    "program and its words (no shell) that get a notification on standard input",
    "WORDS",
    values.read_text,
)
NOTIFY_ON: Final = Option(
    ("--notify-on",),
    "only on this occasion; repeatable; the variable divides by comma or line (default: all)",
    choices=values.OCCASIONS,
    separators=",\n",
    default=(),
)

HOST_OF_RUNS: Final = Option(
    ("--host",), "only runs of this host, by its name", "NAME", values.read_text, variable="DOCKMARK_HISTORY_HOST"
)
OF_RELEASE: Final = Option(
    ("--release",), "only runs of this release", "NAME", values.read_text, variable="DOCKMARK_HISTORY_RELEASE"
)
SINCE: Final = Option(("--since",), "only runs recorded since this day or moment, in UTC", "TIME", values.read_since)
UNTIL: Final = Option(
    ("--until",), "only runs recorded until the end of this day, or this moment, in UTC", "TIME", values.read_until
)
LIMIT: Final = Option(("--limit",), "only the last N of them (default 30)", "N", values.read_count, default=30)
OF_CONTROL: Final = Option(
    ("--control",),
    "the results of this control, by our id or its CIS number, instead of the score",
    "ID",
    values.read_identifier,
    variable="DOCKMARK_HISTORY_CONTROL",
)
SHOWN_AS: Final = Option(
    ("-o", "--output"),
    f"the report of the run, judged again from what is recorded: {', '.join(values.FORMAT_NAMES)}, and file; repeatable;"
    " the variable divides by comma or line (default: what the history keeps of the run)",
    "FORMAT[=PATH]",
    values.read_output,
    separators=",\n",
    default=(),
    variable="DOCKMARK_HISTORY_OUTPUT",
)
EXPECT_HEAD: Final = Option(
    ("--expect-head",),
    "a head that a report says; repeatable; the variable divides by comma or line",
    "HEAD",
    values.read_head,
    separators=",\n",
    default=(),
)
SIZE: Final = Option(("--size",), "how many are drawn (default 25)", "N", values.read_count, default=25)
SEED_OF_SAMPLE: Final = Option(("--seed",), "a number that decides who is drawn", "N", values.read_seed)
OF: Final = Option(
    ("--of",), "what is drawn: hosts (default) or subjects", choices=("hosts", "subjects"), default="hosts"
)
OF_KIND: Final = Option(
    ("--kind",), "only subjects of this kind: container, image, file and so on", "KIND", values.read_identifier
)
RETENTION: Final = Option(
    ("--retention",),
    "how long runs are kept: years, weeks or days (default 6y)",
    "PERIOD",
    values.read_retention,
    default="6y",
)
BEFORE: Final = Option(
    ("--before",),
    "only runs recorded before this day or moment, in UTC; refused where some of them must be kept longer",
    "TIME",
    values.read_since,
)
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

TARGET: Final = ("target", (HOST, CONTEXT, HOST_ROOT, TIMEOUT, DEADLINE))
SCOPE: Final = ("what to look at beyond that", (DEEP, DOCKERFILE, VULNERABILITIES, IDENTITY_LABEL))
SELECTION: Final = ("selection", (BENCHMARK, PROFILE, TAILORING, CONTROL, BEYOND, SET, CONTENT, MAPPING))
REPORT: Final = ("output", (OUTPUT, SEEN_FROM, VERBOSE, INSTANCES, NO_COLOR))
SIGNED: Final = ("policy", (WAIVERS, ATTESTATIONS))
POLICY: Final = ("policy and record", (WAIVERS, ATTESTATIONS, FAIL_ON, BASELINE, RELEASE, STORE, NO_RECORD, WAIT))
POLICY_OFFLINE: Final = (
    "policy and record",
    (WAIVERS, ATTESTATIONS, FAIL_ON, BASELINE, IDENTITY_LABEL, RELEASE, RECORD, STORE),
)
HISTORY: Final = ("history", (STORE,))
RUNS: Final = ("which runs", (HOST_OF_RUNS, OF_RELEASE, SINCE, UNTIL))

NOTIFICATION: Final = ("notification", (WEBHOOK, WEBHOOK_FILE, NOTIFY_PROGRAM, NOTIFY_ON))

EXCLUSIVE: Final = (
    (WEBHOOK.name, WEBHOOK_FILE.name),
    (HOST.name, CONTEXT.name),
    (RECORDED.name, HOST.name),
    (RECORDED.name, CONTEXT.name),
)
