"""Instructions that make an image, whether a history or a build file tells of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from benchmark.collect.images.secret_names import conceal
from benchmark.collect.images.shell_words import Command
from benchmark.model.facts import JsonValue, Unavailable

WORDS: Final = frozenset(
    (
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"),
        *("ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
    )
)
DECLARING: Final = frozenset(("ENV", "ARG", "LABEL"))
UNKNOWN: Final = "UNKNOWN"  # made by a tool that writes no instructions (ko, jib, Bazel, buildpacks), or by hand
MOST_SHOWN: Final = 200  # entries of a fact that is a list of sentences
_MOST_ARGUMENTS: Final = 1024
_MOST_EXCERPT: Final = 160
_ARCHIVE: Final = re.compile(r".*\.(?:tar|tgz|txz|tbz2?|tzst|tar\.(?:gz|xz|bz2|zst|lzma|Z))", re.IGNORECASE)
_CHECKSUMMED: Final = re.compile(r"file:[0-9a-f]{8,128}")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    ``place`` is what a person is told: "step 3" of a history (oldest first, counted from 1) or "line 12" of a build
    file; ``number`` is that number. ``word`` is one of WORDS, or UNKNOWN. ``arguments`` is what follows it, as it is
    written: secrets included, so it never leaves the collector but through ``shown``. ``commands`` are what RUN runs.
    ``build_arguments`` are the names and values that a history says a RUN was given. ``stage`` counts from 0.
    ``from_base`` is true for the root filesystem that an image begins with.
    """

    place: str
    number: int
    word: str
    arguments: str
    commands: tuple[Command, ...] | Unavailable = ()
    build_arguments: tuple[tuple[str, str], ...] = ()
    stage: int = 0
    from_base: bool = False
    triggered: bool = False  # the inner instruction of ONBUILD


def shown(text: str, most: int = _MOST_EXCERPT, *, declares: bool = False) -> str:
    """``text`` on one line, secrets covered, at most ``most`` characters of it. ``declares`` as for ``conceal``."""
    line = " ".join(conceal(text[: 64 * 1024], declares=declares).split())
    return line if len(line) <= most else f"{line[:most]}…"


def bounded(sentences: Iterable[str]) -> list[JsonValue]:
    """A list for a fact: each sentence once, at most MOST_SHOWN of them and how many there are beyond."""
    kept = list(dict.fromkeys(sentences))
    if len(kept) > MOST_SHOWN:
        kept[MOST_SHOWN:] = [f"and {len(kept) - MOST_SHOWN} more"]
    return list[JsonValue](kept)


def records(instructions: Iterable[Instruction], key: str) -> list[JsonValue]:
    """The fact ``instructions``; ``key`` names the number: Layer or line."""
    return [
        {
            key: each.number,
            "Instruction": each.word,
            "Arguments": shown(each.arguments, _MOST_ARGUMENTS, declares=each.word in DECLARING),
            "FromBase": each.from_base,
        }
        for each in instructions
        if not each.triggered
    ]


def additions(instructions: Iterable[Instruction]) -> list[JsonValue]:
    """Every ADD but that of the base's root filesystem, as "line 12: ADD …"."""
    return bounded(
        f"{each.place}: ADD {shown(each.arguments)}"
        for each in instructions
        if each.word == "ADD" and not each.from_base
    )


def unpacks_a_root(arguments: str) -> bool:
    """True when the arguments of ADD are one archive, or a file known by its checksum only, unpacked to ``/``.

    Builders' own forms: ``file:5ce6… in /`` (classic, buildah) and ``rootfs.tar.xz /`` (BuildKit, kaniko).
    """
    words = [each for each in arguments.split() if not each.startswith("--")]
    if len(words) == 3 and words[1] == "in":
        del words[1]
    if len(words) != 2 or words[1] != "/" or "://" in words[0]:
        return False
    return bool(_ARCHIVE.fullmatch(words[0]) or _CHECKSUMMED.fullmatch(words[0]))


def running(instructions: Iterable[Instruction]) -> Iterator[tuple[Instruction, tuple[Command, ...]] | Unavailable]:
    """Every instruction that runs commands with its commands, or why they could not be read."""
    for each in instructions:
        if isinstance(each.commands, Unavailable):
            yield each.commands
        elif each.commands:
            yield each, each.commands
