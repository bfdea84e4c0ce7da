"""The chain of a pack: nothing can be left out, put in or changed."""

import pytest

from benchmark.evidence.links import Link, LinksDefect, decode_links, encode_links, link_differences
from benchmark.model.chain import NO_HEAD, digest_of, head_after


def chain(count):
    links, head = [], NO_HEAD
    for number in range(1, count + 1):
        entry = digest_of(b"run %d" % number)
        head = head_after(head, entry)
        links.append(Link(number, entry, head))
    return links


def test_a_chain_is_read_back_and_follows():
    links = chain(5)
    assert decode_links(encode_links(links)) == tuple(links)
    assert list(link_differences(links)) == []


@pytest.mark.parametrize("at", range(4))
def test_a_run_that_is_left_out_is_noticed(at):
    links = chain(5)
    (text,) = link_differences(links[:at] + links[at + 1 :])
    assert f"run {at + 1} of the chain is missing" in text


def test_a_run_that_is_left_out_and_numbers_that_are_changed_are_noticed():
    links = chain(5)
    renumbered = [Link(number, each.entry, each.head) for number, each in enumerate(links[:2] + links[3:], 1)]
    assert list(link_differences(renumbered)) == ["the head after run 3 does not follow from what is before it"]


@pytest.mark.parametrize("at", range(5))
def test_an_entry_or_a_head_that_is_changed_is_noticed(at):
    links = chain(5)
    link = links[at]
    for changed in (Link(link.sequence, NO_HEAD, link.head), Link(link.sequence, link.entry, NO_HEAD)):
        assert list(link_differences([*links[:at], changed, *links[at + 1 :]]))


def test_runs_that_are_exchanged_are_noticed():
    one, two, three = chain(3)
    assert list(link_differences([one, three, two]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"1 a b\n",
        encode_links(chain(1))[:-1],
        encode_links(chain(1)) + b"x",
        b"0" + encode_links(chain(1)),
        b"\xff\n",
    ],
)
def test_what_is_no_chain_is_refused(data):
    with pytest.raises(LinksDefect):
        decode_links(data)
