"""The commands on content: controls, frameworks, tailorings, exports."""

from __future__ import annotations

from typing import Final

from benchmark.cli.command import Command, Positional
from benchmark.cli.options import (
    ATTESTATIONS,
    BENCHMARK,
    CONTENT,
    DOCUMENT,
    LISTING,
    MAPPING,
    PROFILE,
    SELECTION,
    SET,
    STORE,
    VERBOSE,
    WAIVERS,
)
from benchmark.cli.options_content import (
    BESIDE_RESULT,
    BESIDE_RUN,
    BESIDE_SNAPSHOT,
    DIRECTORY,
    NAME,
    OVERLAY,
    SELECT,
    STATEMENT,
    STRICT,
    TITLE,
    UNSELECT,
)

SHELLS: Final = ("bash", "zsh", "fish", "tcsh")

CONTENT_COMMANDS: Final = (
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
        ("completion",),
        "completion",
        "Print a script that completes dockmark's commands and options in a shell.",
        (),
        (Positional("shell", "SHELL", f"one of {', '.join(SHELLS)}", choices=SHELLS),),
    ),
)
