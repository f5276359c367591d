"""PDF, read by PDFium through pypdfium2 (Apache-2.0 and BSD): words with their places, put into
lines and columns, then into headings, paragraphs and tables. Of the permissive readers it is by
far the fastest, and gives the type of each word."""

from ingest.readers.pdf.document import read_pdf

__all__ = ["read_pdf"]
