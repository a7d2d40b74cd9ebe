"""What data must look like: pydantic models of every file, pandera models of every table.

The vocabulary of the project. Nothing here reads a file or computes an amount.
"""
