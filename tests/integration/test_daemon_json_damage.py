"""A configuration file that is damaged under a running daemon: the settings it may hold are undecided, all others stand."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.engine import Engine, real_engine
from tests.integration.command import Done, audit

pytestmark = pytest.mark.engine

# What only the file can say: neither a flag nor the engine's own answers do. (icc is seen on the default bridge itself.)
CONCERNED = {
    "containerd_socket_mode",
    "containerd_socket_owner",
    "daemon_cgroup_parent_default",
    "daemon_log_level_info",
    "daemon_manages_iptables",
    "daemon_no_new_privileges",
    "default_ulimits_configured",
    "tls_ca_mode",
    "tls_ca_owner",
    "tls_certificate_mode",
    "tls_certificate_owner",
    "tls_key_mode",
    "tls_key_owner",
    "userland_proxy_disabled",
}

DAMAGES: dict[str, tuple[bytes, str]] = {
    "trailing comma": (b'{"icc": false,}', "syntax"),
    "not an object": (b"[]", "wrong_type"),
    "empty": (b"", "syntax"),
    "duplicate key": (b'{"icc": false, "icc": true}', "duplicate_key"),
    "not UTF-8": (b'{"icc": false, "cgroup-parent": "\xff\xfe"}', "not_utf8"),
    "too deep": (b'{"icc": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "too_deep"),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with real_engine(config='{"icc": false}', network=True) as engine:
        engine.run("web", "--security-opt", "no-new-privileges")
        yield engine


@pytest.fixture(scope="module")
def sound(engine: Engine) -> Done:
    """What an audit says before anything is damaged. Asked first by every test."""
    done = audit(engine.unix_host)
    assert done.reasons() == {}
    return done


@pytest.mark.parametrize("damage", DAMAGES)
def test_exactly_the_settings_it_may_hold_are_undecided(engine: Engine, sound: Done, damage: str) -> None:
    content, reason = DAMAGES[damage]
    engine.config_file.write_bytes(content)
    _exactly_concerned(audit(engine.unix_host), sound, {reason})


def test_a_fifo_neither_hangs_nor_is_read(engine: Engine, sound: Done) -> None:
    engine.config_file.unlink()
    os.mkfifo(engine.config_file, 0o644)
    try:
        _exactly_concerned(audit(engine.unix_host), sound, {"not_regular"})
    finally:
        engine.config_file.unlink()
        engine.config_file.write_text("{}")


def test_a_directory_in_its_place(engine: Engine, sound: Done) -> None:
    engine.config_file.unlink()
    engine.config_file.mkdir(0o755)
    try:
        _exactly_concerned(audit(engine.unix_host), sound, {"not_regular"})
    finally:
        engine.config_file.rmdir()
        engine.config_file.write_text("{}")


def test_a_sparse_file_of_fifty_gigabytes_is_not_read(engine: Engine, sound: Done) -> None:
    with engine.config_file.open("wb") as file:
        file.truncate(50 * 2**30)
    _exactly_concerned(audit(engine.unix_host), sound, {"oversize"})
    engine.config_file.write_text("{}")


def test_a_wrong_type_leaves_its_setting_without_a_verdict(engine: Engine, sound: Done) -> None:
    engine.config_file.write_text('{"userland-proxy": "false"}')
    done = audit(engine.unix_host)
    assert done.code == 2
    assert done.reasons().pop("userland_proxy_disabled") == {"wrong_type"}
    assert done.reasons().keys() == CONCERNED
    _nothing_became_a_pass(done, sound)


def test_a_removed_file_leaves_the_values_in_force_without_a_verdict(engine: Engine, sound: Done) -> None:
    """The daemon has read a file that is gone: nobody can say what was in it, and the defaults are not it."""
    engine.config_file.unlink()
    try:
        done = audit(engine.unix_host)
        assert done.code == 2
        assert done.reasons().keys() == CONCERNED
        _nothing_became_a_pass(done, sound)
    finally:
        engine.config_file.write_text("{}")


def _exactly_concerned(done: Done, sound: Done, reasons: set[str]) -> None:
    assert done.code == 2
    undecided = done.reasons()
    assert undecided.keys() == CONCERNED
    assert {reason for each in undecided.values() for reason in each} == reasons
    # The file itself is another one now, where containerd's socket lies decides whether an audit rule watches it, and what
    # the daemon's group is decides whose members count.
    others = {"daemon_config_mode", "daemon_config_owner", "containerd_socket_audited", "docker_group_members_approved"}
    untouched = sound.results().keys() - CONCERNED - others
    assert {each: done.results()[each] for each in untouched} == {each: sound.results()[each] for each in untouched}


def _nothing_became_a_pass(done: Done, sound: Done) -> None:
    before = sound.results()
    assert [each for each, result in done.results().items() if result == "pass" and before[each] != "pass"] == []
