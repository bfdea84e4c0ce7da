"""Scheduled runs: when they are due, the systemd units that start them, and whether they happened. Pure."""
