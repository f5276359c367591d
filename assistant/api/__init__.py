"""What other programs may ask of us, over HTTP with JSON or the Model Context Protocol.

`Desk` does what is asked; `routes` serves it at /api, described by an OpenAPI document and a page
of our own; `mcp` offers the same as tools.
"""
