"""A recorded engine of any size: what a real one says about its containers, repeated under other ids and names.

The list and the inspections of containers come from what the real engine said at the start; everything else is asked of
the real engine. Requests may be pipelined.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import multiprocessing
import re
import socket
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, Final

_INSPECT: Final = re.compile(r"(?:/v[0-9.]+)?/containers/([0-9a-f]{64})/json(?:\?.*)?")
_LIST: Final = re.compile(r"(?:/v[0-9.]+)?/containers/json\?.*")


@contextlib.contextmanager
def multiplied_engine(real: Path, own: Path, count: int) -> Iterator[str]:
    """The address of an engine with ``count`` containers, served by a process of its own on the socket ``own``."""
    spawn = multiprocessing.get_context("spawn")
    listening = spawn.Event()
    server = spawn.Process(target=_serve_forever, args=(str(real), str(own), count, listening), daemon=True)
    server.start()
    try:
        if not listening.wait(60):
            raise TimeoutError(f"the recorded engine of {count} containers does not listen")
        yield f"unix://{own}"
    finally:
        server.terminate()
        server.join()


class _Recording:
    """The replies of the multiplied containers, ready to send."""

    def __init__(self, real: str, count: int) -> None:
        listed: list[dict[str, Any]] = json.loads(ask(real, "/containers/json?all=1")[1])
        inspected = [ask(real, f"/containers/{each['Id']}/json")[1] for each in listed]
        self.inspections: dict[str, bytes] = {}
        summaries = []
        for number in range(count):
            original = listed[number % len(listed)]
            container_id = f"{number:064x}"
            name = f"copy-{number}"
            summaries.append({**original, "Id": container_id, "Names": [f"/{name}"]})
            body = inspected[number % len(listed)].replace(original["Id"].encode(), container_id.encode())
            old_name = json.dumps(original["Names"][0]).encode()
            self.inspections[container_id] = _reply(200, body.replace(old_name, json.dumps(f"/{name}").encode()))
        self.listing = _reply(200, json.dumps(summaries).encode())


def _serve_forever(real: str, own: str, count: int, listening: Event) -> None:
    asyncio.run(_serve(real, own, _Recording(real, count), listening))


async def _serve(real: str, own: str, recording: _Recording, listening: Event) -> None:
    server = await asyncio.get_running_loop().create_unix_server(lambda: _Connection(real, recording), own)
    listening.set()
    await server.serve_forever()


class _Connection(asyncio.Protocol):
    def __init__(self, real: str, recording: _Recording) -> None:
        self._real = real
        self._recording = recording
        self._waiting = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._waiting = (self._waiting + data).split(b"\r\n\r\n")
        if self._transport is not None and requests:
            self._transport.write(b"".join(self._answer(each.split(b" ", 2)[1].decode()) for each in requests))

    def _answer(self, path: str) -> bytes:
        inspect = _INSPECT.fullmatch(path)
        if inspect is not None and inspect[1] in self._recording.inspections:
            return self._recording.inspections[inspect[1]]
        if _LIST.fullmatch(path):
            return self._recording.listing
        return _reply(*ask(self._real, path))


def ask(real: str, path: str) -> tuple[int, bytes]:
    """Status and body of a GET on the real engine's socket."""
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(real)
    connection.request("GET", path)
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    return reply.status, body


def _reply(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} {http.client.responses[status]}\r\n"
    head += f"Api-Version: 1.41\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
