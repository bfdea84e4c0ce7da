import json

import pytest

from benchmark.cli.entry import main
from tests.snapshots import container, snapshot, snapshot_without_engine, write_snapshot

SEEN = {"docker_group.members": [], "file_accounts": [{"kind": "group", "id": 999, "name": "docker", "members": []}]}


def test_a_recorded_snapshot_as_table_and_as_json(tmp_path, capsys):
    source = write_snapshot(
        tmp_path / "s.json.gz", snapshot([container("web", {"HostConfig.Privileged": True})], host=SEEN)
    )
    assert main(["access", "--snapshot", str(source)]) == 0
    text = capsys.readouterr().out
    assert "privileged container" in text
    assert "What was looked at" not in text
    assert main(["access", "--snapshot", str(source), "-v"]) == 0
    assert "What was looked at" in capsys.readouterr().out
    assert main(["access", "--snapshot", str(source), "-o", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "dockmark/access/1"
    assert "container web" in {each["who"] for each in document["accesses"]}


def test_what_could_not_be_looked_at_decides_the_code(tmp_path, capsys):
    source = write_snapshot(tmp_path / "s.json", snapshot_without_engine())
    assert main(["access", "--snapshot", str(source)]) == 2
    assert "Could not look" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "{}", '{"schema": "dockmark/snapshot/9"}'])
def test_a_damaged_snapshot_is_refused_by_name(text, tmp_path, capsys):
    (tmp_path / "s.json").write_text(text)
    assert main(["access", "--snapshot", str(tmp_path / "s.json")]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "s.json" in err
    assert main(["access", "--snapshot", str(tmp_path / "missing.json")]) == 3


def test_a_snapshot_and_a_target_exclude_each_other(capsys):
    assert main(["access", "--snapshot", "x", "--host", "unix:///x"]) == 3
    assert "exclude each other" in capsys.readouterr().err


def test_no_engine_is_told_and_the_host_is_looked_at_all_the_same(tmp_path, capsys):
    assert main(["access", "--host", f"unix://{tmp_path}/none.sock"]) == 4
    out, err = capsys.readouterr()
    assert "root account" in out
    assert "no engine answered" in err
