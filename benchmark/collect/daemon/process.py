"""Which process serves the API: found through its socket, its pid file or its service, never by a name alone."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from benchmark.collect.daemon import procfs
from benchmark.collect.daemon.command_line import parse_command_line
from benchmark.collect.host import processes
from benchmark.collect.host.provenance import utc_now
from benchmark.collect.host.root import HostRoot, printable
from benchmark.model.facts import Absent, FactValue, Reason, Source, Unavailable

DEFAULT_PID_FILE: Final = "/var/run/docker.pid"
_SERVICE_CGROUPS: Final = (
    "/sys/fs/cgroup/system.slice/docker.service/cgroup.procs",
    "/sys/fs/cgroup/systemd/system.slice/docker.service/cgroup.procs",
    "/sys/fs/cgroup/unified/system.slice/docker.service/cgroup.procs",
)
SETTLED_NS: Final = 100_000_000  # a file that changed less than this after the start may still have been read
_PROGRAM: Final = "dockerd"
_SERVICE: Final = "docker.service"
_LISTEN_FOR_OTHERS: Final = frozenset({"systemd", "init"})  # socket activation
_MOST_MEMBERS: Final = 64


@dataclass(frozen=True, slots=True)
class DaemonProcess:
    """The process that serves the API.

    ``files_root`` is the file system as the daemon sees it (its own mount namespace), ``rootless`` whether RootlessKit
    started it (which moves every default path). ``environment`` holds ``procfs.KEPT_NAMES`` and nothing else.
    ``socket_path`` is the socket it was found behind, None without one.
    """

    pid: int
    argv: tuple[str, ...]
    exe: str | Unavailable
    euid: int | Unavailable
    started_at: str  # RFC 3339 UTC with milliseconds
    started_ns: int
    environment: Mapping[str, str] | Unavailable
    rootless: bool | Unavailable
    cwd: str | Unavailable
    in_service: bool  # a member of docker.service
    files_root: HostRoot | Unavailable
    sources: tuple[Source, ...]
    socket_path: str | None = None

    def absolute(self, path: str) -> str | Unavailable:
        """``path`` as the daemon resolves it from its working directory."""
        if path.startswith("/"):
            return path
        return self.cwd if isinstance(self.cwd, Unavailable) else posixpath.normpath(posixpath.join(self.cwd, path))

    def variable(self, name: str) -> str | Unavailable:
        """A variable of its environment; "" where it is not set, as Go's os.Getenv has it."""
        return self.environment if isinstance(self.environment, Unavailable) else self.environment.get(name, "")

    def home(self) -> str | Unavailable:
        """$HOME, else the account's directory in /etc/passwd (homedir.Get of moby)."""
        given = self.variable("HOME")
        if given or isinstance(given, Unavailable):
            return given
        if isinstance(self.euid, Unavailable):
            return self.euid
        if isinstance(self.files_root, Unavailable):
            return self.files_root
        accounts = self.files_root.read("/etc/passwd")
        if isinstance(accounts, Unavailable):
            return accounts
        for line in [] if isinstance(accounts, Absent) else accounts.data.decode("utf-8", "replace").splitlines():
            fields = line.split(":")
            if len(fields) == 7 and fields[2] == str(self.euid):
                return fields[5]
        return Unavailable(Reason.UNKNOWN_VALUE, f"no home directory is known for uid {self.euid}")

    def directory(self, variable: str, below_home: str) -> str | Unavailable:
        """The directory that ``variable`` names, else ``below_home`` (XDG base directories)."""
        given = self.variable(variable)
        if given or isinstance(given, Unavailable):
            return given
        home = self.home()
        return home if isinstance(home, Unavailable) else posixpath.join(home, below_home)


def find_daemon(
    root: HostRoot, socket_path: str | None, peer_pid: int | None, *, pid_file: str | None = None
) -> DaemonProcess | Unavailable:
    """The daemon behind ``socket_path``, or why it cannot be told: NO_PROCESS, DENIED, VANISHED. Never raises.

    ``peer_pid`` is what SO_PEERCRED said of the socket's peer: None where nothing was connected, 0 where the peer is not
    visible from this pid namespace. A peer that is dockerd is the daemon. Behind any other (socket activation, or a
    forwarder) it must hold the very socket that listens there: the members of docker.service, the process in the pid file
    and then every process are tried. Without a socket path (TCP, or no engine) the first two are taken at their word.
    """
    failures: list[Unavailable] = []
    activated = False
    if peer_pid is not None and peer_pid > 0:
        alive = processes.start_time(root, peer_pid)
        if isinstance(alive, Unavailable) and alive.reason is Reason.NO_PROCESS:
            return alive  # whoever holds the socket by now is not the one that was connected to
        activated = processes.command_name(root, peer_pid) in _LISTEN_FOR_OTHERS
        peer = _describe(root, peer_pid, "the socket's peer (SO_PEERCRED)", socket_path)
        if isinstance(peer, DaemonProcess) or peer.reason is not Reason.NO_PROCESS:
            return peer
        failures += [] if activated else [peer]
    for pid, how in _candidates(root, socket_path, pid_file):
        found = _confirm(root, pid, how, socket_path, activated=activated)
        if isinstance(found, DaemonProcess):
            return found
        failures.append(found)
    for pid in _everybody(root) if socket_path is not None else ():
        found = _confirm(root, pid, "the listening socket it holds", socket_path, activated=False)
        if isinstance(found, DaemonProcess):
            return found
        failures += [found] if found.reason is Reason.DENIED else []
    none = Unavailable(
        Reason.NO_PROCESS, "neither a socket's peer, nor a pid file, nor docker.service leads to a daemon"
    )
    failures.sort(key=lambda each: each.reason is not Reason.DENIED)
    best = failures[0] if failures else none
    if best.reason is Reason.NO_PROCESS and not peer_pid and not _sees_everybody(root):
        return Unavailable(Reason.INCOMPLETE, f"{best.detail}; not every process can be seen from here")
    return best


