"""dockmark: judges Docker hosts against the CIS Docker Benchmark and proves it."""

__version__ = "0.1.0"
