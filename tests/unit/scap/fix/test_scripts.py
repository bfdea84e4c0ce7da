"""The scripts of fixes: sane shell and YAML for every control, and what they do to files of the test's own."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from benchmark.catalog.load import load_catalog
from benchmark.collect.file_collections import FILE_COLLECTIONS
from benchmark.model.control import Control
from benchmark.model.facts import JsonValue
from benchmark.model.facts_daemon import DAEMON_SETTINGS
from benchmark.model.unit_directories import UNIT_DIRECTORIES
from benchmark.scap.fix import shell
from benchmark.scap.fix.kinds import FIXES
from benchmark.scap.fix.places import PLACES
from benchmark.scap.fix.scripts import ansible_tasks, fix_elements, shell_script
from benchmark.scap.fix.step import Step

FIXABLE: Final = tuple(each for each in load_catalog().controls.values() if each.remediation.fixes)
SHELLS: Final = tuple(
    each for each in (("dash",), ("bash", "--posix"), ("bash",), ("busybox", "sh")) if shutil.which(each[0])
)
# What is right as it is: functions that a script does not use, a pid file of one word, PATH changed for the script alone, and
# a place whose lister is a single echo.
_RIGHT: Final = "SC2317,SC2013,SC2030,SC2031,SC2116"


def presets(control: Control) -> Mapping[str, JsonValue]:
    return {each.name: each.default for each in control.parameters}


def named(controls: tuple[Control, ...]) -> list[Any]:
    return [pytest.param(each, id=each.id) for each in controls]


@pytest.mark.parametrize("control", named(FIXABLE))
def test_every_script_is_sane_shell(control: Control) -> None:
    script = shell_script(control, presets(control))
    for words in SHELLS:
        for text in (script, *bodies(script)):
            done = subprocess.run([*words, "-n"], input=text, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, ""), words
    for body in bodies(script):
        assert body.startswith("set -eu\n")
        assert "sudo" not in body
        assert "systemctl restart" not in body
    assert script.isascii()


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_finds_nothing() -> None:
    text = "\n".join(f"(\n{body})" for each in FIXABLE for body in bodies(shell_script(each, presets(each))))
    done = subprocess.run(
        ["shellcheck", "-s", "sh", "-e", _RIGHT, "-"], input=text, capture_output=True, text=True, check=False
    )
    assert done.stdout == ""


@pytest.mark.parametrize("control", named(FIXABLE))
def test_every_task_is_a_task(control: Control) -> None:
    tasks = []
    for block in yaml.safe_load(ansible_tasks(control, presets(control))):
        assert block.keys() == {"name", "tags", "block", "rescue"}
        assert block["tags"] == ["dockmark", control.id]
        assert [each["ansible.builtin.debug"]["msg"] for each in block["rescue"]] == [
            f"dockmark: {control.id}: not mended"
        ]
        tasks += block["block"]
    assert tasks
    registered = [each["register"] for each in tasks if "register" in each]
    assert len(registered) == len(set(registered))
    for each in tasks:
        (module,) = (name for name in each if name.startswith("ansible.builtin."))
        rest = each.keys() - {module}
        assert rest <= {"name", "register", "loop", "when", "vars", "changed_when", "check_mode"}
        assert each["name"].startswith(f"{control.id}: ")
        if module == "ansible.builtin.shell" and "check_mode" in each:
            assert each["changed_when"] is False
            assert_no_template(each[module]["cmd"])


def assert_no_template(text: str) -> None:
    """Ansible would take these for its own."""
    if text.startswith("{% raw %}"):
        return
    for each in ("{{", "{%", "{#"):
        assert each not in text


def test_the_elements_are_told_apart() -> None:
    elements = [each for control in FIXABLE for each in fix_elements(control, presets(control))]
    identifiers = [each.split('"')[1] for each in elements]
    assert len(set(identifiers)) == len(identifiers) == 2 * len(FIXABLE)


def test_a_control_without_a_fix_has_no_element() -> None:
    control = load_catalog().controls["container_not_privileged"]
    assert list(fix_elements(control, {})) == []
    assert shell_script(control, {}) == ansible_tasks(control, {}) == ""


def test_places_are_those_of_the_collector() -> None:
    """Every collection of files has its place, but the keys that no fix is about; units are searched for in the same order."""
    named = shell.FUNCTIONS["unit"].text.split("'")[1].split()
    assert FILE_COLLECTIONS.keys() - PLACES.keys() == {"docker_key_files"}
    assert PLACES.keys() <= FILE_COLLECTIONS.keys()
    assert tuple(named) == UNIT_DIRECTORIES


@pytest.mark.parametrize("chmod", [("chmod",), ("busybox", "chmod")])
@pytest.mark.parametrize("limit", ["0644", "0755", "0660", "0444", "0400", "0000", "0777", "0601"])
def test_a_mode_only_loses_bits(tmp_path: Path, limit: str, chmod: tuple[str, ...]) -> None:
    if shutil.which(chmod[0]) is None:
        pytest.skip(f"{chmod[0]} is not installed")
    text = FIXES["file_mode"].shell(Step("x", "X", "default_files", limit))
    (line,) = (each.split() for each in text.splitlines() if "chmod" in each)
    modes = [*range(0, 0o10000, 37), 0o7777, int(limit, 8), 0]
    paths = []
    for at, mode in enumerate(modes):
        path = tmp_path / str(at)
        path.touch()
        path.chmod(mode)
        paths.append(path)
    before = [stat.S_IMODE(each.stat().st_mode) for each in paths]
    subprocess.run([*chmod, line[1], "--", *map(str, paths)], check=True)
    assert [stat.S_IMODE(each.stat().st_mode) for each in paths] == [each & int(limit, 8) for each in before]


DAEMON: Final = """\
config={config}
options='{options}'
pid=
given() {{ :; }}
"""


class Edited:
    """A configuration file, and a host on which the daemon has these options."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch, options: str = "") -> None:
        self.path = directory / "etc/daemon.json"
        self.tools = directory / "tools"
        self.tools.mkdir()
        daemon = shell.Function(DAEMON.format(config=self.path, options=options))
        monkeypatch.setitem(shell.FUNCTIONS, "daemon", daemon)  # type: ignore[arg-type]  # the table is a dict

    def with_tools(self, *left_out: str) -> None:
        """A search path with all that a host has but these programs, docker and systemd."""
        for folder in ("/bin", "/usr/bin"):
            for each in Path(folder).iterdir():
                unwanted = each.name in (*left_out, "dockerd", "systemctl") or (self.tools / each.name).exists()
                if not unwanted:
                    (self.tools / each.name).symlink_to(each)

    def run(self, kind: str, argument: JsonValue) -> subprocess.CompletedProcess[str]:
        script = shell.as_step(
            "x", FIXES[kind].shell(Step("x", "X", "daemon", argument)).replace(":/usr/sbin:/sbin", "")
        )
        path = str(self.tools) if any(self.tools.iterdir()) else os.environ["PATH"]
        return subprocess.run(
            ["/bin/sh", "-eu"], input=script, env={"PATH": path}, capture_output=True, text=True, check=True
        )

    def read(self) -> Any:
        return json.loads(self.path.read_text())


