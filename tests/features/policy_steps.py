"""The steps of the features about waivers and attestations; ``world`` is that of test_features.py."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import yaml
from pytest_bdd import given, parsers, then, when

from benchmark.model.facts import Reason, Unavailable
from tests.policies import GONE, attestation, waiver
from tests.snapshots import container, snapshot

_HOST = "good.example"


def _day(days: int) -> str:
    """The date so many days from now, in UTC."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def _policy(world, kind):
    return world.folder / f"{kind}.yaml"


def _write(world, kind, entries):
    _policy(world, kind).write_text(yaml.safe_dump({kind: entries}, sort_keys=False))  # dates are texts, so quoted
    _policy(world, kind).chmod(0o600)


def _read(world, kind):
    return yaml.safe_load(_policy(world, kind).read_text())[kind]


def _accept(world, number, name, **changes):
    scope = {"host": _HOST} if name is None else {"host": _HOST, "subject": f"container:{name}"}
    entry = waiver(control=number, benchmark="1.8.0", scope=scope, created=_day(-30), expires=_day(30))
    _write(world, "waivers", [{name: value for name, value in {**entry, **changes}.items() if value is not GONE}])


@given(parsers.parse('a waiver for recommendation {number} about container "{name}", approved by "{person}"'))
def _(world, number, name, person):
    _accept(world, number, name, approved_by=person)


@given(parsers.parse('a waiver for recommendation {number} about container "{name}", approved by whoever asked for it'))
def _(world, number, name):
    _accept(world, number, name, requested_by="alice@example.org", approved_by="Alice <alice@EXAMPLE.org>")


@given(parsers.parse('a waiver for recommendation {number} about container "{name}" that expired yesterday'))
def _(world, number, name):
    _accept(world, number, name, expires=_day(-1))


@given(parsers.parse('a waiver for recommendation {number} about container "{name}" that expires today'))
def _(world, number, name):
    _accept(world, number, name, expires=_day(0))


@given(parsers.parse("a waiver for recommendation {number} about every container"))
def _(world, number):
    _accept(world, number, None)


@given("the waiver says that it is meant broadly")
def _(world):
    (entry,) = _read(world, "waivers")
    _write(world, "waivers", [{**entry, "broad": True}])


@given(parsers.parse("a waiver for recommendation {number} whose expiry date is missing"))
def _(world, number):
    _accept(world, number, "runner", expires=GONE)


@given(parsers.parse('one more container "{name}" that cannot be looked at'))
def _(world, name):
    denied = Unavailable(Reason.DENIED, f"GET /containers/{name}/json: 403")
    (host,) = world.hosts
    seen = [each for each in host.subjects if each.kind == "container"]
    world.hosts[:] = [snapshot([*seen, replace(container(name), facts={}, blocked=denied)])]


@given(parsers.parse('an attestation that recommendation {number} is met, by "{person}", with a report as evidence'))
def _(world, number, person):
    _attest(world, number, "pass", attested_by=person)


@given(
    parsers.parse('an attestation that recommendation {number} is not met, by "{person}", with a report as evidence')
)
def _(world, number, person):
    _attest(world, number, "fail", attested_by=person)


@given(parsers.parse("an attestation that recommendation {number} is met, which expired yesterday"))
def _(world, number):
    _attest(world, number, "pass", expires=_day(-1))


def _attest(world, number, status, **changes):
    report = world.folder / "report.txt"
    report.write_text("Two findings, both mended.\n")
    evidence = [{"file": report.name, "sha256": hashlib.sha256(report.read_bytes()).hexdigest()}]
    when_ = {"date": _day(-30), "expires": _day(300)}
    entry = attestation(
        control=number, benchmark="1.8.0", status=status, evidence=evidence, scope=GONE, **{**when_, **changes}
    )
    _write(world, "attestations", [entry])


@when("somebody changes the report")
def _(world):
    (world.folder / "report.txt").write_text("No findings.\n")


@when(parsers.parse("I judge the snapshot for recommendation {number} alone, with what was signed"))
def _(world, number):
    words = ["--control", number]
    for kind in ("waivers", "attestations"):
        if _policy(world, kind).exists():
            words += [f"--{kind}", str(_policy(world, kind))]
    world.judge(*words)


@when(
    parsers.parse(
        'I add a waiver for recommendation {number} about container "{name}", approved by "{person}", for {days:d} days'
    )
)
def _(world, number, name, person, days):
    world.run(
        *("waivers", "add", _policy(world, "waivers"), number, "--on-host", _HOST, "--subject", f"container:{name}"),
        *("--reason", "Its successor is ordered.", "--category", "planned", "--requested-by", "alice"),
        *("--approved-by", person, "--expires", f"{days}d"),
    )
    assert world.code == 0, world.message


@when("I check the waivers")
def _(world):
    world.run("waivers", "lint", _policy(world, "waivers"))


@when(parsers.parse("I list the waivers that end within {days:d} days"))
def _(world, days):
    world.run("waivers", "list", _policy(world, "waivers"), "--expiring", f"{days}d")


@when("I export the attestations for MITRE SAF and import them again")
def _(world):
    saf = world.folder / "saf.json"
    world.run("attestations", "export", _policy(world, "attestations"), "-o", saf)
    assert [each["status"] for each in json.loads(saf.read_text())] == ["passed"]
    _policy(world, "attestations").unlink()
    world.run("attestations", "import", saf, _policy(world, "attestations"))
    assert world.code == 0, world.message


@then(parsers.re(r"recommendation (?P<number>[\d.]+) (?P<verdict>fails|passes|is not checked)"))
def _(world, number, verdict):
    expected = {"fails": "fail", "passes": "pass", "is not checked": "notchecked"}[verdict]
    assert world.row(number)["result"] == expected


@then(parsers.parse('the finding about container "{name}" is waived'))
def _(world, name):
    found = {each["subject"]: each for row in world.document["results"] for each in row["findings"]}
    assert found[f"container:{name}"]["waiver"] == "W-1"
    assert found[f"container:{name}"]["result"] == "fail"


@then("no finding is waived")
def _(world):
    assert [each for row in world.document["results"] for each in row["findings"] if "waiver" in each] == []


@then(parsers.parse("the score is {before:g} percent, and {after:g} percent after waivers"))
def _(world, before, after):
    score = world.document["score"]
    assert (score["percent"], score["after_waivers"]) == (before, after)
    assert f"{after:.1f} % after waivers" in world.text


@then(parsers.parse("the {kind} is reported as {standing}"))
def _(world, kind, standing):
    (entry,) = world.document[f"{kind}s"]["entries"]
    assert (entry["standing"], entry["problem"]) == (standing.replace(" ", "_"), True)
    assert f"{kind.capitalize()}s: 1 {standing}" in world.text
    assert "must be mended" in world.text


@then(parsers.parse('the table says "{text}"'))
def _(world, text):
    assert text in " ".join(world.text.split())


@then("nothing is wrong with them")
def _(world):
    assert (world.code, "nothing is wrong" in world.text) == (0, True)


@then("one waiver is listed")
def _(world):
    assert world.text.endswith("\n1 waiver\n")
