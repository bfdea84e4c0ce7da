"""Text that strangers chose, on a real engine: nothing of it reaches a terminal as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.engine import Engine, real_engine
from tests.faulty_daemon import FaultyDaemon, make_container, make_world
from tests.integration.command import audit, dockmark

ESCAPES = "\x1b[31mred\x1b[0m\x07\r\n\x9b2J\u202edesrever\u2028'\"<b>&"
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with real_engine() as engine:
        hostile = engine.directory / "\x1b]0;owned\x07\n\u202e'\"<script>"
        hostile.mkdir()
        engine.create("labelled", "--label", f"note={ESCAPES}", "--env", f"{ESCAPES}=1")
        engine.create("named-user", "--user", "\x1b[31mroot")
        engine.create("cgroup", "--cgroup-parent", "/\x1b[31mred\n\u202e'\"<b>")
        engine.create(
            "hostile-mount", "--mount", f'type=bind,"src={str(hostile).replace(chr(34), chr(34) * 2)}",dst=/x'
        )
        engine.create("health", "--health-cmd", ESCAPES)
        yield engine


@pytest.mark.engine
class SuiteRealEngine:
    """What a real engine lets a stranger write: labels, users, host names, paths and cgroup names."""

    def test_the_table_has_no_control_characters(self, engine: Engine) -> None:
        done = dockmark("audit", "--host", engine.unix_host, "--verbose")
        assert done.code in (0, 1, 2)
        assert _CONTROL.findall(done.out + done.err) == []
        assert "hostile-mount" in done.out

    def test_json_keeps_the_text_and_stays_json(self, engine: Engine) -> None:
        done = audit(engine.unix_host)
        cgroup = next(
            each for each in done.row("container_default_cgroup")["findings"] if each["subject"] == "container:cgroup"
        )
        assert cgroup["actual"] == "/\x1b[31mred\n\u202e'\"<b>"
        assert _CONTROL.findall(done.out) == []


def test_names_that_no_engine_would_give() -> None:
    world = make_world(
        [make_container(1, Name=f"/{ESCAPES}"), make_container(2, Name="/web", HostConfig__Privileged=True)]
    )
    world["/info"] = {**world["/info"], "Name": ESCAPES}
    with FaultyDaemon(world) as daemon:
        table = dockmark("audit", "--host", daemon.url, "--verbose")
        report = audit(daemon.url)
        controls = dockmark("doctor", "--host", daemon.url)
    assert _CONTROL.findall(table.out + table.err + controls.out + controls.err) == []
    findings = report.findings("container_not_privileged")
    assert sorted(findings.values()) == ["fail", "pass"]
    assert json.loads(json.dumps(report.report)) == report.report
