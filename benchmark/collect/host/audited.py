"""Which audit rules watch a file."""

from __future__ import annotations

from benchmark.model.facts import FactValue, JsonValue, Subject, Unavailable


def audit_rules(host: Subject, file: Subject) -> FactValue:
    """The rules among the host's ``audit.watches`` that watch ``file``, as text; Unavailable where either is.

    A rule watches what its path is there, links on the way followed but not a link at its end (audit_get_nd and
    audit_add_tree_rule in the kernel look that up without following it). So the file's real path counts, and a rule for a
    link that leads to it does not. ``audit.watches`` holds both spellings of a path that leads through links. What a rule
    that says never keeps from those after it, they do not watch.
    """
    watches, path = host.fact("audit.watches"), file.fact("path")
    if isinstance(watches, Unavailable):
        return watches
    if not isinstance(watches, list) or not isinstance(path, str):
        return path
    origin = host.fact("audit.source")
    found: list[JsonValue] = []
    kept = set[str]()
    for each in watches:
        if not isinstance(each, dict) or not _watches(each, path):
            continue
        accesses = set(str(each["perms"]))
        if each.get("never") is True:
            kept |= accesses
        elif accesses - kept:
            found.append(_written(each, str(origin)))
    return found


def _watches(watch: dict[str, JsonValue], path: str) -> bool:
    watched = str(watch["path"])
    return watched == path or (watch["tree"] is True and path.startswith(watched.rstrip("/") + "/"))


def _written(watch: dict[str, JsonValue], origin: str) -> str:
    key = f" -k {watch['key']}" if watch["key"] else ""
    return f"-w {watch['path']} -p {watch['perms']}{key} ({origin})"
