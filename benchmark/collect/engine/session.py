"""The door: connect to an engine, then read from it in the order that the rest of the collection needs.

    session = connect_engine(endpoint, limits)        # or Unavailable
    engine = session.read_engine()                    # facts of the daemon, networks, who listens on the socket
    swarm = session.read_swarm()
    context = ContainerContext(volume_devices=session.volume_devices(), services=swarm.services_by_id(), …)
    containers = session.read_containers(context)
    images = session.read_images()
    constancy = session.confirm()                     # is it still the same engine?
    session.close()

Nothing raises for what the engine does. At most N + 2M + 14 requests for N containers and M images, one for each exec
session that the engine still knows, and one more for a container one of whose sessions has ended meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

from benchmark.collect.engine.client import EngineClient, Reply
from benchmark.collect.engine.constancy import Constancy, compare_info
from benchmark.collect.engine.containers import read_containers
from benchmark.collect.engine.endpoint import Endpoint
from benchmark.collect.engine.engine_facts import info_facts, product_of, version_facts
from benchmark.collect.engine.images import read_images
from benchmark.collect.engine.limits import Limits
from benchmark.collect.engine.networks import bridge_icc, read_networks, read_volume_devices
from benchmark.collect.engine.reports import CollectionReport, ContainerContext, EngineReport, SwarmReport, timestamp
from benchmark.collect.engine.swarm import read_swarm
from benchmark.model.facts import JsonValue, Reason, Source, Unavailable
from benchmark.model.snapshot import Target

NEWEST_API: Final = (1, 47)
OLDEST_API: Final = (1, 24)
_INT64: Final = 2**63
_API_VERSION: Final = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")


def connect_engine(endpoint: Endpoint, limits: Limits | None = None) -> EngineSession | Unavailable:
    """A session with the engine at ``endpoint``, its API version negotiated; or why there is none.

    PROTOCOL when something answers that is no Docker API, UNSUPPORTED when its API is older than 1.24.
    """
    client = EngineClient(endpoint, limits or Limits())
    reply = client.get("/version")
    source = Source("GET /version", timestamp(), reply.digest)
    version = _docker_version(reply)
    prefix = version if isinstance(version, Unavailable) else negotiate(version)
    if isinstance(version, Unavailable) or isinstance(prefix, Unavailable):
        client.close()
        return version if isinstance(version, Unavailable) else prefix  # type: ignore[return-value]  # one of them is
    client.prefix = prefix
    return EngineSession(client, endpoint, version, source)


def negotiate(version: dict[str, JsonValue]) -> str | Unavailable:
    """The path prefix for the newest API version that both speak; theirs when even their oldest is newer than ours."""
    theirs = _api_version(version.get("ApiVersion"))
    if theirs is None:
        return Unavailable(Reason.PROTOCOL, "GET /version: ApiVersion is not a version: no Docker API")
    if theirs < OLDEST_API:
        return Unavailable(
            Reason.UNSUPPORTED, f"the engine speaks API {theirs[0]}.{theirs[1]}, at least 1.24 is needed"
        )
    oldest = _api_version(version.get("MinAPIVersion")) or OLDEST_API
    major, minor = max(min(NEWEST_API, theirs), min(oldest, theirs))
    return f"/v{major}.{minor}"


class EngineSession:
    """One engine during one run. ``requests`` counts what was sent, ``repeated`` what of it was sent a second time."""

    def __init__(self, client: EngineClient, endpoint: Endpoint, version: dict[str, JsonValue], source: Source) -> None:
        self.endpoint = endpoint
        self.product = product_of(version)
        self._client = client
        self._version = version
        self._version_source = source
        self._info: Reply | None = None
        self._info_source = Source("GET /info")
        self._constancy = Constancy()
        self._confirmed = 0  # of the client's unproven connections

    @property
    def requests(self) -> int:
        """Requests sent so far, repetitions included."""
        return self._client.requests

    @property
    def repeated(self) -> int:
        """Requests that had to be sent again because the connection broke before their turn."""
        return self._client.repeated

    @property
    def api_version(self) -> str:
        """The API version in use, "1.41"."""
        return self._client.prefix.removeprefix("/v")

    @property
    def peer_pid(self) -> int | None:
        """The process that listens on the unix socket, as the kernel says (SO_PEERCRED); None for other transports."""
        return self._client.peer_pid

    def read_engine(self) -> EngineReport:
        """What the engine says of itself, and its networks. Costs 2 requests."""
        info = self._read_info()
        networks = read_networks(self._client)
        facts = version_facts(self._version)
        sources = dict.fromkeys(facts, (self._version_source,))
        told = info_facts(info.value)
        sources |= dict.fromkeys(told, (self._info_source,))
        return EngineReport(
            target=self._target(info.value),
            facts=facts | told,
            sources=sources,
            networks=networks,
            bridge_icc=bridge_icc(networks),
            bridge_icc_source=networks.sources[0],
            peer_pid=self.peer_pid,
            memory_total=_memory_total(info.value),
        )

    def read_swarm(self) -> SwarmReport:
        """Swarm, services and nodes. Costs 4 requests on an active manager, else none."""
        told = info_facts(self._read_info().value)
        return read_swarm(
            self._client, told["info.Swarm.LocalNodeState"], told["info.Swarm.ControlAvailable"], self._info_source
        )

    def volume_devices(self) -> Mapping[str, str] | Unavailable:
        """Every volume by name, with the host path that a local one mounts, "" where none. Costs 1 request."""
        return read_volume_devices(self._client)

    def read_containers(self, context: ContainerContext) -> CollectionReport:
        """Every container, stopped ones included. Costs 2 requests, 1 a container, 1 an exec session.

        And 1 more where the connection was lost meanwhile and nothing but the engine's word tells who answered afterwards.
        """
        report = read_containers(self._client, context)
        if self._client.unproven > self._confirmed:
            self.confirm()
        return report

    def read_images(self) -> CollectionReport:
        """Every image without build intermediates. Costs 2 requests and 2 an image."""
        return read_images(self._client)

    def deepen(self, images: CollectionReport) -> CollectionReport:
        """``images`` with what is inside them. Costs 1 request an image, and reads each of them whole."""
        from benchmark.collect.archive.content import deepen  # noqa: PLC0415  (only an audit that goes deep pays for it)

        return deepen(images, self._client)

    def confirm(self) -> Constancy:
        """Whether everything so far was read of one engine. Costs 1 request.

        Where the connection was lost and neither kernel nor engine can say who answered afterwards, nobody is believed.
        """
        began = self._read_info().value
        if self._constancy.broken is not None or self.product != "docker" or not isinstance(began, dict):
            return self._constancy  # Podman makes up another ID for every reply
        doubtful = self._client.unproven > self._confirmed
        self._confirmed = self._client.unproven
        ends = self._client.get("/info").value
        found = compare_info({**began, "ServerVersion": self._version["Version"]}, ends)
        if doubtful and not isinstance(ends, dict):
            why = ends if isinstance(ends, Unavailable) else Unavailable(Reason.WRONG_TYPE, "GET /info: not an object")
            said = f"the connection was lost, and it cannot be told whether the same engine answered afterwards: {why.detail}"
            found = Constancy(Unavailable(why.reason, said))
        self._constancy = Constancy(found.broken, {**self._constancy.conflicts, **found.conflicts})
        return self._constancy

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read_info(self) -> Reply:
        if self._info is None:
            self._info = self._client.get("/info")
            self._info_source = Source("GET /info", timestamp(), self._info.digest)
        return self._info

    def _target(self, info: JsonValue | Unavailable) -> Target:
        def said(key: str) -> str:
            value = info.get(key) if isinstance(info, dict) else None
            return value if isinstance(value, str) else ""

        version, api = self._version.get("Version"), self._version.get("ApiVersion")
        return Target(
            name=said("Name"),
            endpoint=self.endpoint.url,
            product=self.product,
            engine_id=said("ID"),
            engine_version=version if isinstance(version, str) else "",
            api_version=api if isinstance(api, str) else "",
            os=said("OperatingSystem"),
            kernel=said("KernelVersion"),
        )


def _memory_total(info: JsonValue | Unavailable) -> int | Unavailable | None:
    if not isinstance(info, dict):
        return info if isinstance(info, Unavailable) else Unavailable(Reason.WRONG_TYPE, "GET /info: not an object")
    said = info.get("MemTotal")
    if said is None or (type(said) is int and 0 <= said < _INT64):
        return said
    return Unavailable(Reason.WRONG_TYPE, "GET /info: MemTotal is not a number of bytes")


def _docker_version(reply: Reply) -> dict[str, JsonValue] | Unavailable:
    value = reply.value
    if isinstance(value, Unavailable):
        return value
    if not isinstance(value, dict) or not isinstance(value.get("Version"), str) or "ApiVersion" not in value:
        return Unavailable(Reason.PROTOCOL, "GET /version: something answers, but it is no Docker API")
    return value


def _api_version(value: JsonValue) -> tuple[int, int] | None:
    match = _API_VERSION.fullmatch(value) if isinstance(value, str) else None
    return (int(match[1]), int(match[2])) if match else None
