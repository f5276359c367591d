"""The process in which files are read, and what it says to the one that asked."""
