"""Random files of the daemon's host: modes and owners, units, audit rules, mounts."""

from __future__ import annotations

from tests.torture.oracle.host import AuditRule, File, Host, HostMount, Unit
from tests.torture.oracle.in_force import (
    CannotTell,
    default_config_file,
    listeners,
    running,
    tls_file,
)
from tests.torture.oracle.roll import Roll

FINE_MODES = {0o644: (0o644, 0o640, 0o600, 0o444, 0o400, 0o000), 0o755: (0o755, 0o750, 0o700, 0o711, 0o555)}
FINE_MODES |= {0o444: (0o444, 0o440, 0o400, 0o000), 0o400: (0o400, 0o000), 0o660: (0o660, 0o600, 0o640, 0o620)}
# Each of these is the smaller number, or looks harmless, and lets in somebody whom the limit does not.
LOOSE_MODES = {0o644: (0o464, 0o622, 0o646, 0o664, 0o1644, 0o4644, 0o744, 0o602, 0o611, 0o100)}
LOOSE_MODES |= {0o755: (0o775, 0o757, 0o722, 0o1755, 0o2755, 0o577, 0o777), 0o444: (0o644, 0o404 | 0o020, 0o600, 0o446)}
LOOSE_MODES |= {0o400: (0o440, 0o404, 0o600, 0o200, 0o040, 0o377), 0o660: (0o666, 0o661, 0o606, 0o662, 0o1660, 0o670)}
OWNERS = ((1000, 0), (0, 1000), (0, 999), (1000, 1000), (65534, 65534))
PROGRAMS = ("containerd", "containerd-shim", "containerd-shim-runc-v1", "containerd-shim-runc-v2", "runc")
DIRECTORIES = ("/usr/bin", "/usr/sbin", "/usr/local/bin")


def roll_files(roll: Roll, host: Host) -> None:
    """Files, units, mounts and audit rules of ``host``, whose daemon is rolled already."""
    _links(roll, host)
    _directory_and_file(roll, host)
    for path in ("/etc/default/docker", "/etc/sysconfig/docker", "/etc/containerd/config.toml"):
        if roll.chance(0.7):
            _add(roll, host, path, 0o644)
    if roll.chance(0.8):
        _add(roll, host, "/run/containerd", 0o755, kind="directory")
    _certificates(roll, host)
    _units(roll, host)
    _tls_files(roll, host)
    _sockets(roll, host)
    for program in PROGRAMS:
        for directory in DIRECTORIES:
            if roll.chance(0.75 if directory == "/usr/bin" else 0.12):
                _add(roll, host, f"{directory}/{program}", 0o755)
    _add(roll, host, host.exe, 0o755)
    for directory in (default_config_file(host).rsplit("/", 1)[0], "/etc/docker", "/run/containerd"):
        if any(each.path.startswith(directory + "/") for each in host.files):
            _add(roll, host, directory, 0o755, kind="directory")
    _mounts(roll, host)
    _audit(roll, host)


def _add(roll: Roll, host: Host, path: str, limit: int, kind: str = "file", *, owner: tuple[int, int] = (0, 0)) -> File:
    if (known := next((each for each in host.files if each.path == path), None)) is not None:
        return known
    uid, gid = roll.of([owner], OWNERS)
    made = File(path, roll.of(FINE_MODES[limit], LOOSE_MODES[limit]), uid, gid, kind)
    host.files.append(made)
    return made


def _links(roll: Roll, host: Host) -> None:
    host.links |= {"/lib": "/usr/lib", "/bin": "/usr/bin"}
    host.links |= {"/srv/link": roll.any(["/etc", "/srv/plain", "/run", "/usr"]), "/srv/to": "/srv/link"}
    if roll.chance(0.5):
        host.links["/lib64"] = "/usr/lib64"


