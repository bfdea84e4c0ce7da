"""The images of an engine with their history, secrets in commands redacted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from benchmark.collect.engine.client import EngineClient, Reply
from benchmark.collect.engine.image_facts import HISTORY_FACTS, image_facts, image_notes, with_accounts
from benchmark.collect.engine.listing import first_name, read_again, read_listing, settle
from benchmark.collect.engine.reports import CollectionReport, in_order, timestamp
from benchmark.model.facts import FactValue, JsonValue, Reason, Source, Subject, Unavailable

LIST_PATH: Final = "/images/json"
_KEEP: Final = ("Id", "RepoTags")
_UNTAGGED: Final = "<none>:<none>"  # how engines before 24 list a dangling image


def read_images(client: EngineClient) -> CollectionReport:
    """Every tagged or dangling image, build intermediates left out. Costs 2 requests and 2 an image."""
    first = read_listing(client, LIST_PATH, _listed_name, _KEEP)
    if not first.names and first.gap is not None:
        return CollectionReport(gap=first.gap, sources=(first.source,))
    identifiers = tuple(first.names)
    paths = [f"/images/{each}/{what}" for each in identifiers for what in ("json", "history")]
    replies = client.get_many(paths, lambda at, value: _mismatch(value, at, identifiers, first.names))
    subjects: list[Subject] = []
    gone: dict[str, Unavailable] = {}
    for identifier, inspected, history in zip(identifiers, replies, replies, strict=True):
        missing = _not_found(inspected) or _not_found(history)
        if missing is not None:
            gone[identifier] = missing
            continue
        subjects.append(_subject(identifier, first.names[identifier], inspected, history))
    again = read_again(client, LIST_PATH, _listed_name, _KEEP, gone)
    unseen, vanished, appeared, gap = settle("image", first, again, gone)
    return in_order(CollectionReport((*subjects, *unseen), gap, vanished, appeared, (first.source, again.source)))


def resolve_users(images: CollectionReport) -> CollectionReport:
    """``images`` after their content was read: users by name are looked up in the image's own accounts."""
    return replace(images, subjects=tuple(with_accounts(each) for each in images.subjects))


def _mismatch(value: JsonValue, at: int, identifiers: tuple[str, ...], listed: Mapping[str, str]) -> Unavailable | None:
    """Unlike with containers the Id need not be the one that was asked for: image stores differ in which digest they call
    the id. But it must not be the id of another image in the list. The paths of inspect and history take turns.
    """
    wanted, is_history = identifiers[at // 2], at % 2 == 1
    if not isinstance(value, list if is_history else dict):
        return Unavailable(Reason.WRONG_TYPE, f"not {'a list' if is_history else 'an object'}")
    document = value[0] if isinstance(value, list) and value else value
    said = document.get("Id") if isinstance(document, dict) else None
    if isinstance(said, str) and said != wanted and said in listed:
        return Unavailable(Reason.PROTOCOL, "the reply is about another image")
    return None


def _not_found(reply: Reply) -> Unavailable | None:
    return reply.value if isinstance(reply.value, Unavailable) and reply.value.reason is Reason.NOT_FOUND else None


def _subject(identifier: str, listed: str, inspected: Reply, history: Reply) -> Subject:
    source = Source(f"GET {inspected.path}", timestamp(), inspected.digest)
    document = inspected.value
    if not isinstance(document, dict):
        why = (
            document
            if isinstance(document, Unavailable)
            else Unavailable(Reason.WRONG_TYPE, f"GET {inspected.path}: not an object")
        )
        return Subject("image", listed, identifier, {}, source, blocked=why)
    facts = image_facts(document, history)
    told = (Source(f"GET {history.path}", timestamp(), history.digest),)
    sources = {**dict.fromkeys(HISTORY_FACTS, told), "secret_names": (*told, source)}
    name = _name(facts["RepoTags"], identifier)
    return Subject("image", name, identifier, facts, source, sources, notes=image_notes(facts))


def _listed_name(element: dict[str, JsonValue], identifier: str) -> str:
    return _name(element.get("RepoTags"), identifier)


def _name(tags: FactValue, identifier: str) -> str:
    """The first tag in alphabetical order; sha256: and twelve digits for an image without one."""
    kept: list[JsonValue] = [each for each in tags if each != _UNTAGGED] if isinstance(tags, list) else []
    algorithm, _, digits = identifier.rpartition(":")
    return first_name(kept, f"{algorithm or 'sha256'}:{digits[:12]}")
