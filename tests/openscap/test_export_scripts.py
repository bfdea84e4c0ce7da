"""The scripts of the exported content: oscap runs them on a real engine and on rules as auditctl prints them, beside dockmark."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from lxml import etree

from benchmark.catalog.load import load_catalog
from benchmark.cli.checklist import checklist_of
from benchmark.export.documents import datastream_text, make_content
from benchmark.export.sce_scripts import RESULTS
from benchmark.export.ways import Way
from tests.command import command, environment
from tests.engine import Engine, real_engine
from tests.openscap.exported import NS, Exported, write_content

pytestmark = [
    pytest.mark.openscap,
    pytest.mark.skipif(os.geteuid() != 0, reason="a mount namespace of its own needs root"),
]
needs_engine = pytest.mark.engine

CATALOG: Final = load_catalog()
CONTENT: Final = make_content(checklist_of(CATALOG, "cis_docker", "1.8.0"))
SCRIPTS: Final = {each.rule.control.id: each for each in CONTENT.exports if each.way is Way.SCE}
AUDITED: Final = tuple(each for each in SCRIPTS if each.endswith("_audited"))
_TAILORING: Final = """<?xml version="1.0" encoding="UTF-8"?>
<Tailoring xmlns="http://checklists.nist.gov/xccdf/1.2" id="xccdf_dockmark_tailoring_scripts">
<version time="2026-11-27T12:00:00Z">1</version>
<Profile id="xccdf_dockmark_profile_scripts">
<title>scripts</title>
{lines}
</Profile>
</Tailoring>
"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return write_content(tmp_path_factory.mktemp("scripts"), CONTENT)


def in_namespace(mounts: str, words: list[str], env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """``words`` in a mount namespace of its own, after ``mounts``."""
    return subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", f'{mounts} exec "$@"', "sh", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=environment() if env is None else env,
    )


def by_oscap(exported: Exported, mounts: str, values: dict[str, str] | None = None, *controls: str) -> dict[str, str]:
    """Result by control, of those that export as scripts."""
    chosen = controls or tuple(SCRIPTS)
    lines = [f'<select idref="{SCRIPTS[each].rule.id}" selected="true"/>' for each in chosen]
    lines += [
        f'<set-value idref="xccdf_dockmark_value_{name}">{text}</set-value>' for name, text in (values or {}).items()
    ]
    tailoring = exported.directory / "tailoring.xml"
    tailoring.write_text(_TAILORING.format(lines="\n".join(lines)))
    results = exported.directory / "results.xml"
    results.unlink(missing_ok=True)
    words = [
        "oscap",
        "xccdf",
        "eval",
        "--tailoring-file",
        str(tailoring),
        "--profile",
        "xccdf_dockmark_profile_scripts",
    ]
    done = in_namespace(mounts, [*words, "--results", str(results), str(exported.document)])
    assert done.returncode in (0, 2), done.stdout + done.stderr
    names = {each.rule.id: name for name, each in SCRIPTS.items()}
    found = etree.parse(results).xpath("//x:rule-result[x:result!='notselected']", namespaces=NS)
    told = {names[str(each.get("idref"))]: str(each.findtext("x:result", namespaces=NS)) for each in found}
    assert told.keys() == set(chosen)
    return told


def by_itself(exported: Exported, mounts: str, control: str) -> str:
    """The result of a script that reads no Value, run in the bare environment that oscap gives it."""
    words = [str(exported.directory / f"{control}.sh")]
    done = in_namespace(mounts, words, {"PATH": "/bin:/sbin:/usr/bin:/usr/local/bin:/usr/sbin"})
    assert done.stderr == ""
    return next(name for name, number in RESULTS.items() if number == done.returncode)


def by_dockmark(mounts: str, *words: str) -> dict[str, str]:
    """Result by control, of those that export as scripts."""
    done = in_namespace(mounts, command("audit", *words, "-o", "json", "--fail-on", "never", "--no-record"))
    assert done.returncode in (0, 4), done.stderr  # 4: no engine answered
    results = {each["control"]: each["result"] for each in json.loads(done.stdout)["results"]}
    return {name: results[name] for name in SCRIPTS if name in results}


def serving(engine: Engine) -> str:
    """Mounts that show the engine's socket at the usual place, and its pid file."""
    return (
        "mount -t tmpfs none /run && : >/run/docker.sock && : >/run/docker.pid && "
        f"mount --bind {engine.socket} /run/docker.sock && mount --bind {engine.directory}/pid /run/docker.pid && "
    )


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with real_engine() as running:
        yield running


