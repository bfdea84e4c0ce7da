"""Evidence packs: what an auditor can verify without dockmark."""
