"""One pass over a shell script: quotes, escapes, comments, separators, substitutions and heredocs.

Linear in the length of the text and without recursion: a stack of levels stands for subshells and substitutions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

_SPECIAL: Final = re.compile(r"[\s\\'\"`$#;&|<>()]")
_QUOTED_SPECIAL: Final = re.compile(r'["\\`$]')
_TARGET: Final = re.compile(r"[ \t]*[^\s;&|()<>'\"`$\\]*")
_HEREDOC: Final = re.compile(r"<<(-?)[ \t]*(?:'([^'\n]{1,200})'|\"([^\"\n]{1,200})\"|\\?([\w.+-]{1,200}))")


@dataclass(frozen=True, slots=True)
class RawCommand:
    """A command as it was written: words, and the heredocs that feed it."""

    words: tuple[str, ...]
    piped: bool = False
    heredocs: tuple[str, ...] = ()


def split_commands(text: str) -> tuple[RawCommand, ...]:
    """The commands of ``text``, inner ones of a substitution before the one that they stand in. Never raises."""
    return _Lexer(text).run()


@dataclass(slots=True)
class _Heredoc:
    """A heredoc whose text begins after this line; ``command`` is the index of the command that reads it."""

    name: str
    strip: bool
    command: int = -1


@dataclass(slots=True)
class _Level:
    """The command that is being read in one subshell or substitution. ``closing`` ends it; ``quoted`` is outside it."""

    closing: str
    quoted: bool = False
    words: list[str] = field(default_factory=list)
    word: list[str] | None = None
    piped: bool = False
    heredocs: list[_Heredoc] = field(default_factory=list)


class _Lexer:
    """One pass over a script with a stack of levels."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._levels = [_Level("")]
        self._quoted = False
        self._found: list[RawCommand] = []
        self._pending: list[_Heredoc] = []

    def run(self) -> tuple[RawCommand, ...]:
        text, end = self._text, len(self._text)
        while self._at < end:
            if self._quoted:
                self._in_quotes()
                continue
            here = text[self._at]
            special = _SPECIAL.search(text, self._at)
            if special is None or special.start() > self._at:
                stop = special.start() if special else end
                self._add(text[self._at : stop])
                self._at = stop
            else:
                self._one(here)
        while self._levels:
            self._end_command()
            self._levels.pop()
        return tuple(self._found)

    def _one(self, here: str) -> None:
        text, level = self._text, self._levels[-1]
        following = text[self._at + 1 : self._at + 2]
        if here == "\\":
            self._at += 2
            if following != "\n":
                self._add(following)
        elif here == "'":
            self._single_quoted()
        elif here == '"':
            self._at += 1
            self._add("")
            self._quoted = text.find('"', self._at) >= 0
        elif here in "`$":
            self._expansion(here, following)
        elif here == "\n":
            self._at += 1
            self._end_command()
            self._read_heredocs()
        elif here.isspace():
            self._at += 1
            self._end_word()
        elif here == "#" and level.word is None:
            stop = text.find("\n", self._at)
            self._at = stop if stop >= 0 else len(text)
        elif here in ";&|()<>":
            self._operator(here, following)
        else:  # a number sign within a word
            self._add(here)
            self._at += 1

    def _operator(self, here: str, following: str) -> None:
        level = self._levels[-1]
        if here in "<>":
            self._redirection(here, following)
            return
        self._at += 1
        if here == ")" and level.closing == ")":
            self._close()
            return
        self._end_command()
        if here == "(":
            self._levels.append(_Level(")"))
        elif here == "|" and following != "|":
            self._at += following == "&"
            self._levels[-1].piped = True
        elif here == following:
            self._at += 1

    def _redirection(self, here: str, following: str) -> None:
        if here == "<" and following == "<" and self._text[self._at + 2 : self._at + 3] != "<":
            found = _HEREDOC.match(self._text, self._at)
            if found is not None:
                self._end_word()
                heredoc = _Heredoc(found[2] or found[3] or found[4], bool(found[1]))
                self._pending.append(heredoc)
                self._levels[-1].heredocs.append(heredoc)
                self._at = found.end()
                return
        if following == "(":  # process substitution: commands again
            self._at += 2
            self._levels.append(_Level(")"))
            return
        if self._levels[-1].word is not None and "".join(self._levels[-1].word or ()).isdigit():
            self._levels[-1].word = None  # 2> is no operand
        self._end_word()
        self._at += 1
        while self._text[self._at : self._at + 1] in ("<", ">", "&", "|"):
            self._at += 1
        if target := _TARGET.match(self._text, self._at):
            self._at = target.end()

    def _expansion(self, here: str, following: str) -> None:
        level = self._levels[-1]
        if here == "`":
            self._at += 1
            if level.closing == "`":
                self._close()
            elif self._text.find("`", self._at) >= 0:
                self._open("`")
            else:
                self._add("`")
        elif following == "(":
            self._at += 2
            self._open(")")
        elif following == "{":
            stop = self._text.find("}", self._at)
            stop = stop + 1 if stop >= 0 else len(self._text)
            self._add(self._text[self._at : stop])
            self._at = stop
        else:
            self._add("$")
            self._at += 1

    def _open(self, closing: str) -> None:
        """A substitution begins: the outer word waits, and knows that something stands here."""
        self._add("$()")
        self._levels.append(_Level(closing, quoted=self._quoted))
        self._quoted = False

    def _close(self) -> None:
        self._end_command()
        self._quoted = self._levels.pop().quoted

    def _in_quotes(self) -> None:
        text = self._text
        special = _QUOTED_SPECIAL.search(text, self._at)
        stop = special.start() if special else len(text)
        self._add(text[self._at : stop])
        self._at = stop
        if special is None:
            return
        here, following = special[0], text[stop + 1 : stop + 2]
        if here == '"':
            self._quoted = False
            self._at += 1
        elif here == "\\":
            self._at += 2
            if following != "\n":
                self._add(following if following in '"\\`$' else "\\" + following)
        else:
            self._expansion(here, following)

    def _single_quoted(self) -> None:
        stop = self._text.find("'", self._at + 1)
        if stop < 0:  # no quote, but an apostrophe: this was written for another shell
            self._add("'")
            self._at += 1
            return
        self._add(self._text[self._at + 1 : stop])
        self._at = stop + 1

    def _add(self, piece: str) -> None:
        level = self._levels[-1]
        if level.word is None:
            level.word = []
        level.word.append(piece)

    def _end_word(self) -> None:
        level = self._levels[-1]
        if level.word is not None:
            level.words.append("".join(level.word))
            level.word = None

    def _end_command(self) -> None:
        self._end_word()
        level = self._levels[-1]
        if level.words:
            for each in level.heredocs:
                each.command = len(self._found)
            self._found.append(RawCommand(tuple(level.words), level.piped))
        level.words, level.heredocs, level.piped = [], [], False

    def _read_heredocs(self) -> None:
        texts: dict[int, list[str]] = {}
        for each in self._pending:
            text = self._heredoc_text(each.name, each.strip)
            if each.command >= 0:
                texts.setdefault(each.command, []).append(text)
        for command, added in texts.items():
            known = self._found[command]
            self._found[command] = replace(known, heredocs=(*known.heredocs, *added))
        self._pending = []

    def _heredoc_text(self, name: str, strip: bool) -> str:
        """Everything up to a line that is exactly ``name`` (tabs before it allowed for ``<<-``), or the rest."""
        end = re.compile(rf"^{chr(9) + '*' if strip else ''}{re.escape(name)}$", re.MULTILINE)
        found = end.search(self._text, self._at)
        start = self._at
        if found is None:
            self._at = len(self._text)
            return self._text[start:]
        self._at = found.end()
        return self._text[start : found.start()]
