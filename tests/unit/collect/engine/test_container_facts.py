"""Derived facts of a container: each rule, each trap, and that no damaged input ends in a value."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.collect.engine.confinement import DEFAULT_CAPABILITIES, KNOWN_CAPABILITIES
from benchmark.collect.engine.container_facts import container_facts
from benchmark.collect.engine.mounts import MountReader
from benchmark.collect.engine.reports import ContainerContext
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, Reason, Subject, Unavailable
from benchmark.model.facts_container import CONTAINER_FACTS, KEPT_LABELS, SWARM_SERVICE
from tests.faulty_daemon import make_container

DENIED = Unavailable(Reason.DENIED, "x")


def facts(changes: dict[str, Any] | None = None, drop: str = "", **context: Any) -> dict[str, Any]:
    document = make_container(0, **{key.replace(".", "__"): value for key, value in (changes or {}).items()})
    if drop:
        *parents, last = drop.split(".")
        here: Any = document
        for each in parents:
            here = here[each]
        del here[last]
    return facts_of(document, **context)


def facts_of(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "resolve_path": lambda _: None,
        "api_sockets": ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock"),
        "volume_devices": {},
        "daemon_seccomp": "default",
        "daemon_no_new_privileges": False,
        "daemon_started_at": "2026-11-22T20:00:00Z",
        "processes": lambda _: ("sleep", "sh", "sleep"),
        "processes_seen": lambda _: ("sleep", "sh"),
        "process_no_new_privs": lambda _: Unavailable(Reason.REMOTE),
        "services": {},
        "engine_version": "27.3.1",
        "daemon_apparmor": False,
        "apparmor_mode": lambda _pid, _profile: "enforce",
        "process_uid": lambda _pid: 1000,
    }
    context = ContainerContext(**(values | changes))
    return dict(container_facts(document, "id", context, MountReader(context)))


def reason(value: Any) -> Reason | None:
    return value.reason if isinstance(value, Unavailable) else None


def test_every_declared_fact_is_there_and_nothing_else() -> None:
    found = (
        facts() | {"execs": []} | dict.fromkeys(("shares_host_network", "shares_host_pid", "shares_host_ipc"), False)
    )
    assert set(found) == set(CONTAINER_FACTS)
    for name, value in found.items():
        if value is not ABSENT:
            assert conform(CONTAINER_FACTS[name], name, value) == value


def test_plain_values_missing_keys_null_and_wrong_types() -> None:
    assert facts()["HostConfig.Memory"] == 67108864
    assert facts({"HostConfig.PidsLimit": None})["HostConfig.PidsLimit"] is None
    assert facts({"HostConfig.CapAdd": None})["HostConfig.CapAdd"] is None
    assert reason(facts({"HostConfig.Memory": None})["HostConfig.Memory"]) is Reason.WRONG_TYPE
    assert reason(facts({"HostConfig.Memory": True})["HostConfig.Memory"]) is Reason.WRONG_TYPE
    assert reason(facts({"HostConfig.Memory": 2**63})["HostConfig.Memory"]) is Reason.WRONG_TYPE
    assert reason(facts({"HostConfig.Privileged": "false"})["HostConfig.Privileged"]) is Reason.WRONG_TYPE
    assert reason(facts({"HostConfig.Privileged": 0})["HostConfig.Privileged"]) is Reason.WRONG_TYPE
    assert facts(drop="HostConfig.CgroupnsMode")["HostConfig.CgroupnsMode"] is ABSENT
    assert facts({"State.Health": None})["State.Health.Status"] is ABSENT
    assert facts({"State.Health": {"Status": "healthy", "Log": []}})["State.Health.Status"] == "healthy"
    assert reason(facts({"State.Health": "x"})["State.Health.Status"]) is Reason.WRONG_TYPE
    assert facts({"HostConfig.RestartPolicy": None})["HostConfig.RestartPolicy.Name"] is ABSENT


def test_a_parent_of_a_wrong_type_is_never_an_absence() -> None:
    found = facts({"HostConfig": []})
    for name in (each for each in found if each.startswith("HostConfig.")):
        assert reason(found[name]) is Reason.WRONG_TYPE
    for name in ("capabilities", "seccomp", "no_new_privileges"):
        assert reason(found[name]) is Reason.WRONG_TYPE


def test_records_keep_declared_fields_only() -> None:
    found = facts(
        {
            "HostConfig.Devices": [
                {"PathOnHost": "/dev/kvm", "PathInContainer": "/dev/kvm", "CgroupPermissions": "rwm", "X": 1}
            ]
        }
    )
    assert found["HostConfig.Devices"] == [
        {"PathOnHost": "/dev/kvm", "PathInContainer": "/dev/kvm", "CgroupPermissions": "rwm"}
    ]
    assert (
        reason(facts({"HostConfig.Ulimits": [{"Name": "nofile", "Soft": "1", "Hard": 1}]})["HostConfig.Ulimits"])
        is Reason.WRONG_TYPE
    )
    assert reason(facts({"HostConfig.Devices": ["x"]})["HostConfig.Devices"]) is Reason.WRONG_TYPE


@pytest.mark.parametrize(
    ("add", "drop", "expected"),
    [
        (None, None, DEFAULT_CAPABILITIES),
        ([], [], DEFAULT_CAPABILITIES),
        (["sys_time"], ["CAP_NET_RAW"], DEFAULT_CAPABILITIES - {"NET_RAW"} | {"SYS_TIME"}),
        (None, ["all"], set()),
        (["cap_chown"], ["ALL"], {"CHOWN"}),
        (["ALL"], None, {"ALL"}),
        (["all"], ["sys_admin"], KNOWN_CAPABILITIES - {"SYS_ADMIN"}),
        (["ALL"], ["ALL"], {"ALL"}),  # moby: "drop ALL" is not looked at once ALL is added
        (["NET_RAW"], ["NET_RAW"], DEFAULT_CAPABILITIES),  # moby: added after dropping
        (["FUTURE"], None, DEFAULT_CAPABILITIES | {"FUTURE"}),
    ],
)
def test_capabilities(add: Any, drop: Any, expected: set[str]) -> None:
    found = facts({"HostConfig.CapAdd": add, "HostConfig.CapDrop": drop})
    assert found["capabilities"] == sorted(expected)


def test_capabilities_of_odd_inputs() -> None:
    assert len(DEFAULT_CAPABILITIES) == 14
    assert len(KNOWN_CAPABILITIES) == 41
    assert facts({"HostConfig.Privileged": True, "HostConfig.CapDrop": ["ALL"]})["capabilities"] == ["ALL"]
    assert reason(facts({"HostConfig.CapAdd": "ALL"})["capabilities"]) is Reason.WRONG_TYPE
    assert reason(facts({"HostConfig.CapDrop": [1]})["capabilities"]) is Reason.WRONG_TYPE
    assert reason(facts(drop="HostConfig.CapDrop")["capabilities"]) is Reason.UNSUPPORTED
    assert reason(facts(drop="HostConfig.Privileged")["capabilities"]) is Reason.UNSUPPORTED


@pytest.mark.parametrize(
    ("options", "daemon", "expected"),
    [
        (None, "default", "engine default"),
        ([], "builtin", "engine default"),
        ([], "/etc/docker/seccomp.json", "engine default"),
        ([], "unconfined", "unconfined"),
        ([], ABSENT, "unconfined"),
        (["seccomp=unconfined"], "default", "unconfined"),
        (["seccomp:unconfined"], "default", "unconfined"),
        (["seccomp={}", "seccomp=unconfined", "seccomp={}"], "default", "unconfined"),
        (["seccomp=builtin"], "unconfined", "engine default"),
        (['seccomp={"defaultAction": "SCMP_ACT_ERRNO"}'], "unconfined", "custom"),
        (["apparmor=unconfined"], "default", "engine default"),
    ],
)
def test_seccomp(options: Any, daemon: Any, expected: str) -> None:
    assert facts({"HostConfig.SecurityOpt": options}, daemon_seccomp=daemon)["seccomp"] == expected


def test_seccomp_of_odd_inputs() -> None:
    assert facts({"HostConfig.Privileged": True})["seccomp"] == "unconfined"
    assert facts(daemon_seccomp=DENIED)["seccomp"] == DENIED
    assert facts({"HostConfig.SecurityOpt": ["seccomp=unconfined"]}, daemon_seccomp=DENIED)["seccomp"] == "unconfined"
    assert reason(facts(daemon_seccomp=None)["seccomp"]) is Reason.WRONG_TYPE
    assert reason(facts({"HostConfig.SecurityOpt": "x"})["seccomp"]) is Reason.WRONG_TYPE


def test_an_inline_profile_is_cut_out() -> None:
    found = facts({"HostConfig.SecurityOpt": ['seccomp= {"syscalls": []}', "seccomp=builtin", "label=disable"]})
    assert found["HostConfig.SecurityOpt"] == ["seccomp=<inline profile>", "seccomp=builtin", "label=disable"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["no-new-privileges"], True),
        (["no-new-privileges=true"], True),
        (["no-new-privileges:true"], True),
        (["no-new-privileges=1"], True),
        (["no-new-privileges=false"], False),
        (["no-new-privileges:false"], False),
        (["no-new-privileges", "no-new-privileges=false"], False),
        (["no-new-privileges=false", "no-new-privileges"], True),
    ],
)
def test_no_new_privileges_as_asked_for(options: list[str], expected: bool) -> None:
    found = facts({"HostConfig.SecurityOpt": options}, daemon_no_new_privileges=not expected)
    assert found["no_new_privileges"] is expected


def test_no_new_privileges_when_the_kernel_cannot_be_asked() -> None:
    """The daemon's setting does not vouch for a process that could not be looked at."""
    for daemon in (True, False):
        unread = facts(
            {"HostConfig.SecurityOpt": None}, process_no_new_privs=lambda _: DENIED, daemon_no_new_privileges=daemon
        )
        assert unread["no_new_privileges"] == DENIED
    unsaid = facts({"HostConfig.SecurityOpt": None, "State.Pid": None}, daemon_no_new_privileges=True)
    assert reason(unsaid["no_new_privileges"]) is Reason.INCOMPLETE


