"""What one standpoint saw, and what must hold between it and what root saw of the same state."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.command import environment
from tests.torture.privileges_standpoints import Standpoint

UNREACHABLE: Final = 4
_CODES: Final = {
    "audit": {0, 1, 2, 4},
    "collect": {0, 4},
    "evaluate": {0, 1, 2},
    "access": {0, 2, 4},
    "doctor": {0, 2, 4},
}
_BLIND: Final = frozenset({"error", "unknown"})
_SECONDS: Final = 120

Subject = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """A control's result, and those of its findings by subject and id."""

    result: str
    findings: Mapping[Subject, str]
    message: str = field(compare=False)

    @property
    def is_blind(self) -> bool:
        return self.result in _BLIND


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that ended with a code that is documented for it, and without a traceback."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        document = json.loads(self.out)
        assert isinstance(document, dict)
        return document


def ask(standpoint: Standpoint, *words: str, stdin: str = "") -> Ended:
    """What the command line says there. Raises AssertionError when it ends otherwise than is documented."""
    command = (*standpoint.start, "-m", "benchmark", *words)
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, cwd="/", env=_environment(), timeout=_SECONDS
    )
    ended = Ended(done.returncode, done.stdout, done.stderr)
    shown = f"{standpoint.name}: {' '.join(command)}: code {ended.code}\n{ended.err[-2000:]}"
    assert ended.code in _CODES[words[0]], shown
    assert "Traceback" not in ended.err, shown
    return ended


def ask_target(standpoint: Standpoint, command: str, *words: str) -> Ended:
    """The same for a command about the standpoint's target."""
    return ask(standpoint, command, "--host", standpoint.host, *standpoint.words, *words)


def read_rows(document: Mapping[str, Any]) -> dict[str, Row]:
    """Every row of an assessment by its control. Raises AssertionError when a row or a finding stands there twice."""
    rows: dict[str, Row] = {}
    for each in document["results"]:
        found: dict[Subject, str] = {}
        for finding in each["findings"]:
            subject = (finding["subject"], finding["id"] or "")
            assert subject not in found, f"{each['control']}: {subject} stands there twice"
            found[subject] = finding["result"]
        assert each["control"] not in rows, f"{each['control']} stands there twice"
        rows[each["control"]] = Row(each["result"], found, each["message"])
    return rows


def audit(standpoint: Standpoint, *words: str) -> dict[str, Row]:
    """The rows of an audit from there, controls beyond the benchmark included."""
    return read_rows(ask_target(standpoint, "audit", "-o", "json", "--beyond", *words).document)


def compare(root: Mapping[str, Row], lesser: Mapping[str, Row]) -> list[str]:
    """What is wrong when somebody who sees less sees ``lesser`` where root sees ``root``; empty when nothing is.

    Who sees less may say less, and nothing else: a verdict is root's, or error, or unknown. So passes are a subset of
    root's, a fail is a fail of root's too (what is proven does not depend on who looks), and a control that is not
    applicable or is left to people is so for root too, since both leave the score. The same holds for each subject; one
    that root knows may be missing only where the row says that it could not look or fails all the same.
    """
    wrong = [f"{each}: no row" for each in sorted(root.keys() - lesser.keys())]
    wrong += [f"{each}: a row that root has not" for each in sorted(lesser.keys() - root.keys())]
    for control in sorted(root.keys() & lesser.keys()):
        wrong += [f"{control}: {each}" for each in _compare_rows(root[control], lesser[control])]
    return wrong


def _compare_rows(root: Row, lesser: Row) -> Iterator[str]:
    if not lesser.is_blind and lesser.result != root.result:
        yield f"{lesser.result} ({lesser.message[:300]}), root says {root.result} ({root.message[:300]})"
    for subject, result in lesser.findings.items():
        known = root.findings.get(subject)
        if result not in _BLIND and result != known:
            yield f"{' '.join(subject)}: {result}, root says {known or 'nothing of it'}"
    for subject in root.findings.keys() - lesser.findings.keys():
        if not lesser.is_blind and lesser.result != "fail":
            yield f"{' '.join(subject)}: {root.findings[subject]} for root, and not there"


def check_doctor(rows: Mapping[str, Row], document: Mapping[str, Any]) -> list[str]:
    """What is wrong with what doctor says where an audit finds ``rows``: it names every control without a verdict."""
    blind = {name for name, row in rows.items() if row.is_blind}
    named = {control for each in document["blind"] for control in each["controls"]}
    wrong = [f"doctor does not name {each}" for each in sorted(blind - named)]
    wrong += [f"doctor names {each}, which has a verdict" for each in sorted(named - blind)]
    if document["without_verdict"] != len(blind):
        wrong.append(f"doctor counts {document['without_verdict']} without verdict, there are {len(blind)}")
    if document["selected"] != len(rows):
        wrong.append(f"doctor knows {document['selected']} controls, there are {len(rows)}")
    wrong += [f"doctor gives no advice on {each['reason']}" for each in document["blind"] if not each["advice"]]
    return wrong


def _environment() -> dict[str, str]:
    """Bare; standpoints have their own PYTHONPATH, and docker exec passes nothing of this on."""
    return {name: value for name, value in environment().items() if name != "PYTHONPATH"}
