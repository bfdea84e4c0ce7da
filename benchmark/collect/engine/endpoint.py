"""Where the engine is and how it is reached, decided as the docker command line decides it."""

from __future__ import annotations

import enum
import os
import pwd
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.collect.engine.contexts import EndpointError, context_endpoint, current_context

__all__ = ["DEFAULT_SOCKET", "Endpoint", "EndpointError", "Kind", "TlsMaterial", "resolve_endpoint"]

DEFAULT_SOCKET: Final = "/var/run/docker.sock"
_MAX_SOCKET_PATH: Final = 107  # sun_path, unix(7)
_HOST: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_IPV6: Final = re.compile(r"[0-9A-Fa-f:.]+(%[A-Za-z0-9_.-]+)?")
_USER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@+-]*")
_REMOTE_PATH: Final = re.compile(r"(/[A-Za-z0-9._-]+)+")


class Kind(enum.StrEnum):
    """How the engine is reached."""

    UNIX = "unix"
    TCP = "tcp"
    TLS = "tls"
    SSH = "ssh"


@dataclass(frozen=True, slots=True)
class TlsMaterial:
    """Files for a TLS connection; "" where there is none. ``verify`` false accepts any server certificate."""

    ca: str = ""
    certificate: str = ""
    key: str = ""
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A resolved target. ``address`` is the socket's path (unix) or the host; ``path`` is the remote socket under ssh.

    ``url`` is what people read, ``context`` the docker context it came from ("" for none).
    """

    url: str
    kind: Kind
    address: str
    port: int = 0
    user: str = ""
    path: str = ""
    tls: TlsMaterial | None = None
    context: str = ""

    @property
    def is_local(self) -> bool:
        """True for a unix socket: the only transport that can name the engine's process on this host."""
        return self.kind is Kind.UNIX


def resolve_endpoint(
    host: str | None = None,
    context: str | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    uid: int | None = None,
    default_socket: str = DEFAULT_SOCKET,
) -> Endpoint:
    """The engine to ask, with the docker command line's precedence.

    ``host``, else ``context``, else DOCKER_HOST, else DOCKER_CONTEXT, else currentContext of docker's config.json, else
    the default socket (a user other than root without it: the rootless socket in XDG_RUNTIME_DIR). ``environ`` is the
    process's environment unless given. Raises EndpointError for an unknown context, a bad URL, or both options at once.
    """
    env = os.environ if environ is None else environ
    if host and context:
        raise EndpointError("--host and --context exclude each other: name the engine once")
    if host:
        return parse_url(host, _environment_tls(env))
    if context:
        return _of_context(context, env, uid, default_socket)
    if env.get("DOCKER_HOST"):
        return parse_url(env["DOCKER_HOST"], _environment_tls(env))
    chosen = env.get("DOCKER_CONTEXT") or current_context(_config_directory(env))
    return _of_context(chosen or "default", env, uid, default_socket)


def parse_url(url: str, tls: TlsMaterial | None = None, context: str = "") -> Endpoint:
    """The endpoint that ``url`` names; ``tls`` turns tcp:// into TLS. Raises EndpointError."""
    _refuse_userinfo(url)
    scheme, separator, rest = url.partition("://")
    if not separator:  # docker reads a bare HOST:PORT as tcp
        if "/" in url or not url:
            raise EndpointError(
                f"bad engine URL {url!r}: expected unix://PATH, tcp://HOST:PORT or ssh://[USER@]HOST[:PORT]"
            )
        scheme, rest = "tcp", url
    if scheme == "unix":
        return _unix(url, rest, context)
    if scheme in {"tcp", "http", "https"}:
        return _tcp(url, rest, tls if scheme != "https" or tls is not None else TlsMaterial(), context)
    if scheme == "ssh":
        return _ssh(url, rest, context)
    raise EndpointError(f"bad engine URL {url!r}: scheme {scheme!r} is not one of unix, tcp, http, https, ssh")


def _refuse_userinfo(url: str) -> None:
    """No transport but ssh knows users. What stands before an @ may be a password, so the URL is not repeated."""
    if "@" in url and not url.startswith(("unix://", "ssh://")):
        raise EndpointError("bad engine URL: it takes no user and no password")


