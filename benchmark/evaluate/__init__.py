"""Evaluation: a catalogue and a snapshot become an assessment; pure functions only."""

from benchmark.evaluate.evaluator import Evaluator, evaluate_snapshot, prepare_evaluator
from benchmark.evaluate.framework_view import edges_of, view_framework
from benchmark.evaluate.naming import NamedRequirement, find_requirements, find_section
from benchmark.evaluate.phrases import describe as describe_condition
from benchmark.evaluate.recorded import RecordRefused, recorded_assessment
from benchmark.evaluate.scores import score_instances
from benchmark.evaluate.selection import PROFILES, EvaluationRequest, SelectionError, list_beyond
from benchmark.evaluate.statement import make_statement

__all__ = [
    "PROFILES",
    "EvaluationRequest",
    "Evaluator",
    "NamedRequirement",
    "RecordRefused",
    "SelectionError",
    "describe_condition",
    "edges_of",
    "evaluate_snapshot",
    "find_requirements",
    "find_section",
    "list_beyond",
    "make_statement",
    "prepare_evaluator",
    "recorded_assessment",
    "score_instances",
    "view_framework",
]
