"""Which recorded run answers for which due time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from benchmark.model.due import Kept, Recorded
from benchmark.schedule.coverage import cover_schedule

START = datetime(2026, 1, 5, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def run(hours, name="", complete=True):
    return Recorded(name or f"at {hours}", START + hours * HOUR, complete)


def covered(due_days, runs, now_hours=10_000, tolerance=HOUR):
    return cover_schedule([START + each * DAY for each in due_days], runs, tolerance, START + now_hours * HOUR)


def kept(coverage):
    return [each.kept for each in coverage.due]


def test_a_run_within_the_tolerance_is_on_time_and_one_after_it_late():
    coverage = covered([0, 1, 2], [run(1), run(24 + 1.01), run(48)])
    assert kept(coverage) == [Kept.ON_TIME, Kept.LATE, Kept.ON_TIME]
    assert coverage.due[1].delay == 1.01 * HOUR


def test_a_run_before_its_time_answers_for_the_time_before():
    coverage = covered([0, 1], [run(-1), run(23.9)])
    assert kept(coverage) == [Kept.LATE, Kept.MISSED]
    assert [each.id for each in coverage.others] == ["at -1"]


def test_a_run_that_makes_up_for_a_week_off_answers_for_one_day_only():
    assert kept(covered(range(7), [run(6 * 24 + 0.2)])) == [Kept.MISSED] * 6 + [Kept.ON_TIME]


def test_a_complete_run_answers_before_an_incomplete_one():
    early, late = run(0.1, "incomplete", complete=False), run(0.5, "complete")
    coverage = covered([0], [late, early])
    assert (coverage.due[0].kept, coverage.due[0].run, coverage.others) == (Kept.ON_TIME, late, (early,))


def test_an_incomplete_run_alone_is_incomplete():
    coverage = covered([0, 1], [run(0.1, complete=False), run(30, complete=False)])
    assert kept(coverage) == [Kept.INCOMPLETE, Kept.INCOMPLETE]


def test_what_is_due_just_now_is_not_missed_yet():
    assert kept(covered([0], [], now_hours=1)) == [Kept.PENDING]
    assert kept(covered([0], [], now_hours=1.001)) == [Kept.MISSED]


def test_a_run_of_the_future_answers_for_nothing():
    """A clock that was set back: the record is there, but it proves nothing about today."""
    assert kept(covered([0], [run(5)], now_hours=2)) == [Kept.MISSED]


TIMES = st.lists(st.integers(0, 400), unique=True, max_size=12).map(sorted)
RUNS = st.lists(st.tuples(st.integers(-50, 450), st.booleans()), max_size=15)


@given(due=TIMES, runs=RUNS, tolerance=st.integers(0, 60), now=st.integers(-10, 460))
def test_every_due_time_has_one_answer_and_no_run_answers_twice(due, runs, tolerance, now):
    times = [START + each * HOUR for each in due if each <= now]
    records = [run(at, f"{number}", complete) for number, (at, complete) in enumerate(runs)]
    coverage = cover_schedule(times, records, tolerance * HOUR, START + now * HOUR)
    assert [each.at for each in coverage.due] == times
    answering = [each.run.id for each in coverage.due if each.run is not None]
    assert len(answering) == len(set(answering))
    known = sorted(each.id for each in records if each.at <= START + now * HOUR)
    assert sorted(answering + [each.id for each in coverage.others]) == known
    assert sum(coverage.counts.values()) == len(times)
    for number, each in enumerate(coverage.due):
        following = times[number + 1] if number + 1 < len(times) else None
        if each.run is None:
            inside = [one for one in records if one.at >= each.at and one.at <= START + now * HOUR]
            assert not [one for one in inside if following is None or one.at < following]
        else:
            assert each.at <= each.run.at
            assert following is None or each.run.at < following
            assert (each.kept is Kept.INCOMPLETE) is not each.run.complete


@given(due=TIMES, runs=RUNS, tolerance=st.integers(0, 60))
def test_taking_a_run_away_never_adds_to_what_was_kept(due, runs, tolerance):
    times = [START + each * HOUR for each in due]
    records = [run(at, f"{number}", complete) for number, (at, complete) in enumerate(runs)]
    now = START + 500 * HOUR
    before = cover_schedule(times, records, tolerance * HOUR, now)
    for left_out in records:
        after = cover_schedule(times, [each for each in records if each is not left_out], tolerance * HOUR, now)
        assert after.counts[Kept.MISSED] >= before.counts[Kept.MISSED]
        assert after.counts[Kept.ON_TIME] <= before.counts[Kept.ON_TIME]
