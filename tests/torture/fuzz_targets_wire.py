"""Targets: HTTP replies, docker's own configuration, content files, snapshots, and what else is parsed."""

from __future__ import annotations

import http.client
import io
import json
import socket
import time
from pathlib import Path
from typing import Any, Final

from benchmark.catalog.compiled import decode_catalog
from benchmark.catalog.content_error import ContentError, ContentErrors
from benchmark.catalog.controls import read_control
from benchmark.catalog.frameworks import read_framework
from benchmark.catalog.overlay import read_overlay
from benchmark.catalog.positioned import Report
from benchmark.catalog.yaml_source import Listing, Node, Scalar, read_yaml
from benchmark.collect.daemon.listeners import parse_host
from benchmark.collect.engine.bodies import ListBody, WholeBody
from benchmark.collect.engine.contexts import EndpointError, context_endpoint, current_context
from benchmark.collect.engine.endpoint import parse_url
from benchmark.collect.engine.limits import Limits
from benchmark.collect.engine.replies import ReplyReader
from benchmark.collect.engine.transport import Stream, WireDefect
from benchmark.collect.redaction import credential_shapes, redact
from benchmark.evaluate import RecordRefused, recorded_assessment
from benchmark.evaluate.arguments import release
from benchmark.model.content import Catalog
from benchmark.model.framework import Framework, Requirement
from benchmark.model.snapshot_file import SnapshotDefect, compress, encode_snapshot
from benchmark.model.strict_json import JsonDefect, parse_json
from tests.snapshots import DENIED, container, snapshot
from tests.torture.fuzz_run import Target
from tests.torture.fuzz_sound import host_with, reads_snapshot

_ROOT: Final = Path(__file__).parents[2]


def _reply(data: bytes) -> bool:
    """Read from a real socket; where it is accepted, the standard library's reader must come to the same."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        theirs.setblocking(False)
        theirs.sendall(data[:150_000])
        theirs.shutdown(socket.SHUT_WR)
        reader = ReplyReader(Stream(ours), Limits())
        deadline = time.monotonic() + 5
        head = reader.read_head(deadline)
        body = WholeBody(1 << 20, 1 << 20)
        body.announce(max(head.length, 0))
        reader.read_body(head, deadline, body.take)
    _require_agreement(data, head.status, body.data())
    body.finish()
    return True


def _require_agreement(data: bytes, status: int, body: bytes) -> None:
    response = http.client.HTTPResponse(_Recorded(data))  # type: ignore[arg-type]
    response.begin()
    assert response.status == status, f"status {status}, the standard library reads {response.status}"
    read = response.read()
    assert read == body, f"body {body[:80]!r}, the standard library reads {read[:80]!r}"


class _Recorded:
    """What http.client asks of a socket."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, *_: object) -> io.BytesIO:
        return io.BytesIO(self._data)


def _listed(data: bytes) -> bool:
    """A list taken apart while it streams by says what the whole would have said, in whatever pieces it comes."""
    strict = _parsed(data)
    for piece in (len(data) or 1, 7):
        body = ListBody(Limits(object_bytes=64, list_bytes=1 << 20), ("Id", "Names"))
        for at in range(0, len(data), piece):
            body.take(data[at : at + piece])
        found, _ = body.finish()
        if isinstance(strict, list) and all(isinstance(each, dict) for each in strict) and isinstance(found, list):
            for each, whole in zip(found, strict, strict=True):
                kept = each if isinstance(each, dict) else {}
                assert all(kept[key] == whole.get(key) for key in kept), f"{kept} of {whole}"
    return isinstance(strict, list)


def _parsed(data: bytes) -> Any:
    try:
        return parse_json(data)
    except JsonDefect:
        return None


def _strict_json(data: bytes) -> bool:
    value = parse_json(data)
    assert parse_json(json.dumps(value, allow_nan=False).encode()) == value, "written and read again it differs"
    assert value == json.loads(data) or b"\\u" in data, "the standard library reads something else"
    return True


def _docker_config(data: bytes) -> bool:
    root = host_with("/config.json", data).root
    name = current_context(root)
    assert isinstance(name, str)
    return bool(name)


