"""Described hosts scanned by the real collectors, with what their engine answers said in another way."""

from __future__ import annotations

import copy
import itertools
import json
import os
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmark.collect import CollectRequest, collect_snapshot
from benchmark.collect.engine import confinement
from benchmark.model.snapshot import Snapshot
from benchmark.model.snapshot_file import decode_snapshot, encode_snapshot
from tests.faulty_daemon import FaultyDaemon, World
from tests.torture.oracle.host import Host
from tests.torture.oracle.stage_api import make_api
from tests.torture.oracle.stage_documents import write_documents
from tests.torture.oracle.stage_proc import write_proc
from tests.torture.oracle.stage_tree import write_tree

BUG: Final = "DOCKMARK_LAWS_BUG"  # set: sets are not sorted in the process that scans
_TIME: Final = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_WHOLE: Final = re.compile(r'^ {2,3}"uuid": "[0-9a-f-]{36}"\}', re.MULTILINE)
_HOSTILE: Final = (
    "dockmark.ignore",
    "com.docker.compose.service",
    "org.opencontainers.image.title",
    "\u202e<script>",
    "skip",
)


class Staged:
    """A host's files and the replies of its engine, ready to be scanned any number of times."""

    def __init__(self, host: Host, directory: Path) -> None:
        self._host, self._directory = host, directory
        (directory / "root").mkdir()
        write_tree(host, directory / "root")
        self._builds, self._reports = write_documents(host, directory / "documents")
        write_proc(host, directory / "root", os.getpid())
        self.api = make_api(host)

    def scan(self, change: Callable[[World], World] = lambda world: world) -> Snapshot:
        """The product's snapshot, every time of day in it the same, with ``change`` made to a copy of the replies."""
        with FaultyDaemon(change(copy.deepcopy(self.api))) as daemon:
            request = CollectRequest(
                host=daemon.url,
                host_root=str(self._directory / "root"),
                deep=self._host.deep,
                dockerfiles=tuple(self._builds),
                vulnerabilities=tuple(self._reports),
            )
            data = encode_snapshot(collect_snapshot(request))
            data = data.replace(daemon.url.partition("://")[2].encode(), b"/run/docker.sock")
        data = data.replace(str(self._directory).encode(), b"/staged")
        return decode_snapshot(_TIME.sub(b"2026-11-27T00:00:00Z", data))


