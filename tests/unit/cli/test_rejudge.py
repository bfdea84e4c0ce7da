import json
from dataclasses import replace

import pytest

from benchmark.catalog.compiled import encode_catalog
from benchmark.cli.entry import main
from benchmark.cli.exit_code import Refusal
from benchmark.cli.rejudge import rejudge
from benchmark.history.store import open_store
from benchmark.render import RenderOptions, render_many
from tests.command import ROOT
from tests.histories import FAILING, catalog, record
from tests.histories import new_run as made_run
from tests.snapshots import write_snapshot

SAMPLE = ROOT / "reports" / "samples" / "sample-host.snapshot.json.gz"


def as_json(assessment):
    return "".join(render_many("json", [assessment], RenderOptions())).encode()


@pytest.fixture
def place(tmp_path):
    return str(tmp_path / "history.db")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--benchmark", "1.6.0", "--profile", "level_1", "--release", "1.4"],
        ["--control", "5.5", "--control", "container_memory_limited", "--beyond"],
        ["--set", "container_capabilities_limited.approved_capabilities=CHOWN,SETUID"],
        ["--beyond"],
        ["--tailoring", "TAILORING"],
    ],
)
def test_a_recorded_run_is_judged_again_to_the_same_bytes(words, place, tmp_path, capsys):
    tailoring, report = tmp_path / "t.xml", tmp_path / "r.json"
    if "TAILORING" in words:
        assert main(["tailoring", "create", "--unselect", "5.5", "-o", str(tailoring)]) == 0
        words = ["--tailoring", str(tailoring)]
    assert main(["evaluate", str(SAMPLE), "--record", "--store", place, "-o", f"json={report}", *words]) in (0, 1, 2)
    tailoring.unlink(missing_ok=True)
    assert "dockmark: recorded as " in capsys.readouterr().err
    with open_store(place) as store:
        run = store.resolve("latest")
        recorded = store.blob(run.assessment)
        assert as_json(rejudge(store, run)) == recorded
        assert as_json(replace(rejudge(store, run), recorded=run.recorded)) == report.read_bytes()
    written = json.loads(report.read_text())
    assert written.pop("recorded") == {
        "run": run.id,
        "sequence": run.sequence,
        "previous": run.previous,
        "head": run.head,
    }
    assert written == json.loads(recorded)


def test_other_content_judges_the_same_facts(place):
    record(place, made_run(FAILING))
    own = catalog()
    fewer = {name: each for name, each in own.frameworks.items() if name == "cis_docker"}
    control = replace(own.controls["container_not_privileged"], version=99)
    other = encode_catalog({**own.controls, control.id: control}.values(), fewer.values())
    with open_store(place) as store:
        again = rejudge(store, store.resolve("latest"), content=other)
    (row,) = (each for each in again.results if each.control.id == control.id)
    assert (row.control.version, row.result) == (99, "fail")
    assert again.content_digest != own.digest


def test_other_content_without_what_the_terms_name_is_refused(place):
    record(place, made_run(FAILING, controls=("5.5",)))
    with open_store(place) as store:
        run = store.resolve("latest")
        with pytest.raises(Refusal):
            rejudge(store, replace(run, terms=replace(run.terms, version="9.9")))
        with pytest.raises(Refusal, match="cannot be read"):
            rejudge(store, run, content=b"{}")


def test_the_sample_is_recorded_only_when_asked_for(place, tmp_path, capsys):
    source = write_snapshot(tmp_path / "s.json", FAILING)
    assert main(["evaluate", str(source), "--store", place]) == 1
    assert capsys.readouterr().err == ""
    assert not (tmp_path / "history.db").exists()
