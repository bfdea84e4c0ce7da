"""What an audit costs, measured on a real engine: ``make bench``."""
