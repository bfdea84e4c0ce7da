"""What results say about a requirement, tested as algebra over the whole table."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.evaluate.framework_algebra import (
    EVIDENCE,
    ORDER,
    SAID,
    STATUS,
    STATUS_ORDER,
    UNJUDGED,
    Said,
    status_of_several,
    weightiest,
)
from benchmark.model.framework import Directness, Relationship
from benchmark.model.framework_view import Evidence, Status
from benchmark.model.result import Result

LISTS = st.lists(st.sampled_from(list(Evidence)), max_size=8)
BACKINGS = st.lists(
    st.tuples(st.sampled_from(list(Directness)), st.sampled_from(list(Relationship)), st.sampled_from(list(Said))),
    max_size=6,
)
RANK = {Status.CONTRADICTED: 0, Status.NOT_ESTABLISHED: 1, Status.SUPPORTED: 2}


def status(backings):
    return STATUS[weightiest(EVIDENCE[each] for each in backings)]


def test_the_tables_are_total():
    assert set(SAID) == set(Result)
    assert set(EVIDENCE) == set(product(Directness, Relationship, Said))
    assert sorted(ORDER) == sorted(Evidence)
    assert set(STATUS) == set(Evidence)
    assert sorted(STATUS_ORDER) == sorted(Status)


def test_no_combination_of_results_is_out_of_reach():
    assert Status.NOT_REACHABLE not in STATUS.values()


@pytest.mark.parametrize("relationship", Relationship)
@pytest.mark.parametrize("said", Said)
def test_an_incidental_control_says_nothing(relationship, said):
    assert EVIDENCE[Directness.INCIDENTAL, relationship, said] is Evidence.NOTHING


@pytest.mark.parametrize("relationship", Relationship)
def test_partial_support_alone_never_supports(relationship):
    assert status([(Directness.PARTIAL, relationship, Said.GOOD)] * 5) is Status.NOT_ESTABLISHED


@pytest.mark.parametrize("relationship", Relationship)
def test_a_direct_pass_supports(relationship):
    assert status([(Directness.DIRECT, relationship, Said.GOOD)]) is Status.SUPPORTED


@pytest.mark.parametrize(
    ("relationship", "direct", "partial"),
    [
        (Relationship.EQUAL, Status.CONTRADICTED, Status.CONTRADICTED),
        (Relationship.SUBSET_OF, Status.CONTRADICTED, Status.CONTRADICTED),
        (Relationship.SUPERSET_OF, Status.NOT_ESTABLISHED, Status.NOT_ESTABLISHED),
        (Relationship.INTERSECTS_WITH, Status.CONTRADICTED, Status.NOT_ESTABLISHED),
        (Relationship.SUPPORTS, Status.CONTRADICTED, Status.NOT_ESTABLISHED),
    ],
)
def test_what_a_failure_means(relationship, direct, partial):
    assert status([(Directness.DIRECT, relationship, Said.BAD)]) is direct
    assert status([(Directness.PARTIAL, relationship, Said.BAD)]) is partial


@pytest.mark.parametrize(
    "result", [Result.ERROR, Result.UNKNOWN, Result.NOTCHECKED, Result.INFORMATIONAL, Result.NOTSELECTED]
)
def test_what_nobody_knows_is_open(result):
    assert SAID[result] is Said.OPEN
    assert UNJUDGED is Said.OPEN


def test_not_applicable_neither_supports_nor_contradicts():
    assert SAID[Result.NOTAPPLICABLE] is Said.NOTHING
    assert status([(Directness.DIRECT, Relationship.EQUAL, Said.NOTHING)]) is Status.NOT_ESTABLISHED
    assert status(
        [(Directness.DIRECT, Relationship.EQUAL, Said.NOTHING), (Directness.DIRECT, Relationship.EQUAL, Said.GOOD)]
    ) is (Status.SUPPORTED)


@given(LISTS, LISTS, st.randoms())
def test_is_commutative_associative_and_idempotent(one, other, random):
    mixed = [*one, *other]
    random.shuffle(mixed)
    assert weightiest([weightiest(one), weightiest(other)]) is weightiest([*one, *other]) is weightiest(mixed)
    assert weightiest([*one, *one]) is weightiest(one)
    assert weightiest([]) is Evidence.NOTHING


@given(BACKINGS, st.integers(0, 5))
def test_a_control_that_gets_worse_never_lifts_a_status(backings, at):
    """good -> open -> bad, and good -> nothing: none of these steps may bring a requirement nearer to support."""
    if not backings:
        return
    at %= len(backings)
    directness, relationship, said = backings[at]
    worse = {
        Said.GOOD: (Said.OPEN, Said.BAD, Said.NOTHING),
        Said.OPEN: (Said.BAD,),
        Said.BAD: (),
        Said.NOTHING: (Said.OPEN, Said.BAD),
    }
    for each in worse[said]:
        changed = [*backings[:at], (directness, relationship, each), *backings[at + 1 :]]
        assert RANK[status(changed)] <= RANK[status(backings)]


@given(BACKINGS)
def test_support_needs_a_direct_pass_and_nothing_doubtful(backings):
    if status(backings) is Status.SUPPORTED:
        assert any(each[0] is Directness.DIRECT and each[2] is Said.GOOD for each in backings)
        assert not any(each[0] is not Directness.INCIDENTAL and each[2] in (Said.BAD, Said.OPEN) for each in backings)


@given(BACKINGS)
def test_a_contradiction_needs_a_failure_that_is_more_than_incidental(backings):
    if status(backings) is Status.CONTRADICTED:
        assert any(each[0] is not Directness.INCIDENTAL and each[2] is Said.BAD for each in backings)


@given(st.lists(st.sampled_from(list(Status)), max_size=5))
def test_what_rests_on_several_requirements_is_no_better_than_each(statuses):
    found = status_of_several(statuses)
    assert found in (statuses or [Status.NOT_REACHABLE])
    assert all(STATUS_ORDER.index(found) <= STATUS_ORDER.index(each) for each in statuses)


def test_what_passed_was_mended_or_failed_is_what_it_says():
    assert SAID[Result.PASS] is SAID[Result.FIXED] is Said.GOOD
    assert SAID[Result.FAIL] is Said.BAD


@pytest.mark.parametrize("heavy", range(len(STATUS_ORDER)))
def test_of_several_statuses_the_weightiest_counts(heavy):
    assert status_of_several(reversed(STATUS_ORDER[heavy:])) is STATUS_ORDER[heavy]


def test_the_words_for_what_a_result_comes_to():
    assert [each.value for each in Said] == ["good", "bad", "open", "nothing"]
