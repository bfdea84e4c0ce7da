"""Instructions out of an image's history: what builders write into CreatedBy, untruncated.

    /bin/sh -c #(nop)  CMD ["sh"]                     classic builder, buildah: an instruction that runs nothing
    /bin/sh -c apt-get update                         the same, RUN; |2 A=1 B=2 before it are build arguments
    RUN |1 A=1 /bin/sh -c apt-get update # buildkit   BuildKit; kaniko the same without the remark
    powershell -Command …; #(nop) COPY …, cmd /S /C … Windows
    apt-get update                                    exec form, and what docker commit records

Anything else is kept as UNKNOWN. A word of an instruction counts only where the builder puts it, never within a text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from benchmark.collect.images.instructions import DECLARING, UNKNOWN, WORDS, Instruction, unpacks_a_root
from benchmark.collect.images.secret_names import COVERED, conceal, is_harmless, is_secret_name
from benchmark.collect.images.shell_words import parse_script
from benchmark.model.facts import Reason, Unavailable

MOST_ENTRIES: Final = 10_000
MOST_CHARACTERS: Final = 4 * 1024 * 1024  # of a whole history

# A shell with its options, twenty at most, up to the one after which the script begins.
_SHELL: Final = (
    r"(?:(?:\S*/)?(?:ba|da|a|z|k|mk)?sh(?: +-[A-Za-z]*o +\w+| +--?[A-Za-z]+){0,20}? +-[A-Za-z]*c"
    r"|(?:\S*\\)?cmd(?:\.exe)?(?: +/[A-Za-z](?::\w+)?){0,20}? +/[CK]"
    r"|(?:\S*[/\\])?(?:powershell|pwsh)(?:\.exe)?(?: +-\w+(?: +(?!-)[\w.]+)?){0,20}? +-[Cc]ommand)(?= |$) ?"
)
_RUN_BY_SHELL: Final = re.compile(_SHELL, re.IGNORECASE)
_SHELL_WITHIN: Final = re.compile(rf"(?<= ){_SHELL}", re.IGNORECASE)
# The marker stands where a script would: behind the shell's options, or behind the preamble of a Windows shell.
_NO_OPERATION: Final = re.compile(
    r"(?:\S+(?: +[-/]\S+| +pipefail)* +|(?:\S*[/\\])?(?:powershell|pwsh|cmd)(?:\.exe)? [^\n#]{0,1000})"
    r"#\(nop\)[ \t]+(?P<word>[A-Z]+)(?:\s+(?P<rest>.*))?",
    re.DOTALL | re.IGNORECASE,
)
_BUILDKIT: Final = "# buildkit"
_WORD: Final = re.compile(r"(?P<word>[A-Z]+)(?:\s+(?P<rest>.*))?", re.DOTALL)
_GIVEN: Final = re.compile(r"\|(?P<count>[0-9]{1,4}) (?P<rest>.*)", re.DOTALL)
_ARGUMENT: Final = re.compile(r"(?:^|(?<= ))([A-Za-z_][A-Za-z0-9_]{0,200})=")
# None of these changes a file, so the base's root filesystem may come after them.
_METADATA: Final = WORDS - {"ADD", "COPY", "RUN", "ONBUILD", "WORKDIR"}


def read_history(entries: Sequence[str]) -> tuple[Instruction, ...] | Unavailable:
    """The instructions of CreatedBy texts, which come oldest first. OVERSIZE beyond what an image can reasonably have."""
    if len(entries) > MOST_ENTRIES or sum(map(len, entries)) > MOST_CHARACTERS:
        return Unavailable(Reason.OVERSIZE, f"a history of {len(entries)} entries, {sum(map(len, entries))} characters")
    found = [_instruction(text, number) for number, text in enumerate(entries, 1)]
    first = next((at for at, each in enumerate(found) if each.word not in _METADATA), None)
    if first is not None and found[first].word == "ADD" and unpacks_a_root(found[first].arguments):
        found[first] = replace(found[first], from_base=True)
    return tuple(found)


def concealed(text: str, instruction: Instruction) -> str:
    """``text``, which ``instruction`` was read from, with secrets covered."""
    if instruction.word in DECLARING:
        head, rest = text[: -len(instruction.arguments) or None], instruction.arguments
        return head + conceal(rest, declares=True) if rest and text.endswith(rest) else conceal(text, declares=True)
    parts, at = [], 0
    for name, value in instruction.build_arguments:  # in the order in which the text holds them
        if value and is_secret_name(name) and not is_harmless(value):
            found = text.find(f"{name}={value}", at)
            if found >= 0:
                parts += [text[at:found], f"{name}={COVERED}"]
                at = found + len(name) + 1 + len(value)
    text = "".join([*parts, text[at:]])
    return conceal(text)


def _instruction(text: str, number: int) -> Instruction:
    place = f"step {number}"
    text = text.strip().removesuffix(_BUILDKIT).rstrip()
    nop = _NO_OPERATION.match(text)
    if nop is not None and nop["word"] in WORDS:
        return Instruction(place, number, nop["word"], nop["rest"] or "")
    written = _WORD.fullmatch(text)
    if written is not None and written["word"] in WORDS:
        rest = written["rest"] or ""
        return (
            _run(place, number, rest) if written["word"] == "RUN" else Instruction(place, number, written["word"], rest)
        )
    if _RUN_BY_SHELL.match(text) or _GIVEN.match(text):
        return _run(place, number, text)
    # Neither says that it is an instruction. It may be a command all the same, so it is looked at like one.
    return Instruction(place, number, UNKNOWN, text, parse_script(text))


def _run(place: str, number: int, text: str) -> Instruction:
    given: tuple[tuple[str, str], ...] = ()
    if counted := _GIVEN.fullmatch(text):
        given, text = _build_arguments(int(counted["count"]), counted["rest"])
    shell = _RUN_BY_SHELL.match(text)
    return Instruction(place, number, "RUN", text, parse_script(text[shell.end() :] if shell else text), given)


def _build_arguments(count: int, text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """The build arguments and the text after them. Their values are not quoted, so the shell marks where they end."""
    if shell := _SHELL_WITHIN.search(f" {text}"):
        end = shell.start() - 1
    else:
        words = text.split(" ", count)
        end = len(text) - len(words[count]) if len(words) > count else len(text)
    region = text[:end]
    marks = list(_ARGUMENT.finditer(region))
    stops = [*(each.start() for each in marks[1:]), len(region)]
    given = tuple((mark[1], region[mark.end() : stop].rstrip(" ")) for mark, stop in zip(marks, stops, strict=False))
    return given, text[end:]