def test_no_new_privileges_otherwise() -> None:
    none: dict[str, Any] = {"HostConfig.SecurityOpt": None}
    stopped = none | {"State.Running": False, "State.Pid": 0}
    assert facts(none, process_no_new_privs=lambda _: True)["no_new_privileges"] is True
    assert (
        facts(none, process_no_new_privs=lambda _: False, daemon_no_new_privileges=True)["no_new_privileges"] is False
    )
    assert reason(facts(none)["no_new_privileges"]) is Reason.REMOTE  # its own program may have set the flag
    assert facts(stopped, process_no_new_privs=lambda _: True)["no_new_privileges"] is False
    assert facts(stopped, daemon_no_new_privileges=True)["no_new_privileges"] is True
    late = {"daemon_no_new_privileges": True, "daemon_started_at": "2026-11-22T20:54:48.752117515Z"}
    assert reason(facts(stopped, **late)["no_new_privileges"]) is Reason.UNKNOWN_VALUE
    assert facts(stopped, **late | {"daemon_started_at": "2026-11-22T20:54:48.752117514Z"})["no_new_privileges"] is True
    assert reason(facts(stopped, **late | {"daemon_started_at": None})["no_new_privileges"]) is Reason.UNKNOWN_VALUE
    assert reason(facts(none, **late)["no_new_privileges"]) is Reason.REMOTE
    assert facts(stopped, daemon_no_new_privileges=DENIED)["no_new_privileges"] == DENIED
    assert (
        reason(facts(none | {"HostConfig.SecurityOpt": ["no-new-privileges=maybe"]})["no_new_privileges"])
        is Reason.UNKNOWN_VALUE
    )


