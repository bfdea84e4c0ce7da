"""Conditions as shell functions that leave with 0 (true), 1 (false) or 2 (nobody knows), the three values of the language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from benchmark.export.sce_fact import ScriptFact
from benchmark.export.sce_facts import AROUND
from benchmark.export.sides import NotExpressible
from benchmark.model.control import (
    PARAMETER,
    AllOf,
    AnyOf,
    Condition,
    Control,
    Each,
    Not,
    ParameterRef,
    Test,
    WhenAbsent,
)
from benchmark.model.declaration import Type
from benchmark.scap.fix.shell import quoted

_SCALARS: Final = frozenset({Type.BOOL, Type.INT, Type.STRING, Type.VERSION})
_WHEN_ABSENT: Final[Mapping[WhenAbsent | None, int]] = {WhenAbsent.PASS: 0, WhenAbsent.FAIL: 1, None: 2}
_TYPES: Final[Mapping[str, Type]] = {
    "strings": Type.STRINGS,
    "string": Type.STRING,
    "int": Type.INT,
    "bool": Type.BOOL,
}

# Words of conditions, each a function of "$value" and of "$wanted", both JSON scalars, one a line.
WORDS: Final[Mapping[str, str]] = {
    "equals": '[ "$value" = "$wanted" ]\n',
    "one_of": 'printf \'%s\\n\' "$wanted" | grep -qxF -e "$value"\n',
    "at_least": 'number "$value" "$wanted" || return 2\n[ "$value" -ge "$wanted" ]\n',
    "at_most": 'number "$value" "$wanted" || return 2\n[ "$value" -le "$wanted" ]\n',
    "version_at_least": """\
printf '%s\\n' "$wanted" | grep -q '^"[0-9]' || return 1
printf '%s\\n' "$value" | grep -q '^"[0-9]' || return 2
printf '%s\\n%s\\n' "$value" "$wanted" | tr -d '"' | awk -F . '
    NR == 1 { for (at = 1; at <= NF; at++) { found[at] = $at + 0; if ($at !~ /^[0-9]+$/) break } }
    NR == 2 {
        for (at = 1; at <= NF; at++) {
            if (found[at] + 0 != $at + 0) exit found[at] + 0 < $at + 0
            if ($at !~ /^[0-9]+$/) break
        }
    }'
""",
    "starts_with_any": """\
printf '%s\\n' "$value" | wanted=$wanted awk '
    BEGIN { count = split(ENVIRON["wanted"], prefixes, "\\n") }
    { for (at = 1; at <= count; at++) if (index($0, substr(prefixes[at], 1, length(prefixes[at]) - 1)) == 1) found = 1 }
    END { exit !found }'
""",
    "contains": 'printf \'%s\\n\' "$value" | grep -qxF -e "$wanted"\n',
    "contains_any": 'printf \'%s\\n\' "$value" | grep -qxF -e "$wanted"\n',
    "disjoint_from": """\
printf '%s\\n' "$value" | grep -qxF -e "$wanted"
case $? in 0) return 1 ;; 1) return 0 ;; *) return 2 ;; esac
""",
    "subset_of": """\
