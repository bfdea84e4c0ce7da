"""Faults of documents: what stands in the body of a well-framed reply."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from benchmark.model.facts import Reason
from tests.faulty_daemon import FaultyDaemon
from tests.torture.faulty_faults import Breakdown, Kind, Outcome, framed, split

_LEVELS: Final = 5000
_NUMBER: Final = "\0number"  # stands for a number that json.dumps would not write


def _body(change: Callable[[bytes], bytes]) -> Breakdown:
    def break_down(_: FaultyDaemon, connection: Any, reply: bytes) -> bool:
        head, body = split(reply)
        connection.sendall(framed(head, change(body)))
        return True

    return break_down


def _tree(change: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    """The document rewritten; bytes that are none (an archive) stay as they are."""

    def rewrite(body: bytes) -> bytes:
        try:
            document = json.loads(body)
        except ValueError:
            return body
        return json.dumps(change(document)).encode()

    return rewrite


def _leaves(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _leaves(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [_leaves(each, change) for each in value]
    return change(value)


def _objects(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """Every top-level object, or the elements of a top-level list, changed."""
    if isinstance(value, list):
        return [_objects(each, change) for each in value]
    return change(value) if isinstance(value, dict) else value


def _numbers(text: str) -> Callable[[bytes], bytes]:
    """With ``text`` for every integer; where there is none, for a field that nobody knows."""

    def change(value: Any) -> Any:
        return _NUMBER if type(value) is int else value

    def rewrite(body: bytes) -> bytes:
        made = _tree(lambda document: _leaves(document, change))(body)
        mark = json.dumps(_NUMBER).encode()
        if mark in made:
            return made.replace(mark, text.encode())
        return _tree(lambda document: _objects(document, lambda each: each | {"X": _NUMBER}))(body).replace(
            mark, text.encode()
        )

    return rewrite


def _first_key_twice(body: bytes) -> bytes:
    """A key of the innermost first object stands twice: the second time with another value, which must not win."""
    found = re.search(rb'\{("(?:[^"\\]|\\.)*"):(?=[^{}]*\})', body) or re.search(rb'\{("(?:[^"\\]|\\.)*"):', body)
    if found is None:
        return body
    return body[: found.start() + 1] + found[1] + b':"first",' + body[found.start() + 1 :]


def _same_key_escaped(body: bytes) -> bytes:
    """The same, the second spelling in escapes: two keys are equal as text and not as bytes."""
    found = re.search(rb'\{"([A-Za-z])([A-Za-z]*)":', body)
    if found is None:
        return body
    return body[: found.start() + 1] + b'"\\u%04x' % found[1][0] + found[2] + b'":"first",' + body[found.start() + 1 :]


def _other_leaf(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes"
    if isinstance(value, int):
        return [value]
    return 7.5 if isinstance(value, str) else {"Null": 1}


def _backwards(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _backwards(value[key]) for key in reversed(value)}
    return [_backwards(each) for each in value] if isinstance(value, list) else value


def _escaped(body: bytes) -> bytes:
    """Every letter of every string as an escape."""
    return re.sub(
        rb'"((?:[^"\\]|\\.)*)"',
        lambda found: (
            b'"' + b"".join(b"\\u%04x" % each for each in json.loads(found[0]).encode("utf-16-be")[1::2]) + b'"'
            if found[0].isascii() and b"\\u" not in found[0]
            else found[0]
        ),
        body,
    )


def _nested(levels: int) -> Callable[[bytes], bytes]:
    return _tree(
        lambda document: _objects(document, lambda each: each | {"X": json.loads("[" * levels + "]" * levels)})
    )


def _deep_inside(body: bytes) -> bytes:
    return (
        body.replace(b"{", b'{"X":' + b"[" * _LEVELS + b"]" * _LEVELS + b",", 1)
        if body[:1] in b"[{"
        else b"[" * _LEVELS
    )


def _elements_of_another_type(document: Any) -> Any:
    return [7, *document] if isinstance(document, list) else [document]


_SAME_DOCUMENT: Final[dict[str, Callable[[bytes], bytes]]] = {
    "indented": lambda body: json.dumps(json.loads(body), indent=3).encode() if body[:1] in b"[{" else body,
    "white_space_around": lambda body: b" \r\n\t" + body + b"\n \n" if body[:1] in b"[{" else body,
    "keys_backwards": _tree(_backwards),
    "escaped_letters": lambda body: _escaped(body) if body[:1] in b"[{" else body,
    "unknown_field": _tree(
        lambda document: _objects(document, lambda each: each | {"FutureField": {"a": [None, 1.5]}})
    ),
    "lone_surrogate": _tree(lambda document: _objects(document, lambda each: each | {"Future\ud800": "\udfff\ud800"})),
    "hundred_levels": _nested(100),
    "minus_zero": lambda body: re.sub(rb"(?<=[:,\[])0(?=[,}\]])", b"-0", body) if body[:1] in b"[{" else body,
}

_BROKEN: Final[dict[str, tuple[Callable[[bytes], bytes], Reason]]] = {
    "empty_body": (lambda _: b"", Reason.SYNTAX),
    "white_space_only": (lambda _: b" \n", Reason.SYNTAX),
    "byte_order_mark": (lambda body: b"\xef\xbb\xbf" + body, Reason.SYNTAX),
    "utf_16": (lambda body: body.decode("latin-1").encode("utf-16"), Reason.NOT_UTF8),
    "latin_1_inside": (
        lambda body: body.replace(b"{", b'{"X":"\xe9",', 1) if b"{" in body else b'"\xe9"',
        Reason.NOT_UTF8,
    ),
    "overlong_utf_8": (
        lambda body: body.replace(b"{", b'{"X":"\xc0\xaf",', 1) if b"{" in body else b'"\xc0"',
        Reason.NOT_UTF8,
    ),
    "surrogate_in_utf_8": (lambda _: b'{"Id":"\xed\xa0\x80"}', Reason.NOT_UTF8),
    "garbage_behind": (lambda body: body + b"x", Reason.SYNTAX),
    "document_twice": (lambda body: body + body, Reason.SYNTAX),
    "nul_behind": (lambda body: body + b"\0", Reason.SYNTAX),
    "control_character_in_text": (lambda _: b'{"Id":"a\nb"}', Reason.SYNTAX),
    "comment": (lambda body: body + b" // made by hand", Reason.SYNTAX),
    "single_quotes": (lambda body: body.replace(b'"', b"'") or b"'", Reason.SYNTAX),
    "comma_too_many": (
        lambda body: body[:-1] + b"," + body[-1:] if body[-2:-1] not in b"[{" else b"[1,]",
        Reason.SYNTAX,
    ),
    "last_brace_missing": (lambda body: body[:-1], Reason.SYNTAX),
    "nan_inside": (_numbers("NaN"), Reason.SYNTAX),
    "infinity_inside": (_numbers("Infinity"), Reason.SYNTAX),
    "minus_infinity_inside": (_numbers("-Infinity"), Reason.SYNTAX),
    "number_too_large": (_numbers("1e400"), Reason.SYNTAX),
    "integer_of_5000_digits": (_numbers("1" + "0" * 5000), Reason.SYNTAX),
    "integer_with_zero_before": (_numbers("007"), Reason.SYNTAX),
    "integer_with_plus": (_numbers("+7"), Reason.SYNTAX),
    "integer_in_hex": (_numbers("0x7"), Reason.SYNTAX),
    "key_twice_inside": (_first_key_twice, Reason.DUPLICATE_KEY),
    "key_twice_escaped": (_same_key_escaped, Reason.DUPLICATE_KEY),
    "deep_inside": (_deep_inside, Reason.TOO_DEEP),
    "201_levels": (_nested(201), Reason.TOO_DEEP),
    "a_number": (lambda _: b"7", Reason.WRONG_TYPE),
    "true": (lambda _: b"true", Reason.WRONG_TYPE),
    "the_word_null_in_quotes": (lambda _: b'"null"', Reason.WRONG_TYPE),
    "an_error_text": (lambda _: b"Internal error: try again", Reason.SYNTAX),
    "html": (lambda _: b"<!doctype html><title>Sign in</title>", Reason.SYNTAX),
}

_UNFIT: Final[dict[str, Callable[[bytes], bytes]]] = {
    "integers_of_64_bits_and_one": _numbers(str(2**64)),
    "integers_of_63_bits_and_one": _numbers(str(2**63)),
    "integers_below_63_bits": _numbers(str(-(2**63) - 1)),
    "integers_of_4000_digits": _numbers("1" + "0" * 4000),
    "integers_as_floats": _numbers("1.5"),
    "integers_as_whole_floats": _numbers("1.0"),
    "integers_as_exponents": _numbers("1e3"),
    "integers_as_text": _numbers('"1"'),
    "integers_as_true": _numbers("true"),
    "leaves_of_another_type": _tree(lambda document: _leaves(document, _other_leaf)),
    "an_element_of_another_type": _tree(_elements_of_another_type),
}


def body_faults() -> Mapping[str, Kind]:
    """Every kind of this module. What is no JSON document keeps its bytes where a change would need one."""
    kinds = {name: _kind(change, Outcome.DIGEST) for name, change in _SAME_DOCUMENT.items()}
    kinds |= {name: _kind(change, Outcome.LOST, reason) for name, (change, reason) in _BROKEN.items()}
    kinds |= {name: _kind(change, Outcome.VALUES) for name, change in _UNFIT.items()}
    kinds["an_empty_object_or_list"] = _kind(_the_other_kind, Outcome.LOST, Reason.WRONG_TYPE)
    return kinds


def _kind(change: Callable[[bytes], bytes], outcome: Outcome, *reasons: Reason) -> Kind:
    return Kind(_body(change), outcome, frozenset(reasons), content=True, applies=lambda body: change(body) != body)


def _the_other_kind(body: bytes) -> bytes:
    """[] for an object and {} for a list: neither says that there is nothing."""
    return b"{}" if body[:1] == b"[" else b"[]"
