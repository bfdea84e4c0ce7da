"""What is mutated, and which tests have the best chance to notice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Stages = tuple[tuple[str, ...], ...]

_WORDS: Final = "tests/unit/evaluate/test_operators.py"
_VERDICT: Final = "tests/unit/evaluate/test_verdict.py"
_PAGE: Final = "tests/unit/catalog/test_language_page.py"
_EVALUATE: Final = (
    "tests/unit/evaluate/test_algebra.py",
    "tests/unit/evaluate/test_arguments.py",
    "tests/unit/evaluate/test_compile.py",
    "tests/unit/evaluate/test_evaluator.py",
    "tests/unit/evaluate/test_operators.py",
    "tests/unit/evaluate/test_parameters.py",
    "tests/unit/evaluate/test_selection.py",
    "tests/unit/evaluate/test_verdict.py",
    "tests/unit/evaluate/test_scores.py",
    "tests/unit/evaluate/test_tailored.py",
)
_FRAMEWORKS: Final = (
    "tests/unit/evaluate/test_framework_algebra.py",
    "tests/unit/evaluate/test_framework_view.py",
)
_POLICY: Final = (
    "tests/unit/evaluate/test_waivers.py",
    "tests/unit/evaluate/test_attestations.py",
    "tests/unit/evaluate/test_scope.py",
)
_DAEMON: Final = (
    "tests/unit/collect/daemon/test_daemon_boundaries.py",
    "tests/unit/collect/daemon/test_daemon_command_line.py",
    "tests/unit/collect/daemon/test_daemon_config_file.py",
    "tests/unit/collect/daemon/test_daemon_defaults.py",
    "tests/unit/collect/daemon/test_daemon_listeners.py",
    "tests/unit/collect/daemon/test_daemon_provenance.py",
    "tests/unit/collect/daemon/test_daemon_settings.py",
    "tests/unit/collect/daemon/test_daemon_usual_files.py",
    "tests/unit/collect/test_reported.py",
)


def _evaluate(first: str, *more: str) -> Stages:
    return ((first, *more), tuple(each for each in _EVALUATE if each not in (first, *more)))


GROUPS: Final[Mapping[str, Mapping[str, Stages]]] = {
    "operators": {
        "benchmark.evaluate.operators": _evaluate(_WORDS, _PAGE),
        "benchmark.evaluate.arguments": _evaluate("tests/unit/evaluate/test_arguments.py", _WORDS),
    },
    "verdict algebra": {
        "benchmark.model.algebra": _evaluate("tests/unit/evaluate/test_algebra.py"),
        "benchmark.evaluate.compile": _evaluate("tests/unit/evaluate/test_compile.py", _VERDICT),
        "benchmark.evaluate.verdict": _evaluate(_VERDICT),
        "benchmark.evaluate.evaluator": _evaluate("tests/unit/evaluate/test_evaluator.py"),
        "benchmark.evaluate.scores": _evaluate("tests/unit/evaluate/test_scores.py"),
        "benchmark.evaluate.tailored": _evaluate("tests/unit/evaluate/test_tailored.py"),
    },
    "applicability": {
        "benchmark.evaluate.selection": _evaluate(
            "tests/unit/evaluate/test_selection.py", "tests/unit/evaluate/test_tailored.py"
        ),
        "benchmark.evaluate.parameters": _evaluate("tests/unit/evaluate/test_parameters.py"),
        "benchmark.model.framework": _evaluate(
            "tests/unit/evaluate/test_selection.py", "tests/unit/model/test_framework.py"
        ),
        "benchmark.model.vocabulary": _evaluate(_PAGE, _VERDICT),
    },
    "frameworks": {
        "benchmark.evaluate.framework_algebra": (_FRAMEWORKS,),
        "benchmark.evaluate.framework_view": (_FRAMEWORKS[::-1],),
    },
    "policy": {
        "benchmark.evaluate.attestations": (_POLICY[1:2], _POLICY[:1]),
        "benchmark.evaluate.policy": (_POLICY,),
        "benchmark.evaluate.scope": (_POLICY[2:], _POLICY[:2]),
        "benchmark.evaluate.waivers": (_POLICY[:1], _POLICY[1:]),
    },
    "daemon settings": {
        f"benchmark.collect.{each}": (_DAEMON,)
        for each in (
            "daemon.command_line",
            "daemon.config_file",
            "daemon.defaults",
            "daemon.engine_says",
            "daemon.flags",
            "daemon.known",
            "daemon.listeners",
            "daemon.settings",
            "daemon.tls",
            "daemon.units",
            "reported",
        )
    },
}

LEFT_OUT: Final[Mapping[str, str]] = {
    "benchmark.evaluate": "only names what others may use",
    "benchmark.evaluate.algebra": "only names what the model holds, which is mutated",
    "benchmark.evaluate.naming": "finds what a person's words name; the wrong thing would be seen, and no verdict changes",
    "benchmark.evaluate.phrases": "wording",
    "benchmark.evaluate.recorded": "verdicts read back from a document; tests/unit/evaluate/test_statement.py",
    "benchmark.evaluate.statement": "decisions of people and results side by side; it decides neither",
    "benchmark.evaluate.imported": "verdicts of others, read back from a document; tests/unit/cli/test_import_command.py",
    "benchmark.collect.daemon": "holds nothing",
    "benchmark.collect.daemon.data_root": "facts about a directory, not a setting",
    "benchmark.collect.daemon.inet_sockets": "the kernel's table of sockets, not a setting",
    "benchmark.collect.daemon.log_destination": "facts about where logs go, not a setting",
    "benchmark.collect.daemon.process": "which process it is, not what it does",
    "benchmark.collect.daemon.procfs": "files of /proc, which the fuzzing reads",
    "benchmark.collect.daemon.swarm_addresses": "facts about the swarm, not a setting",
}
"""Modules of the same rooms that are not mutated, and why."""
