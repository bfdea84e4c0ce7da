"""Section 2 of CIS Docker: settings of the daemon. Each function is one recommendation, numbers of 1.8.0."""

from __future__ import annotations

from tests.torture.oracle.files_of import Verdicts
from tests.torture.oracle.host import Host
from tests.torture.oracle.in_force import listeners, running, setting, tls_file, verifies_clients

_REMOTE_WITH_ADDRESS = {
    "syslog": "syslog-address",
    "gelf": "gelf-address",
    "fluentd": "fluentd-address",
    "splunk": "splunk-url",
}


def _one(passes: bool, otherwise: str = "fail") -> Verdicts:
    return {"": "pass" if passes else otherwise}


def daemon_rootless(host: Host) -> Verdicts:
    """2.1: rootless; a person decides whether it would be possible."""
    return _one(host.rootless, "notchecked")


def default_bridge_icc_disabled(host: Host) -> Verdicts:
    """2.2: icc is false. Not applicable without a default bridge."""
    if not any(each.name == "bridge" for each in host.networks):
        return {"": "notapplicable"}
    return _one(setting(host, "icc") is False)


def daemon_log_level_info(host: Host) -> Verdicts:
    """2.3: level info, and no debug mode, which forces debug."""
    if setting(host, "debug"):
        return {"": "fail"}
    return _one(setting(host, "log-level") == "info")


def daemon_manages_iptables(host: Host) -> Verdicts:
    """2.4."""
    return _one(setting(host, "iptables") is True)


def no_insecure_registries(host: Host) -> Verdicts:
    """2.5: none but the loopback ranges that every engine has."""
    return _one(not set(setting(host, "insecure-registries")) - {"127.0.0.0/8", "::1/128"})


def storage_driver_not_aufs(host: Host) -> Verdicts:
    """2.6."""
    return _one(setting(host, "storage-driver") != "aufs")


def storage_driver_not_devicemapper(host: Host) -> Verdicts:
    """2.7, new in 1.8.0."""
    return _one(setting(host, "storage-driver") != "devicemapper")


def tcp_listeners_verify_clients(host: Host) -> Verdicts:
    """2.8: every TCP listener demands certificates of its clients, with CA, certificate and key."""
    if "tcp" not in listeners(host):
        return {"": "notapplicable"}
    return _one(verifies_clients(host) and all(tls_file(host, each) for each in ("tlscacert", "tlscert", "tlskey")))


def default_ulimits_configured(host: Host) -> Verdicts:
    """2.9: some are set; else a person decides."""
    return _one(bool(setting(host, "default-ulimits")), "notchecked")


def user_namespaces_enabled(host: Host) -> Verdicts:
    """2.10: name=userns or name=rootless among the security options."""
    return _one(bool(running(host, "userns-remap")) or host.rootless)


def daemon_cgroup_parent_default(host: Host) -> Verdicts:
    """2.11: none, or one that the site has approved; else a person confirms it."""
    parent = setting(host, "cgroup-parent")
    return _one(parent in ("", *host.policy.cgroup_parents), "notchecked")


def devicemapper_base_size_default(host: Host) -> Verdicts:
    """2.12: no dm.basesize; only of devicemapper."""
    if setting(host, "storage-driver") != "devicemapper":
        return {"": "notapplicable"}
    return _one(not any(each.startswith("dm.basesize") for each in setting(host, "storage-opts")))


def authorization_plugin_enabled(host: Host) -> Verdicts:
    """2.13."""
    return _one(bool(setting(host, "authorization-plugins")))


def logs_sent_off_host(host: Host) -> Verdicts:
    """2.14: a remote driver, with its address where it takes one; drivers that nobody knows and journald are for a person."""
    driver = setting(host, "log-driver")
    if driver in ("json-file", "local", "none"):
        return {"": "fail"}
    if driver in ("awslogs", "gcplogs"):
        return {"": "pass"}
    if driver in _REMOTE_WITH_ADDRESS:
        return _one(_REMOTE_WITH_ADDRESS[driver] in setting(host, "log-opts"))
    return {"": "notchecked"}


def daemon_no_new_privileges(host: Host) -> Verdicts:
    """2.15."""
    return _one(setting(host, "no-new-privileges") is True)


def live_restore_enabled(host: Host) -> Verdicts:
    """2.16. dockerd refuses it in swarm mode: not applicable there."""
    if host.swarm.state != "inactive":
        return {"": "notapplicable"}
    return _one(setting(host, "live-restore") is True)


def userland_proxy_disabled(host: Host) -> Verdicts:
    """2.17."""
    return _one(setting(host, "userland-proxy") is False)


def daemon_seccomp_profile_in_force(host: Host) -> Verdicts:
    """2.18: the engine's own; a custom profile is for a person; unconfined or a kernel without seccomp fails."""
    profile = setting(host, "seccomp-profile")
    if "seccomp" not in host.kernel or profile == "unconfined":
        return {"": "fail"}
    return _one(profile in ("default", "builtin"), "notchecked")


def experimental_features_disabled(host: Host) -> Verdicts:
    """2.19."""
    return _one(setting(host, "experimental") is False)
