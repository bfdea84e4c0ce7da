"""Frameworks of the user's own: mapping files beside the content, checked like the ones that are shipped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.catalog.compiled import decode_catalog, encode_catalog
from benchmark.catalog.content_error import ContentError, ContentErrors
from benchmark.catalog.content_tree import read_file
from benchmark.catalog.frameworks import Mapped, check_presets, read_framework
from benchmark.catalog.positioned import Report
from benchmark.catalog.yaml_source import Table, read_yaml
from benchmark.model.content import Catalog
from benchmark.model.framework import Framework


def load_mapping(path: Path, catalog: Catalog) -> Framework:
    """The framework in the mapping file ``path``, whose controls are those of ``catalog``.

    The file may have any name. Raises ContentErrors with every error as ``path:line:column``, an id among them that a
    framework of the catalogue has already, and OSError for a file that cannot be read.
    """
    errors: list[ContentError] = []
    framework = _read(path, catalog, dict.fromkeys(catalog.frameworks, "the content"), errors)
    if framework is None or errors:
        raise ContentErrors(errors)
    return framework


def with_mappings(catalog: Catalog, paths: Sequence[Path]) -> Catalog:
    """``catalog`` and the frameworks in ``paths``, with the digest of both together.

    Raises ContentErrors with the errors of all the files, two of one id among them; OSError, whose message says the path and
    why, for one that cannot be read.
    """
    errors: list[ContentError] = []
    taken = dict.fromkeys(catalog.frameworks, "the content")
    added: dict[str, Framework] = {}
    for path in paths:
        framework = _read(path, catalog, taken, errors)
        if framework is not None:
            added[framework.id] = framework
            taken[framework.id] = str(path)
    if errors:
        raise ContentErrors(errors)
    frameworks = {**catalog.frameworks, **added}
    return decode_catalog(encode_catalog(catalog.controls.values(), [frameworks[each] for each in sorted(frameworks)]))


def _read(path: Path, catalog: Catalog, taken: dict[str, str], errors: list[ContentError]) -> Framework | None:
    """``taken``: framework id -> who has it."""
    unread: list[ContentError] = []
    data = read_file(path, str(path), unread)
    if data is None:
        raise OSError(f"{path}: {unread[0].message}")
    node = read_yaml(data, str(path), errors)
    if node is None:
        return None
    report = Report(str(path), errors)
    mapped: Mapped | None = read_framework(report, node, None, catalog.controls, graded=False)
    if mapped is None:
        return None
    check_presets(report, mapped, catalog.controls)
    framework = mapped.framework
    if framework.id in taken:
        place = node.entries["framework"] if isinstance(node, Table) else node
        report.at(place, f"there is a framework {framework.id} already, in {taken[framework.id]}")
        return None
    return framework
