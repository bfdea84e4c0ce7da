"""The catalogue: controls/ and mappings/ read strictly, checked, compiled and loaded."""
