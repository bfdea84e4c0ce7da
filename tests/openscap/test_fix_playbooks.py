"""The playbooks of fixes: Ansible itself runs them on a bad host, and leaves the same behind as the shell does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.openscap.mended_host import Stage, fix_script, staged
from tests.openscap.test_fixes import CATALOG, FIXABLE, bad_host
from tests.torture.size import is_big

pytest.importorskip("ansible", reason="ansible-core is not installed")
pytestmark = [
    pytest.mark.openscap,
    pytest.mark.skipif(os.geteuid() != 0, reason="changes owners and the root directory, which needs root"),
]

BOUND: Final = tuple(sorted({"/usr", "/proc", "/dev", "/etc/alternatives", sys.prefix, sys.base_prefix}))
PLAYBOOK: Final = Path(sys.prefix) / "bin/ansible-playbook"
# Every kind of fix, and a place of each sort; Ansible takes a third of a second for every task.
CHOSEN: Final = (
    "api_socket_owner",
    "configuration_directory_mode",
    "daemon_config_audited",
    "daemon_log_level_info",
    "daemon_seccomp_profile_in_force",
    "docker_group_members_approved",
)


def test_ansible_mends_what_the_shell_mends() -> None:
    """On the same host, with the machine's programs and python3; a second run changes nothing."""
    chosen = FIXABLE if is_big() else set(CHOSEN)
    with prepared() as one, prepared() as other:
        audited = other.audit()
        first = play(other, chosen)
        assert changes(first) > 0, first
        assert 'not mended"' not in first, first
        mended = other.state()
        again = play(other, chosen)
        assert changes(again) == 0, again
        assert other.state() == mended
        other.restart()
        after = other.audit().results
        failed = {name for name in chosen if audited.results[name] == "fail" and not is_hidden(name)}
        assert {name: after[name] for name in failed} == dict.fromkeys(failed, "pass")
        assert failed >= set(CHOSEN)
        if is_big():
            inside(one, ["/bin/bash", "-eu", "/fix.sh"])
            assert told(one) == told(other)


def test_check_mode_changes_nothing() -> None:
    with prepared() as stage:
        before = stage.state()
        said = play(stage, set(CHOSEN[:2]), "--check")
        assert changes(said) > 0, said
        assert stage.state() == before


def test_a_failure_is_told_and_the_rest_goes_on() -> None:
    with prepared() as stage:
        (stage.top / "etc/docker/daemon.json").write_text("{")
        said = play(stage, {"daemon_log_level_info", "configuration_directory_mode"})
        assert "dockmark: daemon_log_level_info: not mended" in said
        assert (stage.top / "etc/docker").stat().st_mode & 0o777 == 0o755
        assert (stage.top / "etc/docker/daemon.json").read_text() == "{"


def is_hidden(control: str) -> bool:
    """It is about files below /usr, where the machine's own are bound while Ansible runs."""
    collection = CATALOG.controls[control].for_each
    return collection.endswith("_binaries") or collection == "docker_service_units"


@contextmanager
def prepared() -> Iterator[Stage]:
    """The bad host, its daemon started with what the file says alone: Ansible runs where /proc shows no daemon. The
    playbook of its failures lies in it, and directories to which this machine's programs are bound.
    """
    host = bad_host()
    host.flags = []
    assert host.config is not None
    host.config["hosts"] = ["unix:///run/docker.sock"]
    with staged(host) as stage:
        audited = stage.audit().path
        (stage.top / "fix.yml").write_text(fix_script(audited, "ansible"))
        (stage.top / "fix.sh").write_text(fix_script(audited))
        tools = stage.top / ".fake"
        tools.mkdir()
        for name in ("auditctl", "gpasswd"):
            shutil.copy(stage.top / ".tools" / name, tools / name)
        (stage.top / "run/docker.pid").unlink()
        for each in BOUND:
            (stage.top / each.lstrip("/")).mkdir(parents=True, exist_ok=True)
        for each in ("bin", "sbin", "lib", "lib64"):
            (stage.top / each).symlink_to(f"usr/{each}")
        yield stage


def play(stage: Stage, controls: set[str], *words: str) -> str:
    """What ansible-playbook prints for the fixes of ``controls``."""
    command = [str(PLAYBOOK), "-i", "localhost,", "-c", "local", "-e", f"ansible_python_interpreter={sys.executable}"]
    return inside(
        stage, [*command, "-e", "ansible_become=false", "--tags", ",".join(sorted(controls)), *words, "/fix.yml"]
    )


def inside(stage: Stage, words: list[str]) -> str:
    """What a program prints below the host's root, with this machine's /usr, /proc, /dev and Python there."""
    mounts = "".join(f"mount --rbind {each} {stage.top}{each} && " for each in BOUND)
    entered = f'{mounts} exec chroot {stage.top} "$@"'
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", entered, "sh", *words],
        env={
            "PATH": "/.fake:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/tmp",
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_GATHERING": "explicit",
            "ANSIBLE_LOCALHOST_WARNING": "false",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def changes(said: str) -> int:
    """The number of changed tasks in the closing line."""
    return int(said.rpartition("changed=")[2].split()[0])


def told(stage: Stage) -> dict[str, object]:
    """The host's state, apart from how JSON is laid out and in which order rules were written."""
    found: dict[str, object] = {}
    for path, (mode, uid, gid, content) in stage.state().items():
        if path.endswith("daemon.json"):
            found[path[len(str(stage.top)) :]] = (mode, uid, gid, json.loads(content))
        else:
            found[path[len(str(stage.top)) :]] = (mode, uid, gid, sorted(content.splitlines()))
    return found
