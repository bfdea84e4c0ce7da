"""Hosts that are mended: the oracle's random hosts as files, /proc and API, in which the fixes run below a changed root.

A fix sees the host and nothing else: busybox and jq are its tools, what it writes stays below the directory, and auditctl is a
stand-in that keeps rules in a file, since the kernel's are the machine's.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lxml import etree

from tests.command import dockmark
from tests.faulty_daemon import FaultyDaemon
from tests.torture.oracle.host import Host
from tests.torture.oracle.stage_api import make_api
from tests.torture.oracle.stage_proc import write_proc
from tests.torture.oracle.stage_tree import _config_path, write_tree

NS: Final = {"x": "http://checklists.nist.gov/xccdf/1.2"}
TOOLS: Final = "/.tools"
_GETENT: Final = """\
#!/.tools/sh
file=/etc/$1
[ "$#" -gt 1 ] || exec cat "$file"
grep "^$2:" "$file" || exit 2
"""
_AUDITCTL: Final = """\
#!/.tools/sh
case $1 in
-s) echo "enabled 1" ;;
-l) cat /.tools/rules 2>/dev/null || echo "No rules" ;;
-w) echo "$*" >>/.tools/rules ;;
*) exit 1 ;;
esac
"""
_GPASSWD: Final = """\
#!/.tools/sh
sed -i "/^$3:/{s/\\([:,]\\)$2,/\\1/;s/\\([:,]\\)$2\\$/\\1/;s/,\\$//}" /etc/group
"""


@dataclass
class Audited:
    """``results`` by control, and the XCCDF document that says so."""

    path: Path
    results: dict[str, str] = field(default_factory=dict)


@dataclass
class Stage:
    """A host below ``top``; ``work`` is for documents."""

    host: Host
    top: Path
    work: Path
    words: tuple[str, ...] = ()

    def audit(self) -> Audited:
        """What dockmark says now, over the public command line."""
        shutil.rmtree(self.top / "proc", ignore_errors=True)
        write_proc(self.host, self.top, os.getpid())
        path = self.work / "results.xml"
        with FaultyDaemon(make_api(self.host)) as daemon:
            words = ["--host", daemon.url, "--host-root", str(self.top), *self.words]
            approved = ",".join(self.host.policy.accounts)
            words += ["--set", f"docker_group_members_approved.approved_accounts={approved}"] if approved else []
            done = dockmark("audit", *words, "-o", f"xccdf={path}", "--fail-on", "never")
        assert done.returncode == 0, done.stderr.decode()
        return Audited(path, results_of(path))

    def run(self, script: str, *, shell: str = f"{TOOLS}/sh", path: str = TOOLS) -> str:
        """What the script says on stderr, run as root of this host by ``bash -eu``, its own steps by ``shell``."""
        place = self.top / "fix"
        place.write_text(script.replace("/bin/sh <<", f"{shell} <<"))
        done = subprocess.run(
            ["/usr/sbin/chroot", str(self.top), f"{TOOLS}/sh", "-eu", "/fix"],
            env={"PATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    def state(self) -> dict[str, tuple[int, int, int, bytes]]:
        """Mode, owner, group and content of every file of the host that a fix may be about."""
        found = {}
        for folder in ("etc", "run", "usr/lib", "srv", "root"):
            for path in sorted((self.top / folder).rglob("*")):
                status = path.lstat()
                content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
                found[str(path)] = (status.st_mode, status.st_uid, status.st_gid, content)
        return found

    def restart(self) -> None:
        """The daemon has read its file again."""
        file = self.top / _config_path(self.host).lstrip("/")
        self.host.config = json.loads(file.read_text()) if file.exists() else None
        self.host.later_config = None


@contextmanager
def staged(host: Host) -> Iterator[Stage]:
    """The host on disk, its tools beside it."""
    directory = Path(tempfile.mkdtemp(prefix="mended"))
    try:
        top = directory / "root"
        top.mkdir()
        write_tree(host, top)
        (top / "run/docker.pid").write_text(f"{os.getpid()}")
        _install_tools(top)
        yield Stage(host, top, directory)
    finally:
        shutil.rmtree(directory)


def fix_script(audited: Path, kind: str = "bash") -> str:
    """What ``oscap xccdf generate fix`` makes of the failures in that document."""
    (identifier,) = etree.parse(audited).xpath("//x:TestResult/@id", namespaces=NS)
    words = ["oscap", "xccdf", "generate", "fix", "--fix-type", kind, "--result-id", str(identifier), str(audited)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def results_of(path: Path) -> dict[str, str]:
    """Result by control, as the document says."""
    found = etree.parse(path).xpath("//x:rule-result", namespaces=NS)
    named = {
        str(each.xpath("x:ident[@system='urn:dockmark:control']/text()", namespaces=NS)[0]): each for each in found
    }
    return {control: str(each.findtext("x:result", namespaces=NS)) for control, each in named.items()}


def _install_tools(top: Path) -> None:
    tools = top / TOOLS.lstrip("/")
    tools.mkdir()
    busybox = shutil.which("busybox")
    jq = shutil.which("jq")
    assert busybox is not None
    assert jq is not None
    shutil.copy(busybox, tools / "busybox")
    for name in subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split():
        if name != "busybox":
            (tools / name).symlink_to("busybox")
    (tools / "lib").mkdir()
    for line in subprocess.run(["ldd", jq], capture_output=True, text=True, check=True).stdout.splitlines():
        words = [each for each in line.split() if each.startswith("/")]
        if words:
            shutil.copy(words[0], tools / "lib" / Path(words[0]).name)
    (loader,) = (tools / "lib").glob("ld-*")
    shutil.copy(jq, tools / "jq.real")
    _tool(
        tools, "jq", f'#!/.tools/sh\nexec /.tools/lib/{loader.name} --library-path /.tools/lib /.tools/jq.real "$@"\n'
    )
    for name, text in (("getent", _GETENT), ("auditctl", _AUDITCTL), ("gpasswd", _GPASSWD)):
        _tool(tools, name, text)
    (top / "dev").mkdir(exist_ok=True)
    os.mknod(top / "dev/null", 0o020666, os.makedev(1, 3))
    (top / "dev/null").chmod(0o666)
    (top / "tmp").mkdir(exist_ok=True)


def _tool(tools: Path, name: str, text: str) -> None:
    (tools / name).unlink(missing_ok=True)
    (tools / name).write_text(text)
    (tools / name).chmod(0o755)
