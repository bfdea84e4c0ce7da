"""Collection: the only code that touches a host, /proc or an engine. It never raises for what they do, and never judges."""

from benchmark.collect.collector import collect_snapshot
from benchmark.collect.engine.contexts import EndpointError
from benchmark.collect.request import CollectRequest

__all__ = ["CollectRequest", "EndpointError", "collect_snapshot"]
