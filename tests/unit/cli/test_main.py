import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmark import __version__
from benchmark.cli.entry import main
from tests.command import ROOT, command, dockmark, environment
from tests.snapshots import DENIED, container, snapshot, write_snapshot
from tests.terminal import on_a_terminal

HEAVY = {
    *("argparse", "dataclasses", "inspect", "enum", "re", "json", "decimal", "datetime", "logging", "threading"),
    *("yaml", "docker", "requests", "lxml", "tabulate", "jinja2", "shtab", "http", "ssl", "socket", "subprocess"),
}


def test_version(capsys):
    for flag in ("--version", "-V"):
        assert main([flag]) == 0
        assert capsys.readouterr().out == f"dockmark {__version__}\n"


def test_version_imports_nothing_heavy():
    code = (
        "import sys\nbefore = set(sys.modules)\nfrom benchmark.__main__ import main\nmain(['--version'])\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", code], env=environment(), cwd=ROOT, capture_output=True, text=True, check=True
    )
    version, _, modules = run.stdout.partition("\n")
    assert version == f"dockmark {__version__}"
    loaded = {each.partition(".")[0] for each in modules.split()}
    assert not loaded & HEAVY
    assert len(modules.split()) < 25


@pytest.mark.parametrize("words", [["--help"], ["audit", "--help"], ["controls", "show", "-h"]])
def test_help_is_on_standard_output(words, capsys):
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert out.startswith("usage: dockmark")
    assert err == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "COMMAND"),
        (["adit"], "'audit'"),
        (["controls"], "COMMAND"),
        (["audit", "--colour"], "audit does not know --colour"),
        (["audit", "--prof", "level_1"], "audit does not know --prof"),
        (["audit", "--password", "hunter2"], "does not know --password"),
        (["audit", "--profile", "level_3"], "no profile 'level_3'; there are level_1, level_2"),
        (["audit", "tcp://me:hunter2@host"], "does not know an argument that was given"),
        (["audit", "Hunter-2"], "does not know an argument that was given"),
        (["audit", "-phunter2"], "does not know an option that was given"),
        (["audit", "containers"], "does not know containers"),
        (["audit", "--content", "x" * 300], "cannot read the content"),
        (["audit", "--timeout", "soon"], "--timeout"),
        (["audit", "-o", "pdf"], "there is no format 'pdf'; there are table, json"),
        (["audit", "-o", "json", "-o", "table"], "two formats go to standard output"),
        (["audit", "-o", "json=x", "-o", "table=./x"], "two formats go to ./x"),
        (["audit", "-o", "json=/nowhere/at/all"], "cannot write /nowhere/at/all: No such file or directory"),
        (["audit", "-o", "json=/dev/null"], "cannot write /dev/null"),
        (["audit", "--fail-on", "score<200"], "score<N"),
        (["audit", "--host", "unix:///x", "--context", "y"], "--host and --context exclude each other"),
        (["audit", "--benchmark", "9.9"], "1.6.0, 1.7.0, 1.8.0"),
        (["audit", "--control", "nothing_like_it"], "nothing_like_it"),
        (["audit", "--set", "x"], "CONTROL.PARAMETER=VALUE"),
        (["audit", "--set", "nobody.limit=1"], "there is no control 'nobody'"),
        (["audit", "--set", "container_not_privileged.limit=1"], "no parameter 'limit'"),
        (["audit", "--content", "/nowhere"], "/nowhere is not a directory"),
        (["audit", "--release", " "], "--release"),
        (["collect", "-o", "/nowhere/s.json"], "cannot write /nowhere/s.json"),
        (["evaluate"], "SNAPSHOT"),
        (["controls", "list", "--benchmark", "9.9"], "there are 1.6.0, 1.7.0, 1.8.0"),
        (["controls", "show", "container_not_privilegd"], "container_not_privileged"),
        (["controls", "show", "2.19", "--benchmark", "1.6.0"], "in 1.8.0"),
        (["completion", "cmd.exe"], "'bash'"),
    ],
)
def test_wrong_usage_leaves_with_3_and_a_sentence(words, told, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert "hunter2" not in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("DOCKMARK_TIMEOUT", "soon"),
        ("DOCKMARK_OUTPUT", "table,pdf"),
        ("DOCKMARK_FAIL_ON", "score"),
        ("DOCKMARK_VERBOSE", "perhaps"),
        ("DOCKMARK_SET", "nonsense"),
    ],
)
def test_a_bad_variable_is_named(variable, text, capsys, monkeypatch):
    monkeypatch.setenv(variable, text)
    assert main(["audit"]) == 3
    assert variable in capsys.readouterr().err


def test_a_bug_ends_in_a_sentence_without_the_text_of_the_exception(capsys, monkeypatch):
    def explode(_):
        raise LookupError("hunter2")

    monkeypatch.setattr("benchmark.cli.completion.run", explode)
    monkeypatch.delenv("DOCKMARK_DEBUG", raising=False)
    assert main(["completion", "bash"]) == 70
    err = capsys.readouterr().err
    assert "internal error: LookupError" in err
    assert "Traceback" not in err
    assert "hunter2" not in err
    monkeypatch.setenv("DOCKMARK_DEBUG", "1")
    assert main(["completion", "bash"]) == 70
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "in explode" in err
    assert "hunter2" not in err.replace('raise LookupError("hunter2")', "")


