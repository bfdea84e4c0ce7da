"""Frameworks as a user names them: ``iso_27001``, or ``iso_27001:2013`` for a version that is not the newest."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from benchmark.cli.exit_code import Refusal
from benchmark.model.content import Catalog
from benchmark.model.framework import Framework
from benchmark.model.result import Assessment


@dataclass(frozen=True, slots=True)
class NamedFramework:
    """A framework and the version that was asked for; None where none was."""

    framework: Framework
    version: str | None

    @property
    def chosen(self) -> str:
        """The version that was asked for, or the newest."""
        return self.version or self.framework.newest

    def version_for(self, assessment: Assessment) -> str:
        """The version to look at ``assessment`` from: of the benchmark itself, the one it was judged by.

        Raises Refusal when another version of the benchmark was asked for.
        """
        if self.framework.id != assessment.framework:
            return self.chosen
        self.require_version(assessment.benchmark_version)
        return assessment.benchmark_version

    def require_version(self, judged: str) -> None:
        """Raises Refusal when a version was asked for that is not ``judged``."""
        if self.version not in (None, judged):
            raise Refusal(
                f"results of {self.framework.id} {judged} cannot be seen from {self.version}: choose it with --benchmark"
            )


def find_framework(catalog: Catalog, name: str) -> NamedFramework:
    """The framework that ``name`` stands for. Raises Refusal that says what there is."""
    identifier, colon, version = name.partition(":")
    framework = catalog.frameworks.get(identifier)
    if framework is None:
        close = difflib.get_close_matches(identifier, catalog.frameworks, n=1, cutoff=0.5)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise Refusal(f"there is no framework {identifier!r}; there are {', '.join(catalog.frameworks)}{hint}")
    if colon and version not in framework.versions:
        raise Refusal(f"no version {version!r} of {framework.id}; there are {', '.join(framework.versions)}")
    return NamedFramework(framework, version or None)


def find_frameworks(catalog: Catalog, names: Iterable[str]) -> tuple[NamedFramework, ...]:
    """All that ``names`` stand for, each once. Raises Refusal."""
    return tuple(
        {(each.framework.id, each.version): each for each in (find_framework(catalog, name) for name in names)}.values()
    )