[ -n "$value" ] || return 0
[ -n "$wanted" ] || return 1
printf '%s\\n' "$value" | grep -qvxF -e "$wanted"
case $? in 0) return 1 ;; 1) return 0 ;; *) return 2 ;; esac
""",
}
NUMBER: Final = """\
number() {
    for each; do case $each in '' | - | *[!0-9-]* | ?*-*) return 1 ;; esac; done
}
"""
LISTED: Final = """\
# listed TEXT: its parts between commas as JSON; a text that JSON would write otherwise is none that can be compared
listed() {
    case $1 in *[\\"\\\\]*) leave error "a value that a script cannot compare: $1" ;; esac
    [ -z "$1" ] || printf '%s\\n' "$1" | tr , '\\n' | sed 's/.*/"&"/'
}
"""


@dataclass(slots=True)
class Writer:
    """Writes the functions of one control's conditions; ``exports`` are the parameters that they read."""

    control: Control
    facts: Mapping[str, ScriptFact]
    lines: list[str] = field(default_factory=list)
    needs: dict[str, None] = field(default_factory=dict)
    exports: dict[str, None] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)
    _count: int = 0

    def condition(self, condition: Condition) -> str:
        """The name of the function that decides ``condition``. Raises NotExpressible where no script can."""
        match condition:
            case Test():
                return self._test(condition)
            case AllOf(parts):
                return self._joined(parts, stops=1, goes=0)
            case AnyOf(parts):
                return self._joined(parts, stops=0, goes=1)
            case Not(part):
                inner = self.condition(part)
                return self._define(f"{inner}\ncase $? in 0) return 1 ;; 1) return 0 ;; *) return 2 ;; esac\n")
            case Each():
                raise NotExpressible(f"a script does not look into the records of {condition.fact}")

    def _joined(self, parts: tuple[Condition, ...], *, stops: int, goes: int) -> str:
        name = self._next()
        body = f"{name}={goes}\n"
        for each in parts:
            inner = self.condition(each)
            body += f"{inner}\ncase $? in {stops}) return {stops} ;; {goes}) ;; *) {name}=2 ;; esac\n"
        return self._define(f"{body}return ${name}\n", name)

    def _test(self, test: Test) -> str:
        asked, fact_type = self._fact(test.fact)
        if test.absent is WhenAbsent.NOTAPPLICABLE:
            raise NotExpressible(f"absent {test.fact} ends the judgement")
        if test.word in ("present", "absent"):
            there = 0 if test.word == "present" else 1
            return self._define(
                f"{asked}\ncase $? in 0) return {there} ;; 1) return {1 - there} ;; *) return 2 ;; esac\n"
            )
        if test.word not in WORDS:
            raise NotExpressible(f"no script says: {test.fact} {test.word}")
        gone = _WHEN_ABSENT[test.absent]
        body = (
            f"{asked}\ncase $? in 0) ;; 1) said='{test.fact} is absent'; return {gone} ;; *) return 2 ;; esac\n"
            f"said=\"{test.fact} is $(printf '%s' \"$value\" | tr '\\n' ' ')\"\n"
            f"{self._wanted(test, fact_type)}{WORDS[test.word]}"
        )
        return self._define(body)

    def _wanted(self, test: Test, fact_type: Type) -> str:
        argument = test.argument
        if isinstance(argument, ParameterRef):
            self.exports[argument.name] = None
            text = f"$XCCDF_VALUE_{argument.name}"
            kind = next(each.type for each in self.control.parameters if each.name == argument.name)
            if kind in ("int", "bool"):
                return f'wanted="{text}"\n'
            if kind == "string" or test.word == "one_of":  # an empty list of choices is a choice of the empty text
                return f'wanted=$(listed "{text}") || exit\n[ -n "$wanted" ] || wanted=\'""\'\n'
            return f'wanted=$(listed "{text}") || exit\n'
        values = argument if isinstance(argument, list) else [argument]
        if fact_type not in _SCALARS | {Type.STRINGS, Type.PATHS}:
            raise NotExpressible(f"no script compares {test.fact}")
        written = " ".join(quoted(json.dumps(each, ensure_ascii=False)) for each in values)
        return f"wanted=$(printf '%s\\n' {written})\n" if values else "wanted=\n"

    def _fact(self, name: str) -> tuple[str, Type]:
        """The function that sets ``value`` and leaves with 0, 1 where the fact is absent, or 2; and the fact's type."""
        found = self._source(name)
        if name not in self._known:
            scalar = '[ -n "$value" ]\n' if found.type in _SCALARS else ":\n"
            read = self._define(found.text)
            lost = f"said={quoted(name + ' could not be read')}"
            self._known[name] = self._define(f"value=$({read}) || {{ {lost}; return 2; }}\n{scalar}")
            self.needs |= dict.fromkeys(found.needs)
        return self._known[name], found.type

    def _source(self, name: str) -> ScriptFact:
        if name.startswith(f"{PARAMETER}:"):
            parameter = name.partition(":")[2]
            self.exports[parameter] = None
            kind = _TYPES[next(each.type for each in self.control.parameters if each.name == parameter)]
            text = f'"$XCCDF_VALUE_{parameter}"'
            if kind in (Type.INT, Type.BOOL):
                return ScriptFact(f"printf '%s\\n' {text}\n", kind)
            empty = "" if kind is Type.STRINGS else f"[ -n {text} ] || echo '\"\"'\n"
            return ScriptFact(f"listed {text}\n{empty}:\n", kind)
        for prefix, facts in AROUND.items():
            if name.startswith(prefix) and name.removeprefix(prefix) in facts:
                return facts[name.removeprefix(prefix)]
        if name not in self.facts:
            raise NotExpressible(f"no script reads {name}")
        return self.facts[name]

    def _define(self, body: str, name: str = "") -> str:
        name = name or self._next()
        indented = "".join(f"    {line}" for line in body.splitlines(keepends=True))
        self.lines.append(f"{name}() {{\n{indented}}}\n")
        return name

    def _next(self) -> str:
        self._count += 1
        return f"c{self._count}"
