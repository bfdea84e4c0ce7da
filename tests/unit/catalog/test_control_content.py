from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.model.control import (
    AllOf,
    AnyOf,
    Automation,
    Each,
    Fix,
    Not,
    Parameter,
    ParameterRef,
    Recreate,
    Remediation,
    Severity,
    Test,
    WhenAbsent,
)
from tests.unit.catalog.synthetic import CONTROL, RICH, errors_of, errors_of_control, write_tree

CHECK = "  fact: HostConfig.Privileged\n  equals: false\n"


def with_check(check: str) -> str:
    """A control whose check starts in line 7, indented by two."""
    return CONTROL.replace(CHECK, "".join(f"  {line}\n" for line in check.splitlines()))


def test_a_plain_control(tmp_path: Path) -> None:
    catalog = load_catalog(write_tree(tmp_path, {"containers/plain": CONTROL}))
    control = catalog.controls["plain"]
    assert (control.id, control.room, control.version, control.severity) == ("plain", "containers", 1, Severity.HIGH)
    assert control.check == Test("HostConfig.Privileged", "equals", False)
    assert control.remediation == Remediation("Do the other thing.", Recreate.CONTAINER)
    assert (control.when, control.review, control.attest, control.parameters) == (None, None, None, ())
    assert control.automation is Automation.FULL


def test_every_part_of_the_language(tmp_path: Path) -> None:
    control = load_catalog(write_tree(tmp_path, {"containers/rich": RICH})).controls["rich"]
    assert control.when == AllOf((
        Test("daemon:security.apparmor", "equals", True),
        Not(Test("host:docker_group.members", "contains", "nobody", WhenAbsent.FAIL)),
    ))  # fmt: skip
    assert control.check == AnyOf((
        Each("Mounts", "every", AnyOf((Test("RW", "equals", False), Test("HostPaths", "under_none_of", ["/", "/etc"])))),
        Test("capabilities", "subset_of", ParameterRef("approved_capabilities")),
        AllOf((Test("HostConfig.Memory", "at_least", 1), Test("HostConfig.Memory", "at_most", 9_000_000_000))),
    ))  # fmt: skip
    assert control.review == Each("published_ports", "some", Test("HostPort", "at_most", 1023))
    assert control.parameters == (
        Parameter("approved_capabilities", "strings", ["CHOWN", "SETUID"], "Capabilities that a container may hold"),
    )
    assert control.rationale == "Two lines\nof reason."
    assert control.automation is Automation.PARTIAL


def test_absent_is_a_word_when_true_and_an_option_otherwise(tmp_path: Path) -> None:
    word = with_check("fact: State.Health.Status\nabsent: true")
    option = with_check("fact: State.Health.Status\nequals: healthy\nabsent: notapplicable")
    quantified = with_check("fact: Mounts\nnone: {fact: RW, equals: true}\nabsent: pass")
    controls = load_catalog(
        write_tree(
            tmp_path, {"containers/word": word, "containers/option": option, "containers/quantified": quantified}
        )
    ).controls
    assert controls["word"].check == Test("State.Health.Status", "absent", True)
    assert controls["option"].check == Test("State.Health.Status", "equals", "healthy", WhenAbsent.NOTAPPLICABLE)
    assert controls["quantified"].check == Each("Mounts", "none", Test("RW", "equals", True), WhenAbsent.PASS)


FIXED = (
    CONTROL.replace("for_each: containers", "for_each: default_files")
    .replace("  fact: HostConfig.Privileged\n  equals: false\n", '  fact: mode\n  mode_at_most: "0644"\n')
    .replace("recreate: recreate container", "recreate: nothing")
)


def with_fix(fix: str) -> str:
    """A control about files whose fix starts in line 14."""
    return FIXED + "  fix:\n" + "".join(f"    {line}\n" for line in fix.splitlines())