def _context(data: bytes) -> bool:
    identifier = "37a8eec1ce19687d132fe29051dca629d164e2c4958ba141d5f4133a33f0688f"  # sha256 of "default"
    root = host_with(f"/contexts/meta/{identifier}/meta.json", data).root
    found = context_endpoint(root, "default")
    parse_url(found.host or "unix:///x")
    return True


def _url(data: bytes) -> bool:
    text = data.decode("utf-8", "surrogateescape")
    parse_host(text)
    found = parse_url(text)
    assert not found.address.startswith("-"), "ssh would take it for an option"
    assert 0 <= found.port < 65536
    return True


def _control(data: bytes) -> bool:
    errors: list[ContentError] = []
    node = read_yaml(data, "controls/containers/x.yaml", errors)
    control = (
        None if node is None else read_control(Report("x", errors), node, "containers", "container_not_privileged")
    )
    _require_told(errors, data, refused=control is None)
    return control is not None and not errors


def _mapping(data: bytes) -> bool:
    errors: list[ContentError] = []
    node = read_yaml(data, "mappings/x.yaml", errors)
    graded = b"level" in data
    mapped = None if node is None else read_framework(Report("x", errors), node, "x", ("a", "b"), graded=graded)
    _require_told(errors, data, refused=mapped is None)
    return mapped is not None and not errors


def _overlay(data: bytes) -> bool:
    try:
        read_overlay(data, "soa.yaml", _FRAMEWORK, "1")
    except ContentErrors as error:
        _require_told(list(error.errors), data, refused=True)
        return False
    return True


def _recorded(data: bytes) -> bool:
    found = recorded_assessment(parse_json(data), _EMPTY, "r.json")
    assert not found.results, "a control that the catalogue does not know"
    return True


def _require_told(errors: list[ContentError], data: bytes, *, refused: bool) -> None:
    assert errors or not refused, "refused without an error"
    lines = data.count(b"\n") + data.count(b"\r") + data.count(b"\xc2\x85") + data.count(b"\xe2\x80") + 2
    for each in errors:
        assert 1 <= each.line <= lines, f"{each}: there is no such line"
        assert each.column >= 1
        str(each).encode()


def _yaml(data: bytes) -> bool:
    errors: list[ContentError] = []
    node = read_yaml(data, "x.yaml", errors)
    _require_told(errors, data, refused=node is None)
    if node is not None:
        _walk(node, 1)
    return node is not None and not errors


def _walk(node: Node, depth: int) -> None:
    assert depth < 100
    if isinstance(node, Scalar):
        return
    for each in node.items if isinstance(node, Listing) else node.entries.values():
        _walk(each, depth + 1)


def _catalogue(data: bytes) -> bool:
    decode_catalog(data)
    return True


def _version(data: bytes) -> bool:
    found = release(data.decode("utf-8", "replace"))
    assert all(each >= 0 for each in found)
    return bool(found)


