"""The options of the commands about waivers and attestations."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from benchmark.cli import values
from benchmark.cli.option import BadValue, Option

CATEGORIES: Final = ("risk accepted", "false positive", "compensating control", "planned")  # model.policy.Category
_DURATION: Final = re.compile(r"([0-9]{1,3}|[12][0-9]{3}|3[0-5][0-9]{2})([dw])")


def read_category(text: str) -> str:
    """A category of waivers; a hyphen stands for the blank."""
    plain = text.replace("-", " ")
    if plain not in CATEGORIES:
        raise BadValue(f"there is no category {text!r}; there are {', '.join(CATEGORIES)}")
    return plain


def read_duration(text: str) -> timedelta:
    """``30d`` or ``4w``: days or weeks, at most ten years."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise BadValue(f"{text!r} is not a number of days or weeks such as 30d or 4w")
    return timedelta(days=int(found[1]) * (7 if found[2] == "w" else 1))


def read_end(text: str) -> str | timedelta:
    """A date or a time as a policy file writes it, or how long from now (``90d``)."""
    return read_duration(text) if _DURATION.fullmatch(text) else values.read_text(text)


EXPIRING: Final = Option(
    ("--expiring",),
    "only those that end within this time, or have ended: 30d, 4w",
    "TIME",
    read_duration,
)
ENTRY_ID: Final = Option(("--id",), "what reports call it (default: made of the date)", "ID", values.read_name)
ON_HOST: Final = Option(("--on-host",), "only on the target of this name", "NAME", values.read_text)
SUBJECT: Final = Option(
    ("--subject",), "only about this subject, as reports write it: container:web", "SUBJECT", values.read_text
)
LABEL: Final = Option(("--label",), "only about containers with this label", "KEY=VALUE", values.read_text)
IMAGE: Final = Option(
    ("--image",), "only about this image and its containers, by digest or reference", "IMAGE", values.read_text
)
BROAD: Final = Option(("--broad",), "more than one host or subject is meant", switch=True, default=False)
REASON: Final = Option(("--reason",), "why the failure is accepted", "TEXT", values.read_text)
CATEGORY: Final = Option(
    ("--category",),
    f"what kind of reason that is: {', '.join(CATEGORIES)}",
    "NAME",
    read_category,
)
COMPENSATING: Final = Option(
    ("--compensating-control",),
    "what meets the intent instead; repeatable; the variable divides by line",
    "TEXT",
    values.read_text,
    separators="\n",
    default=(),
)
REQUESTED_BY: Final = Option(("--requested-by",), "who asks for it (default: who runs this)", "NAME", values.read_text)
APPROVED_BY: Final = Option(("--approved-by",), "who approves it: somebody else", "NAME", values.read_text)
EXPIRES: Final = Option(
    ("--expires",),
    "until when: a date (its end in UTC), a time (RFC 3339), or from now (90d, 12w)",
    "WHEN",
    read_end,
)
RISK_REFERENCE: Final = Option(("--risk-reference",), "where the risk is kept", "TEXT", values.read_text)
STATUS: Final = Option(("--status",), "what the person says", choices=("pass", "fail"))
STATEMENT: Final = Option(
    ("--statement",),
    "what was looked at, how, and what was found",
    "TEXT",
    values.read_text,
    variable="DOCKMARK_ATTESTATION_STATEMENT",
)
ATTESTED_BY: Final = Option(("--attested-by",), "who says so (default: who runs this)", "NAME", values.read_text)
EVIDENCE_FILE: Final = Option(
    ("--evidence-file",),
    "a file that the statement rests on, kept with its digest; repeatable; the variable divides by line",
    "FILE",
    values.read_path,
    separators="\n",
    default=(),
)