def test_a_fix_is_data(tmp_path: Path) -> None:
    text = with_fix('file_mode: "0644"\ndaemon_set: {icc: false, log-opts: {a: [1]}}')
    control = load_catalog(write_tree(tmp_path, {"files/plain": text})).controls["plain"]
    assert control.remediation.fixes == (
        Fix("file_mode", "0644"),
        Fix("daemon_set", {"icc": False, "log-opts": {"a": [1]}}),
    )
    assert control.remediation.by_hand == ""


def test_why_there_is_no_fix(tmp_path: Path) -> None:
    control = load_catalog(write_tree(tmp_path, {"files/plain": FIXED + "  by_hand: So it is.\n"})).controls["plain"]
    assert control.remediation == Remediation("Do the other thing.", Recreate.NOTHING, (), "So it is.")


@pytest.mark.parametrize(
    ("fix", "message"),
    [
        (
            "script: rm -rf /",
            "14:5: no fix 'script'; there are file_mode, file_owner, audit_rule, daemon_set, daemon_unset, ",
        ),
        ("file_mode: 0644", '14:16: 0644 has two readings; quote it: "0644"'),
        ('file_mode: "644; reboot"', '14:16: file_mode is a mode in four octal digits, such as "0644"'),
        ('file_owner: "root"', '14:17: file_owner is "USER:GROUP"'),
        ('file_owner: "root:$(id)"', '14:17: file_owner is "USER:GROUP"'),
        ("audit_rule: {accesses: wx, key: a}", "ok"),
        ("audit_rule: {accesses: xw, key: a}", "14:17: audit_rule records accesses out of rwxa, in that order"),
        ("audit_rule: {accesses: w, key: 'a;b'}", "14:17: audit_rule has a key of small letters, digits, _ and -"),
        ("audit_rule: {accesses: w}", "14:17: audit_rule has accesses and key, and nothing else"),
        ("daemon_set: {iccc: false}", "14:17: daemon_set knows no setting 'iccc'"),
        ("daemon_set: [icc]", "14:17: daemon_set is a mapping of settings to values"),
        ("daemon_unset: {icc: false}", "14:19: daemon_unset has a list of values for 'icc'"),
        ("api_group_members: alice", "14:24: api_group_members is {parameter: NAME}, a parameter of the control"),
        ("api_group_members: {parameter: x}", "14:24: api_group_members names no parameter 'x'"),
    ],
)
def test_a_fix_holds_nothing_but_what_it_may(tmp_path: Path, fix: str, message: str) -> None:
    found = errors_of(write_tree(tmp_path, {"files/x": with_fix(fix)}))
    assert all(message in each for each in found)
    assert len(found) == (message != "ok")


def test_fixes_stand_alone(tmp_path: Path) -> None:
    both = errors_of_control(tmp_path / "both", with_fix('file_mode: "0644"') + "  by_hand: No.\n")
    assert both == ["15:3: 'by_hand' says why there is no fix, and there is one"]
    anew = CONTROL + "  fix:\n    daemon_set: {icc: false}\n"
    assert errors_of_control(tmp_path / "anew", anew) == ["13:3: no script makes containers or images anew"]
    elsewhere = CONTROL.replace("recreate container", "nothing") + '  fix:\n    file_mode: "0644"\n'
    assert errors_of_control(tmp_path / "elsewhere", elsewhere) == [
        "14:16: file_mode is about files, and containers are none that a script knows to find"
    ]


def test_only_a_person_can_say(tmp_path: Path) -> None:
    text = CONTROL.replace("check:\n" + CHECK, "attest: Ask somebody.\n")
    control = load_catalog(write_tree(tmp_path, {"operations/asked": text})).controls["asked"]
    assert (control.check, control.attest, control.automation) == (None, "Ask somebody.", Automation.ATTESTED)


