"""Sections 1, 6 and 7 on real engines: a swarm of one manager, encrypted and plain networks, autolock, a locked manager."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engine import Engine, real_engine
from tests.integration.command import audit

pytestmark = pytest.mark.engine

AS_IT_COMES = {
    "swarm_managers_few_and_odd": "pass",
    "swarm_ports_bound_to_address": "fail",
    "overlay_networks_encrypted": "fail",
    "swarm_secrets_used": "notchecked",
    "swarm_autolock_enabled": "fail",
    "swarm_unlock_key_rotated": "notchecked",
    "swarm_certificate_lifetime_limited": "pass",
    "swarm_root_ca_rotated": "notchecked",
    "swarm_planes_separated": "fail",
}


@pytest.fixture
def manager() -> Iterator[Engine]:
    """A swarm as docker swarm init makes it."""
    with real_engine(image=False) as engine:
        engine.docker("swarm", "init", "--advertise-addr", "127.0.0.1")
        yield engine


def test_a_swarm_as_it_comes_and_what_a_locked_manager_leaves_open(manager: Engine) -> None:
    manager.docker("network", "create", "-d", "overlay", "--opt", "encrypted", "sealed")
    manager.docker("network", "create", "-d", "overlay", "--opt", "encrypted=false", "odd")
    service = ("--detach", "--replicas", "0", "--name", "web", "--env", "DB_PASSWORD=hunter2", "nothing:none")
    manager.docker("service", "create", *service)
    done = audit(manager.unix_host)
    assert {name: done.result(name) for name in AS_IT_COMES} == AS_IT_COMES
    networks = {"network:ingress": "fail", "network:odd": "notchecked", "network:sealed": "pass"}
    assert done.findings("overlay_networks_encrypted") == networks
    assert "web: DB_PASSWORD" in done.row("swarm_secrets_used")["message"]
    assert "hunter2" not in done.out
    manager.docker("swarm", "update", "--autolock=true")
    assert audit(manager.unix_host).result("swarm_autolock_enabled") == "pass"
    manager.restart()
    locked = audit(manager.unix_host)
    assert {name: locked.result(name) for name in AS_IT_COMES} == dict.fromkeys(AS_IT_COMES, "error")


def test_a_swarm_bound_to_one_address() -> None:
    with real_engine(image=False) as engine:
        addresses = ("--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:2399")
        engine.docker("swarm", "init", *addresses, "--data-path-addr", "127.0.0.2")
        done = audit(engine.unix_host)
    assert done.result("swarm_ports_bound_to_address") == "pass"
    assert done.result("swarm_planes_separated") == "pass"


def test_an_engine_without_a_swarm_and_its_host() -> None:
    with real_engine() as engine:
        engine.create("idle")
        done = audit(engine.unix_host)
    assert {done.result(name) for name in AS_IT_COMES} == {"notapplicable"}
    assert done.result("data_root_on_own_mount") == "fail", "the daemon's own bind of the directory does not count"
    assert done.result("stopped_containers_pruned") == "notchecked"
    assert "1 of 1 containers do not run: idle" in done.row("stopped_containers_pruned")["message"]
    assert done.result("unused_images_pruned") == "pass"
    assert done.result("engine_version_supported") == "notchecked"
    assert done.result("host_hardened") == "notchecked"
    for control, program in (("daemon_binary_audited", "/dockerd"), ("containerd_binary_audited", "/containerd")):
        (subject,) = done.findings(control)
        assert subject.endswith(program)
