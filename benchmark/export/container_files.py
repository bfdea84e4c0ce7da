"""The two files that the engine keeps of every container in its directory below the data root.

hostconfig.json is what was asked for (HostConfig of an inspection), config.v2.json the rest; the engine writes both whenever they
change. Which container a value belongs to is the directory that its file lies in. The item that stands for a container in sets is
the first character of its hostconfig.json: one of unix:file has the time of the last access, which reading changes, and an item
that has changed is another one.
"""

from __future__ import annotations

from typing import Final

from benchmark.export.comparisons import text_state
from benchmark.export.files import directory_at, text_in
from benchmark.export.oval_terms import (
    FILE,
    Concat,
    Entity,
    Exists,
    Field,
    Filtered,
    Found,
    Items,
    State,
    Term,
    negated,
)
from benchmark.export.places import DATA_ROOT
from benchmark.model.control import Control
from benchmark.scap.oval_words import Comparison

HOSTCONFIG: Final = "hostconfig.json"
CONFIG: Final = "config.v2.json"

_DIRECTORY: Final = Concat((DATA_ROOT.setting, "/containers"))
_BELOW: Final = (("recurse", "directories"), ("recurse_direction", "down"), ("max_depth", "1"))
_DIRECTORIES: Final = Filtered(
    Found(FILE, (Entity("path", _DIRECTORY), Entity("filename", None)), _BELOW),
    State(FILE, (Entity("path", r"/[0-9a-f]{64}\z", "pattern match"),)),
    keep=True,
)
_HANDLE: Final = r"\A(.)"
CONTAINERS: Final = text_in(Concat((Field(_DIRECTORIES, "path"), f"/{HOSTCONFIG}")), _HANDLE)
UNLISTED: Final = negated(Exists(directory_at(_DIRECTORY), "there is a directory of containers in the data root"))


def lift(found: Items) -> Items:
    """The containers in whose files something was found."""
    return text_in(Concat((Field(found, "path"), f"/{HOSTCONFIG}")), _HANDLE)


def file_text(file: str, pattern: str | Term) -> Found:
    """Matches of ``pattern`` in that file of every container."""
    return text_in(Concat((Field(_DIRECTORIES, "path"), f"/{file}")), pattern)


def split_items(captured: Items, comparison: Comparison, control: Control) -> tuple[Items, Items]:
    """The captured items that compare so, and those that do not."""
    state = text_state(comparison, control)
    return Filtered(captured, state, keep=True), Filtered(captured, state, keep=False)
