"""Every way to root that a snapshot can show, and that nothing unseen is left out in silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from benchmark.access import list_access
from benchmark.model.access import Access, AccessReport, Grants, Kind
from benchmark.model.facts import ABSENT, Reason, Unavailable
from benchmark.model.snapshot import Enumeration, Snapshot
from benchmark.model.snapshot_file import decode_snapshot, encode_snapshot
from tests.snapshots import GOOD_FILES, container, snapshot, snapshot_without_engine

DENIED = Unavailable(Reason.DENIED, "permission denied")
DOCKER = {"kind": "group", "id": 999, "name": "docker", "members": ["alice", "root"]}
PLAIN_DAEMON: dict[str, Any] = {
    "info.Plugins.Authorization": [],
    "security.userns": False,
    "daemon.hosts": ["unix:///run/docker.sock"],
}
PLAIN_HOST: dict[str, Any] = {
    "root_accounts": ["root"],
    "docker_group.members": ["alice"],
    "file_accounts": [DOCKER],
    "docker_socket_unit": ABSENT,
}


def made(*containers: Any, daemon: Any = (), host: Any = (), files: Any = (), **more: Any) -> Snapshot:
    return snapshot(
        containers,
        daemon=PLAIN_DAEMON | dict(daemon),
        host=PLAIN_HOST | dict(host),
        files={**GOOD_FILES, **dict(files)},
        **more,
    )


def rows(report: AccessReport, kind: Kind) -> dict[str, Grants]:
    return {each.who: each.grants for each in report.accesses if each.kind is kind}


def ways(kind: Kind, *containers: Any, **changes: Any) -> dict[str, Grants]:
    return rows(list_access(made(*containers, **changes)), kind)


def socket(mode: str = "0660", uid: int = 0, gid: int = 999, acl: Any = (), **facts: Any) -> dict[str, Any]:
    owner = {
        "uid": uid,
        "gid": gid,
        "user": {0: "root", 1000: "bob"}.get(uid),
        "group": {0: "root", 999: "docker"}.get(gid),
    }
    return {
        "api_sockets": (
            ("/run/docker.sock", {"type": "socket", "mode": mode, "owner": owner, "acl": list(acl), **facts}),
        )
    }


def mount(path: str, *, rw: bool = True, kind: str = "bind", **fields: Any) -> dict[str, Any]:
    record = {"Type": kind, "Name": "", "Source": path, "Destination": "/x", "RW": rw, "Propagation": "rprivate"}
    return {"Mounts": [{**record, "HostPaths": [path], "LinksFollowed": True, "ApiSockets": [], **fields}]}


def test_a_tight_host_has_root_and_its_docker_group() -> None:
    report = list_access(made(container("web")))
    assert [(each.kind, each.who, each.grants) for each in report.accesses] == [
        (Kind.ROOT_ACCOUNT, "root", Grants.ROOT),
        (Kind.GROUP_MEMBER, "alice", Grants.ROOT),
    ]
    assert report.unseen == ()
    assert report.remarks == ()
    assert "/run/docker.sock (root:docker, 0660)" in {each.text for each in report.looked_at}


def test_other_accounts_with_number_0() -> None:
    assert ways(Kind.ROOT_ACCOUNT, host={"root_accounts": ["root", "toor"]}).keys() == {"root", "toor"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (socket("0600"), {}),
        (socket("0660", gid=0), {}),
        (socket("0666"), {"everybody on this host": Grants.ROOT}),
        (socket("0602"), {"everybody on this host": Grants.ROOT}),
        (socket("0600", uid=1000), {"bob": Grants.ROOT}),
        (socket("0400", uid=1000), {}),
        (socket("0600", acl=["user:1000:rw-", "mask::rw-"]), {"bob": Grants.ROOT}),
        (socket("0600", acl=["user:1000:rw-", "mask::r--"]), {}),
        (socket("0600", acl=["user:1000:r--", "mask::rw-"]), {}),
        (socket("0600", acl=["user:4242:rw-", "mask::rw-"]), {"uid 4242": Grants.ROOT}),
        (socket("0600", writable_parents=["/srv"]), {"whoever may write to /srv": Grants.LIMITED}),
    ],
)
def test_whom_a_socket_lets_in(changes: Any, expected: dict[str, Grants]) -> None:
    accounts = [DOCKER, {"kind": "user", "id": 1000, "name": "bob", "members": ["bob"]}]
    assert ways(Kind.SOCKET, files=changes, host={"file_accounts": accounts}) == expected


def test_members_come_with_any_group_that_opens_a_socket() -> None:
    wheel = {"kind": "group", "id": 10, "name": "wheel", "members": ["carol"]}
    found = ways(
        Kind.GROUP_MEMBER,
        files=socket("0660", acl=["group:10:rw-", "mask::rw-"]),
        host={"file_accounts": [DOCKER, wheel]},
    )
    assert found == {"alice": Grants.ROOT, "carol": Grants.ROOT}


def test_a_member_of_the_docker_group_whose_sockets_belong_to_another() -> None:
    found = ways(Kind.GROUP_MEMBER, files=socket("0660", gid=0))
    assert found == {"alice": Grants.UNKNOWN}
    assert ways(Kind.GROUP_MEMBER, files=socket("0600")) == {"alice": Grants.UNKNOWN}


def test_one_row_for_a_member_however_many_sockets_his_group_opens() -> None:
    both = {**socket(), "containerd_sockets": (("/run/c.sock", socket()["api_sockets"][0][1]),)}
    (row,) = (each for each in list_access(made(files=both)).accesses if each.kind is Kind.GROUP_MEMBER)
    assert len(row.evidence) == 2


def test_the_members_of_a_group_that_are_not_known_are_named_as_such() -> None:
    report = list_access(made(host={"file_accounts": DENIED, "docker_group.members": DENIED}))
    assert rows(report, Kind.GROUP_MEMBER) == {"members of group docker": Grants.ROOT}
    assert {each.what for each in report.unseen} == {"file_accounts", "docker_group.members"}
    assert {each.reason for each in report.unseen} == {Reason.DENIED}


@pytest.mark.parametrize(
    ("address", "settings", "who", "grants"),
    [
        ("tcp://0.0.0.0:2375", {}, "everybody who reaches tcp://0.0.0.0:2375", Grants.ROOT),
        ("tcp://[::]:2375", {}, "everybody who reaches tcp://[::]:2375", Grants.ROOT),
        ("tcp://127.0.0.1:2375", {}, "every account on this host and every container in its network", Grants.ROOT),
        ("tcp://0.0.0.0:2376", {"daemon.tls": True}, "everybody who reaches tcp://0.0.0.0:2376", Grants.ROOT),
        (
            "tcp://0.0.0.0:2376",
            {"daemon.tls": True, "daemon.tlsverify": True, "daemon.tlscacert": "/etc/docker/ca.pem"},
            "holders of a client certificate signed by /etc/docker/ca.pem",
            Grants.ROOT,
        ),
        ("tcp://0.0.0.0:1", {"daemon.tlsverify": DENIED}, "everybody who reaches tcp://0.0.0.0:1", Grants.UNKNOWN),
        ("vsock:7", {}, "whoever reaches vsock:7", Grants.UNKNOWN),
    ],
)
def test_listeners(address: str, settings: dict[str, Any], who: str, grants: Grants) -> None:
    hosts = {"daemon.hosts": [address], "tcp_listeners": [address], **settings}
    assert ways(Kind.LISTENER, daemon=hosts) == {who: grants}


def test_an_abstract_socket_has_no_permissions() -> None:
    found = ways(Kind.SOCKET, daemon={"daemon.hosts": ["unix://@docker"]})
    assert found == {"everybody on this host": Grants.ROOT}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"address": "unix:///run/docker.sock", "mode": "0660"}, {"members of group docker": Grants.ROOT}),
        ({"address": "unix:///var/run/docker.sock", "mode": "0666"}, {"everybody on this host": Grants.ROOT}),
        ({"address": "unix:///run/docker.sock", "mode": "0600"}, {}),
        ({"address": "unix:///run/docker.sock", "mode": "0600", "user": "bob"}, {"bob": Grants.ROOT}),
        ({"address": "tcp://[::]:2375", "mode": "0666"}, {"whoever reaches tcp://[::]:2375": Grants.UNKNOWN}),
    ],
)
def test_the_socket_unit(record: dict[str, Any], expected: dict[str, Grants]) -> None:
    unit = [{"user": "root", "group": "docker", **record}]
    assert ways(Kind.SOCKET_UNIT, host={"docker_socket_unit": unit}) == expected


def test_a_swarm_manager_may_place_containers() -> None:
    assert ways(Kind.SWARM, daemon={"info.Swarm.LocalNodeState": "active"}) == {
        "whoever controls a manager of the swarm": Grants.ROOT
    }
    assert ways(Kind.SWARM) == {}


@pytest.mark.parametrize(
    ("changes", "kind", "grants"),
    [
        ({"HostConfig.Privileged": True}, Kind.CONTAINER_PRIVILEGED, Grants.ROOT),
        ({"HostConfig.Privileged": True, "State.Running": False}, Kind.CONTAINER_PRIVILEGED, Grants.ROOT),
        (mount("/var/run", rw=False, ApiSockets=["/run/docker.sock"]), Kind.CONTAINER_SOCKET, Grants.ROOT),
        (mount("/"), Kind.CONTAINER_MOUNT, Grants.ROOT),
        (mount("/", rw=False), Kind.CONTAINER_MOUNT, Grants.LIMITED),
        (mount("/etc"), Kind.CONTAINER_MOUNT, Grants.ROOT),
        (mount("/etc/shadow"), Kind.CONTAINER_MOUNT, Grants.ROOT),
        (mount("/etc/localtime"), Kind.CONTAINER_MOUNT, Grants.UNKNOWN),
        (mount("/etc/localtime", rw=False), Kind.CONTAINER_MOUNT, None),
        (mount("/etcetera"), Kind.CONTAINER_MOUNT, None),
        (mount("/srv/data"), Kind.CONTAINER_MOUNT, None),
        (mount("/srv/link", HostPaths=["/etc", "/srv/link"]), Kind.CONTAINER_MOUNT, Grants.ROOT),
        (mount("/var/lib"), Kind.CONTAINER_MOUNT, Grants.ROOT),
        (mount("/var/lib/docker/volumes/v/_data", kind="volume"), Kind.CONTAINER_MOUNT, None),
        ({"capabilities": ["SYS_MODULE"]}, Kind.CONTAINER_RIGHTS, Grants.ROOT),
        ({"capabilities": ["ALL"]}, Kind.CONTAINER_RIGHTS, Grants.ROOT),
        ({"capabilities": ["SYS_PTRACE"]}, Kind.CONTAINER_RIGHTS, None),
        ({"capabilities": ["SYS_PTRACE"], "shares_host_pid": True}, Kind.CONTAINER_RIGHTS, Grants.ROOT),
        ({"capabilities": ["DAC_READ_SEARCH"]}, Kind.CONTAINER_RIGHTS, Grants.LIMITED),
        ({"capabilities": ["CHOWN", "NET_RAW"]}, Kind.CONTAINER_RIGHTS, None),
        ({"HostConfig.DeviceCgroupRules": ["b *:* rwm"]}, Kind.CONTAINER_RIGHTS, Grants.UNKNOWN),
        ({"HostConfig.DeviceCgroupRules": ["c 1:3 r"]}, Kind.CONTAINER_RIGHTS, None),
    ],
)
def test_containers(changes: dict[str, Any], kind: Kind, grants: Grants | None) -> None:
    expected = {} if grants is None else {"container web": grants}
    assert ways(kind, container("web", changes)) == expected


@pytest.mark.parametrize(
    ("path", "rights", "grants"), [("/dev/sda", "rwm", Grants.ROOT), ("/dev/sda1", "r", Grants.LIMITED)]
)
def test_disks(path: str, rights: str, grants: Grants) -> None:
    device = {"PathOnHost": path, "PathInContainer": "/dev/x", "CgroupPermissions": rights}
    web = container("web", {"HostConfig.Devices": [device]})
    assert ways(Kind.CONTAINER_RIGHTS, web) == {"container web": grants}


def test_a_remapped_root_leads_no_further_than_its_own() -> None:
    remapped = {"security.userns": True}
    etc = container("etc", mount("/etc"))
    exempt = container("exempt", {**mount("/etc"), "HostConfig.UsernsMode": "host"})
    assert ways(Kind.CONTAINER_MOUNT, etc, exempt, daemon=remapped) == {
        "container etc": Grants.LIMITED,
        "container exempt": Grants.ROOT,
    }
    socket_ = container("s", mount("/run/docker.sock", ApiSockets=["/run/docker.sock"]))
    assert ways(Kind.CONTAINER_SOCKET, socket_, daemon=remapped) == {"container s": Grants.ROOT}


def test_a_daemon_without_root_has_none_to_give() -> None:
    report = list_access(made(container("p", {"HostConfig.Privileged": True}), daemon={"security.rootless": True}))
    assert {each.kind for each in report.accesses if each.grants is Grants.ROOT} == {Kind.ROOT_ACCOUNT}
    assert "without root" in report.remarks[0]
    doubtful = list_access(made(daemon={"security.rootless": DENIED}))
    assert rows(doubtful, Kind.GROUP_MEMBER) == {"alice": Grants.ROOT}
    assert "security.rootless" in {each.what for each in doubtful.unseen}


def test_plugins_limit_and_do_not_excuse() -> None:
    report = list_access(made(daemon={"info.Plugins.Authorization": ["policy"]}))
    assert rows(report, Kind.GROUP_MEMBER) == {"alice": Grants.ROOT}
    assert "policy" in report.remarks[0]


def test_files_of_the_daemon() -> None:
    owner = {"uid": 1000, "gid": 0, "user": "bob", "group": "root"}
    files = {
        "daemon_config_files": (("/etc/docker/daemon.json", {"mode": "0646"}),),
        "docker_service_units": (("/etc/systemd/system/docker.service", {"mode": "0644", "owner": owner}),),
        "docker_socket_units": (("/etc/systemd/system/docker.socket", {"mode": "0644", "writable_parents": ["/etc"]}),),
    }
    assert ways(Kind.DAEMON_FILE, files=files) == {
        "everybody on this host": Grants.ROOT,
        "bob": Grants.ROOT,
        "whoever may write to /etc": Grants.ROOT,
    }


def test_keys_that_others_can_read() -> None:
    files = {
        "tls_key_files": (("/etc/docker/key.pem", {"mode": "0644"}),),
        "docker_key_files": (
            ("/etc/docker/key.pem", {"mode": "0644"}),
            ("/home/bob/.docker/key.pem", {"mode": "0644"}),
        ),
    }
    demanding = {"tcp_listeners": ["tcp://0.0.0.0:2376"], "daemon.tlsverify": True}
    report = list_access(made(files=files, daemon=demanding))
    found = {each.subject: each.grants for each in report.accesses if each.kind is Kind.KEY_FILE}
    assert found == {"file:/etc/docker/key.pem": Grants.LIMITED, "file:/home/bob/.docker/key.pem": Grants.ROOT}
    report = list_access(made(files=files))
    assert {each.grants for each in report.accesses if each.kind is Kind.KEY_FILE} == {Grants.LIMITED, Grants.UNKNOWN}
    tight = {"tls_key_files": (("/etc/docker/key.pem", {"mode": "0400"}),)}
    assert ways(Kind.KEY_FILE, files=tight) == {}


def test_what_could_not_be_looked_at_is_listed() -> None:
    blind = replace(container("blind"), blocked=Unavailable(Reason.OVERSIZE, "64 MB label"))
    gap = Unavailable(Reason.RESET, "the list broke off")
    report = list_access(made(blind, container("odd", mount("/srv", LinksFollowed=False)), gaps={"containers": gap}))
    assert {(each.subject, each.reason) for each in report.unseen} == {
        ("container:blind", Reason.OVERSIZE),
        ("container:odd", Reason.INCOMPLETE),
        ("containers", Reason.RESET),
    }


def test_a_host_without_an_engine() -> None:
    report = list_access(snapshot_without_engine())
    assert rows(report, Kind.ROOT_ACCOUNT) == {"root": Grants.ROOT}
    assert {"engines", "containers", "api_sockets"} <= {each.subject for each in report.unseen}


def test_an_empty_snapshot_shows_nothing_and_says_so() -> None:
    bare = replace(made(), subjects=(), enumerations={})
    report = list_access(bare)
    assert [each.who for each in report.accesses] == ["root"]
    assert {each.reason for each in report.unseen} == {Reason.NOT_COLLECTED}


@pytest.mark.parametrize("name", ["owner", "mode", "acl", "writable_parents"])
def test_a_socket_of_which_too_little_is_known(name: str) -> None:
    ((path, facts),) = socket("0666")["api_sockets"]
    report = list_access(made(files={"api_sockets": ((path, {**facts, name: DENIED}),)}))
    assert (rows(report, Kind.SOCKET) == {}) == (name == "mode")
    assert (name, "file:/run/docker.sock") in {(each.what, each.subject) for each in report.unseen}


def test_every_fact_that_is_taken_away_is_missed_and_no_way_disappears_unsaid() -> None:
    """Whatever single fact is denied: either the rows stay as they are, or the report says what it could not see."""
    loud = made(
        container("p", {"HostConfig.Privileged": True, **mount("/etc", ApiSockets=["/run/docker.sock"])}),
        daemon={"daemon.hosts": ["tcp://0.0.0.0:2375"], "info.Swarm.LocalNodeState": "active"},
        files=socket("0666"),
    )
    before = _keys(list_access(loud).accesses)
    for at, subject in enumerate(loud.subjects):
        for name in subject.facts:
            spoilt = replace(subject, facts={**subject.facts, name: DENIED})
            report = list_access(replace(loud, subjects=(*loud.subjects[:at], spoilt, *loud.subjects[at + 1 :])))
            assert report.unseen or _keys(report.accesses) >= before, (subject.label, name)


def test_every_list_that_breaks_off_is_missed() -> None:
    for name in (
        "api_sockets",
        "containerd_sockets",
        "containers",
        "engines",
        "host",
        "daemon_config_files",
        "docker_key_files",
    ):
        broken = {**made().enumerations, name: Enumeration(gap=DENIED)}
        assert name in {each.subject for each in list_access(replace(made(), enumerations=broken)).unseen}


def test_the_same_from_a_file() -> None:
    what = made(container("p", {"HostConfig.Privileged": True}))
    assert list_access(decode_snapshot(encode_snapshot(what))) == list_access(what)


def _keys(accesses: tuple[Access, ...]) -> set[tuple[Kind, str]]:
    return {(each.kind, each.who) for each in accesses}
