"""The door: what is inside an image, read from the archive that the engine streams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from benchmark.collect.archive.content_facts import content_facts
from benchmark.collect.archive.image_archive import ImageArchive
from benchmark.collect.archive.limits import ArchiveDefect, ArchiveLimits, Budget
from benchmark.collect.engine.client import EngineClient
from benchmark.collect.engine.reports import CollectionReport, timestamp
from benchmark.collect.engine.streaming import Stop, stream
from benchmark.model.facts import FactValue, Source, Subject, Unavailable
from benchmark.model.facts_image_content import IMAGE_CONTENT_FACTS

_LIMITS: Final = ArchiveLimits()


def read_image_content(
    client: EngineClient, identifier: str, limits: ArchiveLimits = _LIMITS
) -> Mapping[str, FactValue]:
    """The content facts of the image with this id. Costs 1 request; never raises for what image or engine do.

    All are unavailable, for one reason, when any part of the archive could not be read: nothing is said of a half.
    """
    budget = Budget(limits)
    archive = ImageArchive(budget)

    def take(piece: bytes) -> None:
        try:
            archive.take(piece)
        except ArchiveDefect as defect:
            raise Stop(defect.reason, defect.detail) from None

    path = _path(identifier)
    came = stream(client, path, take, most=limits.stream_bytes, seconds=limits.seconds)
    if isinstance(came, Unavailable):
        return dict.fromkeys(IMAGE_CONTENT_FACTS, came)
    try:
        return content_facts(archive.layers(), limits.listed)
    except ArchiveDefect as defect:
        return dict.fromkeys(IMAGE_CONTENT_FACTS, Unavailable(defect.reason, f"GET {path}: {defect.detail}"))


def deepen(images: CollectionReport, client: EngineClient, limits: ArchiveLimits = _LIMITS) -> CollectionReport:
    """``images`` with their content, one archive after the other. Do it last: it may use up the run's time."""
    return replace(images, subjects=tuple(_deepened(each, client, limits) for each in images.subjects))


def _deepened(image: Subject, client: EngineClient, limits: ArchiveLimits) -> Subject:
    if image.blocked is not None:
        return image
    read_at = timestamp()
    facts = read_image_content(client, image.id, limits)
    source = Source(f"GET {_path(image.id)}", read_at)
    sources = {**(image.sources or {}), **dict.fromkeys(facts, (source,))}
    return replace(image, facts={**image.facts, **facts}, sources=sources)


def _path(identifier: str) -> str:
    return f"/images/{identifier}/get"
