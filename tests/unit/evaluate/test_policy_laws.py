"""The algebra of waivers and attestations, over any mixture of containers, waivers and times."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.catalog.load import load_catalog
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.model.facts import JsonValue, Reason, Unavailable
from benchmark.model.policy import WaiverFile
from benchmark.model.result import Assessment, ControlResult, Result
from benchmark.model.snapshot import Snapshot
from tests.policies import GONE, attestation, attestations, waiver, waivers
from tests.snapshots import container, snapshot

CATALOG = load_catalog()
START = datetime(2026, 11, 1, tzinfo=UTC)
CONTROLS = ("container_not_privileged", "container_no_sensitive_host_mounts", "live_restore_enabled")
DENIED = Unavailable(Reason.DENIED, "/x")
CONFLICT = Unavailable(Reason.CONFLICT, "two say different things")
NAMES = ("web", "db", "job")
FEW = settings(max_examples=60)


def _mount(*, writable: bool) -> list[JsonValue]:
    return [{"HostPaths": ["/etc"], "LinksFollowed": True, "RW": writable}]


@st.composite
def hosts(draw: st.DrawFn) -> Snapshot:
    """Up to three containers in any state, a daemon with or without the setting, a list that is complete or not."""
    found = [
        container(
            name,
            {
                "HostConfig.Privileged": draw(st.sampled_from([False, True, True, DENIED, CONFLICT])),
                "Mounts": draw(st.sampled_from([[], _mount(writable=True), _mount(writable=False), DENIED])),
                "labels": {"team": draw(st.sampled_from(["red", "blue"]))},
            },
        )
        for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    ]
    restore = draw(st.booleans())
    gaps = {"containers": DENIED} if draw(st.integers(0, 9)) == 0 else None
    return snapshot(found, daemon={"daemon.live-restore": restore, "info.LiveRestoreEnabled": restore}, gaps=gaps)


@st.composite
def files(draw: st.DrawFn) -> WaiverFile:
    """A waiver that covers all of a control from the first day to the last, and up to three others, good ones and bad ones."""
    scopes = st.sampled_from(
        [
            *({"host": "good.example", "subject": f"container:{name}"} for name in NAMES),
            *({"host": "good.example"}, {"host": "other"}, {"label": "team=red"}, {"subject": "host"}, GONE, GONE),
        ]
    )
    entries = [
        waiver(
            id=f"W-{number}",
            control=draw(st.sampled_from([*CONTROLS, CONTROLS[0], "nothing_like_it"])),
            scope=draw(scopes),
            broad=draw(st.sampled_from([True, True, False])),
            approved_by=draw(st.sampled_from(["carol@example.org", "carol@example.org", "alice"])),
            created=(START + timedelta(days=draw(st.integers(-60, 20)))).date().isoformat(),
            expires=(START + timedelta(days=draw(st.integers(21, 300)))).date().isoformat(),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    wide = waiver(
        id="W-wide",
        control=draw(st.sampled_from(CONTROLS)),
        scope=GONE,
        broad=True,
        created="2026-10-01",
        expires="2027-05-31",
    )
    return waivers(*draw(st.permutations([wide, *entries])))


TIMES = st.integers(-300, 240 * 24).map(lambda hours: START + timedelta(hours=hours))


def judged(target: Snapshot, now: datetime, **brought: Any) -> Assessment:
    request = EvaluationRequest(now.strftime("%Y-%m-%dT%H:%M:%SZ"), controls=CONTROLS, **brought)
    return evaluate_snapshot(CATALOG, target, request)


def bare(row: ControlResult) -> ControlResult:
    """The row as it is without waivers."""
    return replace(row, waiver=None, findings=tuple(each._replace(waiver=None) for each in row.findings))


@FEW
@given(hosts(), files(), TIMES)
def test_waivers_change_nothing_but_what_they_mark(target: Snapshot, file: WaiverFile, now: datetime) -> None:
    plain, made = judged(target, now), judged(target, now, waivers=file)
    assert tuple(map(bare, made.results)) == plain.results
    assert replace(made.score, after_waivers=None) == replace(plain.score, after_waivers=None)
    assert plain.score.after_waivers == plain.score.percent
    for row in made.results:
        for each in row.findings:
            assert each.waiver is None or each.result is Result.FAIL


@FEW
@given(hosts(), files(), TIMES)
def test_the_second_score_is_never_below_the_first_and_hides_no_error(
    target: Snapshot, file: WaiverFile, now: datetime
) -> None:
    made = judged(target, now, waivers=file)
    before, after = made.score.percent, made.score.after_waivers
    if before is not None and after is not None:
        assert after >= before
    for row in made.results:
        if row.waiver is None:
            assert row.accepted is row.result
            continue
        left = {each.result for each in row.findings if each.waiver is None}
        assert not left & {Result.FAIL, Result.ERROR, Result.UNKNOWN}
        assert row.enumeration is not None
        assert row.enumeration.gap is None
        assert row.accepted in (Result.PASS, Result.NOTCHECKED)


@FEW
@given(hosts(), files(), TIMES)
def test_one_more_waiver_never_lowers_the_second_score(target: Snapshot, file: WaiverFile, now: datetime) -> None:
    marked = [
        _marks(judged(target, now, waivers=replace(file, waivers=file.waivers[:count])))
        for count in range(len(file.waivers) + 1)
    ]
    for fewer, more in pairwise(marked):
        assert fewer <= more


def _marks(made: Assessment) -> set[tuple[str, str]]:
    return {
        (row.control.id, each.subject.label) for row in made.results for each in row.findings if each.waiver is not None
    }


@FEW
@given(hosts(), files(), TIMES)
def test_once_all_have_ended_everything_is_as_without_them(target: Snapshot, file: WaiverFile, now: datetime) -> None:
    later = max([now, *(each.expires.instant for each in file.waivers)])
    made, plain = judged(target, later, waivers=file), judged(target, later)
    assert (made.results, made.score) == (plain.results, plain.score)


@FEW
@given(hosts(), files(), TIMES)
def test_every_entry_is_accounted_for_and_every_mark_has_one(target: Snapshot, file: WaiverFile, now: datetime) -> None:
    made = judged(target, now, waivers=file)
    assert made.policy is not None
    assert [each.waiver for each in made.policy.waivers] == list(file.waivers)
    applied = {each.waiver.id for each in made.policy.waivers if each.findings}
    assert {each.waiver for row in made.results for each in row.findings} <= {None, *applied}
    for use in made.policy.waivers:
        counts = use.waiver.created.instant <= now < use.waiver.expires.instant
        assert use.findings == 0 or counts


@FEW
@given(hosts(), st.sampled_from(["pass", "fail"]), st.sampled_from([*CONTROLS, "host_hardened"]), TIMES)
def test_a_word_decides_only_what_was_left_to_people(
    target: Snapshot, status: str, control: str, now: datetime
) -> None:
    file = attestations(attestation(control=control, status=status, scope=GONE))
    plain, made = judged(target, now), judged(target, now, attestations=file)
    for before, after in zip(plain.results, made.results, strict=True):
        for one, other in zip(before.findings, after.findings, strict=True):
            if other.attestation is not None:
                assert one.result is Result.NOTCHECKED
                assert (other.result.value, before.control.id) == (status, control)
                assert file.attestations[0].attested.instant <= now < file.attestations[0].expires.instant
                assert other.seen
            else:
                assert one.result is other.result
