"""The language of unit files: lines, sections, words (systemd.syntax(7), systemd.service(5)). Nothing is expanded or run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_BLANKS: Final = " \t\n\r"
_LONGEST: Final = 1 << 20  # as systemd: LONG_LINE_MAX
_PLAIN_ESCAPES: Final = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"', "'": "'", "s": " ",
}  # fmt: skip
_ESCAPE: Final = re.compile(
    r"""\\(?:([abfnrtvs\\"'])|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-3][0-7]{2}))"""
)
# blanks | "quoted" | 'quoted' | bare; an escaped character never ends a piece
_PIECE: Final = re.compile(
    r"""([ \t\n\r]+)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?:[^ \t\n\r"'\\]|\\.|\\$)+)""", re.DOTALL
)


_LINE_END: Final = re.compile(r"\r\n|\n\r|[\n\r\0]")  # systemd's read_line: CR and NUL end a line too


class UnitDefect(Exception):
    """The text is not what systemd would accept; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One ``key=value`` of a section, as written except for joined lines."""

    section: str
    key: str
    value: str


def parse_unit(data: bytes, path: str) -> tuple[tuple[Assignment, ...], tuple[str, ...]]:
    """The assignments in ``data`` in their order, and warnings for lines that systemd ignores.

    Raises UnitDefect where systemd refuses the file.
    """
    assignments: list[Assignment] = []
    warnings: list[str] = []
    section = ""
    for number, line in _logical_lines(data.decode("utf-8", "surrogateescape"), path):
        if line.startswith("["):
            if not line.endswith("]"):
                raise UnitDefect(f"{path}:{number}: section header without ]")
            section = line[1:-1]
            continue
        key, equals, value = line.partition("=")
        if not equals:
            warnings.append(f"{path}:{number}: neither a section nor an assignment")
        elif not section:
            warnings.append(f"{path}:{number}: assignment before any section")
        elif not _is_clean(line):
            warnings.append(f"{path}:{number}: not UTF-8")
        else:
            assignments.append(Assignment(section, key.strip(_BLANKS), value.strip(_BLANKS)))
    return tuple(assignments), tuple(warnings)


def split_words(text: str) -> tuple[str, ...]:
    """The words of a value: separated by blanks, quotes removed, C escapes resolved. Raises UnitDefect for an open quote.

    An escape that means nothing stays as it is written.
    """
    words: list[str] = []
    pieces: list[str] | None = None
    at = 0
    while at < len(text):
        found = _PIECE.match(text, at)
        if found is None:
            raise UnitDefect(f"no closing {text[at]}")
        at = found.end()
        if found[1] is None:
            pieces = pieces or []
            pieces.append(_ESCAPE.sub(_resolved, found[2] or found[3] or found[4] or ""))
        elif pieces is not None:
            words.append("".join(pieces))
            pieces = None
    if pieces is not None:
        words.append("".join(pieces))
    return tuple(words)


def _logical_lines(text: str, path: str) -> list[tuple[int, str]]:
    """Lines without blanks at either end, comments gone, continued ones joined by a blank; with their first line's number."""
    lines: list[tuple[int, str]] = []
    waiting: list[str] = []
    length = first = 0
    for number, raw in enumerate(_LINE_END.split(text.removeprefix("\ufeff")), 1):
        line = raw.lstrip(_BLANKS)  # a blank behind a backslash means that the line is not continued
        if line.startswith(("#", ";")):
            continue
        first = first if waiting else number
        length = length + len(line) if waiting else len(line)
        if length > _LONGEST:
            raise UnitDefect(f"{path}:{number}: line too long")
        if _is_continued(line):
            waiting.append(line[:-1])
            continue
        joined = " ".join([*waiting, line]).strip(_BLANKS)
        waiting = []
        if joined:
            lines.append((first, joined))
    if waiting and (joined := " ".join(waiting).strip(_BLANKS)):
        lines.append((first, joined))
    return lines


def _is_continued(line: str) -> bool:
    """True for an odd number of backslashes at the end."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _is_clean(line: str) -> bool:
    return line.isascii() or not any("\udc80" <= letter <= "\udcff" for letter in line)


def _resolved(escape: re.Match[str]) -> str:
    """What an escape stands for; itself where it stands for no character."""
    if escape[1]:
        return _PLAIN_ESCAPES[escape[1]]
    digits, base = (escape[5], 8) if escape[5] else (escape[2] or escape[3] or escape[4], 16)
    code = int(digits, base)
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return escape[0]
    return chr(code)
