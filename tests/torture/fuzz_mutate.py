"""Makes bad files out of good ones: bytes, lines, JSON trees, and one structure repeated until it is long.

Everything is drawn from the dice that it is given, so a seed repeats a run.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any, Final

MOST: Final = 64 * 1024
_NUMBERS: Final = (
    *(b"0", b"-1", b"1", b"00", b"000000000000000", b"0777", b"255", b"65536", b"2147483648", b"4294967295"),
    *(b"4294967296", b"9223372036854775807", b"9223372036854775808", b"18446744073709551616", b"1e400", b"-0"),
    *(b"1_000", b"0x10", b"99999999999999999999999999", b"1" * 5000),
)
_NASTY: Final = (
    *(b"\0", b"\r", b"\n", b"\r\n", b"\t", b" ", b"\\", b"'", b'"', b"#", b";", b"%", b"$", b"{", b"}", b"[", b"]"),
    *(b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xef\xbf\xbe", b"\xe2\x80\xae", b"\xe2\x80\x8b"),
    *(b"\x1b[31m", b"\x1b]0;x\x07", b"\x85", b"\xc2\x85", b"\xe2\x80\xa8", b"\xc4\xb0", b"\xc5\xbf", b"\xe2\x84\xaa"),
)
_VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 2**31, 2**63, 2**64, -(2**63), 1.5, 1e300, "", "0", "null", "\ud800", "\x1b[31m", "\0"),
    *([], {}, [[]], [None], {"": None}, [[[[[[]]]]]], "A" * 300, [1, "a", None, {}], "\u202e", "sha256:" + "a" * 64),
)
Change = Callable[[random.Random, bytes, Sequence[bytes], Sequence[bytes]], bytes]


def mutated(dice: random.Random, corpus: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """One of ``corpus`` after one to six changes; ``words`` are pieces that mean something to the parser."""
    data = dice.choice(corpus)
    for _ in range(dice.choice((1, 1, 2, 3, 6))):
        data = dice.choice(_CHANGES)(dice, data, corpus, words)
    return data[:MOST]


def stretched(dice: random.Random, corpus: Sequence[bytes], words: Sequence[bytes]) -> tuple[bytes, bytes, bytes]:
    """(head, unit, tail): a structure that a parser may meet any number of times in a row."""
    pool = (*words, *_NASTY, b"a", b"a ", b"=", b":", b",")
    lines = dice.choice(corpus)[:4096].split(b"\n")
    unit = b"".join(dice.choice(pool) for _ in range(dice.choice((1, 1, 2, 2, 3, 4)))) or b"a"
    if dice.random() < 0.3:
        unit = dice.choice(lines) + b"\n"
    heads = (b"", dice.choice(pool), dice.choice(lines), b"\n".join(lines[: dice.randrange(len(lines)) + 1]))
    return dice.choice(heads), unit[:200], dice.choice((b"", dice.choice(pool), b"\n" + dice.choice(lines)))


def _at(dice: random.Random, data: bytes) -> int:
    return dice.randrange(len(data) + 1)


def _flip(dice: random.Random, data: bytes, *_: object) -> bytes:
    if not data:
        return b"\x80"
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]


def _insert(dice: random.Random, data: bytes, _: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    at = _at(dice, data)
    return data[:at] + dice.choice((*words, *_NASTY, *_NUMBERS)) + data[at:]


def _replace(dice: random.Random, data: bytes, _: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """A word of the file instead of another."""
    known = [each for each in words if each and each in data]
    if not known:
        return _insert(dice, data, _, words)
    return data.replace(dice.choice(known), dice.choice((*words, *_NASTY, *_NUMBERS)), dice.choice((1, -1)))


def _cut(dice: random.Random, data: bytes, *_: object) -> bytes:
    return data[: _at(dice, data)]


def _delete(dice: random.Random, data: bytes, *_: object) -> bytes:
    at = _at(dice, data)
    return data[:at] + data[at + dice.choice((1, 2, 4, 16, 100)) :]


def _repeat(dice: random.Random, data: bytes, *_: object) -> bytes:
    at = _at(dice, data)
    piece = data[at : at + dice.choice((1, 2, 8, 40, 200))]
    return data[:at] + piece * dice.choice((2, 3, 30, 300)) + data[at:]


def _splice(dice: random.Random, data: bytes, corpus: Sequence[bytes], _: object) -> bytes:
    other = dice.choice(corpus)
    return data[: _at(dice, data)] + other[_at(dice, other) :]


def _lines(dice: random.Random, data: bytes, corpus: Sequence[bytes], _: object) -> bytes:
    """Lines exchanged, doubled, or taken from another file."""
    lines = data.split(b"\n")
    at, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    match dice.randrange(4):
        case 0:
            lines[at], lines[other] = lines[other], lines[at]
        case 1:
            lines.insert(other, lines[at])
        case 2:
            del lines[at]
        case _:
            lines.insert(at, dice.choice(dice.choice(corpus).split(b"\n")))
    return b"\n".join(lines)


def _ends(dice: random.Random, data: bytes, *_: object) -> bytes:
    """Other line ends."""
    return data.replace(b"\n", dice.choice((b"\r\n", b"\r", b"\n\n", b"\\\n", b" \\ \n", b"\0", b"\v", b"\f")))


def _number(dice: random.Random, data: bytes, *_: object) -> bytes:
    digits = [at for at, each in enumerate(data) if 0x30 <= each <= 0x39]
    if not digits:
        return data + dice.choice(_NUMBERS)
    at = dice.choice(digits)
    return data[:at] + dice.choice(_NUMBERS) + data[at + 1 :]


def _json(dice: random.Random, data: bytes, *_: object) -> bytes:
    """A value of a JSON document replaced, taken out, or put somewhere else; other files as they are."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return data
    places: list[tuple[Any, Any]] = []
    waiting: list[Any] = [document]
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        places += [(node, key) for key in keys]
        waiting += [node[key] for key in keys]
    if not places:
        return json.dumps(dice.choice(_VALUES)).encode()
    node, key = dice.choice(places)
    other, other_key = dice.choice(places)
    match dice.randrange(5):
        case 0:
            del node[key]
        case 1 if isinstance(node, dict):
            node[dice.choice((key.swapcase(), key + "\u017f", key.replace("s", "\u017f"), "", "x"))] = node[key]
        case 2 if isinstance(node, list):
            node.extend([node[key]] * dice.choice((1, 3, 50)))
        case 3:
            node[key] = json.loads(json.dumps(other[other_key]))
        case _:
            node[key] = dice.choice(_VALUES)
    return json.dumps(document, ensure_ascii=dice.random() < 0.5, indent=dice.choice((None, 1))).encode(
        "utf-8", "surrogatepass"
    )


_CHANGES: Final[tuple[Change, ...]] = (
    *(_flip, _insert, _insert, _replace, _replace, _cut, _delete, _repeat, _splice, _lines, _lines, _ends, _number),
    *(_json, _json, _json),
)