@pytest.fixture(params=["jq", "python3"])
def edited(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edited:
    if shutil.which(request.param, path="/usr/bin:/bin") is None:
        pytest.skip(f"{request.param} is not installed")
    made = Edited(tmp_path, monkeypatch)
    made.with_tools("jq" if request.param == "python3" else "python3")
    return made


def test_other_keys_and_their_order_stay(edited: Edited) -> None:
    edited.path.parent.mkdir()
    edited.path.write_text('{"z": {"b": [1, "ü"], "a": null}, "icc": true, "a": 1.5}')
    edited.path.chmod(0o640)
    done = edited.run("daemon_set", {"icc": False})
    assert "has changed" in done.stderr
    assert list(edited.read().items()) == [("z", {"b": [1, "ü"], "a": None}), ("icc", False), ("a", 1.5)]
    assert stat.S_IMODE(edited.path.stat().st_mode) == 0o640
    assert [each.name for each in edited.path.parent.iterdir()] == ["daemon.json"]


def test_a_second_run_touches_nothing(edited: Edited) -> None:
    edited.run("daemon_set", {"icc": False})
    assert edited.read() == {"icc": False}
    assert stat.S_IMODE(edited.path.stat().st_mode) == 0o644
    before = edited.path.stat()
    done = edited.run("daemon_set", {"icc": False})
    assert "is as it should be" in done.stderr
    assert edited.path.stat() == before


def test_mappings_are_merged_and_lists_replaced(edited: Edited) -> None:
    edited.path.parent.mkdir()
    edited.path.write_text('{"default-ulimits": {"nproc": {"Hard": 1}}, "insecure-registries": ["a", "b"]}')
    edited.run("daemon_set", {"default-ulimits": {"nofile": {"Hard": 2}}, "insecure-registries": []})
    assert edited.read() == {
        "default-ulimits": {"nproc": {"Hard": 1}, "nofile": {"Hard": 2}},
        "insecure-registries": [],
    }


@pytest.mark.parametrize(
    ("value", "stays"), [("unconfined", False), ("", False), ("/etc/own.json", True), (None, True), (False, True)]
)
def test_only_these_values_are_taken_out(edited: Edited, value: JsonValue, stays: bool) -> None:
    edited.path.parent.mkdir()
    edited.path.write_text(json.dumps({"seccomp-profile": value, "icc": False}))
    edited.run("daemon_unset", {"seccomp-profile": ["unconfined", ""]})
    assert edited.read() == ({"seccomp-profile": value} if stays else {}) | {"icc": False}


@pytest.mark.parametrize("text", ["{", "[]", '{"icc": true} {"icc": true}', "# no JSON"])
def test_what_is_no_configuration_stays_as_it_is(edited: Edited, text: str) -> None:
    edited.path.parent.mkdir()
    edited.path.write_text(text)
    done = edited.run("daemon_set", {"icc": False})
    assert done.stderr.endswith("dockmark: x: not mended\n")
    assert edited.path.read_text() == text
    assert [each.name for each in edited.path.parent.iterdir()] == ["daemon.json"]


def test_an_empty_file_is_an_empty_configuration(edited: Edited) -> None:
    edited.path.parent.mkdir()
    edited.path.write_text(" \n")
    edited.run("daemon_set", {"live-restore": True})
    assert edited.read() == {"live-restore": True}


def test_without_a_tool_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Edited(tmp_path, monkeypatch)
    made.with_tools("jq", "python3")
    assert "python3 or jq is needed" in made.run("daemon_set", {"icc": False}).stderr
    assert not made.path.exists()


@pytest.mark.parametrize(
    ("setting", "word"),
    [("icc", "--icc=true"), ("icc", "--icc"), ("debug", "-D"), ("insecure-registries", "--insecure-registry=x")],
)
def test_what_the_command_line_says_is_left_to_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, word: str
) -> None:
    """dockerd would not start with the setting in both places."""
    made = Edited(tmp_path, monkeypatch, f"dockerd\n--host=fd://\n{word}\n*")
    done = made.run("daemon_set", {setting: False})
    assert f"dockerd is started with {word}" in done.stderr
    assert not made.path.exists()