@pytest.mark.parametrize("name", [name for name, fact in CONTAINER_FACTS.items() if fact.known and not fact.derived])
def test_a_word_that_no_engine_documents_is_not_believed(name: str) -> None:
    known = next(each for each in CONTAINER_FACTS[name].known if each)
    *_, parent, key = name.split(".")
    for word, expected in ((known, known), (f"x{known}", Reason.UNKNOWN_VALUE)):
        change = {"State.Health": {key: word}} if parent == "Health" else {name: word}
        found = facts(change)[name]
        assert (reason(found) or found) == expected


def mount(source: str, kind: str = "bind", **more: Any) -> dict[str, Any]:
    return {"Type": kind, "Source": source, "Destination": "/d", "Mode": "", "RW": True, "Propagation": "", **more}


@pytest.mark.parametrize(
    ("source", "paths", "sockets"),
    [
        ("/srv/x", ["/srv/x"], []),
        ("/srv//x/../y/", ["/srv/y"], []),
        (
            "/var/run/docker.sock",
            ["/run/docker.sock", "/var/run/docker.sock"],
            ["/run/docker.sock", "/var/run/docker.sock"],
        ),
        ("/run/docker.sock", ["/run/docker.sock"], ["/run/docker.sock", "/var/run/docker.sock"]),
        ("/", ["/"], ["/run/containerd/containerd.sock", "/run/docker.sock", "/var/run/docker.sock"]),
        ("//", ["/"], ["/run/containerd/containerd.sock", "/run/docker.sock", "/var/run/docker.sock"]),
        ("/run/containerd", ["/run/containerd"], ["/run/containerd/containerd.sock"]),
        ("/run/docker.sock.d", ["/run/docker.sock.d"], []),
        ("/run/dock", ["/run/dock"], []),
        ("/var", ["/var"], []),
    ],
)
def test_mounts(source: str, paths: list[str], sockets: list[str]) -> None:
    (record,) = facts({"Mounts": [mount(source)]})["Mounts"]
    assert record["HostPaths"] == paths
    assert record["ApiSockets"] == sockets
    assert record["Source"] == source
    assert record["Name"] == ""