@pytest.mark.parametrize(
    ("check", "error"),
    [
        ("fact: HostConfig.Privileged\nequal: false", "8:3: no operator 'equal'; there are equals, one_of, "),
        (
            "fact: HostConfig.Privilged\nequals: false",
            "7:9: no fact of containers 'HostConfig.Privilged'; did you mean HostConfig.Privileged",
        ),
        ("fact: zzz\nequals: false", "7:9: no fact of containers 'zzz'"),
        (
            "fact: daemon:daemon.iccc\nequals: false",
            "7:9: no fact of the daemon 'daemon.iccc'; did you mean daemon.icc",
        ),
        ("fact: image:Id\nequals: x", "7:9: no prefix 'image'; there are daemon:, host:"),
        ("fact: [a]\nequals: x", "7:9: 'fact' must be the name of a fact, found a list"),
        ("fact: HostConfig.Privileged", "7:3: no word says what is asked of the fact; there are equals, "),
        ("fact: HostConfig.Privileged\nabsent: pass", "7:3: no word says what is asked"),
        (
            "fact: HostConfig.Privileged\nmode_at_most: '0644'",
            "8:3: 'mode_at_most' reads mode; HostConfig.Privileged is a bool",
        ),
        ("fact: HostConfig.Privileged\nequals: 0", "8:11: equals: expected true or false"),
        ("fact: HostConfig.Privileged\nequals: 'false'", "8:11: equals: expected true or false"),
        ("fact: HostConfig.Privileged\nequals: no", "8:11: equals: expected true or false"),
        ("fact: HostConfig.Memory\nat_least: '1'", "8:13: at_least: expected an integer"),
        ("fact: HostConfig.Memory\nat_least: 1.5", "8:13: at_least: expected an integer"),
        ("fact: HostConfig.Memory\nat_least:", "at_least: expected an integer"),
        ("fact: HostConfig.PidMode\nequals: 5.10", '8:11: equals: 5.10 is not a string here; quote it: "5.10"'),
        ("fact: HostConfig.PidMode\nequals: true", '8:11: equals: true is not a string here; quote it: "true"'),
        ("fact: HostConfig.PidMode\none_of: [host, 12]", '8:18: one_of: 12 is not a string here; quote it: "12"'),
        ("fact: HostConfig.PidMode\nmatches: '('", "8:12: matches: not an RE2 expression"),
        (
            "fact: daemon:version.Version\nversion_at_least: 20.10",
            '8:21: version_at_least: 20.10 is not a string here; quote it: "20.10"',
        ),
        ("fact: HostConfig.PidMode\nequals: {a: b}", "8:11: equals: expected a plain argument or {parameter: NAME}"),
        ("fact: HostConfig.PidMode\nequals: {parameter: nowhere}", "8:23: no parameter 'nowhere'; declared are: none"),
        ("fact: State.Status\nequals: runing", "8:11: State.Status is never 'runing'; its values are created, running"),
        ("fact: State.Status\none_of: [running, gone]", "8:11: State.Status is never 'gone'"),
        (
            "fact: HostConfig.Privileged\nequals: false\nabsent: maybe",
            "9:11: 'absent' is true (a word) or what an absence means (pass, fail,",
        ),
        ("fact: HostConfig.Privileged\nequals: false\nabsent: false", "9:11: absent: expected true"),
        (
            "fact: HostConfig.Privileged\npresent: true\nabsent: pass",
            "9:3: 'present' already says what an absence means",
        ),
        (
            "fact: HostConfig.Memory\nat_least: 1\nat_most: 2\nabsent: notapplicable",
            "10:11: 'notapplicable' is for a check that is one single test",
        ),
        (
            "all:\n  - fact: HostConfig.Privileged\n    equals: false\n    absent: notapplicable",
            "10:15: 'notapplicable' is for a check that is one single test; say it with when",
        ),
        ("not: {fact: HostConfig.Privileged, equals: true, absent: notapplicable}", "7:60: 'notapplicable' is for"),
        ("fact: Mounts\nevery: {fact: RW, equals: true, absent: notapplicable}", "8:43: 'notapplicable' is for"),
        (
            "fact: HostConfig.Memory\nevery: {fact: RW, equals: true}",
            "8:3: 'every' reads records; HostConfig.Memory is an int",
        ),
        (
            "fact: Mounts\nevery: {fact: Rw, equals: true}",
            "8:17: no field of an element of Mounts 'Rw'; there are Type, Name, ",
        ),
        (
            "fact: Mounts\nsome: {fact: daemon:daemon.icc, equals: true}",
            "8:16: inside a quantifier only the fields of an element of Mounts",
        ),
        ("fact: Mounts\nsome: {fact: RW, equals: true}\npresent: true", "8:3: 'some' stands alone on its fact"),
        (
            "fact: Mounts\nevery: {fact: RW, equals: true}\nsome: {fact: RW, equals: true}",
            "8:3: 'every' stands alone on its fact",
        ),
        (
            "fact: Mounts\nsubset_of: []",
            "8:3: 'subset_of' reads paths, strings; Mounts is a records",
        ),
        ("all: []", "7:8: 'all' needs at least one condition"),
        ("any: {fact: Mounts, present: true}", "7:8: 'any' must be a list, found a mapping"),
        (
            "all: [{fact: Mounts, present: true}]\nany: [{fact: Mounts, present: true}]",
            "8:3: 'any' cannot stand beside 'all'",
        ),
        ("alll: []", "7:3: no key 'alll'; there are fact, all, any, not"),
        ("equals: false", "7:3: a condition is {fact: NAME, WORD: ARGUMENT}"),
        ("not: x", "7:8: a condition is {fact: NAME, WORD: ARGUMENT}"),
        ("not: {}", "7:8: a condition is {fact: NAME, WORD: ARGUMENT}"),
    ],
)
def test_a_wrong_condition_is_one_error_at_its_place(tmp_path: Path, check: str, error: str) -> None:
    found = errors_of_control(tmp_path, with_check(check))
    assert len(found) == 1, found
    assert error in found[0]


