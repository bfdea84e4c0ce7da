"""Vulnerability reports: files that scanners wrote, read strictly and bound to images by digest."""
