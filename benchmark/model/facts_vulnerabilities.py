"""The facts of an image that scanners reported, read from files they wrote."""

from __future__ import annotations

from typing import Final

from benchmark.model.declaration import Fact, Type

SEVERITIES: Final = ("critical", "high", "medium", "low", "negligible", "unknown")  # worst first; unknown is not graded

VULNERABILITY_FACTS: Final[dict[str, Fact]] = {
    "vulnerabilities.reported": Fact(
        Type.BOOL, "a scanner's report speaks about this very image, by its id or digest", derived=True
    ),
    "vulnerabilities.reports": Fact(Type.INT, "how many reports speak about it", derived=True),
    "vulnerabilities.scanner": Fact(
        Type.STRING,
        "who wrote the report; of several the newest complete one",
        known=("Grype", "Trivy", "Docker Scout", "Anchore"),
        derived=True,
    ),
    "vulnerabilities.scanner_version": Fact(
        Type.STRING, "its version; absent where the report does not say", derived=True
    ),
    "vulnerabilities.reported_at": Fact(
        Type.STRING, "when the report was written, RFC 3339; absent where it does not say", derived=True
    ),
    "vulnerabilities.report_age_days": Fact(Type.INT, "whole days from then to the collection", derived=True),
    "vulnerabilities.database_built": Fact(
        Type.STRING,
        "when the scanner's database was built, RFC 3339; absent where the report does not say",
        derived=True,
    ),
    "vulnerabilities.database_age_days": Fact(Type.INT, "whole days from then to the collection", derived=True),
    "vulnerabilities.complete": Fact(
        Type.BOOL, "that report leaves out no findings or packages by its own word (filters, exceptions)", derived=True
    ),
    "vulnerabilities.worst_severity": Fact(
        Type.STRING,
        "worst severity of all findings; unknown where none has one",
        known=("none", *SEVERITIES),
        derived=True,
    ),
    **{
        f"vulnerabilities.{each}": Fact(
            Type.INT,
            f"findings (package and vulnerability) of severity {each}; of several reports the most",
            derived=True,
        )
        for each in SEVERITIES
    },
    **{
        f"vulnerabilities.fixable_{each}": Fact(
            Type.INT,
            f"those of severity {each} for which a fixed version exists; of several reports the most",
            derived=True,
        )
        for each in SEVERITIES
    },
}
