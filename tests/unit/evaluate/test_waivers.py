"""Which waivers count, what they cover, and what is said of the others."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.evaluate.scope import Surroundings
from benchmark.evaluate.waivers import Failures, is_same_person, waived_row, waiver_use
from benchmark.model.facts import Reason, Subject, Unavailable
from benchmark.model.policy import Standing
from benchmark.model.result import Result
from tests.policies import GONE, waiver, waivers
from tests.snapshots import container, snapshot, subject

CATALOG = load_catalog()
NOW = "2026-11-25T00:00:00Z"
PRIVILEGED = {"HostConfig.Privileged": True}
DENIED = Unavailable(Reason.DENIED, "/x")


def judged(target, *entries, now=NOW, **changes):
    request = EvaluationRequest(now, controls=changes.pop("controls", ("container_not_privileged",)), **changes)
    file = waivers(*entries) if entries else None
    return evaluate_snapshot(CATALOG, target, EvaluationRequest(**{**_fields(request), "waivers": file}))


def _fields(request):
    return {name: getattr(request, name) for name in request.__slots__}


def only_row(made):
    (row,) = made.results
    return row


def use(made):
    (only,) = made.policy.waivers
    return only


def test_a_waived_failure_stays_a_failure_and_carries_its_waiver():
    made = judged(snapshot([container("web", PRIVILEGED)]), waiver())
    row = only_row(made)
    assert (row.result, row.accepted) == (Result.FAIL, Result.PASS)
    assert row.findings[0].waiver == "W-1"
    assert row.waiver["id"] == "W-1"
    assert row.waiver["ends"] == "2027-01-01T00:00:00Z"
    assert (made.score.percent, made.score.after_waivers) == (0, 100)
    assert (use(made).standing, use(made).findings) == (Standing.APPLIED, 1)
    assert use(made).message == "1 failure accepted until the end of 2026-12-31 UTC"
    assert made.policy.problems == ()


def test_a_control_is_waived_only_where_every_failure_is():
    target = snapshot([container("web", PRIVILEGED), container("db", PRIVILEGED)])
    one = judged(target, waiver())
    assert [each.waiver for each in only_row(one).findings] == ["W-1", None]
    assert only_row(one).waiver is None
    assert one.score.after_waivers == 0
    both = judged(target, waiver(), waiver(id="W-2", scope={"host": "good.example", "subject": "container:db"}))
    assert [each.waiver for each in only_row(both).findings] == ["W-1", "W-2"]
    assert only_row(both).waiver["others"] == "W-2"
    assert both.score.after_waivers == 100


def test_of_several_waivers_the_record_is_of_the_one_that_ends_first():
    target = snapshot([container("web", PRIVILEGED), container("db", PRIVILEGED)])
    sooner = waiver(id="W-2", scope={"host": "good.example", "subject": "container:db"}, expires="2026-12-01")
    row = only_row(judged(target, waiver(), sooner))
    assert (row.waiver["id"], row.waiver["others"]) == ("W-2", "W-1")


@pytest.mark.parametrize("beside", [DENIED, Unavailable(Reason.CONFLICT, "two say different things")])
def test_nothing_that_could_not_be_judged_hides_behind_a_waiver(beside):
    target = snapshot([container("web", PRIVILEGED), container("db", {"HostConfig.Privileged": beside})])
    broad = waiver(scope=GONE, broad=True)
    row = only_row(judged(target, broad))
    assert [each.waiver for each in row.findings] == ["W-1", None]
    assert row.waiver is None


def test_a_gap_in_the_list_hides_behind_no_waiver():
    row = only_row(judged(snapshot([container("web", PRIVILEGED)], gaps={"containers": DENIED}), waiver()))
    assert row.findings[0].waiver == "W-1"
    assert row.waiver is None


def test_what_a_person_must_judge_beside_a_waived_failure_stays_for_a_person():
    def mount(writable):
        return {"Mounts": [{"HostPaths": ["/etc"], "LinksFollowed": True, "RW": writable}]}

    target = snapshot([container("web", mount(True)), container("db", mount(False))])
    made = judged(target, waiver(control="container_no_sensitive_host_mounts"), controls=("5.6", "5.5"))
    row = next(each for each in made.results if each.control.id == "container_no_sensitive_host_mounts")
    assert [each.result for each in row.findings] == [Result.FAIL, Result.NOTCHECKED]
    assert row.waiver is not None
    assert row.accepted is Result.NOTCHECKED
    assert (made.score.scorable, made.score.percent, made.score.after_waivers) == (2, 50, 100)


@pytest.mark.parametrize(
    ("changes", "standing", "told"),
    [
        (
            {"expires": "2026-11-24"},
            Standing.EXPIRED,
            "it expired at the end of 2026-11-24 UTC; 1 failure that it would cover counts",
        ),
        ({"created": "2026-11-26"}, Standing.NOT_YET, "it was created in the future: 2026-11-26"),
        ({"expires": "2027-11-03"}, Standing.TOO_LONG, "it lives longer than a year"),
        ({"approved_by": "Alice  <ALICE@example.org>"}, Standing.SELF_APPROVED, "requested and approved it"),
        ({"scope": {"subject": "container:web"}}, Standing.TOO_BROAD, "it covers every host"),
        ({"scope": {"host": "good.example"}}, Standing.TOO_BROAD, "it covers every container"),
        ({"scope": GONE}, Standing.TOO_BROAD, "it covers every host and every container"),
        ({"control": "container_is_fine"}, Standing.UNKNOWN_CONTROL, "there is no control container_is_fine"),
        (
            {"control": "9.9", "benchmark": "1.8.0"},
            Standing.UNKNOWN_CONTROL,
            "there is no control 9.9 of benchmark 1.8.0",
        ),
        ({"control": "5.5", "benchmark": "9.9"}, Standing.UNKNOWN_CONTROL, "there is no control 5.5 of benchmark 9.9"),
        (
            {"scope": {"host": "good.example", "subject": "image:web"}},
            Standing.CANNOT_MATCH,
            "its control judges: container",
        ),
    ],
)
def test_a_waiver_with_a_defect_covers_nothing_and_is_reported(changes, standing, told):
    made = judged(snapshot([container("web", PRIVILEGED)]), waiver(**changes))
    assert only_row(made).findings[0].waiver is None
    assert only_row(made).waiver is None
    assert made.score.after_waivers == made.score.percent
    assert (use(made).standing, use(made).findings) == (standing, 0)
    assert told in use(made).message
    assert made.policy.problems == (f"waiver W-1: {use(made).message}",)


def test_the_year_of_a_waiver_includes_the_day_on_which_it_ends():
    made = judged(snapshot([container("web", PRIVILEGED)]), waiver(expires="2027-11-01"))
    assert use(made).standing is Standing.APPLIED


@pytest.mark.parametrize("control", ["live_restore_enabled", "docker_group_members_approved"])
def test_where_a_host_has_one_subject_the_host_is_narrow_enough(control):
    made = judged(
        snapshot(daemon={"daemon.live-restore": False, "info.LiveRestoreEnabled": False}),
        waiver(control=control, scope={"host": "good.example"}),
        controls=(control,),
    )
    assert use(made).standing in (Standing.APPLIED, Standing.UNUSED)


def test_an_unused_waiver_is_reported():
    made = judged(snapshot([container("web")]), waiver())
    assert use(made).standing is Standing.UNUSED
    assert made.policy.problems == (
        "waiver W-1: nothing fails that it covers (host good.example, container:web): remove it",
    )


def test_a_waiver_is_not_called_unused_while_something_could_not_be_looked_at():
    made = judged(snapshot([container("web", {"HostConfig.Privileged": DENIED})]), waiver())
    assert (use(made).standing, made.policy.problems) == (Standing.UNDECIDED, ())
    gap = judged(snapshot([], gaps={"containers": DENIED}), waiver())
    assert use(gap).standing is Standing.UNDECIDED
    labelled = waiver(scope={"host": "good.example", "label": "team=red"})
    blocked = Subject("container", "x", "1", {}, blocked=DENIED)
    assert use(judged(snapshot([blocked]), labelled)).standing is Standing.UNDECIDED


def test_waivers_of_other_hosts_and_controls_are_nobodys_business_here():
    target = snapshot([container("web", PRIVILEGED)])
    elsewhere = judged(target, waiver(scope={"host": "other", "subject": "container:web"}, expires="2026-11-02"))
    assert (use(elsewhere).standing, elsewhere.policy.problems) == (Standing.OTHER_HOST, ())
    narrowed = judged(target, waiver(control="container_pids_limited"))
    assert (use(narrowed).standing, narrowed.policy.problems) == (Standing.NOT_SELECTED, ())


def test_a_number_means_the_controls_of_that_version():
    target = snapshot(daemon={"daemon.userns-remap": ""})
    entry = waiver(control="2.9", benchmark="1.7.0", scope={"host": "good.example"})
    made = judged(target, entry, controls=("user_namespaces_enabled",), version="1.8.0")
    assert use(made).controls == ("user_namespaces_enabled",)  # 2.10 in 1.8.0, whose 2.9 is another


IMAGE = "sha256:" + "a" * 64
REPOSITORY = "sha256:" + "c" * 64


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        ({"image": IMAGE}, True),
        ({"image": "sha256:" + "b" * 64}, True),  # the container was started by this digest
        ({"image": REPOSITORY}, True),  # its image has this digest in a repository
        ({"image": "registry.example/web:1.4.2@sha256:" + "b" * 64}, True),
        ({"image": "registry.example/web:1.4.2"}, False),
        ({"image": "sha256:" + "d" * 64}, False),
        ({"label": "team=red"}, True),
        ({"label": "team=blue"}, False),
        ({"label": "owner=red"}, False),
        ({"subject": "container:web"}, True),
        ({"subject": "container:we"}, False),
        ({"subject": "container:web", "label": "team=blue"}, False),
    ],
)
def test_a_scope_picks_subjects_exactly(scope, covered):
    target = snapshot([container("web", {**PRIVILEGED, "labels": {"team": "red"}})])
    image = subject("image", "web", {"Id": IMAGE, "RepoDigests": [f"registry.example/web@{REPOSITORY}"]}, IMAGE)
    with_image = type(target)(**{**_fields(target), "subjects": (*target.subjects, image)})
    made = judged(with_image, waiver(scope={"host": "good.example", **scope}))
    assert only_row(made).findings[0].waiver == ("W-1" if covered else None)


def test_after_it_expired_everything_is_as_without_it():
    target = snapshot([container("web", PRIVILEGED)])
    end = datetime(2027, 1, 1, tzinfo=UTC)
    for now, counts in ((end - timedelta(seconds=1), True), (end, False), (end + timedelta(days=99), False)):
        text = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        made, without = judged(target, waiver(), now=text), judged(target, now=text)
        assert (made.results != without.results) is counts
        assert (made.score != without.score) is counts


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("alice", "alice", True),
        ("Alice", " ALICE ", True),
        ("alice@example.org", "Alice A. <Alice@Example.org>", True),
        ("alice", "alice@example.org", True),
        ("\uff41lice", "alice", True),  # a full-width letter
        ("alice@example.org", "alice@example.com", False),
        ("alice", "carol", False),
        ("<>", "carol", False),
    ],
)
def test_who_is_the_same_person(one, other, same):
    assert is_same_person(one, other) is same
    assert is_same_person(other, one) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("alice>", "alice", False),
        ("x <alice", "alice", False),
        ("x < y <alice@example.org>", "alice@example.org", True),
        ("Alice < alice@example.org >", "alice@example.org", True),
        ("x <>", "y <>", False),
    ],
)
def test_angle_brackets_hold_an_address_only_at_the_end_and_in_pairs(one, other, same):
    assert is_same_person(one, other) is same


def test_the_last_moment_of_a_year_and_the_first_of_a_waiver_belong_to_it():
    target = snapshot([container("web", PRIVILEGED)])
    assert use(judged(target, waiver(expires="2027-11-02"))).standing is Standing.APPLIED
    assert use(judged(target, waiver(created="2026-11-25"))).standing is Standing.APPLIED


@pytest.mark.parametrize("first", ["W-1", "W-2"])
def test_of_several_waivers_that_cover_a_failure_the_first_in_the_file_counts(first):
    entries = [waiver(), waiver(id="W-2", scope={"host": "good.example"}, broad=True)]
    entries.sort(key=lambda each: each["id"] != first)
    made = judged(snapshot([container("web", PRIVILEGED)]), *entries)
    assert only_row(made).findings[0].waiver == first


def test_a_row_that_counts_for_nothing_is_not_waived():
    target = snapshot([container("web", PRIVILEGED)])
    (entry,) = waivers(waiver()).waivers
    row = replace(only_row(judged(target)), result=Result.INFORMATIONAL)
    made = waived_row(row, (entry,), Surroundings(target))
    assert made.findings[0].waiver == "W-1"
    assert made.waiver is None


def test_a_broad_waiver_covers_and_counts_every_failure():
    target = snapshot([container("web", PRIVILEGED), container("db", PRIVILEGED), container("ok")])
    made = judged(target, waiver(scope={"host": "good.example"}, broad=True))
    assert use(made).findings == 2
    assert use(made).message == "2 failures accepted until the end of 2026-12-31 UTC"
    labelled = judged(
        snapshot([container("web", PRIVILEGED | {"labels": {"team": "red"}}), container("db", PRIVILEGED)]),
        waiver(scope={"host": "good.example", "label": "team=red"}),
    )
    assert use(labelled).findings == 1


def test_a_label_that_may_not_have_been_collected_is_told():
    made = judged(snapshot([container("web")]), waiver(scope={"host": "good.example", "label": "team=red"}))
    assert use(made).standing is Standing.UNUSED
    assert use(made).message.endswith(": remove it; or its label was not collected (--identity-label team)")
    assert "label" not in use(judged(snapshot([container("web")]), waiver())).message


NUMBER = {"control": "4.1", "benchmark": "1.8.0", "scope": {"host": "good.example"}, "broad": True}


def test_of_a_number_whose_controls_were_not_all_judged_the_others_count():
    made = judged(
        snapshot([container("web", {"runs_as_root": True})]), waiver(**NUMBER), controls=("container_runs_as_non_root",)
    )
    assert (use(made).standing, use(made).findings) == (Standing.APPLIED, 1)


def test_it_is_undecided_where_one_of_its_controls_is():
    both = ("container_runs_as_non_root", "image_runs_as_non_root")
    target = snapshot([container("web")], gaps={"images": DENIED})
    assert use(judged(target, waiver(**NUMBER), controls=both)).standing is Standing.UNDECIDED


def test_only_what_it_may_be_about_leaves_it_undecided():
    unknown, broad = container("db", {"HostConfig.Privileged": DENIED}), {"host": "good.example"}
    assert use(judged(snapshot([container("web"), unknown]), waiver())).standing is Standing.UNUSED
    several = judged(snapshot([container("web"), unknown]), waiver(scope=broad, broad=True))
    assert use(several).standing is Standing.UNDECIDED
    other = container("db", {"HostConfig.Privileged": DENIED, "labels": {"team": "blue"}})
    labelled = waiver(scope={"host": "good.example", "label": "team=red"})
    assert use(judged(snapshot([other]), labelled)).standing is Standing.UNUSED
    by_image = waiver(scope={"host": "good.example", "image": "x"})
    blocked = Subject("container", "x", "1", {}, blocked=DENIED)
    assert use(judged(snapshot([blocked]), by_image)).standing is Standing.UNDECIDED


def test_without_files_there_is_no_policy_and_a_file_is_told_by_its_digest():
    assert judged(snapshot()).policy is None
    made = judged(snapshot(), waiver())
    assert made.policy.waivers_digest == waivers(waiver()).digest
    assert made.policy.attestations_digest is None


def test_a_row_of_no_list_has_no_gap():
    target = snapshot([container("web", PRIVILEGED), container("db")])
    bad, (entry,) = only_row(judged(target)), waivers(waiver()).waivers
    around, control = Surroundings(target), bad.control
    bare = replace(bad, enumeration=None)
    assert waived_row(bare, (entry,), around).waiver is not None
    good = replace(bare, findings=tuple(each for each in bare.findings if each.result is Result.PASS))
    failures = Failures({control.id: good}, around)
    assert waiver_use(entry, (control,), failures, datetime.fromisoformat(NOW)).standing is Standing.UNUSED
