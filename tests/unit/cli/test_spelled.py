"""A command line said again by a timer."""

from pathlib import Path

import pytest

from benchmark.cli.commands import COMMANDS
from benchmark.cli.option import complete_options
from benchmark.cli.parser import build_parser
from benchmark.cli.spelled import variables_for_later, words_for_later

AUDIT = next(each for each in COMMANDS if each.name == "audit").all_options


def later(*words):
    return words_for_later(words, AUDIT)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("--profile", "level_1"), ("--profile=level_1",)),
        (("--profile=level_1", "--calendar", "daily"), ("--profile=level_1",)),
        (("-v", "-o", "json"), ("-v", "--output=json")),
        (("-vojson",), ("-v", "--output=json")),
        (("-H", "unix:///run/x.sock"), ("--host=unix:///run/x.sock",)),
        (("schedule", "install", "--dry-run", "--name", "x"), ()),
        (("--control", "5.5", "--control", "2.1"), ("--control=5.5", "--control=2.1")),
        (("--calendar", "--beyond"), ("--beyond",)),  # never: the parser refuses a flag as a value
    ],
)
def test_the_options_of_an_audit_are_kept(words, kept):
    assert later(*words) == kept


def test_a_baseline_is_a_run_or_a_file(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "accepted.json").touch()
    assert later("--baseline", "release:1.3") == ("--baseline=release:1.3",)
    assert later("--baseline", "accepted.json") == (f"--baseline={Path.cwd()}/accepted.json",)


def test_paths_are_made_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    here = Path.cwd()
    assert later("--tailoring", "t.xml", "-o", "json=out.json", "-o", "table=-", "--content=c") == (
        f"--tailoring={here}/t.xml", f"--output=json={here}/out.json", "--output=table=-", f"--content={here}/c",
    )  # fmt: skip
    assert later("--dockerfile", "a/Dockerfile", "--vulnerabilities=/r.json") == (
        f"--dockerfile={here}/a/Dockerfile", "--vulnerabilities=/r.json",
    )  # fmt: skip


def test_variables_come_along_unless_the_command_line_says_it(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    environment = {"DOCKMARK_PROFILE": "level_1", "DOCKMARK_DOCKERFILE": "a\nb", "PATH": "/bin", "DOCKMARK_CONTROL": ""}
    assert dict(variables_for_later(AUDIT, environment)) == {
        "DOCKMARK_PROFILE": "level_1",
        "DOCKMARK_DOCKERFILE": f"{Path.cwd()}/a\n{Path.cwd()}/b",
    }
    assert variables_for_later(AUDIT, environment, {"profile", "dockerfile"}) == ()


def test_what_is_said_again_means_the_same():
    """For every option of an audit, however it was written."""
    samples = {
        "fail_on": "score<50",
        "timeout": "3.5",
        "deadline": "7",
        "output": "json",
        "set": "a.b=c",
        "context": "x",
    }
    for option in AUDIT:
        text = "" if option.switch else samples.get(option.name) or (option.choices[0] if option.choices else "")
        candidates = [text] if text or option.switch else ["/x/y", "30", "2030-01-01", "30d", "level_1"]
        accepted = [each for each in candidates if option.switch or reads(option, each)]
        assert accepted, f"no sample for --{option.name}: add one"
        for flag in option.flags:
            words = (flag,) if option.switch else (flag, accepted[0])
            assert parsed(later(*words))[option.name] == parsed(words)[option.name], option.name


def reads(option, text):
    try:
        option.value_of(text)
    except Exception:  # noqa: BLE001  (whatever the option does not take)
        return False
    return True


def parsed(words):
    arguments = build_parser().parse_args(["audit", *words])
    complete_options(arguments, AUDIT, {})
    return vars(arguments)
