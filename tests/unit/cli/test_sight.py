from benchmark.catalog.load import load_catalog
from benchmark.cli.advice import ADVICE
from benchmark.cli.sight import Sight, list_blindness, list_sights, policy_sights
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.model.facts import Reason, Unavailable
from tests.policies import waiver, waivers
from tests.snapshots import DENIED, NO_ENGINE, container, snapshot, snapshot_without_engine

CATALOG = load_catalog()


def assessed(what):
    return evaluate_snapshot(CATALOG, what, EvaluationRequest(now="2026-11-20T09:00:00Z"))


def blindness(what):
    return {each.reason: each for each in list_blindness(assessed(what))}


def sights(what):
    return {each.what: each for each in list_sights(what)}


def test_every_reason_has_its_advice():
    assert set(ADVICE) == set(Reason)


def test_nothing_is_blind_on_a_host_that_shows_everything():
    assert blindness(snapshot()) == {}
    assert all(each.seen for each in list_sights(snapshot()))


def test_a_reason_names_its_facts_details_and_controls():
    what = snapshot(
        [container("web", {"Mounts": Unavailable(Reason.WRONG_TYPE, "Mounts is a string")})],
        daemon={"daemon.icc": DENIED, "daemon.userland-proxy": DENIED},
    )
    found = blindness(what)
    assert set(found) == {Reason.WRONG_TYPE, Reason.DENIED}
    assert found[Reason.DENIED].facts == ("daemon.icc", "daemon.userland-proxy")
    assert found[Reason.DENIED].details == (DENIED.detail,)
    assert found[Reason.DENIED].controls == ("default_bridge_icc_disabled", "userland_proxy_disabled")
    assert found[Reason.WRONG_TYPE].facts == ("Mounts",)
    assert "container_no_api_socket" in found[Reason.WRONG_TYPE].controls


def test_exactly_the_controls_without_a_verdict_are_named():
    for what in (
        snapshot_without_engine(),
        snapshot(gaps={"containers": DENIED}),
        snapshot(daemon={"daemon.icc": DENIED}),
    ):
        assessment = assessed(what)
        blind = {control for each in list_blindness(assessment) for control in each.controls}
        assert blind == {each.control.id for each in assessment.results if each.result in ("error", "unknown")}
        assert len(blind) == assessment.score.coverage.errors + assessment.score.coverage.unknown


def test_a_listing_with_a_gap_is_told_as_such():
    found = blindness(snapshot(gaps={"containers": Unavailable(Reason.TRUNCATED, "GET /containers/json")}))
    assert found[Reason.TRUNCATED].facts == ("list of containers",)


def test_what_is_unknown_counts_as_blind_too():
    found = blindness(snapshot(daemon={"daemon.icc": Unavailable(Reason.CONFLICT, "flags and file disagree")}))
    assert found[Reason.CONFLICT].controls == ("default_bridge_icc_disabled",)


def test_the_reason_that_blinds_most_comes_first():
    counts = [len(each.controls) for each in list_blindness(assessed(snapshot_without_engine()))]
    assert counts == sorted(counts, reverse=True)


def test_sights_of_a_host_without_an_engine():
    seen = sights(snapshot_without_engine())
    assert not seen["engine"].seen
    assert NO_ENGINE.detail in seen["engine"].how
    assert not seen["daemon's process"].seen
    assert not seen["daemon's configuration file"].seen
    assert seen["audit rules"].seen


def test_sights_name_the_settings_that_are_not_known():
    seen = sights(snapshot(daemon={"daemon.icc": DENIED, "process.exe": Unavailable(Reason.NO_PROCESS, "socket peer")}))
    assert seen["daemon's settings"].how.endswith("not known: icc")
    assert not seen["daemon's process"].seen
    assert "no_process" in seen["daemon's process"].how
    assert seen["engine"].seen


def test_a_host_without_a_configuration_file_is_seen():
    assert "not there" in sights(snapshot(files={}))["daemon's configuration file"].how


def test_the_files_that_people_signed_are_seen_where_they_were_given():
    def signed(*entries):
        request = EvaluationRequest(now="2026-11-20T09:00:00Z", controls=("5.5",), waivers=waivers(*entries))
        return policy_sights(evaluate_snapshot(CATALOG, snapshot(), request))

    assert policy_sights(assessed(snapshot())) == ()
    elsewhere = waiver(scope={"host": "other", "subject": "container:web"})
    assert signed(elsewhere) == (Sight("waivers and attestations", True, "1 entry, all in order"),)
    (found,) = signed(elsewhere, waiver(id="W-2"))
    assert not found.seen
    assert found.how.startswith("1 of 2 entries count for nothing; waiver W-2: nothing fails that it covers")
