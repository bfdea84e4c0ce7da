"""Archives as an engine streams them: a real one, and one that breaks down."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator

import pytest

from benchmark.collect.archive.content import deepen, read_image_content
from benchmark.collect.archive.limits import ArchiveLimits
from benchmark.collect.engine.client import EngineClient
from benchmark.collect.engine.endpoint import parse_url
from benchmark.collect.engine.limits import Limits
from benchmark.collect.engine.session import EngineSession, connect_engine
from benchmark.model.facts import Reason, Unavailable
from benchmark.model.facts_image_content import IMAGE_CONTENT_FACTS
from tests.engine import IMAGE, Engine, real_engine, why_no_engine
from tests.faulty_daemon import Fault, FaultyDaemon, make_world
from tests.unit.collect.archive.made_archives import KEY, digest, entry, layer, oci, paths, saved

SU = entry("bin/su", b"su", mode=0o4755)
DATA = saved(layer(SU))
PATH = "/images/sha256:aa/get"


@pytest.fixture
def ask() -> Iterator[Callable[..., object]]:
    """Asks a daemon that serves ``data`` for the content of an image."""
    clients: list[EngineClient] = []
    daemons: list[FaultyDaemon] = []

    def read(
        data: bytes,
        *faults: Fault,
        limits: ArchiveLimits | None = None,
        wire: Limits | None = None,
    ) -> object:
        daemon = FaultyDaemon({**make_world(), PATH: data}, faults=faults)
        daemon.__enter__()
        daemons.append(daemon)
        client = EngineClient(parse_url(daemon.url), wire or Limits())
        clients.append(client)
        return read_image_content(client, "sha256:aa", limits or ArchiveLimits())

    yield read
    for client in clients:
        client.close()
    for daemon in daemons:
        daemon.__exit__(None, None, None)


def reason(facts: object) -> Reason:
    assert isinstance(facts, dict)
    assert facts.keys() == IMAGE_CONTENT_FACTS.keys()
    why = facts["content.read"]
    assert all(each == why for each in facts.values())
    assert isinstance(why, Unavailable)
    assert PATH in why.detail
    return why.reason


@pytest.mark.parametrize("data", [DATA, oci(layer(SU))])
def test_a_whole_archive(ask: Callable[..., dict[str, object]], data: bytes) -> None:
    facts = ask(data)
    assert paths(facts["content.setuid_files"]) == ["/bin/su"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("truncate", {Reason.TRUNCATED}),
        ("status_500", {Reason.HTTP_ERROR}),
        ("status_404", {Reason.NOT_FOUND}),
        ("hang", {Reason.TIMEOUT}),
        ("drip", {Reason.TIMEOUT}),
        ("die", {Reason.RESET, Reason.TRUNCATED}),
        ("redirect", {Reason.REDIRECT}),
        ("huge_announced", {Reason.TRUNCATED, Reason.SYNTAX, Reason.RESET}),
        ("gzip_bomb", {Reason.PROTOCOL}),
    ],
)
def test_a_daemon_that_breaks_down(ask: Callable[..., object], kind: str, expected: set[Reason]) -> None:
    limits = ArchiveLimits(seconds=0.5)
    assert reason(ask(DATA, Fault(kind, "/get$"), limits=limits)) in expected


def test_more_bytes_than_allowed(ask: Callable[..., object]) -> None:
    assert reason(ask(DATA, limits=ArchiveLimits(stream_bytes=4000))) is Reason.OVERSIZE


def test_a_damaged_archive_costs_itself_only(ask: Callable[..., object]) -> None:
    assert reason(ask(DATA.replace(b"bin/su", b"bin/SU"))) is Reason.SYNTAX


def test_nothing_that_a_save_leaves_behind_is_an_answer(ask: Callable[..., object]) -> None:
    """An engine whose export fails half-way ends the reply properly, with a message in the middle of the archive."""
    cut = DATA[: len(DATA) // 1024 * 512] + b'{"errorDetail":{"message":"unexpected EOF"},"error":"unexpected EOF"}\n'
    assert reason(ask(cut)) in {Reason.TRUNCATED, Reason.SYNTAX}


def test_the_run_ends_although_an_archive_does_not(ask: Callable[..., object]) -> None:
    assert reason(ask(DATA, Fault("hang", "/get$"), wire=Limits(run_seconds=0.5))) is Reason.TIMEOUT


def test_the_connection_serves_on_after_an_archive_was_given_up() -> None:
    world = {**make_world(), "/images/a/get": DATA, "/images/b/get": b"\1" * 4000, "/images/c/get": DATA}
    with FaultyDaemon(world) as daemon:
        client = EngineClient(parse_url(daemon.url), Limits(stalls=2))
        try:
            for identifier, good in (("a", True), ("b", False), ("b", False), ("b", False), ("c", True)):
                facts = read_image_content(client, identifier)
                assert (facts["content.read"] is True) is good
            assert not isinstance(client.get_json("/info"), Unavailable)
        finally:
            client.close()


def rootfs() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data, mode in (
            ("bin/su", b"su", 0o4755),
            ("bin/wall", b"wall", 0o2755),
            ("srv/open", b"x", 0o666),
            ("root/.ssh/id_rsa", KEY, 0o600),
            ("etc/passwd", b"root:x:0:0::/:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n", 0o644),
            ("x" * 150, b"long", 0o6755),
        ):
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), mode
            tar.addfile(info, io.BytesIO(data))
        tar.add("/bin/busybox", "bin/busybox")
        link = tarfile.TarInfo("bin/su2")
        link.type, link.linkname, link.mode = tarfile.LNKTYPE, "bin/su", 0o4755
        tar.addfile(link)
    return out.getvalue()


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    if why := why_no_engine():
        pytest.skip(why)
    with real_engine() as engine:
        engine.docker("import", "-", "base:1", stdin=rootfs())
        change = "cd / && rm -r bin/wall root/.ssh/id_rsa srv && chmod 0755 bin/su"
        engine.docker("run", "--name", "changed", "--network", "none", "base:1", "/bin/busybox", "sh", "-c", change)
        engine.docker("commit", "changed", "made:1")
        yield engine


@pytest.mark.engine
def test_a_real_engine(engine: Engine) -> None:
    session = connect_engine(parse_url(engine.unix_host))
    assert isinstance(session, EngineSession)
    with session:
        before = session.requests
        images = deepen(session.read_images(), session._client)
        assert session.requests - before == 2 + 3 * len(images.subjects)
        found = {each.name: each.facts for each in images.subjects}
    assert set(found) == {IMAGE, "base:1", "made:1"}
    base, made = found["base:1"], found["made:1"]
    _, inspected = engine.call("GET", "/images/made:1/json")
    layers: list[str] = inspected["RootFS"]["Layers"]  # type: ignore[index,call-overload]
    assert layers[0] == digest(rootfs())  # the engine hands out the very bytes it was given
    assert [each["digest"] for each in made["content.layers"]] == layers  # type: ignore[union-attr,index,call-overload]
    assert base["content.setuid_files"] == [
        {"path": "/bin/su", "names": ["/bin/su", "/bin/su2"], "layer": layers[0], "mode": "4755"},
        {"path": "/" + "x" * 150, "names": ["/" + "x" * 150], "layer": layers[0], "mode": "6755"},
    ]
    assert paths(made["content.setuid_files"])[-1] == "/" + "x" * 150
    assert "/bin/su" not in paths(made["content.setuid_files"])
    assert paths(base["content.setgid_files"]) == ["/bin/wall", "/" + "x" * 150]
    assert paths(made["content.setgid_files"]) == ["/" + "x" * 150]
    assert paths(base["content.world_writable_files"]) == ["/srv/open"]
    assert "/srv/open" not in paths(made["content.world_writable_files"])
    for facts, visible in ((base, True), (made, False)):
        assert facts["content.private_keys"] == [
            {"path": "/root/.ssh/id_rsa", "layer": layers[0], "kind": "OPENSSH PRIVATE KEY", "still_visible": visible}
        ]
        assert facts["content.user_ids"] == {"root": "0", "web": "1000"}
        assert facts["content.escaping_count"] == 0
    hidden = made["content.layers"][0]["hidden_bytes"]  # type: ignore[index,call-overload]
    assert hidden == len(b"su" + b"wall" + b"x" + KEY)


@pytest.mark.engine
def test_an_image_that_is_removed_while_it_is_read(engine: Engine) -> None:
    client = EngineClient(parse_url(engine.unix_host), Limits())
    try:
        facts = read_image_content(client, "sha256:" + "0" * 64)
        assert {each.reason for each in facts.values() if isinstance(each, Unavailable)} <= {
            Reason.NOT_FOUND, Reason.HTTP_ERROR,
        }  # fmt: skip
        assert not isinstance(facts["content.read"], bool)
    finally:
        client.close()
