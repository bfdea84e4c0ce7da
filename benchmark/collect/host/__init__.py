"""What a host itself says: files, accounts, mounts, audit rules, units, processes. Never raises, never judges."""
