"""Where the content is: beside the package in a checkout, inside it when installed, zipped or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import benchmark

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def find_content() -> Traversable:
    """The directory that holds controls/, mappings/ and reports/: a Path wherever there is one.

    The packaged copy comes first, so that an installed package never reads what happens to lie beside it. Raises
    FileNotFoundError when there is no content at all.
    """
    package = Path(str(benchmark.__file__)).parent
    for directory in (package / "_data", package.parent):
        if (directory / "controls").is_dir():
            return directory
    from importlib.resources import files  # noqa: PLC0415  (costs more than loading the catalogue; only zips need it)

    packaged = files(benchmark) / "_data"
    if not (packaged / "controls").is_dir():
        raise FileNotFoundError(f"{package}: neither packaged content nor a checkout")
    return packaged


def read_resource(path: str) -> bytes:
    """The bytes of the file ``path`` below the content directory, e.g. ``reports/assessment.schema.json``.

    Raises FileNotFoundError when there is none, and for a path that is absolute or climbs.
    """
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise FileNotFoundError(path)
    resource = find_content()
    for part in parts:
        resource = resource / part
    if not resource.is_file():
        raise FileNotFoundError(path)
    return resource.read_bytes()
