"""Random networks and swarms."""

from __future__ import annotations

from typing import Final

from tests.torture.oracle.host import Host, Network, Service, Swarm
from tests.torture.oracle.in_force import running
from tests.torture.oracle.roll import Roll

_ENCRYPTED: Final = [{"encrypted": ""}, {"encrypted": "true"}, {"encrypted": "1"}]
_PLAIN: Final = [{}, {"x": "encrypted"}, {"encrypted": "false"}, {"Encrypted": ""}, {"encrypted": "no"}]
_QUIET_ENV: Final = [None, [], ["LANG=C"], ["DB_PASSWORD_FILE=/run/secrets/db"], ["PATH=/bin", "MODE=x"]]
_LOUD_ENV: Final = [["DB_PASSWORD=x"], ["LANG=C", "API_KEY=y"], ["ACCESS_TOKEN=z"]]
_ONE: Final = ("192.168.1.5", "10.0.0.1", "fe80::5")
_ANY: Final = ("0.0.0.0", "::")


def roll_networks(roll: Roll, host: Host) -> None:
    if running(host, "bridge") != "none":
        icc = "true" if running(host, "icc") else "false"
        options = {"com.docker.network.bridge.default_bridge": "true", "com.docker.network.bridge.enable_icc": icc}
        host.networks.append(Network("bridge", roll.hex(), options=options))
    host.networks += [Network("host", "e" * 64, "host"), Network("none", roll.hex(), "null")]
    for name in roll.some(["web", "back", "bridge2", "hosting"], 3):
        host.networks.append(Network(name, roll.hex()))


def roll_swarm(roll: Roll, host: Host) -> None:
    """A swarm on some hosts: manager or worker, working or locked."""
    if host.rootless or roll.chance(0.45):
        return
    swarm = host.swarm = Swarm("active", manager=roll.chance(0.8))
    if roll.chance(0.12):
        swarm.state = roll.any(["pending", "locked", "error"])
    if swarm.state == "active":
        for name in roll.some(["ov1", "ov2", "ov3"], 2):
            host.networks.append(Network(name, roll.hex(25), "overlay", roll.of(_ENCRYPTED, _PLAIN)))
        if roll.chance(0.5):
            host.networks.append(Network("ingress", roll.hex(25), "overlay", roll.of(_ENCRYPTED, _PLAIN), ingress=True))
    swarm.autolock = roll.of([True], [False, None])
    swarm.expiry = roll.of([7776000000000000, 3600000000000000, 1], [7776000000000001, 31536000000000000])
    swarm.rotating = roll.of([False, None], [True])
    swarm.force_rotate = roll.any([None, 0, 3])
    managers = roll.of([1, 3, 5, 7], [2, 4, 8, 9])
    swarm.roles = ["manager"] * managers + ["worker"] * roll.any([0, 1, 4])
    roll.dice.shuffle(swarm.roles)
    swarm.secrets = roll.any([0, 1, 3])
    swarm.listen_port = roll.any([2377, 2377, 4000])
    swarm.advertise = roll.any(["192.168.1.5", "10.1.1.1", "fe80::5"])
    swarm.data_path = roll.of(["10.9.0.5", "fe80::77"], ["", swarm.advertise])
    address = roll.of(_ONE, _ANY)
    swarm.listen = [(roll.of([address], _ANY), 7946, each) for each in ("tcp", "udp")]
    if swarm.manager:
        swarm.listen.append((address, swarm.listen_port, "tcp"))
    swarm.listen.append(("0.0.0.0", 9999, "tcp"))  # a socket of something else
    if swarm.state == "active" and swarm.manager:
        for at in range(roll.any([0, 1, 2, 3])):
            condition, attempts = roll.of(
                [("on-failure", 3), ("any", 5), ("none", 0), ("on-failure", 1)],
                [("any", 0), ("any", None), (None, None), ("on-failure", 6), (None, 3)],
            )
            host.services.append(Service(f"svc{at}", roll.hex(25), condition, attempts, roll.of(_QUIET_ENV, _LOUD_ENV)))
