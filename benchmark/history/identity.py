"""By what a subject is recognised in another assessment: never by a container's id, which changes with every deployment.

A container is its swarm service, else its compose project and service, else the label that the user chose, else its name. An
image is its repository and digest, else its repository and tag, else its repository. Everything else is its name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmark.model.facts import Subject
from benchmark.model.facts_container import COMPOSE_NUMBER, COMPOSE_PROJECT, COMPOSE_SERVICE, SWARM_SERVICE

_TASK: Final = re.compile(
    r"(.+)\.([0-9]{1,9}|[a-z0-9]{25})\.[a-z0-9]{25}"
)  # SERVICE.SLOT.TASK, of global services SERVICE.NODE.TASK
_SINGLE: Final = frozenset({"host", "daemon", "swarm"})  # one of a kind on a host, whatever it is called
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{12,64}")

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """What a subject can be recognised by.

    ``passes`` are keys by rank: what is found by the first is not looked for by the second, and so on; of the keys of one rank
    any may be common. ``belongs`` is the swarm service, compose service or chosen label; two that belong to different ones are
    never the same, whatever they are called. ``discriminator`` tells replicas of one service from each other.
    """

    kind: str
    passes: tuple[tuple[Key, ...], ...]
    belongs: Key | None = None
    discriminator: str = ""


def identify(subject: Subject, labels: Sequence[str] = ()) -> Identity:
    """The identity of ``subject``; ``labels`` are keys of labels that the user chose, the first that it has counts."""
    if subject.kind in _SINGLE:
        return Identity(subject.kind, ((("name", ""),),))
    match subject.kind:
        case "container":
            return _of_container(subject, labels)
        case "image":
            return _of_image(subject)
        case _:
            return Identity(subject.kind, ((("name", subject.name),),))


def describe(kind: str, key: Key) -> str:
    """A key in words: ``compose service shop/web``, ``label app=web``, ``name web``, ``repository and tag app:1.4``."""
    match key:
        case ("service", name):
            return f"swarm service {name}"
        case ("compose", project, service):
            return f"compose service {project}/{service}"
        case ("label", label, value):
            return f"label {label}={value}"
        case ("digest", repository, digest):
            return f"repository and digest {repository}@{digest}" if repository else f"digest {digest}"
        case ("tag", repository, tag):
            return f"repository and tag {repository}:{tag}"
        case ("repository", repository):
            return f"repository {repository}"
        case ("name", ""):
            return f"the only {kind}"
        case _:
            return f"name {key[-1]}"


def stable_name(name: str) -> tuple[str, str]:
    """The name without what swarm adds for every task, and the slot: ``web.2.k3x…`` is ``web.2`` and ``2``."""
    found = _TASK.fullmatch(name)
    return (f"{found[1]}.{found[2]}", found[2]) if found else (name, "")


def _of_container(subject: Subject, chosen: Sequence[str]) -> Identity:
    known = subject.facts.get("labels")
    labels = known if isinstance(known, dict) else {}
    name, slot = stable_name(subject.name)
    by_name: tuple[Key, ...] = (("name", name),)
    service = labels.get(SWARM_SERVICE)
    if isinstance(service, str) and service:
        key: Key = ("service", service)
        return Identity("container", ((key,), by_name), key, slot or name)
    project, of_project = labels.get(COMPOSE_PROJECT), labels.get(COMPOSE_SERVICE)
    if isinstance(project, str) and isinstance(of_project, str) and project and of_project:
        key = ("compose", project, of_project)
        number = labels.get(COMPOSE_NUMBER)
        return Identity("container", ((key,), by_name), key, number if isinstance(number, str) else name)
    for each in chosen:
        value = labels.get(each)
        if isinstance(value, str) and value:
            key = ("label", each, value)
            return Identity("container", ((key,), by_name), key, name)
    return Identity("container", ((), by_name))


def _of_image(subject: Subject) -> Identity:
    references = [*_strings(subject, "RepoTags"), *_strings(subject, "RepoDigests")]
    if not references and not _DIGEST.fullmatch(subject.name):
        references = [subject.name]
    digests: list[Key] = []
    tags: list[Key] = []
    repositories: dict[Key, None] = {}
    for each in references:
        repository, tag, digest = _parts(each)
        if repository in ("", "<none>"):
            continue
        repositories["repository", repository] = None
        if tag and tag != "<none>":
            tags.append(("tag", repository, tag))
        if digest:
            digests.append(("digest", repository, digest))
    digests += [("digest", repository, subject.id) for _, repository in repositories] or [("digest", "", subject.id)]
    return Identity("image", (tuple(dict.fromkeys(digests)), tuple(dict.fromkeys(tags)), tuple(repositories)))


def _parts(reference: str) -> tuple[str, str, str]:
    """Repository, tag and digest; a colon before the last slash belongs to the port of a registry."""
    rest, _, digest = reference.partition("@")
    head, slash, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    return f"{head}{slash}{name}", tag, digest


def _strings(subject: Subject, fact: str) -> list[str]:
    value = subject.facts.get(fact)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
