"""One random host: the parts in the order in which they need each other."""

from __future__ import annotations

import random

from tests.torture.oracle.host import Host
from tests.torture.oracle.roll import Roll
from tests.torture.oracle.roll_containers import roll_containers
from tests.torture.oracle.roll_daemon import roll_daemon
from tests.torture.oracle.roll_files import roll_audit_exceptions, roll_files
from tests.torture.oracle.roll_images import roll_images
from tests.torture.oracle.roll_swarm import roll_networks, roll_swarm

_TIDINESS = (0.97, 0.97, 0.9, 0.7, 0.5, 0.2)


def roll_host(dice: random.Random, number: int, most_containers: int = 5) -> Host:
    """Host ``number`` of this die: tidy ones and wild ones by turns, part by part."""
    host = Host(number)
    roll_daemon(_roll(dice), host)
    roll_networks(_roll(dice), host)
    roll_swarm(_roll(dice), host)
    roll_files(_roll(dice), host)
    roll_images(_roll(dice), host)
    host.deep = dice.random() < 0.4
    tidy = _roll(dice)
    roll_containers(tidy, host, 1 if tidy.tidy > 0.95 else most_containers)
    for each in dice.sample(("apparmor", "selinux"), 2):
        if each not in host.kernel and dice.random() < 0.1:
            host.kernel.append(each)
    host.loaded_profiles = {
        name: dice.choice(["enforce", "enforce", "complain"]) for name in dice.sample(["mine", "x"], 1)
    }
    roll_audit_exceptions(_roll(dice), host)
    return host


def _roll(dice: random.Random) -> Roll:
    return Roll(dice, dice.choice(_TIDINESS))
