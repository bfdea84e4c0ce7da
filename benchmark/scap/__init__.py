"""XCCDF, ARF and tailoring as documents: names, characters, elements, strict reading. Knows only the model."""
