"""The yardstick: the API calls of an audit over one kept-alive connection, and nothing done with the replies.

``python -m bench.bare_loop SOCKET`` prints how many requests it made. Every reply is read to its end; only the two lists
are parsed, since they name what to ask for next.
"""

from __future__ import annotations

import http.client
import json
import socket
import sys
from typing import Any


def main() -> int:
    """Runs the loop on the socket named on the command line."""
    connection = _UnixConnection(sys.argv[1])
    requests = run_loop(connection)
    connection.close()
    sys.stdout.write(f"{requests}\n")
    return 0


def run_loop(connection: http.client.HTTPConnection) -> int:
    """Number of requests made: what an audit asks of N containers and M images, N + 2M + 6."""
    requests = 0

    def get(path: str) -> bytes:
        nonlocal requests
        requests += 1
        connection.request("GET", path)
        return connection.getresponse().read()

    get("/version")
    get("/info")
    get("/networks")
    containers: list[dict[str, Any]] = json.loads(get("/containers/json?all=1"))
    for container in containers:
        get(f"/containers/{container['Id']}/json")
    images: list[dict[str, Any]] = json.loads(get("/images/json"))
    for image in images:
        get(f"/images/{image['Id']}/json")
        get(f"/images/{image['Id']}/history")
    get("/containers/json?all=1")
    return requests


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


if __name__ == "__main__":
    sys.exit(main())
