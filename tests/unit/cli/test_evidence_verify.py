"""Packs that were changed, put together anew or signed by somebody else: each is noticed, and what differs is named."""

import hashlib
import json
import os
from dataclasses import replace

import pytest

from benchmark.cli import evidence_verdicts, evidence_verify
from benchmark.evidence.archive import open_archive
from benchmark.evidence.envelope import EnvelopeSignature, encode_envelope, signed_bytes
from benchmark.evidence.instructions import write_instructions
from benchmark.evidence.keys import load_signing_key, load_trusted_keys
from benchmark.evidence.links import Link, decode_links, encode_links
from benchmark.evidence.manifest import Signer
from benchmark.evidence.open_pack import Outcome
from benchmark.evidence.signature_check import check_signature
from benchmark.evidence.verification import check_files, check_manifest, check_statement, open_pack
from benchmark.model.chain import entry_of, head_after
from tests.packs import (
    changed_manifest,
    consistent,
    contents,
    differences,
    make_archive,
    outcomes,
    packed_again,
    record,
)
from tests.snapshots import container, snapshot
from tests.torture.hostile_console import run


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A history of three runs, the middle one of a host that runs a privileged container."""
    bad = container("billing", {"HostConfig.Privileged": True})
    hosts = [snapshot(), snapshot([container("web"), bad]), snapshot(name="other.example")]
    return make_archive(tmp_path_factory.mktemp("verify"), hosts)


@pytest.fixture(scope="module")
def pack(archive):
    return archive.create("release:1.1", "--format", "table,json", to="good.zip")


@pytest.fixture
def tampered(archive, pack, tmp_path):
    """Verifies a sound archive of other files, and gives what is said to differ."""

    def verify(files, *words):
        ran = archive.verify(packed_again(files, tmp_path / "tampered.zip", pack), *words, "-o", "json")
        assert ran.code == 5, ran.out.decode()
        assert json.loads(ran.out)["verified"] is False
        return ran

    return verify


def path_of(files, end):
    (path,) = [each for each in files if each.endswith(end)]
    return path


def signed_with(files, key_file):
    """The files sealed by another key, as somebody would who has it."""
    key = load_signing_key(key_file.read_bytes(), lambda: b"")
    document = json.loads(files["manifest.json"])
    files = {**files, "VERIFY.txt": write_instructions(Signer(key.id, for_ssh=False))}
    files = changed_manifest(files, {"signer": {**document["signer"], "keyid": key.id}})
    statement = files["statement.json"]
    return {
        **files,
        "envelope.json": encode_envelope(statement, [EnvelopeSignature(key.id, key.sign(signed_bytes(statement)))]),
    }


def resealed(archive, files):
    """The files as the operator would have signed them: what is left to find are lies, not changes."""
    return signed_with(consistent(files), archive.key)


def test_a_good_pack_is_verified(archive, pack):
    ran = archive.verify(pack)
    assert ran.code == 0
    text = ran.out.decode()
    assert "VERIFIED: a trusted key signed this pack" in text
    assert "Not proven by any of this" in text
    assert "that the host told the truth" in " ".join(text.split())
    assert "128 controls asked = " in text
    found = outcomes(archive.verify(pack, "-o", "json"))
    assert found.pop("time stamp") == "not checked"
    assert set(found.values()) == {"matches"}


def test_what_was_packed_again_without_a_change_is_the_same(pack, tmp_path):
    assert packed_again(contents(pack), tmp_path / "again.zip", pack).read_bytes() == pack.read_bytes()


def test_without_a_trusted_key_nothing_is_verified(pack):
    ran = run("evidence", "verify", pack)
    assert ran.code == 5
    assert b"NOT VERIFIED: what could be checked matches" in ran.out
    assert outcomes(run("evidence", "verify", pack, "-o", "json"))["signature"] == "not checked"


@pytest.mark.parametrize("trusted", [True, False])
def test_a_pack_that_is_not_signed_is_not_verified(archive, trusted):
    unsigned = archive.create(to="unsigned.zip", signed=False)
    words = ["--trusted", archive.trusted] if trusted else []
    ran = run("evidence", "verify", unsigned, *words, "-o", "json")
    assert ran.code == 5
    assert outcomes(ran)["signature"] == ("differs" if trusted else "not checked")
    assert b"not signed" in ran.out


def test_any_of_several_trusted_keys_will_do(archive, pack):
    words = ("--trusted", archive.folder / "stranger.pub.pem", "--trusted", archive.trusted)
    assert run("evidence", "verify", pack, *words).code == 0
    assert run("evidence", "verify", pack, *words[:2]).code == 5


def test_a_pack_signed_with_an_ssh_key(archive):
    ran = run(
        *("evidence", "create", "latest", "--store", archive.store, "--sign", archive.ssh_key),
        *("-o", archive.folder / "ssh.zip"),
    )
    assert ran.code == 0
    for trusted in ("allowed_signers", "id_ed25519.pub", "id_ed25519.pub.pem"):
        assert run("evidence", "verify", archive.folder / "ssh.zip", "--trusted", archive.folder / trusted).code == 0


def test_every_file_that_is_changed_is_named(pack, tampered):
    files = contents(pack)
    for path, data in files.items():
        found = differences(tampered({**files, path: data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]}))
        assert any(path in each for each in found), (path, found)


def test_every_file_that_is_left_out_is_named(pack, tampered):
    files = contents(pack)
    for path in files:
        found = differences(tampered({name: data for name, data in files.items() if name != path}))
        assert any(path in each for each in found), (path, found)


@pytest.mark.parametrize(
    "name", ["more.txt", "runs/x/run.json", "timestamp.tsr", "statement.json.sig", "content/x.json"]
)
def test_a_file_that_is_added_is_named(pack, tampered, name):
    found = differences(tampered({**contents(pack), name: b"{}\n"}))
    assert any(name in each for each in found)


def test_two_files_that_are_exchanged_are_named(pack, tampered):
    files = contents(pack)
    one, other = path_of(files, "report.json"), path_of(files, "assessment.json")
    found = differences(tampered({**files, one: files[other], other: files[one]}))
    assert {f"{one} was changed: manifest.json has another digest or size"} < set(found)
    assert any(other in each for each in found)


def test_a_verdict_that_is_changed_is_named_with_its_control(pack, tampered):
    files = contents(pack)
    path = path_of(files, "assessment.json")
    document = json.loads(files[path])
    row = next(each for each in document["results"] if each["control"] == "container_not_privileged")
    row["result"] = "pass"
    found = differences(tampered({**files, path: json.dumps(document).encode()}))
    assert any("container_not_privileged is pass in the pack, and fail by its facts" in each for each in found)
    assert any(f"{path} was changed" in each for each in found)


def test_a_fact_that_is_changed_is_named_with_the_verdicts_that_it_changes(pack, tampered):
    files = contents(pack)
    path = path_of(files, "snapshot.json")
    data = files[path].replace(b'"HostConfig.Privileged":true', b'"HostConfig.Privileged":false')
    assert data != files[path]
    found = differences(tampered({**files, path: data}))
    assert any("container_not_privileged is fail in the pack, and pass by its facts" in each for each in found)


def test_content_that_is_changed_is_named_with_the_verdicts_that_it_changes(pack, tampered):
    files = contents(pack)
    (path,) = [each for each in files if each.startswith("content/")]
    data = files[path].replace(
        b'["test","HostConfig.Privileged","equals","value",false',
        b'["test","HostConfig.Privileged","equals","value",true',
    )
    assert data != files[path]
    found = differences(tampered({**files, path: data}))
    assert any("container_not_privileged" in each for each in found)


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"{}",
        lambda _: b"\x00" * 100,
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b'"equals"', b'"no_such_word"'),
        lambda data: data.replace(b'"test"', b'"boom"', 1),
        lambda data: data.replace(b'"containers"', b'["containers"]'),
        lambda _: b"[" * 100_000,
        lambda data: data.replace(b'"controls":[', b'"controls":[1,', 1),
    ],
)
def test_content_that_breaks_the_evaluation_is_a_difference_and_no_bug(pack, tampered, damage):
    files = contents(pack)
    (path,) = [each for each in files if each.startswith("content/")]
    ran = tampered({**files, path: damage(files[path])})
    assert outcomes(ran)["verdicts"] == "differs"
    assert any("cannot be judged again" in each or "by its facts" in each for each in differences(ran))


# what only somebody with the operator's own key can do: everything is signed, and does not follow from the facts


def test_a_signed_lie_about_a_verdict_is_found(archive, pack, tampered):
    files = contents(pack)
    path = path_of(files, "assessment.json")
    document = json.loads(files[path])
    next(each for each in document["results"] if each["control"] == "container_not_privileged")["result"] = "pass"
    ran = tampered(resealed(archive, {**files, path: json.dumps(document).encode()}))
    assert outcomes(ran)["signature"] == outcomes(ran)["files"] == outcomes(ran)["statement"] == "matches"
    assert outcomes(ran)["verdicts"] == "differs"


@pytest.mark.parametrize("claim", [True, False])
def test_a_signed_lie_in_the_words_of_a_verdict_is_found_or_told(archive, pack, tmp_path, claim):
    """Who says that another dockmark wrote it in other words gets it told, and no more: the verdicts are proven."""
    files = contents(pack)
    path, record_of = path_of(files, "assessment.json"), path_of(files, "run.json")
    document = json.loads(files[path])
    document["results"][0]["message"] = "all is well"
    lied = json.dumps(document).encode()
    record_text = json.loads(files[record_of])
    record_text["assessment"] = f"sha256:{hashlib.sha256(lied).hexdigest()}"
    body = json.dumps(record_text, sort_keys=True, separators=(",", ":")).encode()
    entry = entry_of(body)
    links = list(decode_links(files["chain.txt"]))
    links[1] = Link(2, entry, head_after(links[0].head, entry))
    made = {**files, path: lied, record_of: body, "chain.txt": encode_links(links[:2])}
    runs = json.loads(files["manifest.json"])["runs"]
    runs[0] |= {"head": links[1].head, "exact": claim}
    chain = {"runs": 2, "head": links[1].head, "contiguous": True}
    ran = archive.verify(
        packed_again(
            signed_with(changed_manifest(made, {"runs": runs, "chain": chain}), archive.key), tmp_path / "x.zip", pack
        ),
        "-o",
        "json",
    )
    assert outcomes(ran)["manifest"] == outcomes(ran)["chain"] == "matches", differences(ran)
    assert outcomes(ran)["verdicts"] == ("differs" if claim else "matches")
    told = next(each for each in json.loads(ran.out)["checks"] if each["check"] == "verdicts")
    assert any("words" in each for each in told.get("differences", ()) or told.get("remarks", ()))


def test_a_signed_lie_in_a_report_is_found(archive, pack, tampered):
    files = contents(pack)
    path = path_of(files, "report.txt")
    ran = tampered(resealed(archive, {**files, path: files[path].replace(b"fail", b"pass")}))
    assert [name for name, each in outcomes(ran).items() if each == "differs"] == ["reports"]
    assert differences(ran) == [f"{path} is not the report that follows from the verdicts"]


@pytest.mark.parametrize(
    "change",
    [
        {"totals": {"asked": 1, "passed": 1}},
        {"filter": {"framework": "iso_27001", "requirements": []}},
        {"not_proven": []},
        {"chain": {"runs": 1, "head": "sha256:0", "contiguous": True}},
        {"runs": []},
    ],
)
def test_a_signed_lie_in_the_manifest_is_found(archive, pack, tampered, change):
    files = contents(pack)
    made = signed_with(changed_manifest(files, change), archive.key)
    if "not_proven" in change:  # a text, which another version may put in other words
        words = ("--trusted", archive.trusted)
        assert run("evidence", "verify", packed_again(made, archive.folder / "x.zip", pack), *words).code == 0
        return
    ran = tampered(made)
    assert outcomes(ran)["signature"] == "matches"
    assert outcomes(ran)["manifest"] == "differs"


def test_a_signed_record_that_is_not_the_one_in_the_chain_is_found(archive, pack, tampered):
    files = contents(pack)
    path = path_of(files, "run.json")
    ran = tampered(resealed(archive, {**files, path: files[path].replace(b'"exit_code":1', b'"exit_code":0')}))
    assert outcomes(ran)["chain"] == "differs"


def test_a_signed_chain_that_leaves_a_run_out_is_found(archive, pack, tampered):
    files = contents(pack)
    lines = files["chain.txt"].splitlines(keepends=True)
    for left in (0, 1):
        ran = tampered(resealed(archive, {**files, "chain.txt": b"".join(lines[:left] + lines[left + 1 :])}))
        assert outcomes(ran)["chain"] == "differs"


def test_an_archive_that_is_dated_otherwise_is_found(archive, pack, tmp_path):
    files = contents(pack)
    other = archive.create(to="latest.zip")
    later = tmp_path / "later.zip"
    import io

    from benchmark.evidence.archive_builder import ArchiveBuilder

    builder, out = ArchiveBuilder(io.BytesIO()), io.BytesIO()
    for name, data in files.items():
        builder.add(name, data)
    builder.write(out.write, (1, 2))
    later.write_bytes(out.getvalue())
    assert other.exists()
    ran = archive.verify(later, "-o", "json")
    assert ran.code == 5
    assert outcomes(ran)["manifest"] == "differs"


# replays


def test_the_seals_of_an_older_pack_do_not_fit_another(archive, pack, tampered):
    older = contents(archive.create("release:1.0", "--format", "table,json", to="older.zip"))
    files = contents(pack)
    for names in (("envelope.json",), ("envelope.json", "statement.json")):
        ran = tampered({**files, **{name: older[name] for name in names}})
        assert outcomes(ran)["signature"] == "differs" or outcomes(ran)["statement"] == "differs"
    ran = tampered({**files, **{name: older[name] for name in ("envelope.json", "statement.json")}})
    assert outcomes(ran)["statement"] == "differs"
    assert any("run.json is in the pack, and the statement does not know it" in each for each in differences(ran))


def test_a_run_of_another_pack_is_not_taken_in(archive, pack, tampered):
    older, files = contents(archive.create("release:1.0", "--format", "table,json", to="older.zip")), contents(pack)
    ran = tampered({**older, **files})
    assert {outcomes(ran)[name] for name in ("files", "statement")} == {"differs"}


def test_a_pack_signed_again_by_a_stranger_is_not_verified(archive, pack, tampered):
    ran = tampered(signed_with(contents(pack), archive.folder / "stranger.pem"))
    assert {name for name, each in outcomes(ran).items() if each == "differs"} == {"signature"}
    assert "none of the 1 trusted" in differences(ran)[0]


def test_a_stranger_who_claims_the_operators_key_is_noticed(archive, pack, tampered):
    files = contents(pack)
    key = load_signing_key((archive.folder / "stranger.pem").read_bytes(), lambda: b"")
    own = json.loads(files["manifest.json"])["signer"]["keyid"]
    forged = EnvelopeSignature(own, key.sign(signed_bytes(files["statement.json"])))
    ran = tampered({**files, "envelope.json": encode_envelope(files["statement.json"], [forged])})
    assert "though it names that key" in differences(ran)[0]


def test_the_signature_taken_off_is_noticed(pack, tampered):
    files = contents(pack)
    del files["envelope.json"]
    assert outcomes(tampered(files))["signature"] == "differs"
    ran = tampered(changed_manifest(files, {"signer": None}))
    assert outcomes(ran)["signature"] == "differs"


def test_an_ssh_signature_of_another_pack_is_noticed(archive, tmp_path):
    made = {}
    for name in ("1.0", "1.1"):
        path = tmp_path / f"{name}.zip"
        words = ("--store", archive.store, "--sign", archive.ssh_key, "-o", path)
        assert run("evidence", "create", f"release:{name}", *words).code == 0
        made[name] = contents(path)
    mixed = {**made["1.1"], "statement.json.sig": made["1.0"]["statement.json.sig"]}
    path = packed_again(mixed, tmp_path / "mixed.zip", tmp_path / "1.1.zip")
    ran = run("evidence", "verify", path, "--trusted", archive.allowed_signers, "-o", "json")
    assert ran.code == 5
    assert differences(ran)[0].startswith("statement.json.sig: not by")


# history


def test_a_head_that_is_known_from_an_earlier_report_is_in_the_chain(archive, pack):
    for number, head in enumerate(archive.heads, 1):
        ran = archive.verify(pack, "--expect-head", head)
        assert ran.code == 0
        assert f"the expected head is that of run {number}, {3 - number} more came after it" in " ".join(
            ran.out.decode().split()
        )


def test_a_history_that_was_cut_off_or_rewritten_lacks_the_head(tmp_path):
    for name in ("whole", "shorter"):
        (tmp_path / name).mkdir()
    archive = make_archive(tmp_path / "whole", [snapshot(), snapshot()])
    shorter = make_archive(tmp_path / "shorter", [snapshot()])
    ran = shorter.verify(shorter.create(), "--expect-head", archive.heads[1], "-o", "json")
    assert ran.code == 5
    assert "cut off or rewritten" in differences(ran)[0]


def test_runs_that_do_not_follow_one_another_are_told(archive):
    ran = archive.verify(archive.create("release:1.0", "latest", to="gap.zip"))
    assert ran.code == 0
    assert "runs 1, 3, with others between them" in " ".join(ran.out.decode().split())


# other versions


def test_reports_of_another_version_are_not_compared(archive, pack, monkeypatch):
    monkeypatch.setattr(evidence_verdicts, "__version__", "9.9.9")
    ran = archive.verify(pack, "-o", "json")
    assert (ran.code, outcomes(ran)["reports"], outcomes(ran)["verdicts"]) == (0, "not checked", "matches")


def test_a_pack_of_another_program_is_told(archive, pack, monkeypatch):
    monkeypatch.setattr(evidence_verify, "own_digest", lambda: "sha256:0")
    ran = archive.verify(pack)
    assert ran.code == 0
    assert "made by another dockmark" in " ".join(ran.out.decode().split())


def test_content_that_is_not_ours_is_told(tmp_path):
    import shutil

    from tests.command import ROOT

    for each in ("controls", "mappings"):
        shutil.copytree(ROOT / each, tmp_path / "content" / each)
    file = next((tmp_path / "content").rglob("container_not_privileged.yaml"))
    file.write_text(file.read_text().replace("equals: false", "present: true"))
    bad = container("billing", {"HostConfig.Privileged": True})
    archive = make_archive(tmp_path, [snapshot([bad])], ("--content", tmp_path / "content"))
    ran = archive.verify(archive.create())
    assert ran.code == 0
    assert "content that is not the one of this dockmark" in " ".join(ran.out.decode().split())


def test_a_clock_that_was_moved_is_told_and_proves_nothing(tmp_path):
    late = replace(snapshot(), collected_at="2099-01-01T00:00:00Z", finished_at="2099-01-01T00:00:01Z")
    archive = make_archive(tmp_path, [late])
    ran = archive.verify(archive.create())
    assert ran.code == 0
    assert "its times go back: collected 2099-01-01" in " ".join(ran.out.decode().split())


# bytes


def test_a_flip_in_any_region_of_the_file_is_noticed(archive, pack, tmp_path):
    """Each header, name, beginning, middle and end of data, the directory, and the end record."""
    data = pack.read_bytes()
    with pack.open("rb") as file:
        entries = list(open_archive(file).entries.values())
    at_end = [entries[-1].end, len(data) - 22, len(data) - 18, len(data) - 12, len(data) - 8, len(data) - 2]
    regions = [
        place
        for each in entries
        for place in (
            each.offset,
            each.offset + 12,
            each.data_offset - 1,
            each.data_offset,
            each.end - each.packed // 2 - 1,
        )
    ]
    for place in (*at_end, *regions, *range(entries[-1].end, len(data), 61)):
        flipped = bytearray(data)
        flipped[place] ^= 0x10
        path = tmp_path / "flipped.zip"
        path.write_bytes(flipped)
        with path.open("rb") as file:
            opened, first = open_pack(file)
            checks = (
                [first]
                if opened is None
                else [first, check_files(opened), check_statement(opened), check_manifest(opened)]
            )
            trusted = load_trusted_keys(archive.trusted.read_bytes(), "k", "2026-11-27T00:00:00Z")
            checks += [] if opened is None else [check_signature(opened, trusted)]
        found = [text for each in checks if each.outcome is Outcome.DIFFERS for text in each.differences]
        assert found, place


# what is no pack


@pytest.mark.parametrize("data", [b"", b"PK\5\6" + b"\0" * 18, b"x" * 1000, b"\x1f\x8b" * 30])
def test_what_is_no_pack_is_not_verified(archive, tmp_path, data):
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    ran = archive.verify(path)
    assert ran.code == 5
    assert b"NOT VERIFIED" in ran.out


@pytest.mark.parametrize("name", ["missing.zip", "directory", "fifo"])
def test_what_cannot_be_read_is_refused(archive, tmp_path, name):
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "fifo")
    assert archive.verify(tmp_path / name).code == 3


@pytest.mark.parametrize("head", ["abc", "sha256:12", "md5:" + "0" * 64])
def test_a_head_that_is_none_is_refused(archive, pack, head):
    assert archive.verify(pack, "--expect-head", head).code == 3


def test_a_trusted_key_that_is_none_is_refused(archive, pack, tmp_path):
    (tmp_path / "k").write_text("nothing\n")
    ran = run("evidence", "verify", pack, "--trusted", tmp_path / "k")
    assert (ran.code, b"--trusted" in ran.err) == (3, True)
    ran = run("evidence", "verify", pack, "--trusted", archive.key)
    assert (ran.code, b"private key" in ran.err) == (3, True)


def test_verifying_writes_nothing(archive, pack, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert archive.verify(pack).code == 0
    assert list(tmp_path.iterdir()) == []


def test_hostile_names_in_a_pack_do_not_reach_the_terminal(tmp_path):
    archive = make_archive(tmp_path, [snapshot(name="x\x1b[2Jy")])
    record(tmp_path, snapshot(name="x\x1b[2Jy"), "--release", "\x1b]0;z\x07")
    ran = archive.verify(archive.create())
    assert ran.code == 0
    assert b"\x1b" not in ran.out


def bomb_of_values(files):
    """2 MB that would become 9 million lists."""
    path = path_of(files, "snapshot.json")
    return {**files, path: b'{"schema": [' + b"[],".join(b"" for _ in range(9_000_000)) + b"[]]}"}


def bomb_of_findings(files):
    """Few kinds of controls and subjects, and very many of each."""
    (content,) = [each for each in files if each.startswith("content/")]
    document = json.loads(files[content])
    document["controls"] = [{**document["controls"][0], "id": f"c{number}"} for number in range(6000)]
    path = path_of(files, "snapshot.json")
    facts = json.loads(files[path])
    facts["subjects"] += [facts["subjects"][0]] * 1000
    return {**files, content: json.dumps(document).encode(), path: json.dumps(facts).encode()}


@pytest.mark.parametrize("bomb", [bomb_of_values, bomb_of_findings])
def test_a_pack_that_would_fill_the_memory_is_not_judged(pack, tampered, bomb):
    ran = tampered(bomb(contents(pack)))
    assert any("more than a" in each for each in differences(ran))


def test_texts_without_end_are_cut_on_the_terminal(archive, pack, tmp_path):
    files = contents(pack)
    runs = json.loads(files["manifest.json"])["runs"]
    runs[0]["host"] = "x" * 1_000_000
    ran = archive.verify(packed_again(changed_manifest(files, {"runs": runs}), tmp_path / "long.zip", pack))
    assert ran.code == 5
    assert len(ran.out) < 20_000
