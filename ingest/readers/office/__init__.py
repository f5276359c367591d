"""Inside office files: archives opened as they should be, the text and numbers of paragraphs of
Word, OpenDocument and PowerPoint as they are shown, charts and diagrams."""
