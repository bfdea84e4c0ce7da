import gzip
import json
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from benchmark.cli.entry import main
from benchmark.model.facts import Reason, Source, Subject, Unavailable
from benchmark.model.snapshot import Enumeration
from benchmark.model.snapshot_file import encode_snapshot
from tests.command import ROOT, command, dockmark, environment
from tests.snapshots import DENIED, container, snapshot, snapshot_without_engine, write_snapshot

GOOD = snapshot()
FAILING = snapshot([container("web", {"HostConfig.Privileged": True})])
BLIND = snapshot(daemon={"daemon.icc": DENIED})
UNKNOWN = snapshot(daemon={"daemon.icc": Unavailable(Reason.PENDING_RESTART, "daemon.json is newer than the daemon")})
BOTH = snapshot([container("web", {"HostConfig.Privileged": True})], daemon={"daemon.icc": DENIED})


def as_json(words, capsys):
    code = main([*map(str, words), "-o", "json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("what", "policy", "code"),
    [
        (GOOD, "fail", 0),
        (FAILING, "fail", 1),
        (BLIND, "fail", 2),
        (UNKNOWN, "fail", 2),
        (BOTH, "fail", 2),
        (BOTH, "never", 0),
        (FAILING, "never", 0),
        (FAILING, "incomplete", 0),
        (BLIND, "incomplete", 2),
        (GOOD, "score<100", 0),
        (FAILING, "score<100", 1),
        (FAILING, "score<10", 0),
        (BOTH, "score<10", 2),
        (snapshot_without_engine(), "fail", 2),
        (snapshot_without_engine(), "never", 0),
    ],
)
def test_exit_code(what, policy, code, tmp_path, capsys):
    source = write_snapshot(tmp_path / "s.json", what)
    assert main(["evaluate", str(source), "--fail-on", policy]) == code
    assert capsys.readouterr().err == ""


def test_what_is_beyond_the_benchmark_is_judged_when_asked_for_and_left_out_of_the_score(tmp_path, capsys):
    source = write_snapshot(tmp_path / "s.json", FAILING)
    _, plain = as_json(["evaluate", source], capsys)
    _, beyond = as_json(["evaluate", source, "--beyond"], capsys)
    added = beyond["results"][len(plain["results"]) :]
    assert "image_entries_stay_inside" in {each["control"] for each in added}
    assert all("cis_docker" not in each["requirements"] and each["section"] == "" for each in added)
    assert all(each["requirements"]["cis_docker"] for each in plain["results"])
    assert beyond["score"] == plain["score"]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"content.read": False}, 0),
        ({"content.read": True, "content.hidden_bytes": 1}, 0),
        ({"content.read": True, "content.hidden_bytes": 2**40}, 1),
        ({"content.read": True, "content.hidden_bytes": DENIED}, 2),
    ],
)
def test_what_is_beyond_the_benchmark_counts_for_the_exit_code(facts, code, tmp_path, capsys):
    image = Subject("image", "shop:1", "sha256:aa", facts, Source("GET /images/json", "2026-11-20T08:00:00Z"))
    good = snapshot()
    images = {**good.enumerations, "images": Enumeration((len(good.subjects),))}
    made = replace(good, subjects=(*good.subjects, image), enumerations=images)
    source = write_snapshot(tmp_path / "s.json", made)
    found, document = as_json(["evaluate", source, "--control", "image_layers_hide_little"], capsys)
    assert (found, document["score"]["percent"]) == (code, None)


def test_nothing_scorable_meets_no_minimum_score(tmp_path, capsys):
    source = write_snapshot(tmp_path / "s.json", snapshot([]))
    code, document = as_json(
        ["evaluate", source, "--control", "container_not_privileged", "--fail-on", "score<1"], capsys
    )
    assert document["score"]["percent"] is None
    assert code == 1


def test_the_variables_steer_like_the_options(tmp_path, capsys, monkeypatch):
    source = write_snapshot(tmp_path / "s.json", FAILING)
    report = tmp_path / "report.json"
    monkeypatch.setenv("DOCKMARK_FAIL_ON", "never")
    monkeypatch.setenv("DOCKMARK_CONTROL", "container_not_privileged,5.4")
    monkeypatch.setenv("DOCKMARK_BENCHMARK", "1.6.0")
    monkeypatch.setenv("DOCKMARK_PROFILE", "level_1")
    monkeypatch.setenv("DOCKMARK_RELEASE", "24.11")
    monkeypatch.setenv("DOCKMARK_OUTPUT", f"json={report}\ntable")
    assert main(["evaluate", str(source)]) == 0
    assert "privileged" in capsys.readouterr().out
    document = json.loads(report.read_text())
    assert document["benchmark"]["version"] == "1.6.0"
    assert document["profile"] == "level_1"
    assert document["release"] == "24.11"
    assert {each["control"] for each in document["results"]} == {
        "container_not_privileged",
        "container_capabilities_limited",
    }


