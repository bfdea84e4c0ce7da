"""A notification as JSON, version 1: a contract (reports/schemas/notification-1.schema.json).

``text`` is what chats that take incoming webhooks show (Slack, Mattermost, Rocket.Chat and others read that key).
"""

from __future__ import annotations

import json
from typing import Final

from benchmark.model.facts import JsonValue
from benchmark.model.notice import Notification
from benchmark.model.run import Run
from benchmark.model.strict_json import without_lone_surrogates

SCHEMA: Final = "dockmark/notification/1"


def render_notification_json(notification: Notification) -> str:
    """The document, a newline at its end."""
    document = {
        "schema": SCHEMA,
        "text": notification.text,
        "host": notification.host,
        "written_at": notification.written_at,
        "run": None if notification.run is None else _run(notification.run),
        "notices": [
            {
                "occasion": each.occasion.value,
                "message": each.message,
                "control": each.control or None,
                "subject": each.subject or None,
            }
            for each in notification.notices
        ],
        "left_out": notification.left_out,
    }
    return without_lone_surrogates(json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False)) + "\n"


def _run(run: Run) -> dict[str, JsonValue]:
    return {
        "id": run.id,
        "sequence": run.sequence,
        "recorded_at": run.recorded_at,
        "release": run.terms.release,
        "benchmark": run.terms.version,
        "profile": run.terms.profile,
        "percent": run.percent,
        "after_waivers": run.after_waivers,
        "exit_code": run.exit_code,
        "head": run.head,
    }
