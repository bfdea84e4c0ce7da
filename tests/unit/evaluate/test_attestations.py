"""A person's word decides what only a person can judge, and nothing else."""

from dataclasses import replace
from datetime import datetime

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.evaluate.attestations import attestation_defects
from benchmark.model.facts import Reason, Unavailable
from benchmark.model.policy import Standing
from benchmark.model.result import Result
from tests.policies import GONE, attestation, attestations, waiver, waivers
from tests.snapshots import container, snapshot, subject

CATALOG = load_catalog()
NOW = "2026-11-25T00:00:00Z"
DIGEST = "0a" * 32
EVIDENCE = [{"file": "r.pdf", "sha256": DIGEST}]
DENIED = Unavailable(Reason.DENIED, "/x")


def judged(target, *entries, controls=("host_hardened",), evidence=None, accepted=None):
    request = EvaluationRequest(
        NOW, controls=controls, attestations=attestations(*entries), evidence=evidence or {}, waivers=accepted
    )
    return evaluate_snapshot(CATALOG, target, request)


def only_row(made):
    (row,) = made.results
    return row


def use(made):
    (only,) = made.policy.attestations
    return only


@pytest.mark.parametrize("status", ["pass", "fail"])
def test_an_attestation_decides_a_control_for_people(status):
    made = judged(snapshot(), attestation(status=status))
    row = only_row(made)
    assert row.result is Result(status)
    (finding,) = row.findings
    assert finding.attestation == "A-1"
    assert finding.seen[-1].fact == "attestation:A-1"
    assert (
        "attested " + status + " by dan@example.org on 2026-11-01, until the end of 2027-11-01 UTC (A-1)" in row.message
    )
    assert row.attestation["status"] == status
    assert (made.score.scorable, made.score.coverage.manual) == (1, 0)
    assert (use(made).standing, use(made).findings) == (Standing.APPLIED, 1)
    assert made.policy.problems == ()


def test_an_attested_failure_can_be_waived():
    accepted = waivers(waiver(control="host_hardened", scope={"host": "good.example"}))
    row = only_row(judged(snapshot(), attestation(status="fail"), accepted=accepted))
    assert (row.result, row.accepted) == (Result.FAIL, Result.PASS)


@pytest.mark.parametrize(
    ("changes", "evidence", "standing", "told"),
    [
        ({"expires": "2026-11-24"}, {}, Standing.EXPIRED, "it expired at the end of 2026-11-24 UTC, and a person must look"),
        ({"date": "2026-12-01"}, {}, Standing.NOT_YET, "it is dated in the future: 2026-12-01"),
        ({"expires": "2029-01-01"}, {}, Standing.TOO_LONG, "it lives longer than two years"),
        ({"evidence": EVIDENCE}, {}, Standing.EVIDENCE_MISSING, "its evidence r.pdf cannot be read: nobody looked for it"),
        (
            {"evidence": EVIDENCE},
            {"r.pdf": "No such file or directory"},
            Standing.EVIDENCE_MISSING,
            "its evidence r.pdf cannot be read: No such file or directory",
        ),
        (
            {"evidence": EVIDENCE},
            {"r.pdf": "sha256:" + "ff" * 32},
            Standing.EVIDENCE_CHANGED,
            "its evidence r.pdf is not the file that was attested any more",
        ),
        ({"scope": {"subject": "container:web"}}, {}, Standing.CANNOT_MATCH, "its control judges: host"),
    ],
)  # fmt: skip
def test_one_that_does_not_count_leaves_the_control_to_a_person_and_says_so(changes, evidence, standing, told):
    made = judged(snapshot(), attestation(**changes), evidence=evidence)
    row = only_row(made)
    assert row.result is Result.NOTCHECKED
    assert row.attestation is None
    assert use(made).standing is standing
    assert told in use(made).message
    assert made.policy.problems == (f"attestation A-1: {use(made).message}",)
    if standing is not Standing.CANNOT_MATCH:
        assert f"attestation A-1: {told}" in row.message


def test_evidence_that_is_what_was_attested_counts():
    entry = attestation(evidence=EVIDENCE)
    made = judged(snapshot(), entry, evidence={"r.pdf": f"sha256:{DIGEST}"})
    assert only_row(made).result is Result.PASS
    assert only_row(made).attestation["evidence"] == f"r.pdf sha256:{DIGEST}"


def test_nobodys_word_changes_what_the_program_decides():
    target = snapshot([container("web", {"HostConfig.Privileged": True})])
    entry = attestation(control="container_not_privileged")
    made = judged(target, entry, controls=("container_not_privileged",))
    assert only_row(made).result is Result.FAIL
    assert use(made).standing is Standing.NOT_FOR_PEOPLE
    assert made.policy.problems


def mounts(writable):
    return {"Mounts": [{"HostPaths": ["/etc"], "LinksFollowed": True, "RW": writable}]}


def test_of_a_control_in_part_for_people_only_that_part_is_attested():
    target = snapshot(
        [container("web", mounts(True)), container("db", mounts(False)), container("x", {"Mounts": DENIED})]
    )
    made = judged(target, attestation(control="container_no_sensitive_host_mounts"), controls=("5.6",))
    assert [each.result for each in only_row(made).findings] == [Result.FAIL, Result.PASS, Result.ERROR]
    assert [each.attestation for each in only_row(made).findings] == [None, "A-1", None]


def test_what_was_proven_overrules_a_word_and_that_is_said():
    made = judged(
        snapshot([container("web", mounts(True))]),
        attestation(control="container_no_sensitive_host_mounts"),
        controls=("5.6",),
    )
    assert only_row(made).result is Result.FAIL
    assert use(made).standing is Standing.OVERRULED
    assert "what was found counts before anybody's word: fail: container web" in use(made).message