def test_a_parameter_is_read_by_its_type(tmp_path, capsys):
    what = snapshot([container("web", {"capabilities": ["CHOWN", "SYS_TIME"]})])
    source = write_snapshot(tmp_path / "s.json", what)
    only = ["evaluate", source, "--control", "container_capabilities_limited"]
    assert as_json(only, capsys)[0] == 1
    approved = "container_capabilities_limited.approved_capabilities"
    assert as_json([*only, "--set", f"{approved}=SYS_TIME, CHOWN"], capsys)[0] == 0
    assert as_json([*only, "--set", f"{approved}=CHOWN"], capsys)[0] == 1
    assert as_json([*only, "--set", f"{approved}="], capsys)[0] == 1
    assert main([*map(str, only), "--set", f"{approved}=A", "--set", f"{approved}=B"]) == 3
    assert "set twice" in capsys.readouterr().err


def test_sudo_is_named(tmp_path, capsys, monkeypatch):
    source = write_snapshot(tmp_path / "s.json", GOOD)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setenv("SUDO_USER", "alice")
    assert as_json(["evaluate", source], capsys)[1]["operator"] == "root (sudo: alice)"
    monkeypatch.delenv("SUDO_USER")
    assert as_json(["evaluate", source], capsys)[1]["operator"] == "root"
    monkeypatch.setattr("os.geteuid", lambda: 4_000_000_000)
    assert as_json(["evaluate", source], capsys)[1]["operator"] == "uid 4000000000"


def test_standard_input_and_gzip(tmp_path):
    packed = write_snapshot(tmp_path / "s.json.gz", FAILING).read_bytes()
    runs = [dockmark("evaluate", "-", "-o", "json", stdin=each) for each in (packed, gzip.decompress(packed))]
    assert [each.returncode for each in runs] == [1, 1]
    one, other = (json.loads(each.stdout)["results"] for each in runs)
    assert one == other


def _damage(data):
    return [
        ("empty", b""),
        ("not JSON", b"hello"),
        ("cut", data[: len(data) // 2]),
        ("cut gzip", gzip.compress(data)[:-20]),
        ("other schema", data.replace(b"dockmark/snapshot/1", b"dockmark/snapshot/9")),
        ("duplicate key", data.replace(b'"collected_at"', b'"finished_at"', 1)),
        ("not UTF-8", data.replace(b"good.example", b"good\xff")),
    ]


@pytest.mark.parametrize(
    ("name", "data"), _damage(encode_snapshot(GOOD)), ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_damaged_snapshot_is_refused_by_name(name, data, tmp_path, capsys):
    source = tmp_path / "damaged.json"
    source.write_bytes(data)
    report = tmp_path / "report.json"
    assert main(["evaluate", str(source), "-o", f"json={report}"]) == 3, name
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"dockmark: {source}: ")
    assert not report.exists()


def test_one_bad_snapshot_does_not_keep_the_others_from_being_judged(tmp_path, capsys):
    good = write_snapshot(tmp_path / "good.json", GOOD)
    failing = write_snapshot(tmp_path / "failing.json.gz", FAILING)
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    report = tmp_path / "report.jsonl"
    words = ["evaluate", good, broken, tmp_path / "missing.json", failing, "-o", "table", "-o", f"json={report}"]
    assert main([str(each) for each in words]) == 3
    out, err = capsys.readouterr()
    assert [line.partition(": ")[2].partition(": ")[0] for line in err.splitlines()] == [
        str(broken),
        str(tmp_path / "missing.json"),
    ]
    assert out.count("good.example") == 2
    lines = report.read_text().splitlines()
    assert [Decimal(json.loads(line)["score"]["percent"]) < 100 for line in lines] == [False, True]


def test_many_snapshots_are_not_kept_in_memory(tmp_path):
    source = write_snapshot(tmp_path / "s.json", snapshot([container(f"c{n}") for n in range(10)]))
    code = (
        "import resource, sys\nfrom benchmark.cli.entry import main\n"
        "code = main(sys.argv[1:])\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\nsys.exit(code)"
    )

    def peak(times):
        outputs = ["-o", "table", "-o", f"json={tmp_path / 'out.jsonl'}"]
        line = [command()[0], "-c", code, "evaluate", *[str(source)] * times, *outputs]
        run = subprocess.run(line, env=environment(), cwd=ROOT, capture_output=True, text=True, check=True)
        return int(run.stderr)

    assert peak(60) < peak(4) + 8 * 1024  # KiB; one such snapshot and its assessment alone take some 3 MiB


def test_a_disk_that_fills_up_is_told_and_the_other_output_is_whole(tmp_path):
    source = write_snapshot(tmp_path / "s.json", GOOD)
    report = tmp_path / "report.json"
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(
            command("evaluate", source, "-o", "table", "-o", f"json={report}"),
            env=environment(),
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert run.returncode == 4
    assert b"standard output" in run.stderr
    assert json.loads(report.read_text())["score"]["percent"] == 100