def test_where_the_daemon_listens_out_of_sight_a_mount_is_not_known_to_hold_no_socket() -> None:
    mounts = [mount("/srv/x"), mount("/run/docker.sock"), mount("", "tmpfs"), mount("/v/_data", "volume", Name="v")]
    found = facts({"Mounts": mounts}, sockets_known=False, volume_devices={"v": ""})["Mounts"]
    by_kind = {(each["Type"], each["Source"]): each.get("ApiSockets") for each in found}
    assert by_kind[("bind", "/srv/x")] is None
    assert by_kind[("bind", "/run/docker.sock")] == ["/run/docker.sock", "/var/run/docker.sock"]
    assert by_kind[("tmpfs", "")] == by_kind[("volume", "/v/_data")] == []


def test_mounts_through_links_and_volumes() -> None:
    (record,) = facts({"Mounts": [mount("/srv/link")]}, resolve_path={"/srv/link": "/run/docker.sock"}.get)["Mounts"]
    assert record["HostPaths"] == ["/run/docker.sock", "/srv/link"]
    assert record["ApiSockets"] == ["/run/docker.sock", "/var/run/docker.sock"]
    volume = mount("/var/lib/docker/volumes/v/_data", "volume", Name="v", Driver="local")
    (record,) = facts({"Mounts": [volume]}, volume_devices={"v": "/etc/"})["Mounts"]
    assert record["HostPaths"] == ["/etc", "/var/lib/docker/volumes/v/_data"]
    (record,) = facts({"Mounts": [volume]}, volume_devices={"v": ""})["Mounts"]
    assert record["HostPaths"] == ["/var/lib/docker/volumes/v/_data"]
    assert reason(facts({"Mounts": [volume]}, volume_devices={"w": ""})["Mounts"]) is Reason.NOT_FOUND
    assert facts({"Mounts": [volume]}, volume_devices=DENIED)["Mounts"] == DENIED
    assert facts({"Mounts": [mount("/srv")]}, volume_devices=DENIED)["Mounts"][0]["HostPaths"] == ["/srv"]
    assert facts({"Mounts": [mount("", "tmpfs")]})["Mounts"][0]["HostPaths"] == []


def test_a_link_above_a_socket_leads_nowhere_inside_a_container() -> None:
    places = {"/var/run/docker.sock": "/run/docker.sock", "/var": "/var", "/run": "/run", "/srv": "/srv"}

    def sockets(source: str, **moved: str) -> Any:
        resolve = (places | {f"/{name}": path for name, path in moved.items()}).get
        given = ("/var/run/docker.sock", "/srv/own/docker.sock")
        (record,) = facts({"Mounts": [mount(source)]}, resolve_path=resolve, api_sockets=given)["Mounts"]
        return record["ApiSockets"]

    assert sockets("/var") == []
    assert sockets("/run") == ["/var/run/docker.sock"]
    assert sockets("/srv") == ["/srv/own/docker.sock"]
    not_there_yet = {"srv/own": "/opt/own", "opt": "/opt"}
    assert sockets("/srv", **not_there_yet) == []
    assert sockets("/opt", **not_there_yet) == ["/srv/own/docker.sock"]


