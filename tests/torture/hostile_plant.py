"""Puts strings of a stranger's choice at every string leaf of JSON trees and into every file and name below a directory."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

Text = Callable[[], str]
_IDENTIFIERS: Final = ("Id", "ID", "ImageID")  # what requests and references are made of
_LONGEST_NAME: Final = 200


@dataclass
class Planter:
    """Replaces, precedes or follows leaves with ``text()``, each with ``chance``. ``places`` are the leaves reached, by path
    without the numbers of lists; ``planted`` those of them that were changed; ``strings`` counts what was planted.
    """

    dice: random.Random
    text: Text
    chance: float
    keep: tuple[str, ...] = _IDENTIFIERS
    places: set[str] = field(default_factory=set)
    planted: set[str] = field(default_factory=set)
    strings: int = 0

    def tree(self, value: Any, path: str = "") -> Any:
        """A copy of ``value`` with strings planted."""
        if isinstance(value, dict):
            found = {key: self.tree(each, f"{path}.{key}") for key, each in value.items()}
            if found and self.dice.random() < self.chance / 8:
                self.strings += 1
                found[self.text()] = self.dice.choice(list(found.values()))
            return found
        if isinstance(value, list):
            return [self.tree(each, f"{path}[]") for each in value]
        if not isinstance(value, str) or path.rpartition(".")[2].removesuffix("[]") in self.keep:
            return value
        self.places.add(path)
        if self.dice.random() >= self.chance:
            return value
        self.planted.add(path)
        self.strings += 1
        planted = self.text()
        return self.dice.choice((planted, value + planted, planted + value, value[: len(value) // 2] + planted))

    def files(self, top: Path, *, chance: float, spare: Callable[[str], bool] = lambda _: False) -> None:
        """Plants into the text of files below ``top``, and adds files and directories with hostile names."""
        for directory, _, names in list(os.walk(top)):
            if self.dice.random() < chance:
                self._add_entry(Path(directory), names)
            for name in names:
                path = Path(directory) / name
                if path.is_symlink() or not path.is_file() or spare(str(path.relative_to(top))):
                    continue
                if self.dice.random() < chance:
                    self._spoil(path)

    def _spoil(self, path: Path) -> None:
        data = path.read_bytes()
        cuts = [at for at, each in enumerate(data) if each in b' =:\n\0,"'] or [0]
        for _ in range(self.dice.randint(1, 3)):
            at = self.dice.choice(cuts)
            self.strings += 1
            data = data[: at + 1] + self._bytes() + data[at + 1 :]
        path.write_bytes(data)

    def _add_entry(self, directory: Path, names: list[str]) -> None:
        """A name of a stranger's, with the ending of a file that is there already, so that it is read as one of those."""
        suffix = Path(self.dice.choice(names)).suffix if names else ""
        name = self._bytes().replace(b"/", b"|").replace(b"\0", b"0")[:_LONGEST_NAME] + os.fsencode(suffix)
        place = directory / os.fsdecode(name)
        self.strings += 1
        try:
            if self.dice.random() < 0.2:
                place.mkdir()
            else:
                place.write_bytes(self._bytes())
        except (FileExistsError, IsADirectoryError):
            return

    def _bytes(self) -> bytes:
        data = self.text().encode("utf-8", "surrogatepass")
        return data if self.dice.random() < 0.7 else data + bytes([self.dice.randint(0x80, 0xFF)])