def same_host(root: HostRoot, kernel_version: FactValue, mem_total: FactValue) -> bool | Unavailable:
    """True when /info's KernelVersion, and MemTotal where it is given, are those of the host at ``root``.

    Unavailable where one of them cannot be read: then it may be the same host, and nothing may be taken for another's.
    """
    if not isinstance(kernel_version, str) or not kernel_version:
        return Unavailable(Reason.UNSUPPORTED, "GET /info does not give the KernelVersion by which its host is known")
    release = root.read("/proc/sys/kernel/osrelease")
    if isinstance(release, Unavailable | Absent):
        return _untold(release, "/proc/sys/kernel/osrelease")
    local = release.data.decode("utf-8", "replace").strip()
    if kernel_version not in (local, _as_moby_writes(local)):
        return False
    if not isinstance(mem_total, int):
        return True
    memory = root.read("/proc/meminfo")
    if isinstance(memory, Unavailable | Absent):
        return _untold(memory, "/proc/meminfo")
    fields = memory.data.split(b"\n", 1)[0].split()
    if fields[:1] != [b"MemTotal:"] or not fields[1:2] or not fields[1].isdigit():
        return Unavailable(Reason.SYNTAX, "/proc/meminfo: MemTotal")
    # compared as text: a number of any length is a number
    return mem_total % 1024 == 0 and fields[1].lstrip(b"0") == str(mem_total // 1024).encode()


def _untold(found: Unavailable | Absent, path: str) -> Unavailable:
    """Every Linux host has these files: one without them is not another host, but one that is not seen whole."""
    return found if isinstance(found, Unavailable) else Unavailable(Reason.INCOMPLETE, f"{path} is not there")


def _as_moby_writes(release: str) -> str:
    """Moby parses the release into three numbers: 6.1-custom is 6.1.0-custom there."""
    first, _, rest = release.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return release if rest[digits : digits + 1] == "." else f"{first}.{rest[:digits]}.0{rest[digits:]}"


def _candidates(root: HostRoot, socket_path: str | None, pid_file: str | None) -> list[tuple[int, str]]:
    """Process numbers with where they were read, each once."""
    files = [pid_file] if pid_file else [DEFAULT_PID_FILE]
    if not pid_file and socket_path is not None:  # rootless: both are in $XDG_RUNTIME_DIR
        files.append(posixpath.join(posixpath.dirname(socket_path), "docker.pid"))
    found: dict[int, str] = {}
    for path in (*_SERVICE_CGROUPS, *files):
        content = root.read(path, 1 << 20)
        if isinstance(content, Unavailable | Absent):
            continue
        for word in content.data.split()[:_MOST_MEMBERS]:
            if word.isdigit() and len(word) < 10 and int(word) > 1:
                found.setdefault(int(word), path)
    return list(found.items())


def _everybody(root: HostRoot) -> list[int]:
    """Every process that may be a dockerd, by its program; which one serves the socket is for the socket to say."""
    names = root.list("/proc")
    numbers = [] if isinstance(names, Unavailable | Absent) else [int(each) for each in names if each.isdecimal()]
    commands = ((pid, processes.command_name(root, pid)) for pid in numbers)
    return [pid for pid, name in commands if isinstance(name, str) and name.startswith(_PROGRAM)]


def _sees_everybody(root: HostRoot) -> bool:
    """True where a daemon that is not among the processes does not run: the host's own process table, and every process in it
    may be looked into.
    """
    return processes.pid_namespace(root, 1) == processes.FIRST_PID_NAMESPACE


def _confirm(
    root: HostRoot, pid: int, how: str, socket_path: str | None, *, activated: bool
) -> DaemonProcess | Unavailable:
    found = _describe(root, pid, how, socket_path)
    if isinstance(found, Unavailable) or socket_path is None:
        return found
    listening = procfs.read_listening_inodes(root, pid, _spellings(root, socket_path))
    held = processes.holds_any_socket(root, pid, frozenset() if isinstance(listening, Unavailable) else listening)
    if isinstance(held, Unavailable):
        # systemd listens itself and hands the socket to its service: membership is what is left to go by
        return found if activated and how in _SERVICE_CGROUPS else held
    if isinstance(listening, Unavailable):
        return listening
    if held:
        return found
    return Unavailable(Reason.NO_PROCESS, f"process {pid} of {how} does not hold the socket {printable(socket_path)}")


def _spellings(root: HostRoot, path: str) -> frozenset[str]:
    """The names under which a socket can have been bound: /var/run/docker.sock is /run/docker.sock."""
    names = {path, path.replace("/var/run/", "/run/", 1), path.replace("/run/", "/var/run/", 1)}
    real = root.resolve(path)
    return frozenset(names | {real}) if isinstance(real, str) else frozenset(names)


def _describe(root: HostRoot, pid: int, how: str, socket_path: str | None) -> DaemonProcess | Unavailable:
    ticks, started = processes.start_ticks(root, pid), processes.start_time(root, pid)
    argv = _arguments(root, pid)
    if isinstance(started, Unavailable):
        return started
    if isinstance(argv, Unavailable):
        return argv
    exe = processes.executable(root, pid)
    stranger = _stranger(root, pid, argv, exe)
    if stranger:
        return Unavailable(Reason.NO_PROCESS, f"{how} is process {pid}, {stranger}: no dockerd, a forwarder perhaps")
    environment = procfs.read_environment(root, pid)
    cgroups = procfs.read_cgroups(root, pid)
    found = DaemonProcess(
        pid=pid,
        argv=argv,
        exe=exe,
        euid=processes.effective_uid(root, pid),
        started_at=_instant(started),
        started_ns=started,
        environment=environment,
        rootless=environment
        if isinstance(environment, Unavailable)
        else bool(environment.get("ROOTLESSKIT_STATE_DIR")),
        cwd=procfs.read_link(root, pid, "cwd"),
        in_service=not isinstance(cgroups, Unavailable) and any(_SERVICE in each.split("/") for each in cgroups),
        files_root=_files_root(root, pid),
        sources=(Source(f"proc:/proc/{pid}/stat", utc_now(), says=f"process {pid}, found by {how}"),),
        socket_path=socket_path,
    )
    if processes.start_ticks(root, pid) != ticks:
        return Unavailable(Reason.VANISHED, f"process {pid} ended while it was looked at")
    return found


def _instant(nanoseconds: int) -> str:
    instant = datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC).replace(
        microsecond=nanoseconds // 1000 % 1_000_000
    )
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _arguments(root: HostRoot, pid: int) -> tuple[str, ...] | Unavailable:
    argv = processes.command_line(root, pid)
    if isinstance(argv, Unavailable):
        return argv
    try:
        "".join(argv).encode()
    except UnicodeEncodeError:
        return Unavailable(Reason.NOT_UTF8, f"/proc/{pid}/cmdline")
    return argv


