"""Daemon settings on real daemons: given by flag, by file, switched off by ``=false``, changed after the start."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine import Engine, real_engine
from tests.integration.command import Done, audit

pytestmark = pytest.mark.engine

# What a daemon says that was told nothing.
DEFAULTS = {
    "authorization_plugin_enabled": "fail",
    "daemon_cgroup_parent_default": "pass",
    "daemon_log_level_info": "pass",
    "daemon_manages_iptables": "pass",
    "daemon_no_new_privileges": "fail",
    "daemon_rootless": "notchecked",
    "daemon_seccomp_profile_in_force": "pass",
    "default_bridge_icc_disabled": "fail",
    "default_ulimits_configured": "notchecked",
    "devicemapper_base_size_default": "notapplicable",
    "experimental_features_disabled": "pass",
    "live_restore_enabled": "fail",
    "logs_sent_off_host": "fail",
    "no_insecure_registries": "pass",
    "storage_driver_not_aufs": "pass",
    "storage_driver_not_devicemapper": "pass",
    "swarm_mode_inactive": "pass",
    "tcp_listeners_verify_clients": "notapplicable",
    "user_namespaces_enabled": "fail",
    "userland_proxy_disabled": "fail",
}

# name -> flags, daemon.json, what differs from DEFAULTS
CASES: dict[str, tuple[tuple[str, ...], dict[str, object], dict[str, str]]] = {
    "nothing": ((), {}, {}),
    "flags-good": (
        (
            *("--icc=false", "--live-restore", "--no-new-privileges", "--userland-proxy=false", "--log-level", "info"),
            *(
                "--default-ulimit",
                "nofile=1024:2048",
                "--log-driver=syslog",
                "--log-opt",
                "syslog-address=udp://logs.invalid:514",
            ),
        ),
        {},
        {
            "daemon_no_new_privileges": "pass",
            "default_bridge_icc_disabled": "pass",
            "default_ulimits_configured": "pass",
            "live_restore_enabled": "pass",
            "logs_sent_off_host": "pass",
            "userland_proxy_disabled": "pass",
        },
    ),
    "file-good": (
        (),
        {
            "icc": False,
            "live-restore": True,
            "no-new-privileges": True,
            "userland-proxy": False,
            "log-level": "info",
            "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 1024, "Hard": 2048}},
            "log-driver": "syslog",
            "log-opts": {"syslog-address": "udp://logs.invalid:514"},
        },
        {
            "daemon_no_new_privileges": "pass",
            "default_bridge_icc_disabled": "pass",
            "default_ulimits_configured": "pass",
            "live_restore_enabled": "pass",
            "logs_sent_off_host": "pass",
            "userland_proxy_disabled": "pass",
        },
    ),
    "flags-switched-off": (
        (
            *("--icc=true", "--live-restore=false", "--no-new-privileges=false", "--userland-proxy=true"),
            *("--debug=false", "--experimental=false", "--iptables=true", "--log-driver=syslog"),
        ),
        {},
        {},
    ),
    "flags-bad": (
        (
            *("--debug", "--experimental", "--iptables=false", "--cgroup-parent", "/dm-settings"),
            *("--insecure-registry", "registry.test:5000"),
        ),
        {},
        {
            "daemon_cgroup_parent_default": "notchecked",
            "daemon_log_level_info": "fail",
            "daemon_manages_iptables": "fail",
            "experimental_features_disabled": "fail",
            "no_insecure_registries": "fail",
        },
    ),
    "file-bad": (
        (),
        {
            "log-level": "warn",
            "experimental": True,
            "iptables": False,
            "cgroup-parent": "/dm-settings",
            "insecure-registries": ["10.1.0.0/16"],
        },
        {
            "daemon_cgroup_parent_default": "notchecked",
            "daemon_log_level_info": "fail",
            "daemon_manages_iptables": "fail",
            "experimental_features_disabled": "fail",
            "no_insecure_registries": "fail",
        },
    ),
    "some-by-flag-some-by-file": (
        ("--icc=false", "-l", "info"),
        {"live-restore": True, "debug": True},
        {"default_bridge_icc_disabled": "pass", "live_restore_enabled": "pass", "daemon_log_level_info": "fail"},
    ),
    "log-driver-without-address": (("--log-driver", "syslog"), {}, {}),
    "log-driver-to-look-at": (("--log-driver=journald",), {}, {"logs_sent_off_host": "notchecked"}),
    "log-driver-to-this-host": (
        ("--log-driver=syslog", "--log-opt", "syslog-address=udp://127.0.0.1:514"),
        {},
        {"logs_sent_off_host": "notchecked"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_settings_are_the_ones_in_force(case: str) -> None:
    flags, file, different = CASES[case]
    with real_engine(*flags, config=json.dumps(file), network=True, image=False) as engine:
        done = audit(engine.unix_host)
    assert _daemon_results(done) == DEFAULTS | different


@pytest.mark.skipif(Path("/etc/docker/daemon.json").exists(), reason="this machine has a /etc/docker/daemon.json")
def test_a_daemon_without_a_configuration_file_has_the_defaults() -> None:
    with real_engine(config=None, network=True, image=False) as engine:
        done = audit(engine.unix_host)
    assert _daemon_results(done) == DEFAULTS
    assert done.result("daemon_config_mode") == "notapplicable"


def test_the_last_of_two_configuration_files_counts_and_its_flag_may_use_an_equals_sign() -> None:
    with real_engine(config='{"icc": true}', network=True, image=False) as engine:
        other = engine.directory / "other.json"
        other.write_text('{"icc": false}')
        engine.command = (*engine.command, f"--config-file={other}")
        engine.restart()
        done = audit(engine.unix_host)
    assert done.result("default_bridge_icc_disabled") == "pass"
    assert list(done.findings("daemon_config_mode")) == [f"file:{other}"]


def test_without_a_bridge_there_is_nothing_to_block(shared_engine: Engine) -> None:
    done = audit(shared_engine.unix_host)
    assert done.result("default_bridge_icc_disabled") == "notapplicable"
    assert done.result("daemon_manages_iptables") == "fail"


def test_a_swarm_manager_is_seen_and_exempt_from_live_restore() -> None:
    with real_engine(image=False) as engine:
        engine.docker("swarm", "init", "--advertise-addr", "127.0.0.1")
        done = audit(engine.unix_host)
        engine.docker("swarm", "leave", "--force")
    assert done.result("swarm_mode_inactive") == "fail"
    assert done.result("live_restore_enabled") == "notapplicable"


@pytest.fixture(scope="class")
def changing_engine() -> Iterator[Engine]:
    with real_engine("--userland-proxy=false", config='{"icc": false}', network=True, image=False) as engine:
        yield engine


class SuiteChangedAfterTheStart:
    """In this order: as started, file changed, restarted."""

    def test_before_the_change_the_value_is_known(self, changing_engine: Engine) -> None:
        done = audit(changing_engine.unix_host)
        assert done.result("default_bridge_icc_disabled") == "pass"
        assert done.reasons() == {}

    def test_a_changed_file_leaves_the_value_in_force_unknown(self, changing_engine: Engine) -> None:
        changing_engine.config_file.write_text('{"icc": true, "log-level": "debug"}')
        done = audit(changing_engine.unix_host)
        assert done.code == 2
        assert done.result("default_bridge_icc_disabled") == "pass"  # the bridge itself says what is in force
        assert done.result("daemon_log_level_info") == "unknown"
        assert {reason for reasons in done.reasons().values() for reason in reasons} == {"pending_restart"}

    def test_what_a_flag_or_the_engine_itself_says_stays_known(self, changing_engine: Engine) -> None:
        results = _daemon_results(audit(changing_engine.unix_host))
        known = (
            "userland_proxy_disabled",
            "live_restore_enabled",
            "user_namespaces_enabled",
            "experimental_features_disabled",
        )
        assert [results[each] for each in known] == ["pass", "fail", "fail", "pass"]

    def test_after_a_restart_the_new_value_counts(self, changing_engine: Engine) -> None:
        changing_engine.restart()
        done = audit(changing_engine.unix_host)
        assert done.result("default_bridge_icc_disabled") == "fail"
        assert done.result("daemon_log_level_info") == "fail"
        assert done.reasons() == {}


def _daemon_results(done: Done) -> dict[str, str]:
    return {control: result for control, result in done.results().items() if control in DEFAULTS}
