"""Whether a report is about an image: by digest or not at all, since a tag may have moved on."""

from __future__ import annotations

import enum

from benchmark.collect.scanners.report import Report, digests_in, normal_reference
from benchmark.model.facts import FactValue, Subject


class Bond(enum.Enum):
    """What a report and an image have to do with each other."""

    SAME = "same"  # one id or digest
    TAG_ONLY = "tag_only"  # the report names a tag of the image and nothing that could not move
    OTHER_CONTENT = "other_content"  # it names a tag or index of the image, and another image by digest
    STRANGER = "stranger"


def bond_between(report: Report, image: Subject) -> Bond:
    """How ``report`` and ``image`` belong together.

    A multi-platform index has one digest for several images, so a report that gives an image id binds by that alone,
    except where the engine calls images by manifest digests (containerd's image store); there the architecture must agree.
    """
    own = digests_in(image.id, *_strings(image.facts.get("Id")))
    listed = digests_in(*_strings(image.facts.get("RepoDigests")))
    if report.image_ids & (own | listed):
        return Bond.SAME
    if report.digests & (own | listed):
        by_configuration = own.isdisjoint(listed)
        if (report.image_ids and by_configuration) or not _same_architecture(report, image):
            return Bond.OTHER_CONTENT
        return Bond.SAME
    tags = {normal_reference(each) for each in _strings(image.facts.get("RepoTags"))}
    if report.references.isdisjoint(tags):
        return Bond.STRANGER
    return Bond.OTHER_CONTENT if report.image_ids or report.digests else Bond.TAG_ONLY


def _same_architecture(report: Report, image: Subject) -> bool:
    known = image.facts.get("Architecture")
    return not report.architecture or not isinstance(known, str) or not known or known == report.architecture


def _strings(value: FactValue) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
