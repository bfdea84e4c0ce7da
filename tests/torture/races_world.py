"""A small population on a real engine, and the things that may happen to it: each done through the API in one step."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.engine import IMAGE, Engine, import_image

_PLAIN: Final = {"NetworkMode": "none"}
# By name: HostConfig, whether it runs, and what else the body of the request says.
RECIPES: Final[dict[str, tuple[dict[str, Any], bool, dict[str, Any]]]] = {
    "admin": ({**_PLAIN, "Privileged": True}, False, {}),
    "bare": (_PLAIN, True, {}),
    "host": ({"NetworkMode": "host", "PidMode": "host"}, True, {"User": "1000"}),
    "joined": ({"NetworkMode": "container:host"}, True, {}),
    "limited": (
        {**_PLAIN, "Memory": 64 << 20, "PidsLimit": 50, "ReadonlyRootfs": True, "SecurityOpt": ["no-new-privileges"]},
        True,
        {"User": "12:12"},
    ),
    "mounting": ({**_PLAIN, "Binds": ["disguised:/data"]}, False, {}),
}
_DISGUISED: Final = "/proc"  # sensitive, and nothing in it can be deleted by whoever tidies up a data root
IMAGES: Final = {
    IMAGE: (),
    "app:1": ("USER 1000", "HEALTHCHECK CMD true"),
    "tool:7": ("ENV TOKEN=x", "LABEL a=b"),
}
_BUILT_IN: Final = frozenset({"none", "host", "bridge", "ingress", "docker_gwbridge"})


class Refused(Exception):
    """The engine did not do what it was asked; the message holds the request and its reply."""


class World:
    """The population of ``engine``. ``restore`` makes it again what ``RECIPES`` and ``IMAGES`` say."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        device = {"type": "none", "o": "bind", "device": _DISGUISED}
        self.call("POST", "/volumes/create", {"Name": "disguised", "Driver": "local", "DriverOpts": device})
        self.restore()

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The decoded reply. Raises Refused."""
        status, reply = self.engine.call(method, path, body)
        if status >= 400:
            raise Refused(f"{method} {path}: {status} {reply}")
        return reply

    def ids(self) -> dict[str, str]:
        """Ids of all containers by name."""
        return {each["Names"][0][1:]: each["Id"] for each in self.call("GET", "/containers/json?all=1")}

    def create(self, name: str, recipe: str, **host_config: Any) -> str:
        """Id of a new container made by ``recipe``; it runs if the recipe says so."""
        settings, runs, others = RECIPES[recipe]
        body = {
            "Image": IMAGE,
            "Cmd": ["sleep", "100000"],
            "StopSignal": "SIGKILL",
            **others,
            "HostConfig": {**settings, **host_config},
        }
        identifier = str(self.call("POST", f"/containers/create?name={name}", body)["Id"])
        if runs:
            self.call("POST", f"/containers/{identifier}/start")
            self._await_program(identifier)
        return identifier

    def _await_program(self, container: str) -> None:
        """An engine calls a container started while its process is still the runtime's; what is at rest is the program."""
        for _ in range(500):
            pid = self.call("GET", f"/containers/{container}/json")["State"]["Pid"]
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/exe").readlink().name == "busybox":
                    return
            time.sleep(0.01)
        raise Refused(f"container {container} does not start its program")

    def remove(self, container: str) -> None:
        """Removes it, running or not."""
        self.call("DELETE", f"/containers/{container}?force=1&v=1")

    def restore(self, *spoiled: str) -> None:
        """Removes what does not belong here and the containers named ``spoiled``, and makes what is missing."""
        known = self.ids()
        again = set(spoiled) | ({"joined"} if "host" in spoiled else set())
        for name in known:
            if name not in RECIPES or name in again:
                self.remove(known[name])
        left = self.ids()
        if "host" not in left and "joined" in left:  # it joined a container that is gone
            self.remove("joined")
            del left["joined"]
        self._restore_images()
        for name in RECIPES:
            if name not in left:
                self.create(name, name)
        for network in self.call("GET", "/networks"):
            if network["Name"] not in _BUILT_IN:
                self.call("DELETE", f"/networks/{network['Id']}")
        for volume in self.call("GET", "/volumes")["Volumes"] or ():
            if volume["Name"] != "disguised":
                self.call("DELETE", f"/volumes/{volume['Name']}")

    def _restore_images(self) -> None:
        tags: dict[str, str] = {}
        for image in self.call("GET", "/images/json"):
            own = [each for each in image["RepoTags"] or () if each != "<none>:<none>"]
            if not set(own) & set(IMAGES):
                self.call("DELETE", f"/images/{image['Id']}?force=1")
                continue
            tags |= dict.fromkeys(own, image["Id"])
        for each in set(tags) - set(IMAGES):
            self.call("DELETE", f"/images/{each}")
        for reference, changes in IMAGES.items():
            if reference not in tags:
                import_image(self.engine, reference, *changes)

    def reload(self, *, debug: bool) -> None:
        """Writes the configuration file anew and has the daemon read it: debug mode and live restore, or neither."""
        self.engine.config_file.write_text(json.dumps({"debug": debug, "live-restore": debug}))
        os.kill(self.engine.pid, signal.SIGHUP)
        for _ in range(100):
            if self.call("GET", "/info")["Debug"] is debug:
                return
            time.sleep(0.02)
        raise Refused("the daemon does not reload its configuration")


