"""The words of a command line, to be said again later and from elsewhere: by a timer, as another user, in another directory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from benchmark.cli import values
from benchmark.cli.option import Option


def words_for_later(words: Sequence[str], options: Sequence[Option]) -> tuple[str, ...]:
    """Those of ``words`` that give ``options``, in their order, with every path made absolute; other words are left out.

    ``words`` were accepted by the parser: long options with the value behind ``=`` or in the next word, short ones that may
    be joined.
    """
    flags = {flag: each for each in options for flag in each.flags}
    return tuple(_kept(words, flags))


def variables_for_later(
    options: Sequence[Option], environment: Mapping[str, str], silenced: Collection[str] = ()
) -> tuple[tuple[str, str], ...]:
    """The variables of ``environment`` that stand for ``options`` (but for those named in ``silenced``), with absolute paths."""
    found = []
    for each in options:
        text = environment.get(each.environment_variable, "")
        if text and each.name not in silenced:
            found.append((each.environment_variable, _absolute(each, text)))
    return tuple(found)


def _kept(words: Sequence[str], flags: Mapping[str, Option]) -> Iterator[str]:
    waiting = iter(words)
    for word in waiting:
        flag, equals, text = word.partition("=")
        if word.startswith("--") and flag in flags:
            option = flags[flag]
            if option.switch:
                yield flag
            else:
                yield f"{flag}={_absolute(option, text if equals else next(waiting))}"
        elif word[:1] == "-" and word[:2] in flags:
            yield from _short(word, waiting, flags)


def _short(word: str, waiting: Iterator[str], flags: Mapping[str, Option]) -> Iterator[str]:
    """``-v``, ``-o json``, ``-ojson``, ``-vo json``: each as an option of its own."""
    letters = word[1:]
    while letters:
        flag, letters = f"-{letters[0]}", letters[1:]
        option = flags[flag]
        if option.switch:
            yield flag
            continue
        text = letters.removeprefix("=") or next(waiting)
        yield f"{option.flags[-1]}={_absolute(option, text)}"
        return


def _absolute(option: Option, text: str) -> str:
    """``text`` with its path made absolute, where the option takes one; a separated list (a variable's) path by path."""
    if option.read is values.read_output:
        name, equals, path = text.partition("=")
        return f"{name}={Path(path).absolute()}" if equals and path not in ("", values.STDOUT) else text
    if option.read is values.read_reference and Path(text).exists():
        return str(Path(text).absolute())
    if option.read is not values.read_path or text == values.STDOUT:
        return text
    if "\n" in text and option.separators:
        return "\n".join(str(Path(each).absolute()) for each in text.split("\n") if each.strip())
    return str(Path(text).absolute())
