"""Where a pack keeps what: every path follows from a run and the digests in its record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.model.run import Run

# formats whose name is no usual end of a file's name
_ENDINGS: Final[Mapping[str, str]] = {"table": "txt", "xccdf": "xccdf.xml", "arf": "arf.xml", "oscal": "oscal.json"}


@dataclass(frozen=True, slots=True)
class Place:
    """One file of a run: what it is to the run, its path, and the digest by which the run's record names it."""

    role: str
    path: str
    digest: str


def run_folder(run_id: str) -> str:
    """The folder of a run."""
    return f"runs/{run_id}"


def record_path(run_id: str) -> str:
    """The run's record: the bytes that the chain covers."""
    return f"{run_folder(run_id)}/run.json"


def places_of(run: Run) -> Iterator[Place]:
    """Every file that the run's record names. Content and policy are shared: runs that name the same bytes have one file."""
    terms, folder = run.terms, run_folder(run.id)
    yield Place("snapshot", f"{folder}/snapshot.json", run.snapshot)
    yield Place("assessment", f"{folder}/assessment.json", run.assessment)
    yield Place("content", f"content/{_short(run.content)}.json", run.content)
    for role, digest, ending in (
        ("tailoring", terms.tailoring, "xml"),
        ("waivers", terms.waivers, "yaml"),
        ("attestations", terms.attestations, "yaml"),
    ):
        if digest is not None:
            yield Place(role, f"policy/{role}-{_short(digest)}.{ending}", digest)
    for digest in terms.mappings:
        yield Place("mapping", f"policy/mapping-{_short(digest)}.yaml", digest)
    named = {
        run.snapshot,
        run.assessment,
        run.content,
        terms.tailoring,
        terms.waivers,
        terms.attestations,
        *terms.mappings,
    }
    for digest in run.files:
        if digest not in named:  # a kind of file that this module does not know yet goes along all the same
            yield Place("other", f"policy/other-{_short(digest)}", digest)


def report_path(run_id: str, format_name: str, *, excerpt: bool) -> str:
    """A report of the whole run, or of the controls that the pack was asked for."""
    folder = "excerpt" if excerpt else "report"
    return f"{run_folder(run_id)}/{folder}.{_ENDINGS.get(format_name, format_name)}"


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:16]
