"""Where systemd keeps the units of this user, and the few words that its manager is told."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmark.cli.exit_code import ExitCode, Refusal

_SYSTEM: Final = Path("/etc/systemd/system")
_BOOTED: Final = Path("/run/systemd/system")  # sd_booted(3)
_PATIENCE: Final = 60


@dataclass(frozen=True, slots=True)
class Manager:
    """A service manager: the system's for root, else the user's own. ``running`` is False where none can be told anything."""

    directory: Path
    system: bool
    running: bool

    def tell(self, *words: str) -> None:
        """``systemctl WORDS``. Raises Refusal with what it answered."""
        argv = ("systemctl", *(() if self.system else ("--user",)), "--no-ask-password", "--quiet", *words)
        try:
            done = subprocess.run(argv, capture_output=True, text=True, timeout=_PATIENCE, check=False)  # noqa: S603  (an argument list of ours)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Refusal(f"cannot run systemctl: {error}", ExitCode.UNREACHABLE) from None
        if done.returncode:
            raise Refusal(f"{' '.join(argv)} failed", ExitCode.UNREACHABLE, tuple(done.stderr.split("\n")[:5]))

    def ask(self, unit: str, prop: str) -> str:
        """A property of a unit, "" where the manager does not say."""
        argv = ("systemctl", *(() if self.system else ("--user",)), "show", "--property", prop, "--value", unit)
        try:
            done = subprocess.run(argv, capture_output=True, text=True, timeout=_PATIENCE, check=False)  # noqa: S603  (an argument list of ours)
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return done.stdout.strip() if done.returncode == 0 else ""


def find_manager(environment: Mapping[str, str]) -> Manager:
    """The manager of the user who runs this."""
    if os.geteuid() == 0:
        return Manager(_SYSTEM, system=True, running=_BOOTED.is_dir())
    base = Path(environment.get("XDG_CONFIG_HOME", ""))
    if not base.is_absolute():
        base = Path(os.path.expanduser("~/.config"))  # noqa: PTH111  (Path.expanduser raises without a home)
    runtime = Path(environment.get("XDG_RUNTIME_DIR", ""))
    running = runtime.is_absolute() and (runtime / "systemd").is_dir()
    return Manager(base / "systemd" / "user", system=False, running=running)
