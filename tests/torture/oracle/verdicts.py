"""The oracle's verdicts on a host: every recommendation of CIS Docker 1.6.0 to 1.8.0, by the name of what it demands."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Final

from tests.torture.oracle import (
    judge_containers,
    judge_daemon,
    judge_files,
    judge_host,
    judge_images,
    judge_swarm,
)
from tests.torture.oracle.host import Host
from tests.torture.oracle.in_force import CannotTell

_WORST_FIRST: Final = ("fail", "error", "notchecked", "pass", "notapplicable")
_MODULES: Final = (judge_host, judge_daemon, judge_files, judge_images, judge_containers, judge_swarm)
_BY_VERSION: Final = "container_no_sensitive_host_mounts"
_ONLY_NEWEST: Final = "storage_driver_not_devicemapper"


def judge(host: Host, name: str, version: str) -> dict[str, str]:
    """The verdict on each subject; {"": "error"} where nobody can know."""
    try:
        if name == _BY_VERSION:
            return judge_containers.container_no_sensitive_host_mounts(host, version)
        return JUDGES[name](host)
    except CannotTell:
        return {"(all)": "error"}


def overall(verdicts: dict[str, str]) -> str:
    """One proven failure decides; then what could not be seen; then what a person must say. Of nothing: not applicable."""
    return min(verdicts.values(), key=_WORST_FIRST.index, default="notapplicable")


def covered(version: str) -> set[str]:
    """The names of what is judged under ``version``."""
    return {*JUDGES, _BY_VERSION} - (set() if version == "1.8.0" else {_ONLY_NEWEST})


def _judges(module: ModuleType) -> dict[str, Callable[[Host], dict[str, str]]]:
    """Recommendations are the public functions whose names say what must hold: an adjective or a participle after a thing."""
    helpers = {"is_root", "is_watched", "host_paths", "shares", _BY_VERSION}
    names = [each for each in vars(module) if not each.startswith("_") and each not in helpers]
    return {name: vars(module)[name] for name in names if _is_own(vars(module)[name], module)}


def _is_own(value: object, module: ModuleType) -> bool:
    return callable(value) and getattr(value, "__module__", "") == module.__name__ and hasattr(value, "__code__")


JUDGES: Final = {name: function for module in _MODULES for name, function in _judges(module).items()}
