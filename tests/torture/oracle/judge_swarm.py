"""5.1 and sections 6 and 7 of CIS Docker: operations and swarm. Each function is one recommendation."""

from __future__ import annotations

from tests.torture.oracle.files_of import Verdicts
from tests.torture.oracle.host import Host
from tests.torture.oracle.in_force import CannotTell

_SECRET_WORDS = ("PASSWORD", "TOKEN", "SECRET", "API_KEY")
_THE_SWARM = "default"


def _one(passes: bool, otherwise: str = "fail") -> Verdicts:
    return {"": "pass" if passes else otherwise}


def _swarm(host: Host, passes: bool, otherwise: str = "fail") -> Verdicts:
    """Of a manager; nothing to judge without a swarm and on a worker. A node that is locked or failed tells nothing."""
    if host.swarm.state in ("pending", "locked", "error"):
        raise CannotTell(host.swarm.state)
    if host.swarm.state == "inactive" or not host.swarm.manager:
        return {}
    return {_THE_SWARM: "pass" if passes else otherwise}


def swarm_mode_inactive(host: Host) -> Verdicts:
    """5.1."""
    return _one(host.swarm.state == "inactive")


def unused_images_pruned(host: Host) -> Verdicts:
    """6.1: images that no container was made from; where the site sets no limit and there are some, a person says."""
    used = {each.image_id for each in host.containers}
    unused = sum(each.id not in used for each in host.images)
    return _one(unused <= host.policy.most_unused, "fail" if host.policy.most_unused else "notchecked")


def stopped_containers_pruned(host: Host) -> Verdicts:
    """6.2: the same of containers that do not run."""
    stopped = sum(not each.lives for each in host.containers)
    return _one(stopped <= host.policy.most_stopped, "fail" if host.policy.most_stopped else "notchecked")


def swarm_managers_few_and_odd(host: Host) -> Verdicts:
    """7.1: an odd number of at most seven."""
    managers = host.swarm.roles.count("manager")
    return _swarm(host, 1 <= managers <= 7 and managers % 2 == 1)


def swarm_ports_bound_to_address(host: Host) -> Verdicts:
    """7.2: the daemon's sockets for management and gossip are bound to one address, of IPv4 or IPv6."""
    if host.swarm.state == "inactive":
        return {"": "notapplicable"}
    if host.swarm.state != "active" or host.hidden:
        raise CannotTell("sockets")
    ports = (host.swarm.listen_port, 7946)
    return _one(not any(address in ("0.0.0.0", "::") and port in ports for address, port, _ in host.swarm.listen))


def overlay_networks_encrypted(host: Host) -> Verdicts:
    """7.3: the option is there; normally it is empty. A value that is no yes is for a person."""
    verdicts = {}
    for each in host.networks:
        if each.driver == "overlay":
            value = each.options.get("encrypted")
            verdicts[each.name] = "fail" if value is None else "pass" if value in ("", "1", "true") else "notchecked"
    if host.swarm.state in ("pending", "locked", "error"):
        verdicts["(more)"] = "error"
    return verdicts


def swarm_secrets_used(host: Host) -> Verdicts:
    """7.4: no variable of a service looks like a secret; those that do are for a person."""
    names = [each.partition("=")[0] for service in host.services for each in service.env or []]
    return _swarm(host, not any(each.endswith(_SECRET_WORDS) for each in names), "notchecked")


def swarm_autolock_enabled(host: Host) -> Verdicts:
    """7.5."""
    return _swarm(host, host.swarm.autolock is True)


def swarm_unlock_key_rotated(host: Host) -> Verdicts:
    """7.6: a person says."""
    return _swarm(host, passes=False, otherwise="notchecked")


def swarm_certificate_lifetime_limited(host: Host) -> Verdicts:
    """7.7: at most 90 days."""
    return _swarm(host, 0 < host.swarm.expiry <= 90 * 24 * 3600 * 10**9)


def swarm_root_ca_rotated(host: Host) -> Verdicts:
    """7.8: a rotation that has begun must end; when the last one was, a person says."""
    return _swarm(host, passes=False, otherwise="fail" if host.swarm.rotating else "notchecked")


def swarm_planes_separated(host: Host) -> Verdicts:
    """7.9: an address for data, other than that for management."""
    if host.swarm.state == "inactive":
        return {"": "notapplicable"}
    if host.swarm.state != "active" or host.hidden:
        raise CannotTell("addresses")
    return _one(host.swarm.data_path not in ("", host.swarm.advertise))
