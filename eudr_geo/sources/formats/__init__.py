"""The formats of files, byte by byte: what the readers share. Knows no plot."""
