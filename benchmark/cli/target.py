"""From the target options to a snapshot."""

from __future__ import annotations

import os
import stat
from argparse import Namespace
from pathlib import Path

from benchmark.cli.exit_code import Refusal
from benchmark.cli.progress import progress
from benchmark.cli.streams import say
from benchmark.collect import CollectRequest, EndpointError, collect_snapshot
from benchmark.model.snapshot import Snapshot


def collect_target(arguments: Namespace, labels: tuple[str, ...] = ()) -> Snapshot:
    """The snapshot of what the target options name. Raises Refusal when they name nothing that can be asked."""
    _require_directory(arguments.host_root)
    request = CollectRequest(
        host=arguments.host,
        context=arguments.context,
        host_root=arguments.host_root,
        environment=dict(os.environ),
        request_timeout=arguments.timeout,
        deadline=arguments.deadline,
        deep=arguments.deep,
        dockerfiles=tuple(arguments.dockerfile),
        vulnerabilities=tuple(arguments.vulnerabilities),
        labels=tuple(dict.fromkeys((*arguments.identity_label, *labels))),
    )
    try:
        with progress("collecting facts"):
            return collect_snapshot(request)
    except EndpointError as error:
        raise Refusal(str(error)) from None


def _require_directory(host_root: str) -> None:
    try:
        is_directory = stat.S_ISDIR(Path(host_root).stat().st_mode)
    except OSError as error:
        raise Refusal(f"--host-root: {host_root}: {error.strerror}") from None
    if not is_directory:
        raise Refusal(f"--host-root: {host_root} is not a directory")


def tell_unreachable(snapshot: Snapshot) -> bool:
    """True when no engine answered; then says so, and why."""
    if snapshot.target.product:
        return False
    gap = snapshot.enumeration("engines").gap
    say(f"dockmark: no engine answered at {snapshot.target.endpoint or 'the target'}: {gap or 'none is there'}")
    return True
