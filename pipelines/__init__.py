"""When and how the work is run: the command line, and Dagster's definitions.

Belongs here: arguments, exit codes, partitions, jobs, executors. Does not: what is made (`assets/`)
or how it is computed (`statsbidrag/`).
"""
