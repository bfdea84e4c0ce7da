"""Reads from an engine: GET only, by construction, over one kept-alive connection, pipelined.

Why not http.client or the docker SDK: docs/decisions/0002-own-http-reader.md.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, Protocol

from benchmark.collect.engine.bodies import ListBody, WholeBody
from benchmark.collect.engine.endpoint import Endpoint, Kind
from benchmark.collect.engine.limits import Limits
from benchmark.collect.engine.peer import Peer
from benchmark.collect.engine.refusals import ERROR_BODY_BYTES, message_in, refusal_of
from benchmark.collect.engine.replies import Head, ReplyReader
from benchmark.collect.engine.series import Mismatch, Series
from benchmark.collect.engine.transport import Stream, WireDefect, dial
from benchmark.model.facts import JsonValue, Reason, Unavailable

_PATH: Final = re.compile(r"/[!-~]*")


class Reply(NamedTuple):
    """What came for ``path``: a JSON value or why there is none; ``digest`` of the bytes, None unless the status was 200."""

    path: str
    value: JsonValue | Unavailable
    digest: str | None


class _Body(Protocol):
    def announce(self, length: int) -> None: ...
    def take(self, piece: bytes) -> None: ...
    def finish(self) -> tuple[JsonValue | Unavailable, str]: ...


class EngineClient:
    """A reader of one engine. Nothing here raises for what the engine or the network does.

    ``requests`` counts requests written to the wire; ``repeated`` those of them that had to be written again because the
    connection broke before their turn. ``prefix`` ("/v1.41") is put before every path. ``peer_pid`` is the process that
    listens on the unix socket, known after the first connection. A later connection that leads to another process is not
    used, and neither is any after it: every further reply is ENGINE_CHANGED. ``unproven`` counts later connections of which
    the kernel does not say where they lead (docs/decisions/0006-one-engine-a-run.md).
    """

    def __init__(self, endpoint: Endpoint, limits: Limits) -> None:
        self.requests = 0
        self.repeated = 0
        self.prefix = ""
        self.unproven = 0
        self._peer: Peer | None = None
        self._changed: Unavailable | None = None
        self._connected = False
        self._endpoint = endpoint
        self._limits = limits
        self._ends_at = time.monotonic() + limits.run_seconds
        self._patience = limits.request_seconds
        self._depth = limits.depth
        self._stalls = 0
        self._stream: Stream | None = None
        self._reader: ReplyReader | None = None
        self._served = 0
        self._held = 0
        self._tail = (
            f" HTTP/1.1\r\nHost: {_host_header(endpoint)}\r\nAccept-Encoding: identity\r\nUser-Agent: dockmark\r\n\r\n"
        ).encode()

    @property
    def peer_pid(self) -> int | None:
        """The process that the first connection led to; None for other transports and where it cannot be seen."""
        return None if self._peer is None else self._peer.pid

    def get_json(self, path: str) -> JsonValue | Unavailable:
        """The document at ``path``, at most ``object_bytes`` long."""
        return self.get(path).value

    def get(self, path: str) -> Reply:
        """The document at ``path`` with its digest."""
        return next(self._exchange((path,), self._document))

    def get_list(self, path: str, keep: tuple[str, ...]) -> Reply:
        """The array at ``path``; when larger than ``object_bytes``, its elements have only the fields in ``keep``."""
        return next(self._exchange((path,), lambda: ListBody(self._limits, keep)))

    def get_many(self, paths: Sequence[str], mismatch: Mismatch | None = None) -> Iterator[Reply]:
        """The documents at ``paths``, in this order, pipelined. Read it to its end before asking for anything else.

        ``mismatch`` says of the number of a path and its document why that cannot be the reply to it. It is asked for once
        more then, on a new connection, with all that came after it: a reply too many would be taken for the next one.
        """
        return self._exchange(paths, self._document, mismatch)

    def stream(self, path: str, body: _Body, seconds: float) -> Reply:
        """``path`` handed to ``body`` as it comes, within ``seconds`` instead of the time that a document has."""
        self._patience = seconds
        try:
            return next(self._exchange((path,), lambda: body))
        finally:
            self._patience = self._limits.request_seconds
            self._stalls = 0  # an archive that was given up says nothing of the engine

    def close(self) -> None:
        """End the connection; a later request opens a new one."""
        stream, self._stream, self._reader = self._stream, None, None
        self._served = 0
        if stream is not None:
            stream.close()

    def _document(self) -> WholeBody:
        return WholeBody(self._limits.object_bytes, self._limits.object_values)

    def _exchange(
        self, paths: Sequence[str], new_body: Callable[[], _Body], mismatch: Mismatch | None = None
    ) -> Iterator[Reply]:
        """Keeps up to ``depth`` requests in flight. A broken reply costs its own path and a new connection, no more.

        When no connection can be made, when ``stalls`` replies in a row broke off or when the run's time is up, the rest
        is unavailable at once.
        """
        series = Series(paths, mismatch)
        try:
            while series.head < len(paths):
                try:
                    self._make_ready(series)
                except WireDefect as defect:
                    yield from _unavailable(paths[series.head :], defect)
                    return
                try:
                    self._ask(series)
                    value, digest = self._receive(new_body())
                except WireDefect as defect:
                    if self._may_repeat(defect, series):
                        continue
                    yield from _unavailable(paths[series.head : series.head + 1], defect)
                    series.head += 1
                    if self._gives_up(defect):
                        yield from _unavailable(paths[series.head :], defect)
                        return
                    continue
                why = series.defect_of(value)
                if why is not None:
                    self.close()
                    if series.may_repeat():
                        continue
                    value = why
                path = paths[series.head]
                if isinstance(value, Unavailable):
                    value = Unavailable(value.reason, f"GET {path}: {value.detail}")
                series.head += 1
                yield Reply(path, value, digest)
        finally:
            if series.head < series.asked:  # replies are still on their way: nobody else may read them as theirs
                self.close()

    def _make_ready(self, series: Series) -> None:
        """A connection on which nothing lies that nobody asked for. Raises WireDefect when nothing more can be read."""
        if self._held > self._limits.run_bytes:
            most = self._limits.run_bytes
            raise WireDefect(Reason.OVERSIZE, f"more than {most} bytes of documents in this run")
        if series.asked <= series.head:
            self._drop_if_out_of_step()
        if self._stream is None:
            series.asked = series.head
            self._connect()

    def _connect(self) -> None:
        """Raises WireDefect, ENGINE_CHANGED where the kernel says that somebody else listens now."""
        if self._changed is None:
            stream = dial(self._endpoint, self._deadline())
            self._recognise(stream.peer)
            if self._changed is None:
                self._stream, self._reader, self._served = stream, ReplyReader(stream, self._limits), 0
                return
            stream.close()
        raise WireDefect(self._changed.reason, self._changed.detail)

    def _recognise(self, peer: Peer | None) -> None:
        """Remember whom the first connection led to, and whether this one leads to the same."""
        if not self._connected:
            self._connected, self._peer = True, peer
        elif peer is None and self._peer is None:
            self.unproven += 1
        elif peer != self._peer:
            was, now = (f"process {each.pid}" if each else "a process out of sight" for each in (self._peer, peer))
            self._changed = Unavailable(
                Reason.ENGINE_CHANGED, f"the connection was lost, and {now} listens where {was} did when the run began"
            )

    def _drop_if_out_of_step(self) -> None:
        """Nothing is under way: what has come all the same would be taken for the reply to the next request."""
        if self._stream is None or self._reader is None:
            return
        if self._reader.has_more or self._stream.unasked() is not None:
            self.close()

    def _ask(self, series: Series) -> None:
        """Refill the pipeline once it is half empty."""
        start = series.asked
        if self._stream is None or start - series.head > self._depth // 2 or start == len(series.paths):
            return
        end = min(len(series.paths), series.head + self._depth)
        request = b"".join([self._request(path) for path in series.paths[start:end]])
        self.requests += end - start
        self.repeated += max(0, min(end, series.furthest) - start)
        series.asked, series.furthest = end, max(end, series.furthest)
        try:
            self._stream.send(request, self._deadline())
        except WireDefect as defect:
            if defect.reason is not Reason.RESET:  # a closed connection may still hold replies: reading tells
                raise

    def _request(self, path: str) -> bytes:
        if not _PATH.fullmatch(path):
            raise ValueError(f"not a request path: {path!r}")
        return f"GET {self.prefix}{path}".encode() + self._tail

    def _receive(self, body: _Body) -> tuple[JsonValue | Unavailable, str | None]:
        reader = self._reader
        if reader is None:  # pragma: no cover  (a connection always has a reader)
            raise WireDefect(Reason.RESET, "not connected")
        deadline = self._deadline()
        try:
            head = reader.read_head(deadline)
            if head.status == 200:
                body.announce(head.length)
                reader.read_body(head, deadline, body.take)
                value, digest = body.finish()
                self._held += body.size if isinstance(body, WholeBody) else 0
            else:
                value, digest = self._refusal(reader, head, deadline), None
        except WireDefect as defect:
            if defect.reason is Reason.TIMEOUT:
                raise WireDefect(Reason.TIMEOUT, self._overdue()) from None
            raise
        self._stalls = 0
        self._served += 1
        if head.close:
            self._depth = 1
        if head.close or head.stray or (digest is not None and isinstance(value, Unavailable)):
            self.close()  # a document that is none may have been cut at the wrong place: what follows is not the next reply
        return value, digest

    def _refusal(self, reader: ReplyReader, head: Head, deadline: float) -> Unavailable:
        """Any status but 200 as a reason code, with what the engine says about it."""
        body = WholeBody(ERROR_BODY_BYTES, ERROR_BODY_BYTES)
        try:
            body.announce(head.length)
            reader.read_body(head, deadline, body.take)
            message = message_in(body)
        except WireDefect:
            message = ""
            self.close()  # the reply was an answer, but its end was not found
        return refusal_of(head.status, message)

    def _may_repeat(self, defect: WireDefect, series: Series) -> bool:
        """Drop the connection. True when the server had closed it after earlier replies and the request may be asked again.

        That is what an idle limit does, or a server that takes fewer requests at once than we send.
        """
        served = self._served
        self.close()
        if not (defect.silent and served) or not series.may_repeat():
            return False
        self._depth = min(self._depth, served)
        return True

    def _gives_up(self, defect: WireDefect) -> bool:
        if defect.reason is Reason.OVERSIZE:
            self._stalls = 0  # the engine is alive and talkative
        else:
            self._stalls += 1
        return self._stalls >= self._limits.stalls or time.monotonic() >= self._ends_at

    def _deadline(self) -> float:
        return min(time.monotonic() + self._patience, self._ends_at)

    def _overdue(self) -> str:
        if time.monotonic() >= self._ends_at:
            return f"the {self._limits.run_seconds:g} s of this run are over"
        return f"no complete reply within {self._patience:g} s"


def _unavailable(paths: Sequence[str], defect: WireDefect) -> Iterator[Reply]:
    for path in paths:
        yield Reply(path, Unavailable(defect.reason, f"GET {path}: {defect.detail}"), None)


def _host_header(endpoint: Endpoint) -> str:
    if endpoint.kind in {Kind.UNIX, Kind.SSH}:
        return "docker"
    host = f"[{endpoint.address}]" if ":" in endpoint.address else endpoint.address
    return f"{host}:{endpoint.port}"
