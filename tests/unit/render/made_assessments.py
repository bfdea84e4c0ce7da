"""Assessments made by hand for the tests of the renderers."""

from __future__ import annotations

from decimal import Decimal

from benchmark.model.content import Catalog
from benchmark.model.control import Control, Recreate, Remediation, Severity, Test
from benchmark.model.facts import ABSENT, Reason, Source, Subject, Unavailable
from benchmark.model.framework import Framework, Requirement
from benchmark.model.result import Assessment, ControlResult, Coverage, Finding, Result, Score, XccdfScore
from benchmark.model.seen import Seen
from benchmark.model.snapshot import Collector, Enumeration, Target
from benchmark.render import RenderOptions
from benchmark.scap.checklist import make_checklist

VERSION = "1.8.0"
READ_AT = "2026-11-22T20:46:10Z"
DIGEST = "sha256:" + "ab" * 32
HOSTILE = "we\x1b]0;owned\x07b\u202eevil\u2066\n\t\x9b31m\ud800\U000e0041\u200b\"'<b>\\u0041"
SECTIONS = {"2": "Daemon configuration", "3": "Configuration files", "5": "Container runtime", "1.1": "Linux host"}


def subject(kind="container", name="web", *, identity=None, facts=None, notes=None, sources=None, blocked=None):
    identity = (f"{name}-id" if kind == "container" else "") if identity is None else identity
    path = f"GET /containers/{identity}/json" if kind == "container" else "GET /info"
    return Subject(
        kind=kind,
        name=name,
        id=identity,
        facts=facts or {},
        source=Source(path, READ_AT, DIGEST),
        sources=sources,
        notes=notes,
        blocked=blocked,
    )


def seen(fact="HostConfig.Privileged", value=False, expected="equal false", held=True):
    return Seen(fact, value, expected, held)


def passing(about, fact="HostConfig.Privileged", value=False):
    text = f"{about.kind} {about.name}: {fact} is false, as required"
    return Finding(about, Result.PASS, (seen(fact, value),), text)


def failing(about, fact="HostConfig.Privileged", value=True, message="must equal false"):
    text = f"{about.kind} {about.name}: {fact} is true, {message}"
    return Finding(about, Result.FAIL, (seen(fact, value, held=False),), text)


def erring(about, reason=Reason.DENIED, detail="/proc/1/cmdline", result=Result.ERROR, fact="processes"):
    value = Unavailable(reason, detail)
    text = f"{about.kind} {about.name}: {fact} is not known ({value})"
    return Finding(about, result, (seen(fact, value, "subset of []", None),), text, reason)


def control(identity="container_not_privileged", title="Containers run without the privileged flag", **changes):
    values = {
        "version": 1,
        "severity": Severity.HIGH,
        "for_each": "containers",
        "check": Test("HostConfig.Privileged", "equals", False),
        "when": None,
        "review": None,
        "attest": None,
        "parameters": (),
        "rationale": "because",
        "remediation": Remediation("Start the container without --privileged.", Recreate.CONTAINER),
        "room": "containers",
    }
    return Control(id=identity, title=title, **{**values, **changes})


def requirement(identity="5.5", label="No privileged containers", level=1, published="manual", version=VERSION):
    return Requirement(label, {version: identity}, {version: (level,)}, {version: published}, ())


def row(result, findings=(), ids=("5.5",), message="", made=None, **changes):
    return ControlResult(
        control=made or control(),
        requirements=tuple(requirement(each) for each in ids),
        result=result,
        findings=tuple(findings),
        message=message or f"{len(findings)} looked at",
        **changes,
    )


def assessment(results=(), **changes):
    values = {
        "tool_version": "0.1.0",
        "content_digest": "sha256:" + "cd" * 32,
        "target": Target(
            name="web-prod-17",
            endpoint="unix:///var/run/docker.sock",
            product="docker",
            engine_id="7c0f6a0e-2a1c-4c71-9d3a-8d5c2b1f0e9a",
            engine_version="20.10.24",
            api_version="1.41",
            os="Debian GNU/Linux 12 (bookworm)",
            kernel="6.1.0-13-amd64",
        ),
        "collector": Collector("0.1.0", 0, "root", "/", 47),
        "collected_at": READ_AT,
        "evaluated_at": "2026-11-22T20:46:11Z",
        "operator": "alice",
        "release": None,
        "framework": "cis_docker",
        "benchmark_version": VERSION,
        "profile": "level_2",
        "score": score_of(results),
        "not_judged": (),
        "context": context_of(results),
    }
    return Assessment(results=tuple(results), **{**values, **changes})


def context_of(results):
    subjects = [finding.subject for result in results for finding in result.findings]
    return {each.kind: each for each in subjects if each.kind in ("daemon", "host")}


def score_of(results):
    def count(*wanted):
        return sum(each.result in wanted for each in results)

    passed = count(Result.PASS)
    scorable = count(Result.PASS, Result.FAIL, Result.ERROR, Result.UNKNOWN)
    percent = Decimal(100 * passed) / Decimal(scorable) if scorable else None
    return Score(
        percent=percent,
        passed=passed,
        scorable=scorable,
        after_waivers=percent,
        coverage=Coverage(
            selected=len(results),
            judged=count(Result.PASS, Result.FAIL),
            errors=count(Result.ERROR),
            unknown=count(Result.UNKNOWN),
            manual=count(Result.NOTCHECKED),
            notapplicable=count(Result.NOTAPPLICABLE),
        ),
        xccdf=(
            XccdfScore("urn:xccdf:scoring:default", percent or Decimal(0), Decimal(100)),
            XccdfScore("urn:xccdf:scoring:flat", Decimal(passed), Decimal(scorable)),
            XccdfScore("urn:xccdf:scoring:flat-unweighted", Decimal(passed), Decimal(scorable)),
            XccdfScore("urn:xccdf:scoring:absolute", Decimal(0), Decimal(1)),
        ),
    )


