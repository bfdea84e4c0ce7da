"""Loads the catalogue: the compiled copy of an installed package, or the YAML of a checkout through a cache."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmark.catalog.cache import read_cached, write_cached
from benchmark.catalog.compiled import decode_catalog
from benchmark.catalog.content_error import ContentError, ContentErrors
from benchmark.catalog.content_tree import ContentFile, read_content
from benchmark.catalog.resource import find_content
from benchmark.model.content import Catalog

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

COMPILED: Final = "catalogue.json"  # its name below the packaged content


def load_catalog(root: Path | None = None) -> Catalog:
    """The catalogue below ``root`` (its controls/ and mappings/), or dockmark's own when none is given.

    Raises ContentErrors with every error of every file.
    """
    if root is not None:
        return decode_catalog(_compile(*read_content(root)))
    content = find_content()
    compiled = content / COMPILED
    if compiled.is_file():
        return _decode_packaged(compiled)
    if not isinstance(content, Path):
        raise ContentErrors([ContentError(COMPILED, 1, 1, "missing from the package")])
    return _load_checkout(content)


def _decode_packaged(compiled: Traversable) -> Catalog:
    try:
        return decode_catalog(compiled.read_bytes())
    except (OSError, ValueError) as error:
        raise ContentErrors([ContentError(COMPILED, 1, 1, f"the packaged catalogue is damaged: {error}")]) from None


def _load_checkout(root: Path) -> Catalog:
    files, errors = read_content(root)
    key = _key((*files, *_code(root)))
    cached = None if errors else read_cached(key)
    if cached is not None:
        try:
            return decode_catalog(cached)
        except ValueError:  # damaged: as good as not there
            pass
    compiled = _compile(files, errors)
    write_cached(key, compiled)
    return decode_catalog(compiled)


def _compile(files: tuple[ContentFile, ...], errors: tuple[ContentError, ...]) -> bytes:
    from benchmark.catalog.compile import compile_files  # noqa: PLC0415  (brings yaml, not needed for compiled content)

    return compile_files(files, errors)


def _code(root: Path) -> Iterable[ContentFile]:
    """What decides whether content is good: the compiler, the words, the fixes and the vocabulary."""
    for room in ("catalog", "evaluate", "model", "scap/fix"):
        for path in sorted((root / "benchmark" / room).glob("*.py")):
            yield ContentFile(path.relative_to(root).as_posix(), path.read_bytes())


def _key(files: Iterable[ContentFile]) -> str:
    """A digest over names and contents."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.path}\0{len(file.data)}\0".encode())
        digest.update(file.data)
    return digest.hexdigest()
