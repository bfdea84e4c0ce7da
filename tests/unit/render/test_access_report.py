"""The access report on paper: golden files, the schema, and hostile names."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from benchmark.access import list_access
from benchmark.model.access import Access, AccessReport, Grants, Kind
from benchmark.model.facts import ABSENT, Reason, Unavailable
from benchmark.render.access_json import render_access_json
from benchmark.render.access_table import render_access_table
from benchmark.render.options import RenderOptions
from tests.snapshots import container, snapshot

SCHEMA = Path(__file__).parents[3] / "reports" / "schemas" / "access-1.schema.json"
HOSTILE = "web\x1b[2J\x07\u202egpj.\n\r\t|=cmd"


def mounts(path: str, *sockets: str) -> dict[str, Any]:
    record = {"Type": "bind", "Name": "", "Source": path, "Destination": "/x", "RW": True, "Propagation": "rprivate"}
    return {"Mounts": [{**record, "HostPaths": [path], "LinksFollowed": True, "ApiSockets": list(sockets)}]}


def report() -> AccessReport:
    return list_access(
        snapshot(
            [
                container("portal", mounts("/run", "/run/docker.sock")),
                container("debug", {"HostConfig.Privileged": True, "HostConfig.UsernsMode": "host", "Config.User": ""}),
                container("clock", {**mounts("/etc/localtime"), "State.Status": "exited"}),
                container("backup", mounts("/etc")),
            ],
            daemon={
                "daemon.hosts": ["unix:///run/docker.sock", "tcp://0.0.0.0:2375"],
                "tcp_listeners": ["tcp://0.0.0.0:2375"],
            },
            host={
                "root_accounts": ["root", "toor"],
                "docker_group.members": ["alice", "bob"],
                "file_accounts": [{"kind": "group", "id": 999, "name": "docker", "members": ["alice", "bob"]}],
                "docker_socket_unit": ABSENT,
            },
            gaps={"docker_key_files": Unavailable(Reason.DENIED, "/home/bob/.docker: EACCES")},
        )
    )


def hostile() -> AccessReport:
    way = Access(Kind.CONTAINER_PRIVILEGED, f"container {HOSTILE}", Grants.ROOT, (HOSTILE, HOSTILE * 50), HOSTILE)
    return replace(report(), accesses=(way,), remarks=(HOSTILE,))


def table(what: AccessReport, **options: Any) -> str:
    return "".join(render_access_table(what, RenderOptions(**options)))


def errors(text: str) -> list[str]:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return [each.message for each in Draft202012Validator(schema).iter_errors(json.loads(text))]


def test_golden(golden: Any) -> None:
    golden("access.txt", table(report()))
    golden("access_verbose.txt", table(report(), verbose=True))
    golden("access.json", render_access_json(report()))


def test_it_conforms_to_the_schema() -> None:
    assert errors(render_access_json(report())) == errors(render_access_json(hostile())) == []
    spoilt = json.loads(render_access_json(report()))
    spoilt["accesses"][0]["grants"] = "root"
    assert errors(json.dumps(spoilt))


def test_the_schema_is_closed_and_knows_every_word() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    way = schema["properties"]["accesses"]["items"]["properties"]
    assert set(way["kind"]["enum"]) == {each.value for each in Kind}
    assert set(way["grants"]["enum"]) == {each.value for each in Grants}
    missed = schema["properties"]["could_not_look"]["items"]["properties"]
    assert set(missed["reason"]["enum"]) == {each.value for each in Reason}
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            waiting += node["properties"].values()
        elif node.get("type") == "array":
            waiting.append(node["items"])


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("verbose", [True, False])
def test_hostile_text_can_only_be_read(unicode: bool, verbose: bool) -> None:
    text = table(hostile(), unicode=unicode, verbose=verbose)
    assert all(line.isprintable() for line in text.split("\n"))
    assert unicode or text.isascii()
    assert "\\x1b[2J" in text


def test_colour_is_the_only_escape() -> None:
    assert "\x1b[31mRoot on this host" in table(report(), colour=True)
    assert "\x1b" not in table(report())


@pytest.mark.parametrize("width", [10, 40, 100, 300])
def test_any_width(width: int) -> None:
    lines = table(report(), width=width).split("\n")
    assert any("portal" in each for each in lines)
    if width >= 100:
        assert max(map(len, lines)) <= width


@pytest.mark.parametrize("kind", Kind)
def test_the_longest_kind_leaves_room_on_a_narrow_terminal(kind: Kind) -> None:
    """What a terminal breaks by itself begins a line with what a stranger wrote."""
    way = Access(kind, "user number 0 is root and more", Grants.ROOT, ("user number 0 is what the evidence says",), "x")
    for width in (60, 80, 100):
        assert max(map(len, table(replace(report(), accesses=(way,)), width=width).split("\n"))) <= width


def test_every_way_stands_in_the_table_and_the_end_counts_them() -> None:
    text = table(report())
    for each in report().accesses:
        assert each.kind.value in text
        assert each.who in text
    assert text.rstrip().split("\n")[-1].startswith("7 ways to root, ")
    assert "1 could not be looked at" in text
