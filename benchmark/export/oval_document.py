"""Criteria as an OVAL document: every distinct test, object, state and variable once, in the order in which they were needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, assert_never

from benchmark import __version__
from benchmark.export.oval_terms import (
    FILE,
    PARTITION,
    PROCESS,
    TEXT,
    VARIABLE,
    Captured,
    Certain,
    Combined,
    Concat,
    Constant,
    Criteria,
    Entity,
    Escaped,
    Every,
    Exists,
    Field,
    Filtered,
    Found,
    Items,
    Meets,
    Negated,
    Setting,
    Some,
    Split,
    State,
    Term,
    Undecided,
)
from benchmark.scap.xml_text import attributes, content, element

OVAL: Final = "http://oval.mitre.org/XMLSchema/oval-definitions-5"
SCHEMA_VERSION: Final = "5.11.2"  # the newest that a strict SCAP 1.3 stream may hold (SRC-216-1)
_NAMESPACES: Final = {
    "xmlns": OVAL,
    "xmlns:oval": "http://oval.mitre.org/XMLSchema/oval-common-5",
    "xmlns:oval-def": OVAL,
    "xmlns:unix": f"{OVAL}#unix",
    "xmlns:linux": f"{OVAL}#linux",
    "xmlns:ind": f"{OVAL}#independent",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
_KINDS: Final = (FILE, TEXT, PROCESS, PARTITION, VARIABLE)
_NOBODY_EVALUATES: Final = "a definition without criteria is never evaluated: what rests on it is for a person to judge"


@dataclass(slots=True)
class OvalDocument:
    """The definitions added so far, and what they need. ``text`` writes them."""

    _definitions: list[tuple[str, str, str]] = field(default_factory=list)
    _tests: dict[object, str] = field(default_factory=dict)
    _objects: dict[Items, str] = field(default_factory=dict)
    _states: dict[State, str] = field(default_factory=dict)
    _variables: dict[Term, str] = field(default_factory=dict)
    _written: dict[str, str] = field(default_factory=dict)

    def add(self, identifier: str, title: str, criteria: Criteria) -> None:
        """Adds a compliance definition of that id."""
        lines = "".join(self._criteria(criteria if isinstance(criteria, Every | Some) else Every((criteria,))))
        self._definitions.append((identifier, title, lines))

    def variable_id(self, term: Term) -> str:
        """The id of the variable that ``term`` is in this document."""
        return self._variable(term)

    def pieces(self, time: str) -> Iterator[str]:
        """The document, without an XML declaration; ``time`` is when it was made."""
        yield f"<oval_definitions{attributes(_NAMESPACES)}>\n"
        yield "<generator>\n"
        yield element("oval:product_name", "dockmark")
        yield element("oval:product_version", __version__)
        yield element("oval:schema_version", SCHEMA_VERSION)
        yield element("oval:timestamp", time)
        yield "</generator>\n"
        yield "<definitions>\n"
        for identifier, title, lines in self._definitions:
            yield from _definition(identifier, title, lines)
        if any(PERSON_ID in lines for _, _, lines in self._definitions):
            yield from _definition(PERSON_ID, _NOBODY_EVALUATES, None)
        yield "</definitions>\n"
        for name, known in (
            ("tests", self._tests),
            ("objects", self._objects),
            ("states", self._states),
            ("variables", self._variables),
        ):
            if known:
                yield f"<{name}>\n"
                for each in known.values():
                    yield self._written[each]
                yield f"</{name}>\n"
        yield "</oval_definitions>\n"

    def _criteria(self, criteria: Criteria, *, negate: bool = False) -> Iterator[str]:
        turned = {"negate": "true"} if negate else {}
        match criteria:
            case Every(parts) | Some(parts):
                operator = "AND" if isinstance(criteria, Every) else "OR"
                yield f"<criteria{attributes({'operator': operator, **turned})}>\n"
                for each in parts:
                    yield from self._criteria(each)
                yield "</criteria>\n"
            case Negated(part):
                yield from self._criteria(part, negate=not negate)
            case Undecided(person):
                if person:
                    yield element("extend_definition", definition_ref=PERSON_ID)
                else:
                    yield element("criterion", test_ref=self._unknown())
            case Certain(value):
                yield from self._criteria(_ALWAYS, negate=value is negate)
            case Exists() | Meets():
                told = {"test_ref": self._test(criteria), "comment": criteria.comment, **turned}
                yield f"<criterion{attributes(told)}/>\n"
            case _ as never:
                assert_never(never)

    def _test(self, test: Exists | Meets) -> str:
        key = (test.items,) if isinstance(test, Exists) else (test.items, test.state, test.check)
        if key in self._tests:
            return self._tests[key]
        identifier = self._tests[key] = _new("tst", len(self._tests))
        prefix = test.items.kind.partition(":")[0]
        told = {
            "id": identifier,
            "version": "1",
            "check": "all" if isinstance(test, Exists) else test.check,
            "check_existence": "at_least_one_exists",
            "comment": test.comment,
        }
        lines = [f"<{test.items.kind}_test{attributes(told)}>\n"]
        lines.append(element(f"{prefix}:object", object_ref=self._object(test.items)))
        if isinstance(test, Meets):
            lines.append(element(f"{prefix}:state", state_ref=self._state(test.state)))
        lines.append(f"</{test.items.kind}_test>\n")
        self._written[identifier] = "".join(lines)
        return identifier

    def _unknown(self) -> str:
        if "unknown" not in self._tests:
            identifier = self._tests["unknown"] = _new("tst", len(self._tests))
            told = {"id": identifier, "version": "1", "check": "all", "comment": "nobody can know"}
            self._written[identifier] = f"<ind:unknown_test{attributes(told)}/>\n"
        return self._tests["unknown"]

    def _object(self, items: Items) -> str:
        if items in self._objects:
            return self._objects[items]
        match items:
            case Found():
                inner = self._entities(items)
            case Filtered(of, state, keep):
                inner = self._filtered(of, state, keep=keep)
            case Combined(operator, left, right):
                parts = "".join(
                    f"<object_reference>{self._object(each)}</object_reference>\n" for each in (left, right)
                )
                inner = f"<set{attributes({'set_operator': operator})}>\n{parts}</set>\n"
            case _ as never:
                assert_never(never)
        identifier = self._objects[items] = _new("obj", len(self._objects))
        told = attributes({"id": identifier, "version": "1"})
        self._written[identifier] = f"<{items.kind}_object{told}>\n{inner}</{items.kind}_object>\n"
        return identifier

    def _filtered(self, of: Items, state: State, *, keep: bool) -> str:
        action = {"action": "include" if keep else "exclude"}
        chosen = f"<oval-def:filter{attributes(action)}>{self._state(state)}</oval-def:filter>\n"
        if isinstance(of, Found):
            return self._entities(of) + chosen
        return f"<set>\n<object_reference>{self._object(of)}</object_reference>\n{chosen}</set>\n"

    def _entities(self, found: Found) -> str:
        prefix = found.kind.partition(":")[0]
        behaviors = f"<{prefix}:behaviors{attributes(dict(found.behaviors))}/>\n" if found.behaviors else ""
        return behaviors + "".join(self._entity(prefix, each) for each in found.entities)

    def _state(self, state: State) -> str:
        if state in self._states:
            return self._states[state]
        prefix = state.kind.partition(":")[0]
        inner = "".join(self._entity(prefix, each) for each in state.entities)
        identifier = self._states[state] = _new("ste", len(self._states))
        told = {"id": identifier, "version": "1", **({"operator": "OR"} if state.operator == "OR" else {})}
        self._written[identifier] = f"<{state.kind}_state{attributes(told)}>\n{inner}</{state.kind}_state>\n"
        return identifier

    def _entity(self, prefix: str, entity: Entity) -> str:
        name = f"{prefix}:{entity.name}"
        if entity.value is None:
            return f"<{name}{attributes({'xsi:nil': 'true'})}/>\n"
        told = {} if entity.datatype == "string" else {"datatype": entity.datatype}
        told |= {} if entity.operation == "equals" else {"operation": entity.operation}
        if isinstance(entity.value, str):
            return f"<{name}{attributes(told)}>{content(entity.value)}</{name}>\n"
        if entity.name == "var_ref":
            return f"<{name}>{self._variable(entity.value)}</{name}>\n"
        told |= {"var_ref": self._variable(entity.value), "var_check": entity.var_check}
        return f"<{name}{attributes(told)}/>\n"

    def _variable(self, term: Term) -> str:
        if term in self._variables:
            return self._variables[term]
        match term:
            case Setting(value, datatype):
                kind, inner, comment = "external_variable", "", value
            case Constant(values, datatype):
                kind, comment = "constant_variable", "fixed"
                inner = "".join(f"<value>{content(each)}</value>\n" for each in values)
            case Field(_, _, datatype):
                kind, inner, comment = "local_variable", self._component(term), "what was found"
            case _:
                kind, inner, comment, datatype = (
                    "local_variable",
                    self._component(term),
                    "made of other values",
                    "string",
                )
        identifier = self._variables[term] = _new("var", len(self._variables))
        told = attributes({"id": identifier, "version": "1", "datatype": datatype, "comment": comment})
        self._written[identifier] = f"<{kind}{told}>\n{inner}</{kind}>\n" if inner else f"<{kind}{told}/>\n"
        return identifier

    def _component(self, term: str | Term) -> str:
        match term:
            case str():
                return f"<literal_component>{content(term)}</literal_component>\n"
            case Setting() | Constant():
                return element("variable_component", var_ref=self._variable(term))
            case Field(of, name):
                return element("object_component", object_ref=self._object(of), item_field=name)
            case Split(of):
                return f"<split{attributes({'delimiter': ','})}>\n{self._component(of)}</split>\n"
            case Escaped(of):
                return f"<escape_regex>\n{self._component(of)}</escape_regex>\n"
            case Captured(of, pattern):
                return f"<regex_capture{attributes({'pattern': pattern})}>\n{self._component(of)}</regex_capture>\n"
            case Concat(parts):
                return f"<concat>\n{''.join(self._component(each) for each in parts)}</concat>\n"
            case _ as never:
                assert_never(never)


PERSON_ID: Final = "oval:dockmark:def:1"  # ids of definitions for rules begin behind it


# true everywhere: a constant is itself
_ALWAYS: Final = Exists(Found(VARIABLE, (Entity("var_ref", Constant(("1",))),)), "always so")


def _new(kind: str, known: int) -> str:
    return f"oval:dockmark:{kind}:{known + 1}"


def _definition(identifier: str, title: str, lines: str | None) -> Iterator[str]:
    told = {"id": identifier, "version": "1", "class": "compliance"}
    yield f"<definition{attributes(told if lines is not None else {**told, 'deprecated': 'true'})}>\n"
    yield "<metadata>\n"
    yield element("title", title)
    yield element("description", title)
    yield "</metadata>\n"
    yield lines or ""
    yield "</definition>\n"
