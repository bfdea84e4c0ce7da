"""What an entry of a policy file is about: its controls, and the subjects that its scope picks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from benchmark.model.content import Catalog
from benchmark.model.control import Control
from benchmark.model.facts import Subject
from benchmark.model.framework import Framework
from benchmark.model.policy import Attestation, Scope, Standing, Waiver
from benchmark.model.snapshot import Snapshot
from benchmark.model.vocabulary import COLLECTIONS

_ONE_A_HOST: Final = frozenset({"host", "daemon", "swarm"})
_WITH_IMAGE: Final = frozenset({"container", "image"})

Defect = tuple[Standing, str]


def controls_of(entry: Waiver | Attestation, catalog: Catalog, framework: Framework) -> tuple[Control, ...]:
    """The controls that ``entry`` names: one by its id, all that decide a recommendation by its number; none where unknown."""
    if entry.benchmark is None:
        return (catalog.controls[entry.control],) if entry.control in catalog.controls else ()
    return tuple(
        catalog.controls[name]
        for each in framework.requirements
        if each.ids.get(entry.benchmark) == entry.control
        for name in each.controls
    )


def unknown_control(entry: Waiver | Attestation) -> Defect:
    """What is said of an entry whose control there is not."""
    named = entry.control if entry.benchmark is None else f"{entry.control} of benchmark {entry.benchmark}"
    return Standing.UNKNOWN_CONTROL, f"there is no control {named}"


def misplaced(scope: Scope, controls: Sequence[Control]) -> Iterator[Defect]:
    """Why ``scope`` can pick no subject of ``controls``, whatever a host looks like."""
    kinds = {COLLECTIONS[each.for_each].kind for each in controls}
    judged = " or ".join(sorted(kinds))
    if scope.subject is not None and scope.subject.partition(":")[0] not in kinds:
        yield Standing.CANNOT_MATCH, f"it is about {scope.subject}, but its control judges: {judged}"
    if scope.label is not None and "container" not in kinds:
        yield Standing.CANNOT_MATCH, f"it picks by a container's label, but its control judges: {judged}"
    if scope.image is not None and not kinds & _WITH_IMAGE:
        yield Standing.CANNOT_MATCH, f"it picks by image, but its control judges: {judged}"


def breadth(scope: Scope, controls: Sequence[Control]) -> str:
    """What ``scope`` covers more than one of, in words; "" where it names one host, and picks among its subjects."""
    several = sorted({COLLECTIONS[each.for_each].kind for each in controls} - _ONE_A_HOST)
    parts = []
    if scope.host is None:
        parts.append("every host")
    if several and not scope.picks_subjects:
        parts.append(f"every {' and '.join(several)}")
    return " and ".join(parts)


class Surroundings:
    """What a scope is compared with besides the subject: the host's name, and the images that containers were made from."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.host = snapshot.target.name
        self._snapshot = snapshot
        self._digests: Mapping[str, frozenset[str]] | None = None

    def covers(self, scope: Scope, subject: Subject) -> bool:
        """True when everything that ``scope`` asks for is known of ``subject``. What is not known is never covered."""
        return (
            (scope.host is None or scope.host == self.host)
            and (scope.subject is None or scope.subject == subject.label)
            and (scope.label is None or _has_label(subject, *scope.label))
            and (scope.image is None or self._is_of_image(subject, scope.image))
        )

    def _is_of_image(self, subject: Subject, wanted: str) -> bool:
        if subject.kind == "image":
            return wanted in _names(subject)
        if subject.kind != "container":
            return False
        image, reference = subject.fact("Image"), subject.fact("Config.Image")
        if wanted in (image, reference):
            return True
        if not wanted.startswith("sha256:"):
            return False
        if isinstance(reference, str) and reference.endswith(f"@{wanted}"):
            return True
        return isinstance(image, str) and wanted in self._digests_of(image)

    def _digests_of(self, image: str) -> frozenset[str]:
        if self._digests is None:
            self._digests = {each.id: _names(each) for each in self._snapshot.subjects if each.kind == "image"}
        return self._digests.get(image, frozenset())


def _names(image: Subject) -> frozenset[str]:
    """What an image may be called: its id, its tags, its repository digests with and without the repository."""
    found = {each for each in (image.id, image.fact("Id")) if isinstance(each, str) and each}
    for fact in ("RepoTags", "RepoDigests"):
        value = image.fact(fact)
        if isinstance(value, list):
            found.update(each for each in value if isinstance(each, str))
    found.update([each.partition("@")[2] for each in found if "@" in each])
    return frozenset(found)


def _has_label(subject: Subject, key: str, value: str) -> bool:
    labels = subject.fact("labels") if subject.kind == "container" else None
    return isinstance(labels, dict) and labels.get(key) == value