@dataclass(frozen=True)
class Action:
    """``run`` does it to a world, to an object that the dice choose, and returns the names of the containers it spoiled.

    ``steps`` says that it is several steps for the engine: between them there were other moments. ``undo`` is for what
    ``World.restore`` does not mend, ``prepare`` for what must be there before. ``gaps`` says that the engine itself may refuse
    to list things afterwards.
    """

    name: str
    run: Callable[[World, random.Random], tuple[str, ...]]
    steps: bool = False
    gaps: bool = False
    undo: Callable[[World], None] | None = None
    prepare: Callable[[World], object] | None = None


def _victim(rolled: random.Random, *, running: bool | None = None) -> str:
    return rolled.choice([name for name, (_, runs, _) in RECIPES.items() if running in (None, runs)])


def _remove(world: World, rolled: random.Random) -> tuple[str, ...]:
    name = _victim(rolled)
    world.remove(name)
    return (name,)


def _create(world: World, rolled: random.Random) -> tuple[str, ...]:
    world.create("newcomer", rolled.choice([each for each in RECIPES if each not in ("joined", "mounting")]))
    return ()


def _replace(world: World, rolled: random.Random) -> tuple[str, ...]:
    """Another container under the same name: privileged where it was not, and the other way round."""
    name = _victim(rolled)
    world.remove(name)
    world.create(name, "bare" if name == "admin" else "admin")
    return (name,)


def _rename(world: World, rolled: random.Random) -> tuple[str, ...]:
    name = _victim(rolled)
    world.call("POST", f"/containers/{name}/rename?name=renamed")
    return (name,)


def _exchange_names(world: World, rolled: random.Random) -> tuple[str, ...]:
    one, other = rolled.sample(sorted(RECIPES), 2)
    ids = world.ids()
    for identifier, name in ((ids[one], "between"), (ids[other], one), (ids[one], other)):
        world.call("POST", f"/containers/{identifier}/rename?name={name}")
    return (one, other)


def _to_running(verb: str) -> Callable[[World, random.Random], tuple[str, ...]]:
    def act(world: World, rolled: random.Random) -> tuple[str, ...]:
        name = _victim(rolled, running=True)
        world.call("POST", f"/containers/{name}/{verb}")
        return (name,)

    return act


def _start(world: World, _: random.Random) -> tuple[str, ...]:
    world.call("POST", "/containers/mounting/start")
    return ("mounting",)


def _update(world: World, rolled: random.Random) -> tuple[str, ...]:
    name = rolled.choice(["bare", "limited"])
    limit = 96 << 20
    world.call("POST", f"/containers/{name}/update", {"Memory": limit, "MemorySwap": 2 * limit, "CpuShares": 300})
    return (name,)


def _exec(world: World, rolled: random.Random) -> tuple[str, ...]:
    name = rolled.choice(["bare", "limited"])
    body = {"Cmd": ["sleep", "1000"], "User": "0", "Detach": True}
    session = world.call("POST", f"/containers/{name}/exec", body)["Id"]
    world.call("POST", f"/exec/{session}/start", {"Detach": True})
    return (name,)


def _add_network(world: World, _: random.Random) -> tuple[str, ...]:
    world.call("POST", "/networks/create", {"Name": "n1", "Driver": "bridge", "Internal": True})
    return ()


