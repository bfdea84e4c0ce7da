"""What every OSCAL document is made of."""

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.oscal.document import OSCAL_VERSION, markup, plain, prop, token, uuid_of, without_empty
from tests.unit.oscal_judges import OSCAL_VERSION as KNOWN

STRING = re.compile(r"\S(.*\S)?")
TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")


def test_the_version_is_the_newest_that_trestle_knows():
    assert OSCAL_VERSION == KNOWN


def test_identifiers_are_version_five_and_depend_on_every_word():
    assert uuid.UUID(uuid_of("a", "b")).version == 5
    assert uuid_of("a", "b") == uuid_of("a", "b")
    assert len({uuid_of("a", "b"), uuid_of("ab"), uuid_of("a", "b", ""), uuid_of("b", "a")}) == 4


@given(st.text())
def test_every_text_becomes_a_string_of_oscal(text):
    for shown in (plain(text), markup(text)):
        assert STRING.fullmatch(shown)
        assert shown.isprintable()


@given(st.text())
def test_every_text_becomes_a_token(text):
    assert TOKEN.fullmatch(token(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("HostConfig.Privileged is true", "HostConfig.Privileged is true"),
        ("[evil](javascript:x)", "\\[evil\\](javascript:x)"),
        ("<b>&amp;", "\\<b\\>\\&amp;"),
        ("{{ insert: param, x }}", "\\{\\{ insert: param, x \\}\\}"),
        ("a\nb\x1b", "a\\\\x0ab\\\\x1b"),
        ("", "-"),
    ],
)
def test_markup_is_shown_and_never_followed(text, shown):
    assert markup(text) == shown


def test_a_prop_of_our_own_has_a_namespace():
    assert prop("label", "x", own=False) == {"name": "label", "value": "x"}
    assert prop("requirement", "A.8.9", class_="iso_27001") == {
        "name": "requirement",
        "ns": "urn:dockmark:oscal:1",
        "value": "A.8.9",
        "class": "iso_27001",
    }


def test_what_holds_nothing_is_left_out():
    assert without_empty({"a": [], "b": {}, "c": None, "d": False, "e": 0, "f": "x"}) == {"d": False, "e": 0, "f": "x"}
