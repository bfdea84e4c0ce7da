"""JSON as evidence: one reading or none."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.model.facts import Reason
from benchmark.model.strict_json import JsonDefect, parse_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff{}", Reason.NOT_UTF8),
        (b'{"a": "\xc3"}', Reason.NOT_UTF8),
        (b"", Reason.SYNTAX),
        (b'{"a": 1,}', Reason.SYNTAX),
        (b"{'a': 1}", Reason.SYNTAX),
        (b"// no\n{}", Reason.SYNTAX),
        (b'{"a": NaN}', Reason.SYNTAX),
        (b'{"a": -Infinity}', Reason.SYNTAX),
        (b"{} {}", Reason.SYNTAX),
        (b"\xef\xbb\xbf{}", Reason.SYNTAX),
        (b"1" * 5000, Reason.SYNTAX),
        (b'{"icc": true, "icc": false}', Reason.DUPLICATE_KEY),
        (b'{"a": {"b": 1, "c": 2, "b": 3}}', Reason.DUPLICATE_KEY),
        (b"[" * 100_000, Reason.TOO_DEEP),
        (b"[" * 250 + b"]" * 250, Reason.TOO_DEEP),
    ],
)
def test_refused_with_its_reason(data, reason):
    with pytest.raises(JsonDefect) as caught:
        parse_json(data)
    assert caught.value.reason is reason


def test_says_where():
    with pytest.raises(JsonDefect, match="line 3, column 3: key 'icc' stands twice"):
        parse_json(b'{\n  "icc": true,\n  "icc": false\n}')


def test_wide_documents_are_not_deep():
    assert parse_json(json.dumps([[1]] * 5000).encode()) == [[1]] * 5000


def test_lone_surrogates_become_the_replacement_character():
    assert parse_json(b'{"\\ud800": ["\\uDFFF", "\\ud83d\\ude00"]}') == {"\ufffd": ["\ufffd", "\U0001f600"]}


@given(JSON)
def test_reads_what_json_writes(value):
    assert parse_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=60))
def test_never_raises_anything_else(data):
    with contextlib.suppress(JsonDefect):
        json.dumps(parse_json(data), allow_nan=False).encode()


@pytest.mark.parametrize("number", ["1e400", "-1e400", "9" * 400 + ".0"])
def test_a_number_that_could_not_be_written_again_is_refused(number):
    with pytest.raises(JsonDefect, match="too large"):
        parse_json(f'{{"a": {number}}}'.encode())
