"""What is made: one thin Dagster asset per stage, and its checks.

Belongs here: reading from and writing to the stages' files, metadata, checks. Does not: any
computation (`statsbidrag/`), or when things run (`pipelines/`).
"""