def _directory_and_file(roll: Roll, host: Host) -> None:
    usual = default_config_file(host)
    if host.config is not None or roll.chance(0.7):
        _add(roll, host, usual.rsplit("/", 1)[0], 0o755, kind="directory")
    if host.config is not None:
        file = _add(roll, host, host.config_file or usual, 0o644)
        if roll.chance(0.1) and host.later_config is None:
            host.links[file.path] = "/srv/real-daemon.json"
            file.path = "/srv/real-daemon.json"


def _certificates(roll: Roll, host: Host) -> None:
    directory = default_config_file(host).rsplit("/", 1)[0] + "/certs.d"
    for registry in roll.some(["registry.example.com", "10.0.0.1:5000", "deep/er"], 2):
        for name in roll.some(["ca.crt", "client.cert", "client.key", "README"], 3):
            _add(roll, host, f"{directory}/{registry}/{name}", 0o444)


def _units(roll: Roll, host: Host) -> None:
    for name in ("docker.service", "docker.socket"):
        needed = name == "docker.socket" and any(each.startswith("fd://") for each in running(host, "hosts"))
        if not needed and roll.chance(0.15):
            continue
        fragment = _unit_file(roll, f"{roll.any(['/usr/lib', '/etc'])}/systemd/system/{name}", name, first=True)
        unit = Unit(name, fragment, masked=not needed and roll.chance(0.07))
        for drop_in in roll.some(["10-x.conf", "20-y.conf", "override.conf", "notes.txt"], 2):
            folder = f"{roll.any(['/etc', '/usr/lib', '/run'])}/systemd/system/{name}.d"
            unit.drop_ins.append(_unit_file(roll, f"{folder}/{drop_in}", name, first=False))
        host.units.append(unit)


def _unit_file(roll: Roll, path: str, name: str, *, first: bool) -> File:
    uid, gid = roll.of([(0, 0)], OWNERS)
    file = File(path, roll.of(FINE_MODES[0o644], LOOSE_MODES[0o644]), uid, gid)
    if name == "docker.service":
        # what the unit says is not what runs: the command line of the process counts
        odd = roll.any(["", " --icc=true --tlsverify=false", " --userland-proxy --log-level=debug"])
        file.text = f"[Service]\nExecStart=/usr/bin/dockerd -H fd://{odd}\n" if first else "[Service]\nRestart=always\n"
    elif first:
        file.text = (
            f"[Socket]\n# ListenStream=0.0.0.0:1\nListenStream={roll.any(['/run/docker.sock', '%t/docker.sock'])}\n"
        )
        file.text = file.text.replace("%t", "/run")
    else:
        lines = ["ListenStream=", "ListenStream=/run/docker.sock"] if roll.chance(0.5) else []
        lines += roll.any([[], ["ListenStream=/srv/third.sock"], ["ListenStream=0.0.0.0:2377", "SocketMode=0666"]])
        file.text = "\n".join(["[Socket]", *lines, ""])
    return file


def _tls_files(roll: Roll, host: Host) -> None:
    for key, limit in (("tlscacert", 0o444), ("tlscert", 0o444), ("tlskey", 0o400)):
        try:
            path = tls_file(host, key)
        except CannotTell:
            continue
        if path:
            _add(roll, host, path, limit)


def _sockets(roll: Roll, host: Host) -> None:
    try:
        paths = [each for each in listeners(host) if each.startswith("/")]
    except CannotTell:
        paths = ["/run/docker.sock"]
    for path in paths:
        _add(roll, host, path.replace("/var/run/", "/run/"), 0o660, "socket", owner=roll.any([(0, 999), (0, 0)]))
    if given := running(host, "containerd"):
        _add(roll, host, given, 0o660, "socket")
    if roll.chance(0.7):
        _add(roll, host, "/run/containerd/containerd.sock", 0o660, "socket")
    if roll.chance(0.3):
        own = running(host, "exec-root").replace("/var/run/", "/run/")
        _add(roll, host, f"{own}/containerd/containerd.sock", 0o660, "socket")


