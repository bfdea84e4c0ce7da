"""``dockmark import xccdf``: what was written comes back, and what was tampered with does not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.command import ROOT, dockmark
from tests.snapshots import container, snapshot, snapshot_without_engine, write_snapshot

SAMPLE = ROOT / "reports/samples/sample-host.snapshot.json.gz"
NAMES = ["plain", "a\nfail: b", "<&>\"'", "\x1b[31m", "]]>", "\ufffd[U+001B]", "ü\u202e", "  spaced  ", "web", "web"]


def written(directory: Path, source: Path, *words: str) -> Path:
    path = directory / "results.xml"
    done = dockmark("evaluate", source, "-o", f"xccdf={path}", *words, "--fail-on", "never")
    assert done.returncode == 0, done.stderr
    return path


def report(*words: str | Path) -> dict[str, Any]:
    done = dockmark(*words, "-o", "json", "--fail-on", "never")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def verdicts(made: dict[str, Any]) -> dict[str, Any]:
    return {
        each["control"]: (
            each["result"],
            each["reason"],
            [(one["result"], one["reason"], one["id"]) for one in each["findings"]],
        )
        for each in made["results"]
    }


@pytest.mark.parametrize(
    "words", [(), ("--benchmark", "1.6.0"), ("--profile", "level_1"), ("--beyond",), ("--control", "5.5")]
)
def test_the_sample_comes_back(tmp_path: Path, words: tuple[str, ...]) -> None:
    before = report("evaluate", SAMPLE, *words)
    after = report("import", "xccdf", written(tmp_path, SAMPLE, *words))
    assert verdicts(after) == verdicts(before)
    for key in ("score", "target", "benchmark", "profile", "collected_at", "operator", "release"):
        if key != "score" or "--control" not in words:
            assert after[key] == before[key]
    assert after["tool"]["content_digest"] == before["tool"]["content_digest"]
    assert [each["subject"] for row in after["results"] for each in row["findings"]] == [
        each["subject"] for row in before["results"] for each in row["findings"]
    ]


def test_a_host_without_an_engine_comes_back(tmp_path: Path) -> None:
    source = write_snapshot(tmp_path / "nobody.json", snapshot_without_engine())
    assert verdicts(report("import", "xccdf", written(tmp_path, source))) == verdicts(report("evaluate", source))


def test_a_rule_result_for_every_instance_comes_back(tmp_path: Path) -> None:
    before, after = report("evaluate", SAMPLE), report("import", "xccdf", written(tmp_path, SAMPLE, "--instances"))
    assert {name: each[0] for name, each in verdicts(after).items()} == {
        name: each[0] for name, each in verdicts(before).items()
    }
    assert after["counts"] == before["counts"]


def test_hostile_names_come_back_one_by_one(tmp_path: Path) -> None:
    source = write_snapshot(tmp_path / "hostile.json", snapshot([container(each) for each in NAMES]))
    before, after = report("evaluate", source), report("import", "xccdf", written(tmp_path, source))
    assert verdicts(after) == verdicts(before)


def test_what_is_read_is_written_as_it_was(tmp_path: Path) -> None:
    first = written(tmp_path, SAMPLE)
    again = tmp_path / "again.xml"
    assert dockmark("import", "xccdf", first, "-o", f"xccdf={again}", "--fail-on", "never").returncode == 0
    results = re.compile(r"<rule-result .*</rule-result>", re.DOTALL)
    assert results.findall(first.read_text()) == results.findall(again.read_text())


def test_values_and_weights_of_a_tailoring_come_back(tmp_path: Path) -> None:
    tailoring = tmp_path / "t.xml"
    words = ("--set", "container_restart_bounded.most_restarts=3", "--unselect", "5.6")
    assert dockmark("tailoring", "create", *words, "-o", tailoring).returncode == 0
    text = tailoring.read_text()
    tailoring.write_text(
        text.replace(
            "</Profile>", '<refine-rule idref="xccdf_dockmark_rule_5.5" weight="3" severity="low"/>\n</Profile>'
        )
    )
    before = report("evaluate", SAMPLE, "--tailoring", tailoring)
    after = report("import", "xccdf", written(tmp_path, SAMPLE, "--tailoring", str(tailoring)))
    assert after["score"] == before["score"]
    assert after["profile"] == before["profile"]


def test_the_score_is_computed_anew_and_a_false_one_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, SAMPLE)
    path.write_text(re.sub(r'(scoring:default" maximum="100">)[0-9.]+', r"\g<1>99", path.read_text()))
    after = report("import", "xccdf", path)
    assert after["score"] == report("evaluate", SAMPLE)["score"]
    assert any("says that the default score is 99" in each for each in after["warnings"])


def test_a_result_that_was_taken_out_is_an_error_and_no_gap(tmp_path: Path) -> None:
    path = written(tmp_path, SAMPLE)
    text = re.sub(
        r'<rule-result idref="xccdf_dockmark_rule_5\.5".*?</rule-result>\n', "", path.read_text(), flags=re.DOTALL
    )
    path.write_text(text)
    after = report("import", "xccdf", path)
    (row,) = [each for each in after["results"] if each["control"] == "container_not_privileged"]
    assert (row["result"], row["reason"]) == ("error", "incomplete")
    assert any("1 selected rules have no result" in each for each in after["warnings"])


@pytest.mark.parametrize(
    ("pattern", "instead", "told"),
    [
        (
            r'(rule_5\.5".*?<result>)fail',
            r"\g<1>pass",
            "xccdf_dockmark_rule_5.5 is pass, but one of its instances is fail",
        ),
        (r"<result>fail", "<result>great", "result 'great': expected one of pass, fail"),
        (
            r'rule-result idref="xccdf_dockmark_rule_5\.5"',
            'rule-result idref="xccdf_dockmark_rule_9.9"',
            "no rule xccdf_dockmark_rule_9.9",
        ),
        (r'<TestResult id="[^"]*"', "<TestResult", "TestResult needs the attribute id"),
        (r"<TestResult .*</TestResult>\n", "", "a Benchmark without a TestResult"),
        (r"cis-docker-1\.8\.0", "cis-docker-0.1.0", "which is none of ours"),
        (
            r"\nfail: container maintenance",
            "\n!: container maintenance",
            "no line of the message tells of the instance",
        ),
        (r'(most_restarts">)5(</set-value>)', r"\g<1>many\g<2>", "'many' is not an integer"),
        (r"<\?xml[^>]*\?>", "<!DOCTYPE a>", "DOCTYPE"),
        (r"</Benchmark>", "", "not well-formed"),
    ],
)
def test_what_was_tampered_with_is_refused_with_its_place(
    tmp_path: Path, pattern: str, instead: str, told: str
) -> None:
    path = written(tmp_path, SAMPLE)
    text = path.read_text()
    damaged = re.sub(pattern, instead, text, flags=re.DOTALL)
    assert damaged != text
    path.write_text(damaged)
    done = dockmark("import", "xccdf", path, "-o", f"json={tmp_path / 'out.json'}")
    assert done.returncode == 3, done.stderr
    assert re.search(rf"dockmark: {re.escape(str(path))}:\d+", done.stderr.decode())
    assert told in done.stderr.decode()
    assert not (tmp_path / "out.json").exists()


def test_a_comment_does_not_cut_a_text(tmp_path: Path) -> None:
    path = written(tmp_path, SAMPLE)
    path.write_text(path.read_text().replace("<result>fail", "<result>fa<!-- x -->il"))
    assert verdicts(report("import", "xccdf", path)) == verdicts(report("evaluate", SAMPLE))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = dockmark("import", "xccdf", tmp_path / "none.xml")
    assert done.returncode == 3
    assert b"No such file" in done.stderr
