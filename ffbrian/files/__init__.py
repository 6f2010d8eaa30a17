"""Files that may be a stranger's or may break off: safe to open, to write and to lock."""
