"""``dockmark frameworks soa``: every source of results, and what is refused."""

from __future__ import annotations

import json

import pytest

from tests.command import dockmark
from tests.snapshots import container, snapshot, write_snapshot

OVERLAY = """\
framework: nist_sp_800_190
controls:
  "4.4.3": {applicable: true, justification: it runs here, implementation: implemented}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("soa")
    (folder / "soa.yaml").write_text(OVERLAY)
    made = snapshot([container("web", {"HostConfig.Privileged": True})])
    write_snapshot(folder / "host.json", made)
    store = folder / "history.db"
    done = dockmark(
        "evaluate", folder / "host.json", "--record", "--store", store, "-o", f"json={folder / 'result.json'}"
    )
    assert done.returncode == 1, done.stderr
    return folder


def rows(place, *words):
    done = dockmark("frameworks", "soa", "nist_sp_800_190", "--overlay", place / "soa.yaml", *words, "-o", "json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    return {each["id"]: each for each in document["controls"]}, document


def test_a_snapshot_a_saved_result_and_a_recorded_run_say_the_same(place):
    found = [
        rows(place, *words)[0]
        for words in (
            ("--snapshot", place / "host.json"),
            ("--result", place / "result.json"),
            ("--run", "latest", "--store", place / "history.db"),
        )
    ]
    assert found[0] == found[1] == found[2]
    secure = found[0]["4.4.3"]
    assert (secure["applicable"], secure["status"]) == ("yes", "contradicted")
    assert secure["remark"] == "stated as implemented, and contradicted by results"
    assert "container_not_privileged (5.5), direct: fail" in secure["checks"]


def test_without_results_checks_are_listed_alone(place):
    found, document = rows(place)
    assert document["assessed"] == []
    assert found["4.4.3"]["status"] == "no results"
    assert "container_not_privileged (5.5), direct" in found["4.4.3"]["checks"]


def test_without_an_overlay_everything_is_undecided():
    done = dockmark("frameworks", "soa", "nist_sp_800_190", "-o", "json")
    assert {each["applicable"] for each in json.loads(done.stdout)["controls"]} == {"undecided"}


def test_several_formats_at_once(place, tmp_path):
    outputs = {name: tmp_path / f"soa.{name}" for name in ("csv", "html", "markdown", "json")}
    words = [word for name, path in outputs.items() for word in ("-o", f"{name}={path}")]
    done = dockmark("frameworks", "soa", "nist_sp_800_190", "--snapshot", place / "host.json", *words)
    assert (done.returncode, done.stdout) == (0, b"")
    assert all("4.4.3" in each.read_text() for each in outputs.values())
    assert all(each.stat().st_mode & 0o777 == 0o600 for each in outputs.values())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nope",), "there is no framework 'nope'"),
        (("nist_sp_800_190", "--overlay", "/nowhere"), "cannot read /nowhere"),
        (("nist_sp_800_190", "--result", "/dev/null"), "/dev/null: "),
        (("nist_sp_800_190", "--snapshot", "/dev/null"), "/dev/null: "),
        (("nist_sp_800_190", "-o", "csv", "-o", "json"), "two formats go to one place"),
        (("nist_sp_800_190", "-o", "xml"), "there is no format 'xml'; there are markdown, html, csv, json"),
    ],
)
def test_what_is_wrong_is_refused(words, message):
    done = dockmark("frameworks", "soa", *words)
    assert done.returncode == 3
    assert message in done.stderr.decode()
    assert done.stdout == b""


def test_every_error_of_the_overlay_has_its_place(tmp_path):
    bad = tmp_path / "soa.yaml"
    bad.write_text(OVERLAY.replace("4.4.3", "4.4.33").replace("implemented}", "done}"))
    done = dockmark("frameworks", "soa", "nist_sp_800_190", "--overlay", bad)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 3
    assert lines[0] == "dockmark: 2 errors in the overlay"
    assert lines[1].startswith(f"{bad}:3:3: no requirement of nist_sp_800_190 2017 '4.4.33'")
    assert f"{bad}:3:77: no implementation 'done'" in lines[2]
