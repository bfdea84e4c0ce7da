"""What a collection is asked to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CollectRequest:
    """The target and what looking at it may cost.

    ``host`` is an engine URL, ``context`` the name of a docker context; with neither, ``environment`` decides as it does for
    the docker command. ``host_root`` is where the target's file system is mounted. ``request_timeout`` and ``deadline`` are
    seconds for one request and for the whole conversation with the engine. ``deep`` reads the content of every image;
    ``dockerfiles`` are build files to judge, ``vulnerabilities`` reports that scanners wrote. ``labels`` are keys of labels of
    containers that are kept besides ``facts_container.KEPT_LABELS``.
    """

    host: str | None = None
    context: str | None = None
    host_root: str = "/"
    environment: Mapping[str, str] = field(default_factory=dict)
    request_timeout: float = 20.0
    deadline: float = 300.0
    deep: bool = False
    dockerfiles: tuple[str, ...] = ()
    vulnerabilities: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