@needs_engine
def test_swarms_are_judged_alike(exported: Exported, engine: Engine) -> None:
    """Off, then as the engine makes one, then mended, and with settings of the site."""
    mounts = serving(engine)
    swarm = [each for each in SCRIPTS if each.startswith(("swarm_", "overlay_"))]
    assert len(swarm) >= 6
    seen: set[str] = set()

    def alike(**values: str) -> None:
        changed = {name.replace("__", "."): text for name, text in values.items()}
        words = [word for name, text in changed.items() for word in ("--set", f"{name}={text}")]
        ours = by_dockmark(mounts, "--host", "unix:///run/docker.sock", *words)
        theirs = by_oscap(exported, mounts, changed, *swarm)
        assert theirs == {name: ours[name] for name in swarm}
        seen.update(f"{name} {result}" for name, result in theirs.items())

    alike()
    init = ("swarm", "init", "--advertise-addr", "127.0.0.1")
    engine.docker(*init, "--listen-addr", "127.0.0.1:2399", "--data-path-addr", "127.0.0.2")
    alike()
    engine.docker("swarm", "leave", "--force")
    engine.docker(*init, "--cert-expiry", "4000h")
    try:
        alike()
        engine.docker("swarm", "update", "--autolock=true", "--cert-expiry", "100h")
        engine.docker("network", "create", "--driver", "overlay", "--opt", "encrypted", "good")
        engine.docker("network", "rm", "ingress", stdin=b"y\n")
        alike()
        engine.docker("network", "create", "--driver", "overlay", "--opt", "encrypted=maybe", "odd")
        service = ("service", "create", "--detach", "--replicas", "0", "--no-resolve-image", "--name")
        engine.docker(*service, "quiet", "--env", "MODE=1", "--env", "DB_PASSWORD_FILE=/x", "busybox:test")
        engine.docker(*service, "loud", "--env", "A=1", "--env", "API_KEY=token", "busybox:test", "sleep", "1")
        alike(swarm_mode_inactive__accepted_states="inactive,active")
        alike(swarm_certificate_lifetime_limited__longest_lifetime="1", swarm_managers_few_and_odd__most_managers="0")
    finally:
        engine.docker("swarm", "leave", "--force")
    for name in swarm:
        assert len({each for each in seen if each.startswith(f"{name} ")}) > 1, name


@needs_engine
def test_what_else_the_engine_says_is_judged_alike(exported: Exported, engine: Engine) -> None:
    mounts = serving(engine)
    chosen = [each for each in SCRIPTS if each not in AUDITED]
    for step in (lambda: None, lambda: others(engine)):
        step()
        ours = by_dockmark(mounts, "--host", "unix:///run/docker.sock")
        theirs = by_oscap(exported, mounts, None, *chosen)
        assert theirs == {name: ours[name] for name in chosen}
    values = {"engine_version_supported.minimum_version": "20.10.24", "unused_images_pruned.most_unused_images": "3"}
    for version in ("20.10.3", "20.10.24.1"):
        values["engine_version_supported.minimum_version"] = version
        words = [word for name, text in values.items() for word in ("--set", f"{name}={text}")]
        ours = by_dockmark(mounts, "--host", "unix:///run/docker.sock", *words)
        theirs = by_oscap(exported, mounts, values, "engine_version_supported", "unused_images_pruned")
        assert theirs == {name: ours[name] for name in theirs}


def others(engine: Engine) -> None:
    """Containers, and images with other users and health checks than the first one."""
    engine.create("stopped")
    engine.run("lives", "--restart", "on-failure:3")
    for number, line in enumerate(("USER 00:5", "USER app", "USER 1", 'HEALTHCHECK CMD ["true"]', "HEALTHCHECK NONE")):
        name = line.split()[1].replace(":", "")
        engine.docker("commit", "--change", line, "lives", f"other:{number}{name}".lower())


def test_without_an_engine_everything_is_an_error(exported: Exported) -> None:
    chosen = [each for each in SCRIPTS if each not in AUDITED]
    found = by_oscap(exported, "mount -t tmpfs none /run && ", None, *chosen)
    assert found == dict.fromkeys(chosen, "error")


BINARIES: Final = (
    "containerd_binary_audited",
    "containerd_shim_audited",
    "runc_binary_audited",
    "daemon_binary_audited",
)
RULES: Final = (
    "No rules",
    "-w /usr/sbin/runc -p rwxa -k docker\n-w /usr/bin/containerd -p x",
    "-w /usr/bin -p wa -k bin\n-w /usr/sbin/ -p rwxa",
    "-a always,exit -S all -F path=/usr/bin/containerd -F perm=rwxa -F key=docker",
    "-a always,exit -S all -F path=/usr/bin/containerd-shim -F perm=wa -F auid>=1000 -F key=docker",
    "-a always,exit -S all -F dir=/usr/bin -F perm=rwxa -F key=docker",
    "-a always,exit -F arch=b64 -S openat -F path=/usr/sbin/runc",
    "-a never,exit -S all -F path=/usr/bin/containerd -F perm=rwxa\n-w /usr/bin/containerd -p rwxa -k docker",
    "-a never,exit -S all -F dir=/usr/bin -F perm=wa\n-w /usr/bin/containerd -p rwxa\n-w /usr/bin/containerd-shim -p wa",
    "-a never,exit -S all -F path=/usr/bin/containerd -F perm=rwxa -F uid=0\n-w /usr/bin/containerd -p rwxa -k docker",
    "-w /usr/bin/containerd -p rwxa -k docker\n-a never,exit -S all -F path=/usr/bin/containerd -F perm=rwxa -F uid=0",
    "-a never,task -F uid=0\n-w /usr/bin/containerd -p rwxa -k docker",
    "-a never,task\n-w /usr/bin/containerd -p rwxa -k docker",
    "-a never,user -F uid=0\n-w /usr/bin/containerd-shim -p rwxa -k docker\n-w /usr/bin/containerd-shim-runc -p rwxa",
)


