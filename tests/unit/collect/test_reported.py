"""From the engine's replies to what the daemon's settings are held against."""

from __future__ import annotations

import pytest

from benchmark.collect.daemon.engine_says import EngineSays
from benchmark.collect.daemon.settings import DaemonSettings
from benchmark.collect.engine.reports import CollectionReport, EngineReport
from benchmark.collect.reported import default_bridge, engine_says
from benchmark.model.facts import ABSENT, FactValue, Reason, Source, Subject, Unavailable
from benchmark.model.snapshot import Target

_DENIED = Unavailable(Reason.DENIED, "403")
_REMOTE = Unavailable(Reason.REMOTE, "tcp://10.0.0.1:2376")
_FACTS: dict[str, FactValue] = {
    "version.Version": "27.3.1",
    "version.Experimental": ABSENT,
    "product": "docker",
    "info.Plugins.Authorization": ["policy"],
    "info.CgroupDriver": "systemd",
    "info.DockerRootDir": "/var/lib/docker",
    "info.Debug": True,
    "info.ExperimentalBuild": True,
    "info.LiveRestoreEnabled": False,
    "info.LoggingDriver": "syslog",
    "info.SecurityOptions": ["name=seccomp,profile=builtin", "name=no-new-privileges"],
    "info.Driver": "overlay2",
    "info.RegistryConfig.InsecureIndexes": ["r.example", "127.0.0.0/8"],
    "info.RegistryConfig.InsecureRegistryCIDRs": ["::1/128", "10.0.0.0/8"],
    "security.rootless": False,
    "security.seccomp": "builtin",
    "security.selinux": False,
    "security.userns": True,
}
_READ = Source("GET /info", "2026-01-01T00:00:00Z")


def says(
    changes: dict[str, FactValue] | None = None, sources: dict[str, tuple[Source, ...]] | None = None
) -> EngineSays:
    sources = {"info.Driver": (_READ,)} if sources is None else sources
    report = EngineReport(Target("h"), _FACTS | (changes or {}), sources, CollectionReport(), False, None, None)
    return engine_says(report)


def test_every_report_stands_in_its_own_place() -> None:
    assert says() == EngineSays(
        version="27.3.1",
        product="docker",
        authorization_plugins=["policy"],
        cgroup_driver="systemd",
        data_root="/var/lib/docker",
        debug=True,
        experimental=True,
        icc=False,
        insecure_registries=["10.0.0.0/8", "r.example"],
        live_restore=False,
        log_driver="syslog",
        no_new_privileges=True,
        rootless=False,
        seccomp_profile="builtin",
        selinux=False,
        storage_driver="overlay2",
        userns=True,
        read_at="2026-01-01T00:00:00Z",
    )


def test_when_nobody_says_when_it_was_read_nothing_is_said() -> None:
    assert says(sources={}).read_at == ""


def test_nothing_was_asked_is_no_report() -> None:
    silent = EngineSays()
    for name in EngineSays.__dataclass_fields__:
        value = getattr(silent, name)
        if name != "read_at":
            assert isinstance(value, Unavailable)
            assert value.reason is (Reason.UNSUPPORTED if name == "no_new_privileges" else Reason.NO_ENGINE)
    assert silent.read_at == ""


@pytest.mark.parametrize(
    ("version", "options", "expected"),
    [
        ("24.0.0", ["name=no-new-privileges"], True),
        ("24.0.0", [], False),
        ("24.0.0", None, False),
        ("23.9.9", [], EngineSays().no_new_privileges),
        ("23.9.9", ["name=no-new-privileges"], EngineSays().no_new_privileges),
        ("dev", ["name=no-new-privileges"], EngineSays().no_new_privileges),
        (_DENIED, ["name=no-new-privileges"], EngineSays().no_new_privileges),
        ("24.0.0", _DENIED, EngineSays().no_new_privileges),
        ("24.0.0", ABSENT, False),
    ],
)
def test_no_new_privileges_is_reported_since_24(version: FactValue, options: FactValue, expected: FactValue) -> None:
    assert says({"version.Version": version, "info.SecurityOptions": options}).no_new_privileges == expected


