"""The engine's own word: where it listens, how it is read, and what it says as subjects with declared facts only."""
