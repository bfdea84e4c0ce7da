from datetime import UTC, datetime

import pytest

from benchmark.history.retention import read_period


@pytest.mark.parametrize(
    ("period", "moment", "before"),
    [
        ("6y", (2026, 11, 27), (2020, 11, 27)),
        ("1y", (2024, 2, 29), (2023, 2, 28)),
        ("4y", (2024, 2, 29), (2020, 2, 29)),
        ("24y", (2024, 2, 29), (2000, 2, 29)),
        ("124y", (2024, 2, 29), (1900, 2, 28)),
        ("90d", (2026, 3, 1), (2025, 12, 1)),
        ("2w", (2026, 3, 1), (2026, 2, 15)),
        ("9999y", (2026, 3, 1), (1, 3, 1)),
        ("9999w", (100, 3, 1), (1, 1, 1)),
    ],
)
def test_a_period_ends_on_the_calendar_s_day(period, moment, before):
    assert read_period(period).before(datetime(*moment, tzinfo=UTC)) == datetime(*before, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "0y", "6", "y", "6m", "-1y", "6 y", "6Y", "10000y", "1.5y"])
def test_what_is_no_period(text):
    with pytest.raises(ValueError, match="no period such as 6y, 26w or 90d"):
        read_period(text)


def test_a_period_in_words():
    assert [read_period(each).words for each in ("6y", "1y", "26w", "1d")] == ["6 years", "1 year", "26 weeks", "1 day"]
