"""Faults of framing: the same document on other ways across the wire, sound ones and broken ones."""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from benchmark.model.facts import Reason
from tests.faulty_daemon import FaultyDaemon
from tests.torture.faulty_faults import Breakdown, Kind, Outcome, framed, lost, split

LATE_SECONDS: Final = 0.15
PATIENCE: Final = 0.5  # seconds that a request has, where a fault uses them up
_SIZES: Final = (1, 7, 64, 3, 1000, 2, 4000)
_OK: Final = b"HTTP/1.1 200 OK"


def _sent(change: Callable[[bytes, bytes], bytes], *, keep: bool = True) -> Breakdown:
    """The reply as ``change(head, body)`` writes it; without ``keep`` the daemon closes its side after it."""

    def break_down(_: FaultyDaemon, connection: socket.socket, reply: bytes) -> bool:
        connection.sendall(change(*split(reply)))
        if not keep:
            _close_gently(connection)
        return keep

    return break_down


def _close_gently(connection: socket.socket) -> None:
    """An end and not a reset: what waits unread would make one of it. TLS ends without its goodbye."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(5)
    with contextlib.suppress(OSError):
        while connection.recv(65536):
            pass


def _head(old: bytes, new: bytes) -> Callable[[bytes, bytes], bytes]:
    """With ``old`` in the head replaced; raises AssertionError in the daemon where there is none to replace."""

    def change(head: bytes, body: bytes) -> bytes:
        start = framed(head, b"").removesuffix(b"Content-Length: 0\r\n\r\n")
        whole = start + b"Content-Length: %d" % len(body)
        if old not in whole:
            raise OSError(f"no {old!r} in {whole!r}")
        return whole.replace(old, new, 1) + b"\r\n\r\n" + body

    return change


def _header(line: bytes) -> Breakdown:
    return _sent(lambda head, body: framed(head, body, line))


def _status(line: bytes) -> Breakdown:
    return _sent(_head(_OK, line))


def _refused(status: bytes, body: bytes = b'{"message":"no"}', *headers: bytes) -> Breakdown:
    """A status with a body that a client must not take for the document, which stands in it when ``body`` is b""."""
    return _sent(lambda head, whole: framed(head.replace(_OK, b"HTTP/1.1 " + status), body or whole, *headers))


def _length(text: Callable[[int], bytes], *, keep: bool = True) -> Breakdown:
    def change(head: bytes, body: bytes) -> bytes:
        return framed(head, b"").replace(b"Content-Length: 0", b"Content-Length: " + text(len(body))) + body

    return _sent(change, keep=keep)


def _in_chunks(head: bytes, body: bytes, last: bytes = b"0\r\n\r\n", size: bytes = b"%x") -> bytes:
    start = framed(head, b"").replace(b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n")
    return start + b"".join(size % len(each) + b"\r\n" + each + b"\r\n" for each in _pieces(body)) + last


def _pieces(body: bytes) -> Iterator[bytes]:
    at = number = 0
    while at < len(body):
        size = _SIZES[number % len(_SIZES)]
        yield body[at : at + size]
        at, number = at + size, number + 1


def _byte_by_byte(_: FaultyDaemon, connection: socket.socket, reply: bytes) -> bool:
    """The first hundred and the last ten bytes each by itself, the rest in odd pieces."""
    for at in range(min(len(reply), 100)):
        connection.sendall(reply[at : at + 1])
    rest = reply[100:]
    for each in _pieces(rest[:-10]):
        connection.sendall(each)
    for at in range(max(0, len(rest) - 10), len(rest)):
        connection.sendall(rest[at : at + 1])
    return True


def _late(_: FaultyDaemon, connection: socket.socket, reply: bytes) -> bool:
    time.sleep(LATE_SECONDS)
    connection.sendall(reply)
    return True


def _overdue(_: FaultyDaemon, connection: socket.socket, reply: bytes) -> bool:
    """The right reply after the client's patience: nobody may take it for the reply to what was asked next."""
    time.sleep(PATIENCE * 1.3)
    connection.sendall(reply)
    return True


