"""Threads that create, change and remove things on a real engine without a pause, and write down what they did and when."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.engine import import_image
from tests.torture.races_world import IMAGES, RECIPES, Refused, World

NEVER: Final = float("inf")
_MOST_ALIVE: Final = 4  # containers of one thread at a time
_CHURNED: Final = tuple(name for name in RECIPES if name not in ("joined", "mounting"))


@dataclass
class Life:
    """One object. Every moment is a pair: when the request was sent, and when its reply was there (monotonic clock).

    ``names`` and ``memory`` hold every value with the moment at which it came into force, in order.
    """

    kind: str
    recipe: str
    born: tuple[float, float]
    identifier: str = ""
    died: tuple[float, float] = (NEVER, NEVER)
    names: list[tuple[tuple[float, float], str]] = field(default_factory=list)
    memory: list[tuple[tuple[float, float], int]] = field(default_factory=list)

    def surely_there(self, start: float, end: float) -> bool:
        """True when it existed from ``start`` to ``end``."""
        return self.born[1] <= start and self.died[0] >= end

    def perhaps_there(self, start: float, end: float) -> bool:
        """False when it existed at no moment between the two."""
        return self.born[0] <= end and self.died[1] >= start

    def called(self, start: float, end: float) -> set[str]:
        """The names that it may have had between the two."""
        return _in_force(self.names, start, end)

    def limits(self, start: float, end: float) -> set[int]:
        """The memory limits that it may have had between the two."""
        return _in_force(self.memory, start, end)


def _in_force(history: list[tuple[tuple[float, float], Any]], start: float, end: float) -> set[Any]:
    """A value holds from when its request was sent until the reply to the next one."""
    until = [moment[1] for moment, _ in history[1:]] + [NEVER]
    return {value for (moment, value), stop in zip(history, until, strict=True) if moment[0] <= end and stop >= start}


class Journal:
    """What was done, by whom all the threads agree."""

    def __init__(self) -> None:
        self.lives: list[Life] = []
        self.done: dict[str, int] = {}
        self._lock = threading.Lock()

    def add(self, life: Life) -> None:
        """A life is known before its request is sent: an audit may see it before the reply is here."""
        with self._lock:
            self.lives.append(life)

    def note(self, what: str) -> None:
        """Counts something that was done."""
        with self._lock:
            self.done[what] = self.done.get(what, 0) + 1

    def seen_at(self, start: float, end: float) -> list[Life]:
        """Everything that may have existed between the two moments; waits until all of it has an id."""
        with self._lock:
            found = [each for each in self.lives if each.perhaps_there(start, end)]
        patience = time.monotonic() + 30
        while any(not each.identifier for each in found) and time.monotonic() < patience:
            time.sleep(0.005)
        return found


class Churner(threading.Thread):
    """One thread with its own dice; ``failure`` is what ended it before it was told to stop."""

    def __init__(self, number: int, world: World, journal: Journal, rolled: random.Random) -> None:
        super().__init__(daemon=True)
        self.failure: BaseException | None = None
        self._number, self._world, self._journal, self._rolled = number, world, journal, rolled
        self._alive: list[Life] = []
        self._made = 0
        self._stop_asked = threading.Event()

    def run(self) -> None:
        """Until ``finish``."""
        try:
            while not self._stop_asked.is_set():
                self._step()
            for life in self._alive:
                self._remove(life)
        except BaseException as error:  # noqa: BLE001  (the test that joins the thread raises it)
            self.failure = error

    def finish(self) -> None:
        """Ends the thread; raises what it failed with."""
        self._stop_asked.set()
        self.join(60)
        if self.failure is not None:
            raise self.failure

    def _step(self) -> None:
        containers = [each for each in self._alive if each.kind == "container"]
        if not containers or (len(containers) < _MOST_ALIVE and self._rolled.random() < 0.4):
            self._create()
            return
        life = self._rolled.choice(containers)
        act = self._rolled.choice(
            [
                self._remove_one,
                self._remove_one,
                self._rename,
                self._signal,
                self._update,
                self._execute,
                self._image,
                self._network,
            ]
        )
        act(life)

    def _create(self) -> None:
        self._made += 1
        recipe = self._rolled.choice(_CHURNED)
        name = f"c{self._number}-{self._made}"
        life = Life("container", recipe, (time.monotonic(), NEVER))
        life.names.append((life.born, name))
        settings = RECIPES[recipe][0]
        life.memory.append((life.born, settings.get("Memory", 0)))
        self._journal.add(life)
        life.identifier = self._world.create(name, recipe)
        life.born = (life.born[0], time.monotonic())
        self._alive.append(life)
        self._journal.note("created")

    def _remove_one(self, life: Life) -> None:
        self._remove(life)
        self._alive.remove(life)

    def _remove(self, life: Life) -> None:
        path = {"container": "containers", "network": "networks", "image": "images"}[life.kind]
        began = time.monotonic()
        life.died = (began, NEVER)
        force = "" if life.kind == "network" else "?force=1"
        self._world.call("DELETE", f"/{path}/{life.identifier}{force}")
        life.died = (began, time.monotonic())
        self._journal.note("removed")

    def _rename(self, life: Life) -> None:
        self._made += 1
        name = f"c{self._number}-{self._made}"
        began = time.monotonic()
        life.names.append(((began, NEVER), name))
        self._world.call("POST", f"/containers/{life.identifier}/rename?name={name}")
        life.names[-1] = ((began, time.monotonic()), name)
        self._journal.note("renamed")

    def _signal(self, life: Life) -> None:
        verb = self._rolled.choice(["pause", "unpause", "kill", "stop?t=0", "start", "restart?t=0"])
        with contextlib.suppress(Refused):  # a container that does not run cannot be paused, and so on
            self._world.call("POST", f"/containers/{life.identifier}/{verb}")
            self._journal.note("changed in their state")

    def _update(self, life: Life) -> None:
        limit = self._rolled.choice([32, 48, 96]) << 20
        began = time.monotonic()
        life.memory.append(((began, NEVER), limit))
        try:
            self._world.call(
                "POST", f"/containers/{life.identifier}/update", {"Memory": limit, "MemorySwap": 200 << 20}
            )
        except Refused:
            life.memory.append(
                ((began, NEVER), life.memory[-2][1])
            )  # a refused update may have been in force meanwhile
            return
        life.memory[-1] = ((began, time.monotonic()), limit)
        self._journal.note("updated")

    def _execute(self, life: Life) -> None:
        with contextlib.suppress(Refused):
            session = self._world.call("POST", f"/containers/{life.identifier}/exec", {"Cmd": ["true"], "User": "0"})
            self._world.call("POST", f"/exec/{session['Id']}/start", {"Detach": True})
            self._journal.note("executed in")

    def _image(self, _: Life) -> None:
        self._made += 1
        reference = f"churned:{self._number}-{self._made}"
        life = Life("image", "", (time.monotonic(), NEVER))
        life.names.append((life.born, reference))
        self._journal.add(life)
        import_image(self._world.engine, reference, f"LABEL who={reference}")
        life.identifier = self._world.call("GET", f"/images/{reference}/json")["Id"]
        life.born = (life.born[0], time.monotonic())
        further = f"aaa:{self._number}-{self._made}"
        life.names.append(((time.monotonic(), NEVER), further))
        self._world.call("POST", f"/images/{reference}/tag?repo=aaa&tag={self._number}-{self._made}")
        self._remove(life)
        self._journal.note("imported")

    def _network(self, _: Life) -> None:
        self._made += 1
        name = f"n{self._number}-{self._made}"
        life = Life("network", "", (time.monotonic(), NEVER))
        life.names.append((life.born, name))
        self._journal.add(life)
        life.identifier = self._world.call(
            "POST", "/networks/create", {"Name": name, "Driver": "bridge", "Internal": True}
        )["Id"]
        life.born = (life.born[0], time.monotonic())
        self._remove(life)
        self._journal.note("networks made")


def standing(world: World, recipes: Mapping[str, str] | None = None) -> list[Life]:
    """The population that nobody touches, as lives without beginning and end. ``recipes`` of containers beyond it by name."""
    always = (-NEVER, -NEVER)
    lives = []
    for name, identifier in world.ids().items():
        recipe = (recipes or {}).get(name, name)
        memory = RECIPES[recipe][0].get("Memory", 0)
        lives.append(Life("container", recipe, always, identifier, names=[(always, name)], memory=[(always, memory)]))
    for reference in IMAGES:
        identifier = world.call("GET", f"/images/{reference}/json")["Id"]
        lives.append(Life("image", reference, always, identifier, names=[(always, reference)]))
    networks = world.call("GET", "/networks")
    return lives + [
        Life("network", each["Name"], always, each["Id"], names=[(always, each["Name"])]) for each in networks
    ]
