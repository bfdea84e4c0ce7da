"""Which functions of the product are parsers, and which of them no target of the fuzzer calls."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable
from types import CodeType, FrameType
from typing import Any, Final

import benchmark
from tests.torture.fuzz_run import Target

_ROOMS: Final = (
    "catalog",
    "collect",
    "evaluate",
    "export",
    "history",
    "evidence",
    "model",
    "oscal",
    "scap",
    "schedule",
)
_VERBS: Final = re.compile(r"(?:parse|read|decode|split|load|unescape|expand)_")
_TEXTS: Final = frozenset({"str", "Sequence[str]", "tuple[str, ...]", "Iterable[str]"})
_NAMES: Final = frozenset(
    {
        "text",
        "line",
        "lines",
        "word",
        "words",
        "argv",
        "option",
        "url",
        "rest",
        "value",
        "entries",
        "raw",
        "data",
        "user",
    }
)


def find_parsers(package: Any = benchmark) -> dict[CodeType, str]:
    """Every public function that takes bytes, the file system of a host or a text by such a name, or is named a reader."""
    found: dict[CodeType, str] = {}
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.name.split(".")[1] in _ROOMS:
            loaded = importlib.import_module(module.name)
            for name, function in vars(loaded).items():
                if inspect.isfunction(function) and function.__module__ == module.name and is_parser(name, function):
                    found[function.__code__] = f"{module.name.removeprefix('benchmark.')}.{name}"
    return found


def is_parser(name: str, function: Callable[..., Any]) -> bool:
    """By its name and the annotations of what it takes."""
    takes = {key: str(said) for key, said in function.__annotations__.items() if key != "return"}
    return not name.startswith("_") and (
        _VERBS.match(name) is not None
        or any("bytes" in said.split("[")[0] or "HostRoot" in said for said in takes.values())
        or any(key in _NAMES and said in _TEXTS for key, said in takes.items())
    )


def functions_called(targets: Iterable[Target]) -> set[CodeType]:
    """What the targets call when they read the good files of their corpus."""
    called: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            called.add(frame.f_code)

    before = sys.getprofile()
    for target in targets:
        for data in target.seeds:
            sys.setprofile(note)
            try:
                target.parse(data)
            except target.refuses:
                continue
            finally:
                sys.setprofile(before)
    return called
