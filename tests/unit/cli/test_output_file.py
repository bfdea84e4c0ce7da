import os
import stat

import pytest

from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.output_file import OutputFile
from benchmark.cli.sink import open_sink


def _names(directory):
    return sorted(each.name for each in directory.iterdir())


def test_the_file_appears_whole_and_private_on_commit(tmp_path):
    target = tmp_path / "report.json"
    file = OutputFile(str(target))
    file.write("é\ud800")
    assert not target.exists()
    file.commit()
    file.discard()
    assert target.read_bytes() == b"\xc3\xa9\\ud800"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert _names(tmp_path) == ["report.json"]


def test_discard_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "report.json"
    target.write_text("old")
    file = OutputFile(str(target))
    file.write("new")
    file.discard()
    file.discard()
    assert target.read_text() == "old"
    assert _names(tmp_path) == ["report.json"]


def test_commit_replaces_the_old_file(tmp_path):
    target = tmp_path / "report.json"
    target.write_text("old")
    file = OutputFile(str(target))
    file.write_bytes(b"new")
    file.commit()
    assert target.read_text() == "new"


def test_a_path_relative_to_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = OutputFile("report.json")
    file.commit()
    assert (tmp_path / "report.json").exists()


def test_a_very_long_name(tmp_path):
    file = OutputFile(str(tmp_path / ("é" * 127)))
    file.commit()
    assert _names(tmp_path) == ["é" * 127]


@pytest.mark.parametrize(
    "kind", ["directory", "fifo", "link", "dangling link", "root", "missing parent", "file as parent"]
)
def test_what_must_not_be_replaced_is_refused_and_untouched(tmp_path, kind):
    target = tmp_path / "target"
    match kind:
        case "directory":
            target.mkdir()
        case "fifo":
            os.mkfifo(target)
        case "link":
            (tmp_path / "real").write_text("kept")
            target.symlink_to("real")
        case "dangling link":
            target.symlink_to("nowhere")
        case "root":
            target = "/"
        case "missing parent":
            target = tmp_path / "nowhere" / "report"
        case "file as parent":
            target.write_text("kept")
            target = target / "report"
    before = _names(tmp_path)
    with pytest.raises(OSError):
        OutputFile(str(target))
    assert _names(tmp_path) == before


@pytest.mark.parametrize("device", ["/dev/null", "/dev/full", "/dev/stdout"])
def test_devices_are_never_replaced(device):
    with pytest.raises(Refusal, match=device) as refusal:
        open_sink(device, as_utf8=True)
    assert refusal.value.code is ExitCode.USAGE
