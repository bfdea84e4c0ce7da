"""Packs that are made: what is in them, what they say, and what is refused."""

import json
import sqlite3
import subprocess
from pathlib import Path

import pytest

from benchmark.cli import evidence_create
from benchmark.evidence.layout import places_of
from benchmark.history.store import open_store
from benchmark.render import json_format
from benchmark.render.formats import FORMATS
from tests.command import command, environment
from tests.packs import contents, make_archive, make_keys, outcomes, record
from tests.policies import waiver, written
from tests.snapshots import container, snapshot, snapshot_without_engine, write_snapshot
from tests.torture.hostile_console import Ran, run

ROW = json_format._row


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return make_archive(tmp_path_factory.mktemp("evidence"))


def manifest_of(pack):
    return json.loads(contents(pack)["manifest.json"])


def test_a_pack_of_one_run_holds_all_that_the_record_names(archive):
    pack = archive.create(to="one.zip")
    files = contents(pack)
    with open_store(str(archive.store)) as store:
        latest = store.resolve("latest")
        for place in places_of(latest):
            assert files[place.path] == store.blob(place.digest)
        assert {each.digest for each in places_of(latest)} == set(latest.files)
    assert {"VERIFY.txt", "manifest.json", "SHA256SUMS", "statement.json", "envelope.json", "chain.txt"} < set(files)


def test_the_manifest_says_whose_when_what_and_counts_that_reconcile(archive):
    (told,) = manifest_of(archive.create(to="told.zip"))["runs"]
    assert told["host"] == told["target"]["name"] == "good.example"
    assert told["operator"]
    assert (told["release"], told["sequence"], told["head"]) == ("1.1", 2, archive.heads[1])
    assert told["collected_at"] < told["evaluated_at"] <= told["recorded_at"]
    counts = dict(told["counts"])
    assert counts.pop("asked") == sum(counts.values())
    assert counts["failed"] == 3


def test_a_run_that_no_engine_answered_is_counted_as_unreachable(tmp_path):
    archive = make_archive(tmp_path, [snapshot_without_engine()])
    counts = manifest_of(archive.create())["totals"]
    assert counts["unreachable"] > 50
    assert counts.pop("asked") == sum(counts.values())


def test_the_same_runs_and_the_same_key_give_the_same_bytes(archive):
    one = archive.create("latest", "latest~1", "--format", "table,json,xccdf,arf", to="a.zip")
    other = archive.create("release:1.0", "latest", "--format", "table,json", "--format", "xccdf,arf", to="b.zip")
    assert one.read_bytes() == other.read_bytes()
    assert archive.create("latest", to="c.zip").read_bytes() != one.read_bytes()


def test_several_hosts_in_one_pack(tmp_path):
    archive = make_archive(tmp_path, [snapshot(name="one.example"), snapshot(), snapshot(name="two.example")])
    pack = archive.create("latest", "release:1.0")
    document = manifest_of(pack)
    assert [each["host"] for each in document["runs"]] == ["one.example", "two.example"]
    assert document["chain"] == {"runs": 3, "head": archive.heads[2], "contiguous": False}
    assert len([each for each in contents(pack) if each.startswith("content/")]) == 1


def test_every_report_names_its_place_in_the_chain(archive):
    files = contents(archive.create("--format", ",".join(FORMATS), to="heads.zip"))
    reports = {path: data for path, data in files.items() if "/report." in path}
    assert len(reports) == len(FORMATS)
    for path, data in reports.items():
        assert archive.heads[1].encode() in data, path


def test_an_excerpt_holds_the_controls_of_a_requirement_and_the_facts_stay_whole(archive):
    words = ("--framework", "nist_sp_800_190", "--requirement", "4.4.3", "--format", "json")
    pack = archive.create(*words, to="excerpt.zip")
    (told,) = manifest_of(pack)["runs"]
    files = contents(pack)
    excerpt = json.loads(files[told["files"]["excerpts"]["json"]])
    whole = json.loads(files[told["files"]["reports"]["json"]])
    assert sorted(row["control"] for row in excerpt["results"]) == told["excerpt"]
    assert "container_not_privileged" in told["excerpt"]
    rows = {row["control"]: row for row in whole["results"]}
    assert len(excerpt["results"]) < len(rows)
    assert all(row == rows[row["control"]] for row in excerpt["results"])
    assert manifest_of(pack)["filter"] == {"framework": "nist_sp_800_190", "requirements": ["4.4.3"]}


