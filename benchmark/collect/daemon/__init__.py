"""The daemon: which process serves the API, and which settings it has in force."""
