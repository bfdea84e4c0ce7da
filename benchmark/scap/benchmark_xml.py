"""An XCCDF 1.2 Benchmark as text, one element a line, in the order that the schema wants (NIST IR 7275r4, 6.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from benchmark import __version__
from benchmark.model.facts import JsonValue
from benchmark.scap.checklist import Checklist, ChecklistGroup, ChecklistProfile, ChecklistRule, ChecklistValue
from benchmark.scap.fix.scripts import fix_elements
from benchmark.scap.names import CATALOGUES, CONTROL_CHECK, DOCKMARK, DUBLIN_CORE, XCCDF, catalogue_of
from benchmark.scap.xml_text import attributes, content, element

Checks: TypeAlias = Callable[[ChecklistRule], Iterator[str]]
Settings: TypeAlias = Mapping[str, Mapping[str, JsonValue]]

NO_SETTINGS: Final[Settings] = {}

MODELS: Final = (
    "urn:xccdf:scoring:default",
    "urn:xccdf:scoring:flat",
    "urn:xccdf:scoring:flat-unweighted",
    "urn:xccdf:scoring:absolute",
)
VALUE_TYPES: Final = {"strings": "string", "string": "string", "int": "number", "bool": "boolean"}
_STATUS_DATE: Final = "2026-11-27"  # of the shape of this document
_PREFIXES: Final = {"xmlns": XCCDF, "xmlns:dc": DUBLIN_CORE, "xmlns:dockmark": DOCKMARK, "xml:lang": "en"}
_ENGLISH: Final = {"xml:lang": "en"}
_NOTICE: Final = (
    "Judges against the CIS Docker Benchmark by its numbers. The benchmark's text is licensed by the Center for Internet "
    "Security and is not here: titles, rationale and remedies are dockmark's own words. References say what a rule supports."
)


@dataclass(frozen=True, slots=True)
class _Written:
    """What the rules take besides the checklist: their checks, and the values of all parameters by control."""

    checks: Checks
    settings: Settings


def benchmark_pieces(checklist: Checklist, checks: Checks, settings: Settings = NO_SETTINGS) -> Iterator[str]:
    """The document up to where TestResults may follow; ``benchmark_end`` closes it.

    ``checks`` yields the check of a rule, element by element. ``settings`` are values of parameters, by control, that the
    fixes hold where they are not the presets: oscap alone would resolve a ``sub`` in them. No platform is named on purpose: it
    would make every rule not applicable where no dictionary of platforms comes along, and the schematron's warning about its
    absence is what keeps oscap from taking an empty list of messages for a failure.
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<Benchmark{attributes({**_PREFIXES, 'id': checklist.id, 'resolved': 'true', 'style': 'SCAP_1.3'})}>\n"
    yield element("status", "draft", date=_STATUS_DATE)
    yield _text("title", checklist.title)
    yield _text("description", f"{checklist.title}, as dockmark {__version__} judges it.")
    yield f"<notice{attributes({'id': 'words', **_ENGLISH})}>{content(_NOTICE)}</notice>\n"
    for name, title in checklist.catalogues.items():
        yield element("reference", title, href=catalogue_of(name))
    yield element("version", checklist.version)
    yield from _metadata(checklist)
    for model in MODELS:
        yield element("model", system=model)
    rules = tuple(checklist.rules())
    for profile in checklist.profiles:
        yield from _profile(profile, rules)
    for value in checklist.values:
        yield from _value(value)
    presets: dict[str, dict[str, JsonValue]] = {}
    for value in checklist.values:
        presets.setdefault(value.control, {})[value.parameter.name] = value.preset
    written = _Written(
        checks,
        {rule.control.id: {**presets.get(rule.control.id, {}), **settings.get(rule.control.id, {})} for rule in rules},
    )
    for group in checklist.groups:
        yield from _group(group, written)


def benchmark_end() -> str:
    """The end of what ``benchmark_pieces`` began."""
    return "</Benchmark>\n"


