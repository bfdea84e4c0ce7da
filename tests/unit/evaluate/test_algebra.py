"""The verdict algebra, tested as algebra."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from benchmark.evaluate.algebra import ORDER, worst
from benchmark.model.result import Result

RESULTS = st.sampled_from(list(Result))
LISTS = st.lists(RESULTS, max_size=8)


def test_every_result_has_one_place():
    assert sorted(ORDER) == sorted(Result)


def test_of_nothing_is_notapplicable():
    assert worst([]) is Result.NOTAPPLICABLE


def test_is_commutative_and_associative_over_the_whole_table():
    for a in Result:
        assert worst([a, a]) is a, "idempotent"
        for b in Result:
            assert worst([a, b]) is worst([b, a])
            for c in Result:
                assert worst([worst([a, b]), c]) is worst([a, worst([b, c])])


@given(LISTS)
def test_order_of_subjects_does_not_matter(results):
    expected = worst(results)
    assert all(worst(list(each)) is expected for each in list(permutations(results))[:50])


@given(LISTS, RESULTS)
def test_is_monotone_one_more_result_never_lightens_it(results, more):
    if results:
        assert ORDER.index(worst([*results, more])) <= ORDER.index(worst(results))


@given(LISTS)
def test_a_pass_needs_a_pass_and_nothing_doubtful(results):
    if worst(results) is Result.PASS:
        assert Result.PASS in results
        assert not {Result.FAIL, Result.ERROR, Result.UNKNOWN, Result.NOTCHECKED} & set(results)


@given(LISTS)
def test_a_proven_fail_is_never_hidden(results):
    assert worst([*results, Result.FAIL]) is Result.FAIL
