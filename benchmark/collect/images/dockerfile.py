"""Build files (Dockerfile format), read strictly: statements with the line on which each begins.

Parser directives, comments, line continuations, heredocs, flags and ONBUILD are read as BuildKit's parser reads them
(docs.docker.com/reference/dockerfile). What that parser refuses is refused here too, with the line. Nothing is run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from benchmark.collect.images.instructions import WORDS
from benchmark.model.facts import Reason, Unavailable

MOST_BYTES: Final = 1024 * 1024
MOST_STATEMENTS: Final = 10_000
_DIRECTIVE: Final = re.compile(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*")
_KNOWN_DIRECTIVES: Final = frozenset(("syntax", "escape", "check"))
_OWN_SYNTAX: Final = re.compile(r"(?:docker\.io/)?docker/dockerfile(?:-upstream)?(?:[:@].*)?")
_FLAG: Final = re.compile(
    r"--(?P<name>[a-z][a-z-]*)(?:=(?P<value>(?:[^\s\"'\\]|\\.|\"(?:[^\"\\]|\\.)*+\"|'[^']*+')*+))?(?:\s+|\Z)", re.DOTALL
)
_RAW_WORD: Final = re.compile(r"(?:[^\s\"'\\]|\\.|\"(?:[^\"\\]|\\.)*+\"|'[^']*+'|[\"'\\])++", re.DOTALL)
_HEREDOC: Final = re.compile(r"[0-9]{0,4}<<(-?)(\"[^\"<]+\"|'[^'<]+'|[^\s<\"']+)")
_TAKES_FLAGS: Final = frozenset(("FROM", "RUN", "COPY", "ADD", "HEALTHCHECK"))
_TAKES_HEREDOCS: Final = frozenset(("RUN", "COPY", "ADD"))
_MAY_BE_EMPTY: Final = frozenset(("CMD", "ENTRYPOINT"))
_NEVER_TRIGGERED: Final = frozenset(("ONBUILD", "FROM", "MAINTAINER"))


@dataclass(frozen=True, slots=True)
class Heredoc:
    """Text that belongs to a statement, up to the line ``terminator``."""

    terminator: str
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One instruction: ``rest`` is what follows its flags, continuation lines joined. ``triggered`` stands behind ONBUILD."""

    line: int
    word: str
    flags: tuple[tuple[str, str], ...]
    rest: str
    heredocs: tuple[Heredoc, ...] = ()
    triggered: bool = False

    def flag(self, name: str) -> str | None:
        """The value of ``--name``, None when it is not given."""
        return next((value for known, value in self.flags if known == name), None)


class SyntaxDefect(Exception):
    """What is wrong with a build file, and on which line."""

    def __init__(self, line: int, detail: str, reason: Reason = Reason.SYNTAX) -> None:
        super().__init__(detail)
        self.why = Unavailable(reason, f"line {line}: {detail}")


def parse_dockerfile(data: bytes) -> tuple[Statement, ...] | Unavailable:
    """The statements in ``data``, an ONBUILD followed by the one that it holds.

    OVERSIZE, NOT_UTF8, SYNTAX, or UNSUPPORTED where the file asks for a frontend of its own; the detail names the line.
    """
    if len(data) > MOST_BYTES:
        return Unavailable(Reason.OVERSIZE, f"more than {MOST_BYTES} bytes")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Unavailable(Reason.NOT_UTF8, f"line {line}: not UTF-8")
    try:
        return tuple(_Lines(text).statements())
    except SyntaxDefect as defect:
        return defect.why