def _of_context(name: str, env: Mapping[str, str], uid: int | None, default_socket: str) -> Endpoint:
    if name == "default":
        if env.get("DOCKER_HOST"):  # docker's own reading: "default" is whatever the environment describes
            return parse_url(env["DOCKER_HOST"], _environment_tls(env), "default")
        return _unix_or_rootless(env, os.geteuid() if uid is None else uid, default_socket)
    found = context_endpoint(_config_directory(env), name)
    tls = None
    if found.files or found.skip_verify:
        files = found.files
        tls = TlsMaterial(files.get("ca", ""), files.get("cert", ""), files.get("key", ""), not found.skip_verify)
    return parse_url(found.host or f"unix://{default_socket}", tls, name)


def _unix_or_rootless(env: Mapping[str, str], uid: int, default_socket: str) -> Endpoint:
    runtime = env.get("XDG_RUNTIME_DIR", "")
    rootless = f"{runtime}/docker.sock"
    path = rootless if uid != 0 and runtime and not _exists(default_socket) and _exists(rootless) else default_socket
    return _unix(f"unix://{path}", path, "")


def _exists(path: str) -> bool:
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # there, as far as we may know: the connection will say what is wrong with it
    return True


def _unix(url: str, path: str, context: str) -> Endpoint:
    if not path.startswith("/") or "\0" in path:
        raise EndpointError(f"bad engine URL {url!r}: unix:// needs an absolute path")
    if len(os.fsencode(path)) > _MAX_SOCKET_PATH:
        raise EndpointError(f"bad engine URL {url!r}: a socket path has at most {_MAX_SOCKET_PATH} bytes")
    return Endpoint(url, Kind.UNIX, path, context=context)


def _tcp(url: str, rest: str, tls: TlsMaterial | None, context: str) -> Endpoint:
    host, port = _host_and_port(url, rest.removesuffix("/"))
    kind = Kind.TCP if tls is None else Kind.TLS
    return Endpoint(url, kind, host, port or (2375 if tls is None else 2376), tls=tls, context=context)


def _ssh(url: str, rest: str, context: str) -> Endpoint:
    where, slash, path = rest.partition("/")
    user, _, place = where.rpartition("@")
    if ":" in user:
        raise EndpointError("bad engine URL: ssh:// takes no password")  # and the URL is not repeated here
    if user and not _USER.fullmatch(user):
        raise EndpointError(f"bad engine URL {url!r}: bad user name")
    if path and not _REMOTE_PATH.fullmatch(slash + path):
        raise EndpointError(f"bad engine URL {url!r}: bad path of the remote socket")
    host, port = _host_and_port(url, place)
    return Endpoint(url, Kind.SSH, host, port, user, slash + path if path else "", context=context)


def _host_and_port(url: str, text: str) -> tuple[str, int]:
    if text.startswith("["):
        host, bracket, tail = text[1:].partition("]")
        if not bracket or not _IPV6.fullmatch(host) or (tail and not tail.startswith(":")):
            raise EndpointError(f"bad engine URL {url!r}: bad IPv6 address")
        port = tail[1:]
    else:
        host, _, port = text.partition(":")
        if not _HOST.fullmatch(host):  # never starts with "-", which ssh would read as an option
            raise EndpointError(f"bad engine URL {url!r}: bad host name {host!r}")
    if not port:
        return host, 0
    if not (port.isascii() and port.isdigit() and len(port) < 20 and 0 < int(port) < 65536):
        raise EndpointError(f"bad engine URL {url!r}: bad port {port!r}")
    return host, int(port)


def _environment_tls(env: Mapping[str, str]) -> TlsMaterial | None:
    """TLS as the environment asks for it: DOCKER_TLS_VERIFY (any value but the empty one), or DOCKER_TLS without check."""
    verify = bool(env.get("DOCKER_TLS_VERIFY"))
    if not verify and not env.get("DOCKER_TLS"):
        return None
    directory = env.get("DOCKER_CERT_PATH") or _config_directory(env)
    ca, certificate, key = (f"{directory}/{name}" for name in ("ca.pem", "cert.pem", "key.pem"))
    if not _exists(certificate) and not _exists(key):
        certificate = key = ""  # a server that asks for none needs none
    return TlsMaterial(ca if verify or _exists(ca) else "", certificate, key, verify)


def _config_directory(env: Mapping[str, str]) -> str:
    if env.get("DOCKER_CONFIG"):
        return env["DOCKER_CONFIG"]
    home = env.get("HOME")
    if not home:
        try:
            home = pwd.getpwuid(os.geteuid()).pw_dir
        except KeyError:
            return ""
    return f"{home}/.docker"