def test_policy_and_tailoring_in_force_are_in_the_pack(tmp_path):
    waivers = tmp_path / "waivers.yaml"
    scope = {"host": "good.example", "subject": "container:billing"}
    waivers.write_bytes(written(waivers=[waiver(scope=scope)]))
    tailoring = tmp_path / "tailoring.xml"
    assert run("tailoring", "create", "--unselect", "5.31", "-o", tailoring).code == 0
    bad = container("billing", {"HostConfig.Privileged": True})
    archive = make_archive(
        tmp_path, [snapshot([container("web"), bad])], ("--waivers", waivers, "--tailoring", tailoring)
    )
    pack = archive.create()
    files = contents(pack)
    assert [data for path, data in files.items() if path.startswith("policy/waivers-")] == [waivers.read_bytes()]
    assert [data for path, data in files.items() if path.startswith("policy/tailoring-")] == [tailoring.read_bytes()]
    counts = manifest_of(pack)["totals"]
    assert (counts["waived"], counts["failed"]) == (1, 2)
    assert outcomes(archive.verify(pack, "-o", "json"))["verdicts"] == "matches"


def test_it_says_loudly_that_a_pack_is_not_signed(archive):
    ran = run("evidence", "create", "latest", "--store", archive.store, "-o", archive.folder / "unsigned.zip")
    assert ran.code == 0
    assert b"NOT SIGNED" in ran.err
    files = contents(archive.folder / "unsigned.zip")
    assert "envelope.json" not in files
    assert b"THIS PACK IS NOT SIGNED" in files["VERIFY.txt"]
    assert json.loads(files["manifest.json"])["signer"] is None


def test_a_pack_is_readable_by_its_maker_alone(archive):
    assert archive.create(to="mine.zip").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), b"-o pack.zip"),
        (("-o", "p.zip", "--requirement", "4.4.3"), b"--framework"),
        (("-o", "p.zip", "--framework", "no_such"), b"there are"),
        (("-o", "p.zip", "--framework", "nist_sp_800_190", "--requirement", "99"), b"no requirement '99'"),
        (("-o", "p.zip", "--format", "pdf"), b"no format 'pdf'"),
        (("-o", "p.zip", "--sign", "/nowhere/key"), b"cannot read /nowhere/key"),
    ],
)
def test_what_cannot_be_packed_is_refused_and_leaves_nothing(archive, words, says, monkeypatch):
    monkeypatch.chdir(archive.folder)
    ran = run("evidence", "create", "latest", "--store", archive.store, *words)
    assert ran.code == 3
    assert says in ran.err
    assert not (archive.folder / "p.zip").exists()
    assert not list(archive.folder.glob(".dockmark*"))


def test_a_run_that_is_not_there_is_refused(archive):
    ran = run("evidence", "create", "release:9.9", "--store", archive.store, "-o", archive.folder / "none.zip")
    assert (ran.code, b"9.9" in ran.err) == (3, True)


def test_a_key_that_others_may_read_is_refused(archive):
    key = archive.folder / "open.pem"
    key.write_bytes(archive.key.read_bytes())
    key.chmod(0o640)
    ran = run("evidence", "create", "latest", "--store", archive.store, "-o", archive.folder / "p.zip", "--sign", key)
    assert (ran.code, b"mode 0640" in ran.err) == (3, True)


@pytest.mark.stock_tools
@pytest.mark.parametrize("way", ["file", "descriptor", "wrong", "nobody to ask"])
def test_the_passphrase_of_a_key_comes_from_a_file_or_a_descriptor(archive, way):
    key, phrase = archive.folder / f"{way}.key", archive.folder / f"{way}.txt"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "hush", "-f", key], check=True)
    phrase.write_text("hush\nmore\n" if way != "wrong" else "Hush\n")
    words = ["evidence", "create", "latest", "--store", archive.store, "-o", archive.folder / "p.zip", "--sign", key]
    if way == "descriptor":
        with phrase.open() as file:
            ran = run(*words, "--passphrase-file", f"/dev/fd/{file.fileno()}")
    elif way == "nobody to ask":
        ran = _without_terminal(words)
    else:
        ran = run(*words, "--passphrase-file", phrase)
    assert ran.code == (0 if way in ("file", "descriptor") else 3), ran.err
    assert b"hush" not in ran.err + ran.out
    if way == "nobody to ask":
        assert b"--passphrase-file" in ran.err


