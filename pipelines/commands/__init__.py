"""What each command does for the person at the keyboard: its work asked for, its answer as text.

Belongs here: one module a command, or a few that answer alike. Does not: arguments and exit codes
(`pipelines.cli`), or the work itself (`statsbidrag`).
"""