def test_who_chose_a_part_of_a_message_writes_no_line_of_it(capsys):
    assert main(["evaluate", "/nowhere/a\n0 ways to root\x1b[2K"]) == 3
    assert capsys.readouterr().err == "dockmark: /nowhere/a\\n0 ways to root\\x1b[2K: No such file or directory\n"


@pytest.mark.parametrize("option", ["--mapping", "--waivers"])
def test_a_file_whose_name_is_a_message_of_ours_writes_none(option, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    name = "dockmark: all is well"
    Path(name).write_text("[")
    assert main(["audit", option, name]) == 3
    first, *more = capsys.readouterr().err.splitlines()
    assert first.startswith("dockmark: 1 error in the ")
    assert [each.partition(":2:1: ")[0] for each in more] == [f"  {name}"]


def test_a_mapping_that_is_not_there_is_told_in_a_message_of_ours(capsys):
    assert main(["audit", "--mapping", "dockmark: all is well\n"]) == 3
    told = capsys.readouterr().err
    assert told == "dockmark: --mapping: dockmark: all is well\\n: cannot be read: No such file or directory\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "tcsh"])
def test_completion_names_the_commands(shell, capsys):
    assert main(["completion", shell]) == 0
    out = capsys.readouterr().out
    assert "evaluate" in out
    assert "doctor" in out


def test_bash_accepts_its_completion_script():
    script = dockmark("completion", "bash").stdout
    run = subprocess.run(
        ["bash", "-c", "source /dev/stdin; complete -p dockmark"], input=script, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert b"dockmark" in run.stdout


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_the_run_without_a_traceback_and_without_half_written_files(number, code, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    report = tmp_path / "report.json"
    with subprocess.Popen(
        command("evaluate", fifo, "-o", f"json={report}"),
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as run:
        while len(list(tmp_path.iterdir())) < 2:  # the temporary file is there: it waits for the FIFO now, or soon
            assert run.poll() is None
            time.sleep(0.01)
        time.sleep(0.1)
        run.send_signal(number)
        out, err = run.communicate(timeout=20)
    assert run.returncode == code
    assert out == b""
    assert b"Traceback" not in err
    assert [each.name for each in tmp_path.iterdir()] == ["fifo"]


def test_a_reader_that_leaves_changes_neither_the_code_nor_the_other_outputs(tmp_path):
    source = write_snapshot(tmp_path / "s.json", snapshot([container(f"c{n}") for n in range(200)]))
    report = tmp_path / "report.json"
    reading, writing = os.pipe()
    os.close(reading)
    with subprocess.Popen(
        command("evaluate", source, "-v", "-o", "table", "-o", f"json={report}"),
        env=environment(),
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
    ) as run:
        os.close(writing)
        _, err = run.communicate(timeout=60)
    assert err == b""
    assert run.returncode == 0
    assert json.loads(report.read_text())["schema"] == "dockmark/assessment/1"


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["controls", "list"], ["completion", "bash"]])
def test_a_full_disk_behind_standard_output_is_told(words):
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(
            command(*words), env=environment(), cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert run.returncode == 4
    assert run.stderr.count(b"\n") == 1
    assert b"cannot write" in run.stderr


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["controls", "list"]])
def test_closed_standard_streams_are_no_bug(words):
    line = " ".join(command(*words)) + " >&- 2>&-"
    run = subprocess.run(["bash", "-c", line], env=environment(), cwd=ROOT, check=False)
    assert run.returncode in (0, 4)


def test_an_encoding_without_our_characters_does_not_crash(tmp_path):
    strange = snapshot([container("wéb\u202e☃")])
    source = write_snapshot(tmp_path / "s.json", strange)
    for encoding in ("ascii", "latin-1", "utf-8"):
        run = dockmark("evaluate", "-v", source, env={"PYTHONIOENCODING": encoding})
        assert run.returncode == 0, run.stderr
        run.stdout.decode(encoding)
        assert "\u202e" not in run.stdout.decode("utf-8", "replace")
        document = dockmark("evaluate", source, "-o", "json", env={"PYTHONIOENCODING": encoding})
        assert json.loads(document.stdout)["score"]["percent"] == 100


@pytest.mark.parametrize(
    ("words", "env", "coloured"),
    [
        ([], {"TERM": "xterm"}, True),
        ([], {"TERM": "xterm", "NO_COLOR": ""}, True),
        ([], {"TERM": "xterm", "NO_COLOR": "1"}, False),
        ([], {"TERM": "dumb"}, False),
        (["--no-color"], {"TERM": "xterm"}, False),
        ([], {"TERM": "xterm", "DOCKMARK_NO_COLOR": "yes"}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(words, env, coloured, tmp_path):
    source = write_snapshot(tmp_path / "s.json", snapshot(daemon={"daemon.icc": DENIED}))
    assert (b"\x1b[" in on_a_terminal(["evaluate", source, *words], env)) is coloured


def test_no_colour_without_a_terminal(tmp_path):
    source = write_snapshot(tmp_path / "s.json", snapshot(daemon={"daemon.icc": DENIED}))
    assert b"\x1b" not in dockmark("evaluate", source, env={"TERM": "xterm"}).stdout


def test_messages_show_control_characters_of_a_file_name(tmp_path):
    run = dockmark("evaluate", tmp_path / "a\x1b[31mb")
    assert run.returncode == 3
    assert b"\x1b" not in run.stderr
    assert rb"a\x1b[31mb" in run.stderr
