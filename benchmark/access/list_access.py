"""Every way to root through Docker that a snapshot shows."""

from __future__ import annotations

from benchmark.access.containers import add_containers, add_swarm
from benchmark.access.daemon_rights import limits_of_api
from benchmark.access.files import add_daemon_files, add_key_files
from benchmark.access.people import add_people
from benchmark.access.sockets import add_listeners, add_socket_unit, add_sockets
from benchmark.access.view import View
from benchmark.model.access import AccessReport
from benchmark.model.snapshot import Snapshot


def list_access(snapshot: Snapshot) -> AccessReport:
    """The report. Same snapshot, same report; what could not be looked at is in it as such."""
    view = View(snapshot)
    sockets = add_sockets(view)
    add_people(view, sockets)
    add_listeners(view)
    add_socket_unit(view)
    add_swarm(view)
    add_containers(view)
    add_daemon_files(view)
    add_key_files(view)
    remarks = limits_of_api(view)
    return AccessReport(
        target=snapshot.target,
        collector=snapshot.collector,
        collected_at=snapshot.collected_at,
        accesses=view.accesses,
        unseen=view.unseen,
        looked_at=view.looked_at,
        remarks=remarks,
    )
