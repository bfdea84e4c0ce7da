"""OCIL 2.0: a question for every control that only people can judge (NIST IR 7692)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from benchmark import __version__
from benchmark.model.control import Automation
from benchmark.scap.checklist import Checklist, ChecklistRule
from benchmark.scap.xml_text import attributes, content, element

OCIL: Final = "http://scap.nist.gov/schema/ocil/2.0"
OCIL_CHECK: Final = "http://scap.nist.gov/schema/ocil/2"  # as a check system, NIST IR 7275r4, table 15
_ANSWERS: Final = {"when_true": "PASS", "when_false": "FAIL"}


def questionnaires(checklist: Checklist, about: frozenset[str] | None = None) -> Mapping[str, str]:
    """The id of the questionnaire of every rule that is asked, by the rule's id: those in ``about``, or those that only people
    can judge.
    """
    asked = [
        each
        for each in checklist.rules()
        if (each.control.automation is Automation.ATTESTED if about is None else each.id in about)
    ]
    return {rule.id: f"ocil:dockmark:questionnaire:{number}" for number, rule in enumerate(asked, 1)}


def ocil_pieces(checklist: Checklist, time: str, about: frozenset[str] | None = None) -> Iterator[str]:
    """The document; ``time`` is when it was made, and ``about`` as ``questionnaires`` takes it."""
    named = questionnaires(checklist, about)
    asked = [(each, named[each.id].rpartition(":")[2]) for each in checklist.rules() if each.id in named]
    yield f"<ocil{attributes({'xmlns': OCIL})}>\n"
    yield "<generator>\n"
    yield element("product_name", "dockmark")
    yield element("product_version", __version__)
    yield element("schema_version", "2.0")
    yield element("timestamp", time)
    yield "</generator>\n"
    for group, one in (("questionnaires", _questionnaire), ("test_actions", _action), ("questions", _question)):
        yield f"<{group}>\n"
        for rule, number in asked:
            yield from one(rule, number)
        yield f"</{group}>\n"
    yield "</ocil>\n"


def ocil_check(questionnaire: str, href: str) -> Iterator[str]:
    """The check of a rule that is a question to people: the document is called ``href`` in the data stream's catalogue."""
    yield f'<check system="{OCIL_CHECK}">\n'
    yield element("check-content-ref", href=href, name=questionnaire)
    yield "</check>\n"


def _questionnaire(rule: ChecklistRule, number: str) -> Iterator[str]:
    yield f"<questionnaire{attributes({'id': f'ocil:dockmark:questionnaire:{number}'})}>\n"
    yield element("title", f"{rule.number} {rule.control.title}".lstrip())
    yield "<actions>\n"
    yield element("test_action_ref", f"ocil:dockmark:testaction:{number}")
    yield "</actions>\n"
    yield "</questionnaire>\n"


def _action(_: ChecklistRule, number: str) -> Iterator[str]:
    told = {"id": f"ocil:dockmark:testaction:{number}", "question_ref": f"ocil:dockmark:question:{number}"}
    yield f"<boolean_question_test_action{attributes(told)}>\n"
    for answer, result in _ANSWERS.items():
        yield f"<{answer}>\n"
        yield element("result", result)
        yield f"</{answer}>\n"
    yield "</boolean_question_test_action>\n"


def _question(rule: ChecklistRule, number: str) -> Iterator[str]:
    control = rule.control
    yield f"<boolean_question{attributes({'id': f'ocil:dockmark:question:{number}'})}>\n"
    asked = f"{control.title}: is that so? {control.attest or ''} {control.remediation.text}"
    yield f"<question_text>{content(' '.join(asked.split()))}</question_text>\n"
    yield "</boolean_question>\n"
