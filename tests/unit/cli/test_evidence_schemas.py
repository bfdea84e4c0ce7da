"""The published schemas of packs say what is written, and refuse what is not."""

import json

import pytest
from jsonschema import Draft202012Validator

from tests.command import ROOT
from tests.packs import contents, make_archive
from tests.policies import attestation, waiver, written
from tests.snapshots import container, snapshot, snapshot_without_engine
from tests.torture.hostile_console import run


def schema(name):
    return json.loads((ROOT / "reports" / "schemas" / f"{name}-1.schema.json").read_text(encoding="utf-8"))


def errors(name, document):
    return [each.message for each in Draft202012Validator(schema(name)).iter_errors(document)]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schemas")
    (folder / "w.yaml").write_bytes(written(waivers=[waiver()]))
    (folder / "a.yaml").write_bytes(written(attestations=[attestation()]))
    words = (
        "--waivers",
        folder / "w.yaml",
        "--attestations",
        folder / "a.yaml",
        "--set",
        "docker_group_members_approved.approved_accounts=a",
    )
    hosts = [snapshot([container("web", {"HostConfig.Privileged": True})]), snapshot_without_engine()]
    return make_archive(folder, hosts, words)


@pytest.mark.parametrize("name", ["evidence", "verification"])
def test_the_schema_is_one(name):
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("signed", [True, False])
def test_manifests_and_verifications_conform(archive, signed):
    words = ("latest~1", "latest", "--format", "json,xccdf", "--framework", "nist_sp_800_190")
    pack = archive.create(*words, signed=signed)
    manifest = json.loads(contents(pack)["manifest.json"])
    assert errors("evidence", manifest) == []
    assert errors("evidence", {**manifest, "more": 1})
    del manifest["runs"][0]["operator"]
    assert errors("evidence", manifest)
    document = json.loads(archive.verify(pack, "-o", "json").out)
    assert errors("verification", document) == []
    assert errors("verification", {**document, "verified": "yes"})


def test_a_verification_of_what_is_no_pack_conforms(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"nothing")
    ran = run("evidence", "verify", tmp_path / "x.zip", "-o", "json")
    assert ran.code == 5
    assert errors("verification", json.loads(ran.out)) == []
