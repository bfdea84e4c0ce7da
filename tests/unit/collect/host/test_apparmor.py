"""AppArmor as procfs and securityfs show it, on file trees that hold what the kernel writes there."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.collect.host.apparmor import loaded_profiles, mode_of_process, mode_when_started
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, Reason, Unavailable


def with_process(root: Path, text: str, place: str = "attr/apparmor/current") -> HostRoot:
    path = root / "proc/7" / place
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return HostRoot(str(root))


def with_list(root: Path, text: str) -> HostRoot:
    path = root / "sys/kernel/security/apparmor/profiles"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return HostRoot(str(root))


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("docker-default (enforce)\n", "enforce"),
        ("docker-default (complain)\n", "complain"),
        ("unconfined\n", "unconfined"),
        ("my profile (kill)", "kill"),
        ("trick (complain) (enforce)\n", "enforce"),
        (":lxd:docker-default//&a (mixed)\n", "mixed"),
        ("/usr/bin/x (unconfined)\n", "unconfined"),
    ],
)
def test_the_kernels_word_for_a_process(tmp_path: Path, text: str, mode: str) -> None:
    assert mode_of_process(with_process(tmp_path, text), 7) == mode


def test_the_older_place(tmp_path: Path) -> None:
    assert mode_of_process(with_process(tmp_path, "docker-default (enforce)\n", "attr/current"), 7) == "enforce"


@pytest.mark.parametrize("text", ["", "system_u:system_r:container_t:s0:c1,c2", "docker-default", "x (sleepy)"])
def test_what_is_no_mode(tmp_path: Path, text: str) -> None:
    found = mode_of_process(with_process(tmp_path, text), 7)
    assert isinstance(found, Unavailable)
    assert found.reason is Reason.UNKNOWN_VALUE


def test_no_process_and_no_apparmor_are_two_things(tmp_path: Path) -> None:
    (tmp_path / "proc/7/attr").mkdir(parents=True)
    root = HostRoot(str(tmp_path))
    assert mode_of_process(root, 7) is ABSENT
    gone = mode_of_process(root, 8)
    assert isinstance(gone, Unavailable)
    assert gone.reason is Reason.NO_PROCESS


def test_loaded_profiles(tmp_path: Path) -> None:
    root = with_list(tmp_path, "docker-default (enforce)\nmy profile (complain)\n/usr/bin/man (unconfined)\n")
    found = loaded_profiles(root)
    assert found == {"docker-default": "enforce", "my profile": "complain", "/usr/bin/man": "unconfined"}
    assert isinstance(found, dict)
    assert mode_when_started("my profile", found) == "complain"
    assert mode_when_started("other", found) == "not loaded"
    assert mode_when_started("docker-default", {"docker-default": "complain"}) == "complain"
    assert mode_when_started("docker-default", {}) == "enforce"


def test_a_list_that_is_not_there_or_not_one(tmp_path: Path) -> None:
    assert loaded_profiles(HostRoot(str(tmp_path))) is ABSENT
    found = loaded_profiles(with_list(tmp_path, "docker-default (enforce)\nnonsense\n"))
    assert isinstance(found, Unavailable)
    assert found.reason is Reason.SYNTAX


def test_the_machine_that_the_tests_run_on() -> None:
    found = mode_of_process(HostRoot(), 1)
    assert found is ABSENT or found in {"enforce", "complain", "unconfined", "mixed"} or isinstance(found, Unavailable)
