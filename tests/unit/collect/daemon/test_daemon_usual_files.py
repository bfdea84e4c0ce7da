"""Which file and directory of configuration are looked at, and whether a daemon is hidden or none is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.collect.daemon.engine_says import NOT_ASKED, EngineSays
from benchmark.collect.daemon.process import DaemonProcess
from benchmark.collect.daemon.settings import (
    DaemonSettings,
    config_directory,
    config_file,
    nobody_runs,
    resolve_settings,
)
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, FactValue, Reason, Unavailable

_NONE = Unavailable(Reason.NO_PROCESS, "no dockerd")
_DENIED = Unavailable(Reason.DENIED, "/proc/812")
_ANSWERS = EngineSays(version="27.0.0", rootless=True)
_USUAL = "/etc/docker/daemon.json"
_OWN = "/home/u/.config/docker/daemon.json"


def _process(tmp_path: Path, *argv: str) -> DaemonProcess:
    root = HostRoot(str(tmp_path))
    return DaemonProcess(
        pid=812,
        argv=("dockerd", *argv),
        exe="/usr/sbin/dockerd",
        euid=0,
        started_at="2026-01-01T00:00:00.000Z",
        started_ns=0,
        environment={"HOME": "/root"},
        rootless=False,
        cwd="/",
        in_service=False,
        files_root=root,
        sources=(),
    )


def _settings(process: DaemonProcess | Unavailable, path: FactValue, rootless: FactValue = NOT_ASKED) -> DaemonSettings:
    return DaemonSettings({"daemon.config-file": path}, {}, {}, (), process, rootless=rootless)


@pytest.mark.parametrize(
    ("process", "engine", "hidden", "nobody"),
    [
        (_NONE, EngineSays(), None, True),  # nobody answers and no process is there
        (_NONE, _ANSWERS, _NONE, False),  # somebody answers: a daemon that cannot be seen
        (_DENIED, EngineSays(), _DENIED, False),  # there is a process, or may be
        (_DENIED, _ANSWERS, _DENIED, False),
    ],
)
def test_a_daemon_is_hidden_when_there_is_one_that_cannot_be_seen(
    process: Unavailable, engine: EngineSays, hidden: Unavailable | None, nobody: bool, tmp_path: Path
) -> None:
    settings = resolve_settings(process, engine, HostRoot(str(tmp_path)))
    assert settings.answers is (engine is _ANSWERS)
    assert settings.rootless == engine.rootless
    assert settings.hidden == hidden
    assert nobody_runs(settings) is nobody


@pytest.mark.parametrize("answers", [True, False])
def test_a_process_that_is_seen_is_not_hidden(answers: bool, tmp_path: Path) -> None:
    settings = resolve_settings(_process(tmp_path), _ANSWERS, HostRoot(str(tmp_path)))
    assert settings.answers is False
    assert settings.rootless is False  # its own word goes before the engine's
    settings = replace(settings, answers=answers)
    assert settings.hidden is None
    assert not nobody_runs(settings)


def test_a_process_whose_command_line_is_not_a_command_line_is_no_hidden_daemon(tmp_path: Path) -> None:
    settings = resolve_settings(_process(tmp_path, "--bip"), _ANSWERS, HostRoot(str(tmp_path)))
    assert settings.answers is True
    assert settings.rootless is True
    assert isinstance(settings.facts["daemon.config-file"], Unavailable)
    assert config_file(settings) == settings.facts["daemon.config-file"]


@pytest.mark.parametrize(
    ("path", "process", "answers", "expected"),
    [
        ("/srv/d.json", _DENIED, False, "/srv/d.json"),
        (ABSENT, _DENIED, False, _USUAL),
        (_NONE, _NONE, False, _USUAL),
        (_NONE, _NONE, True, _NONE),  # it runs, and may read any file
        (_DENIED, _NONE, False, _DENIED),
        (_DENIED, _DENIED, False, _DENIED),
        (_NONE, _DENIED, False, _NONE),
    ],
)
def test_the_usual_file_is_looked_at_where_none_is_named_or_nobody_runs(
    path: FactValue, process: Unavailable, answers: bool, expected: str | Unavailable
) -> None:
    assert config_file(replace(_settings(process, path), answers=answers)) == expected


@pytest.mark.parametrize(
    ("path", "rootless", "expected"),
    [
        (_OWN, False, "/etc/docker"),
        (_DENIED, False, "/etc/docker"),
        (_OWN, True, "/home/u/.config/docker"),
        (_OWN, NOT_ASKED, "/home/u/.config/docker"),
        ("/srv/d.json", True, "/etc/docker"),
        (_USUAL, NOT_ASKED, "/etc/docker"),
        (_DENIED, True, _DENIED),
    ],
)
def test_the_directory_of_a_rootless_daemon_is_in_the_home_of_its_user(
    path: FactValue, rootless: FactValue, expected: str | Unavailable
) -> None:
    assert config_directory(_settings(_DENIED, path, rootless)) == expected
