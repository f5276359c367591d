"""Pages of a PDF as they are printed, with a quote marked on them: drawn in the process in which
files are read, from the file that the library keeps, and served to whoever may see sources."""