def _add_volume(world: World, _: random.Random) -> tuple[str, ...]:
    """A volume that is a bind mount in disguise, and a container that uses it."""
    device = {"type": "none", "o": "bind", "device": _DISGUISED}
    world.call("POST", "/volumes/create", {"Name": "young", "Driver": "local", "DriverOpts": device})
    world.create("newcomer", "mounting", Binds=["young:/data"])
    return ()


def _import(world: World, _: random.Random) -> tuple[str, ...]:
    import_image(world.engine, "fresh:1", "USER 5")
    return ()


def _tag(world: World, rolled: random.Random) -> tuple[str, ...]:
    """A further name, which comes first in the alphabet and is thus what the image is called."""
    world.call("POST", f"/images/{rolled.choice(sorted(IMAGES))}/tag?repo=aaa&tag=1")
    return ()


def _move_tag(world: World, _: random.Random) -> tuple[str, ...]:
    world.call("POST", "/images/tool:7/tag?repo=app&tag=1")
    return ()


def _remove_image(world: World, rolled: random.Random) -> tuple[str, ...]:
    world.call("DELETE", f"/images/{rolled.choice(['app:1', 'tool:7'])}")
    return ()


def _reload(world: World, _: random.Random) -> tuple[str, ...]:
    world.reload(debug=True)
    return ()


def _join_swarm(world: World) -> None:
    body = {"ListenAddr": "127.0.0.1:0", "AdvertiseAddr": "127.0.0.1:2377", "ForceNewCluster": False, "Spec": {}}
    world.call("POST", "/swarm/init", body)


def _leave_swarm(world: World) -> None:
    if world.call("GET", "/info")["Swarm"]["LocalNodeState"] != "inactive":
        world.call("POST", "/swarm/leave?force=1")


def _add_service(world: World, _: random.Random) -> tuple[str, ...]:
    task = {"ContainerSpec": {"Image": IMAGE, "Env": ["DB_PASSWORD=x"]}}
    body = {"Name": "service", "TaskTemplate": task, "Mode": {"Replicated": {"Replicas": 0}}}
    world.call("POST", "/services/create", body)
    return ()


def _simply(act: Callable[[World], object]) -> Callable[[World, random.Random], tuple[str, ...]]:
    def run(world: World, _: random.Random) -> tuple[str, ...]:
        act(world)
        return ()

    return run


def _pause_bare(world: World) -> None:
    world.call("POST", "/containers/bare/pause")


def _unpause_bare(world: World, _: random.Random) -> tuple[str, ...]:
    world.call("POST", "/containers/bare/unpause")
    return ("bare",)


ACTIONS: Final = (
    Action("a container is removed", _remove),
    Action("a container is created", _create, steps=True),
    Action("a container is replaced under its name", _replace, steps=True),
    Action("a container is renamed", _rename),
    Action("two containers exchange their names", _exchange_names, steps=True),
    Action("a container is paused", _to_running("pause")),
    Action("a container is stopped", _to_running("stop?t=0")),
    Action("a container is killed", _to_running("kill")),
    Action("a container is started", _start),
    Action("limits are updated", _update),
    Action("something is executed in a container", _exec, steps=True),
    Action("a network is created", _add_network),
    Action("a volume and a container with it are created", _add_volume, steps=True),
    Action("an image is imported", _import),
    Action("an image gets a further tag", _tag),
    Action("a tag moves to another image", _move_tag),
    Action("an image is removed", _remove_image),
    Action("the configuration is reloaded", _reload, undo=lambda world: world.reload(debug=False)),
    Action("a container is unpaused", _unpause_bare, prepare=_pause_bare),
    Action(
        "a network is removed",
        _simply(lambda world: world.call("DELETE", "/networks/n1")),
        prepare=lambda world: _add_network(world, random.Random(0)),
    ),
    Action(
        "an image loses a tag",
        _simply(lambda world: world.call("DELETE", "/images/aaa:1")),
        prepare=lambda world: world.call("POST", "/images/app:1/tag?repo=aaa&tag=1"),
    ),
    Action("a swarm is made", _simply(_join_swarm), gaps=True, undo=_leave_swarm),
    Action("a swarm is left", _simply(_leave_swarm), gaps=True, undo=_leave_swarm, prepare=_join_swarm),
    Action("a service is created", _add_service, undo=_leave_swarm, prepare=_join_swarm),
)
