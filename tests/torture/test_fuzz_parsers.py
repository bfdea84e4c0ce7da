"""Mutated files through every parser of ours, as the product calls it."""

from __future__ import annotations

import pytest

from benchmark.collect.host import audit_rules, mounts
from benchmark.collect.images import shell_lexer
from benchmark.model import snapshot_file
from tests.torture.fuzz_mutate import mutated
from tests.torture.fuzz_run import Target, attempt, corpus_of, keep, regressions
from tests.torture.fuzz_targets import HARNESS, TARGETS
from tests.torture.ledger import Tally
from tests.torture.size import dice, seed, sized

__all__ = ["HARNESS"]
_BY_NAME = {each.name: each for each in TARGETS}


def fuzz(target: Target, count: int, tally: Tally, *, keeping: bool) -> None:
    """``count`` mutations; raises AssertionError with what to repeat, and with ``keeping`` leaves it among the regressions."""
    rolled, corpus = dice(f"fuzz {target.name}"), corpus_of(target)
    for number in range(count):
        data = mutated(rolled, corpus, target.words)
        try:
            accepted = attempt(target, data, f"seed {seed()}, mutation {number}")
        except AssertionError as error:
            if keeping:
                error.add_note(f"kept as {keep(target, data)}")
            raise
        tally.count("mutated inputs accepted" if accepted else "mutated inputs refused")


@pytest.mark.parametrize("target", TARGETS, ids=lambda each: each.name)
def test_a_mutated_input_is_read_or_refused(target: Target, tally: Tally) -> None:
    for each in corpus_of(target):
        attempt(target, each, "a file of the corpus")
    fuzz(target, int(sized(150, 4000) * target.share), tally, keeping=True)


def test_what_failed_once_is_tried_in_every_run(tally: Tally) -> None:
    tried = 0
    for name, target, data in regressions():
        attempt(_BY_NAME[target], data, name)
        tried += 1
    assert tried, "the regressions are gone"
    tally.count("inputs that failed once", tried)


def _sees(target: str, tally: Tally, bug: str) -> None:
    with pytest.raises(AssertionError):
        fuzz(_BY_NAME[target], 3000, tally, keeping=False)
    tally.saw_seeded_bug(bug)


def test_a_line_of_the_audit_rules_passed_over_is_seen(monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    def tolerant(line: str) -> object:
        try:
            return true(line)
        except audit_rules.RuleDefect:
            return None

    true = audit_rules.parse_rule_line
    monkeypatch.setattr(audit_rules, "parse_rule_line", tolerant)
    _sees("audit_rules", tally, "a line that is no audit rule is passed over")


def test_an_undocumented_error_is_seen(monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    monkeypatch.setattr(mounts, "_OCTAL", mounts.re.compile(rb"\\([0-9]{3})"))
    _sees("mountinfo", tally, "an escape that is not octal raises ValueError")


def test_a_loop_without_end_is_seen(monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    monkeypatch.setattr(shell_lexer, "_TARGET", shell_lexer.re.compile(r"[ \t]*(([^\s;&|()<>]+)*)*!"))
    _sees("shell_script", tally, "a pattern of the shell lexer takes exponential time")


def test_a_fact_lost_on_the_way_through_a_snapshot_is_seen(monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    true = snapshot_file._encode_unavailable
    monkeypatch.setattr(snapshot_file, "_encode_unavailable", lambda what: {**true(what), "detail": ""})
    _sees("snapshot", tally, "the detail of what could not be looked at is not written")
