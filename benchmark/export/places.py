"""Where things lie on a host, as Values of the benchmark with their usual places, so that a tailoring can say otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from benchmark.export.oval_terms import Setting
from benchmark.scap.names import place_id


@dataclass(frozen=True, slots=True)
class Place:
    """A path that content reads: what it is called in the Value's id, its usual value, and what it is."""

    name: str
    usual: str
    description: str

    @property
    def id(self) -> str:
        """The id of the Value."""
        return place_id(self.name)

    @property
    def setting(self) -> Setting:
        """The Value as an external variable."""
        return Setting(self.id)


DATA_ROOT: Final = Place("data_root", "/var/lib/docker", "The daemon's data root (daemon.json: data-root).")
CONFIG_FILE: Final = Place("config_file", "/etc/docker/daemon.json", "The configuration file that the daemon reads.")
CONFIG_DIRECTORY: Final = Place("config_directory", "/etc/docker", "The directory of Docker's configuration.")
PID_FILE: Final = Place("pid_file", "/var/run/docker.pid", "The daemon's pid file (daemon.json: pidfile).")
EXEC_ROOT: Final = Place("exec_root", "/var/run/docker", "The daemon's root of runtime state (daemon.json: exec-root).")
API_SOCKETS: Final = Place(
    "api_sockets",
    "/run/docker.sock",
    "The unix sockets on which the daemon serves its API, divided by commas, without the /var of /var/run.",
)

PLACES: Final = (DATA_ROOT, CONFIG_FILE, CONFIG_DIRECTORY, PID_FILE, EXEC_ROOT, API_SOCKETS)
