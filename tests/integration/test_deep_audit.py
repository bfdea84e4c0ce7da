"""An image with all that --deep looks for, on a real engine: every file is named with the layer that brought it."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine import Engine, real_engine, why_no_engine
from tests.integration.command import JUDGED, NOT_MET, Done, dockmark

pytestmark = [pytest.mark.engine, pytest.mark.skipif(bool(why_no_engine()), reason=why_no_engine() or "none")]

SETUID, WRITABLE, ESCAPING, KEY = "/usr/bin/wrap", "/srv/run.sh", "srv/out", "/root/.ssh/id_rsa"
BEYOND = ("image_entries_stay_inside", "image_layers_hide_little", "image_no_world_writable_files")
IMAGES = ("image_no_private_keys", "image_setuid_files_approved", *BEYOND)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with real_engine(image=False) as started:
        started.docker("import", "-", "bad:test", stdin=bad_tar())
        started.docker("import", "-", "good:test", stdin=archive(entry("etc/motd", 0o644)))
        yield started


@pytest.fixture(scope="module")
def deep(engine: Engine) -> Done:
    return judged(engine, "--deep")


def judged(engine: Engine, *words: str) -> Done:
    done = dockmark("audit", "--host", engine.host, "-o", "json", *words)
    assert done.code in JUDGED, done.err
    return done


def entry(name: str, mode: int, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.mode = mode
    made.type = tarfile.SYMTYPE if link else tarfile.REGTYPE
    made.linkname = link
    return made


def archive(*entries: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for each in entries:
            content = b"" if each.issym() else b"nothing\n"
            each.size = len(content)
            tar.addfile(each, io.BytesIO(content))
    return buffer.getvalue()


def bad_tar() -> bytes:
    return archive(
        entry(SETUID.lstrip("/"), 0o4755),
        entry(WRITABLE.lstrip("/"), 0o777),
        entry(ESCAPING, 0o777, link="../../../../etc"),
        entry(KEY.lstrip("/"), 0o600),
    )


def elements(done: Done, control: str) -> list[dict[str, Any]]:
    """What the finding about the bad image names."""
    (finding,) = (each for each in done.row(control)["findings"] if each["result"] == "fail")
    assert "bad:test" in finding["subject"]
    return list(finding["actual"])


@pytest.mark.parametrize(
    ("control", "path"),
    [
        ("image_setuid_files_approved", SETUID),
        ("image_no_world_writable_files", WRITABLE),
        ("image_entries_stay_inside", ESCAPING),
        ("image_no_private_keys", KEY),
    ],
)
def test_each_is_named_with_its_layer(engine: Engine, deep: Done, control: str, path: str) -> None:
    assert deep.result(control) == "fail"
    (layer,) = json.loads(engine.docker("image", "inspect", "bad:test"))[0]["RootFS"]["Layers"]
    (found,) = elements(deep, control)
    assert (found.get("path") or found["names"][0], found["layer"]) == (path, layer)
    assert sorted(deep.findings(control).values()) == ["fail", "pass"], "the good image stays good"


def test_small_images_hide_little(deep: Done) -> None:
    assert set(deep.findings("image_layers_hide_little").values()) == {"pass"}


def test_without_deep_nobody_has_looked_inside(engine: Engine) -> None:
    done = judged(engine, "--beyond")
    assert {each: done.result(each) for each in IMAGES} == dict.fromkeys(IMAGES, "notchecked")


def test_what_is_beyond_the_benchmark_does_not_count_in_its_score(engine: Engine) -> None:
    plain, beyond = judged(engine), judged(engine, "--beyond")
    assert not set(BEYOND) & plain.results().keys()
    assert beyond.report["score"] == plain.report["score"]
    others = [row for row in beyond.report["results"] if "cis_docker" not in row["requirements"]]
    assert set(BEYOND) <= {row["control"] for row in others}
    assert {row["section"] for row in others} == {""}


def test_one_alone_fails_the_run_and_leaves_no_score(engine: Engine) -> None:
    done = judged(engine, "--deep", "--control", "image_entries_stay_inside")
    assert (done.code, done.results()) == (NOT_MET, {"image_entries_stay_inside": "fail"})
    assert done.report["score"]["percent"] is None


def test_the_table_shows_them_last(engine: Engine) -> None:
    out = dockmark("audit", "--host", engine.host, "--deep").out
    assert out.index("\n7 Swarm (") < out.index("\nBeyond the benchmark (") < out.index("\nSummary")
    for path in (SETUID, WRITABLE, ESCAPING, KEY):
        assert path in "".join(out.split())
