"""OSCAL (NIST): what its documents share. Below the rooms that write them."""
