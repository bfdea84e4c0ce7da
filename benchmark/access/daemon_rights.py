"""What it means to speak to the daemon, and by what that is limited."""

from __future__ import annotations

from benchmark.access.view import View
from benchmark.model.access import Grants


def grants_of_api(view: View) -> Grants:
    """What the API grants: the host, unless the daemon itself runs without root. Not known is taken for the host."""
    return Grants.LIMITED if view.flag(view.daemon, "security.rootless") is True else Grants.ROOT


def limits_of_api(view: View) -> tuple[str, ...]:
    """Sentences about what limits whoever speaks to the daemon."""
    remarks = []
    if view.flag(view.daemon, "security.rootless") is True:
        uid = view.number(view.daemon, "process.euid")
        account = "" if uid is None else f" (uid {uid})"
        remarks.append(
            f"The daemon runs without root: its API grants the rights of its account{account}, not the host."
        )
    plugins = view.texts(view.daemon, "info.Plugins.Authorization")
    if plugins:
        remarks.append(
            f"Authorization plugins decide about every request to the API: {', '.join(plugins)}. What they let pass is not"
            " looked at here; they say nothing about containerd's socket, nor about containers that run already."
        )
    if view.flag(view.daemon, "security.userns") is True:
        remarks.append(
            "User namespaces are remapped: root in a container is not the host's root unless the container opts out."
            " Who speaks to the API may start one that does."
        )
    return tuple(remarks)
