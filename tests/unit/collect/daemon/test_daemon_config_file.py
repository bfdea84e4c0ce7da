"""daemon.json as dockerd reads it, and every way in which it can be damaged."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.collect.daemon.config_file import ConfigFile, read_config_file
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import Reason, Unavailable

_PATH = "/etc/docker/daemon.json"
_FAR_FUTURE = 2**62


def read(
    tmp_path: Path, data: bytes | None, *, since: tuple[int, ...] | None = (20, 10, 24), explicit: bool = False
) -> ConfigFile:
    place = tmp_path / "etc/docker"
    place.mkdir(parents=True, exist_ok=True)
    if data is not None:
        (place / "daemon.json").write_bytes(data)
    return read_config_file(HostRoot(str(tmp_path)), _PATH, explicit=explicit, since=since, started_ns=_FAR_FUTURE)


def test_values_by_their_names(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        json.dumps(
            {
                "icc": False,
                "log-level": "warn",
                "hosts": ["unix:///x"],
                "log-opts": {"max-size": "1m"},
                "default-ulimits": {
                    "nproc": {"Hard": 2, "Soft": 1},
                    "nofile": {"Name": "nofile", "hard": 9, "soft": 8},
                },
                "proxies": {"http-proxy": "http://p"},
                "features": {"buildkit": True},
                "runtimes": {"other": {"path": "/x"}},
                "graph": "/data",
            }
        ).encode(),
    )
    assert config.problem is None
    assert config.warnings == ()
    assert config.source is not None
    assert config.source.locator == "file:/etc/docker/daemon.json"
    assert config.source.digest is not None
    assert {name: value for name, value in config.values.items() if name not in ("runtimes", "features")} == {
        "icc": False,
        "log-level": "warn",
        "hosts": ["unix:///x"],
        "log-opts": {"max-size": "1m"},
        "default-ulimits": ["nofile=8:9", "nproc=1:2"],
        "data-root": "/data",
    }


def test_null_and_empty_values_are_not_said(tmp_path: Path) -> None:
    data = b'{"icc": null, "log-level": "", "hosts": [], "log-opts": {}, "default-ulimits": {}, "live-restore": false}'
    assert read(tmp_path, data).values == {"live-restore": False}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"icc": false,}', Reason.SYNTAX),
        (b'{"icc": false', Reason.SYNTAX),
        (b"", Reason.SYNTAX),
        (b" \n", Reason.SYNTAX),
        (b'{"icc": true, "icc": false}', Reason.DUPLICATE_KEY),
        (b'{"log-opts": {"a": "1", "a": "2"}}', Reason.DUPLICATE_KEY),
        (b'{"log-level": "\xff"}', Reason.NOT_UTF8),
        (b"[]", Reason.WRONG_TYPE),
        (b"null", Reason.WRONG_TYPE),
        (b"[" * 5000, Reason.TOO_DEEP),
        (b'\xef\xbb\xbf{"icc": false}', Reason.SYNTAX),
        (b'{"icc": false} // why', Reason.SYNTAX),
    ],
)
def test_a_damaged_file_says_nothing_at_all(tmp_path: Path, data: bytes, reason: Reason) -> None:
    config = read(tmp_path, data)
    assert config.problem is not None
    assert config.problem.reason in (reason, Reason.SYNTAX if reason is Reason.TOO_DEEP else reason)
    assert _PATH in config.problem.detail
    assert config.values == {}


@pytest.mark.parametrize("data", [b"", b" \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf{}"])
def test_engines_from_23_accept_an_empty_file_and_a_byte_order_mark(tmp_path: Path, data: bytes) -> None:
    config = read(tmp_path, data, since=(23, 0, 0))
    assert config.problem is None
    assert config.values == {}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"icc": "false"}', "icc"),
        ('{"icc": 0}', "icc"),
        ('{"icc": {}}', "icc"),
        ('{"hosts": "tcp://0.0.0.0:2375"}', "hosts"),
        ('{"hosts": [1]}', "hosts"),
        ('{"log-level": 3}', "log-level"),
        ('{"log-opts": {"max-file": 3}}', "log-opts"),
        ('{"log-opts": ["a=b"]}', "log-opts"),
        ('{"default-ulimits": {"nofile": "1024"}}', "default-ulimits"),
        ('{"default-ulimits": {"nofile": {"Hard": "9"}}}', "default-ulimits"),
        ('{"default-ulimits": ["nofile=1"]}', "default-ulimits"),
    ],
)
def test_a_wrong_type_concerns_its_own_setting_only(tmp_path: Path, text: str, name: str) -> None:
    config = read(tmp_path, (text[:-1] + ', "live-restore": true}').encode())
    assert config.problem is None
    wrong = config.values[name]
    assert isinstance(wrong, Unavailable)
    assert wrong.reason is Reason.WRONG_TYPE
    assert name in wrong.detail
    assert config.values["live-restore"] is True


def test_keys_are_matched_exactly(tmp_path: Path) -> None:
    config = read(tmp_path, b'{"ICC": false, "userland_proxy": false, "x": {"nope": 1}}')
    assert config.values == {}
    assert len(config.warnings) == 3
    assert "'ICC'" in config.warnings[0]


def test_what_stands_inside_a_strange_object_is_not_trusted(tmp_path: Path) -> None:
    config = read(tmp_path, b'{"security": {"icc": false}}')
    value = config.values["icc"]
    assert isinstance(value, Unavailable)
    assert value.reason is Reason.SYNTAX


def test_both_names_of_the_data_root_conflict(tmp_path: Path) -> None:
    value = read(tmp_path, b'{"graph": "/a", "data-root": "/b"}').values["data-root"]
    assert isinstance(value, Unavailable)
    assert value.reason is Reason.CONFLICT


def test_an_absent_default_file_is_a_proof(tmp_path: Path) -> None:
    config = read(tmp_path, None)
    assert config.problem is None
    assert config.values == {}
    assert config.source is not None
    assert config.source.says == "absent (ENOENT)"


def test_an_absent_explicit_file_is_none(tmp_path: Path) -> None:
    config = read(tmp_path, None, explicit=True)
    assert config.problem is not None
    assert config.problem.reason is Reason.PENDING_RESTART


def test_a_file_removed_since_the_start_may_be_in_force(tmp_path: Path) -> None:
    place = tmp_path / "etc/docker"
    place.mkdir(parents=True)
    os.utime(place, ns=(1, 1))
    (place / "daemon.json").write_text('{"log-level": "debug"}')
    (place / "daemon.json").unlink()
    config = read_config_file(HostRoot(str(tmp_path)), _PATH, explicit=False, since=None, started_ns=1)
    assert config.problem is not None
    assert config.problem.reason is Reason.PENDING_RESTART
    (place / "key.json").write_text("{}")  # what dockerd writes on its first start explains the change
    config = read_config_file(HostRoot(str(tmp_path)), _PATH, explicit=False, since=None, started_ns=1)
    assert config.problem is None


def test_a_fifo_a_directory_and_a_flood_do_not_hold_us_up(tmp_path: Path) -> None:
    place = tmp_path / "etc/docker"
    place.mkdir(parents=True)
    file = place / "daemon.json"
    os.mkfifo(file)
    assert problem(tmp_path) is Reason.NOT_REGULAR
    file.unlink()
    file.mkdir()
    assert problem(tmp_path) is Reason.NOT_REGULAR
    file.rmdir()
    with file.open("wb") as sparse:
        sparse.truncate(1 << 33)
    assert problem(tmp_path) is Reason.OVERSIZE
    file.unlink()
    file.symlink_to("daemon.json")
    assert problem(tmp_path) is Reason.LINK_LOOP


def problem(tmp_path: Path) -> Reason | None:
    config = read_config_file(HostRoot(str(tmp_path)), _PATH, explicit=False, since=None, started_ns=_FAR_FUTURE)
    return None if config.problem is None else config.problem.reason


def test_a_reason_for_the_root_or_the_path_is_passed_on(tmp_path: Path) -> None:
    denied = Unavailable(Reason.DENIED, "/proc/1/ns/mnt")
    assert read_config_file(denied, _PATH, explicit=False, since=None, started_ns=0).problem == denied
    root = HostRoot(str(tmp_path))
    assert read_config_file(root, denied, explicit=False, since=None, started_ns=0).problem == denied
    assert read_config_file(root, "", explicit=True, since=None, started_ns=0).problem is None


_NAMES = st.sampled_from(["icc", "hosts", "log-opts", "default-ulimits", "graph", "data-root", "proxies", "x", "tls"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES | st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=60), st.dictionaries(_NAMES, _VALUES).map(lambda each: json.dumps(each).encode())))
def test_any_content_is_read_or_refused_with_a_reason(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    config = read(tmp_path_factory.mktemp("root"), data)
    documented = {Reason.SYNTAX, Reason.NOT_UTF8, Reason.DUPLICATE_KEY, Reason.TOO_DEEP, Reason.WRONG_TYPE}
    if config.problem is not None:
        assert config.problem.reason in documented
    for value in config.values.values():
        assert not isinstance(value, Unavailable) or value.reason in documented | {Reason.CONFLICT}
        assert value not in (None, "", [], {})
