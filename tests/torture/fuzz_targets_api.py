"""Targets: what the engine's API answers, as the readers of containers, networks, volumes and swarms take it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from benchmark.collect.engine.client import Reply
from benchmark.collect.engine.confinement import cut_inline_profile, parse_go_bool, split_option
from benchmark.collect.engine.container_facts import container_facts
from benchmark.collect.engine.engine_facts import info_facts, version_facts
from benchmark.collect.engine.mounts import MountReader
from benchmark.collect.engine.networks import read_networks, read_volume_devices
from benchmark.collect.engine.reports import CollectionReport, ContainerContext
from benchmark.collect.engine.swarm import read_swarm
from benchmark.collect.images.secret_names import is_switch
from benchmark.collect.images.shell_words import parse_words
from benchmark.collect.redaction import redact_option
from benchmark.model.facts import JsonValue, Reason, Source, Unavailable
from benchmark.model.strict_json import JsonDefect, parse_json
from benchmark.model.vocabulary import KINDS
from tests.faulty_daemon import INFO, VERSION, make_container
from tests.torture.fuzz_run import Target
from tests.torture.fuzz_sound import require_sound

_ID: Final = "ab" * 32
_MISSING: Final = Unavailable(Reason.NOT_FOUND, "404")


class _Recorded:
    """A client whose replies are one document, by path."""

    def __init__(self, document: Mapping[str, JsonValue]) -> None:
        self._document = document

    def get_json(self, path: str) -> JsonValue | Unavailable:
        return self._document.get(path, _MISSING)

    def get_list(self, path: str, keep: tuple[str, ...]) -> Reply:
        value = self._document.get(path, _MISSING)
        if isinstance(value, list):
            value = [
                {key: each[key] for key in keep if key in each} if isinstance(each, dict) else each for each in value
            ]
        return Reply(path, value, "sha256:x")

    def get(self, path: str) -> Reply:
        return Reply(path, self._document.get(path, _MISSING), "sha256:x")


def _require(kind: str, facts: Mapping[str, Any]) -> None:
    require_sound(kind, {name: value for name, value in facts.items() if name in KINDS[kind]})


def _container(data: bytes) -> bool:
    document = parse_json(data)
    if not isinstance(document, dict):
        return False
    context = ContainerContext(
        resolve_path=lambda path: path,
        api_sockets=("/run/docker.sock",),
        volume_devices={"v": "/etc"},
        daemon_seccomp="builtin",
        daemon_no_new_privileges=False,
        daemon_started_at="2026-11-22T20:00:00Z",
        processes=lambda _: ("sh",),
        process_no_new_privs=lambda _: True,
        engine_version="27.3.1",
        daemon_apparmor=True,
        apparmor_mode=lambda _pid, _profile: "enforce",
        process_uid=lambda _: 1000,
    )
    _require("container", container_facts(document, _ID, context, MountReader(context)))
    return True


def _others(data: bytes) -> bool:
    document = parse_json(data)
    if not isinstance(document, dict):
        return False
    client: Any = _Recorded(document)
    version, info = document.get("/version"), document.get("/info", _MISSING)
    _require("daemon", version_facts(version if isinstance(version, dict) else {}) | info_facts(info))
    read_volume_devices(client)
    report = read_swarm(client, "active", True, Source("GET /info", "2026-11-25T05:00:00Z"))
    parts: tuple[CollectionReport, ...] = (read_networks(client), report.swarm, report.services, report.nodes)
    for subject in (subject for part in parts for subject in part.subjects):
        require_sound(subject.kind, subject.facts)
    report.services_by_id()
    return all(part.gap is None for part in parts)


def _texts(check: Callable[[str], object]) -> Callable[[bytes], bool]:
    def parse(data: bytes) -> bool:
        return bool(check(data.decode("utf-8", "replace")))

    return parse


def _option(text: str) -> bool:
    name, value = split_option(text)
    assert name + value in text.replace("=", "", 1) or name + value in text.replace(":", "", 1)
    assert len(cut_inline_profile(text)) <= max(len(text), 60)
    is_switch(text)
    redacted = redact_option(name, value)
    assert redact_option(name, redacted) == redacted, "redacted again it differs"
    parse_go_bool(value)
    parse_words(text.split(" "))
    return bool(value)


_CONTAINER: Final = json.dumps(
    make_container(0)
    | {
        "Mounts": [
            {"Type": "bind", "Source": "/etc", "Destination": "/e", "Mode": "", "RW": True, "Propagation": "rprivate"},
            {"Type": "volume", "Name": "v", "Source": "/v", "Destination": "/v", "Driver": "local", "Mode": "z",
             "RW": False, "Propagation": ""},
        ]
    }
).encode()  # fmt: skip
_WORLD: Final = json.dumps(
    {
        "/version": VERSION,
        "/info": INFO,
        "/networks": [
            {"Name": "bridge", "Id": "n1", "Driver": "bridge", "Scope": "local", "Ingress": False,
             "Options": {"com.docker.network.bridge.default_bridge": "true"}},
            {"Name": "ov", "Id": "n2", "Driver": "overlay", "Scope": "swarm", "Ingress": True, "Options": {"encrypted": ""}},
        ],
        "/volumes": {"Volumes": [{"Name": "v", "Driver": "local", "Options": {"o": "bind", "device": "/etc"}}]},
        "/swarm": {"ID": "s", "Spec": {"Name": "default", "EncryptionConfig": {"AutoLockManagers": True},
                   "CAConfig": {"NodeCertExpiry": 7776000000000000}}, "RootRotationInProgress": False},
        "/services": [{"ID": "a", "Spec": {"Name": "web", "TaskTemplate": {"ContainerSpec": {"Env": ["DB_PASSWORD=x"]},
                      "RestartPolicy": {"Condition": "any", "MaxAttempts": 3}}}}],
        "/nodes": [{"ID": "b", "Spec": {"Role": "manager"}, "Description": {"Hostname": "h"}, "Status": {"State": "ready"}}],
        "/secrets": [{"ID": "c", "Spec": {"Name": "s"}}],
    }
).encode()  # fmt: skip

API_TARGETS: Final = (
    Target(
        "container_inspect",
        _container,
        (JsonDefect,),
        (_CONTAINER,),
        (
            b"null",
            b'"HostConfig"',
            b'"Mounts"',
            b'"Privileged"',
            b"true",
            b'"0-65535"',
            b'"PortBindings"',
            b'"seccomp={}"',
        ),
    ),
    Target(
        "engine_replies", _others, (JsonDefect,), (_WORLD,), (b"null", b'"Id"', b'"ID"', b'"Options"', b"true", b"[]")
    ),
    Target(
        "security_option",
        _texts(_option),
        (),
        (b"seccomp={}", b"label:disable", b"no-new-privileges", b"token=x y"),
        (b"=", b":", b"seccomp", b"{", b"password", b"true", b" "),
        ((b"seccomp=", b"{", b""), (b"", b"password=", b""), (b"label=", b"-", b"x")),
    ),
)