@pytest.mark.parametrize(
    ("old", "new", "errors"),
    [
        ("check:", "chek:", ["1:1: the control decides nothing", "6:1: no key 'chek'; there are id, title, version, "]),
        ("severity: high", "severity: highest", ["4:11: no severity 'highest'; there are info, low, medium, high"]),
        ("severity: high\n", "", ["1:1: the control lacks severity"]),
        ("version: 1", "version: 0", ["3:10: version counts from 1"]),
        ("version: 1", "version: '1'", ["3:10: version must be an integer, found a string"]),
        ("version: 1", "version: 1.0", ["3:10: version must be an integer, found the number 1.0"]),
        ("version: 1", "version: true", ["3:10: version must be an integer, found true"]),
        (
            "title: A control of the tests",
            "title: 5.10",
            ['2:8: title must be a string, found the number 5.10; quote it: "5.10"'],
        ),
        ("title: A control of the tests", 'title: " "', ["2:8: title is empty"]),
        ("title: A control of the tests", 'title: "a\\nb"', ["2:8: title must be one line"]),
        (
            "for_each: containers",
            "for_each: container",
            ["5:11: no collection 'container'; did you mean containers or running_containers"],
        ),
        ("id: {id}", "id: other", ["1:5: the id is 'other', but the file is broken.yaml; they must be the same"]),
        (
            "recreate: recreate container",
            "recreate: container",
            ["12:13: no recreate 'container'; there are nothing, reload, "],
        ),
        ("  recreate: recreate container\n", "", ["11:3: remediation lacks recreate"]),
        ("rationale: Because the test says so.", "rationale:", ["rationale must be a string, found nothing"]),
        ("check:\n" + CHECK, "", ["1:1: the control decides nothing; it needs check, attest or both"]),
        ("check:", "attest: Ask.\nreview:", ["7:1: 'review' says which failures a person judges"]),
        ("severity: high", "severity: high\nparameters: []", ["5:13: parameters must be a mapping, found a list"]),
        (
            "severity: high",
            "severity: high\nparameters: {unused: {type: int, default: 1, description: x}}",
            ["5:14: the parameter 'unused' is not used by any condition"],
        ),
        (
            "severity: high",
            "severity: high\nparameters: {a: {type: int, default: 1}}",
            ["5:17: the parameter 'a' lacks description"],
        ),
    ],
)
def test_a_wrong_key_is_an_error_at_its_place(tmp_path: Path, old: str, new: str, errors: list[str]) -> None:
    assert old in CONTROL
    found = errors_of_control(tmp_path, CONTROL.replace(old, new))
    for expected in errors:
        assert any(expected in each for each in found), found
    if "lacks description" not in errors[0]:  # a parameter nobody uses is an error of its own there
        assert len(found) == len(errors), found


