"""A test that pytest does not collect is no test: a class is collected only where its name begins as pyproject.toml says."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_every_class_with_tests_is_collected() -> None:
    passed_over = []
    looked_at = 0
    for path in TESTS.rglob("test_*.py"):
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(each, ast.ClassDef) and any(
                isinstance(member, ast.FunctionDef) and member.name.startswith("test_") for member in each.body
            ):
                looked_at += 1
                passed_over += [] if each.name.startswith("Suite") else [f"{path.name}: {each.name}"]
    assert passed_over == []
    assert looked_at
