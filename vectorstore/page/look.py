"""How the page looks, apart from any tab: gradio's theme in our colours, and the page's style."""

from functools import cache
from importlib import resources

FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Consolas", "Liberation Mono", "monospace")

# gradio's theme variables; page.css gives the colours their values, light and dark.
_COLOURS = {
    "body_background_fill": "var(--paper)",
    "body_text_color": "var(--ink)",
    "body_text_color_subdued": "var(--quiet)",
    "background_fill_primary": "var(--paper)",
    "background_fill_secondary": "var(--sheet)",
    "border_color_primary": "var(--line)",
    "border_color_accent": "var(--action)",
    "block_background_fill": "var(--paper)",
    "block_border_color": "var(--line)",
    "block_label_text_color": "var(--ink)",
    "block_title_text_color": "var(--ink)",
    "input_background_fill": "var(--sheet)",
    "input_border_color": "var(--edge)",
    "input_border_color_focus": "var(--action)",
    "input_placeholder_color": "var(--quiet)",
    "link_text_color": "var(--action)",
    "link_text_color_hover": "var(--action-deep)",
    "link_text_color_visited": "var(--action)",
    "link_text_color_active": "var(--action)",
    "button_primary_background_fill": "var(--action)",
    "button_primary_background_fill_hover": "var(--action-deep)",
    "button_primary_border_color": "var(--action)",
    "button_primary_text_color": "var(--on-action)",
    "button_primary_text_color_hover": "var(--on-action)",
    "button_secondary_background_fill": "var(--paper)",
    "button_secondary_background_fill_hover": "var(--line)",
    "button_secondary_border_color": "var(--edge)",
    "button_secondary_text_color": "var(--action)",
    "button_secondary_text_color_hover": "var(--action)",
}
THEME = {
    **_COLOURS,
    **{f"{name}_dark": value for name, value in _COLOURS.items()},
    "body_text_size": "1rem",
    "block_border_width": "0px",
    "block_shadow": "none",
    "input_shadow": "none",
    "input_shadow_focus": "none",
    "input_text_size": "1rem",
    "button_large_radius": "8px",
    "button_small_radius": "6px",
    "button_small_text_size": "1rem",
    "button_large_text_size": "1rem",
}

# A sounding line, drawn here so that the browser has no reason to look for an icon elsewhere.
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Crect width='16' height='16' rx='3' fill='%230b5563'/%3E"
    "%3Cpath d='M8 2v8' stroke='white' stroke-width='1.5'/%3E"
    "%3Cpath d='M8 14a2.5 2.5 0 0 1-2.5-2.5L8 8l2.5 3.5A2.5 2.5 0 0 1 8 14z' fill='white'/%3E"
    "%3C/svg%3E"
)


@cache
def static(package: str, name: str) -> str:
    """A file of a package's folder `static`, as text."""
    return (resources.files(package) / "static" / name).read_text("utf-8")


def dressed(package: str, name: str) -> str:
    """The styles and the script that a part of the page needs, for its head: `name`.css and .js."""
    style, script = static(package, f"{name}.css"), static(package, f"{name}.js")
    return f"<style>{style}</style><script>{script}</script>"


def head() -> str:
    """The page's style and icon, for its head; tabs add their own."""
    style = static("vectorstore.page", "page.css")
    return f'<link rel="icon" href="{_ICON}"><style>{style}</style>'
