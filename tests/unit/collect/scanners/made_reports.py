"""Small reports in the form of each scanner."""

from __future__ import annotations

from typing import Any

IMAGE = "sha256:" + "a" * 64
MANIFEST = "sha256:" + "b" * 64
OTHER = "sha256:" + "c" * 64


def grype(*findings: tuple[str, str], **changes: Any) -> dict[str, Any]:
    """Findings are severity and fix state."""
    return {
        "matches": [
            {"vulnerability": {"id": "CVE-1", "severity": each, "fix": {"state": fix}}} for each, fix in findings
        ],
        "source": {
            "type": "image",
            "target": {
                "userInput": "made:1",
                "imageID": IMAGE,
                "manifestDigest": MANIFEST,
                "tags": ["made:1"],
                "repoDigests": [],
                "architecture": "amd64",
            },
        },
        "descriptor": {
            "name": "grype",
            "version": "0.92.0",
            "timestamp": "2026-11-20T10:00:00.123456789+02:00",
            "db": {"status": {"schemaVersion": "v6.0.2", "built": "2026-11-19T06:00:00Z", "valid": True}},
            "configuration": {"only-fixed": False},
        },
    } | changes


def trivy(*findings: tuple[str, str], **changes: Any) -> dict[str, Any]:
    """Findings are severity and fixed version."""
    return {
        "SchemaVersion": 2,
        "CreatedAt": "2026-11-20T10:00:00Z",
        "ArtifactName": "made:1",
        "ArtifactType": "container_image",
        "Metadata": {
            "ImageID": IMAGE,
            "RepoTags": ["made:1"],
            "RepoDigests": [f"registry.example/made@{MANIFEST}"],
            "ImageConfig": {"architecture": "amd64"},
        },
        "Results": [
            {
                "Target": "made:1 (debian 12)",
                "Class": "os-pkgs",
                "Vulnerabilities": [
                    {"VulnerabilityID": "CVE-1", "Severity": each} | ({"FixedVersion": fix} if fix else {})
                    for each, fix in findings
                ],
            }
        ],
    } | changes


def anchore(*findings: tuple[str, str], **changes: Any) -> dict[str, Any]:
    """Findings are severity and fixed version."""
    return {
        "metadata": {
            "registry": "docker.io",
            "repository": "made",
            "tag": "1",
            "imageDigest": MANIFEST,
            "timestamp": "2026-11-20T10:00:00.5Z",
        },
        "securityEvaluation": [{"severity": each, "fixAvailable": fix or "None"} for each, fix in findings],
    } | changes


def anchore_list(*findings: tuple[str, str], **changes: Any) -> dict[str, Any]:
    return {
        "imageDigest": MANIFEST,
        "vulnerabilities": [{"severity": each, "fix": fix or "None"} for each, fix in findings],
        "vulnerability_type": "all",
    } | changes


def scout(*findings: tuple[str, str], **changes: Any) -> dict[str, Any]:
    """Findings are severity and fixed version."""
    run = {
        "tool": {
            "driver": {
                "name": "docker scout",
                "fullName": "Docker Scout",
                "version": "1.18.1",
                "rules": [
                    {
                        "id": f"CVE-{at}",
                        "properties": {
                            "cvssV3_severity": each,
                            "fixed_version": fix or "not fixed",
                            "purls": ["pkg:x"],
                        },
                    }
                    for at, (each, fix) in enumerate(findings)
                ],
            }
        },
        "results": [{"ruleId": f"CVE-{at}", "ruleIndex": at, "kind": "fail"} for at, _ in enumerate(findings)],
        "properties": {"imageName": f"made@{MANIFEST}"},
    } | changes
    return {"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [run]}
