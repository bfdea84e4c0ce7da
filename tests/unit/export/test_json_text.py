"""Numbers as expressions, and defaults that are those of the collector."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.collect.daemon.defaults import _DEFAULTS
from benchmark.export import json_text
from benchmark.export.daemon_settings import OPTIONS, UNSAID
from benchmark.model.facts import ABSENT


def matches(pattern, number):
    return re.search(pattern.replace("++", "+").replace(r"\z", r"\Z"), str(number)) is not None


@given(limit=st.integers(-(10**12), 10**12), number=st.integers(-(10**12), 10**12))
def test_numbers_are_compared_digit_by_digit(limit, number):
    assert matches(json_text.at_least(limit), number) is (number >= limit)
    assert matches(json_text.at_most(limit), number) is (number <= limit)


@pytest.mark.parametrize("limit", [-100, -10, -9, -1, 0, 1, 2, 9, 10, 11, 99, 100, 101, 1024, 65535])
def test_so_are_their_neighbours(limit):
    for number in range(limit - 120, limit + 120):
        assert matches(json_text.at_least(limit), number) is (number >= limit), number
        assert matches(json_text.at_most(limit), number) is (number <= limit), number


def test_defaults_are_those_of_the_collector():
    for key, option in OPTIONS.items():
        if option.default is None:
            continue
        known = [value for _, value in _DEFAULTS[key]]
        assert known == [ABSENT if option.default is UNSAID else option.default], key


def test_a_default_that_depends_on_the_version_is_not_known():
    for key, table in _DEFAULTS.items():
        if len(table) > 1 and key in OPTIONS:
            assert OPTIONS[key].default is None, key
