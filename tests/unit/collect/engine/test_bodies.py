"""Lists that are too large for one document are split exactly where JSON splits them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.collect.engine.bodies import ElementSplitter, ListBody, WholeBody, first_fields
from benchmark.collect.engine.limits import Limits
from benchmark.model.facts import Reason, Unavailable

leaves = st.none() | st.booleans() | st.integers(-5, 5) | st.text('ab"\\{}[],:\n\u20ac', max_size=12)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('k"\\{}', max_size=4), inner, max_size=4),
)
elements = st.lists(st.dictionaries(st.text('Id"\\{}[]', max_size=4), values, max_size=4), max_size=5)


def split(data: bytes, sizes: list[int], most: int = 10_000) -> tuple[list[bytes], Unavailable | None]:
    found: list[bytes] = []

    def keep(element: bytes, whole: bool) -> None:
        assert whole == (len(element) <= most)
        found.append(element)

    splitter = ElementSplitter(most, keep)
    at = 0
    while at < len(data):
        size = sizes[len(found) % len(sizes)] if sizes else len(data)
        splitter.feed(data[at : at + size])
        at += size
    return found, splitter.finish()


@given(elements, st.lists(st.integers(1, 7), max_size=4), st.sampled_from([None, 1]))
def test_the_splitter_agrees_with_json(expected: list[Any], sizes: list[int], indent: int | None) -> None:
    found, defect = split(json.dumps(expected, indent=indent, ensure_ascii=False).encode(), sizes)
    assert defect is None
    assert [json.loads(each) for each in found] == expected


@given(elements.filter(bool), st.data())
def test_a_cut_list_never_looks_complete(expected: list[Any], data: Any) -> None:
    text = json.dumps(expected).encode()
    _, defect = split(text[: data.draw(st.integers(0, len(text) - 1))], [3])
    assert defect is not None


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[1]", b"[{},]", b"[,{}]", b"[{}{}]", b"[{}] x", b"[{}]]", b"null", b'["a"]', b"[[{}]]"]
)
def test_other_documents_are_refused(text: bytes) -> None:
    assert split(text, [1])[1] is not None


def test_a_giant_element_gives_its_first_fields() -> None:
    body = ListBody(Limits(object_bytes=1000), ("Id", "Names"))
    giant = {"Id": "big", "Names": ["/big"], "Labels": {"x": 'quote " and } and \\' * 9000}, "State": "running"}
    data = json.dumps([{"Id": "a", "Names": ["/a"], "Labels": {}}, giant, {"Id": "b", "Names": ["/b"]}]).encode()
    for at in range(0, len(data), 997):
        body.take(data[at : at + 997])
    value, digest = body.finish()
    assert value == [{"Id": "a", "Names": ["/a"]}, {"Id": "big", "Names": ["/big"]}, {"Id": "b", "Names": ["/b"]}]
    assert digest.startswith("sha256:")


def test_a_damaged_element_in_a_large_list_is_a_defect() -> None:
    body = ListBody(Limits(object_bytes=25), ("Id",))
    body.take(b'[{"Id": "a", "Id": "b"},')
    body.take(b'{"Id": "c"}]')
    value, _ = body.finish()
    assert isinstance(value, Unavailable)
    assert value.reason is Reason.DUPLICATE_KEY


def test_a_document_of_too_many_values_is_not_parsed() -> None:
    """A list of two bytes takes 64 in memory, an object of seven 232: bytes alone are no limit."""
    for data in (b"[" + b"[]," * 400 + b"[]]", b'{"a": [' + b"1," * 400 + b"1]}", b"[" * 150 + b"{}," * 300):
        body = WholeBody(10_000, 300)
        body.take(data)
        value, _ = body.finish()
        assert isinstance(value, Unavailable)
        assert value.reason is Reason.OVERSIZE


@pytest.mark.parametrize("size", [1_000_000, 50])
def test_a_list_of_too_many_values_is_read_by_its_elements_and_one_of_too_many_elements_is_not(size: int) -> None:
    def read(elements: int) -> object:
        body = ListBody(Limits(object_bytes=size, object_values=30, list_elements=20), ("Id",))
        body.take(json.dumps([{"Id": str(each), "Labels": {"x": [1, 2, 3]}} for each in range(elements)]).encode())
        return body.finish()[0]

    assert read(20) == [{"Id": str(each)} for each in range(20)]
    refused = read(21)
    assert isinstance(refused, Unavailable)
    assert refused.reason is Reason.OVERSIZE


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        (b'{"Id": "a", "Names": ["x', {"Id": "a"}),
        (b'{ "Id" : "a" , "n": 12', {"Id": "a"}),
        (b'{"n": 12}', {"n": 12}),
        (b'{"Id": "a\xff", "b": 1, ', {"Id": "a\ufffd", "b": 1}),
        (b'{"Id" "a"}', {}),
        (b"{", {}),
        (b'{"a": ' + b"[" * 60_000, {}),
    ],
)
def test_first_fields(data: bytes, fields: dict[str, Any]) -> None:
    assert first_fields(data) == fields


def test_half_a_surrogate_pair_at_the_beginning_of_a_large_object_is_replaced_as_it_is_in_a_small_one() -> None:
    assert first_fields(b'{"Id": "\\ud800", "\\udc00": ["\\ud800x"], "Labels": "') == {
        "Id": "\ufffd",
        "\ufffd": ["\ufffdx"],
    }
