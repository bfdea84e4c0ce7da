"""The three kinds of nothing, and where a fact came from.

A fact's value is a JSON value, ``ABSENT`` (proven not to be there) or ``Unavailable`` (could not look, and why).
``None`` is a value too: the JSON null that an engine or a file really said. The three are never mixed.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias


class Reason(enum.StrEnum):
    """Why a fact is not available. The values are part of the snapshot and JSON contracts: never renamed."""

    DENIED = "denied"  # EACCES, EPERM, 401 or 403: this user may not look
    IO_ERROR = "io_error"  # EIO and every errno without a reason of its own
    LINK_LOOP = "link_loop"  # ELOOP
    LINK_REFUSED = "link_refused"  # a symbolic link where a plain entry is required, or a path leaving --host-root
    NOT_REGULAR = "not_regular"  # FIFO, device, socket or directory where a file is required
    NOT_DIRECTORY = "not_directory"  # a file where a directory is required
    OVERSIZE = "oversize"  # larger than the cap; not read
    NOT_UTF8 = "not_utf8"
    SYNTAX = "syntax"  # JSON, unit file, audit rule or flag that cannot be parsed
    DUPLICATE_KEY = "duplicate_key"
    TOO_DEEP = "too_deep"
    WRONG_TYPE = "wrong_type"
    CHANGED = "changed"  # the file changed while it was read
    ENGINE_CHANGED = (
        "engine_changed"  # another engine answers than the one that the run began with, or it was restarted
    )
    VANISHED = "vanished"  # listed, then gone before it could be read
    TIMEOUT = "timeout"  # a deadline passed
    REFUSED = "refused"  # nobody listens
    RESET = "reset"  # the connection broke off
    TRUNCATED = "truncated"  # fewer bytes than announced
    PROTOCOL = "protocol"  # not HTTP as we accept it: encoding, framing, header flood
    REDIRECT = "redirect"  # 3xx, never followed
    HTTP_ERROR = "http_error"  # any other status, e.g. 500; the status is in the detail
    NOT_FOUND = "not_found"  # 404 for an object that is still listed
    NO_ENGINE = "no_engine"  # no engine answered, so there is nobody to ask
    NO_PROCESS = "no_process"  # the daemon's process cannot be found from here
    REMOTE = "remote"  # the engine runs elsewhere: this host's files and processes are not its own
    UNSUPPORTED = "unsupported"  # the product or API version does not report it
    TOOL_MISSING = "tool_missing"  # auditctl is not installed
    TOOL_FAILED = "tool_failed"
    NOT_COLLECTED = "not_collected"  # the snapshot was made without this fact
    REDACTED = "redacted"  # held back because it looked like a secret
    INCOMPLETE = "incomplete"  # an enumeration did not reach its end
    PENDING_RESTART = (
        "pending_restart"  # configuration is newer than the daemon's start: the value in force is not known
    )
    CONFLICT = "conflict"  # sources disagree about the value in force
    UNDEFINED = "undefined"  # proven absent, and neither the control nor the engine's defaults say what that means
    UNKNOWN_VALUE = "unknown_value"  # a value that no version we know documents

    @property
    def is_unknown(self) -> bool:
        """True where we looked and nobody can say (XCCDF ``unknown``); False where we could not look (``error``)."""
        return self in _UNKNOWN


_UNKNOWN: Final = frozenset({Reason.PENDING_RESTART, Reason.CONFLICT, Reason.UNKNOWN_VALUE})


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A fact that could not be established: the reason code and a detail for people (path, status, errno)."""

    reason: Reason
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason.value}: {self.detail}" if self.detail else self.reason.value


class Absent(enum.Enum):
    """The type of ``ABSENT``."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent.ABSENT

JsonValue: TypeAlias = "None | bool | int | float | str | list[JsonValue] | dict[str, JsonValue]"
FactValue: TypeAlias = "JsonValue | Unavailable | Absent"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value was read.

    ``locator`` is what an auditor can repeat: ``file:/etc/docker/daemon.json``, ``GET /info``,
    ``proc:/proc/812/cmdline``, ``auditctl -l``, ``default:20.10``. ``read_at`` is RFC 3339 UTC or "" for a documented
    default; ``digest`` is ``sha256:…`` of the bytes read, or None. ``says`` is what this one source states where
    several are combined into a fact.
    """

    locator: str
    read_at: str = ""
    digest: str | None = None
    says: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a verdict is about, with every fact known of it.

    ``kind`` is a key of ``vocabulary.KINDS``; ``name`` is what a person calls it, ``id`` its full identifier ("" where
    the name is the identifier). ``facts`` maps declared fact names to values. ``sources`` holds provenance of single facts;
    every other fact rests on ``source``. ``notes`` holds a remark per fact ("pending restart: …"). ``blocked`` is set when
    the subject as a whole could not be looked at; every fact is then that ``Unavailable``.
    """

    kind: str
    name: str
    id: str
    facts: Mapping[str, FactValue]
    source: Source | None = None
    sources: Mapping[str, tuple[Source, ...]] | None = None
    notes: Mapping[str, str] | None = None
    blocked: Unavailable | None = None

    @property
    def label(self) -> str:
        """``host``, ``daemon`` or ``kind:name`` as design.md section 8 writes subjects."""
        return self.kind if self.kind in ("host", "daemon") else f"{self.kind}:{self.name}"

    @property
    def title(self) -> str:
        """What a sentence calls it: ``host``, ``daemon``, ``container web``."""
        return self.kind if self.kind in ("host", "daemon") else f"{self.kind} {self.name}"

    def fact(self, name: str) -> FactValue:
        """The value of ``name``; ``Unavailable`` when the subject is blocked or the snapshot never held the fact."""
        if self.blocked is not None:
            return self.blocked
        return self.facts.get(name, _NOT_COLLECTED)

    def sources_of(self, name: str) -> tuple[Source, ...]:
        """The provenance of ``name``, most telling first; empty only for facts never collected."""
        if self.sources is not None and name in self.sources:
            return self.sources[name]
        return (self.source,) if self.source is not None else ()


_NOT_COLLECTED: Final = Unavailable(Reason.NOT_COLLECTED, "the snapshot does not hold this fact")