class _Lines:
    """One pass over the lines of a build file. ``_at`` is the next line, counted from 0."""

    def __init__(self, text: str) -> None:
        self._lines = [each.removesuffix("\r") for each in text.split("\n")]
        self._at = 0
        self._escape = "\\"

    def statements(self) -> list[Statement]:
        self._directives()
        found: list[Statement] = []
        begun = False
        while (logical := self._logical_line()) is not None:
            line, text = logical
            statement = self._statement(line, text, triggered=False)
            begun = begun or statement.word == "FROM"
            if not begun and statement.word != "ARG":
                raise SyntaxDefect(line, f"{statement.word} before the first FROM")
            found.append(statement)
            if statement.word == "ONBUILD":
                found.append(self._statement(line, statement.rest, triggered=True))
            if len(found) > MOST_STATEMENTS:
                raise SyntaxDefect(line, f"more than {MOST_STATEMENTS} instructions", Reason.OVERSIZE)
        if not begun:
            raise SyntaxDefect(len(self._lines), "no FROM")
        return found

    def _directives(self) -> None:
        """Parser directives: only before everything else; the first line that is none ends them."""
        seen: set[str] = set()
        for at, line in enumerate(self._lines):
            directive = _DIRECTIVE.fullmatch(line.strip())
            name = directive[1].lower() if directive else ""
            if directive is None or name not in _KNOWN_DIRECTIVES:
                return
            if name in seen:
                raise SyntaxDefect(at + 1, f"the directive {name} stands twice")
            seen.add(name)
            if name == "escape":
                if directive[2] not in ("\\", "`"):
                    raise SyntaxDefect(at + 1, "escape is neither \\ nor `")
                self._escape = directive[2]
            elif name == "syntax" and not _OWN_SYNTAX.fullmatch(directive[2]):
                raise SyntaxDefect(at + 1, f"written for the frontend {directive[2][:80]!r}", Reason.UNSUPPORTED)

    def _logical_line(self) -> tuple[int, str] | None:
        """The next instruction with continuation lines joined, and the number of its first line; None at the end."""
        pieces: list[str] = []
        start = 0
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            bare = line.strip()
            if not bare or bare.startswith("#"):  # skipped between the lines of an instruction, too
                continue
            if "\0" in line:
                raise SyntaxDefect(self._at, "a NUL character")
            start = start or self._at
            ended = line.rstrip(" \t")
            if not ended.endswith(self._escape):
                pieces.append(line)
                break
            pieces.append(ended[:-1])
        text = "".join(pieces).strip()
        if not start:
            return None
        if not text:
            raise SyntaxDefect(start, "a continuation of nothing")
        return start, text

    def _statement(self, line: int, text: str, *, triggered: bool) -> Statement:
        written, *following = text.split(maxsplit=1)
        word, rest = written.upper(), "".join(following).strip()
        if word not in WORDS:
            raise SyntaxDefect(line, f"unknown instruction {written[:40]!r}")
        if triggered and word in _NEVER_TRIGGERED:
            raise SyntaxDefect(line, f"ONBUILD {word} is not allowed")
        if not rest and word not in _MAY_BE_EMPTY:
            raise SyntaxDefect(line, f"{word} without arguments")
        flags, rest = _flags(rest) if word in _TAKES_FLAGS else ((), rest)
        if not rest and word not in _MAY_BE_EMPTY:
            raise SyntaxDefect(line, f"{word} without arguments")
        heredocs = self._heredocs(line, rest) if word in _TAKES_HEREDOCS else ()
        return Statement(line, word, flags, rest, heredocs, triggered)

    def _heredocs(self, line: int, rest: str) -> tuple[Heredoc, ...]:
        if "<<" not in rest:
            return ()
        marks = [found for word in _RAW_WORD.findall(rest) if (found := _HEREDOC.fullmatch(word))]
        return tuple(self._heredoc(line, found[2].strip("\"'"), strip=bool(found[1])) for found in marks)

    def _heredoc(self, line: int, terminator: str, *, strip: bool) -> Heredoc:
        start = self._at
        while self._at < len(self._lines):
            text = self._lines[self._at]
            self._at += 1
            if (text.lstrip("\t") if strip else text) == terminator:
                return Heredoc(terminator, "\n".join((*self._lines[start : self._at - 1], "")))
        raise SyntaxDefect(line, f"the heredoc {terminator[:40]!r} does not end")


def _flags(rest: str) -> tuple[tuple[tuple[str, str], ...], str]:
    flags: list[tuple[str, str]] = []
    at = 0
    while found := _FLAG.match(rest, at):
        flags.append((found["name"], (found["value"] or "").strip("\"'")))
        at = found.end()
    return tuple(flags), rest[at:]
