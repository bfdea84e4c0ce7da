"""The fixes of settings on a real daemon: it is badly configured, mended by what oscap makes of our result, and started again."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.scap.fix.scripts import shell_script
from tests.command import dockmark
from tests.engine import Engine, real_engine
from tests.openscap.mended_host import fix_script, results_of

pytestmark = [
    pytest.mark.engine,
    pytest.mark.openscap,
    pytest.mark.skipif(os.geteuid() != 0, reason="a mount namespace of its own needs root"),
]

BAD: Final = {
    "icc": True,
    "log-level": "debug",
    "debug": True,
    "experimental": True,
    "insecure-registries": ["registry.example.com:5000"],
    "log-opts": {"max-size": "1m"},
}
SETTINGS: Final = (
    "daemon_log_level_info",
    "daemon_no_new_privileges",
    "default_bridge_icc_disabled",
    "experimental_features_disabled",
    "live_restore_enabled",
    "no_insecure_registries",
    "userland_proxy_disabled",
)
FILES: Final = ("daemon_config_mode", "daemon_config_owner", "api_socket_mode")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with real_engine(config=json.dumps(BAD), network=True) as running:
        yield running


def audited(engine: Engine, path: Path, *controls: str) -> dict[str, str]:
    words = [word for each in controls for word in ("--control", each)]
    done = dockmark(
        "audit", "--host", engine.unix_host, *words, "-o", f"xccdf={path}", "--fail-on", "never", "--no-record"
    )
    assert done.returncode == 0, done.stderr.decode()
    return {name: result for name, result in results_of(path).items() if name in controls}


def run_beside(engine: Engine, script: str) -> str:
    """What the script says where the engine is the host's: its pid file and socket are at the usual places."""
    mounts = (
        "mount -t tmpfs none /run && : >/run/docker.pid && : >/run/docker.sock && "
        f"mount --bind {engine.directory}/pid /run/docker.pid && mount --bind {engine.socket} /run/docker.sock && "
    )
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", f"{mounts} exec bash -eu"],
        input=script,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_a_badly_configured_daemon_is_mended(engine: Engine, tmp_path: Path) -> None:
    engine.config_file.chmod(0o666)
    os.chown(engine.config_file, 1000, 1000)
    engine.restart()  # a file that changed since the daemon's start is not known to be in force
    engine.socket.chmod(0o666)
    path = tmp_path / "results.xml"
    asked = (*SETTINGS, *FILES)
    assert audited(engine, path, *asked) == dict.fromkeys(asked, "fail")
    script = fix_script(path)
    assert "not mended" not in run_beside(engine, script)
    written = engine.config_file.read_bytes()
    assert "not mended" not in run_beside(engine, script)
    assert engine.config_file.read_bytes() == written
    engine.restart()
    assert audited(engine, path, *asked) == dict.fromkeys(asked, "pass")
    assert json.loads(written)["log-opts"] == BAD["log-opts"]


def test_a_swarm_gets_its_lifetime_and_no_live_restore(engine: Engine, tmp_path: Path) -> None:
    control = "swarm_certificate_lifetime_limited"
    settings = json.loads(engine.config_file.read_text())
    engine.config_file.write_text(json.dumps(settings | {"live-restore": False}))
    engine.restart()
    engine.docker("swarm", "init", "--advertise-addr", "127.0.0.1", "--cert-expiry", "4000h")
    try:
        path = tmp_path / "results.xml"
        assert audited(engine, path, control) == {control: "fail"}
        assert "not mended" not in run_beside(engine, fix_script(path))
        assert audited(engine, path, control) == {control: "pass"}
        said = run_beside(engine, shell_script(load_catalog().controls["live_restore_enabled"], {}))
        assert "this host is in a swarm" in said
        assert json.loads(engine.config_file.read_text())["live-restore"] is False
    finally:
        engine.docker("swarm", "leave", "--force")
