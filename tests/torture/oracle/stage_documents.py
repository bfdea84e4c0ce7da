"""What an operator names on the command line: build files and reports of a scanner."""

from __future__ import annotations

import json
import time
from pathlib import Path

from tests.torture.oracle.host import Build, Host, Image


def write_documents(host: Host, directory: Path) -> tuple[list[str], list[str]]:
    """The paths of the build files and of the scanner's reports."""
    directory.mkdir()
    builds, reports = [], []
    for each in host.builds:
        path = directory / each.name
        path.write_text(dockerfile(each))
        builds.append(str(path))
    for number, image in enumerate(host.images):
        if image.scan is not None:
            path = directory / f"trivy-{number}.json"
            path.write_text(json.dumps(_trivy(image)))
            reports.append(str(path))
    return builds, reports


def dockerfile(build: Build) -> str:
    lines = [f"FROM {build.base}"]
    for step in build.steps:
        commands = " && ".join(
            " ".join(f"'{word}'" if " " in word else word for word in each) for each in step.commands
        )
        lines.append(f"{step.word} {commands or step.text}")
    lines += [f"HEALTHCHECK {build.health}"] if build.health is not None else []
    lines += [f"USER {build.user}"] if build.user is not None else []
    return "\n".join([*lines, ""])


def _trivy(image: Image) -> dict[str, object]:
    found = [{"VulnerabilityID": f"CVE-{at}", "Severity": each} for at, each in enumerate(image.scan or [])]
    return {
        "SchemaVersion": 2,
        "CreatedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600)),
        "ArtifactName": "x",
        "ArtifactType": "container_image",
        "Metadata": {"ImageID": image.id, "ImageConfig": {"architecture": "amd64"}},
        "Results": [{"Target": "x", "Class": "os-pkgs", "Vulnerabilities": found}],
    }
