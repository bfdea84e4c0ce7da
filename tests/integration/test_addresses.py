"""The ways to an engine: TCP with and without TLS, socket activation, rootless."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine import Engine, real_engine
from tests.integration.command import JUDGED, UNREACHABLE, audit, dockmark

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with real_engine(tcp="tls") as engine:
        engine.run("web")
        engine.create("admin", "--privileged")
        yield engine


class SuiteTls:
    """A daemon on TCP that demands client certificates."""

    def test_with_a_client_certificate_its_containers_are_judged(self, engine: Engine) -> None:
        done = audit(engine.host, env={"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(engine.certificates)})
        assert done.code in JUDGED
        assert done.findings("container_not_privileged") == {"container:web": "pass", "container:admin": "fail"}

    def test_files_of_this_host_are_not_taken_for_the_engines(self, engine: Engine) -> None:
        """Nothing proves that the other end of a TCP connection is this machine."""
        done = audit(engine.host, env={"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(engine.certificates)})
        files = ("docker_service_unit_mode", "daemon_config_mode", "api_socket_owner", "configuration_directory_mode")
        assert {done.result(each) for each in files} == {"error"}
        assert {reason for each in files for reason in done.reasons()[each]} == {"remote"}

    def test_without_a_client_certificate_nobody_answers(self, engine: Engine) -> None:
        assert audit(engine.host).code == UNREACHABLE

    def test_with_another_ca_nobody_is_believed(self, engine: Engine, tmp_path: Path) -> None:
        assert engine.certificates is not None
        for name in ("cert.pem", "key.pem"):
            (tmp_path / name).write_bytes((engine.certificates / name).read_bytes())
        with real_engine(tcp="tls", image=False) as other:
            assert other.certificates is not None
            (tmp_path / "ca.pem").write_bytes((other.certificates / "ca.pem").read_bytes())
        done = audit(engine.host, env={"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)})
        assert done.code == UNREACHABLE

    def test_seen_through_its_socket_the_listener_is_a_good_one(self, engine: Engine) -> None:
        done = audit(engine.unix_host)
        assert done.result("tcp_listeners_verify_clients") == "pass"
        assert done.findings("tls_key_mode").keys() == {f"file:{engine.certificates}/server-key.pem"}


def test_plain_tcp_works_and_fails_its_control() -> None:
    with real_engine(tcp="plain") as engine:
        engine.create("admin", "--privileged")
        remote = audit(engine.host)
        local = audit(engine.unix_host)
    assert remote.findings("container_not_privileged") == {"container:admin": "fail"}
    assert remote.result("tcp_listeners_verify_clients") in ("error", "unknown")
    assert local.result("tcp_listeners_verify_clients") == "fail"


def test_a_context_names_the_engine() -> None:
    with real_engine() as engine:
        engine.create("admin", "--privileged")
        engine.docker("context", "create", "site", "--docker", f"host={engine.unix_host}")
        environment = {"DOCKER_CONFIG": str(engine.directory / "client")}
        by_name = _audit_context("site", environment)
        by_variable = _audit_context("", environment | {"DOCKER_CONTEXT": "site"})
    assert by_name == by_variable == {"container:admin": "fail"}


def test_socket_activation_finds_the_daemon_behind_somebody_elses_listener() -> None:
    """Under ``-H fd://`` the peer of the socket is who made it (systemd; here the test), not dockerd."""
    with real_engine("--userland-proxy=false", activation=True) as engine:
        done = audit(engine.unix_host)
    assert done.code in JUDGED
    # Either the daemon was found, and its flag counts; or it was not, and nothing is claimed about it.
    assert done.result("userland_proxy_disabled") in ("pass", "error")
    assert done.result("container_not_privileged") == "notapplicable"


def test_a_rootless_daemon_is_seen_as_one() -> None:
    with real_engine(rootless=True) as engine:
        engine.create("admin", "--privileged")
        done = audit(engine.unix_host)
    assert done.code in JUDGED
    assert done.result("daemon_rootless") == "pass"
    assert done.result("user_namespaces_enabled") == "pass"
    assert done.findings("container_not_privileged") == {"container:admin": "fail"}


def _audit_context(name: str, environment: dict[str, str]) -> dict[str, str]:
    done = dockmark("audit", "-o", "json", *(("--context", name) if name else ()), env=environment)
    assert done.code in JUDGED
    return done.findings("container_not_privileged")
