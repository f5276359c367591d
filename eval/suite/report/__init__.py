"""A run and a comparison for people and for CI: HTML, Markdown, plain text, JUnit."""
