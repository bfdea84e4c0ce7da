"""``waivers.yaml``: what is read, and every mistake with its place."""

from datetime import UTC, datetime

import pytest

from benchmark.catalog.content_error import ContentErrors
from benchmark.catalog.policy_entries import MOST_ENTRIES
from benchmark.catalog.waivers import read_waivers
from benchmark.model.policy import Category, Scope
from tests.policies import GONE, waiver, waivers, written


def errors(data):
    with pytest.raises(ContentErrors) as caught:
        read_waivers(data, "w.yaml")
    return [str(each) for each in caught.value.errors]


def message(**changes):
    (only,) = errors(written(waivers=[waiver(**changes)]))
    return only.partition(": ")[2]


def test_a_waiver_is_read_with_all_its_parts():
    data = b"""\
schema: dockmark/waivers/1
waivers:
  # why is told below
  - id: W-7
    control: "5.10"
    benchmark: "1.8.0"
    scope:
      host: build-7
      subject: container:web
      label: team = payments
      image: sha256:%s
    broad: true
    reason: >
      Two
      lines.
    category: compensating control
    compensating_controls: [The host has no network., "A second one"]
    requested_by: Alice <alice@example.org>
    approved_by: carol
    created: 2026-01-10T09:00:00+02:00
    expires: 2026-12-31
    risk_reference: RISK-117
""" % (b"a" * 64)
    (found,) = read_waivers(data, "w.yaml").waivers
    assert found.scope == Scope("build-7", "container:web", ("team", "payments"), "sha256:" + "a" * 64)
    assert str(found.scope) == f"host build-7, container:web, label team=payments, image sha256:{'a' * 64}"
    assert (found.id, found.control, found.benchmark, found.broad) == ("W-7", "5.10", "1.8.0", True)
    assert (found.category, found.reason) == (Category.COMPENSATING_CONTROL, "Two lines.")
    assert found.compensating_controls == ("The host has no network.", "A second one")
    assert (found.requested_by, found.approved_by) == ("Alice <alice@example.org>", "carol")
    assert (found.risk_reference, found.line) == ("RISK-117", 4)
    assert found.created.instant == datetime(2026, 1, 10, 7, tzinfo=UTC)


def test_a_date_is_the_whole_day_in_utc():
    (found,) = waivers(waiver(created="2026-02-28", expires="2026-03-01")).waivers
    assert found.created.instant == datetime(2026, 2, 28, tzinfo=UTC)
    assert found.expires.instant == datetime(2026, 3, 2, tzinfo=UTC)
    assert found.expires.end == "the end of 2026-03-01 UTC"


def test_a_time_is_that_instant():
    (found,) = waivers(waiver(expires="2026-12-31T18:00:00-05:00")).waivers
    assert found.expires.instant == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert found.expires.end == "2026-12-31T18:00:00-05:00"


def test_the_last_day_there_is_ends_as_well():
    (found,) = waivers(waiver(expires="9999-12-31")).waivers
    assert found.expires.instant == datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize("data", [b"waivers: []\n", b"waivers:\n", b"schema: dockmark/waivers/1\nwaivers: []\n"])
def test_a_file_may_hold_none(data):
    found = read_waivers(data, "w.yaml")
    assert found.waivers == ()
    assert found.digest.startswith("sha256:")
    assert found.data == data


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"expires": GONE}, "a waiver lacks expires"),
        ({"expires": "soon"}, "expires must be a date such as 2026-12-31, or a time such as"),
        ({"expires": "2026-02-30"}, "expires must be a date"),
        ({"expires": "2026-12-31T25:00:00Z"}, "expires must be a date"),
        ({"expires": "2026-12-31T12:00:00"}, "expires must be a date"),
        ({"expires": "0001-01-01T00:00:00+14:00"}, "expires must be a date"),
        ({"expires": 20261231}, "found the number 20261231; quote it"),
        ({"expires": "2026-10-31"}, "expires is not after created"),
        ({"category": "because"}, "no category 'because'; there are risk accepted, false positive,"),
        ({"category": "compensating control"}, "needs compensating_controls: say what meets the intent instead"),
        ({"control": "5.5"}, "the number 5.5 needs its benchmark"),
        ({"control": "5.5", "benchmark": 1.8}, "benchmark must be a string, found the number 1.8; quote it"),
        ({"control": "No Such"}, "control must be a control's id or a number of the benchmark"),
        ({"benchmark": "1.8.0"}, "this control is named by its id"),
        ({"id": "W 1"}, "id must be 1 to 80 letters"),
        ({"reason": " "}, "reason is empty"),
        ({"reason": "x" * 4001}, "reason is longer than 4000 characters"),
        ({"approved_by": "two\nlines"}, "approved_by must be one line"),
        ({"approved_by": "x" * 301}, "approved_by is longer than 300 characters"),
        ({"broad": "yes"}, "broad must be true or false, found a string"),
        ({"scope": {}}, "scope is empty; leave it out where everything is meant"),
        ({"scope": "web"}, "scope must be a mapping, found a string"),
        ({"scope": {"container": "web"}}, "no key 'container'; there are host, subject, label, image"),
        (
            {"scope": {"subject": "web"}},
            "scope.subject must be a subject as reports write it: host, daemon, container:NAME",
        ),
        ({"scope": {"subject": "host:web"}}, "scope.subject must be a subject"),
        ({"scope": {"subject": "container:"}}, "scope.subject must be a subject"),
        ({"scope": {"label": "team"}}, "scope.label must be KEY=VALUE"),
        ({"scope": {"image": "sha256:abc"}}, "scope.image must be a whole digest"),
        ({"compensating_controls": "one"}, "compensating_controls must be a list, found a string"),
        ({"owner": "x"}, "no key 'owner'; there are id, control"),
    ],
)
def test_a_mistake_is_told(changes, told):
    assert told in message(**changes)


def test_every_mistake_is_told_at_once_with_its_place():
    data = b"waivers:\n  - id: W-1\n    control: x y\n    reason: r\n    kategory: z\n  - 5\nextra: 1\n"
    told = errors(data)
    assert [each.partition(": ")[0] for each in told] == [
        "w.yaml:2:5",
        "w.yaml:3:14",
        "w.yaml:5:5",
        "w.yaml:6:5",
        "w.yaml:7:1",
    ]


def test_an_id_stands_once():
    told = errors(written(waivers=[waiver(), waiver()]))
    assert told == ["w.yaml:13:7: the id W-1 stands twice, first on line 2"]


def test_a_schema_of_another_version_is_refused():
    assert errors(b"schema: dockmark/waivers/2\nwaivers: []\n") == [
        "w.yaml:1:9: this dockmark reads dockmark/waivers/1"
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"waivers: &a []",
        b"waivers: !!python/object x",
        b"waivers: []\nwaivers: []\n",
        b"\xff",
        b"waivers: {}",
    ],
)
def test_what_is_no_such_file_is_refused(data):
    assert errors(data)


def test_the_number_of_waivers_is_bounded():
    told = errors(b"waivers:\n" + b"  - 1\n" * (MOST_ENTRIES + 1))
    assert told == [f"w.yaml:1:1: more than {MOST_ENTRIES} waivers"]
