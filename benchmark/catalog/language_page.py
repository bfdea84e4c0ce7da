"""The language page of the documentation, written from the tables that the loader itself uses.

``python -m benchmark.catalog.language_page > docs/language.md`` rewrites it; a test fails while it is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Final

from benchmark.catalog.conditions import CONNECTIVES, QUANTIFIERS
from benchmark.catalog.controls import ROOMS
from benchmark.evaluate.operators import OPERATORS
from benchmark.model.control import Recreate, Severity
from benchmark.model.declaration import NO_NULL, Collection, Fact, Type
from benchmark.model.vocabulary import COLLECTIONS, KINDS
from benchmark.scap.fix.kinds import FIXES

_HEAD: Final = """\
# The language of controls

Written by `python -m benchmark.catalog.language_page`; do not edit.

A control is one file, `controls/ROOM/ID.yaml`. Content never executes: a check is a sentence made of facts and words.

| key | needed | what it holds |
| --- | --- | --- |
| `id` | yes | the name of the file: snake_case, the required state, never reused |
| `title` | yes | the statement, one line |
| `version` | yes | an integer from 1; +1 whenever the same facts could give another result |
| `severity` | yes | {severities} |
| `for_each` | yes | the collection whose members are judged one by one |
| `check` | one of the two | the condition that a good member meets |
| `attest` | one of the two | why a person must say something, alone or as well |
| `when` | | a condition; where it does not hold, the control is not applicable |
| `review` | | a condition; a failed check is left to a person where it holds. Needs `check` |
| `parameters` | | values that a profile may set: name → `type` (strings, string, int, bool), `default`, `description` |
| `rationale` | yes | why, in our own words |
| `remediation` | yes | `text`, and `recreate`, what applying it costs: {recreates}; besides, `fix` or `by_hand` |

Rooms are {rooms}.
YAML is read strictly: no anchors, aliases, tags, merge keys or duplicate keys; the only booleans are `true` and `false`;
strings that look like numbers are quoted (`"5.10"`, `"0644"`).

## Conditions

| condition | holds when |
| --- | --- |
| `{{fact: NAME, WORD: ARGUMENT}}` | the word says so about the fact; several words on one fact all do |
| `{{fact: NAME, every: CONDITION}}` | {every} |
| `{{fact: NAME, some: CONDITION}}` | {some} |
| `{{fact: NAME, none: CONDITION}}` | {none} |
| `{{all: [CONDITION, …]}}` | {all} |
| `{{any: [CONDITION, …]}}` | {any} |
| `{{not: CONDITION}}` | {not} |

`NAME` is a fact of the collection's members, or `daemon:FACT` or `host:FACT`, or, in `when` and `review`,
`parameter:PARAMETER`, what the site has set. Inside `every`, `some` and `none` it is a field of the element. An argument is a
plain value or `{{parameter: PARAMETER}}`.

A fact that is proven to be absent leaves a test undecided, and the verdict an error, unless the test says what absence
means: `absent: pass`, `absent: fail`, or, where the whole check is this one test, `absent: notapplicable`. A fact that could not
be looked at always leaves it undecided.

## Words

"""
_FIXES: Final = """
## Fixes

`remediation` may hold `fix: {KIND: ARGUMENT, …}`, what a script can do about a failure, in that order, or `by_hand`, why none
should. The script is dockmark's own: `dockmark controls show ID` prints it, and XCCDF documents carry it, for a shell and for
Ansible.
No script makes containers or images anew or restarts the daemon, so a control whose `recreate` is one of these has no `fix`.
The control's files are those of its collection, found on the host as the collector finds them.

"""
_FACTS: Final = """
## Facts

Names are Docker's own, as `docker inspect` and daemon.json write them, except where *derived* stands: those are computed
from what the engine or the host says. A null is read as the value in the third column; elsewhere it is a wrong type.
"""


def render_language_page() -> str:
    """The page as Markdown."""
    parts = [
        _HEAD.format(
            severities=_code(Severity),
            recreates=_code(Recreate),
            rooms=_code(ROOMS),
            **{name: text for table in (QUANTIFIERS, CONNECTIVES) for name, text in table.items()},
        ),
        _table(("word", "reads", "argument", "holds when"), _word_rows()),
        _FIXES,
        _table(
            ("fix", "argument", "what its script does"),
            ((f"`{each.name}`", each.argument, each.meaning) for each in FIXES.values()),
        ),
        "\n## Collections\n\n",
        _table(("collection", "members", "what is in it"), map(_collection_row, COLLECTIONS, COLLECTIONS.values())),
        _FACTS,
    ]
    for kind, facts in KINDS.items():
        parts += [f"\n### {kind}\n\n", _table(("fact", "type", "null is", "meaning"), _fact_rows(facts))]
    return "".join(parts)


def _word_rows() -> Iterable[tuple[str, ...]]:
    for word in OPERATORS.values():
        types = (
            "any" if word.fact_types == frozenset(Type) else ", ".join(each for each in Type if each in word.fact_types)
        )
        yield f"`{word.name}`", types, word.argument, word.meaning


def _collection_row(name: str, collection: Collection) -> tuple[str, ...]:
    part = ""
    if collection.base and collection.where is not None:
        fact, value = collection.where
        part = f" (those of `{collection.base}` whose `{fact}` is {_literal(value)})"
    return f"`{name}`", collection.kind, collection.doc + part


def _fact_rows(facts: Mapping[str, Fact], owner: str = "") -> Iterable[tuple[str, ...]]:
    for name, fact in facts.items():
        label = f"`{name}`" if not owner else f"{owner} → `{name}`"
        null = "" if fact.null_is is NO_NULL else _literal(fact.null_is)
        known = f" One of: {', '.join(f'`{each}`' if each else 'empty' for each in fact.known)}." if fact.known else ""
        doc = f"*derived:* {fact.doc}" if fact.derived else fact.doc
        yield label, fact.type.value, null, f"{doc}.{known}" if known else doc
        yield from _fact_rows(fact.fields, label)


def _literal(value: object) -> str:
    return f"`{str(value).lower() if isinstance(value, bool) else value}`" if value not in ("", None) else "empty"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(render_language_page())