def _redacted(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    once = redact(text)
    assert redact(once) == once, "redacted again it differs"
    return bool(credential_shapes(text))


def _reply_bytes(body: bytes, head: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\n" + head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _content(path: str) -> bytes:
    return (_ROOT / path).read_bytes()


_SNAPSHOT: Final = encode_snapshot(snapshot([container("web")], daemon={"daemon.icc": DENIED}))
_YAML_SEED: Final = b"id: a\nlist: [1, 2.5, true, null, '0644']\nmap:\n  - x: >\n      text\n  - {y: \"\\u0041\"}\n"
_FRAMEWORK: Final = Framework("x", "X", ("1",), {"A": "a"}, (Requirement("one", {"1": "A.5.1"}, {}, {}, ()),))
_EMPTY: Final = Catalog({}, {}, "sha256:x")
_OVERLAY_SEED: Final = b"""framework: x
version: "1"
organization: Example
approved: "2026-11-27"
controls:
  A.5.1:
    applicable: true
    justification: because
    implementation: planned
    references: [a, b]
"""
_RECORDED_SEED: Final = (
    b'{"schema":"dockmark/assessment/1","tool":{"version":"1","content_digest":"x"},"target":{"name":"n","engine_id":"e"},'
    b'"collected_at":"t","evaluated_at":"t","operator":"o","benchmark":{"framework":"f","version":"1"},"profile":"p",'
    b'"results":[{"control":"c","result":"pass","requirements":{},"message":"m","waiver":null,"attestation":null}]}'
)
_MAPPING_SEED: Final = b"""framework: x
title: A benchmark
versions: ["1.0", "2.0"]
sections:
  "1": Host
requirements:
  - label: One
    ids: {"1.0": "1.1", "2.0": "1.2"}
    level: 1
    assessment: manual
    controls: [a]
"""
_EDGES_SEED: Final = b"""framework: x
title: A standard
versions: ["1.0", "2.0"]
complete: false
about: A selection.
sections:
  "1": {"1.0": Host, "2.0": Hosts}
requirements:
  - label: One
    ids: {"2.0": "1.1"}
    reach: partly
    reach_reason: The rest is for people.
    corresponds: {"1.0": ["1.9"]}
    edges:
      - controls: [a, b]
        relationship: subset-of
        directness: direct
        support: published
        sources: [A table]
        reason: It is so.
  - label: Nine
    ids: {"1.0": "1.9"}
    reach: not reachable
    reach_reason: For people.
    corresponds: {"2.0": ["1.1"]}
"""
_META: Final = b'{"Name": "default", "Endpoints": {"docker": {"Host": "tcp://10.0.0.1:2376", "SkipTLSVerify": false}}}'
_YAML_WORDS: Final = (
    b"- ",
    b": ",
    b"? ",
    b"[",
    b"{",
    b"&a ",
    b"*a",
    b"!!str ",
    b"<<: ",
    b"|\n",
    b">\n",
    b"%YAML 1.1\n",
    b"---\n",
    b"...\n",
    b"'",
    b'"',
    b"\\x00",
    b"#",
)
_CONTROL: Final = _content("controls/containers/container_not_privileged.yaml")

WIRE_TARGETS: Final = (
    Target(
        "http_reply",
        _reply,
        (WireDefect,),
        (
            _reply_bytes(b'{"a": 1}', b"Api-Version: 1.47\r\nContent-Type: application/json\r\n"),
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n[{}]\r\n0\r\n\r\n",
            b"HTTP/1.0 404 Not Found\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
            b"HTTP/1.1 204 No Content\r\n\r\n",
        ),
        (
            b"\r\n",
            b"\n",
            b"Content-Length: ",
            b"Transfer-Encoding: chunked\r\n",
            b"0\r\n\r\n",
            b": ",
            b"HTTP/1.1 ",
            b" ",
            b"\t",
            b"100 Continue",
        ),
        (
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n[\r\n", b"0\r\n\r\n"),
            (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n", b"\r\n"),
        ),
    ),
    Target(
        "engine_list",
        _listed,
        (),
        (b'[{"Id": "a", "Names": ["/x"], "Labels": {"a": "' + b"b" * 80 + b'"}}, {"Id": "c"}]', b"[]", b"[{}, {}]"),
        (b'{"Id": "', b'"Names": [', b"\\", b'\\"', b"[", b"{", b"}", b"]", b",", b"NaN", b"1e999"),
        (
            (b"[", b'{"Id":"a"},', b"{}]"),
            (b'[{"a":"', b"\\\\", b'"}]'),
            (b"[", b" ", b"]"),
            (b"[{", b'"a":1,', b'"b":2}]'),
        ),
    ),
    Target(
        "strict_json",
        _strict_json,
        (JsonDefect,),
        (b'{"a": [1, -2.5e3, true, null, "\\ud83d\\ude00 \\ud800"], "b": {"c": {}}}', b"[]", b"1"),
        (b'"a"', b"[", b"{", b"]", b"}", b",", b":", b"\\u0000", b"\\ud800", b"NaN", b"-Infinity", b"1e400"),
        (
            (b"", b"[", b""),
            (b"[", b"[],", b"1]"),
            (b'{"a":1', b',"a":1', b"}"),
            (b'["', b"[{", b'"]'),
            (b"", b'{"a":', b""),
        ),
    ),
    Target(
        "docker_config",
        _docker_config,
        (EndpointError,),
        (b'{"currentContext": "prod", "auths": {}}', b"{}"),
        (b'"currentContext"', b"null"),
    ),
    Target(
        "docker_context",
        _context,
        (EndpointError,),
        (_META,),
        (b'"Endpoints"', b'"docker"', b'"Host"', b"null", b"unix://"),
    ),
    Target(
        "engine_url",
        _url,
        (EndpointError,),
        (
            b"unix:///var/run/docker.sock",
            b"tcp://[fe80::1%eth0]:2376",
            b"ssh://user@host:22/run/docker.sock",
            b"host:2375",
        ),
        (b"://", b"unix", b"tcp", b"ssh", b"@", b":", b"[", b"]", b"/", b"%", b"-", b"npipe"),
    ),
    Target(
        "yaml",
        _yaml,
        (),
        (_YAML_SEED, _CONTROL),
        _YAML_WORDS,
        (
            (b"", b"[", b""),
            (b"", b"- ", b""),
            (b"", b"? ", b""),
            (b"{", b"a, ", b"}"),
            (b"", b"a: b\n", b""),
            (b"[", b"a, ", b"]"),
            (b"", b"'", b""),
            (b"", b"!a ", b"x"),
        ),
    ),
    Target(
        "control_yaml",
        _control,
        (),
        (_CONTROL, _content("controls/files/api_socket_mode.yaml")),
        (*_YAML_WORDS, b"fact: ", b"equals: ", b"all: ", b"not: ", b"every: ", b"when: "),
        ((_CONTROL, b"a%d: b\n", b""), (_CONTROL + b"x: [", b"a, ", b"]")),
    ),
    Target(
        "mapping_yaml",
        _mapping,
        (),
        (_MAPPING_SEED, _EDGES_SEED),
        (*_YAML_WORDS, b"id: ", b"level: ", b"presets: ", b"controls: ", b"edges: ", b"reach: ", b"corresponds: "),
        ((_MAPPING_SEED, b"  - label: x\n", b""), (_EDGES_SEED, b"  - label: x\n", b"")),
    ),
    Target(
        "overlay_yaml",
        _overlay,
        (),
        (_OVERLAY_SEED,),
        (*_YAML_WORDS, b"applicable: ", b"true", b"justification: ", b"implementation: planned", b"A.5.1: "),
        ((b"framework: x\ncontrols:\n", b"  A%d: {applicable: true, justification: x}\n", b""),),
    ),
    Target(
        "recorded_assessment",
        _recorded,
        (JsonDefect, RecordRefused),
        (_RECORDED_SEED,),
        (b'"results"', b'"control"', b'"schema"', b"null", b"[]", b"{}"),
    ),
    Target(
        "snapshot",
        reads_snapshot,
        (SnapshotDefect,),
        (_SNAPSHOT, compress(_SNAPSHOT)),
        (
            b'"values"',
            b'"absent"',
            b'"unavailable"',
            b'"source"',
            b'"members"',
            b'"gap"',
            b"null",
            b'"blocked"',
            b'"notes"',
        ),
    ),
    Target(
        "catalogue",
        _catalogue,
        (ValueError,),
        (b'{"schema":"dockmark/catalogue/2","controls":[],"frameworks":[]}',),
        (b'"controls"', b"null", b"[]", b"{}"),
    ),
    Target("version", _version, (), (b"20.10.24+dfsg1", b"v1.2"), (b".", b"v", b"0", b"-", b"\xd9\xa1")),
    Target(
        "redaction",
        _redacted,
        (),
        (b"postgres://u:p@h/x AKIAABCDEFGHIJKLMNOP ghp_" + b"a" * 36, b"Authorization: Bearer abcdefghijkl"),
        (b"://", b":", b"@", b"AKIA", b"ghp_", b"eyJ", b".", b"-----BEGIN PRIVATE KEY-----", b"password=", b"token: "),
        (
            (b"", b"://a:", b""),
            (b"", b"eyJ", b""),
            (b"", b"eyJa.", b""),
            (b"", b"password=", b""),
            (b"", b"-----BEGIN PRIVATE KEY-----", b""),
        ),
    ),
)