@needs_engine
@pytest.mark.skipif(shutil.which("auditctl", path="/usr/sbin:/sbin") is None, reason="auditctl is not installed")
@pytest.mark.parametrize("enabled", ["0", "1", "2"])
def test_audit_rules_are_judged_alike(exported: Exported, engine: Engine, tmp_path: Path, enabled: str) -> None:
    """dockmark and the script ask the same auditctl, which is a stand-in: the kernel's rules are the machine's."""
    seen = set()
    for number, rules in enumerate({"0": RULES[1:2], "1": RULES, "2": RULES[1:2]}[enabled]):
        stand_in = tmp_path / f"auditctl-{number}"
        stand_in.write_text(
            f"#!/bin/sh\n[ \"$1\" = -l ] || {{ echo 'enabled {enabled}'; exit 0; }}\ncat <<'X'\n{rules}\nX\n"
        )
        stand_in.chmod(0o755)
        mounts = f"{serving(engine)} mount --bind {stand_in} $(readlink -f /usr/sbin/auditctl) && "
        ours = by_dockmark(mounts, "--host", "unix:///run/docker.sock")
        if number < 2:
            theirs = by_oscap(exported, mounts, None, *BINARIES)
        else:  # the scripts as oscap runs them, without its time to load the content
            theirs = {name: by_itself(exported, mounts, name) for name in BINARIES}
        assert theirs == {name: ours[name] for name in BINARIES}, rules
        seen.update(theirs.values())
    assert seen >= ({"pass", "fail", "notchecked"} if enabled == "1" else {"fail"})
    assert ("pass" in seen) is (enabled != "0")


@pytest.mark.skipif(shutil.which("auditctl", path="/usr/sbin:/sbin") is None, reason="auditctl is not installed")
def test_rules_that_cannot_be_read_are_an_error(exported: Exported, tmp_path: Path) -> None:
    stand_in = tmp_path / "auditctl"
    stand_in.write_text("#!/bin/sh\nprintf 'no\\033[31m, \\377\\n' >&2\nexit 1\n")
    stand_in.chmod(0o755)
    mounts = f"mount -t tmpfs none /run && mount --bind {stand_in} $(readlink -f /usr/sbin/auditctl) && "
    assert by_oscap(exported, mounts, None, *BINARIES) == dict.fromkeys(BINARIES, "error")
    text = (exported.directory / "results.xml").read_text()  # which oscap would not write as XML with an ESC in it
    assert "auditctl -l: no?[31m, ?" in text


@pytest.mark.parametrize("strict", [False, True])
def test_scripts_run_out_of_a_data_stream(tmp_path: Path, strict: bool) -> None:
    """Both streams keep the schema, and the strict one the whole schematron of SCAP 1.3, with the scripts in them."""
    path = tmp_path / "stream.xml"
    path.write_text("".join(datastream_text(CONTENT, "2026-11-27T12:00:00Z", strict=strict)))
    assert oscap("ds", "sds-validate", path).returncode == 0
    if strict:
        done = oscap("xccdf", "validate", path)
        assert done.returncode == 0, done.stdout
    chosen = ("swarm_autolock_enabled", "swarm_managers_few_and_odd")
    rules = [word for each in chosen for word in ("--rule", SCRIPTS[each].rule.id)]
    results = tmp_path / "results.xml"
    words = ["oscap", "xccdf", "eval", "--profile", "xccdf_dockmark_profile_level_2", *rules, "--results", str(results)]
    in_namespace("mount -t tmpfs none /run && ", [*words, str(path)])
    found = etree.parse(results).xpath("//x:rule-result[x:result!='notselected']/x:result/text()", namespaces=NS)
    assert found == ["error", "error"]


def oscap(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["oscap", *map(str, words)], capture_output=True, text=True, check=False, timeout=300)


def test_every_script_is_strict_shell() -> None:
    assert len(SCRIPTS) > 20
    for each in SCRIPTS.values():
        assert each.script is not None
        for words in (("dash",), ("bash", "--posix"), ("busybox", "sh")):
            done = subprocess.run([*words, "-n"], input=each.script.text, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")
