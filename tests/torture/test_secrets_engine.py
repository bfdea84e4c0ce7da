"""Canaries in a real engine: planted by docker's own commands, asked for by docker's own commands, and nowhere in our outputs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import dockmark
from tests.engine import Engine, import_image, real_engine, why_no_engine
from tests.torture.ledger import Tally
from tests.torture.secret_canaries import Aviary
from tests.torture.secret_run import unpacked
from tests.torture.size import dice
from tests.torture.test_secrets import HARNESS, Leak

__all__ = ["HARNESS"]
pytestmark = [pytest.mark.engine, pytest.mark.skipif(bool(why_no_engine()), reason=why_no_engine() or "none")]


@pytest.fixture
def engine() -> Iterator[Engine]:
    with real_engine(network=True) as started:  # the ports of a swarm are its own then
        yield started


def plant(engine: Engine, aviary: Aviary) -> None:
    """Everything that docker's command line can put a secret into."""
    changes = [
        f"ENV DB_PASSWORD={aviary.plain('image ENV')}",
        f"LABEL token={aviary.plain('image LABEL')}",
        f'CMD ["sleep", "100000", "--password={aviary.plain("image CMD")}"]',
        f"ENV TOKEN={aviary.shaped('image ENV shaped', 'GitHub token')}",
    ]
    import_image(engine, "secrets:1", *changes)
    health = aviary.command("health check", "curl -u")
    options = [
        *("-e", f"DB_PASSWORD={aviary.plain('run -e')}", "-e", f"GREETING={aviary.plain('run -e harmless')}"),
        *("--label", f"secret={aviary.plain('run --label')}", "--health-cmd", health, "--health-interval", "1h"),
        *("--log-opt", f"env={aviary.plain('run --log-opt')}", "--hostname", "h"),
    ]
    engine.run("full", *options, image="secrets:1", command=("sleep", "100000"))
    engine.create("idle", *options, image="secrets:1", command=("sh", "-c", aviary.command("command line", "mysql -p")))
    engine.docker("exec", "-d", "full", "sh", "-c", f"sleep 1000; echo {aviary.plain('exec')}")
    engine.docker(
        "volume",
        "create",
        "-o",
        "type=tmpfs",
        "-o",
        "device=tmpfs",
        "-o",
        f"o=size=1m,uid=0,password={aviary.plain('volume')}",
        "vol",
    )
    engine.docker(
        "network",
        "create",
        "-o",
        f"vpn.password={aviary.plain('network option')}",
        "--label",
        f"x={aviary.plain('network label')}",
        "n",
    )
    engine.docker("swarm", "init", "--advertise-addr", "127.0.0.1", "--autolock")
    engine.docker(
        "secret",
        "create",
        "--label",
        f"x={aviary.plain('secret label')}",
        "s",
        "-",
        stdin=aviary.plain("secret").encode(),
    )
    engine.docker("config", "create", "c", "-", stdin=aviary.plain("config").encode())
    service = ["-e", f"DB_PASSWORD={aviary.plain('service -e')}", "--label", f"x={aviary.plain('service label')}"]
    engine.docker(
        "service", "create", "--detach", "--name", "svc", "--replicas", "0", "--secret", "s", *service, "secrets:1", "sleep",
        aviary.plain("service argument"),
    )  # fmt: skip


def engines_own(engine: Engine) -> list[str]:
    """The secrets that the engine makes itself: join tokens, unlock key, the swarm's keys on disk."""
    found = [engine.docker("swarm", "join-token", "-q", each) for each in ("worker", "manager")]
    found.append(engine.docker("swarm", "unlock-key", "-q"))
    for path in (engine.data_root / "swarm/certificates").rglob("*.key"):
        found += [line for line in path.read_text().splitlines() if len(line) > 40]
    return [each for each in found if each]


def test_a_real_engine_keeps_its_secrets(engine: Engine, tmp_path: Path, tally: Tally) -> None:
    aviary = Aviary(dice("secrets of an engine"))
    plant(engine, aviary)
    own = engines_own(engine)
    assert len(own) >= 3
    outputs: dict[str, bytes] = {}
    env = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    for words in (
        ["audit", "--deep", "--verbose"],
        ["audit", "--beyond", "-o", "json"],
        ["collect", "--deep", "-o", tmp_path / "s.json.gz"],
        ["access", "--verbose"],
        ["doctor", "-o", "json"],
    ):
        done = dockmark(*words, "-H", engine.host, env=env)
        assert done.returncode != 70, done.stderr
        outputs |= {f"{words[0]} {words[1]} out": done.stdout, f"{words[0]} {words[1]} err": done.stderr}
    outputs |= {str(each): unpacked(each.read_bytes()) for each in tmp_path.rglob("*") if each.is_file()}
    document = json.loads(unpacked((tmp_path / "s.json.gz").read_bytes()))
    assert {"full", "idle"} <= {each["name"] for each in document["subjects"]}
    assert any(each["kind"] == "service" for each in document["subjects"])
    leaks = aviary.leaks(outputs)
    leaks += [f"{each[:12]}… in {name}" for each in own for name, data in outputs.items() if each.encode() in data]
    if leaks:
        raise Leak("\n".join(leaks[:10]))
    tally.count("canaries in a real engine", len(aviary.canaries))
    tally.count("secrets of the engine's own making", len(own))