def test_where_the_daemon_listens_is_not_known() -> None:
    def sockets(*mounts: dict[str, Any], **context: Any) -> list[Any]:
        found = facts({"Mounts": [*mounts]}, sockets_known=False, **{"volume_devices": {"v": ""}, **context})["Mounts"]
        return [each.get("ApiSockets") for each in found]

    assert sockets(mount("/srv")) == [None]
    assert sockets(mount("/run")) == [["/run/containerd/containerd.sock", "/run/docker.sock", "/var/run/docker.sock"]]
    volume = mount("/var/lib/docker/volumes/v/_data", "volume", Name="v", Driver="local")
    assert sockets(volume) == [[]]
    assert sockets(volume, volume_devices={"v": "/srv"}) == [None]
    assert sockets(mount("", "tmpfs")) == [[]]


def test_mounts_of_odd_inputs() -> None:
    assert facts({"Mounts": None})["Mounts"] is None
    assert reason(facts({"Mounts": [mount("/srv", {})]})["Mounts"]) is Reason.WRONG_TYPE  # type: ignore[arg-type]
    assert facts(drop="Mounts")["Mounts"] is ABSENT
    for damaged in (
        "x",
        [1],
        [mount("")],
        [mount("relative")],
        [{**mount("/a"), "RW": "yes"}],
        [{**mount("/a"), "Type": {}}],
        [{**mount("/a"), "Type": None}],
        [{**mount("/a"), "Source": 1}],
    ):
        assert reason(facts({"Mounts": damaged})["Mounts"]) is Reason.WRONG_TYPE
    ordered = [{**mount("/a"), "Destination": each} for each in ("/z", "/a")]
    assert [each["Destination"] for each in facts({"Mounts": ordered})["Mounts"]] == ["/a", "/z"]


def bindings(**ports: Any) -> dict[str, Any]:
    asked = {key.replace("_", "/"): value for key, value in ports.items()}
    return {"State.Running": False, "HostConfig.PortBindings": asked}


def test_published_ports_in_force_and_asked_for() -> None:
    assert facts()["published_ports"] == [{"ContainerPort": "80/tcp", "HostIp": "0.0.0.0", "HostPort": 20000}]
    assert facts({"State.Running": False})["published_ports"] == [
        {"ContainerPort": "80/tcp", "HostIp": "", "HostPort": 0}
    ]
    restarting = {"State.Restarting": True, "NetworkSettings.Ports": {}}
    assert facts(restarting)["published_ports"] == [{"ContainerPort": "80/tcp", "HostIp": "", "HostPort": 0}]
    assert facts({"NetworkSettings.Ports": {"80/tcp": None}})["published_ports"] == []
    assert facts({"NetworkSettings.Ports": None})["published_ports"] == []


def test_published_ports_ranges_and_odd_inputs() -> None:
    place = {"HostIp": "::", "HostPort": "8000-8002"}
    numbers = [each["HostPort"] for each in facts(bindings(p80_tcp=[place]))["published_ports"]]
    assert numbers == [8000, 8001, 8002]
    assert facts(bindings(p80_tcp=[{"HostPort": "0"}]))["published_ports"][0]["HostPort"] == 0
    assert len(facts(bindings(p=[{"HostPort": "1000-1255"}]))["published_ports"]) == 256
    assert reason(facts(bindings(p=[{"HostPort": "1000-1256"}]))["published_ports"]) is Reason.OVERSIZE
    for damaged in ("http", "80-", "9-8", "70000", "-1", "٣", 80, None):
        assert reason(facts(bindings(p=[{"HostIp": "", "HostPort": damaged}]))["published_ports"]) is Reason.WRONG_TYPE
    assert reason(facts(bindings(p=[7]))["published_ports"]) is Reason.WRONG_TYPE
    assert reason(facts(bindings(p="x"))["published_ports"]) is Reason.WRONG_TYPE
    assert reason(facts({"NetworkSettings.Ports": []})["published_ports"]) is Reason.WRONG_TYPE
    assert reason(facts({"State.Running": "yes"})["published_ports"]) is Reason.WRONG_TYPE
    assert reason(facts(drop="NetworkSettings.Ports")["published_ports"]) is Reason.UNSUPPORTED


