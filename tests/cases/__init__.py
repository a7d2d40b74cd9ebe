"""Worked examples, each with its source."""
