"""Facts of the host that tell who gets at the daemon: accounts behind the numbers on Docker's files, and its socket unit."""

from __future__ import annotations

from typing import Final

from benchmark.model.declaration import Fact, Type

HOST_ACCESS_FACTS: Final = {
    "root_accounts": Fact(Type.STRINGS, "accounts with user number 0, sorted", derived=True),
    "file_accounts": Fact(
        Type.RECORDS,
        "the users and groups other than root that Docker's files and sockets belong to, or that their ACLs name",
        fields={
            "kind": Fact(Type.STRING, "user or group", known=("user", "group")),
            "id": Fact(Type.INT, "its number"),
            "name": Fact(Type.STRING, "its name; empty where no account has the number"),
            "members": Fact(
                Type.STRINGS,
                "accounts that get the number at login, users whose primary group it is included, sorted; of a user itself",
            ),
        },
        derived=True,
    ),
    "docker_socket_unit": Fact(
        Type.RECORDS,
        "what systemd's docker.socket listens on; empty when it is masked, absent without such a unit",
        fields={
            "address": Fact(Type.STRING, "as in daemon.hosts: unix:///run/docker.sock, tcp://[::]:2375"),
            "mode": Fact(Type.MODE, "SocketMode; systemd's default is 0666"),
            "user": Fact(Type.STRING, "SocketUser; root where none is set"),
            "group": Fact(Type.STRING, "SocketGroup; root where none is set"),
        },
        derived=True,
    ),
}
