"""Every command, in one table; which options exclude each other."""

from __future__ import annotations

from typing import Final

from benchmark.cli.command import Command
from benchmark.cli.commands_content import CONTENT_COMMANDS
from benchmark.cli.commands_evidence import EVIDENCE_COMMANDS
from benchmark.cli.commands_history import HISTORY_COMMANDS
from benchmark.cli.commands_judging import JUDGING
from benchmark.cli.commands_policy import POLICY_FILES
from benchmark.cli.commands_schedule import SCHEDULE_COMMANDS
from benchmark.cli.options import CONTEXT, HOST, RECORDED
from benchmark.cli.options_schedule import WEBHOOK, WEBHOOK_FILE

FAMILIES: Final[dict[tuple[str, ...], str]] = {
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

COMMANDS: Final[tuple[Command, ...]] = (
    *JUDGING,
    *POLICY_FILES,
    *CONTENT_COMMANDS,
    *HISTORY_COMMANDS,
    *EVIDENCE_COMMANDS,
    *SCHEDULE_COMMANDS,
)

EXCLUSIVE: Final = (
    (WEBHOOK.name, WEBHOOK_FILE.name),
    (HOST.name, CONTEXT.name),
    (RECORDED.name, HOST.name),
    (RECORDED.name, CONTEXT.name),
)
