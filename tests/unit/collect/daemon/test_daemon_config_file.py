"""daemon.json as dockerd reads it, and every way in which it can be damaged."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.collect.daemon.config_file import ConfigFile, read_config_file
from benchmark.collect.daemon.process import SETTLED_NS
from benchmark.collect.host.root import FileStat, HostRoot
from benchmark.model.facts import ABSENT, Absent, Reason, Unavailable

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


def test_a_damaged_file_has_a_source_and_a_time_of_change(tmp_path: Path) -> None:
    config = read(tmp_path, b"{,}")
    assert config.source is not None
    assert config.source.digest is not None
    assert config.changed_ns >= (tmp_path / "etc/docker/daemon.json").stat().st_mtime_ns


def test_any_version_from_23_on_accepts_an_empty_file_and_none_before(tmp_path: Path) -> None:
    assert read(tmp_path, b"", since=(23,)).problem is None
    for since in ((22, 99, 99), None):
        refused = read(tmp_path, b"", since=since).problem
        assert refused is not None
        assert refused.reason is Reason.SYNTAX


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


_VALUES_BY_KIND = {
    "icc": [True, False],
    "log-level": ["a"],
    "hosts": [["a"], ["a", "b"]],
    "log-opts": [{"a": "b"}],
    "default-ulimits": [{"nofile": {"Soft": 1}}, {"nofile": {}}],
}
_ANY_VALUES = [
    True, False, 3, 2.5, "a", ["a"], ["a", "b"], ["a", 1], {"a": "b"}, {"a": 1}, {"a": "b", "c": 1},
    {"nofile": {"Soft": 1}}, {"nofile": {}}, {"nofile": {"Soft": True}}, {"nofile": {"Hard": "1"}}, {"nofile": 1},
    {"no1": {"Soft": 1}}, {"nofile": {"Soft": 1}, "core": 1},
]  # fmt: skip


@pytest.mark.parametrize("value", _ANY_VALUES, ids=repr)
@pytest.mark.parametrize("name", [*sorted(_VALUES_BY_KIND), "mtu"])
def test_every_setting_takes_values_of_its_own_kind_only(tmp_path: Path, name: str, value: object) -> None:
    found = read(tmp_path, json.dumps({name: value}).encode()).values[name]
    if name == "mtu":  # a number, an address or a size: whatever it is, it is kept as it stands
        fits = not isinstance(value, dict)
    else:
        fits = json.dumps(value) in {json.dumps(each) for each in _VALUES_BY_KIND[name]}
    if fits:
        wanted = {'{"nofile": {"Soft": 1}}': ["nofile=1:0"], '{"nofile": {}}': ["nofile=0:0"]}
        assert found == wanted.get(json.dumps(value), value)
    else:
        assert isinstance(found, Unavailable)
        assert found.reason is Reason.WRONG_TYPE


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("icc", 1, "a boolean"),
        ("log-level", 1, "a string"),
        ("hosts", 1, "a list of strings"),
        ("log-opts", 1, "an object of the documented form"),
        ("default-ulimits", 1, "an object of the documented form"),
    ],
)
def test_what_it_should_have_been_is_said(tmp_path: Path, name: str, value: object, wanted: str) -> None:
    found = read(tmp_path, json.dumps({name: value}).encode()).values[name]
    assert found == Unavailable(Reason.WRONG_TYPE, f"{_PATH}: {name} is not {wanted}")


def test_a_limit_that_is_not_named_is_zero(tmp_path: Path) -> None:
    limits = {"nofile": {"Hard": 5}, "core": {"soft": 2, "HARD": 3}}
    values = read(tmp_path, json.dumps({"default-ulimits": limits}).encode()).values
    assert values["default-ulimits"] == ["core=2:3", "nofile=0:5"]


def test_keys_that_only_the_file_has_are_known(tmp_path: Path) -> None:
    text = {"deprecated-key-path": "/k", "host-gateway-ip": "192.0.2.1", "builder": {"gc": {}}, "features": {"a": True}}
    assert read(tmp_path, json.dumps(text).encode()).warnings == ()
    inside = read(tmp_path, json.dumps({"x": {"deprecated-key-path": "/k"}}).encode())
    assert inside.warnings == ()


def test_an_unknown_key_does_not_hide_its_neighbours(tmp_path: Path) -> None:
    config = read(tmp_path, b'{"nope": 1, "x": {"nope": 1, "icc": false, "graph": "/g"}, "live-restore": true}')
    assert config.values["live-restore"] is True
    for name in ("icc", "data-root"):
        inner = config.values[name]
        assert isinstance(inner, Unavailable)
        assert inner.reason is Reason.SYNTAX
    assert len(config.warnings) == 2


@pytest.mark.parametrize(
    "name",
    [
        "builder", "cluster-store-opts", "default-network-opts", "default-ulimits", "features", "log-opts", "nri-opts",
        "runtimes",
    ],
)  # fmt: skip
def test_what_stands_inside_an_object_that_dockerd_takes_whole_is_no_setting(tmp_path: Path, name: str) -> None:
    config = read(tmp_path, json.dumps({name: {"icc": "x"}}).encode())
    assert "icc" not in config.values
    assert config.warnings == ()


def test_proxies_are_an_object_that_dockerd_reads_whole(tmp_path: Path) -> None:
    config = read(tmp_path, b'{"proxies": {"http-proxy": "http://p"}, "icc": false}')
    assert config.values == {"icc": False}


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
    assert config.changed_ns == 0


def test_an_absent_explicit_file_is_none(tmp_path: Path) -> None:
    config = read(tmp_path, None, explicit=True)
    assert config.problem is not None
    assert config.source is not None
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


_STARTED = 10**18
_OLD, _AT_START, _LATE = _STARTED - 10**9, _STARTED + SETTLED_NS, _STARTED + 10**9
_DENIED = Unavailable(Reason.DENIED, "/etc/docker")


class Directory(HostRoot):
    """A directory without daemon.json: when it changed, and its entries by name with when they changed."""

    def __init__(
        self, changed: int | Unavailable | Absent, entries: dict[str, int | Unavailable | Absent] | Unavailable
    ) -> None:
        super().__init__("/nonexistent")
        self.changed, self.entries = changed, entries

    def read(self, path: str, cap: int = 0) -> Absent:
        assert (path, cap) == (_PATH, 0)
        return ABSENT

    def list(self, path: str) -> tuple[str, ...] | Unavailable | Absent:
        assert path == "/etc/docker"
        return tuple(self.entries) if isinstance(self.entries, dict) else self.entries

    def stat(self, path: str) -> FileStat | Unavailable | Absent:
        return stated(self.changed if path == "/etc/docker" else _LATE)

    def lstat(self, path: str) -> FileStat | Unavailable | Absent:
        assert isinstance(self.entries, dict)
        return stated(_OLD if path == "/etc/docker" else self.entries[path.rpartition("/")[2]])


def stated(changed: int | Unavailable | Absent) -> FileStat | Unavailable | Absent:
    return FileStat("/x", "file", "0644", 0, 0, 0, 1, 1, changed) if isinstance(changed, int) else changed


@pytest.mark.parametrize(
    ("changed", "entries", "is_removed"),
    [
        (_OLD, {}, False),
        (_AT_START, {}, False),
        (_AT_START + 1, {}, True),
        (_LATE, {}, True),
        (_LATE, {"key.json": _LATE}, False),
        (_LATE, {"key.json": _LATE - SETTLED_NS}, False),
        (_LATE, {"key.json": _LATE - SETTLED_NS - 1}, True),
        (_LATE, {"a": _DENIED, "b": ABSENT}, True),
        (_LATE, {"a": _OLD, "b": _LATE}, False),
        (_LATE, _DENIED, True),
        (_LATE, ABSENT, True),
        (_DENIED, {}, False),
        (ABSENT, {}, False),
    ],
)
def test_a_directory_that_lost_an_entry_after_the_start_may_have_held_the_file(
    changed: int | Unavailable | Absent, entries: dict[str, int | Unavailable | Absent] | Unavailable, is_removed: bool
) -> None:
    root = Directory(changed, entries)
    config = read_config_file(root, _PATH, explicit=False, since=None, started_ns=_STARTED)
    assert config.source is not None
    assert config.source.says == "absent (ENOENT)"
    assert (config.problem is not None) is is_removed


def test_a_file_that_cannot_be_read_is_named_as_the_source(tmp_path: Path) -> None:
    (tmp_path / "etc/docker/daemon.json").mkdir(parents=True)
    config = read(tmp_path, None)
    assert config.problem is not None
    assert config.source is not None
    assert config.source.locator == f"file:{_PATH}"


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
    assert read_config_file(root, denied, explicit=False, since=None, started_ns=0) == ConfigFile("", problem=denied)
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