def _stranger(root: HostRoot, pid: int, argv: tuple[str, ...], exe: str | Unavailable) -> str:
    """The name of a process that is no dockerd; "" for one that is.

    Any program may serve or forward a socket, and one without arguments would pass for a dockerd without options. So it
    must be called dockerd, or have written its number into the pid file as only dockerd does.
    """
    names = [each for each in (exe, argv[0]) if isinstance(each, str)]
    if any(posixpath.basename(each).startswith(_PROGRAM) for each in names):
        return ""
    line = parse_command_line(argv)
    if not isinstance(line, Unavailable):
        given = line.values.get("pidfile")
        content = root.read(given if isinstance(given, str) else DEFAULT_PID_FILE, 64)
        if not isinstance(content, Unavailable | Absent) and content.data.strip() == str(pid).encode():
            return ""
    return printable(names[0])


def _files_root(root: HostRoot, pid: int) -> HostRoot | Unavailable:
    """The daemon's file system: ``root`` only where mount namespace and root directory are proven to be the same."""
    host = "self" if root.is_own else 1  # not our number, which is another one in the /proc of another pid namespace
    ours, theirs = processes.mount_namespace(root, host), processes.mount_namespace(root, pid)
    directory = procfs.read_link(root, pid, "root")
    for each in (ours, theirs, directory):
        if isinstance(each, Unavailable):
            if root.is_own and processes.shares_mounts(root, host, pid):
                return root
            return Unavailable(each.reason, f"{each.detail}: cannot tell whether the daemon sees the same files")
    if ours == theirs and directory == "/":
        return root
    return HostRoot(f"{root.root.rstrip('/')}/proc/{pid}/root")
