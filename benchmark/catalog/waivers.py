"""``waivers.yaml``: accepted failures, or errors that say where and what."""

from __future__ import annotations

from typing import Final

from benchmark.catalog.policy_entries import (
    check_order,
    read_bounded_line,
    read_bounded_text,
    read_control_name,
    read_end,
    read_entries_of,
    read_flag,
    read_id,
    read_scope,
    read_start,
)
from benchmark.catalog.positioned import Report, read_choice, read_items, read_table
from benchmark.catalog.yaml_source import Node
from benchmark.model.policy import Category, Waiver, WaiverFile

SCHEMA: Final = "dockmark/waivers/1"
_REQUIRED: Final = ("id", "control", "reason", "category", "requested_by", "approved_by", "created", "expires")
_OPTIONAL: Final = ("benchmark", "scope", "broad", "compensating_controls", "risk_reference")


def read_waivers(data: bytes, path: str) -> WaiverFile:
    """The waivers in ``data``. Raises ContentErrors with everything that is wrong, as ``path:line:column: message``."""
    digest, waivers = read_entries_of(data, path, "waivers", SCHEMA, _read_waiver)
    return WaiverFile(digest, waivers, data)


def _read_waiver(report: Report, node: Node) -> Waiver | None:
    before = len(report.errors)
    entries = read_table(report, node, "a waiver", _REQUIRED, _OPTIONAL).entries
    texts = {
        name: read(report, entries[name], name)
        for name, read in (
            ("reason", read_bounded_text),
            ("requested_by", read_bounded_line),
            ("approved_by", read_bounded_line),
            ("risk_reference", read_bounded_line),
        )
        if name in entries
    }
    own = read_id(report, entries["id"]) if "id" in entries else ""
    control, benchmark = read_control_name(report, entries)
    scope = read_scope(report, entries.get("scope"))
    broad = read_flag(report, entries["broad"], "broad") if "broad" in entries else False
    category = read_choice(report, entries["category"], "category", tuple(Category)) if "category" in entries else ""
    compensating = _compensating(report, entries.get("compensating_controls"))
    if category == Category.COMPENSATING_CONTROL and not compensating:
        report.at(
            node, "the category 'compensating control' needs compensating_controls: say what meets the intent instead"
        )
    created = read_start(report, entries["created"], "created") if "created" in entries else None
    expires = read_end(report, entries["expires"], "expires") if "expires" in entries else None
    if expires is not None:
        check_order(report, entries["expires"], created, expires, "created")
    if len(report.errors) > before or created is None or expires is None:
        return None
    return Waiver(
        id=own,
        control=control,
        benchmark=benchmark,
        scope=scope,
        broad=broad,
        category=Category(category),
        reason=texts["reason"],
        compensating_controls=compensating,
        requested_by=texts["requested_by"],
        approved_by=texts["approved_by"],
        created=created,
        expires=expires,
        risk_reference=texts.get("risk_reference", ""),
        line=node.line,
    )


def _compensating(report: Report, node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    items = read_items(report, node, "compensating_controls")
    return tuple(read_bounded_text(report, each, "a compensating control") for each in items)
