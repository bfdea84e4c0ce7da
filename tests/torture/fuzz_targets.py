"""Every parser of ours, in one table. Another one joins by a Target in one of these modules."""

from __future__ import annotations

from typing import Final

from tests.torture.fuzz_targets_api import API_TARGETS
from tests.torture.fuzz_targets_evidence import EVIDENCE_TARGETS
from tests.torture.fuzz_targets_history import HISTORY_TARGETS
from tests.torture.fuzz_targets_host import HOST_TARGETS
from tests.torture.fuzz_targets_images import IMAGE_TARGETS
from tests.torture.fuzz_targets_made import MADE_TARGETS
from tests.torture.fuzz_targets_policy import POLICY_TARGETS
from tests.torture.fuzz_targets_proc import PROC_TARGETS
from tests.torture.fuzz_targets_results import RESULT_TARGETS
from tests.torture.fuzz_targets_schedule import SCHEDULE_TARGETS
from tests.torture.fuzz_targets_wire import WIRE_TARGETS
from tests.torture.fuzz_targets_xml import XML_TARGETS
from tests.torture.ledger import Harness

TARGETS: Final = (
    *HOST_TARGETS,
    *PROC_TARGETS,
    *API_TARGETS,
    *IMAGE_TARGETS,
    *WIRE_TARGETS,
    *XML_TARGETS,
    *HISTORY_TARGETS,
    *RESULT_TARGETS,
    *EVIDENCE_TARGETS,
    *POLICY_TARGETS,
    *SCHEDULE_TARGETS,
    *MADE_TARGETS,
)

HARNESS: Final = Harness(
    "fuzzing",
    "No parser raises an error that it does not document, takes more CPU time than grows with its input, or more memory than "
    "is allowed; what it says is of the declared types, and a snapshot of it reads back as it was written.",
    (
        "what a parser says of a mutated file is compared with another reader only where there is one: HTTP replies",
        "inputs beyond 64 KiB, except where one structure is repeated",
        "coverage steers the mutations of a few targets in a small run, of all of them in a big one, and only where atheris is",
        "libyaml, libxml2, zlib and re2 are used as they are",
    ),
)
