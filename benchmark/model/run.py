"""Runs: what the history keeps of an audit, enough to show it, to compare it, and to judge it again to the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmark.model.facts import JsonValue


@dataclass(frozen=True, slots=True)
class Terms:
    """What an evaluation was asked, besides its snapshot and its content: with both, the same bytes come out again.

    ``version`` and ``profile`` are resolved, never a default. ``controls`` are those it was narrowed to. ``parameters`` maps
    "control.parameter" to the value of ``--set``. ``tailoring``, ``waivers`` and ``attestations`` are digests ("sha256:…") of
    the files' bytes as they were read, each a blob of the store; ``tailoring_profile`` is the profile chosen in that file,
    ``tailoring_href`` where it was read from, which a report repeats. ``profile`` is one of ours: with a tailoring the one
    that it starts from.
    ``evidence`` is what was read of the files that attestations refer to: the path as written -> "sha256:…", or why it could
    not be read. ``mappings`` are digests of files of ``--mapping``.
    """

    evaluated_at: str
    operator: str
    release: str | None
    framework: str
    version: str
    profile: str
    controls: tuple[str, ...] = ()
    beyond: bool = False
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    tailoring: str | None = None
    tailoring_profile: str | None = None
    tailoring_href: str | None = None
    waivers: str | None = None
    attestations: str | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)
    mappings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """Results by kind. selected = passed + failed + waived + errors + unknown + manual + notapplicable; a waived failure
    counts as waived only.
    """

    selected: int
    passed: int
    failed: int
    waived: int
    errors: int
    unknown: int
    manual: int
    notapplicable: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a report's run stands in the chain of its store, as every report of it says."""

    run: str
    sequence: int
    previous: str
    head: str


@dataclass(frozen=True, slots=True)
class Run:
    """A recorded run.

    ``id`` sorts by time ("20261127T142455Z-3f2a9c1b"); ``sequence`` numbers the runs of the store from 1, without gaps.
    ``snapshot``, ``content`` (the compiled catalogue) and ``assessment`` (JSON version 1) are digests of blobs of the store.
    ``percent`` and ``after_waivers`` are exact decimals as text, None when nothing was scorable. ``exit_code`` is what the
    policy made of it; a report that could not be written afterwards does not change it. ``previous`` is the head of the chain
    before this run, ``head`` the one after it (``benchmark.model.chain``). ``tool_digest`` is over the text of the program
    that judged, "" where it was not recorded.
    """

    id: str
    sequence: int
    recorded_at: str
    host: str
    engine_id: str
    collected_at: str
    terms: Terms
    tool_version: str
    content_digest: str
    snapshot: str
    content: str
    assessment: str
    percent: str | None
    after_waivers: str | None
    counts: Counts
    exit_code: int
    previous: str
    head: str
    tool_digest: str = ""

    @property
    def recorded(self) -> Recorded:
        """Its place in the chain."""
        return Recorded(self.id, self.sequence, self.previous, self.head)

    @property
    def files(self) -> tuple[str, ...]:
        """The digests of every blob that the run needs, each once."""
        terms = self.terms
        named = (self.snapshot, self.content, self.assessment, terms.tailoring, terms.waivers, terms.attestations)
        return tuple(dict.fromkeys(each for each in (*named, *terms.mappings) if each is not None))