def value_text(value: JsonValue) -> str:
    """A parameter's value as the text of a Value: lists divided by comma, as ``--set`` takes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(str(each) for each in value) if isinstance(value, list) else str(value)


def control_check(rule: ChecklistRule) -> Iterator[str]:
    """The check that dockmark itself makes: its content is the control's file, named by the control's id."""
    control = rule.control
    yield f'<check system="{CONTROL_CHECK}">\n'
    yield element("check-content-ref", href=f"controls/{control.room}/{control.id}.yaml", name=control.id)
    yield "</check>\n"


def idents(rule: ChecklistRule, version: str) -> Iterator[str]:
    """What the rule is called elsewhere: the numbers of its requirements, our control, and controls of SP 800-53.

    Readers take the latter for coverage (SAF's NIST tags), so what a rule touches by the way is a reference alone.
    """
    for requirement in rule.requirements:
        yield element("ident", requirement.ids[version], system=CATALOGUES["cis_docker"])
    yield element("ident", rule.control.id, system=CONTROL_CHECK)
    for each in rule.references:
        if each.framework == "nist_sp_800_53" and not each.incidental:
            yield element("ident", each.item, system=catalogue_of(each.framework))


def _metadata(checklist: Checklist) -> Iterator[str]:
    yield "<metadata>\n"
    for name in ("creator", "publisher", "contributor"):
        yield element(f"dc:{name}", "dockmark")
    yield element("dc:source", catalogue_of(checklist.framework))
    yield element("dockmark:content", framework=checklist.framework, version=checklist.version, digest=checklist.digest)
    yield "</metadata>\n"


def _profile(profile: ChecklistProfile, rules: tuple[ChecklistRule, ...]) -> Iterator[str]:
    """Every rule is named, selected or not: some consumers list only rules that a profile names."""
    yield f"<Profile{attributes({'id': profile.id})}>\n"
    yield _text("title", profile.title)
    yield _text("description", f"The items of {profile.title.lower()}, those of lower levels among them.")
    for rule in rules:
        yield element("select", idref=rule.id, selected="true" if rule.id in profile.selected else "false")
    yield "</Profile>\n"


def _value(value: ChecklistValue) -> Iterator[str]:
    parameter = value.parameter
    yield f"<Value{attributes({'id': value.id, 'type': VALUE_TYPES[parameter.type], 'operator': 'equals'})}>\n"
    yield _text("title", f"{value.control}: {parameter.name.replace('_', ' ')}")
    yield _text("description", parameter.description)
    yield f"<value>{content(value_text(value.preset))}</value>\n"
    yield "</Value>\n"


def _group(group: ChecklistGroup, written: _Written) -> Iterator[str]:
    yield f"<Group{attributes({'id': group.id})}>\n"
    yield _text("title", group.title)
    yield _text("description", f"Section {group.title}." if group.section[:1].isdigit() else f"{group.title}.")
    for rule in group.rules:
        yield from _rule(rule, written)
    for each in group.groups:
        yield from _group(each, written)
    yield "</Group>\n"


def _rule(rule: ChecklistRule, written: _Written) -> Iterator[str]:
    control = rule.control
    told = {
        "id": rule.id,
        "selected": "false",
        "weight": "1.0",
        "severity": control.severity.value,
        "role": "full",
    }
    yield f"<Rule{attributes(told)}>\n"
    yield element("version", str(control.version))
    yield _text("title", f"{rule.number} {control.title}".lstrip())
    yield _text("description", rule.description)
    for each in rule.references:
        yield element("reference", each.item, href=catalogue_of(each.framework))
    yield _text("rationale", control.rationale)
    yield from idents(rule, rule.version)
    yield _text("fixtext", control.remediation.text)
    yield from fix_elements(control, written.settings[control.id])
    yield from written.checks(rule)
    yield "</Rule>\n"


def _text(name: str, text: str) -> str:
    """An element with its language, without which some consumers do not show it."""
    return f"<{name}{attributes(_ENGLISH)}>{content(text.strip())}</{name}>\n"