PARAMETER = CONTROL.replace(
    CHECK, "  fact: capabilities\n  subset_of: {parameter: approved}\nparameters:\n  approved: DECLARED\n"
)


@pytest.mark.parametrize(
    ("declared", "error"),
    [
        ("{type: strings, default: [A, 5.10], description: x}", '10:42: not a string; quote it: "5.10"'),
        ("{type: strings, default: A, description: x}", "10:38: the default is not of type strings"),
        ("{type: string, default: 12, description: x}", '10:37: the default is not of type string; quote it: "12"'),
        (
            "{type: string, default: A, description: x}",
            "8:26: subset_of: the default of approved does not fit: expected a list",
        ),
        ("{type: list, default: [], description: x}", "10:20: no type 'list'; there are strings, string, int, bool"),
        ("{type: int, default: true, description: x}", "10:34: the default is not of type int"),
        (
            "{type: strings, default: [A], description: x, extra: 1}",
            "10:59: no key 'extra'; there are type, default, description",
        ),
    ],
)
def test_parameters_are_typed(tmp_path: Path, declared: str, error: str) -> None:
    found = errors_of_control(tmp_path, PARAMETER.replace("DECLARED", declared))
    assert any(error in each for each in found), found


def test_a_parameter_may_be_an_empty_list(tmp_path: Path) -> None:
    text = PARAMETER.replace("DECLARED", "{type: strings, default: [], description: x}")
    assert errors_of_control(tmp_path, text) == []


def test_a_parameter_used_only_by_when_is_used(tmp_path: Path) -> None:
    text = CONTROL + (
        "when: {fact: HostConfig.Memory, at_least: {parameter: floor}}\n"
        "parameters: {floor: {type: int, default: 1, description: x}}\n"
    )
    assert errors_of_control(tmp_path, text) == []


PARAMETERS = """\
parameters:
  floor: {type: int, default: 1, description: x}
  names: {type: strings, default: [], description: x}
"""


def test_when_and_review_look_at_parameters_and_so_use_them(tmp_path: Path) -> None:
    text = CONTROL + "when: {fact: 'parameter:floor', at_least: 1}\nreview: {fact: 'parameter:names', equals: []}\n"
    assert errors_of_control(tmp_path, text + PARAMETERS) == []


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("parameter:floor", "parameter:flor", "13:14: no parameter 'flor'; declared are: floor, names"),
        ("parameter:floor", "parametr:floor", "13:14: no prefix 'parametr'; there are daemon:, host:, parameter:"),
        ("at_least: 1", "contains: a", "13:33: 'contains' reads map, paths, strings; parameter:floor is an int"),
        ("at_least: 1", 'at_least: "1"', "13:43: at_least: expected an integer"),
        (CHECK, "  fact: parameter:floor\n  equals: 1\n", "7:9: a check rests on what was seen"),
        (
            CHECK,
            "  all:\n    - not: {fact: 'parameter:floor', equals: 1}\n",
            "8:19: a check rests on what was seen",
        ),
        (
            "when: {fact: 'parameter:floor', at_least: 1}",
            "when: {fact: Mounts, some: {fact: 'parameter:floor', equals: 1}}",
            "13:35: inside a quantifier only the fields",
        ),
    ],
)
def test_parameters_as_facts_are_checked_like_facts(tmp_path: Path, old: str, new: str, error: str) -> None:
    text = CONTROL + "when: {fact: 'parameter:floor', at_least: 1}\nreview: {fact: 'parameter:names', equals: []}\n"
    assert old in text
    found = errors_of_control(tmp_path, text.replace(old, new) + PARAMETERS)
    assert any(each.startswith(error) for each in found), found


