"""Specialty Publisher: Markdown from many specialty teams, to one site and to all their social pages, exactly once."""

__version__ = "0.1.0"
