"""Build hook: packs the content folders into the wheel and compiles the catalogue. Bad content fails the build."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CONTENT = ("controls", "mappings", "reports")


class ContentHook(BuildHookInterface[Any]):
    """Adds benchmark/_data/* to a wheel. An editable install gets nothing: it reads the checkout."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Puts the folders and the compiled catalogue among the files to include."""
        if version == "editable":
            return
        root = Path(self.root)
        self._scratch = tempfile.TemporaryDirectory(prefix="dockmark-build-")
        compiled = Path(self._scratch.name, "catalogue.json")
        compiled.write_bytes(_compile(root))
        included = build_data["force_include"]
        for name in CONTENT:
            included[str(root / name)] = f"benchmark/_data/{name}"
        included[str(compiled)] = "benchmark/_data/catalogue.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002  (hatch's signature)
        """Takes the scratch directory away."""
        if version != "editable":
            self._scratch.cleanup()


def _compile(root: Path) -> bytes:
    """The compiled catalogue; exits with every error of the content when there are any."""
    sys.path.insert(0, str(root))
    try:
        from benchmark.catalog.compile import compile_tree  # noqa: PLC0415  (importable only now)
        from benchmark.catalog.content_error import ContentErrors  # noqa: PLC0415

        try:
            return compile_tree(root)
        except ContentErrors as errors:
            sys.exit(f"the content has {len(errors.errors)} errors:\n{errors}")
    finally:
        sys.path.remove(str(root))