def test_the_newest_word_counts_and_of_one_day_the_worse():
    old, new = attestation(date="2026-10-01", status="fail"), attestation(id="A-2")
    made = judged(snapshot(), old, new)
    assert only_row(made).findings[0].attestation == "A-2"
    assert [each.standing for each in made.policy.attestations] == [Standing.SUPERSEDED, Standing.APPLIED]
    assert made.policy.problems == ()
    same_day = judged(snapshot(), attestation(id="A-2"), attestation(status="fail"))
    assert only_row(same_day).result is Result.FAIL


def test_an_attestation_about_nothing_is_reported():
    unused = judged(
        snapshot([container("web")]), attestation(control="container_no_sensitive_host_mounts"), controls=("5.6",)
    )
    assert use(unused).standing is Standing.UNUSED
    elsewhere = judged(snapshot(), attestation(scope={"host": "other"}))
    assert use(elsewhere).standing is Standing.OTHER_HOST
    narrowed = judged(snapshot(), attestation(), controls=("5.5",))
    assert use(narrowed).standing is Standing.NOT_SELECTED
    unknown = judged(snapshot(), attestation(control="nothing_like_it", scope=GONE))
    assert use(unknown).standing is Standing.UNKNOWN_CONTROL


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({"expires": "2028-11-02"}, Standing.APPLIED),
        ({"expires": "2028-11-03"}, Standing.TOO_LONG),
        ({"date": "2026-11-25"}, Standing.APPLIED),
    ],
)
def test_the_last_moment_of_two_years_and_the_first_belong_to_it(changes, standing):
    assert use(judged(snapshot(), attestation(**changes))).standing is standing


@pytest.mark.parametrize(
    ("mounted", "told"),
    [(DENIED, "error"), (Unavailable(Reason.CONFLICT, "two say different things"), "unknown")],
)
def test_what_nobody_could_look_at_overrules_a_word(mounted, told):
    made = judged(
        snapshot([container("web", {"Mounts": mounted})]),
        attestation(control="container_no_sensitive_host_mounts"),
        controls=("5.6",),
    )
    assert use(made).standing is Standing.OVERRULED
    assert use(made).message.startswith(f"what was found counts before anybody's word: {told}: ")


def test_of_a_number_one_control_for_people_is_enough():
    (entry,) = attestations(attestation()).attestations
    automatic, people = (CATALOG.controls[each] for each in ("container_not_privileged", "host_hardened"))
    now = datetime.fromisoformat(NOW)
    assert Standing.NOT_FOR_PEOPLE not in dict(attestation_defects(entry, (automatic, people), now, {}))
    assert Standing.NOT_FOR_PEOPLE in dict(attestation_defects(entry, (automatic, automatic), now, {}))


WEB = {"host": "good.example", "subject": "container:web"}


@pytest.mark.parametrize("expires", ["2027-11-01", "2026-11-24"])
def test_a_word_about_one_subject_says_nothing_of_another(expires):
    target = snapshot([container("web", mounts(False)), container("db", mounts(False))])
    entry = attestation(control="container_no_sensitive_host_mounts", scope=WEB, expires=expires)
    made = judged(target, entry, controls=("5.6",))
    assert use(made).findings == (1 if expires > NOW else 0)
    web, other = only_row(made).findings
    plain = judged(target, controls=("5.6",))
    assert other == only_row(plain).findings[1]
    assert web != only_row(plain).findings[0]


def test_what_was_found_of_another_subject_does_not_overrule_it():
    target = snapshot([container("web"), container("db", mounts(True))])
    entry = attestation(control="container_no_sensitive_host_mounts", scope=WEB)
    assert use(judged(target, entry, controls=("5.6",))).standing is Standing.UNUSED


def test_newer_words_are_told_in_order():
    names = [f"c{number}" for number in range(7)]
    target = snapshot([container(each, mounts(False)) for each in names])
    newer = [
        attestation(
            id=f"A-{each}",
            control="container_no_sensitive_host_mounts",
            scope={"host": "good.example", "subject": f"container:{each}"},
        )
        for each in names
    ]
    older = attestation(control="container_no_sensitive_host_mounts", date="2026-10-01")
    made = judged(target, older, *newer, controls=("5.6",))
    assert made.policy.attestations[0].message.startswith(", ".join(f"A-{each}" for each in names) + " speaks ")


def test_a_word_about_one_control_decides_no_other():
    made = judged(snapshot([container("web", mounts(False))]), attestation(), controls=("host_hardened", "5.6"))
    results = {each.control.id: each.result for each in made.results}
    assert results == {"host_hardened": Result.PASS, "container_no_sensitive_host_mounts": Result.NOTCHECKED}


def test_of_a_number_each_control_is_attested():
    image = subject("image", "web", {"unverified_installs": []})
    plain = snapshot([])
    listed = replace(plain.enumerations["images"], members=(len(plain.subjects),))
    target = replace(plain, subjects=(*plain.subjects, image), enumerations={**plain.enumerations, "images": listed})
    made = judged(target, attestation(control="4.11", benchmark="1.8.0"), controls=("4.11",))
    assert set(use(made).controls) == {"image_packages_verified", "dockerfile_packages_verified"}
    assert (use(made).standing, use(made).findings) == (Standing.APPLIED, 1)


def test_a_file_is_told_by_its_digest():
    made = judged(snapshot(), attestation())
    assert made.policy.attestations_digest == attestations(attestation()).digest
    assert made.policy.waivers_digest is None
