"""The proof of the fixes: bad hosts, the scripts that oscap makes of our results, and what dockmark says afterwards."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
import yaml

from benchmark.catalog.load import load_catalog
from tests.command import ROOT, dockmark
from tests.openscap.mended_host import Stage, fix_script, results_of, staged
from tests.torture.oracle.generate import roll_host
from tests.torture.oracle.host import Account, AuditRule, File, Flag, Group, Host, Unit
from tests.torture.size import dice, sized

pytestmark = [
    pytest.mark.openscap,
    pytest.mark.skipif(os.geteuid() != 0, reason="changes owners and the root directory, which needs root"),
]

CATALOG: Final = load_catalog()
FIXABLE: Final = {name for name, each in CATALOG.controls.items() if each.remediation.fixes}
SAMPLE: Final = ROOT / "reports/samples/sample-host.snapshot.json.gz"
_CIVIL: Final = ("root", "docker", "alice")
# What a host without an engine's command line tool, or without the API, cannot show mended.
_NEEDS_ENGINE: Final = {"swarm_certificate_lifetime_limited"}


def bad_host() -> Host:
    """Everything that a fix is about is wrong, and nothing keeps it from being mended."""
    host = Host(
        0,
        config={
            "icc": True,
            "log-level": "debug",
            "debug": True,
            "iptables": False,
            "experimental": True,
            "insecure-registries": ["registry.example.com:5000"],
            "seccomp-profile": "unconfined",
            "tlsverify": True,
            "tlscacert": "/srv/tls/ca.pem",
            "tlscert": "/srv/tls/cert.pem",
            "tlskey": "/srv/tls/key.pem",
            "log-opts": {"max-size": "1m"},
        },
        flags=[
            Flag("host", "fd://"),
            Flag("host", "unix:///srv/second.sock", " "),
            Flag("host", "tcp://127.0.0.1:2376"),
        ],
    )
    host.policy.accounts = ["alice"]
    host.links["/etc/default/docker"] = "/srv/real/docker"
    host.accounts += [Account("bob", 1001, 1001), Account("carol", 1002, 1002)]
    host.groups = [Group("root", 0), Group("docker", 999, ["bob", "alice", "carol"]), Group("alice", 1000)]
    wide = {"uid": 1000, "gid": 1000}
    host.files = [
        File("/etc/docker", 0o777, kind="directory", **wide),
        File("/etc/docker/daemon.json", 0o666, **wide),
        File("/etc/docker/certs.d/registry.example.com:5000/ca.crt", 0o664, **wide),
        File("/etc/docker/certs.d/other/a name.crt", 0o664, **wide),
        File("/srv/real/docker", 0o7777, **wide),  # by a link: the file itself is mended and watched
        File("/etc/sysconfig/docker", 0o646, **wide),
        File("/etc/containerd/config.toml", 0o644),
        File("/srv/tls/ca.pem", 0o666, **wide),
        File("/srv/tls/cert.pem", 0o666, **wide),
        File("/srv/tls/key.pem", 0o666, **wide),
        File("/run/docker.sock", 0o666, kind="socket", **wide),
        File("/srv/second.sock", 0o666, kind="socket", uid=1000),
        File("/run/containerd", 0o755, kind="directory"),
        File("/run/containerd/containerd.sock", 0o666, kind="socket", **wide),
        File("/usr/bin/dockerd", 0o755),
        *(File(f"/usr/bin/{name}", 0o755) for name in ("containerd", "containerd-shim", "runc")),
        *(File(f"/usr/local/bin/containerd-shim-runc-v{each}", 0o755) for each in (1, 2)),
    ]
    unit = "[Socket]\nListenStream=/run/docker.sock\n"
    host.units = [
        Unit(
            "docker.service",
            File(
                "/usr/lib/systemd/system/docker.service",
                0o664,
                text="[Service]\nExecStart=/usr/bin/dockerd -H fd://\n",
                **wide,
            ),
            [
                File(
                    "/etc/systemd/system/docker.service.d/10-own.conf",
                    0o666,
                    text="[Service]\nRestart=always\n",
                    **wide,
                )
            ],
        ),
        Unit("docker.socket", File("/etc/systemd/system/docker.socket", 0o666, text=unit, **wide)),
    ]
    return host


def test_a_bad_host_is_mended_and_a_second_run_changes_nothing() -> None:
    host = bad_host()
    with staged(host) as stage:
        before = stage.audit()
        failed = {name for name, result in before.results.items() if result == "fail"} & FIXABLE
        assert (
            FIXABLE - failed
            <= {"live_restore_enabled", "daemon_no_new_privileges", "userland_proxy_disabled"} | _NEEDS_ENGINE
        )
        script = fix_script(before.path)
        assert "not mended" not in stage.run(script)
        mended = stage.state()
        assert "not mended" not in stage.run(script)
        assert stage.state() == mended
        stage.restart()
        after = stage.audit().results
        assert {name: after[name] for name in failed} == dict.fromkeys(failed, "pass")
        assert host.config is not None
        assert host.config["log-opts"] == {"max-size": "1m"}
        assert (stage.top / "srv/second.sock").stat().st_gid == 0  # it was root's: the docker group is not let in
        assert "docker:x:999:alice\n" in (stage.top / "etc/group").read_text()
        assert (stage.top / "etc/audit/rules.d/50-docker.rules").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_other_shells_and_tools_do_the_same(shell: str) -> None:
    """The same script with this machine's own programs, its /usr and /lib seen below the root of the host."""
    host = bad_host()
    with staged(host) as stage:
        before = stage.audit()
        failed = {name for name, result in before.results.items() if result == "fail"} & FIXABLE
        said = run_with_own_tools(stage, fix_script(before.path), shell)
        assert "not mended" not in said, said
        stage.restart()
        after = stage.audit().results
        assert {name: after[name] for name in failed} == dict.fromkeys(failed, "pass")


