"""Conditions as shell functions beside the product's own evaluation of them: the same three values, word by word."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.evaluate.compile import Around, compile_condition
from benchmark.export.sce_conditions import LISTED, NUMBER, Writer
from benchmark.export.sce_fact import ScriptFact
from benchmark.export.sides import NotExpressible
from benchmark.model.control import AllOf, AnyOf, Condition, Each, Not, Parameter, ParameterRef, Test, WhenAbsent
from benchmark.model.declaration import Fact, Type
from benchmark.model.facts import ABSENT, FactValue, Reason, Subject, Unavailable
from benchmark.scap.fix.shell import quoted
from tests.unit.render.made_assessments import control

LOST: Final = Unavailable(Reason.DENIED, "made up")
NOBODY: Final = Around(*(Subject(kind, "", "", {}, blocked=LOST) for kind in ("daemon", "host")))
SHELLS: Final = tuple(each for each in (("dash",), ("busybox", "sh"), ("bash", "--posix")) if shutil.which(each[0]))
TABLE: Final = {
    "b": Fact(Type.BOOL, ""),
    "i": Fact(Type.INT, ""),
    "s": Fact(Type.STRING, ""),
    "v": Fact(Type.VERSION, ""),
    "l": Fact(Type.STRINGS, ""),
}
PARAMETERS: Final = (
    Parameter("names", "strings", ["a", "b"], ""),
    Parameter("none", "strings", [], ""),
    Parameter("name", "string", "a", ""),
    Parameter("most", "int", 3, ""),
)
TEXTS: Final = ["", "a", "b", "ab", "a b", "*", "$HOME", "ü", "-e", "a.b"]
VALUES: Final[Mapping[str, list[FactValue]]] = {
    "b": [True, False],
    "i": [0, 1, 3, 4, -1, 7776000000000000],
    "s": list(TEXTS),
    "v": ["20.10.24", "20.10.24+dfsg1", "21", "20.9", "20.10.24.1", "x"],
    "l": [[], ["a"], ["a", "b"], ["b", "c d"], ["ab"]],
}
_WORDS: Final = {
    "b": [("equals", True), ("equals", False)],
    "i": [("equals", 3), ("one_of", [1, 4]), ("at_least", 1), ("at_most", 3), ("at_most", ParameterRef("most"))],
    "s": [
        ("equals", "a"),
        ("equals", "$HOME"),
        ("one_of", ["a", "", "*"]),
        ("one_of", ParameterRef("names")),
        ("equals", ParameterRef("name")),
        ("starts_with_any", ["a", "$"]),
        ("starts_with_any", ["a."]),
    ],
    "v": [("version_at_least", "20.10.24"), ("version_at_least", "20.10"), ("version_at_least", "")],
    "l": [
        ("equals", []),
        ("equals", ["a", "b"]),
        ("contains", "a"),
        ("contains_any", ["b", "c d"]),
        ("subset_of", ["a", "b"]),
        ("subset_of", ParameterRef("names")),
        ("subset_of", ParameterRef("none")),
        ("disjoint_from", ["a", "x"]),
        ("starts_with_any", ["a"]),
    ],
}
TESTS: Final = st.one_of(
    *(
        st.builds(
            Test,
            st.just(fact),
            st.just(word),
            st.just(argument),
            st.sampled_from([None, WhenAbsent.PASS, WhenAbsent.FAIL]),
        )
        for fact, words in _WORDS.items()
        for word, argument in [*words, ("present", True), ("absent", True)]
    )
)
CONDITIONS: Final = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


def unseen(fact: str) -> list[FactValue]:
    """A list is never absent to a script: what prints nothing is empty."""
    return [LOST] if TABLE[fact].type is Type.STRINGS else [ABSENT, LOST]


FACTS: Final = st.fixed_dictionaries({
    name: st.one_of(st.sampled_from(values), st.sampled_from(unseen(name))) for name, values in VALUES.items()
})  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(condition=CONDITIONS, facts=FACTS)
def test_any_condition_has_the_same_value(condition: Condition, facts: Mapping[str, FactValue]) -> None:
    assert by_shell(condition, facts) == by_evaluation(condition, facts)


@pytest.mark.parametrize("fact", TABLE)
def test_every_word_about_every_value(fact: str) -> None:
    """One script for all words, one run for each value: what a random condition may never reach."""
    tests = [Test(fact, word, argument) for word, argument in (*_WORDS[fact], ("present", True), ("absent", True))]
    for value in (*VALUES[fact], *unseen(fact)):
        facts = {fact: value}
        assert [by_shell(each, facts, SHELLS[:1]) for each in tests] == [by_evaluation(each, facts) for each in tests]


def by_evaluation(condition: Condition, facts: Mapping[str, FactValue]) -> int:
    """0, 1 or 2 for true, false and unknown."""
    arguments = {each.name: each.default for each in PARAMETERS}
    outcome, _ = compile_condition(condition, TABLE, arguments)(facts, NOBODY)
    return {True: 0, False: 1}.get(outcome, 2)  # type: ignore[call-overload,no-any-return]


def by_shell(condition: Condition, facts: Mapping[str, FactValue], shells: tuple[tuple[str, ...], ...] = SHELLS) -> int:
    """The same from the function in each shell, which must agree."""
    writer = Writer(control(parameters=PARAMETERS), {name: told(name, value) for name, value in facts.items()})
    name = writer.condition(condition)
    values = {"names": "a,b", "none": "", "name": "a", "most": "3"}
    text = "".join([
        "leave() { exit 9; }\n", LISTED, NUMBER, *writer.lines,
        *(f"XCCDF_VALUE_{key}='{value}'\n" for key, value in values.items()),
        f"{name}\n",
    ])  # fmt: skip
    found = {
        subprocess.run([*words, "-c", text], capture_output=True, check=False, env={"PATH": "/usr/bin:/bin"}).returncode
        for words in shells
    }
    assert len(found) == 1, text
    return found.pop()


def told(name: str, value: FactValue) -> ScriptFact:
    """A fact that prints this value as facts do."""
    if isinstance(value, Unavailable):
        return ScriptFact("return 1\n", TABLE[name].type)
    elements: list[Any] = [] if value is ABSENT else value if isinstance(value, list) else [value]
    words = " ".join(quoted(json.dumps(each, ensure_ascii=False)) for each in elements)
    return ScriptFact(f"printf '%s\\n' {words}\n" if words else ":\n", TABLE[name].type)


def test_a_value_that_cannot_be_compared_ends_the_script() -> None:
    writer = Writer(control(parameters=PARAMETERS), {"s": told("s", "a")})
    name = writer.condition(Test("s", "one_of", ParameterRef("names")))
    for value, status in (("a,b", 0), ('x"y', 9), ("x\\\\y", 9)):
        text = (
            "leave() { exit 9; }\n" + LISTED + NUMBER + "".join(writer.lines) + f"XCCDF_VALUE_names='{value}'\n{name}\n"
        )
        done = subprocess.run(["/bin/sh", "-c", text], capture_output=True, check=False)
        assert done.returncode == status, value


@pytest.mark.parametrize(
    "condition",
    [
        Each("l", "every", Test("x", "equals", 1)),
        Test("s", "matches", "a+"),
        Test("nowhere", "equals", 1),
        Test("s", "equals", "a", WhenAbsent.NOTAPPLICABLE),
    ],
)
def test_what_no_script_says_is_refused(condition: Condition) -> None:
    with pytest.raises(NotExpressible):
        Writer(control(parameters=PARAMETERS), {"s": told("s", "a"), "l": told("l", [])}).condition(condition)
