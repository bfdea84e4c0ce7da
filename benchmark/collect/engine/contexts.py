"""Docker contexts as the docker command line stores them: config.json, and contexts/meta and contexts/tls beside it.

Read here and not through the docker SDK: that looks for contexts only beside an existing config.json (the command line
writes none), drops TLS material that is not complete, and costs 180 ms to import (docs/decisions/0002-own-http-reader.md).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.collect.redaction import redact
from benchmark.model.facts import JsonValue
from benchmark.model.strict_json import JsonDefect, parse_json

_MAX_BYTES: Final = 1024 * 1024


class EndpointError(Exception):
    """The target cannot be named: unknown context, bad URL, unreadable configuration. The message is for the user.

    A secret in it is redacted: a URL may have been given with a password in it.
    """

    def __init__(self, message: str) -> None:
        super().__init__(redact(message))


@dataclass(frozen=True, slots=True)
class StoredContext:
    """What a context says of its docker endpoint. ``files`` has the keys ca, cert and key where the file exists."""

    host: str
    skip_verify: bool
    files: Mapping[str, str]


def current_context(directory: str) -> str:
    """``currentContext`` of config.json in ``directory``; "" when there is no file or it names none.

    Raises EndpointError when the file is there and cannot be read: the user may have meant another engine.
    """
    if not directory:
        return ""
    path = f"{directory}/config.json"
    document = _document(path)
    if document is None:
        return ""
    name = document.get("currentContext", "")
    if not isinstance(name, str):
        raise EndpointError(f"{path}: currentContext is not a string; name the engine with --host or --context")
    return name


def context_endpoint(directory: str, name: str) -> StoredContext:
    """The docker endpoint of context ``name``. Raises EndpointError when there is no such context or it is damaged."""
    identifier = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
    path = f"{directory}/contexts/meta/{identifier}/meta.json"
    document = _document(path) if directory else None
    if document is None:
        raise EndpointError(f"unknown docker context {name!r}: there is no {path}")
    endpoints = document.get("Endpoints")
    docker = endpoints.get("docker") if isinstance(endpoints, dict) else None
    if not isinstance(docker, dict):
        raise EndpointError(f"docker context {name!r} has no docker endpoint: {path}")
    host, skip = docker.get("Host", ""), docker.get("SkipTLSVerify", False)
    if not isinstance(host, str) or not isinstance(skip, bool):
        raise EndpointError(f"docker context {name!r} is damaged: wrong types in {path}")
    material = f"{directory}/contexts/tls/{identifier}/docker"
    files = {each: f"{material}/{each}.pem" for each in ("ca", "cert", "key")}
    return StoredContext(host, skip, {each: file for each, file in files.items() if os.path.lexists(file)})


def _document(path: str) -> dict[str, JsonValue] | None:
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            data = file.read(_MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise EndpointError(f"{path}: {error.strerror}; name the engine with --host") from None
    if len(data) > _MAX_BYTES:
        raise EndpointError(f"{path}: larger than {_MAX_BYTES} bytes")
    try:
        document = parse_json(data)
    except JsonDefect as defect:
        raise EndpointError(f"{path}: {defect.detail}") from None
    if not isinstance(document, dict):
        raise EndpointError(f"{path}: expected a JSON object")
    return document


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a FIFO must not hang us
