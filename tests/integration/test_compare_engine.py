"""Two audits of a real engine whose containers were renamed, replaced, scaled, mended and broken in between."""

from __future__ import annotations

import json

import pytest

from tests.command import dockmark
from tests.engine import IMAGE, real_engine

pytestmark = pytest.mark.engine

COMPOSE = "com.docker.compose"
SAFE = ("--read-only", "--memory", "64m")
CONTROLS = ("container_root_filesystem_read_only", "container_memory_limited")


def service(project, name, number):
    labels = {"project": project, "service": name, "container-number": number, "environment": "TOKEN=hunter2"}
    return [word for key, value in labels.items() for word in ("--label", f"{COMPOSE}.{key}={value}")]


def start(engine, name, *words):
    engine.docker("create", "--name", name, "--network", "none", *words, IMAGE, "sleep", "600")


def audit(engine, folder, release):
    selected = [word for each in CONTROLS for word in ("--control", each)]
    words = ("--host", engine.host, "--store", folder / "history.db", "--release", release, "--identity-label", "app")
    run = dockmark("audit", *words, *selected, "-o", f"json={folder / release}.json", env={"DOCKMARK_NO_RECORD": "0"})
    assert run.returncode in (0, 1), run.stderr
    assert b"recorded as" in run.stderr
    assert b"hunter2" not in (folder / f"{release}.json").read_bytes()


def states(told, control):
    row = next(each for each in told["controls"] if each["control"] == control)
    return {each["subject"].partition(":")[2]: each["state"] for each in row["findings"]}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What changed from one release to the next, by the history, by result files, and by a label."""
    folder = tmp_path_factory.mktemp("releases")
    with real_engine() as engine:
        start(engine, "shop_web_1", *service("shop", "web", 1))  # renamed and scaled, as bad as before
        start(engine, "api", *SAFE)  # replaced, and broken
        start(engine, "db", "--memory", "64m")  # replaced, and mended
        start(engine, "billing", "--label", "app=pay")  # renamed; only its label tells
        start(engine, "legacy")  # taken away
        audit(engine, folder, "1.3")
        engine.docker("rename", "shop_web_1", "shop-web-1")
        start(engine, "shop-web-2", *service("shop", "web", 2))
        engine.docker("rm", "-f", "api", "db", "legacy")
        start(engine, "api", "--memory", "64m")
        start(engine, "db", *SAFE)
        engine.docker("rename", "billing", "invoices")
        start(engine, "cache", *SAFE)
        audit(engine, folder, "1.4")

    def compare(*words):
        run = dockmark(
            "compare", *words, "--store", folder / "history.db", "-o", "json", "-o", f"markdown={folder / 'm'}"
        )
        return run.returncode, json.loads(run.stdout)

    return {
        "history": compare("release:1.3", "release:1.4"),
        "files": compare(folder / "1.3.json", folder / "1.4.json"),
        "label": compare("latest~1", "latest", "--identity-label", "app"),
        "backwards": compare("latest", "latest~1", "--identity-label", "app"),
    }


@pytest.mark.parametrize("by", ["history", "files"])
def test_what_became_of_every_container(told, by) -> None:
    code, comparison = told[by]
    assert states(comparison, "container_root_filesystem_read_only") == {
        "shop-web-1": "persisting",
        "shop-web-2": "persisting",
        "api": "regressed",
        "db": "fixed",
        "billing": "gone",
        "invoices": "appeared",
        "legacy": "gone",
        "cache": "appeared",
    }
    assert code == 1


def test_a_chosen_label_follows_the_renamed_container(told) -> None:
    code, comparison = told["label"]
    assert states(comparison, "container_memory_limited") == {
        "shop-web-1": "persisting",
        "shop-web-2": "persisting",
        "invoices": "persisting",
        "legacy": "gone",
        "cache": "appeared",
    }
    assert code == 1  # api is writable now
    assert any("renamed" in each for each in told["history"][1]["remarks"])
    assert not any("renamed" in each for each in comparison["remarks"])


def test_the_way_back_mends_what_the_way_there_broke(told) -> None:
    found = states(told["backwards"][1], "container_root_filesystem_read_only")
    assert (found["api"], found["db"]) == ("fixed", "regressed")


@pytest.mark.parametrize("by", ["history", "files", "label", "backwards"])
def test_the_bridge_adds_up(told, by) -> None:
    bridge = told[by][1]["bridge"]
    for name in ("passed", "scorable", "waived"):
        assert sum(each[name] for each in bridge["terms"]) == bridge["difference"][name]
    assert bridge["difference"]["points"] == pytest.approx(sum(each["points"] for each in bridge["terms"]))