@contextmanager
def staged(host: Host) -> Iterator[Staged]:
    """The host below a directory of its own, which is gone afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="laws"))
    try:
        yield Staged(host, directory)
    finally:
        shutil.rmtree(directory)


def without_digests(text: str) -> str:
    """The same, whatever bytes a reply was made of: their order, and the number of the process that serves them.

    OSCAL's results and document are named by a digest of all their text; the ids of everything in them stay.
    """
    return re.sub(rf"\b{os.getpid()}\b", "PID", _WHOLE.sub('"uuid": ""}', _DIGEST.sub("sha256:", text)))


def in_another_order(rolled: random.Random) -> Callable[[World], World]:
    """Lists of objects shuffled, and the keys of every reply turned round."""

    def change(world: World) -> World:
        changed = {}
        for path, reply in world.items():
            if path.endswith("/history"):  # that order is time
                changed[path] = reply
            else:
                changed[path] = _turned(_shuffled(reply, rolled))
        return changed

    return change


def _shuffled(reply: Any, rolled: random.Random) -> Any:
    """A list of objects in another order; lists inside objects keep theirs."""
    if isinstance(reply, list) and all(isinstance(each, dict) for each in reply):
        return rolled.sample(reply, len(reply))
    return reply


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _turned(each) for key, each in reversed(value.items())}
    return [_turned(each) for each in value] if isinstance(value, list) else value


def in_another_order_within(rolled: random.Random) -> Callable[[World], World]:
    """The lists inside the inspections of containers that are sets to the engine: mounts, ports, capabilities, options."""

    def change(world: World) -> World:
        for path, reply in world.items():
            if path.startswith("/containers/") and path.endswith("/json") and isinstance(reply, dict):
                for name in ("CapAdd", "CapDrop", "SecurityOpt", "Devices", "Ulimits", "DeviceCgroupRules"):
                    _shuffle_in(reply["HostConfig"], name, rolled)
                _shuffle_in(reply, "Mounts", rolled)
                _shuffle_in(reply, "ExecIDs", rolled)
                for bindings in (reply["NetworkSettings"]["Ports"] or {}).values():
                    rolled.shuffle(bindings or [])
            if path.startswith("/images/") and path.endswith("/json"):
                for each in reply if isinstance(reply, list) else [reply]:
                    _shuffle_in(each, "RepoTags", rolled)
                    _shuffle_in(each, "RepoDigests", rolled)
        return world

    return change


def _shuffle_in(reply: dict[str, Any], name: str, rolled: random.Random) -> None:
    if isinstance(reply.get(name), list):
        rolled.shuffle(reply[name])


_NAMES: Final = ("ingress", "host", "docker", "k8s_POD", "test", "_")


def renamed_and_labelled(rolled: random.Random) -> Callable[[World], World]:
    """Containers under other names, labels on everything, and environment variables that mean nothing.

    The names are given in turn, over all worlds that are changed: none of them may be left to chance.
    """
    given = itertools.cycle(rolled.sample(_NAMES, len(_NAMES)))

    def change(world: World) -> World:
        names: dict[str, str] = {}
        for path, reply in world.items():
            for each in reply if isinstance(reply, list) else [reply]:
                if isinstance(each, dict):
                    _relabel(each, rolled)
            if path.startswith("/containers/") and path.endswith("/json"):
                names[reply["Id"]] = f"/{next(given)}-{len(names)}"
                reply["Name"] = names[reply["Id"]]
        for each in world["/containers/json?all=1"]:
            each["Names"] = [names[each["Id"]]]
        return world

    return change


def _relabel(reply: dict[str, Any], rolled: random.Random) -> None:
    more = {rolled.choice(_HOSTILE): rolled.choice(("true", "", "1", "all")) for _ in range(3)}
    for holder in (reply, reply.get("Config"), reply.get("Spec")):
        if isinstance(holder, dict) and isinstance(holder.get("Labels"), dict):
            holder["Labels"] = {**more, **holder["Labels"]}
    config = reply.get("Config")
    if isinstance(config, dict) and isinstance(config.get("Env"), list):
        config["Env"] = [*config["Env"], "DOCKMARK_IGNORE=1", "CIS=pass", "LANG=\u202e"]


def with_container(inspected: dict[str, Any]) -> Callable[[World], World]:
    """One container more, as another host's engine describes it."""

    def change(world: World) -> World:
        listed = {"Id": inspected["Id"], "Names": [inspected["Name"]], "Image": inspected["Config"]["Image"]}
        known = world["/containers/json?all=1"]
        shape = copy.deepcopy(known[0]) if known else {}
        world["/containers/json?all=1"] = [*known, {**shape, **listed, "State": inspected["State"]["Status"]}]
        world[f"/containers/{inspected['Id']}/json"] = inspected
        return world

    return change


def main(numbers: list[str]) -> None:
    """Scans hosts of the oracle by number and writes every output: what tests run under other hash seeds."""
    from tests.torture.laws_worlds import evaluate, unwrapped
    from tests.torture.oracle_harness import hosts

    if os.environ.get(BUG):
        vars(confinement)["sorted"] = list
    told = {}
    for number in numbers:
        (host,) = hosts(int(number), 1)
        with staged(host) as place:
            snapshot = place.scan()
        written = {"snapshot": encode_snapshot(snapshot).decode(), **unwrapped(evaluate(snapshot))}
        told[number] = {name: without_digests(text) for name, text in written.items()}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
