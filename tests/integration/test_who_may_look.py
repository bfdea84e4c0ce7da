"""Users who may not look everywhere, and machines where nobody answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine import Engine, real_engine
from tests.faulty_daemon import FaultyDaemon, make_world
from tests.integration.command import INCOMPLETE, JUDGED, UNREACHABLE, audit, check_promises, dockmark
from tests.torture.privileges_matrix import compare, read_rows

DEFAULT_SOCKETS = (Path("/var/run/docker.sock"), Path("/run/docker.sock"))


def test_without_an_engine_the_host_is_judged_and_the_rest_is_said_to_be_unseen(tmp_path: Path) -> None:
    done = audit(f"unix://{tmp_path}/nobody.sock")
    assert done.code == UNREACHABLE
    assert "no engine answered" in done.err
    results = done.results()
    assert results["container_not_privileged"] == "error"
    assert results["default_bridge_icc_disabled"] == "error"
    assert results["docker_service_unit_mode"] in ("pass", "fail", "notapplicable", "error")
    assert done.report["target"]["name"]


def test_without_an_engine_no_control_of_an_engine_passes(tmp_path: Path) -> None:
    done = audit(f"unix://{tmp_path}/nobody.sock")
    asks_the_engine = [row for row in done.report["results"] if row["control"].startswith(("container_", "daemon_"))]
    assert [row["control"] for row in asks_the_engine if row["result"] == "pass"] == []


def test_the_table_names_the_controls_without_an_engine(tmp_path: Path) -> None:
    done = dockmark("audit", "--host", f"unix://{tmp_path}/nobody.sock")
    assert done.code == UNREACHABLE
    assert "no engine" in (done.out + done.err).lower()


@pytest.mark.skipif(any(each.exists() for each in DEFAULT_SOCKETS), reason="this machine has an engine of its own")
def test_without_any_option_the_default_socket_is_tried(tmp_path: Path) -> None:
    del tmp_path
    done = dockmark("audit", "-o", "json")
    assert done.code == UNREACHABLE
    check_promises(done)
    assert "/run/docker.sock" in done.err


def test_a_socket_that_nobody_serves(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "dead.sock"))
    done = audit(f"unix://{tmp_path}/dead.sock")
    assert done.code == UNREACHABLE


def test_a_plain_file_as_the_socket(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert audit(f"unix://{tmp_path}/file").code == UNREACHABLE


@pytest.mark.parametrize("url", ["ftp://x", "unix://", "tcp://127.0.0.1:99999", "nonsense"])
def test_an_address_that_is_none_is_wrong_usage(url: str) -> None:
    done = dockmark("audit", "--host", url)
    assert done.code in (3, UNREACHABLE)
    assert done.err.startswith("dockmark: ")


def test_docker_host_names_the_engine() -> None:
    with FaultyDaemon(make_world()) as daemon:
        done = dockmark("audit", "-o", "json", env={"DOCKER_HOST": daemon.url})
    assert done.code in JUDGED
    check_promises(done)
    assert len(done.findings("container_not_privileged")) == 3


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with real_engine(config='{"icc": false}', network=True) as engine:
        engine.run("web")
        engine.create("admin", "--privileged")
        yield engine


@pytest.mark.engine
class SuiteAsNobody:
    """An account without rights on a host whose engine runs good and bad containers."""

    def test_who_may_not_read_the_socket_reaches_no_engine(self, engine: Engine, as_nobody: tuple[str, ...]) -> None:
        done = audit(engine.unix_host, start=as_nobody)
        assert done.code == UNREACHABLE
        assert done.reasons()["container_not_privileged"] == {"denied"}
        assert [
            each for each, result in done.results().items() if each.startswith("container_") and result == "pass"
        ] == []

    def test_who_may_use_the_socket_judges_containers_but_not_what_only_root_sees(
        self, engine: Engine, as_nobody: tuple[str, ...]
    ) -> None:
        engine.socket.chmod(0o666)
        engine.config_file.chmod(0o600)
        try:
            seen = audit(engine.unix_host, start=as_nobody)
            by_root = audit(engine.unix_host)
        finally:
            engine.socket.chmod(0o660)
            engine.config_file.chmod(0o644)
        assert seen.code == INCOMPLETE
        assert seen.findings("container_not_privileged") == by_root.findings("container_not_privileged")
        assert seen.result("default_bridge_icc_disabled") == "pass"  # the bridge itself says what is in force
        assert seen.result("daemon_log_level_info") == "error"
        assert "denied" in seen.reasons()["daemon_log_level_info"]
        assert compare(read_rows(by_root.report), read_rows(seen.report)) == []

    def test_doctor_says_what_is_missing(self, engine: Engine, as_nobody: tuple[str, ...]) -> None:
        done = dockmark("doctor", "--host", engine.unix_host, start=as_nobody)
        assert done.code != 0
        assert str(engine.socket) in done.out + done.err
