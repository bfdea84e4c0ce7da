"""What would mend each reason for not seeing a fact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from benchmark.model.facts import Reason

ADVICE: Final[Mapping[Reason, str]] = {
    Reason.DENIED: "run as root; for the engine alone, join the group that owns its socket",
    Reason.IO_ERROR: "look at the disk or mount it lies on: the kernel reported an I/O error",
    Reason.LINK_LOOP: "mend the symbolic links, which lead in a circle",
    Reason.LINK_REFUSED: "replace the symbolic link by what it should lead to, inside the host root",
    Reason.NOT_REGULAR: "put a regular file in its place",
    Reason.NOT_DIRECTORY: "put a directory in its place",
    Reason.OVERSIZE: "make it smaller: it is beyond what is read",
    Reason.NOT_UTF8: "write it in UTF-8",
    Reason.SYNTAX: "mend its syntax; the detail names the place",
    Reason.DUPLICATE_KEY: "remove the key that stands twice",
    Reason.TOO_DEEP: "write it with less nesting",
    Reason.WRONG_TYPE: "give the value the type that Docker documents",
    Reason.CHANGED: "run again: it changed while it was read",
    Reason.ENGINE_CHANGED: "run again: the engine was restarted or replaced while it was read",
    Reason.VANISHED: "run again: it was removed while it was read",
    Reason.TIMEOUT: "raise --timeout or --deadline, or find out why the engine is slow",
    Reason.REFUSED: "start the engine, or name the right one with --host or --context",
    Reason.RESET: "run again, and look at the engine's log: the connection broke off",
    Reason.TRUNCATED: "run again, and look at the engine's log: a reply was cut short",
    Reason.PROTOCOL: "name an engine with --host or --context: what answered does not speak its protocol",
    Reason.REDIRECT: "name the engine itself, not a proxy that redirects",
    Reason.HTTP_ERROR: "look at the engine's log for the failed request",
    Reason.NOT_FOUND: "look at the engine's log: it lists an object that it cannot describe",
    Reason.NO_ENGINE: "start the engine, or name it with --host or --context",
    Reason.NO_PROCESS: "run on the engine's own host, as root and outside a container (or in its pid namespace)",
    Reason.REMOTE: "run dockmark on the engine's own host, or collect a snapshot there",
    Reason.UNSUPPORTED: "nothing: this engine does not report it",
    Reason.TOOL_MISSING: "install auditd, which brings auditctl",
    Reason.TOOL_FAILED: "run it by hand and mend what it complains about; auditctl needs root",
    Reason.NOT_COLLECTED: "collect again with this version of dockmark",
    Reason.REDACTED: "look at it by hand: it was held back because it looks like a secret",
    Reason.UNDEFINED: "set it explicitly: it is absent, and no default is documented for this engine",
    Reason.INCOMPLETE: "run again: a listing did not reach its end",
    Reason.PENDING_RESTART: "restart the daemon, so that the configuration on disk is the one in force",
    Reason.CONFLICT: "make the sources agree; the detail names them",
    Reason.UNKNOWN_VALUE: "look at it by hand, or use a newer dockmark: no version known to this one documents it",
}
