"""Parts that every tab is built of."""

import gradio as gr

from vectorstore.page.markup import Html


def panel(value: Html, elem_id: str) -> gr.Markdown:
    """A place for finished markup.

    gr.HTML compiles its template with `Function`, which the page's policy forbids. gr.Markdown
    passes one line of HTML through; its sanitizer would drop the attributes that name things
    for screen readers, and is not needed, since `Html` has escaped every text.
    """
    return gr.Markdown(value, elem_id=elem_id, sanitize_html=False, latex_delimiters=[])
