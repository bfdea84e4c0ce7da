"""Targets: what a host's own files and programs say."""

from __future__ import annotations

from typing import Any, Final

from benchmark.collect.daemon.command_line import CommandLine, parse_command_line
from benchmark.collect.daemon.config_file import read_config_file
from benchmark.collect.daemon.flags import BY_KEY, BY_NAME, FILE_ONLY_KEYS, Kind
from benchmark.collect.daemon.listeners import parse_listen_stream, resolve_hosts
from benchmark.collect.host.access_lists import parse_acl
from benchmark.collect.host.accounts import Accounts, collect_accounts, parse_group, parse_passwd
from benchmark.collect.host.apparmor import LOADED, loaded_profiles
from benchmark.collect.host.audit_rules import AuditRules, collect_audit_rules, find_watches
from benchmark.collect.host.audit_syntax import Rule, RuleDefect, parse_printed
from benchmark.collect.host.host import collect_host
from benchmark.collect.host.mounts import collect_mounts
from benchmark.collect.host.name_services import parse_nsswitch
from benchmark.collect.host.root import HostRoot
from benchmark.collect.host.systemd_units import (
    Unit,
    environment,
    environment_files,
    exec_start,
    listen_streams,
    read_unit,
)
from benchmark.model.facts import ABSENT, Unavailable
from tests.torture.fuzz_run import Target
from tests.torture.fuzz_sound import UNREAD, host_with, require_sound

_NOBODY: Final = Accounts((), ())
_EMPTY: Final = HostRoot("/nonexistent-host-root")


def _daemon_json(data: bytes) -> bool:
    root = host_with("/etc/docker/daemon.json", data)
    accepted = False
    for since in ((20, 10), (27, 0), None):
        read = read_config_file(root, "/etc/docker/daemon.json", explicit=True, since=since, started_ns=0)
        assert read.problem is None or not read.values, "a file that could not be read says something"
        for name, value in read.values.items():
            assert name in BY_KEY or name in FILE_ONLY_KEYS
            if not isinstance(value, Unavailable):
                _require_kind(BY_KEY[name].kind, name, value)
        accepted = accepted or read.problem is None
    return accepted


def _require_kind(kind: Kind, name: str, value: Any) -> None:
    types: dict[Kind, tuple[type, ...]] = {
        Kind.BOOL: (bool,),
        Kind.STRING: (str,),
        Kind.STRINGS: (list,),
        Kind.MAP: (dict,),
        Kind.ULIMITS: (list,),
    }
    assert isinstance(value, types.get(kind, (object,))), f"{name} is {value!r}"


def _command_line(data: bytes) -> bool:
    words = tuple(each.decode("utf-8", "surrogateescape") for each in data.removesuffix(b"\0").split(b"\0"))
    read = parse_command_line(("dockerd", *words))
    if not isinstance(read, CommandLine):
        return False
    for name, value in read.values.items():
        if name in BY_KEY:
            _require_kind(BY_KEY[name].kind, name, value)
        else:
            assert name in BY_NAME, name
    hosts = read.values.get("hosts", [])
    assert isinstance(hosts, list)
    resolve_hosts([str(each) for each in hosts], tls=False, default_socket="/s", activated=())
    return True


def _unit(data: bytes) -> bool:
    root = host_with("/etc/systemd/system/docker.service", data)
    unit = read_unit(root, "docker.service")
    if not isinstance(unit, Unit):
        return False
    for commands in (exec_start(unit),):
        if not isinstance(commands, Unavailable):
            for each in commands:
                parse_command_line(each)
    environment(unit)
    environment_files(unit)
    for each in listen_streams(unit):
        parse_listen_stream(each)
    return True


def _audit_files(data: bytes) -> bool:
    rules = collect_audit_rules(host_with("/etc/audit/rules.d/docker.rules", data))
    _require_no_line_lost(data, rules)
    _require_audit_facts(rules)
    return not isinstance(rules.watches, Unavailable)


def _require_no_line_lost(data: bytes, rules: AuditRules) -> None:
    """Without -i and -c a line that is neither a comment, a setting nor a rule leaves nothing known."""
    lines = [each.strip(b" \t\r") for each in data.split(b"\n")]
    words = [each.split()[0] for each in lines if each.split()]
    if {b"-i", b"-c"} & set(lines):
        return
    if any(not each.startswith((b"-", b"#")) and each[:1] not in b"\"'\\" for each in words):
        assert isinstance(rules.watches, Unavailable), "a line that auditctl refuses was passed over"


def _require_audit_facts(rules: AuditRules) -> None:
    if isinstance(rules.watches, Unavailable):
        return
    watches: list[Any] = [
        {"path": each.path, "tree": each.tree, "perms": each.accesses, "key": each.key, "never": each.never}
        for each in rules.watches
    ]
    require_sound(
        "host", {"audit.watches": watches, "audit.source": rules.origin}, {"audit.watches": "; ".join(rules.warnings)}
    )


