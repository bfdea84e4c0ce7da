"""Seccomp profiles that containers bring along, compared with the engine's own."""