def _twice(_: FaultyDaemon, connection: socket.socket, reply: bytes) -> bool:
    connection.sendall(reply + reply)
    return True


def _then_reset(_: FaultyDaemon, connection: socket.socket, reply: bytes) -> bool:
    connection.sendall(reply)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def _stopped(at: Callable[[bytes], int]) -> Breakdown:
    """Part of the reply, and then silence."""

    def break_down(daemon: FaultyDaemon, connection: socket.socket, reply: bytes) -> bool:
        connection.sendall(reply[: at(reply)])
        daemon.wait_until_gone(connection)
        return False

    return break_down


def _dripping_body(daemon: FaultyDaemon, connection: socket.socket, reply: bytes) -> bool:
    """The head at once, the body one byte a second."""
    head, body = split(reply)
    whole = framed(head, body)
    connection.sendall(whole[: len(whole) - len(body)])
    daemon.drip(connection, body)
    return False


def _trickling_chunks(daemon: FaultyDaemon, connection: socket.socket, reply: bytes) -> bool:
    """Some bytes now and then, often enough for a time limit that counts from the last byte; the reply after a while."""
    head, body = split(reply)
    connection.sendall(framed(head, b"").replace(b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n"))
    for _ in range(60):
        if daemon.wait(0.05):
            return False
        connection.sendall(b"1\r\n \r\n")
    connection.sendall(b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
    return True


def _refusal_without_end(daemon: FaultyDaemon, connection: socket.socket, _: bytes) -> bool:
    connection.sendall(b'HTTP/1.1 500 Internal Server Error\r\nContent-Length: 900\r\n\r\n{"message":"')
    daemon.wait_until_gone(connection)
    return False


def _gzipped(head: bytes, body: bytes) -> bytes:
    return framed(head, gzip.compress(body), b"Content-Encoding: gzip")


_SAME: Final[dict[str, Breakdown]] = {
    "byte_by_byte": _byte_by_byte,
    "odd_chunks": _sent(_in_chunks),
    "chunk_sizes_with_zeros": _sent(lambda head, body: _in_chunks(head, body, size=b"%06X")),
    "one_length": _sent(framed),
    "announced_close": _sent(lambda head, body: framed(head, body, b"Connection: close"), keep=False),
    "silent_close_after": _sent(framed, keep=False),
    "http_1_0": _sent(_head(b"HTTP/1.1", b"HTTP/1.0"), keep=False),
    "http_1_0_kept_alive": _sent(lambda head, body: _head(b"HTTP/1.1", b"HTTP/1.0")(head + b"\r\nConnection: keep-alive", body)),
    "identity_named": _header(b"Content-Encoding: identity"),
    "unknown_headers": _header(b"X-Registry-Auth: x\r\nx-empty:\r\nDate: yesterday"),
    "lower_case_headers": _sent(_head(b"Content-Length:", b"content-length:  ")),
    "no_reason_phrase": _status(b"HTTP/1.1 200"),
    "empty_reason_phrase": _status(b"HTTP/1.1 200 "),
    "foreign_reason_phrase": _status("HTTP/1.1 200 d'accord ✓".encode()),
    "not_chunked_by_name": _header(b"TE: chunked"),
}  # fmt: skip

_PROTOCOL: Final[dict[str, Breakdown]] = {
    "length_with_plus": _length(lambda size: b"+%d" % size),
    "length_in_hex": _length(lambda size: b"0x%x" % size),
    "length_twice_in_one": _length(lambda size: b"%d, %d" % (size, size)),
    "length_empty": _length(lambda _: b""),
    "length_huge": _length(lambda _: b"9" * 30),
    "length_with_point": _length(lambda size: b"%d.0" % size),
    "length_in_other_digits": _length(lambda size: str(size).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")).encode()),
    "header_without_colon": _header(b"Just words"),
    "header_folded": _header(b"X-Long: one\r\n two"),
    "header_with_space_before_colon": _header(b"Server : x"),
    "header_with_nul": _header(b"X-Nul: a\0b"),
    "header_with_bare_return": _header(b"X-Return: a\rContent-Length: 2"),
    "header_of_33_kilobytes": _header(b"X-Long: " + b"x" * 33_000),
    "header_65_times": _header(b"\r\n".join([b"X: y"] * 65)),
    "length_smuggled_by_line_feed": _header(b"X-Feed: a\nContent-Length: 2"),
    "status_without_number": _status(b"HTTP/1.1 abc OK"),
    "status_of_four_digits": _status(b"HTTP/1.1 2000 OK"),
    "status_of_two_digits": _status(b"HTTP/1.1 20 OK"),
    "status_600": _status(b"HTTP/1.1 600 OK"),
    "status_zero": _status(b"HTTP/1.1 000 OK"),
    "status_in_lower_case": _status(b"http/1.1 200 OK"),
    "status_of_another_protocol": _status(b"ICY 200 OK"),
    "status_with_control_character": _status(b"HTTP/1.1 200 O\x07K"),
    "http_2": _status(b"HTTP/2 200 OK"),
    "http_0_9": _sent(lambda _, body: body + b"\r\n\r\n", keep=False),
    "gzip": _sent(_gzipped),
    "gzip_twice_named": _sent(lambda head, body: framed(head, gzip.compress(body), b"Content-Encoding: gzip, identity")),
    "deflate": _sent(lambda head, body: framed(head, zlib.compress(body), b"Content-Encoding: deflate")),
    "transfer_gzip": _sent(lambda head, body: _in_chunks(head, body).replace(b": chunked", b": gzip, chunked", 1)),
    "transfer_identity": _sent(lambda head, body: _in_chunks(head, body).replace(b": chunked", b": identity", 1)),
    "chunk_extension": _sent(lambda head, body: _in_chunks(head, body, size=b"%x;a=b")),
    "chunk_size_with_plus": _sent(lambda head, body: _in_chunks(head, body, size=b"+%x")),
    "chunk_size_in_hex_notation": _sent(lambda head, body: _in_chunks(head, body, size=b"0x%x")),
    "chunk_trailers": _sent(lambda head, body: _in_chunks(head, body, last=b"0\r\nX-Trailer: x\r\n\r\n")),
    "chunk_of_nine_digits": _sent(lambda head, body: _in_chunks(head, body, size=b"1%08x")),
    "chunk_longer_than_it_says": _sent(lambda head, body: _in_chunks(head, body).replace(b"\r\n1\r\n", b"\r\n1\r\n?", 1)),
}  # fmt: skip


def wire_faults(trap: int) -> Mapping[str, Kind]:
    """Every kind of this module. Redirects lead to the port ``trap`` of this machine, at which nobody may knock."""
    timeout, truncated, http, syntax = Reason.TIMEOUT, Reason.TRUNCATED, Reason.HTTP_ERROR, Reason.SYNTAX
    kinds = {name: Kind(each, Outcome.NOTHING) for name, each in _SAME.items()}
    kinds |= {name: lost(each, Reason.PROTOCOL) for name, each in _PROTOCOL.items()}
    kinds |= {
        "late": Kind(_late, Outcome.NOTHING, slow=True),
        "twice": Kind(_twice, Outcome.NOTHING),
        "reset_after": Kind(_then_reset, Outcome.EITHER, frozenset({Reason.RESET, truncated})),
        "continue_first": Kind(_status(b"HTTP/1.1 100 Continue\r\n\r\n" + _OK), Outcome.EITHER, frozenset({Reason.PROTOCOL})),
        "hints_first": Kind(
            _status(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + _OK), Outcome.EITHER, frozenset({Reason.PROTOCOL})
        ),
        "switching_protocols": lost(_status(b"HTTP/1.1 101 Switching Protocols"), Reason.PROTOCOL),
        "overdue": lost(_overdue, timeout, slow=True),
        "stops_in_the_head": lost(_stopped(lambda _: 30), timeout, slow=True),
        "stops_before_the_body": lost(_stopped(lambda reply: reply.index(b"\r\n\r\n") + 4), timeout, slow=True),
        "stops_before_the_end": lost(_stopped(lambda reply: len(reply) - 1), timeout, slow=True),
        "drips_the_body": lost(_dripping_body, timeout, slow=True),
        "trickles": lost(_trickling_chunks, timeout, slow=True),
        "length_too_long": lost(_length(lambda size: b"%d" % (size + 9), keep=False), truncated),
        "length_too_long_and_silent": lost(_length(lambda size: b"%d" % (size + 10_000_0)), timeout, slow=True),
        "length_too_short": lost(_length(lambda size: b"%d" % max(0, size - 3)), syntax, truncated, content=True),
        "last_byte_missing": lost(_sent(lambda head, body: framed(head, body)[:-1], keep=False), truncated),
        "ends_in_the_head": lost(_sent(lambda head, _: head[:25], keep=False), truncated),
        "ends_after_the_head": lost(_sent(lambda head, body: framed(head, body)[: -len(body)], keep=False), truncated),
        "chunks_end_early": lost(_sent(lambda head, body: _in_chunks(head, body, last=b""), keep=False), truncated),
        "no_length_until_the_end": lost(
            _sent(lambda head, body: framed(head, b"").replace(b"Content-Length: 0\r\n", b"") + body, keep=False), Reason.PROTOCOL
        ),
        "line_feeds_only": lost(
            _sent(lambda head, body: framed(head, body).replace(b"\r\n", b"\n"), keep=False), truncated, Reason.PROTOCOL
        ),
        "status_201": lost(_refused(b"201 Created", b""), http),
        "status_202": lost(_refused(b"202 Accepted", b""), http),
        "status_203": lost(_refused(b"203 Non-Authoritative Information", b""), http),
        "status_204": lost(_sent(lambda head, _: head.replace(_OK, b"HTTP/1.1 204 No Content").split(b"\r\nContent-L")[0]
                                 .split(b"\r\nTransfer")[0] + b"\r\n\r\n"), http),
        "status_204_with_a_body": lost(_refused(b"204 No Content", b""), http),
        "status_206": lost(_refused(b"206 Partial Content", b"", b"Content-Range: bytes 0-9/10"), http),
        "status_304_with_a_body": lost(_refused(b"304 Not Modified", b""), Reason.REDIRECT),
        "status_400": lost(_refused(b"400 Bad Request"), http),
        "status_404_with_the_document": lost(_refused(b"404 Not Found", b""), Reason.NOT_FOUND),
        "status_403_in_html": lost(_refused(b"403 Forbidden", b"<html>" * 100), Reason.DENIED),
        "status_407": lost(_refused(b"407 Proxy Authentication Required"), http),
        "status_410": lost(_refused(b"410 Gone"), http),
        "status_429": lost(_refused(b"429 Too Many Requests", b"{}", b"Retry-After: 3600"), http),
        "status_500_with_the_document": lost(_refused(b"500 Internal Server Error", b""), http),
        "status_502_in_html": lost(_refused(b"502 Bad Gateway", b"<html>" * 1000), http),
        "status_500_of_a_megabyte": lost(_refused(b"500 Internal Server Error", b"x" * 1_000_000), http),
        "status_503_closing": lost(
            _sent(lambda head, _: framed(head.replace(_OK, b"HTTP/1.1 503 Busy"), b"", b"Connection: close"), keep=False), http
        ),
        "refusal_without_end": lost(_refusal_without_end, http, slow=True),
    }  # fmt: skip
    for number in (300, 301, 302, 303, 307, 308):
        kinds[f"redirect_{number}"] = lost(_trapped(b"%d Elsewhere" % number, trap), Reason.REDIRECT)
    return kinds


def _trapped(status: bytes, port: int) -> Breakdown:
    location = b"Location: http://127.0.0.1:%d/version" % port
    return _sent(lambda head, body: framed(head.replace(_OK, b"HTTP/1.1 " + status), body, location))