def _mounts(roll: Roll, host: Host) -> None:
    root = running(host, "data-root")
    host.mounts = [HostMount("/")]
    own = HostMount(root, "8:17")
    itself = HostMount(root, "8:1", root)  # dockerd binds the directory onto itself: no file system of its own
    beside = [[], [HostMount(root.rsplit("/", 1)[0], "8:17")], [HostMount(root + "x", "8:17")], [itself]]
    beside += [[HostMount(f"{root}/overlay2/x", "0:44")], [HostMount("/var", "8:20")]]
    host.mounts += roll.of([[own], [own, HostMount(root, "8:17")], [itself, own]], beside)


def _audit(roll: Roll, host: Host) -> None:
    wanted = [each.path for each in host.files] + [
        running(host, "data-root"),
        "/run/docker.sock",
        "/var/run/docker.sock",
    ]
    wanted += [each.path for unit in host.units for each in [unit.fragment, *unit.drop_ins]]
    wanted += ["/etc/docker", "/run/containerd", "/etc/docker/daemon.json", "/usr/bin/runc"]
    keen = roll.any([0.97, 0.97, 0.6, 0.2])
    for path in dict.fromkeys(wanted):
        if roll.chance(keen):
            host.audit_rules.append(_rule(roll, path))
    if roll.chance(0.3):
        host.audit_rules.append(_rule(roll, roll.any(["/usr/bin", "/etc/docker", "/etc", "/usr", "/run", "/etc/dock"])))
    roll.dice.shuffle(host.audit_rules)
    for path in roll.some(list(dict.fromkeys(wanted)), 2) if roll.chance(0.25) else ():
        if roll.chance(0.5):  # written last, in force first
            host.audit_rules.append(AuditRule(path, "path", never=True, first=True))
        else:
            host.audit_rules.insert(0, AuditRule(path, "path", never=True))
            host.audit_rules.append(AuditRule(path, "path", "wa", first=True))


def roll_audit_exceptions(roll: Roll, host: Host) -> None:
    """Rules that say never of some accesses to what other rules watch, on a host whose files are rolled already."""
    wanted = sorted({each.path for each in host.audit_rules} | {each.path for each in host.files})
    for path in roll.some(wanted, 3) if roll.chance(0.3) else ():
        _exception(roll, host, path, roll.any(["path", "dir"]))
    if roll.chance(0.12):
        _exception(roll, host, "", roll.any(["any", "any", "task"]))


def _exception(roll: Roll, host: Host, path: str, kind: str) -> None:
    """A rule that says never of some accesses: before the others, behind them, or somewhere between."""
    if kind == "dir" and roll.chance(0.5):
        path = path.rpartition("/")[0] or "/"
    filters = ["-F auid>=1000", "-F uid=0"]  # which the list of tasks knows too
    filters += ["-F exe=/usr/bin/containerd", "-C auid!=uid", "-F success=0"] if kind != "task" else []
    narrowed = roll.any(filters)
    perms = roll.any(["rwxa", "rwxa", "wa", "r", "x"])
    rule = AuditRule(path, kind, perms, narrowed, never=True, turned=roll.chance(0.3), first=roll.chance(0.3))
    places = [0, len(host.audit_rules), roll.dice.randint(0, len(host.audit_rules))]
    host.audit_rules.insert(roll.any(places), rule)


def _rule(roll: Roll, path: str) -> AuditRule:
    """A rule for exactly that path, or one that only looks like it."""
    kind = roll.any(["watch", "watch", "path", "dir"])
    odd = roll.chance(0.06)
    return AuditRule(
        path + roll.any(["-old", ".bak", "x"]) if odd else path,
        kind,
        roll.any(["rwxa", "wa", "x", "war", "r"]),
        narrowed="-F auid>=1000" if kind != "watch" and roll.chance(0.05) else "",
        comment=roll.chance(0.04),
        tabs=roll.chance(0.3),
        never=kind != "watch" and roll.chance(0.05),
        turned=roll.chance(0.3),
        everything=roll.chance(0.15),
        first=kind != "watch" and roll.chance(0.1),
    )