def _audit_printed(data: bytes) -> bool:
    """Each line of ``auditctl -l``, as the kernel's rules are read."""
    rules: list[Rule] = []
    for line in data.decode("utf-8", "replace").split("\n")[:500]:
        if line.strip():
            try:
                statement = parse_printed(line)
            except RuleDefect:
                return False
            assert statement is not None, "a printed line that says nothing"
            rules += [statement] if isinstance(statement, Rule) else []
    watches, warnings = find_watches(_EMPTY, rules)
    _require_audit_facts(AuditRules("kernel", True, watches, warnings, ()))
    return True


def _mountinfo(data: bytes) -> bool:
    table = collect_mounts(host_with("/proc/1/mountinfo", data))
    if isinstance(table, Unavailable):
        return False
    assert len(table.mounts) == sum(1 for each in data.split(b"\n") if each), "a mount was dropped"
    table.mount_of("/var/lib/docker")
    require_sound("host", {"mount_points": [*table.mount_points]})
    return True


def _accounts(path: str) -> Any:
    other = "/etc/group" if path == "/etc/passwd" else "/etc/passwd"

    def parse(data: bytes) -> bool:
        root = host_with(path, data)
        if root.read(other) is ABSENT:
            (_, text) = ("", b"docker:x:999:alice\n" if other == "/etc/group" else b"alice:x:999:999::/:/bin/sh\n")
            place = f"{root.root}{other}"
            with open(place, "wb") as file:  # noqa: PTH123  (beside the file just written)
                file.write(text)
        accounts = collect_accounts(root)
        members = accounts.group_members("docker")
        facts: dict[str, Any] = {
            "docker_group.members": [*members] if isinstance(members, tuple) else members,
        }
        require_sound("host", facts, {"docker_group.members": "; ".join(accounts.warnings)})
        (parse_passwd if path == "/etc/passwd" else parse_group)(data)
        return True

    return parse


def _os_release(data: bytes) -> bool:
    host = collect_host(host_with("/etc/os-release", data), accounts=_NOBODY)
    require_sound("host", host.facts, host.notes)
    return isinstance(host.facts["os_release.ID"], str)


def _hostname(data: bytes) -> bool:
    host = collect_host(host_with("/etc/hostname", data), accounts=_NOBODY)
    require_sound("host", host.facts, host.notes)
    return bool(host.name)


def _nsswitch(data: bytes) -> bool:
    return bool(parse_nsswitch(data))


def _acl(data: bytes) -> bool:
    entries = parse_acl(data)
    if entries is not None:
        require_sound("file", {"path": "/x", "audit_rules": UNREAD}, {"path": ", ".join(entries)})
    return entries is not None


def _apparmor(data: bytes) -> bool:
    found = loaded_profiles(host_with(LOADED, data))
    if isinstance(found, Unavailable) or found is ABSENT:
        return False
    lines = [each for each in data.decode("utf-8", "replace").splitlines() if each]
    assert len(found) == len({each.rpartition(" (")[0] for each in lines}), "a profile was dropped"
    return True


