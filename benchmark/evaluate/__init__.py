"""Evaluation: a catalogue and a snapshot become an assessment; pure functions only."""

from benchmark.evaluate.evaluator import Evaluator, evaluate_snapshot, prepare_evaluator
from benchmark.evaluate.phrases import describe as describe_condition
from benchmark.evaluate.scores import score_instances
from benchmark.evaluate.selection import PROFILES, EvaluationRequest, SelectionError, list_beyond

__all__ = [
    "PROFILES",
    "EvaluationRequest",
    "Evaluator",
    "SelectionError",
    "describe_condition",
    "evaluate_snapshot",
    "list_beyond",
    "prepare_evaluator",
    "score_instances",
]
