"""A real engine: oscap, with the exported content, says of containers, settings and files what dockmark says."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.collect import CollectRequest, collect_snapshot
from benchmark.export.ways import Way
from tests.engine import Engine, real_engine, why_no_engine
from tests.openscap.export_exceptions import explained
from tests.openscap.exported import Exported, export, judged_by_dockmark, judged_by_oscap

pytestmark = [
    pytest.mark.openscap,
    pytest.mark.engine,
    pytest.mark.skipif(bool(why_no_engine()), reason=why_no_engine() or "there is one"),
]

GOOD = (
    *("--user", "1000", "--read-only", "--memory", "64m", "--cpu-shares", "512", "--pids-limit", "100"),
    *("--security-opt", "no-new-privileges", "--cap-drop", "ALL", "--restart", "on-failure:3", "--health-cmd", "true"),
)
BAD = ("--pid", "host", "--ipc", "host", "--uts", "host", "--cap-add", "NET_ADMIN", "--restart", "always")
DAEMONS: tuple[tuple[tuple[str, ...], dict[str, Any], dict[str, Any]], ...] = (
    (
        (),
        {"live-restore": True, "userland-proxy": False, "no-new-privileges": True, "log-level": "info", "icc": True},
        {},
    ),
    (("--userland-proxy=false", "--log-level", "debug", "--insecure-registry", "r.example:5000"), {}, {}),
    (
        (),
        {"insecure-registries": ["r.example:5000"], "debug": True, "log-driver": "local", "storage-driver": "vfs"},
        {},
    ),
    ((), {}, {"tcp": "tls"}),
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(tmp_path_factory.mktemp("content"))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with real_engine(network=True) as started:
        started.docker("network", "create", "web")
        yield started


@pytest.fixture(autouse=True)
def _cleared(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "engine" in request.fixturenames:
        request.getfixturevalue("engine").remove_containers()


def told(exported: Exported, engine: Engine) -> dict[str, tuple[str, str]]:
    """Of every control that is exported as OVAL: what dockmark says, and what oscap says."""
    ours = judged_by_dockmark(collect_snapshot(CollectRequest(host=engine.unix_host)), exported.content.checklist)
    places = {
        "place.data_root": str(engine.data_root),
        "place.config_file": str(engine.config_file),
        "place.pid_file": str(engine.directory / "pid"),
        "place.exec_root": str(engine.exec_root),
        "place.api_sockets": str(engine.socket),
    }
    theirs = judged_by_oscap(exported, places)
    return {
        each.rule.control.id: (ours[each.rule.control.id], theirs[each.rule.control.id])
        for each in exported.content.exports
        if each.way is Way.OVAL
    }


def require_same(found: dict[str, tuple[str, str]]) -> None:
    allowed = ("", "nothing to judge", "words for ignorance")
    assert not {name: words for name, words in found.items() if explained(name, *words) not in allowed}


def of_containers(found: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    controls = load_catalog().controls
    return {name: words for name, words in found.items() if controls[name].for_each.endswith("containers")}


def test_no_container_leaves_nothing_to_judge(exported: Exported, engine: Engine) -> None:
    found = told(exported, engine)
    require_same(found)
    assert set(of_containers(found).values()) == {("notapplicable", "notchecked")}


def test_a_good_container_passes(exported: Exported, engine: Engine) -> None:
    engine.run("good", *GOOD)
    found = told(exported, engine)
    require_same(found)
    passed = [name for name, words in of_containers(found).items() if words == ("pass", "pass")]
    assert len(passed) >= 20


def test_a_bad_one_beside_it_fails(exported: Exported, engine: Engine) -> None:
    engine.run("good", *GOOD)
    engine.docker("run", "-d", "--name", "bad", *BAD, "--network", "host", "busybox:test")
    found = told(exported, engine)
    require_same(found)
    failed = [name for name, words in of_containers(found).items() if words == ("fail", "fail")]
    assert {"container_no_host_pid", "container_no_host_network", "container_capabilities_limited"} <= set(failed)
    assert found["container_not_privileged"] == ("pass", "pass")


def test_ports_devices_ulimits_and_what_was_never_started(exported: Exported, engine: Engine) -> None:
    engine.docker(
        "run", "-d", "--name", "web", "--network", "web", "-p", "127.0.0.1:2001:80", "-p", "9000:90", "busybox:test"
    )
    engine.docker("run", "-d", "--name", "low", "--network", "web", "-p", "127.0.0.1:81:80", *GOOD, "busybox:test")
    engine.create("c1", "--privileged", "--device", "/dev/null", "--ulimit", "nofile=5:5")
    engine.docker("create", "--name", "c2", "--cgroup-parent", "/x", "--cap-add", "ALL", "busybox:test")
    found = told(exported, engine)
    require_same(found)
    assert found["container_not_privileged"] == ("fail", "fail")
    assert found["container_no_privileged_host_ports"] == ("fail", "fail")
    assert found["container_ulimits_default"] == ("notchecked", "notchecked")


def test_text_in_labels_is_not_taken_for_a_setting(exported: Exported, engine: Engine) -> None:
    lies = '{"Privileged":false,"Memory":1,"NetworkMode":"none"}'
    engine.docker(
        *("run", "-d", "--name", "liar", "--network", "host", "--label", f"HostConfig={lies}", "-e", f"X={lies}"),
        *("--log-opt", "labels=Memory", "--label", '"Memory":5', "busybox:test"),
    )
    found = told(exported, engine)
    require_same(found)
    assert found["container_memory_limited"] == ("fail", "fail")
    assert found["container_no_host_network"] == ("fail", "fail")


@pytest.mark.parametrize(("flags", "config", "options"), DAEMONS)
def test_settings(exported: Exported, flags: tuple[str, ...], config: dict[str, Any], options: dict[str, Any]) -> None:
    with real_engine(*flags, config=json.dumps(config), image=False, **options) as own:
        found = told(exported, own)
    require_same(found)
    assert sum(words == ("pass", "pass") for words in found.values()) >= 18
    assert sum(words == ("fail", "fail") for words in found.values()) >= 3


def test_a_file_that_changed_since_the_start_is_not_believed(exported: Exported) -> None:
    with real_engine(config='{"live-restore": true}', image=False) as own:
        time.sleep(1.1)  # items have times in whole seconds
        own.config_file.write_text('{"live-restore": true, "userland-proxy": false}')
        found = told(exported, own)
    assert found["userland_proxy_disabled"][0] != "pass"
    assert found["userland_proxy_disabled"][1] == "unknown"
    assert found["live_restore_enabled"] == ("pass", "unknown")
