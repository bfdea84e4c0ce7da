"""What has gathered on an engine: images that nothing uses, containers that do not run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from benchmark.collect.engine.reports import CollectionReport
from benchmark.model.facts import FactValue, Reason, Subject, Unavailable

_MOST_NAMED: Final = 10


def operations_facts(containers: CollectionReport, images: CollectionReport) -> Mapping[str, FactValue]:
    """The facts ``operations.*`` of the daemon. A count that rests on an incomplete list is Unavailable for its reason."""
    unused = _unused_images(containers, images)
    stopped = _stopped_containers(containers)
    return {
        "operations.images": images.gap or len(images.subjects),
        "operations.unused_images": unused if isinstance(unused, Unavailable) else len(unused),
        "operations.containers": containers.gap or len(containers.subjects),
        "operations.stopped_containers": stopped if isinstance(stopped, Unavailable) else len(stopped),
    }


def operations_notes(containers: CollectionReport, images: CollectionReport) -> Mapping[str, str]:
    """A remark by fact for those counts that are not 0: of how many, and the first names."""
    unused, stopped = _unused_images(containers, images), _stopped_containers(containers)
    notes: dict[str, str] = {}
    if unused and not isinstance(unused, Unavailable):
        notes["operations.unused_images"] = (
            f"{len(unused)} of {len(images.subjects)} images are used by no container: {_named(unused)}"
        )
    if stopped and not isinstance(stopped, Unavailable):
        notes["operations.stopped_containers"] = (
            f"{len(stopped)} of {len(containers.subjects)} containers do not run: {_named(stopped)}"
        )
    return notes


def _unused_images(containers: CollectionReport, images: CollectionReport) -> tuple[Subject, ...] | Unavailable:
    """The images that no container names as its own; containers name them by id."""
    if images.gap is not None or containers.gap is not None:
        return images.gap or containers.gap or ()
    used = set()
    for container in containers.subjects:
        image = container.fact("Image")
        if not isinstance(image, str):
            return _unknown(image, container)
        used.add(image)
    return tuple(each for each in images.subjects if each.id not in used)


def _stopped_containers(containers: CollectionReport) -> tuple[Subject, ...] | Unavailable:
    if containers.gap is not None:
        return containers.gap
    stopped = []
    for container in containers.subjects:
        running = container.fact("State.Running")
        if not isinstance(running, bool):
            return _unknown(running, container)
        if not running:
            stopped.append(container)
    return tuple(stopped)


def _unknown(value: FactValue, container: Subject) -> Unavailable:
    if isinstance(value, Unavailable):
        return Unavailable(value.reason, f"{container.label}: {value.detail}")
    return Unavailable(Reason.UNSUPPORTED, f"{container.label}: not reported")


def _named(subjects: Iterable[Subject]) -> str:
    names = [each.name for each in subjects]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
