"""Bugs that every tool of this field has had, put into the product: the oracle must see each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from benchmark.collect import file_collections
from benchmark.collect.daemon import command_line, known
from benchmark.collect.engine import (
    containers,
    image_facts,
    mounts,
    networks,
    ports,
    security_profiles,
    shared_namespaces,
)
from benchmark.collect.engine.session import EngineSession
from benchmark.collect.host import audit_rules, audited, unit_files
from benchmark.evaluate import operators, verdict
from benchmark.evaluate.algebra import worst
from benchmark.model.result import Result
from tests.torture.ledger import Tally
from tests.torture.oracle_harness import HARNESS, NEEDS_ROOT, compare, hosts

assert HARNESS.name  # the fixture ``tally`` takes it from here

pytestmark = NEEDS_ROOT
_MOST_HOSTS: Final = 150


def _check(control: str) -> None:
    """Raises AssertionError when the verdicts on ``control`` differ for one of the hosts."""
    for host in hosts(0, _MOST_HOSTS):
        found = [each for each in compare(host) if each.control.endswith(control)]
        assert not found, f"host {host.number}: {found[0]}"


def _modes_as_numbers(patch: pytest.MonkeyPatch) -> None:
    mask = operators.OPERATORS["mode_at_most"]
    numeric = replace(mask, predicate=lambda limit: lambda mode: int(mode, 8) <= int(limit, 8))
    patch.setitem(operators.OPERATORS, "mode_at_most", numeric)  # type: ignore[arg-type]


def _false_flags_are_true(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(command_line, "TRUE_WORDS", command_line.TRUE_WORDS | command_line.FALSE_WORDS)


def _no_stopped_containers(patch: pytest.MonkeyPatch) -> None:
    read = EngineSession.read_containers

    def read_running(session: EngineSession, context: Any) -> Any:
        report = read(session, context)
        return replace(report, subjects=tuple(each for each in report.subjects if each.fact("State.Running") is True))

    patch.setattr(EngineSession, "read_containers", read_running)


def _no_ipv6(patch: pytest.MonkeyPatch) -> None:
    records = ports._records

    def without_colons(name: str, bindings: dict[str, Any]) -> Any:
        kept = {
            port: places and [each for each in places if ":" not in each["HostIp"]] for port, places in bindings.items()
        }
        return records(name, kept)

    patch.setattr(ports, "_records", without_colons)


def _paths_as_substrings(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(audited, "_watches", lambda watch, path: str(path) in str(watch["path"]))


def _no_defaults(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(known, "default_of", lambda name, *_: False if name in ("userland-proxy", "iptables") else "")


def _user_with_its_group(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(image_facts, "is_root", lambda user, _=None: user in ("", "0", "root"))


def _destinations(patch: pytest.MonkeyPatch) -> None:
    host_paths = mounts.MountReader._host_paths
    patch.setattr(
        mounts.MountReader,
        "_host_paths",
        lambda reader, mount: host_paths(reader, {**mount, "Source": mount["Destination"]}),
    )


def _no_drop_ins(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(unit_files, "_drop_ins", lambda *_: ())


def _own_namespaces_only(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        containers,
        "shared_namespaces",
        lambda facts, *_: {
            "shares_host_network": facts["HostConfig.NetworkMode"] == "host",
            "shares_host_pid": facts["HostConfig.PidMode"] == "host",
            "shares_host_ipc": facts["HostConfig.IpcMode"] == "host",
        },
    )


def _counts_below_the_limit(is_no_limit: Callable[[int], bool]) -> Callable[[pytest.MonkeyPatch], None]:
    def put(patch: pytest.MonkeyPatch) -> None:
        true = operators.OPERATORS["at_least"]
        lax = replace(true, predicate=lambda limit: lambda count: count >= limit or is_no_limit(count))
        patch.setitem(operators.OPERATORS, "at_least", lax)  # type: ignore[arg-type]

    return put


def _socket_by_its_name(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(mounts, "is_below", lambda _, directories: any("docker.sock" in each for each in directories))


def _socket_without_its_parents(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(mounts, "is_below", lambda path, directories: path in directories)


def _links_above_sockets_unseen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(mounts.MountReader, "_place", lambda _, socket: socket)


def _sockets_guessed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(mounts.MountReader, "_may_hold_sockets", staticmethod(lambda *_: False))


def _devices_of_volumes_unseen(patch: pytest.MonkeyPatch) -> None:
    host_paths = mounts.MountReader._host_paths
    patch.setattr(
        mounts.MountReader, "_host_paths", lambda reader, mount: host_paths(reader, {**mount, "Driver": "another"})
    )


def _privileged_is_confined(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(security_profiles, "is_privileged", lambda _: False)


def _not_applicable_passes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(verdict, "worst", lambda results: worst([*results, Result.PASS]) if not results else worst(results))


def _any_case(patch: pytest.MonkeyPatch) -> None:
    true = networks._encryption

    def lower(options: Any) -> Any:
        return true({key.lower(): value for key, value in options.items()} if isinstance(options, dict) else options)

    patch.setattr(networks, "_encryption", lower)


def _no_never_rules(patch: pytest.MonkeyPatch) -> None:
    find = audit_rules.find_watches
    patch.setattr(
        audit_rules, "find_watches", lambda root, rules: find(root, [each for each in rules if each.action != "never"])
    )


def _no_exceptions(patch: pytest.MonkeyPatch) -> None:
    find = audit_rules.find_watches
    patch.setattr(
        audit_rules,
        "find_watches",
        lambda root, rules: find(root, [each for each in rules if each.action != "never" or not each.narrowed_by]),
    )


def _exceptions_wherever_they_stand(patch: pytest.MonkeyPatch) -> None:
    found = audited._found

    def sorted_first(host: Any, file: Any) -> Any:
        watches = host.fact("audit.watches")
        ordered = sorted(watches, key=lambda each: not each["narrowed"]) if isinstance(watches, list) else watches
        return found(replace(host, facts={**host.facts, "audit.watches": ordered}), file)

    patch.setattr(audited, "_found", sorted_first)


def _exceptions_fail(patch: pytest.MonkeyPatch) -> None:
    rules = file_collections.audit_rules
    patch.setattr(
        file_collections,
        "audit_rules",
        lambda host, file: [] if audited.audit_exceptions(host, file) else rules(host, file),
    )


def _whole_ids_only(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shared_namespaces, "_find", lambda others, name: others.get(name))


_BUGS: Final[dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]]] = {
    "file modes are compared as numbers": (_modes_as_numbers, "daemon_config_mode"),
    "the word false of a flag is taken for true": (_false_flags_are_true, "userland_proxy_disabled"),
    "stopped containers are left out": (_no_stopped_containers, "container_memory_limited"),
    "IPv6 bindings of ports are ignored": (_no_ipv6, "container_ports_bound_to_address"),
    "paths of audit rules are compared as substrings": (_paths_as_substrings, "configuration_directory_audited"),
    "an absent setting is not replaced by its default": (_no_defaults, "userland_proxy_disabled"),
    "the group of an image's user counts as its name": (_user_with_its_group, "image_runs_as_non_root"),
    "a mount is judged by its destination": (_destinations, "container_no_sensitive_host_mounts"),
    "drop-ins of units are left out": (_no_drop_ins, "docker_service_unit_mode"),
    "a container that joins another's namespace has its own": (_own_namespaces_only, "container_no_host_pid"),
    "a limit of 0 counts as one": (_counts_below_the_limit(lambda count: count == 0), "container_restart_bounded"),
    "a limit of -1 counts as one": (_counts_below_the_limit(lambda count: count < 0), "container_pids_limited"),
    "a socket is known by its name": (_socket_by_its_name, "container_no_api_socket"),
    "a mounted parent of a socket is not seen": (_socket_without_its_parents, "container_no_api_socket"),
    "a link above a socket hands it over": (_links_above_sockets_unseen, "container_no_api_socket"),
    "sockets are guessed where nobody knows them": (_sockets_guessed, "container_no_api_socket"),
    "a volume that is a bind in disguise is not seen": (
        _devices_of_volumes_unseen,
        "container_no_sensitive_host_mounts",
    ),
    "a privileged container has the filter of others": (_privileged_is_confined, "container_seccomp_enabled"),
    "nothing to judge counts as passed": (_not_applicable_passes, "registry_certificates_owner"),
    "keys are found in any case where the engine minds it": (_any_case, "overlay_networks_encrypted"),
    "rules that say never are passed over": (_no_never_rules, "audited"),
    "rules that say never of some are passed over": (_no_exceptions, "audited"),
    "rules that say never of some count behind the watch too": (_exceptions_wherever_they_stand, "audited"),
    "a rule that says never of some takes all": (_exceptions_fail, "audited"),
    "containers are joined by whole ids only": (_whole_ids_only, "container_no_host_pid"),
}


@pytest.mark.parametrize("bug", _BUGS)
def test_the_oracle_sees(bug: str, tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    put, control = _BUGS[bug]
    with monkeypatch.context() as patch:
        put(patch)
        with pytest.raises(AssertionError, match=control):
            _check(control)
    tally.saw_seeded_bug(bug)