def test_a_minimum_version_may_be_left_empty_as_a_parameter_only(tmp_path: Path) -> None:
    text = CONTROL.replace(CHECK, "  fact: daemon:version.Version\n  version_at_least: {parameter: floor}\n")
    text += 'parameters: {floor: {type: string, default: "", description: x}}\n'
    assert errors_of_control(tmp_path, text) == []
    plain = CONTROL.replace(CHECK, '  fact: daemon:version.Version\n  version_at_least: ""\n')
    assert errors_of_control(tmp_path / "plain", plain) != []


def test_notapplicable_may_not_stand_in_when_or_review(tmp_path: Path) -> None:
    text = CONTROL + "when: {fact: HostConfig.Memory, at_least: 1, absent: notapplicable}\n"
    assert errors_of_control(tmp_path, text) == [
        "13:54: 'notapplicable' is for a check that is one single test; say it with when"
    ]


def test_words_are_checked_even_where_the_collection_is_unknown(tmp_path: Path) -> None:
    text = CONTROL.replace("for_each: containers", "for_each: boxes").replace("equals", "equal")
    found = errors_of_control(tmp_path, text)
    assert [each.split(";")[0] for each in found] == ["5:11: no collection 'boxes'", "8:3: no operator 'equal'"]


def test_all_errors_of_all_files_at_once_sorted(tmp_path: Path) -> None:
    bad = (
        CONTROL.replace("equals", "equal")
        .replace("severity: high", "severity: grave")
        .replace("id: {id}", "id: CamelCase")
    )
    found = errors_of(
        write_tree(
            tmp_path,
            {
                "daemon/one": bad,
                "containers/two": bad,
                "containers/three": "a: [",
                "files/four": "- x",
                "files/five": CONTROL,
            },
        )
    )
    assert [each.split(": ", 1)[0] for each in found] == [
        "controls/containers/three.yaml:2:1",
        "controls/containers/two.yaml:1:5",
        "controls/containers/two.yaml:1:5",
        "controls/containers/two.yaml:4:11",
        "controls/containers/two.yaml:8:3",
        "controls/daemon/one.yaml:1:5",
        "controls/daemon/one.yaml:1:5",
        "controls/daemon/one.yaml:4:11",
        "controls/daemon/one.yaml:8:3",
        "controls/files/four.yaml:1:1",
    ]


def test_an_id_is_taken_once_across_rooms(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"containers/same": CONTROL})
    (root / "controls" / "daemon").mkdir()
    (root / "controls" / "daemon" / "same.yaml").write_text(CONTROL.replace("{id}", "same"))
    assert errors_of(root) == ["controls/daemon/same.yaml:1:5: the id 'same' is taken by controls/containers/same.yaml"]


def test_a_room_is_one_of_seven(tmp_path: Path) -> None:
    found = errors_of(write_tree(tmp_path, {"container/lost": CONTROL}))
    there = "host, daemon, files, images, containers, operations, swarm"
    assert found == [f"controls/container/lost.yaml:1:5: no room 'container'; there are {there}"]


def test_ids_are_snake_case(tmp_path: Path) -> None:
    found = errors_of_control(tmp_path, CONTROL, name="Not-Snake")
    assert found == ["1:5: the id 'Not-Snake' is not snake_case"]
