"""The engine is found as the docker command line finds it, and the docker SDK is never loaded for it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.collect.engine.endpoint import EndpointError, Kind, TlsMaterial, parse_url, resolve_endpoint


def store_context(config: Path, name: str, host: str, *, skip: bool = False, files: tuple[str, ...] = ()) -> None:
    identifier = hashlib.sha256(name.encode()).hexdigest()
    meta = config / "contexts" / "meta" / identifier
    meta.mkdir(parents=True)
    endpoint = {"Host": host, "SkipTLSVerify": skip}
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    for each in files:
        tls = config / "contexts" / "tls" / identifier / "docker"
        tls.mkdir(parents=True, exist_ok=True)
        (tls / each).write_text("")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    store_context(tmp_path, "far", "tcp://10.0.0.1:2375")
    store_context(tmp_path, "near", "unix:///run/near.sock")
    return tmp_path


def test_precedence(config: Path) -> None:
    env = {"DOCKER_CONFIG": str(config)}
    (config / "config.json").write_text('{"currentContext": "far"}')
    assert resolve_endpoint("unix:///a", environ={**env, "DOCKER_HOST": "unix:///b"}).address == "/a"
    assert resolve_endpoint(None, "near", {**env, "DOCKER_HOST": "unix:///b"}).address == "/run/near.sock"
    assert resolve_endpoint(environ={**env, "DOCKER_HOST": "unix:///b", "DOCKER_CONTEXT": "near"}).address == "/b"
    assert resolve_endpoint(environ={**env, "DOCKER_CONTEXT": "near"}).address == "/run/near.sock"
    found = resolve_endpoint(environ=env)
    assert (found.address, found.port, found.kind, found.context) == ("10.0.0.1", 2375, Kind.TCP, "far")
    assert resolve_endpoint(None, "default", env).url == "unix:///var/run/docker.sock"
    assert resolve_endpoint(environ={**env, "DOCKER_CONTEXT": "default"}).address == "/var/run/docker.sock"
    assert resolve_endpoint(environ={"DOCKER_CONFIG": str(config / "none")}, uid=0).is_local


def test_both_options_are_an_error(config: Path) -> None:
    with pytest.raises(EndpointError, match="exclude each other"):
        resolve_endpoint("unix:///a", "near", {"DOCKER_CONFIG": str(config)})


def test_unknown_and_damaged_contexts(config: Path) -> None:
    env = {"DOCKER_CONFIG": str(config)}
    with pytest.raises(EndpointError, match="unknown docker context 'nope'"):
        resolve_endpoint(None, "nope", env)
    with pytest.raises(EndpointError, match="unknown docker context"):
        resolve_endpoint(environ={**env, "DOCKER_CONTEXT": "../../etc"})
    for content in ("{", "[]", '{"Endpoints": {}}', '{"Endpoints": {"docker": {"Host": 1}}}', '{"a": 1, "a": 2}'):
        meta = config / "contexts" / "meta" / hashlib.sha256(b"near").hexdigest() / "meta.json"
        meta.write_text(content)
        with pytest.raises(EndpointError):
            resolve_endpoint(None, "near", env)


@pytest.mark.parametrize("content", ["{", "[]", '{"currentContext": 7}', '{"currentContext": "gone"}'])
def test_a_damaged_config_never_falls_back_to_another_engine(tmp_path: Path, content: str) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(EndpointError):
        resolve_endpoint(environ={"DOCKER_CONFIG": str(tmp_path)})


def test_a_fifo_as_config_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.json")
    with pytest.raises(EndpointError):
        resolve_endpoint(environ={"DOCKER_CONFIG": str(tmp_path)})


def test_config_without_a_current_context(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text('{"auths": {}}')
    assert resolve_endpoint(environ={"HOME": str(tmp_path)}).address == "/var/run/docker.sock"


def test_tls_of_contexts(config: Path) -> None:
    env = {"DOCKER_CONFIG": str(config)}
    store_context(config, "tls", "tcp://h:1234", files=("ca.pem", "cert.pem", "key.pem"))
    store_context(config, "ca only", "tcp://h", files=("ca.pem",))
    store_context(config, "lax", "tcp://h", skip=True)
    full = resolve_endpoint(None, "tls", env)
    assert full.kind is Kind.TLS
    assert full.tls is not None
    assert full.tls.verify
    assert Path(full.tls.key).is_file()
    only = resolve_endpoint(None, "ca only", env)
    assert only.port == 2376
    assert only.tls is not None
    assert only.tls.certificate == ""
    assert resolve_endpoint(None, "lax", env).tls == TlsMaterial(verify=False)


def test_tls_of_the_environment(tmp_path: Path) -> None:
    env = {"DOCKER_CERT_PATH": str(tmp_path), "DOCKER_TLS_VERIFY": "0"}  # any value but the empty one switches it on
    assert resolve_endpoint("tcp://h:1", environ=env).tls == TlsMaterial(f"{tmp_path}/ca.pem", "", "")
    (tmp_path / "cert.pem").write_text("")
    (tmp_path / "key.pem").write_text("")
    found = resolve_endpoint("tcp://h:1", environ=env).tls
    assert found == TlsMaterial(f"{tmp_path}/ca.pem", f"{tmp_path}/cert.pem", f"{tmp_path}/key.pem")
    assert resolve_endpoint("tcp://h:1", environ={**env, "DOCKER_TLS_VERIFY": ""}).kind is Kind.TCP
    assert resolve_endpoint("unix:///a", environ=env).kind is Kind.UNIX


def test_rootless_socket_for_users_without_the_default(tmp_path: Path) -> None:
    env = {"XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    default = str(tmp_path / "default.sock")
    assert resolve_endpoint(environ=env, uid=1000, default_socket=default).address == default
    (tmp_path / "docker.sock").touch()
    assert resolve_endpoint(environ=env, uid=1000, default_socket=default).address == str(tmp_path / "docker.sock")
    assert resolve_endpoint(environ=env, uid=0, default_socket=default).address == default
    Path(default).touch()
    assert resolve_endpoint(environ=env, uid=1000, default_socket=default).address == default


def test_good_urls() -> None:
    assert parse_url("tcp://[::1]:2375").address == "::1"
    assert parse_url("tcp://h").port == 2375
    assert parse_url("localhost:99").port == 99
    assert parse_url("https://h").kind is Kind.TLS
    ssh = parse_url("ssh://me@host:2222/run/user/1000/docker.sock")
    assert (ssh.kind, ssh.user, ssh.address, ssh.port, ssh.path) == (
        Kind.SSH,
        "me",
        "host",
        2222,
        "/run/user/1000/docker.sock",
    )


@pytest.mark.parametrize(
    "url",
    [
        "", "/run/docker.sock", "unix://", "unix://relative", "unix:///" + "x" * 110, "unix:///a\0b", "tcp://", "tcp://:1", "tcp://h:0",
        "tcp://h:99999", "tcp://h:x", "tcp://h:²", "tcp://[::1", "tcp://[x]:1", "tcp://a b", "tcp://h/path", "npipe:////./pipe/docker",
        "ssh://-oProxyCommand=x", "ssh://-l@host", "ssh://user:secret@host", "ssh://host/run;reboot", "ssh://host/a b", "ftp://h",
    ],
)  # fmt: skip
def test_bad_urls(url: str) -> None:
    with pytest.raises(EndpointError) as caught:
        parse_url(url)
    assert "secret" not in str(caught.value)


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys, types, benchmark; before = set(sys.modules);"
        "room = sys.modules['benchmark.collect'] = types.ModuleType('benchmark.collect');"  # without the other collectors
        "room.__path__ = [benchmark.__path__[0] + '/collect'];"
        "import benchmark.collect.engine.session;"
        "from benchmark.collect.engine.endpoint import resolve_endpoint;"
        "resolve_endpoint('unix:///x'); resolve_endpoint('tcp://h:1');"
        "heavy = {'docker', 'requests', 'http', 'email', 'ssl', 'subprocess', 'urllib.request', 'asyncio'};"
        "print(sorted((sys.modules.keys() - before) & heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_port_of_thousands_of_digits_is_refused() -> None:
    with pytest.raises(EndpointError, match="bad port"):
        parse_url("tcp://x:" + "1" * 5000)


@pytest.mark.parametrize(
    "url",
    [
        "tcp://me:hunter2@host:2375",
        "tcp://hunter2@host",
        "https://me:hunter2@host/x",
        "me:hunter2@host:2375",
        "ftp://me:hunter2@host",
        "ssh://me:hunter2@host",
        "tcp://host:1?token=hunter2",
        "unix://me:hunter2@/x",
    ],
)
def test_a_password_in_a_url_is_refused_and_not_repeated(url):
    with pytest.raises(EndpointError) as caught:
        resolve_endpoint(url, environ={})
    assert "hunter2" not in str(caught.value)
