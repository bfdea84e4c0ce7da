"""Who controls the daemon: every way to root through Docker that a snapshot shows. Pure; imports only the model."""

from benchmark.access.list_access import list_access

__all__ = ["list_access"]
