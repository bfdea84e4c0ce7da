"""dockmark inside a container: the files around it are not the host's, and nothing passes because of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine import IMAGE, Engine
from tests.integration.command import Done, audit

REPOSITORY = Path(__file__).parents[2]
SYSTEM = ("/usr", "/lib", "/lib64", "/bin")

pytestmark = pytest.mark.engine


@pytest.fixture(autouse=True)
def bystander(shared_engine: Engine) -> Iterator[None]:
    """A container to judge, so that the one we run in is not the only one."""
    shared_engine.run("bystander")
    yield
    shared_engine.remove_containers()


def audit_inside(engine: Engine, *options: str, words: tuple[str, ...] = ()) -> Done:
    """An audit of ``engine`` by a container of its own, which borrows this interpreter and holds the API socket."""
    places = {*SYSTEM, sys.base_prefix, sys.prefix, str(REPOSITORY)}
    mounts = [word for place in sorted(places) if Path(place).exists() for word in ("-v", f"{place}:{place}:ro")]
    socket = f"{engine.socket}:{engine.socket}"
    start = [
        *("docker", "-H", engine.unix_host, "run", "--rm", "--network", "none", "-v", socket, *mounts, *options),
        *("-w", str(REPOSITORY), IMAGE, sys.executable),
    ]
    return audit(engine.unix_host, *words, start=start)


def passes(done: Done) -> set[str]:
    return {control for control, result in done.results().items() if result == "pass"}


def test_files_of_the_container_are_not_taken_for_the_hosts(shared_engine: Engine) -> None:
    outside, inside = audit(shared_engine.unix_host), audit_inside(shared_engine)
    files = [row for row in inside.report["results"] if row["section"] == "3"]
    assert {row["result"] for row in files} == {"error"}
    assert {row["reason"] for row in files} == {"remote"}
    assert passes(inside) <= passes(outside)
    assert passes(inside), "what the engine itself reports is judged all the same"


def test_sharing_the_process_table_makes_no_difference_to_the_files(shared_engine: Engine) -> None:
    inside = audit_inside(shared_engine, "--pid", "host")
    assert passes(inside) <= passes(audit(shared_engine.unix_host))
    assert not [row for row in inside.report["results"] if row["section"] == "3" and row["result"] == "pass"]


def test_with_the_host_mounted_its_files_are_judged(shared_engine: Engine) -> None:
    outside = audit(shared_engine.unix_host)
    inside = audit_inside(shared_engine, "-v", "/:/host:ro", words=("--host-root", "/host"))
    assert passes(inside) <= passes(outside)
    assert {"docker_service_unit_owner", "docker_service_unit_mode"} & passes(outside) <= passes(inside)


def test_the_documented_container_judges_the_host_and_leaves_its_run_behind(
    shared_engine: Engine, tmp_path: Path
) -> None:
    """The ``docker run`` of docs/scheduling.md, word for word, but for the places of this engine and the image."""
    page = (REPOSITORY / "docs" / "scheduling.md").read_text()
    documented = page[page.index("docker run --rm") :].split("```")[0].replace("\\\n", " ").split()
    words = documented[documented.index("--rm") : documented.index("IMAGE")]
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    options = [
        each.replace("/var/lib/dockmark:", f"{state}:").replace("/run/docker.sock:/", f"{shared_engine.socket}:/")
        for each in words
        if each not in ("--rm", "--network", "none")
    ]
    recorded = ("-e", "DOCKMARK_NO_RECORD=0", "-e", f"PYTHONPATH={REPOSITORY}")
    inside = audit_inside(shared_engine, *options, *recorded, words=("--host-root", "/host"))
    outside = audit(shared_engine.unix_host)
    assert passes(inside) <= passes(outside)
    lost = passes(outside) - passes(inside)
    # the container that looks is itself one that sees the host's processes, files and socket
    by_itself = {"container_no_host_pid", "container_no_sensitive_host_mounts", "container_no_api_socket"}
    if os.access("/proc/1/ns/mnt", os.F_OK):
        assert lost <= by_itself
    else:  # a machine whose first process nobody may look at: then it cannot be told whose files these are, and that is said
        rows = [row for row in inside.report["results"] if row["control"] in lost - by_itself]
        assert all("/proc/1/ns/mnt" in str(row) for row in rows), rows
    assert (state / "history.db").stat().st_size
