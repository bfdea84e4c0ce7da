"""The history: every recorded run in an embedded store, and what can be asked of it."""
