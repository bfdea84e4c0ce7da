"""What a container sees of layers that lie on one another (OCI image layer specification, whiteouts).

Layers are taken from the newest down. What lies in an older one is hidden when a newer one has the same path, deletes it
or a directory above it, has something that is no directory above it, or calls a directory above it opaque.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmark.collect.archive.layer import KIND_MASK, Layer
from benchmark.collect.archive.paths import parent
from benchmark.collect.archive.tar import DIRECTORY


def from_the_top(layers: tuple[tuple[str, Layer], ...]) -> Iterator[tuple[int, str, Layer, Callable[[bytes], bool]]]:
    """Index, digest, layer and a test whether a path of this layer is hidden, newest first.

    The test is good until the next layer is asked for.
    """
    above = _Above()
    for index in range(len(layers) - 1, -1, -1):
        digest, layer = layers[index]
        yield index, digest, layer, above.hides
        if index:
            above.add(layer)


class _Above:
    """Everything that newer layers did."""

    __slots__ = ("_below", "_covered", "_opaque", "_paths")

    def __init__(self) -> None:
        self._paths: set[bytes] = set()
        self._covered: set[bytes] = set()  # deleted, or no directory any more: the path and all below
        self._opaque: set[bytes] = set()  # all below, not the path
        self._below: dict[bytes, bool] = {}

    def add(self, layer: Layer) -> None:
        """Put ``layer`` over the older ones. What an ambiguous layer deletes, or deletes and adds again, is not believed."""
        self._paths |= layer.paths.keys()
        self._below = {}
        if layer.ambiguous:
            return
        self._covered.update(path for path, packed in layer.paths.items() if packed & KIND_MASK != DIRECTORY)
        self._covered.update(path for path in layer.whiteouts if path not in layer.paths)
        self._opaque |= layer.opaque

    def hides(self, path: bytes) -> bool:
        """True when a container does not see what an older layer has at ``path``."""
        return path in self._paths or path in self._covered or (path != b"" and self._hides_below(parent(path)))

    def _hides_below(self, directory: bytes) -> bool:
        """True when nothing that older layers have below ``directory`` is seen."""
        known = self._below
        climb = []
        while directory not in known:
            if directory in self._covered or directory in self._opaque:
                known[directory] = True
            elif not directory:
                known[directory] = False
            else:
                climb.append(directory)
                directory = parent(directory)
        hidden = known[directory]
        for each in climb:
            known[each] = hidden
        return hidden
