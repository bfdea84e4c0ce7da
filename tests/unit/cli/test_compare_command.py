"""dockmark compare through the command line: what it takes, what it writes, how it ends."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from benchmark.cli.values import OBSTACLES
from benchmark.model.comparison import Obstacle
from benchmark.render.formats import FORMATS
from tests.command import dockmark
from tests.histories import FAILING, GOOD, named, new_run, record
from tests.policies import waiver, written
from tests.snapshots import DENIED, container, snapshot, write_snapshot
from tests.unit.history.assessments import compose

MENDED = snapshot([container("web")])
OTHERS = named(GOOD, "other.example")


@pytest.fixture
def files(tmp_path):
    """A failing host, the same mended, in every kind of file that can be compared."""
    failing, good = (
        write_snapshot(tmp_path / f"{name}.json.gz", what) for name, what in (("failing", FAILING), ("good", GOOD))
    )
    for name, what in (("failing", failing), ("good", good)):
        run = dockmark(
            "evaluate",
            what,
            "-o",
            f"json={tmp_path / name}.results",
            "-o",
            f"xccdf={tmp_path / name}.xml",
            "--fail-on",
            "never",
        )
        assert run.returncode == 0, run.stderr
    return tmp_path


def outcome(*words, env=None):
    run = dockmark("compare", *words, "-o", "json", env=env)
    assert run.stdout, run.stderr
    return run.returncode, json.loads(run.stdout)


@pytest.mark.parametrize("before", ["failing.json.gz", "failing.results", "failing.xml"])
@pytest.mark.parametrize("after", ["good.json.gz", "good.results", "good.xml"])
def test_every_kind_of_file_compares_with_every_other(files, before, after) -> None:
    code, told = outcome(files / before, files / after)
    assert (code, told["outcome"]) == (0, "same or better")
    row = next(each for each in told["controls"] if each["control"] == "container_not_privileged")
    assert (row["state"], [each["state"] for each in row["findings"]]) == ("fixed", ["fixed"])
    code, told = outcome(files / after, files / before)
    assert (code, told["outcome"]) == (1, "regressed")


def test_the_kinds_are_named(files) -> None:
    told = outcome(files / "failing.json.gz", files / "good.xml")[1]
    assert (told["before"]["kind"], told["after"]["kind"]) == ("snapshot", "result file")
    assert "could be recognised by name alone" in " ".join(told["remarks"])


def test_a_document_that_was_indented_anew_is_still_one(files) -> None:
    document = json.loads((files / "failing.results").read_text())
    (files / "pretty.json").write_text(json.dumps(document, indent=4, sort_keys=True))
    assert outcome(files / "pretty.json", files / "good.results")[0] == 0


def test_a_result_file_on_standard_input(files) -> None:
    run = dockmark("compare", files / "failing.results", "-", stdin=(files / "good.results").read_bytes())
    assert run.returncode == 0
    assert b"result file standard input" in run.stdout
    both = dockmark("compare", "-", "-", stdin=b"")
    assert (both.returncode, both.stderr) == (3, b"dockmark: standard input can be one of the two, not both\n")


def test_all_formats_at_once(files) -> None:
    run = dockmark(
        "compare",
        files / "good.results",
        files / "failing.results",
        *("-o", "table", "-o", f"markdown={files / 'changes.md'}", "-o", f"json={files / 'changes.json'}"),
    )
    assert run.returncode == 1
    assert "Regressed" in run.stdout.decode()
    assert (files / "changes.md").read_text().startswith("## Docker benchmark")
    assert json.loads((files / "changes.json").read_text())["schema"] == "dockmark/comparison/1"
    assert (files / "changes.md").stat().st_mode & 0o777 == 0o600


def test_every_finding_of_the_bridge_adds_up_on_paper(files) -> None:
    text = dockmark("compare", files / "good.results", files / "failing.results").stdout.decode()
    rows = dict(re.findall(r"^  ([a-z ]+?)  +([-+0-9.]+)  +[-+0-9.]+$", text, re.MULTILINE))
    terms = ("content and tool", "benchmark version", "waivers", "population", "posture", "coverage")
    assert round(sum(float(rows[each]) for each in terms), 2) == round(float(rows["after"]) - float(rows["before"]), 2)


def test_runs_of_a_history(tmp_path) -> None:
    store = str(tmp_path / "history.db")
    first, second = record(store, new_run(FAILING, release="1.3"), new_run(GOOD, "2026-11-21T08:00:02Z", release="1.4"))
    for words in (("release:1.3", "release:1.4"), ("latest~1", "latest"), (first.id, second.id)):
        code, told = outcome(*words, "--store", store)
        assert (code, told["before"]["run"], told["after"]["run"]) == (0, first.id, second.id)
        assert told["before"]["kind"] == "run"
    assert outcome("latest", "latest~1", "--store", store)[0] == 1
    assert outcome("latest", "latest~1", env={"DOCKMARK_STORE": store})[0] == 1


def test_runs_of_one_host_among_others(tmp_path) -> None:
    store = str(tmp_path / "history.db")
    record(store, new_run(FAILING), new_run(OTHERS, "2026-11-21T08:00:02Z"), new_run(GOOD, "2026-11-22T08:00:02Z"))
    code, told = outcome("latest~1", "latest", "--store", store)
    assert code == 2
    assert [each["kind"] for each in told["obstacles"]] == ["host"]
    code, told = outcome("latest~1", "latest", "--store", store, "--host", GOOD.target.name)
    assert (code, told["obstacles"]) == (0, [])
    assert outcome("latest~1", "latest", "--store", store, "--allow", "host")[0] == 0


def test_less_coverage_is_not_comparable_unless_allowed(tmp_path) -> None:
    before = write_snapshot(tmp_path / "a.json", GOOD)
    after = write_snapshot(tmp_path / "b.json", snapshot(daemon={"daemon.icc": DENIED}))
    run = dockmark("compare", before, after)
    assert run.returncode == 2
    assert "less was looked at: default_bridge_icc_disabled (no verdict)" in run.stdout.decode()
    assert "not comparable: --allow coverage compares all the same" in run.stdout.decode()
    assert dockmark("compare", before, after, "--allow", "coverage").returncode == 0
    assert dockmark("compare", before, after, env={"DOCKMARK_ALLOW": "host,coverage"}).returncode == 0


def test_another_version_is_comparable_for_runs_and_not_for_files(tmp_path) -> None:
    path = write_snapshot(tmp_path / "a.json", GOOD)
    for version in ("1.7.0", "1.8.0"):
        words = ("-o", f"json={tmp_path / version}.results", "--record", "--store", tmp_path / "history.db")
        assert dockmark("evaluate", path, "--benchmark", version, *words, "--fail-on", "never").returncode == 0
    code, told = outcome(tmp_path / "1.7.0.results", tmp_path / "1.8.0.results")
    assert (code, [each["kind"] for each in told["obstacles"]]) == (2, ["benchmark"])
    code, told = outcome("latest~1", "latest", "--store", tmp_path / "history.db")
    assert (code, told["obstacles"]) == (0, [])
    assert {each["state"] for each in told["controls"]} >= {"newly checked", "unchanged"}


def test_selection_options_judge_snapshots(tmp_path) -> None:
    before, after = write_snapshot(tmp_path / "a.json", GOOD), write_snapshot(tmp_path / "b.json", FAILING)
    words = (before, after, "--control", "container_not_privileged", "--benchmark", "1.7.0", "--profile", "level_1")
    told = outcome(*words)[1]
    assert [each["control"] for each in told["controls"]] == ["container_not_privileged"]
    assert told["after"]["benchmark"]["version"] == "1.7.0"
    assert told["after"]["profile"] == "level_1"


def test_options_policy_judge_snapshots(tmp_path) -> None:
    path = write_snapshot(tmp_path / "a.json", FAILING)
    waivers = tmp_path / "waivers.yaml"
    waivers.write_bytes(written(waivers=[waiver(created="2026-01-01", expires="2026-12-31")]))
    waivers.chmod(0o600)
    code, told = outcome(path, path, "--waivers", waivers)
    row = next(each for each in told["controls"] if each["control"] == "container_not_privileged")
    assert (code, row["before"], row["after"]) == (0, "waived", "waived")


def test_what_may_be_allowed_is_what_can_stand_in_the_way() -> None:
    assert tuple(Obstacle) == OBSTACLES


def test_a_run_that_another_dockmark_recorded_differently_stands_as_it_was_recorded(tmp_path) -> None:
    """Its document says that a control passes which this dockmark fails: that is the tool's doing, and no container's."""
    store = str(tmp_path / "history.db")
    before = new_run(FAILING)
    text = before.document.decode().replace(
        '"tool": {"name": "dockmark", "version": "', '"tool": {"name": "dockmark", "version": "0.0-'
    )
    record(store, replace(before, document=text.encode()), new_run(FAILING, "2026-11-21T08:00:02Z"))
    code, told = outcome("latest~1", "latest", "--store", store)
    assert (code, told["obstacles"], told["remarks"]) == (0, [], [])
    assert told["before"]["tool_version"].startswith("0.0-")


def test_a_chosen_label_follows_a_renamed_container(tmp_path) -> None:
    before, after = (
        write_snapshot(
            tmp_path / f"{name}.json",
            snapshot([container(name, {"HostConfig.Privileged": True, "labels": {"app": "web"}})]),
        )
        for name in ("web", "shop")
    )
    assert dockmark("compare", before, after).returncode == 1
    run = dockmark("compare", before, after, "--identity-label", "app", "--verbose")
    assert run.returncode == 0
    assert "label app=web; was container:web" in " ".join(run.stdout.decode().split())


def test_result_files_hold_the_labels_of_services(tmp_path) -> None:
    paths = []
    for name in ("shop_web_1", "shop-web-1"):
        what = snapshot([container(name, {"HostConfig.Privileged": True, "labels": compose("shop", "web", 1)})])
        path = write_snapshot(tmp_path / f"{name}.json", what)
        paths.append(tmp_path / f"{name}.results")
        dockmark("evaluate", path, "-o", f"json={paths[-1]}")
    code, told = outcome(*paths)
    assert (code, told["remarks"]) == (0, [])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere/a.json", "nowhere/a.json"), "cannot read nowhere/a.json: No such file or directory"),
        (("latest", "latest"), "latest: there is no history at"),
        (
            ("a.json", "a.json", "--allow", "everything"),
            "'everything' is not one of host, profile, benchmark, coverage",
        ),
        (("a.json", "a.json", "-o", "xccdf"), "there is no format 'xccdf'; there are table, json, markdown"),
    ],
)
def test_refusals(tmp_path, words, told) -> None:
    run = dockmark("compare", *words, "--store", tmp_path / "none.db")
    assert run.returncode == 3
    assert told in run.stderr.decode()
    assert not run.stdout


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "neither an assessment nor a snapshot"),
        (b"{}", "neither an assessment nor a snapshot"),
        (b"<x/>", ":1"),
        (b'{"schema": "dockmark/assessment/1"}', "results: is missing"),
        (b'{"schema": "dockmark/assessment/1", "schema": ""}', "duplicate_key"),
    ],
)
def test_damaged_files_are_refused_with_their_place(tmp_path, data, told) -> None:
    path = tmp_path / "damaged"
    path.write_bytes(data)
    run = dockmark("compare", path, path)
    assert run.returncode == 3
    assert run.stderr.decode().startswith(f"dockmark: {path}")
    assert told in run.stderr.decode()


def test_an_output_that_cannot_be_written_is_found_before_any_work(files) -> None:
    run = dockmark("compare", "nothing", "nothing", "-o", f"json={files / 'none' / 'x'}")
    assert run.returncode == 3
    assert run.stderr.decode() == f"dockmark: cannot write {files / 'none' / 'x'}: No such file or directory\n"
    full = dockmark("compare", files / "good.results", files / "good.results", "-o", "json=/dev/full")
    assert full.returncode == 3


def test_formats_of_assessments_are_as_they_were() -> None:
    assert "markdown" not in FORMATS
