"""The catalogue as content that others evaluate: OVAL, SCE and OCIL checks, XCCDF benchmarks, SCAP data streams. Pure."""
