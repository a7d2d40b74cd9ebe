"""The pure core: population and an agreement's rules in, amounts, comparisons and documents out.

Imports no Dagster and reads no environment, clock or network. Folders come as arguments.
"""
