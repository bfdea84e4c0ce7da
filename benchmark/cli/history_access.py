"""What the commands on the history share: opening it, choosing runs, and telling of what is wrong with it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.recording import store_location
from benchmark.history.kept import Kept
from benchmark.history.location import Location
from benchmark.history.store import Store, open_store, open_store_for_recording, require_sound
from benchmark.history.store_error import NoSuchRun, StoreDamaged, StoreError, StoreOutdated
from benchmark.model.run import Run


@contextmanager
def opened_history(arguments: Namespace, *, writing: bool = False) -> Iterator[Store]:
    """The store that ``--store`` names, or this user's. What goes wrong with it inside becomes a Refusal."""
    location = store_location(arguments)
    with told():
        if writing:
            _require_history(location)
        with open_store_for_recording(location) if writing else open_store(location) as store:
            yield store


def _require_history(location: Location) -> None:
    """Raises StoreError where there is none: a command that only deletes makes none."""
    with suppress(StoreOutdated), open_store(location):
        pass


@contextmanager
def told() -> Iterator[None]:
    """Errors of the store as refusals: 3 for a run that there is not, 5 for what is damaged, else 4."""
    try:
        yield
    except NoSuchRun as error:
        raise Refusal(str(error)) from None
    except StoreDamaged as error:
        raise Refusal(str(error), ExitCode.UNVERIFIED) from None
    except StoreError as error:
        raise Refusal(str(error), ExitCode.UNREACHABLE) from None


def chosen_kept(store: Store, arguments: Namespace, *, newest_first: bool = False) -> Iterator[Kept]:
    """The rows that ``--host``, ``--release``, ``--since`` and ``--until`` choose; pruned ones have neither host nor release."""
    for each in store.kept(host=arguments.host, release=arguments.release, newest_first=newest_first):
        if _in_period(each.recorded_at, arguments):
            yield each


def chosen_runs(store: Store, arguments: Namespace) -> Iterator[Run]:
    """The runs among them, the oldest first. Raises StoreDamaged at one that was changed: no trend, no sample."""
    for each in chosen_kept(store, arguments):
        require_sound(each)
        if each.run is not None:
            yield each.run


def _in_period(moment: str, arguments: Namespace) -> bool:
    return (arguments.since or "") <= moment and (arguments.until is None or moment <= arguments.until)
