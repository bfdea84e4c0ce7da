"""Who is in a namespace of the host, alone or through others."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.collect.engine.shared_namespaces import shared_namespaces
from benchmark.model.facts import ABSENT, Reason, Unavailable

BLIND = Unavailable(Reason.OVERSIZE, "64 MB label")
GAP = Unavailable(Reason.RESET, "the list broke off")


def container(network: Any = "bridge", pid: Any = "", ipc: Any = "private", **more: Any) -> dict[str, Any]:
    modes = {"HostConfig.NetworkMode": network, "HostConfig.PidMode": pid, "HostConfig.IpcMode": ipc}
    return {"State.Running": True, "networks": ["bridge"], **modes, **more}


def shared(facts: dict[str, Any], gap: Unavailable | None = None, **others: Any) -> dict[str, Any]:
    return shared_namespaces(facts, others, gap)


def reason(value: Any) -> Reason | None:
    return value.reason if isinstance(value, Unavailable) else None


def test_by_its_own_mode() -> None:
    assert set(shared(container()).values()) == {False}
    assert set(shared(container("host", "host", "host")).values()) == {True}
    assert shared(container(pid="host")) == {
        "shares_host_network": False,
        "shares_host_pid": True,
        "shares_host_ipc": False,
    }


@pytest.mark.parametrize("mode", ["", "default", "bridge", "none", "hostile", "slirp4netns"])
def test_any_other_network(mode: str) -> None:
    assert shared(container(mode))["shares_host_network"] is False


def test_the_host_network_by_its_id() -> None:
    facts = container("cb29b5b43c39", networks=["host"])
    assert shared(facts)["shares_host_network"] is True
    assert reason(shared(container("x", networks=BLIND))["shares_host_network"]) is Reason.OVERSIZE


def test_through_others() -> None:
    joined = container("container:a", "container:a", "container:a", networks=[])
    assert set(shared(joined, a=container("host", "host", "host")).values()) == {True}
    assert set(shared(joined, a=container()).values()) == {False}
    chain = shared(joined, a=container("container:b", networks=[]), b=container("x", networks=["host"]))
    assert chain["shares_host_network"] is True
    assert chain["shares_host_pid"] is False


def test_what_is_not_known_of_the_others() -> None:
    joined = container("container:a", networks=[])
    assert shared(joined, a=BLIND)["shares_host_network"] == BLIND
    assert reason(shared(joined)["shares_host_network"]) is Reason.VANISHED
    stopped = joined | {"State.Running": False}
    assert shared(stopped)["shares_host_network"] is False
    assert shared(stopped, GAP)["shares_host_network"] == GAP
    circle = {"a": container("container:b"), "b": container("container:a")}
    assert reason(shared(circle["a"], **circle)["shares_host_network"]) is Reason.CONFLICT


def test_modes_that_cannot_be_read() -> None:
    assert shared(container(pid=BLIND))["shares_host_pid"] == BLIND
    assert reason(shared(container(ipc=ABSENT))["shares_host_ipc"]) is Reason.UNSUPPORTED


def test_by_the_beginning_of_an_id() -> None:
    host, own, twin = "ab" * 32, "cd" * 32, "ab" * 31 + "cd"
    others = {host: container("host", "host", "host"), own: container(), "abc": container()}
    stopped = {"State.Running": False}
    for name, expected in (("ab" * 6, True), ("cd" * 20, False), ("abc", False), ("ef", False)):
        joined = container(*[f"container:{name}"] * 3, networks=[], **stopped)
        assert set(shared(joined, **others).values()) == {expected}, name
    joined = container(pid=f"container:{'ab' * 6}")
    assert reason(shared(joined, **others, **{twin: container()})["shares_host_pid"]) is Reason.CONFLICT
