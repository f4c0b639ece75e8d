"""Pages that people open in a browser: one file each, no network, safe against what strangers wrote."""
