"""The options that several commands take, and the headings under which they stand."""

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
DOCUMENT: Final = Option(
    ("-o", "--output"),
    "file; '-' (default) for standard output",
    "PATH",
    values.read_path,
    default=values.STDOUT,
    variable="DOCKMARK_DOCUMENT",
)
DRY_RUN: Final = Option(("--dry-run",), "only say what would be done", switch=True, default=False)
WAIT: Final = Option(
    ("--wait",),
    "longest wait for another recorded audit of the same target to end (default 600)",
    "SECONDS",
    values.read_delay,
    default=600.0,
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
