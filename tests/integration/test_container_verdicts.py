"""Good and bad containers on a real engine: what dockmark says about each, beside what is true.

``TRUTH`` holds for every control what it says about the containers that the test does not name (``others``), and about those
that it does. A finding for a container that should have none, or none for one that should, is an error as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.engine import IMAGE, Engine, real_engine
from tests.integration.command import Done, audit

pytestmark = pytest.mark.engine

PASS, FAIL, PERSON, ERROR = "pass", "fail", "notchecked", "error"

# name -> options of docker run. {dir} is the engine's directory.
RUNNING: dict[str, tuple[str, ...]] = {
    "plain": (),
    "hardened": (
        *("--network", "inner", "--user", "1000:1000", "--memory", "64m", "--cpus", "0.5", "--pids-limit", "50"),
        *("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--restart", "on-failure:5"),
        *("--health-cmd", "true", "--publish", "127.0.0.1:18080:8080"),
    ),
    "namespaces": ("--network", "host", "--pid", "host", "--ipc", "host", "--uts", "host", "--userns", "host"),
    "joined": ("--network", "container:plain", "--pid", "container:plain", "--ipc", "container:shareable"),
    "shareable": ("--network", "none", "--ipc", "shareable"),
    "no-ipc": ("--network", "none", "--ipc", "none"),
    "traced": ("--network", "none", "--cap-add", "SYS_PTRACE"),
    "long-cap-name": ("--network", "none", "--cap-add", "CAP_NET_ADMIN", "--cap-drop", "CAP_NET_RAW"),
    "no-raw": ("--network", "none", "--cap-drop", "net_raw"),
    "no-privileges": ("--network", "none", "--security-opt", "no-new-privileges:true"),
    "may-gain": ("--network", "none", "--security-opt", "no-new-privileges:false"),
    "unfiltered": ("--network", "none", "--security-opt", "seccomp=unconfined"),
    "own-filter": ("--network", "none", "--security-opt", "seccomp={dir}/seccomp.json"),
    "filter-strict": ("--network", "none", "--security-opt", "seccomp={dir}/strict.json"),
    "filter-opened": ("--network", "none", "--security-opt", "seccomp={dir}/opened.json"),
    "filter-empty": ("--network", "none", "--security-opt", "seccomp={dir}/empty.json"),
    "host-network-by-id": ("--network", "{host_network}"),
    "joined-host": (
        "--network",
        "container:namespaces",
        "--pid",
        "container:namespaces",
        "--ipc",
        "container:namespaces",
    ),
    "bridge-by-id": ("--network", "{bridge}"),
    "volumes-from": ("--network", "none", "--volumes-from", "etc-writable"),
    "volumes-from-ro": ("--network", "none", "--volumes-from", "etc-writable:ro"),
    "port-6-low": ("--network", "inner", "--publish", "[::]:84:80"),
    "port-6-loopback": ("--network", "inner", "--publish", "[::1]:18083:80"),
    "etc-readable": ("--network", "none", "--volume", "/etc:/x:ro"),
    "etc-writable": ("--network", "none", "--volume", "/etc:/x"),
    "etc-by-link": ("--network", "none", "--volume", "{dir}/link-to-etc:/x"),
    "etc-by-volume": ("--network", "none", "--volume", "disguise:/x"),
    "below-usr": ("--network", "none", "--mount", "type=bind,src=/usr/share,dst=/x"),
    "data": ("--network", "none", "--volume", "{dir}/shared:/x", "--tmpfs", "/scratch"),
    "socket": ("--network", "none", "--volume", "{dir}/docker.sock:/var/run/docker.sock:ro"),
    "socket-parent": ("--network", "none", "--volume", "{dir}:/x:ro"),
    "socket-by-link": ("--network", "none", "--volume", "{dir}/link-to-dir:/x"),
    "device": ("--network", "none", "--device", "/dev/null:/dev/xnull"),
    "device-rule": ("--network", "none", "--device-cgroup-rule", "c 1:3 r"),
    "cpu-1024": ("--network", "none", "--cpu-shares", "1024"),
    "cpu-512": ("--network", "none", "--cpu-shares", "512"),
    "cpu-quota": ("--network", "none", "--cpu-quota", "50000"),
    "cpu-set-only": ("--network", "none", "--cpuset-cpus", "0"),
    "pids-endless": ("--network", "none", "--pids-limit", "-1"),
    "memory": ("--network", "none", "--memory", "64m"),
    "always": ("--network", "none", "--restart", "always"),
    "unless-stopped": ("--network", "none", "--restart", "unless-stopped"),
    "retry-endless": ("--network", "none", "--restart", "on-failure"),
    "retry-5": ("--network", "none", "--restart", "on-failure:5"),
    "retry-6": ("--network", "none", "--restart", "on-failure:6"),
    "own-cgroup": ("--network", "none", "--cgroup-parent", "/dm-test"),
    "health-off": ("--network", "none", "--no-healthcheck"),
    "health-on": ("--network", "none", "--health-cmd", "true", "--health-interval", "1s"),
    "ulimits": ("--network", "none", "--ulimit", "nofile=1024:2048"),
    "port-everywhere": ("--network", "inner", "--publish", "18081:80"),
    "port-low": ("--network", "inner", "--publish", "127.0.0.1:80:80"),
    "port-any-low": ("--network", "inner", "--publish", "0.0.0.0:81:80/udp"),
    "port-picked": ("--network", "inner", "--publish", "127.0.0.1::80"),
    "publish-all": ("--network", "inner", "--expose", "80", "--publish-all"),
    "exposed-only": ("--network", "inner", "--expose", "80"),
    "on-both": ("--network", "inner"),
    "paused": ("--network", "none"),
    "exec-root": ("--network", "none"),
    "exec-zero": ("--network", "none"),
    "exec-user": ("--network", "none"),
    "exec-own-user": ("--network", "none"),
}

# name -> options of docker create. A privileged container cannot be started in a sandbox, and counts all the same.
CREATED: dict[str, tuple[str, ...]] = {
    "privileged": ("--network", "none", "--privileged"),
    "privileged-filtered": ("--network", "none", "--privileged", "--cap-drop", "ALL"),
    "all-caps": ("--network", "none", "--cap-add", "ALL"),
    "only-chown": ("--network", "none", "--cap-drop", "ALL", "--cap-add", "CHOWN"),
    "root-mount": ("--network", "none", "--volume", "/:/host"),
    "root-readable": ("--network", "none", "--volume", "/:/host:ro"),
    "etcetera": ("--network", "none", "--volume", "/etcetera:/x"),
    "shared": ("--network", "none", "--mount", "type=bind,src={dir}/shared,dst=/x,bind-propagation=rshared"),
    "slave": ("--network", "none", "--mount", "type=bind,src={dir}/shared,dst=/x,bind-propagation=rslave"),
    "gpu": ("--network", "none", "--gpus", "all"),
    "filter-broken": ("--network", "none", "--security-opt", "seccomp={dir}/broken.json"),
    "joined-asked": ("--network", "container:namespaces", "--pid", "container:namespaces"),
    "caps-mixed-case": ("--network", "none", "--cap-drop", "All", "--cap-add", "cap_Sys_Time"),
    "caps-all-and-none": ("--network", "none", "--cap-drop", "ALL", "--cap-add", "ALL"),
    "host-port-asked": ("--network", "inner", "--publish", "0.0.0.0:82:80"),
    "host-network-asked": ("--network", "host"),
}

IMAGES = {"latest": "busybox:latest", "tagless": "busybox", "by-id": "{id}"}  # docker create of this reference
IN_HOST_NETWORK = ("namespaces", "host-network-by-id", "joined-host")
PORTS_6 = ("port-6-low", "port-6-loopback")
ALL = (*RUNNING, *CREATED, *IMAGES, "ssh-server", "finished")


# What runc and busybox need to start a process that sleeps.
USUAL_CALLS = frozenset(
    {"access", "arch_prctl", "bind", "brk", "capget", "capset", "chdir", "clock_nanosleep", "close", "close_range",
     "dup2", "dup3", "epoll_create1", "epoll_ctl", "epoll_pwait", "execve", "exit", "exit_group", "faccessat",
     "faccessat2", "fchdir", "fchown", "fcntl", "fstat", "fstatfs", "futex", "getcwd", "getdents64", "getpid", "getppid",
     "getrandom", "gettid", "getuid", "ioctl", "kill", "lseek", "madvise", "mmap", "mprotect", "munmap", "nanosleep",
     "newfstatat", "openat", "openat2", "pipe2", "prctl", "pread64", "prlimit64", "read", "readlinkat", "rseq",
     "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sched_getaffinity", "sched_yield", "set_robust_list",
     "set_tid_address", "setgid", "setgroups", "setresgid", "setresuid", "setsid", "setuid", "sigaltstack", "statfs",
     "statx", "tgkill", "uname", "write"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Truth:
    """What a control says: ``others`` about whom ``named`` does not name; over running containers only, or all."""

    others: str
    named: dict[str, str] = field(default_factory=dict)
    running_only: bool = False


def _only(result: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, result)


TRUTH: dict[str, Truth] = {
    "container_not_privileged": Truth(PASS, _only(FAIL, "privileged", "privileged-filtered")),
    "container_capabilities_limited": Truth(FAIL, _only(PASS, "hardened", "no-raw", "only-chown")),
    "container_seccomp_enabled": Truth(
        PASS,
        _only(FAIL, "unfiltered", "own-filter", "filter-empty", "privileged", "privileged-filtered")
        | _only(PERSON, "filter-opened")
        | _only(ERROR, "filter-broken"),
    ),
    "container_no_new_privileges": Truth(FAIL, _only(PASS, "hardened", "no-privileges")),
    "container_no_host_network": Truth(
        PASS, _only(FAIL, "namespaces", "host-network-asked", "host-network-by-id", "joined-host", "joined-asked")
    ),
    "container_no_host_pid": Truth(PASS, _only(FAIL, "namespaces", "joined-host", "joined-asked")),
    "container_no_host_ipc": Truth(PASS, _only(FAIL, "namespaces", "joined-host")),
    "container_no_host_uts": Truth(PASS, _only(FAIL, "namespaces")),
    "container_no_host_user_namespace": Truth(PASS, _only(FAIL, "namespaces")),
    "container_no_sensitive_host_mounts": Truth(
        PASS,
        _only(FAIL, "etc-writable", "etc-by-link", "etc-by-volume", "below-usr", "root-mount", "volumes-from")
        | _only(PERSON, "etc-readable", "root-readable", "volumes-from-ro"),
    ),
    "container_no_shared_mount_propagation": Truth(PASS, _only(FAIL, "shared")),
    "container_no_api_socket": Truth(
        PASS, _only(FAIL, "socket", "socket-parent", "socket-by-link", "root-mount", "root-readable")
    ),
    "container_no_host_devices": Truth(
        PASS, _only(PERSON, "device", "device-rule", "gpu") | _only(FAIL, "privileged", "privileged-filtered")
    ),
    "container_memory_limited": Truth(FAIL, _only(PASS, "hardened", "memory")),
    "container_cpu_limited": Truth(FAIL, _only(PASS, "hardened", "cpu-512", "cpu-quota")),
    "container_pids_limited": Truth(FAIL, _only(PASS, "hardened")),
    "container_root_filesystem_read_only": Truth(FAIL, _only(PASS, "hardened")),
    "container_restart_bounded": Truth(PASS, _only(FAIL, "always", "unless-stopped", "retry-endless", "retry-6")),
    "container_default_cgroup": Truth(PASS, _only(FAIL, "own-cgroup")),
    "container_health_checked": Truth(FAIL, _only(PASS, "hardened", "health-on"), running_only=True),
    "container_ulimits_default": Truth(PASS, _only(PERSON, "ulimits")),
    "container_image_version_pinned": Truth(PASS, _only(PERSON, "latest", "tagless")),
    "container_no_ssh_server": Truth(PASS, _only(FAIL, "ssh-server"), running_only=True),
    "container_only_needed_ports": Truth(
        PASS,
        _only(
            PERSON, "hardened", "port-everywhere", "port-low", "port-any-low", "port-picked", *PORTS_6, *IN_HOST_NETWORK
        )
        | _only(FAIL, "publish-all"),
        running_only=True,
    ),
    "container_no_privileged_host_ports": Truth(
        PASS, _only(FAIL, "port-low", "port-any-low", "port-6-low") | _only(PERSON, *IN_HOST_NETWORK), running_only=True
    ),
    "container_ports_bound_to_address": Truth(
        PASS,
        _only(FAIL, "port-everywhere", "port-any-low", "port-6-low", "publish-all") | _only(PERSON, *IN_HOST_NETWORK),
        running_only=True,
    ),
    "default_bridge_unused": Truth(PASS, _only(FAIL, "plain", "on-both", "bridge-by-id", *IMAGES)),
    # A session that was not a root one leaves the past to a person; one that is seen is a proven failure.
    "no_root_exec": Truth(PERSON, _only(FAIL, "exec-root", "exec-zero")),
    "no_privileged_exec": Truth(PERSON),
}

NOT_APPLICABLE = ("container_apparmor_profile", "container_selinux_labels")  # this kernel has neither


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with real_engine(network=True) as engine:
        _prepare(engine)
        yield engine


@pytest.fixture(scope="module")
def audited(engine: Engine) -> Done:
    return audit(engine.unix_host)


@pytest.mark.parametrize("control", TRUTH)
def test_every_container_gets_the_verdict_that_is_true(audited: Done, control: str) -> None:
    truth = TRUTH[control]
    subjects = [name for name in ALL if not truth.running_only or name in RUNNING or name == "ssh-server"]
    expected = {f"container:{name}": truth.named.get(name, truth.others) for name in subjects}
    found = audited.findings(control)
    assert {each: result for each, result in found.items() if result != expected.get(each)} == {}
    assert found.keys() == expected.keys()


def test_the_table_is_not_a_small_one() -> None:
    assert sum(len(ALL) for _ in TRUTH) >= 60
    assert {result for truth in TRUTH.values() for result in (truth.others, *truth.named.values())} == {
        PASS,
        FAIL,
        PERSON,
        ERROR,
    }


@pytest.mark.parametrize("control", NOT_APPLICABLE)
def test_what_the_kernel_lacks_is_not_applicable(audited: Done, control: str) -> None:
    assert audited.result(control) == "notapplicable"


def test_every_control_of_section_5_is_in_this_table(audited: Done) -> None:
    section_5 = {
        row["control"]
        for row in audited.report["results"]
        if any(each.startswith("5.") for each in row["requirements"]["cis_docker"])
    }
    assert section_5 - TRUTH.keys() - set(NOT_APPLICABLE) == {"swarm_mode_inactive"} & section_5


def test_the_worst_container_decides_the_control(audited: Done) -> None:
    for control, truth in TRUTH.items():
        results = {truth.others, *truth.named.values()}
        worst = next(each for each in (FAIL, ERROR, PERSON, PASS) if each in results)
        assert audited.result(control) == worst, control


def test_a_failure_names_subject_actual_and_expected(audited: Done) -> None:
    finding = next(
        each
        for each in audited.row("container_not_privileged")["findings"]
        if each["subject"] == "container:privileged"
    )
    assert finding["actual"] is True
    assert "false" in finding["expected"]
    assert "container privileged" in finding["message"]
    assert "HostConfig.Privileged" in finding["message"]


def test_ids_are_the_engines_own(audited: Done, engine: Engine) -> None:
    listed = set(engine.docker("ps", "-aq", "--no-trunc").split())
    findings = audited.row("container_not_privileged")["findings"]
    assert {each["id"] for each in findings} == listed


def test_a_custom_profile_and_its_rules_stay_out_of_the_report(audited: Done) -> None:
    assert "defaultAction" not in audited.out


def _prepare(engine: Engine) -> None:
    directory = engine.directory
    (directory / "shared").mkdir()
    (directory / "link-to-etc").symlink_to("/etc")
    (directory / "link-to-dir").symlink_to(directory)
    for name, profile in _profiles().items():
        (directory / f"{name}.json").write_text(json.dumps(profile))
    engine.docker("tag", IMAGE, "busybox:latest")
    engine.docker("network", "create", "inner")
    engine.docker(
        *("volume", "create", "--driver", "local", "--opt", "type=none", "--opt", "o=bind", "--opt", "device=/etc"),
        "disguise",
    )
    for name, options in sorted(RUNNING.items(), key=lambda each: _leans_on_another(each[1])):
        _make(engine, "run", name, options)
    for name, options in CREATED.items():
        _make(engine, "create", name, options)
    image_id = engine.docker("image", "inspect", "--format", "{{.Id}}", IMAGE)
    for name, reference in IMAGES.items():
        engine.docker("create", "--name", name, reference.format(id=image_id))
    _run_ssh_server(engine, directory)
    engine.docker("run", "--name", "finished", "--network", "none", IMAGE, "true")
    engine.docker("network", "connect", "bridge", "on-both")
    engine.docker("pause", "paused")
    for name, options in (("exec-root", ("-u", "root")), ("exec-zero", ("-u", "0:0")), ("exec-user", ("-u", "1000"))):
        engine.docker("exec", "-d", *options, name, "sleep", "100000")
    engine.docker("exec", "-d", "exec-own-user", "sleep", "100000")


def _leans_on_another(options: tuple[str, ...]) -> bool:
    return any(word == "--volumes-from" or word.startswith("container:") for word in options)


def _profiles() -> dict[str, object]:
    """Seccomp profiles; calls that are not named are denied in some and allowed in others."""
    usual = {"names": sorted(USUAL_CALLS), "action": "SCMP_ACT_ALLOW"}
    opened = {"names": ["keyctl", "userfaultfd"], "action": "SCMP_ACT_ALLOW"}
    strict = {"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"]}
    return {
        "seccomp": {"defaultAction": "SCMP_ACT_ALLOW"},
        "strict": {**strict, "syscalls": [usual]},
        "opened": {**strict, "syscalls": [usual, opened]},
        "empty": {},
        "broken": {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": "none"},
    }


def _make(engine: Engine, verb: str, name: str, options: tuple[str, ...]) -> None:
    detach = ("-d",) if verb == "run" else ()
    networks = {"host_network": "host", "bridge": "bridge"}
    ids = {
        key: engine.docker("network", "inspect", "--format", "{{.Id}}", network)
        for key, network in networks.items()
        if f"{{{key}}}" in options
    }
    filled = [each.format(dir=engine.directory, **ids) for each in options]
    engine.docker(verb, *detach, "--name", name, *filled, IMAGE, "sleep", "100000")


def _run_ssh_server(engine: Engine, directory: Path) -> None:
    """A process whose name is sshd: the kernel names a script's process after the script."""
    script = directory / "sshd"
    script.write_text("#!/bin/sh\nwhile :; do sleep 1000; done\n")
    script.chmod(0o755)
    engine.docker(
        *("run", "-d", "--name", "ssh-server", "--network", "none", "--volume", f"{script}:/bin/sshd:ro", IMAGE, "sshd")
    )
