"""What is made: one thin Dagster asset per stage, and its checks.

Belongs here: reading from and writing to the stages' files, metadata, checks. Does not: any
computation (`statsbidrag/`), or when things run (`pipelines/`).

Dagster looks annotations up itself and takes no `NewType` for one: an earlier stage's table comes
in as a frame, whose columns its check has proved, and is named (`schemas.tables.BasisTable`, …)
where it is handed on.
"""
