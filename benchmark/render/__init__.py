"""Assessments become documents. Pure: no clock, environment, file or global state."""