def _without_terminal(words):
    """In a session of its own, where there is no /dev/tty to open."""
    done = subprocess.run(
        command(*words),
        env=environment(),
        capture_output=True,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return Ran((), done.returncode, done.stdout, done.stderr)


def test_a_pack_on_a_full_disk_leaves_nothing(archive):
    with Path("/dev/full").open("wb") as full:
        words = ["evidence", "create", "latest", "--store", archive.store, "-o", "-"]
        done = subprocess.run(command(*words), env=environment(), stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 4
    assert b"cannot write" in done.stderr


def test_a_history_that_was_changed_is_not_packed(tmp_path):
    archive = make_archive(tmp_path)
    with sqlite3.connect(archive.store) as database:
        database.execute("UPDATE runs SET body = replace(body, '\"exit_code\":1', '\"exit_code\":0')")
    ran = run("evidence", "create", "latest", "--store", archive.store, "-o", tmp_path / "p.zip")
    assert ran.code == 5
    assert b"was changed" in ran.err


def test_what_a_later_dockmark_judges_differently_is_not_packed_under_false_reports(tmp_path, monkeypatch):
    archive = make_archive(tmp_path)
    monkeypatch.setattr(evidence_create, "assessment_document", lambda _: b'{"results": []}')
    ran = run("evidence", "create", "latest", "--store", archive.store, "-o", tmp_path / "p.zip")
    assert (ran.code, b"with the version that made the run" in ran.err) == (5, True)


def test_what_an_older_dockmark_recorded_in_other_words_is_packed_and_told(tmp_path, monkeypatch):
    """Reports grow from version to version; the history of before must still be evidence."""
    with monkeypatch.context() as older:
        older.setattr(json_format, "_row", lambda *each: {**ROW(*each), "title": "an older title"})
        archive = make_archive(tmp_path)
    ran = run("evidence", "create", "latest", "--store", archive.store, "-o", tmp_path / "p.zip", "--sign", archive.key)
    assert (ran.code, b"its verdicts are the same" in ran.err) == (0, True)
    assert manifest_of(tmp_path / "p.zip")["runs"][0]["exact"] is False
    ran = archive.verify(tmp_path / "p.zip")
    assert ran.code == 0
    assert "another dockmark wrote it in other words, or with less; the verdicts are the same" in " ".join(
        ran.out.decode().split()
    )


def test_runs_recorded_later_change_the_chain_and_nothing_else(tmp_path):
    archive = make_archive(tmp_path, [snapshot()])
    before = contents(archive.create("release:1.0"))
    record(tmp_path, snapshot(), "--release", "2.0")
    make_keys(tmp_path)
    after = contents(archive.create("release:1.0"))
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {"chain.txt", "manifest.json", "SHA256SUMS", "statement.json", "envelope.json"}


def test_a_run_that_was_pruned_stays_a_link_of_the_chain(tmp_path):
    archive = make_archive(tmp_path, [snapshot(), snapshot(), snapshot()])
    with sqlite3.connect(archive.store) as database:
        gone = "UPDATE runs SET body = NULL, pruned_at = '2026-11-27T00:00:00Z', retention = '1d' WHERE sequence = 2"
        database.execute(gone)
    ran = archive.verify(archive.create("release:1.0", "latest"))
    assert ran.code == 0
    assert "3 links from the first run on" in " ".join(ran.out.decode().split())
    assert run("evidence", "create", "release:1.1", "--store", archive.store, "-o", tmp_path / "p.zip").code == 3


def test_a_pack_of_a_history_wherever_it_is_kept(place, tmp_path):
    make_keys(tmp_path)
    file = write_snapshot(tmp_path / "host.json", snapshot())
    assert run("evaluate", file, "--record", "--store", place).code == 0
    words = ("--store", place, "--sign", tmp_path / "operator.pem", "-o", tmp_path / "p.zip")
    assert run("evidence", "create", "latest", *words).code == 0
    assert run("evidence", "verify", tmp_path / "p.zip", "--trusted", tmp_path / "operator.pub.pem").code == 0


@pytest.mark.parametrize(
    ("host", "release"), [("a\ud800b", "1"), ("a\0b", "1"), ("a", "\udcff"), ("\x1b[2J\u202e", "x\0y")]
)
def test_names_that_no_text_can_hold_are_packed_as_they_are_read_back(tmp_path, host, release):
    record(tmp_path, snapshot([container("\udc80\x1b[31m")], name=host), "--release", release)
    make_keys(tmp_path)
    ran = run("evidence", "create", "latest", "--store", tmp_path / "history.db", "-o", tmp_path / "p.zip")
    assert ran.code == 0, ran.err
    ran = run("evidence", "verify", tmp_path / "p.zip", "-o", "json")
    assert set(outcomes(ran).values()) == {"matches", "not checked"}
