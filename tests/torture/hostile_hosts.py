"""Whole hosts of strangers: a random host of the oracle's generator, staged as files and API, with planted strings."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.faulty_daemon import FaultyDaemon, World, reply_bytes
from tests.torture.hostile_plant import Planter
from tests.torture.hostile_strings import hostile
from tests.torture.oracle.generate import roll_host
from tests.torture.oracle.stage_api import make_api
from tests.torture.oracle.stage_documents import write_documents
from tests.torture.oracle.stage_proc import write_proc
from tests.torture.oracle.stage_tree import write_tree

# Listings and the collections whose members they name.
LISTINGS: Final = {
    "/containers/json?all=1": "containers",
    "/images/json": "images",
    "/networks": "networks",
    "/services": "services",
    "/nodes": "nodes",
}
_REFUSALS: Final = (b"403 Forbidden", b"404 Not Found", b"500 Internal Server Error", b"418 I'm a teapot")


@dataclass(frozen=True)
class Staged:
    """A host that can be audited: ``words`` are the target options; ``listed`` says how many members a collection has."""

    words: tuple[str, ...]
    scope: tuple[str, ...]
    listed: dict[str, int]
    world: World
    top: Path
    daemon: FaultyDaemon


@contextmanager
def staged(dice: random.Random, number: int, planter: Planter, *, refusals: float = 0.0) -> Iterator[Staged]:
    """Host ``number``, its API and its files planted by ``planter``. ``refusals`` is the chance of an endpoint to answer with an
    error and a hostile message.
    """
    host = roll_host(dice, number)
    directory = Path(tempfile.mkdtemp(prefix="hostile"))
    try:
        top = directory / "root"
        top.mkdir()
        write_tree(host, top)
        builds, reports = write_documents(host, directory / "documents")
        write_proc(host, top, os.getpid())
        world = enriched(make_api(host))
        listed = {name: len(world[path]) for path, name in LISTINGS.items() if path in world}
        planter.files(top, chance=planter.chance / 4)
        planter.files(directory / "documents", chance=planter.chance)
        planted = {
            path: each if isinstance(each, bytes) else planter.tree(each, shape_of(path))
            for path, each in world.items()
        }
        with FaultyDaemon(planted) as daemon:
            for path in planted:
                if dice.random() < refusals:
                    listed.pop(LISTINGS.get(path, ""), None)
                    daemon._replies[path] = refusal(dice)
            words = ("--host", daemon.url, "--host-root", str(top))
            scope = [word for each in builds for word in ("--dockerfile", each)]
            scope += [word for each in reports for word in ("--vulnerabilities", each)]
            scope += ["--deep"] if host.deep else []
            yield Staged(words, tuple(scope), listed, planted, top, daemon)
    finally:
        shutil.rmtree(os.fsencode(directory))


def refusal(dice: random.Random) -> bytes:
    """An error reply whose message, headers and type are a stranger's."""
    import json

    message = json.dumps({"message": hostile(dice)}).encode()
    header = hostile(dice).encode("utf-8", "replace").replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"")
    return reply_bytes(message, dice.choice(_REFUSALS), b"X-Said: " + header + b"\r\n")


def shape_of(path: str) -> str:
    """The endpoint's path without what differs from object to object: ``/containers/*/json``."""
    return "/".join("*" if len(each) > 20 or "sha256:" in each else each for each in path.split("/"))


def enriched(world: World) -> World:
    """``world`` with what real engines say beyond what the oracle's hosts need."""
    made: dict[str, Any] = dict(world)
    made["/info"] = {
        "HttpProxy": "http://proxy.example.com:3128",
        "HttpsProxy": "http://proxy.example.com:3128",
        "NoProxy": "localhost",
        "Labels": ["zone=a"],
        "Runtimes": {"runc": {"path": "runc"}},
        "InitBinary": "docker-init",
        "ContainerdCommit": {"ID": "abc", "Expected": "abc"},
        "Warnings": ["WARNING: No swap limit support"],
        **made["/info"],
    }
    for path, each in made.items():
        if path.startswith("/containers/") and path.endswith("/json"):
            config = {
                **each["Config"],
                "Labels": {**(each["Config"].get("Labels") or {}), "com.example.owner": "a team"},
            }
            made[path] = {**each, "Config": {**config, "Entrypoint": ["/entry.sh"], "Hostname": "web"}}
    return made
