"""Exported content before oscap, beside dockmark's own verdicts about the same host."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from benchmark.catalog.load import load_catalog
from benchmark.cli.checklist import checklist_of
from benchmark.collect import CollectRequest, collect_snapshot
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.export.documents import Content, make_content, xccdf_files
from benchmark.model.content import Catalog
from benchmark.model.snapshot import Snapshot
from benchmark.scap.checklist import Checklist
from tests.faulty_daemon import FaultyDaemon
from tests.torture.oracle.files_of import config_directory
from tests.torture.oracle.host import Container, Flag, Host
from tests.torture.oracle.in_force import CannotTell, default_config_file, listeners, running
from tests.torture.oracle.stage_api import make_api
from tests.torture.oracle.stage_proc import write_proc
from tests.torture.oracle.stage_tree import daemon_data_root, write_tree

NS = {"x": "http://checklists.nist.gov/xccdf/1.2"}
TIME = "2026-11-27T12:00:00Z"
VERSION = "1.8.0"
_NOBODY = 4999999
_TAILORING = """<?xml version="1.0" encoding="UTF-8"?>
<Tailoring xmlns="http://checklists.nist.gov/xccdf/1.2" id="xccdf_dockmark_tailoring_places">
<version time="2026-11-27T12:00:00Z">1</version>
<Profile id="xccdf_dockmark_profile_everything">
<title>everything</title>
{lines}
</Profile>
</Tailoring>
"""


@dataclass(frozen=True)
class Exported:
    """Content on disk, and what it was made of."""

    directory: Path
    content: Content

    @property
    def document(self) -> Path:
        return self.directory / f"cis-docker-{self.content.checklist.version}-xccdf.xml"


def write_content(directory: Path, content: Content) -> Exported:
    """The files of ``dockmark export xccdf`` below ``directory``."""
    directory.mkdir(parents=True, exist_ok=True)
    for each in xccdf_files(content, TIME):
        path = directory / each.name
        path.write_text(each.text)
        path.chmod(0o700 if each.runs else 0o600)
    return Exported(directory, content)


def export(directory: Path, catalog: Catalog | None = None, version: str = VERSION) -> Exported:
    """The content of ``catalog``, the shipped one by default."""
    return write_content(directory, make_content(checklist_of(catalog or load_catalog(), "cis_docker", version)))


def judged_by_oscap(exported: Exported, values: Mapping[str, str], root: Path | None = None) -> dict[str, str]:
    """Result by control: every rule selected, with ``values`` (the ends of Values' ids) set; below ``root`` if given."""
    checklist = exported.content.checklist
    lines = [f'<select idref="{each.id}" selected="true"/>' for each in checklist.rules()]
    lines += [
        f'<set-value idref="xccdf_dockmark_value_{name}">{escape(text)}</set-value>' for name, text in values.items()
    ]
    tailoring = exported.directory / "tailoring.xml"
    tailoring.write_text(_TAILORING.format(lines="\n".join(lines)))
    results = exported.directory / "results.xml"
    results.unlink(missing_ok=True)
    done = subprocess.run(
        [
            *("oscap", "xccdf", "eval", "--tailoring-file", str(tailoring)),
            *("--profile", "xccdf_dockmark_profile_everything", "--results", str(results), str(exported.document)),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env={**os.environ, **({} if root is None else {"OSCAP_PROBE_ROOT": str(root)})},
    )
    assert done.returncode in (0, 2), done.stdout + done.stderr
    controls = {each.id: each.control.id for each in checklist.rules()}
    found = etree.parse(results).xpath("//x:rule-result", namespaces=NS)
    told = {controls[str(each.get("idref"))]: str(each.findtext("x:result", namespaces=NS)) for each in found}
    assert told.keys() == set(controls.values())
    return told


def judged_by_dockmark(snapshot: Snapshot, checklist: Checklist, catalog: Catalog | None = None) -> dict[str, str]:
    """Result by control."""
    request = EvaluationRequest(now=snapshot.finished_at, version=checklist.version, beyond=True)
    done = evaluate_snapshot(catalog or load_catalog(), snapshot, request)
    return {each.control.id: each.result.value for each in done.results}


@contextmanager
def staged(host: Host, directory: Path) -> Iterator[tuple[Snapshot, Path, dict[str, str]]]:
    """The product's snapshot of ``host``, the root that it was taken below, and the places that are not the usual ones."""
    top = directory / "root"
    top.mkdir(parents=True)
    if "selinux" in host.kernel:  # an engine uses it only when told to
        host.flags.append(Flag("selinux-enabled", None))
    write_tree(host, top)
    api = make_api(host)
    _write_containers(host, api, top)
    _keep_links_inside(top)
    write_proc(host, top, os.getpid())
    with FaultyDaemon(api) as daemon:
        snapshot = collect_snapshot(CollectRequest(host=daemon.url, host_root=str(top)))
    if not host.hidden:  # a number that no process of this machine has: those below the root are meant
        (top / f"proc/{os.getpid()}").rename(top / f"proc/{_NOBODY}")
        pid_file = top / "run/docker.pid"
        pid_file.write_text(f"{_NOBODY}\n")
        if host.later_config is not None:
            earlier = pid_file.stat().st_mtime - 3600
            os.utime(pid_file, (earlier, earlier))
    yield snapshot, top, places(host)


def places(host: Host) -> dict[str, str]:
    """What a person who knows the host would set."""
    told = {
        "place.data_root": daemon_data_root(host),
        "place.config_file": host.config_file or default_config_file(host),
        "place.config_directory": next(iter(config_directory(host)), "/etc/docker"),
    }
    with suppress(CannotTell):
        told["place.api_sockets"] = ",".join(
            each.replace("/var/run/", "/run/") for each in listeners(host) if each.startswith("/")
        )
    told["place.pid_file"] = "/run/docker.pid"
    told["place.exec_root"] = str(running(host, "exec-root"))
    return told


def _write_containers(host: Host, api: dict[str, Any], top: Path) -> None:
    """The files that an engine keeps of its containers."""
    if "selinux" in host.kernel:
        (top / "sys/fs/selinux").mkdir(parents=True)
        (top / "sys/fs/selinux/enforce").write_text("1")
    if "seccomp" in host.kernel:
        (top / "proc/sys/kernel/seccomp").mkdir(parents=True)
        (top / "proc/sys/kernel/seccomp/actions_avail").write_text("kill_process allow\n")
    if "apparmor" in host.kernel:
        (top / "sys/module/apparmor/parameters").mkdir(parents=True)
        (top / "sys/module/apparmor/parameters/enabled").write_text("Y\n")
    root = top / daemon_data_root(host).lstrip("/")
    (root / "image" / str(running(host, "storage-driver"))).mkdir(parents=True, exist_ok=True)
    if host.swarm.state not in ("inactive", "active"):
        (root / "swarm").mkdir(exist_ok=True)
        (root / "swarm/docker-state.json").write_text("{}")
    directory = root / "containers"
    directory.mkdir(parents=True, exist_ok=True)
    for each in host.containers:
        inspected = api[f"/containers/{each.id}/json"]
        here = directory / each.id
        here.mkdir()
        (here / "hostconfig.json").write_text(json.dumps(inspected["HostConfig"], separators=(",", ":")) + "\n")
        kept = {key: value for key, value in inspected.items() if key not in ("Id", "HostConfig", "Mounts", "ExecIDs")}
        kept |= {"ID": each.id, "MountPoints": {mount["Destination"]: mount for mount in inspected["Mounts"]}}
        kept["NoNewPrivileges"] = _no_new_privileges(host, each)
        (here / "config.v2.json").write_text(json.dumps(kept, separators=(",", ":")))


def _no_new_privileges(host: Host, container: Container) -> bool:
    """What the engine noted at creation: the option, the last of several counting, else its setting of that time, of which a
    process tells.
    """
    said = [each for each in container.security_opt or () if each.startswith("no-new-privileges")]
    if not said:
        return container.kernel_no_new_privs if container.pid else bool(running(host, "no-new-privileges"))
    return not said[-1].endswith(("false", "0", "f", "F", "FALSE", "False"))


def _keep_links_inside(top: Path) -> None:
    """Absolute links become relative: oscap follows them out of the root that it is told to look below."""
    for directory, folders, files in os.walk(top):
        for name in (*folders, *files):
            path = Path(directory) / name
            if path.is_symlink() and (target := str(path.readlink())).startswith("/"):
                path.unlink()
                path.symlink_to(os.path.relpath(top / target.lstrip("/"), path.parent))