def test_processes_networks_and_environment() -> None:
    assert facts()["processes"] == ["sh", "sleep"]
    assert facts({"State.Running": False})["processes"] == []
    assert facts(processes=lambda _: DENIED)["processes"] == DENIED
    assert facts(processes=lambda _: DENIED)["processes_seen"] == ["sh", "sleep"]
    assert facts({"State.Running": False})["processes_seen"] == []
    assert reason(facts({"State.Running": None})["processes"]) is Reason.WRONG_TYPE
    assert facts({"NetworkSettings.Networks": {"b": {}, "a": {}}})["networks"] == ["a", "b"]
    assert facts({"NetworkSettings.Networks": None})["networks"] == []
    assert reason(facts({"NetworkSettings.Networks": []})["networks"]) is Reason.WRONG_TYPE
    found = facts({"Config.Env": ["A=secret", "B", "C=x=y", "=odd"]})
    assert found["environment_names"] == ["A", "B", "C", ""]
    assert "secret" not in str(found)
    assert facts({"Config.Env": None})["environment_names"] == []
    assert reason(facts({"Config.Env": [1]})["environment_names"]) is Reason.WRONG_TYPE


def service(**policy: Any) -> Subject:
    return Subject(
        "service", "s", "s1", {f"Spec.TaskTemplate.RestartPolicy.{key}": value for key, value in policy.items()}
    )


def test_service_restart() -> None:
    member = {"Config.Labels": {"com.docker.swarm.service.id": "s1"}}
    assert facts()["service_restart.condition"] is ABSENT
    assert facts({"Config.Labels": None})["service_restart.max_attempts"] is ABSENT
    found = facts(member, services={"s1": service(Condition="on-failure", MaxAttempts=5)})
    assert (found["service_restart.condition"], found["service_restart.max_attempts"]) == ("on-failure", 5)
    found = facts(member, services={"s1": service(Condition=ABSENT, MaxAttempts=ABSENT)})
    assert (found["service_restart.condition"], found["service_restart.max_attempts"]) == ("any", 0)
    assert reason(facts(member)["service_restart.condition"]) is Reason.NOT_FOUND
    assert facts(member, services=DENIED)["service_restart.max_attempts"] == DENIED
    assert reason(facts({"Config.Labels": []}, services=DENIED)["service_restart.condition"]) is Reason.WRONG_TYPE


def test_only_the_labels_that_identify_are_kept() -> None:
    labels = {
        "com.docker.compose.project": "shop",
        "com.docker.compose.service": "web",
        "com.docker.compose.config-hash": "0f",
        "com.docker.compose.environment": "TOKEN=hunter2",
        "owner": "a team",
    }
    kept = {"com.docker.compose.project": "shop", "com.docker.compose.service": "web"}
    assert facts({"Config.Labels": labels})["labels"] == kept
    asked = facts({"Config.Labels": labels}, labels=(*KEPT_LABELS, "owner"))
    assert asked["labels"] == {**kept, "owner": "a team"}
    assert facts({"Config.Labels": {}})["labels"] == {}
    assert facts({"Config.Labels": None})["labels"] == {}
    assert reason(facts(drop="Config.Labels")["labels"]) is Reason.UNSUPPORTED
    assert reason(facts({"Config.Labels": []})["labels"]) is Reason.WRONG_TYPE
    assert reason(facts({"Config.Labels": {SWARM_SERVICE: 5}})["labels"]) is Reason.WRONG_TYPE
    assert reason(facts({"Config.Labels": {SWARM_SERVICE: "x" * 513}})["labels"]) is Reason.OVERSIZE


def test_health_check_commands_are_redacted() -> None:
    found = facts({"Config.Healthcheck": {"Test": ["CMD-SHELL", "curl https://a:b@c"]}})
    assert found["Config.Healthcheck.Test"] == ["CMD-SHELL", "curl https://[redacted:url]@c"]


PROFILE = '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["%s"], "action": "SCMP_ACT_ALLOW"}]}'


def custom(text: str, **changes: Any) -> dict[str, Any]:
    return facts({"HostConfig.SecurityOpt": [f"seccomp={text}"]} | changes)


