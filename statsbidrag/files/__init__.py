"""Any file from outside, read safely; any file of ours, put in place whole.

Does not belong here: what a file means.

| module | answers |
|---|---|
| `raw_folder` | what lies in `raw/`, and is it what its sidecar says? |
| `yaml_reading` | what does a YAML file hold, every mistake with its line and column? |
| `yaml_mending` | what can still be read of a YAML file with mistakes, and which are they? |
| `yaml_writing` | how does the program write YAML as people do? |
| `whole_file` | how is a file put in place, whole or not at all? |
| `csv_files` | how is a CSV for people written, and read again? |
| `csv_tables` | which cells has a CSV that people keep? |
| `checked_tables` | does a frame hold what its schema says? |
| `printable_text` | can this text be shown on every page? |
| `zip_guard` | may this zip archive be opened at all? |
| `project` | where do the project's own files lie? |
"""
