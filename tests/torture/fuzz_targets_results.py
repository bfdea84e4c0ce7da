"""Targets: the JSON documents of assessments that we read back, with one that we wrote as a seed."""

from __future__ import annotations

from typing import Final

from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.history.assessment_file import AssessmentRefused, read_assessment
from benchmark.history.bridge import tally_of
from benchmark.history.compare import Compared, compare_assessments
from benchmark.model.comparison import Outcome, State
from benchmark.render import RenderOptions, render_many
from benchmark.render.comparison_json import render_comparison_json
from benchmark.render.comparison_markdown import render_comparison_markdown
from benchmark.render.comparison_table import render_comparison_table
from tests.controls.test_controls import CATALOG
from tests.snapshots import COLLECTED_AT, container, snapshot
from tests.torture.fuzz_run import Target
from tests.torture.hostile_outputs import check_text

_KEPT: Final = ("container_not_privileged", "container_memory_limited", "default_bridge_icc_disabled")
_WORDS: Final = (
    *(
        b"null",
        b"true",
        b"false",
        b"{}",
        b"[]",
        b'""',
        b"0",
        b"-1",
        b"1e400",
        b"NaN",
        b'"\\ud800"',
        b'"pass"',
        b'"fail"',
    ),
    *(b'"error"', b'"unknown"', b'"notchecked"', b'"waiver": {}', b'"waiver": "W"', b'"identities": [', b'"labels": {'),
    *(b'"container:', b'"host"', b'"image:', b"\xff", b"\x00", b"`", b"|", b"\\n"),
)


def _assessment(data: bytes) -> bool:
    """What is believed compares with itself as unchanged, in every format, and its score is that of its results."""
    made = read_assessment(data, "results.json")
    tally = tally_of(made)
    assert (tally.passed, tally.scorable) == (made.score.passed, made.score.scorable)
    comparison = compare_assessments(Compared(made, "a", "result file"), Compared(made, "b", "result file"))
    assert comparison.outcome is Outcome.SAME_OR_BETTER
    states = {each.state for row in comparison.controls for each in (row, *row.findings)}
    assert states <= {State.UNCHANGED, State.PERSISTING}
    assert not any(each.points for each in comparison.bridge.shares)
    assert "".join(render_comparison_json(comparison)).isascii()
    for render in (render_comparison_table, render_comparison_markdown):
        check_text("".join(render(comparison, RenderOptions(verbose=True))), colour=False)
    return True


def _seed() -> bytes:
    """A few controls about two containers, one of them with labels, so that mutations hit something."""
    labels = {"com.docker.compose.project": "shop", "com.docker.compose.service": "web"}
    host = snapshot([container("web", {"HostConfig.Privileged": True, "labels": labels}), container("db")])
    assessment = evaluate_snapshot(CATALOG, host, EvaluationRequest(now=COLLECTED_AT, controls=_KEPT))
    return "".join(render_many("json", [assessment], RenderOptions())).encode()


RESULT_TARGETS: Final = (
    Target(
        "assessment_json",
        _assessment,
        (AssessmentRefused,),
        (_seed(),),
        _WORDS,
        ((b'{"results": [', b"{},", b"{}]}"), (b"", b"[", b""), (b'{"schema": "', b"x", b'"}')),
        share=0.5,
    ),
)
