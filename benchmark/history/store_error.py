"""What can be wrong with a store, each a sentence for people that never holds a password."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot do what was asked. What was acknowledged before is not touched."""


class NoStore(StoreError):
    """There is none at this place yet."""


class StoreDamaged(StoreError):
    """What is there is not what was written: a damaged file, a blob with another digest, rows that contradict."""


class StoreOutdated(StoreError):
    """An older dockmark has written it, and nothing was recorded since."""


class StoreTooNew(StoreError):
    """A newer dockmark has written it."""


class NoSuchRun(StoreError):
    """No run, or several, answer to the reference. The message says what there is."""


class NotYours(StoreError):
    """Others than this user may write where the store lies."""
