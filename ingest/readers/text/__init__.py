"""Files that are their own text: plain text, Markdown and JSON Lines; in which encoding they are,
and what stands at the top of a note."""