@pytest.mark.parametrize(
    ("by_version", "by_info", "expected"),
    [(ABSENT, False, False), (ABSENT, True, True), (True, False, True), (_DENIED, True, _DENIED)],
)
def test_experimental_is_left_out_where_it_is_false(
    by_version: FactValue, by_info: FactValue, expected: FactValue
) -> None:
    assert says({"version.Experimental": by_version, "info.ExperimentalBuild": by_info}).experimental == expected


@pytest.mark.parametrize(
    ("indexes", "ranges", "expected"),
    [
        (None, None, []),
        (["b", "a"], ["10.0.0.0/8"], ["10.0.0.0/8", "a", "b"]),
        (["127.0.0.0/8"], ["127.0.0.0/8", "::1/128", "127.0.0.0/16"], ["127.0.0.0/16"]),
        (_DENIED, [], _DENIED),
        ([], _DENIED, _DENIED),
    ],
)
def test_insecure_registries_are_names_and_ranges_but_the_loopbacks(
    indexes: FactValue, ranges: FactValue, expected: FactValue
) -> None:
    changes = {"info.RegistryConfig.InsecureIndexes": indexes, "info.RegistryConfig.InsecureRegistryCIDRs": ranges}
    assert says(changes).insecure_registries == expected


@pytest.mark.parametrize("name", ["InsecureIndexes", "InsecureRegistryCIDRs"])
def test_registries_that_are_not_reported_are_not_known(name: str) -> None:
    found = says({f"info.RegistryConfig.{name}": ABSENT}).insecure_registries
    assert isinstance(found, Unavailable)
    assert found.reason is Reason.UNSUPPORTED


def test_plugins_that_go_writes_as_null_are_none() -> None:
    assert says({"info.Plugins.Authorization": None}).authorization_plugins == []
    assert says({"info.Plugins.Authorization": _DENIED}).authorization_plugins == _DENIED


_LISTED = (Source("GET /networks", "2026-01-01T00:00:00Z"),)
_FILE = (Source("file:/etc/docker/daemon.json"),)
_NAME = "com.docker.network.bridge.name"


def bridge(
    configured: FactValue, *networks: tuple[str, str, FactValue], gap: Unavailable | None = None, known: bool = True
) -> tuple[FactValue, tuple[Source, ...]]:
    sources = {"daemon.bridge": _FILE} if known else {}
    settings = DaemonSettings({"daemon.bridge": configured}, sources, {}, (), _REMOTE)
    subjects = tuple(
        Subject("network", name, "", {"Driver": driver, "Options": options}) for name, driver, options in networks
    )
    return default_bridge(settings, CollectionReport(subjects, gap, sources=_LISTED))


def test_a_bridge_that_was_configured_is_the_one() -> None:
    assert bridge("br7", ("bridge", "bridge", {_NAME: "docker0"})) == ("br7", _FILE)
    assert bridge(ABSENT, known=False) == (ABSENT, ())


def test_a_bridge_out_of_sight_is_the_one_that_the_networks_show() -> None:
    other = ("other", "bridge", {_NAME: "br9"})
    overlay = ("bridge", "overlay", {_NAME: "br8"})
    assert bridge(_REMOTE, other, overlay, ("bridge", "bridge", {_NAME: "docker0"})) == ("docker0", _LISTED)
    assert bridge(_REMOTE, ("bridge", "bridge", {})) == ("", _LISTED)
    assert bridge(_REMOTE, ("bridge", "bridge", _DENIED)) == (_REMOTE, _LISTED)
    assert bridge(_REMOTE, other, overlay) == ("none", _LISTED)
    assert bridge(_REMOTE, gap=_DENIED) == (_REMOTE, _FILE)