def every_result():
    """One control for each of the nine results, several subjects, a gap, absences, hostile names: the golden assessment."""
    daemon = subject(
        "daemon",
        "docker",
        facts={"daemon.icc": True},
        notes={"daemon.icc": "pending restart: /etc/docker/daemon.json is newer than the daemon"},
        sources={
            "daemon.icc": (
                Source("GET /networks/bridge", READ_AT, DIGEST, "true"),
                Source("default:20.10", says="true"),
            )
        },
    )
    web, db, hostile = subject(name="web"), subject(name="db"), subject(name=HOSTILE, identity="e71")
    workers = [subject(name=f"worker-{number}") for number in range(1, 23)]
    long_name = subject("image", "registry.example.org:5000/" + "team/" * 20 + "app:1", identity="sha256:" + "0" * 64)
    socket = subject("file", "/var/run/docker.sock", identity="")
    listed = Enumeration(members=tuple(range(25)), vanished=("gone",), appeared=("new", HOSTILE))
    gap = Enumeration(members=(1,), gap=Unavailable(Reason.TRUNCATED, "GET /containers/json"))
    none = Enumeration(sources=(Source("GET /services", READ_AT, DIGEST),))
    results = (
        row(
            Result.UNKNOWN,
            [erring(daemon, Reason.PENDING_RESTART, "daemon.json is newer", Result.UNKNOWN, "daemon.icc")],
            ["2.2"],
            made=control("icc_disabled", "No free traffic between containers", for_each="daemon"),
            reason=Reason.PENDING_RESTART,
            message="daemon: pending restart",
        ),
        row(
            Result.ERROR,
            [passing(socket, "mode", "0660"), erring(subject("file", "/run/x.sock"), fact="mode")],
            ["3.15", "3.16"],
            made=control("api_socket_mode", "The API socket is closed to others", for_each="api_sockets"),
            reason=Reason.DENIED,
        ),
        row(
            Result.FAIL,
            [
                *(failing(each) for each in workers),
                passing(web),
                failing(db),
                failing(hostile, value="\ud800"),
                erring(web),
            ],
            ["5.5"],
            enumeration=listed,
            message="25 of 25 containers fail",
        ),
        row(
            Result.NOTCHECKED,
            [
                Finding(
                    web,
                    Result.NOTCHECKED,
                    (seen("published_ports", [{"HostPort": 22}], "no element", held=False),),
                    'container web: published_ports is [{"HostPort": 22}]; a person must judge it',
                )
            ],
            ["5.9"],
            made=control("ports_needed", "Only needed ports are published", attest="a person knows"),
        ),
        row(
            Result.NOTAPPLICABLE,
            ids=["5.10"],
            made=control("services_limited", "Services stay within limits", for_each="services"),
            enumeration=none,
            message="there are no services",
        ),
        row(
            Result.PASS,
            [
                passing(web),
                Finding(
                    db,
                    Result.PASS,
                    (seen("Config.Healthcheck.Test", ABSENT, "be present"), seen("daemon:security.apparmor", True)),
                    "container db: Config.Healthcheck.Test is absent, as required",
                ),
            ],
            ["5.11"],
            made=control("containers_healthy", "Containers are healthy"),
            enumeration=Enumeration(members=(1, 2)),
        ),
        row(
            Result.INFORMATIONAL,
            [passing(long_name)],
            ["5.12"],
            made=control("i", "For information", for_each="images"),
        ),
        row(Result.FIXED, [passing(web)], ["5.13"], made=control("f", "Was mended")),
        row(Result.NOTSELECTED, ids=["5.14"], made=control("n", "Left out"), message="not selected"),
        row(
            Result.ERROR,
            [passing(web)],
            ["5.29"],
            made=control("list_broke", "The list broke off"),
            enumeration=gap,
            reason=Reason.TRUNCATED,
            message="the list of containers is incomplete",
        ),
    )
    return assessment(
        results,
        not_judged=(*(requirement(f"1.1.{n}", f"Audit rule {n}") for n in (1, 2, 3, 5, 7)), requirement("4.1", "User")),
        warnings=("auditctl is not installed", HOSTILE),
        release="2026.11",
    )


def options_for(*made, **changes):
    """Options whose catalogue holds what was judged, and one control that was not."""
    controls = {each.control.id: each.control for one in made for each in one.results}
    requirements = {
        number: Requirement(
            f"item {number}", {VERSION: number}, {VERSION: (1,)}, {VERSION: "manual"}, (each.control.id,)
        )
        for one in made
        for each in one.results
        for number in sorted(item.ids[VERSION] for item in each.requirements)
    }
    controls["never_judged"] = control("never_judged", "Was not selected")
    requirements["7.1"] = Requirement(
        "item 7.1", {VERSION: "7.1"}, {VERSION: (2,)}, {VERSION: "manual"}, ("never_judged",)
    )
    framework = Framework("cis_docker", "CIS Docker Benchmark", (VERSION,), SECTIONS, tuple(requirements.values()))
    catalog = Catalog(controls, {"cis_docker": framework}, "sha256:" + "0" * 64)

    def checklist(name, version):
        return make_checklist(catalog, name, version, lambda each: f"What {each.id} checks.")

    return RenderOptions(checklist=checklist, **changes)
