"""Who controls the daemon: every way to root through Docker that a snapshot shows. Pure; imports only the model."""

from benchmark.access.list_access import list_access
from benchmark.access.report import Access, AccessReport, Grants, Kind, Sighting, Unseen

__all__ = ["Access", "AccessReport", "Grants", "Kind", "Sighting", "Unseen", "list_access"]