def test_a_neighbour_on_the_command_line_hinders_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Edited(tmp_path, monkeypatch, "dockerd\n--icc-not=true\n--iptables=false\nicc")
    made.run("daemon_set", {"icc": False})
    assert made.read() == {"icc": False}


def test_a_failing_step_ends_no_other(tmp_path: Path) -> None:
    """oscap puts the scripts of all failures into one, and people run it with -eu."""
    steps = [
        shell.as_step("one", "exit 7\n"),
        shell.as_step("two", "files=x\ncat\n"),
        shell.as_step("three", "echo $files\n"),
    ]
    path = tmp_path / "all.sh"
    path.write_text("".join(steps) + "echo done\n")
    done = subprocess.run(["/bin/bash", "-eu", path], capture_output=True, text=True, check=True)
    assert done.stdout == "\ndone\n"
    assert done.stderr == "dockmark: one: not mended\n"


def test_no_value_of_a_tailoring_ends_the_script_that_it_stands_in(tmp_path: Path) -> None:
    here = tmp_path / "here"
    word = shell.quoted(f"a\nDOCKMARK\nDOCKMARK_\ntouch {here}\n")
    script = shell.as_step("one", f"printf %s {word}\n") + shell.as_step("two", "DOCKMARK=1\n")
    done = subprocess.run(["/bin/sh", "-eu", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"a\nDOCKMARK\nDOCKMARK_\ntouch {here}\n"
    assert not done.stderr
    assert not here.exists()


def test_words_are_quoted() -> None:
    for word in ("plain", "", "it's", "$(touch /tmp/x)", "a b", "`x`", "\\", '"', "a\nb"):
        done = subprocess.run(
            ["/bin/sh", "-c", f"printf %s {shell.quoted(word)}"], capture_output=True, text=True, check=True
        )
        assert done.stdout == word


def test_settings_of_fixes_are_facts() -> None:
    for control in FIXABLE:
        for each in control.remediation.fixes:
            if each.kind.startswith("daemon_"):
                assert isinstance(each.argument, dict)
                assert {f"daemon.{name}" for name in each.argument} <= DAEMON_SETTINGS.keys()


def bodies(script: str) -> list[str]:
    """The programs between the lines that hand them to a shell of their own."""
    found: list[list[str]] = []
    inside = False
    for line in script.splitlines(keepends=True):
        if line.startswith("/bin/sh <<"):
            found.append([])
            inside = True
        elif line == "DOCKMARK\n":
            inside = False
        else:
            assert inside
            found[-1].append(line)
    assert not inside
    return ["".join(each) for each in found]
