"""Replies that are lawful, or nearly so, and far too much: for the peak of memory, which a process of its own shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tests.faulty_daemon import FAULTS, FaultyDaemon
from tests.torture.faulty_faults import Breakdown, framed, split

_MOST: Final = 8 * 1024 * 1024 - 4096  # what one document may have
_LIST_BYTES: Final = 24_000_000


def _filled(text: bytes, last: bytes) -> Callable[[bytes], bytes]:
    """The document with a list in a field that nobody knows, which is as long as a document may be."""

    def change(body: bytes) -> bytes:
        if body[:1] not in b"[{":
            return body
        field = b'"X":[' + text * ((_MOST - len(body)) // len(text)) + last + b"]"
        at = body.find(b"{") + 1
        if not at:
            return b"[{" + field + b"}]"
        return body[:at] + field + (b"," if body[at : at + 1] != b"}" else b"") + body[at:]

    return change


def _texts(body: bytes) -> bytes:
    """What is kept of a document, in every place where it may be long: environment, command, history."""
    try:
        document = json.loads(body)
    except ValueError:
        return body
    words = [f"WORD{number}=x" for number in range(240_000)]
    if isinstance(document, dict) and isinstance(document.get("Config"), dict):
        document["Config"]["Env"] = words
    elif isinstance(document, list):
        document = [*document, *({"CreatedBy": each, "Size": 1, "Created": 1, "Id": each} for each in words[:60_000])]
    return json.dumps(document).encode()


def _long_text(body: bytes) -> bytes:
    try:
        document = json.loads(body)
    except ValueError:
        return body
    text = "y" * (_MOST - len(body) - 100)
    if isinstance(document, dict) and isinstance(document.get("Config"), dict):
        document["Config"]["Env"] = [text]
    elif isinstance(document, list) and document and isinstance(document[0], dict):
        document[0]["CreatedBy"] = text
    return json.dumps(document).encode()


def _of_one_length(change: Callable[[bytes], bytes]) -> Breakdown:
    def break_down(_: FaultyDaemon, connection: Any, reply: bytes) -> bool:
        head, body = split(reply)
        connection.sendall(framed(head, change(body)))
        return True

    return break_down


def _elements(_: FaultyDaemon, connection: Any, reply: bytes) -> bool:
    """A list of more elements than any engine has, each with an id of its own."""
    head, _body = split(reply)
    connection.sendall(framed(head, b"").replace(b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n"))
    for each in _blocks():
        connection.sendall(b"%x\r\n" % len(each) + each + b"\r\n")
    connection.sendall(b"0\r\n\r\n")
    return True


def _blocks() -> Iterator[bytes]:
    number = 0
    sent = 0
    while sent < _LIST_BYTES:
        block = b",".join(b'{"Id":"%08x","ID":"%08x"}' % (each, each) for each in range(number, number + 20_000))
        yield (b"," if number else b"[") + block
        number, sent = number + 20_000, sent + len(block)
    yield b"]"


FLOODS: Final[Mapping[str, Breakdown]] = {
    **{name: FAULTS[name] for name in ("huge", "huge_announced", "gzip_bomb", "chunk_flood", "header_flood", "deep")},
    "many_elements": _elements,
    "many_objects": _of_one_length(_filled(b'{"a":1},', b"{}")),
    "many_lists": _of_one_length(_filled(b"[],", b"[]")),
    "many_nested_lists": _of_one_length(_filled(b"[[[[[[]]]]]],", b"[]")),
    "many_numbers": _of_one_length(_filled(b"1.5,", b"1")),
    "many_surrogates": _of_one_length(_filled(b'"\\ud800",', b'"\\udfff"')),
    "wide_characters": _of_one_length(_filled('"\U0001f600",'.encode(), b'""')),
    "many_texts": _of_one_length(_texts),
    "one_long_text": _of_one_length(_long_text),
}
