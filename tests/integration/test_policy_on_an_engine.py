"""Waivers on a real engine: containers picked by label, by image and by name, while they are replaced and renamed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engine import IMAGE, Engine, real_engine, why_no_engine
from tests.integration.command import Done, dockmark
from tests.policies import waiver

pytestmark = [pytest.mark.engine, pytest.mark.skipif(bool(why_no_engine()), reason=why_no_engine() or "none")]
CONTROL = "container_pids_limited"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with real_engine() as started:
        for name, label in (("red-1", "team=red"), ("red-2", "team=red"), ("blue", "team=blue")):
            started.create(name, "--label", label)
        yield started


def audited(engine: Engine, folder: Path, *entries: dict[str, Any]) -> Done:
    path = folder / "waivers.yaml"
    path.write_text(yaml.safe_dump({"waivers": list(entries)}))
    path.chmod(0o600)
    return dockmark("audit", "--host", engine.host, "--control", CONTROL, "-o", "json", "--waivers", path)


def covered(done: Done) -> dict[str, str]:
    return {each["subject"]: each["waiver"] for each in done.row(CONTROL)["findings"] if "waiver" in each}


def entry(**changes: Any) -> dict[str, Any]:
    return waiver(control=CONTROL, broad=True, **changes)


def test_containers_are_picked_by_their_label(engine: Engine, tmp_path: Path) -> None:
    done = audited(engine, tmp_path, entry(scope={"label": "team=red"}))
    assert covered(done) == {"container:red-1": "W-1", "container:red-2": "W-1"}
    assert done.row(CONTROL)["waiver"] is None


def test_containers_are_picked_by_their_image(engine: Engine, tmp_path: Path) -> None:
    identifier = engine.docker("image", "inspect", "--format", "{{.Id}}", IMAGE).strip()
    for image in (identifier, IMAGE):
        done = audited(engine, tmp_path, entry(scope={"image": image}))
        assert covered(done).keys() == {"container:red-1", "container:red-2", "container:blue"}
        assert done.row(CONTROL)["waiver"]["id"] == "W-1"
        assert done.code == 0


def test_a_name_is_a_name_and_a_label_outlives_it(engine: Engine, tmp_path: Path) -> None:
    by_name = entry(id="W-name", scope={"subject": "container:red-1"})
    by_label = entry(id="W-label", scope={"label": "team=red"})
    assert covered(audited(engine, tmp_path, by_name, by_label))["container:red-1"] == "W-name"
    engine.docker("rename", "red-1", "red-9")
    try:
        done = audited(engine, tmp_path, by_name, by_label)
        assert covered(done) == {"container:red-9": "W-label", "container:red-2": "W-label"}
        standings = {each["id"]: each["standing"] for each in done.report["waivers"]["entries"]}
        assert standings == {"W-name": "unused", "W-label": "applied"}
    finally:
        engine.docker("rename", "red-9", "red-1")
