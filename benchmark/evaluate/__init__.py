"""Evaluation: a catalogue and a snapshot become an assessment; pure functions only."""
