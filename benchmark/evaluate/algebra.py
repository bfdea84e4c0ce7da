"""The verdict algebra, which the model holds because comparisons compose verdicts too."""

from benchmark.model.algebra import ORDER, worst

__all__ = ["ORDER", "worst"]