def test_a_custom_profile_is_compared_with_the_engines() -> None:
    found = custom(PROFILE % "keyctl")
    assert (found["seccomp"], found["seccomp_weaker"]) == ("custom", ["keyctl"])
    assert found["seccomp_default_action"] == "SCMP_ACT_ERRNO"
    assert custom(PROFILE % "read")["seccomp_weaker"] == []
    assert custom(PROFILE % "mount", **{"HostConfig.CapAdd": ["SYS_ADMIN"]})["seccomp_weaker"] == []
    assert len(custom('{"defaultAction": "SCMP_ACT_ALLOW"}')["seccomp_weaker"]) > 50
    both = facts({"HostConfig.SecurityOpt": [f"seccomp={PROFILE % 'read'}", f"seccomp={PROFILE % 'keyctl'}"]})
    assert both["seccomp_weaker"] == ["keyctl"]


def test_no_custom_profile_nothing_to_compare() -> None:
    for found in (facts(), facts({"HostConfig.Privileged": True}), custom("unconfined"), custom("{}")):
        assert found["seccomp_weaker"] is found["seccomp_default_action"] is ABSENT
    assert custom("{}")["seccomp"] == "unconfined"
    assert facts(daemon_seccomp=DENIED)["seccomp_weaker"] is ABSENT
    assert reason(facts({"HostConfig.SecurityOpt": "x"})["seccomp_weaker"]) is Reason.WRONG_TYPE


def test_a_broken_profile_blinds_only_what_rests_on_it() -> None:
    found = custom('{"syscalls": 5}')
    assert found["seccomp"] == "custom"
    assert reason(found["seccomp_weaker"]) is Reason.WRONG_TYPE
    assert reason(found["seccomp_default_action"]) is Reason.WRONG_TYPE
    assert found["HostConfig.SecurityOpt"] == ["seccomp=<inline profile>"]
    assert reason(custom("/etc/profile.json")["seccomp_weaker"]) is Reason.SYNTAX


def test_apparmor_mode() -> None:
    asked: list[tuple[int | None, str]] = []

    def mode_of(pid: int | None, profile: str) -> str:
        asked.append((pid, profile))
        return "complain"

    def mode(changes: dict[str, Any], apparmor: Any = True) -> Any:
        return facts(changes, daemon_apparmor=apparmor, apparmor_mode=mode_of)["apparmor_mode"]

    stopped = {"State.Running": False, "State.Pid": 0}
    assert mode({}, apparmor=False) is ABSENT
    assert mode({}, apparmor=DENIED) == DENIED
    assert asked == []
    assert mode({"State.Pid": 812, "AppArmorProfile": "mine"}) == "complain"
    assert mode(stopped | {"AppArmorProfile": "mine"}) == "complain"
    assert mode(stopped | {"AppArmorProfile": ""}) == "complain"
    assert mode(stopped | {"AppArmorProfile": "", "HostConfig.SecurityOpt": ["apparmor=own"]}) == "complain"
    assert asked == [(812, "mine"), (None, "mine"), (None, "docker-default"), (None, "own")]
    assert mode(stopped | {"AppArmorProfile": "", "HostConfig.Privileged": True}) == "unconfined"
    assert mode(stopped | {"AppArmorProfile": "unconfined"}) == "unconfined"
    assert reason(mode({"AppArmorProfile": None})) is Reason.WRONG_TYPE
    assert len(asked) == 4
    assert mode({"State.Pid": 0, "AppArmorProfile": "mine"}) == "complain"  # between two restarts
    assert asked[4:] == [(None, "mine")]


@pytest.mark.parametrize(
    "damage",
    [{"State.Pid": 812.0}, {"State.Pid": "812"}, {"State.Pid": -1}, {"State.Pid": None}, {"State.Running": None}],
)
def test_a_running_container_whose_process_is_not_told_has_no_mode_that_it_would_be_started_in(damage: Any) -> None:
    changes = {"State.Pid": 812, "AppArmorProfile": "docker-default", **damage}
    found = facts(changes, daemon_apparmor=True, apparmor_mode=lambda _pid, _profile: "enforce")
    assert reason(found["apparmor_mode"]) is Reason.INCOMPLETE