def run_with_own_tools(stage: Stage, script: str, shell: str) -> str:
    """What is said when the machine's own /usr is bound below the host's root, in a mount namespace that ends with the script."""
    machine, own = stage.top / ".machine/usr", stage.top / ".own"
    for each in (machine, own):
        each.mkdir(parents=True)
    (loader,) = (stage.top / ".tools/lib").glob("ld-*")
    for folder in ("lib", "lib64"):
        (stage.top / folder).mkdir(exist_ok=True)
        shutil.copy(loader, stage.top / folder / loader.name)
    for name in ("auditctl", "gpasswd", "getent"):
        shutil.copy(stage.top / ".tools" / name, own / name)
    (own / "awk").symlink_to("/.machine" + os.path.realpath("/usr/bin/awk"))
    place = stage.top / "fix"
    place.write_text(script.replace("/bin/sh <<", f"/.machine/usr/bin/{shell} <<"))
    libraries = {str(each.resolve().parent) for each in Path("/usr/lib").glob("*/libc.so.6")}
    entered = f"mount --rbind /usr {machine} && exec chroot {stage.top} /.machine/usr/bin/bash -eu /fix"
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", entered],
        env={
            "PATH": "/.own:/.machine/usr/bin:/.machine/usr/sbin:/usr/sbin:/usr/bin:/bin",
            "LD_LIBRARY_PATH": ":".join(f"/.machine{each}" for each in sorted(libraries)),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_random_hosts_are_mended() -> None:
    """Whatever else is on them. What a script leaves to a person, it says."""
    count: Counter[str] = Counter()
    number = 0
    rolled = dice("fixes")
    while count["hosts"] < sized(4, 60):
        number += 1
        host = roll_host(rolled, number, 1)
        if host.hidden or host.rootless:
            continue
        count["hosts"] += 1
        with staged(host) as stage:
            _mend(stage, count)
    assert count["mended"] > 5 * count["hosts"]
    assert count["said"] < count["mended"]


def _mend(stage: Stage, count: Counter[str]) -> None:
    before = stage.audit()
    failed = {name for name, result in before.results.items() if result == "fail"} & FIXABLE
    script = fix_script(before.path)
    said = stage.run(script)
    mended = stage.state()
    stage.run(script)
    assert stage.state() == mended
    stage.restart()
    after = stage.audit().results
    for name in sorted(failed):
        if after[name] == "pass":
            count["mended"] += 1
            continue
        lines = [line for line in said.splitlines() if f"dockmark: {name}: " in line]
        told = any("not mended" in line or "rules that say never" in line for line in lines)
        assert told or _cannot_be_seen(stage.host, name), (stage.host.number, name, after[name], lines)
        count["said"] += 1


def _cannot_be_seen(host: Host, name: str) -> bool:
    """The API of a described host goes on saying what the kernel is like, and what its bridge was made with."""
    return (
        name == "daemon_seccomp_profile_in_force" and "seccomp" not in host.kernel
    ) or name == "default_bridge_icc_disabled"


def test_rights_that_were_not_there_are_not_given() -> None:
    """And the harness sees it where a script gives them: it replaces letters by a number."""
    host = bad_host()
    strict = next(each for each in host.files if each.path == "/etc/docker/daemon.json")
    strict.mode = 0o4600
    with staged(host) as stage:
        script = fix_script(stage.audit().path)
        place = stage.top / "etc/docker/daemon.json"
        stage.run(script)
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        stage.run(script.replace("chmod u-xs,g-wxs,o-wx,a-t", "chmod 0644"))
        assert stat.S_IMODE(place.stat().st_mode) == 0o644


def test_a_rule_that_says_never_is_told_of() -> None:
    host = bad_host()
    host.audit_rules = [AuditRule("/etc/docker/daemon.json", "path", never=True)]
    with staged(host) as stage:
        said = stage.run(fix_script(stage.audit().path))
        assert "daemon_config_audited: rules that say never come first" in said


def test_what_the_command_line_says_is_not_mended() -> None:
    host = bad_host()
    host.flags.append(Flag("icc", "true"))
    assert host.config is not None
    del host.config["icc"]
    with staged(host) as stage:
        said = stage.run(fix_script(stage.audit().path))
        assert "dockerd is started with --icc=true" in said
        assert '"icc"' not in (stage.top / "etc/docker/daemon.json").read_text()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fixes") / "results.xml"
    done = dockmark("evaluate", SAMPLE, "-o", f"xccdf={path}", "--fail-on", "never")
    assert done.returncode == 0, done.stderr
    return path


def generated(path: Path, *words: str) -> str:
    done = subprocess.run(
        ["oscap", "xccdf", "generate", "fix", *words, path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_result_brings_fixes_of_failures_only(sample: Path) -> None:
    script = fix_script(sample)
    failed = {name for name, result in results_of(sample).items() if result == "fail"}
    assert set(re.findall(r"dockmark: (\w+): not mended", script)) == failed & FIXABLE
    assert failed & FIXABLE


def test_a_profile_brings_all_of_its_fixes(sample: Path) -> None:
    for profile, level in (("level_1", 1), ("level_2", 2)):
        wanted = {
            control
            for each in CATALOG.frameworks["cis_docker"].requirements
            if each.in_profile("1.8.0", level)
            for control in each.controls
        } & FIXABLE
        script = generated(sample, "--profile", profile, "--fix-type", "bash")
        assert set(re.findall(r"dockmark: (\w+): not mended", script)) == wanted
        done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        (play,) = yaml.safe_load(generated(sample, "--profile", profile, "--fix-type", "ansible"))
        tags = {tag for task in play["tasks"] for tag in task.get("tags", [])}
        assert tags >= wanted
