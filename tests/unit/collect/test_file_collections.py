"""Which programs and directories are looked at, and which audit rules are found to watch them, on a made-up root."""

from pathlib import Path

import pytest

from benchmark.collect.daemon.settings import DaemonSettings
from benchmark.collect.file_collections import Places, list_files
from benchmark.collect.host.accounts import collect_accounts
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, Reason, Source, Subject, Unavailable
from benchmark.model.facts_daemon import DAEMON_SETTINGS

NO_PROCESS = Unavailable(Reason.NO_PROCESS, "none runs")
DENIED = Unavailable(Reason.DENIED, "not allowed")
RULES = Source("auditctl -l")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    for directory in (
        "usr/bin",
        "usr/sbin",
        "usr/local/bin",
        "etc/docker",
        "run/containerd",
        "var/lib/docker",
        "proc/77",
    ):
        (tmp_path / directory).mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    (tmp_path / "etc/group").write_text("root:x:0:\n")
    (tmp_path / "var/run").symlink_to("../run")
    for program in ("dockerd", "containerd", "runc"):
        (tmp_path / "usr/bin" / program).write_text("")
    return tmp_path


def listed(target, watches=(), files_root=None, settings=None, **facts):
    root = HostRoot(str(target))
    known = dict.fromkeys(DAEMON_SETTINGS, ABSENT) | {
        "daemon.hosts": [], "daemon.exec-root": "/var/run/docker", "daemon.data-root": "/var/lib/docker",
        "daemon.userns-remap": "", "process.exe": NO_PROCESS,
    }  # fmt: skip
    known |= {name.replace("__", "."): value for name, value in facts.items()}
    records = [{"path": path, "tree": tree, "perms": "wa", "key": ""} for path, tree in watches]
    note = {"audit.watches": "audit rule for /usr/bin/runc is narrowed by auid!=0"}
    host = Subject(
        "host",
        "",
        "",
        {"audit.watches": records, "audit.source": "kernel"},
        sources={"audit.watches": (RULES,)},
        notes=note,
    )
    settings = DaemonSettings(known, {}, {}, (), NO_PROCESS, **(settings or {}))
    return list_files(Places(root, root if files_root is None else files_root, collect_accounts(root), settings, host))


def names(members):
    return [each.name for each in members[0]]


def test_every_copy_of_a_program_counts_and_one_with_two_names_once(target):
    (target / "usr/sbin/runc").write_text("")
    (target / "usr/local/bin/runc").symlink_to("../../bin/runc")
    found = listed(target)
    assert names(found["runc_binaries"]) == ["/usr/bin/runc", "/usr/sbin/runc"]
    assert names(found["daemon_binaries"]) == ["/usr/bin/dockerd"]
    subjects, gap, sources = found["shim_runc_v2_binaries"]
    assert (subjects, gap) == ((), None)
    assert {each.says for each in sources} == {"absent (ENOENT)"}


def test_the_running_programs_are_the_ones_in_use(target):
    (target / "usr/local/bin/dockerd").write_text("")
    found = listed(target, process__exe="/usr/local/bin/dockerd")
    assert names(found["daemon_binaries"]) == ["/usr/local/bin/dockerd"]
    assert listed(target, process__exe=DENIED)["daemon_binaries"][1] is DENIED
    assert listed(target, process__exe="/gone/dockerd")["daemon_binaries"][1].reason is Reason.VANISHED
    (target / "usr/local/bin/containerd").write_text("")
    (target / "run/docker/containerd").mkdir(parents=True)
    (target / "run/docker/containerd/containerd.pid").write_text("77")
    (target / "proc/77/comm").write_text("containerd\n")
    (target / "proc/77/exe").symlink_to("/usr/local/bin/containerd")
    assert names(listed(target)["containerd_binaries"]) == ["/usr/local/bin/containerd"]
    (target / "proc/77/comm").write_text("bash\n")
    assert names(listed(target)["containerd_binaries"]) == ["/usr/bin/containerd", "/usr/local/bin/containerd"]


def test_of_a_daemon_that_answers_and_cannot_be_seen_neither_program_nor_file_is_guessed(target):
    (target / "etc/docker/daemon.json").write_text("{}")
    nobody = listed(target)
    assert names(nobody["daemon_binaries"]) == ["/usr/bin/dockerd"]
    assert names(nobody["daemon_config_files"]) == ["/etc/docker/daemon.json"]
    hidden = listed(target, settings={"answers": True}, **{"daemon.config-file": NO_PROCESS})
    for name in ("daemon_binaries", "daemon_config_files"):
        assert hidden[name][:2] == ((), NO_PROCESS)


def test_rules_come_with_the_files_by_either_spelling(target):
    socket = target / "run/docker.sock"
    socket.write_text("")
    watches = (("/run/docker.sock", False), ("/var/lib", True))
    found = listed(target, watches, daemon__hosts=["unix:///var/run/docker.sock"])
    (api,) = found["api_sockets"][0]
    assert api.name == "/var/run/docker.sock"
    assert api.fact("audit_rules") == ["-w /run/docker.sock -p wa (kernel)"]
    assert api.fact("audit_exceptions") == []
    assert api.sources_of("audit_rules") == api.sources_of("audit_exceptions") == (RULES,)
    assert found["data_directories"][0][0].fact("audit_rules") == ["-w /var/lib -p wa (kernel)"]
    assert found["runc_binaries"][0][0].fact("audit_rules") == []
    assert "narrowed" in found["runc_binaries"][0][0].notes["audit_rules"]
    assert found["daemon_binaries"][0][0].notes is None


def test_a_rule_for_the_hosts_file_says_nothing_of_another_file_that_the_daemon_sees(target, tmp_path_factory):
    inside = tmp_path_factory.mktemp("inside")
    for root in (target, inside):
        (root / "etc/docker").mkdir(parents=True, exist_ok=True)
        (root / "etc/docker/daemon.json").write_text("{}")
    watches = (("/etc/docker", True),)
    assert listed(target, watches)["daemon_config_files"][0][0].fact("audit_rules") != []
    (other,) = listed(target, watches, HostRoot(str(inside)))["daemon_config_files"][0]
    assert other.fact("audit_rules").reason is other.fact("audit_exceptions").reason is Reason.INCOMPLETE


def test_the_configuration_file_of_a_daemon_that_cannot_be_seen_is_not_the_usual_one(target):
    hidden = Unavailable(Reason.DENIED, "the daemon's environment")
    subjects, gap, _ = listed(target, **{"daemon.config-file": hidden})["daemon_config_files"]
    assert (subjects, gap) == ((), hidden)
    subjects, gap, _ = listed(target, **{"daemon.config-file": NO_PROCESS})["daemon_config_files"]
    assert (subjects, gap) == ((), None)


def test_the_usual_files_stand_for_a_daemon_only_where_none_runs(target):
    """One that answers, well or badly, may have been started with any other file and from any other place."""
    (target / "etc/docker/daemon.json").write_text("{}")
    assert names(listed(target)["daemon_config_files"]) == ["/etc/docker/daemon.json"]
    unseen = {"daemon__config-file": NO_PROCESS}
    for rootless in (False, True, Unavailable(Reason.TIMEOUT, "no answer")):
        found = listed(target, settings={"answers": True, "rootless": rootless}, **unseen)
        assert found["daemon_config_files"][:2] == ((), NO_PROCESS)
        assert found["daemon_binaries"][:2] == ((), NO_PROCESS)
        gap = None if rootless is False else NO_PROCESS
        assert found["configuration_directories"][1] is gap
        assert found["registry_certificates"][1] is gap