_UNIT_SEED: Final = b"""# Docker
[Unit]
Description=Docker Application Container Engine
After=network-online.target docker.socket
[Service]
Type=notify
ExecStart=/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock \\
  --log-level="warn" $DOCKER_OPTS
ExecReload=/bin/kill -s HUP $MAINPID
Environment=A=b "C=d e" 'F=g'
EnvironmentFile=-/etc/default/docker
"""
_SOCKET_SEED: Final = b"""[Socket]
ListenStream=/run/docker.sock
ListenStream=
ListenStream=127.0.0.1:2375
SocketMode=0660
SocketUser=root
SocketGroup=docker
"""
_RULES_SEED: Final = b"""-D
-b 8192
-w /usr/bin/dockerd -k docker
-w /var/lib/docker -p rwxa -k docker
-a always,exit -F arch=b64 -S all -F path=/etc/docker/daemon.json -F perm=wa -F key=docker
-a never,exit -F dir=/var/lib/docker/tmp
-e 2
"""
_MOUNT_SEED: Final = b"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
25 22 0:22 / /sys ro,nosuid - sysfs sysfs rw
60 22 8:2 / /var/lib/docker rw - xfs /dev/sdb rw,attr2
61 22 8:2 /a\\040b /mnt/a\\040b rw - xfs /dev/sdb rw
"""
_JSON_SEEDS: Final = (
    b'{"icc": false, "log-driver": "syslog", "log-opts": {"syslog-address": "tcp://x"}, "hosts": ["unix:///x"]}',
    b'{"default-ulimits": {"nofile": {"Name": "nofile", "Hard": 64000, "Soft": 64000}}, "userns-remap": "default"}',
    b'{"proxies": {"http-proxy": "x"}, "runtimes": {"r": {"path": "/r"}}, "features": {"buildkit": true}, "graph": "/g"}',
    b'\xef\xbb\xbf{"live-restore": true, "tls": true, "tlscacert": "", "dns": null, "labels": []}',
    b"",
)

HOST_TARGETS: Final = (
    Target("daemon_json", _daemon_json, (), _JSON_SEEDS, tuple(f'"{each}"'.encode() for each in sorted(BY_KEY))),
    Target(
        "dockerd_command_line",
        _command_line,
        (),
        (b"-H\0fd://\0--icc=false\0-Dl\0debug\0", b"--default-ulimit\0nofile=1:2\0--log-opt=a=b\0--tlsverify\0--\0"),
        (
            *(f"--{each}".encode() for each in sorted(BY_NAME)),
            b"\0",
            b"=",
            b"-H",
            b"-D",
            b"true",
            b"nofile=1:2",
            b"tcp://",
        ),
        ((b"", b"--host=x\0", b""), (b"", b"--log-opt\0a=b\0", b""), (b"", b"--default-ulimit=a=1\0", b"")),
    ),
    Target(
        "unit",
        _unit,
        (),
        (_UNIT_SEED, _SOCKET_SEED, b"[Service]\nExecStart=\nExecStart=@/usr/bin/dockerd x -D ; /bin/true\n"),
        (
            b"[Service]",
            b"[Socket]",
            b"ExecStart=",
            b"ListenStream=",
            b"\\\n",
            b"\\x20",
            b"#",
            b";",
            b"'",
            b'"',
            b"%t",
            b"$A",
        ),
        (
            (b"[Service]\nExecStart=", b"a\\\n", b""),
            (b"[Service]\n", b"Environment=A=b\n", b""),
            (b"[Socket]\n", b"ListenStream=/x\n", b""),
        ),
    ),
    Target(
        "audit_rules",
        _audit_files,
        (),
        (_RULES_SEED, b"-w /etc/docker\n-W /etc/docker\n-d always,exit -F path=/x\n", b"-i\n-w 'a b' -k c\n"),
        (
            b"-w ",
            b"-W ",
            b"-a always,exit ",
            b"-A never,exit ",
            b"-F path=",
            b"-F dir=",
            b"-p wa",
            b"-k d",
            b"-D",
            b"-d ",
            b"-S all",
            b"-i",
            b"-c",
            b"\n",
            b"-F auid>=1000",
        ),
        (
            (b"-w /b\n", b"-W /a\n", b""),
            (b"", b"-w /a\n", b""),
            (b"", b"-a never,exit -F path=/a\n-w /b\n", b""),
            (b"", b"-A always,exit -F path=/a\n", b""),
        ),
    ),
    Target(
        "auditctl_list",
        _audit_printed,
        (RuleDefect,),
        (_RULES_SEED.split(b"8192\n")[1].replace(b"-e 2\n", b""), b"-w /etc/docker -p rwxa -k a b\nNo rules\n"),
        (b"-w ", b"-a always,exit ", b"-S all ", b"-F dir=", b" -k ", b" -p wa", b"\n"),
    ),
    Target(
        "mountinfo",
        _mountinfo,
        (),
        (_MOUNT_SEED,),
        (b" - ", b" ", b"\\040", b"/", b"ro", b","),
        ((_MOUNT_SEED, b"25 22 0:22 / /sys ro - sysfs s rw\n", b""),),
    ),
    Target(
        "passwd",
        _accounts("/etc/passwd"),
        (),
        (
            b"root:x:0:0:root:/root:/bin/bash\nalice:x:1000:999::/home/alice:/bin/sh\n+@nis::::::\n",
            b"#c\n x:*: 12:+13:\n",
        ),
        (b":", b"\n", b"x:x:0:0:", b"+", b"-", b"#", b" "),
    ),
    Target(
        "group",
        _accounts("/etc/group"),
        (),
        (b"root:x:0:\ndocker:x:999:alice,bob\n+\ndocker2:x:0999:carol\n", b"docker:!:999\ndocker:x:999:a, b,,\n"),
        (b":", b"\n", b"docker:x:999:", b",", b"+", b"-", b"#", b" "),
    ),
    Target(
        "nsswitch",
        _nsswitch,
        (),
        (b"passwd: files systemd\ngroup: files [SUCCESS=merge] sss\n", b"#x\n"),
        (b"passwd:", b"group:", b"[", b"]", b"compat", b"#"),
    ),
    Target(
        "os_release",
        _os_release,
        (),
        (b'NAME="Debian"\nID=debian\nVERSION_ID="12"\n', b"ID='x'\n#\nID=\n"),
        (b"ID=", b"VERSION_ID=", b'"', b"'", b"\n", b" "),
        ((b"", b'A="\n', b""), (b"", b"A='\n", b""), (b"ID=", b" ", b"x"), (b"", b"ID=\n", b"x")),
    ),
    Target("hostname", _hostname, (), (b"web-1\n", b"# c\n\nx"), (b"#", b"\n", b" ")),
    Target("acl", _acl, (), (b"\2\0\0\0" + b"\2\0\6\0\1\0\0\0" + b"\4\0\7\0\xff\xff\xff\xff",), (b"\2\0", b"\x10\0")),
    Target(
        "apparmor",
        _apparmor,
        (),
        (b"docker-default (enforce)\n/usr/bin/man (complain)\n",),
        (b" (", b")\n", b"enforce"),
    ),
)
