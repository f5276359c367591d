"""How the page looks, apart from any tab: gradio's theme in our colours, and the page's style."""

from functools import cache
from importlib import resources

FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Consolas", "Liberation Mono", "monospace")

# The colours: each has its name in the styles, and what it is in light and in dark.
_PALETTE = {
    "paper": ("#fbfaf7", "#13181b"),
    "sheet": ("#ffffff", "#1b2226"),
    "ink": ("#1a1f24", "#ecebe6"),
    "quiet": ("#4a545d", "#b5bec5"),
    "line": ("#d5d1c7", "#38434a"),
    "edge": ("#767c80", "#8b979e"),
    "action": ("#0b5563", "#7cc9d6"),
    "action-deep": ("#073e49", "#a5dde7"),
    "on-action": ("#ffffff", "#08191d"),
    "highlight": ("#ffe08a", "#5b4400"),
    "on-highlight": ("#1a1f24", "#fff4d6"),
    "underline": ("#a35f00", "#ffc94d"),
    "loss": ("#a3201d", "#ff9d94"),
}

# gradio's theme variables, by our colours.
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
ICON = (
    '<link rel="icon" href="'
    "data:image/svg+xml,%3Csvg xmlns='http%3A//www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Crect width='16' height='16' rx='3' fill='%230b5563'/%3E"
    "%3Cpath d='M8 2v8' stroke='white' stroke-width='1.5'/%3E"
    "%3Cpath d='M8 14a2.5 2.5 0 0 1-2.5-2.5L8 8l2.5 3.5A2.5 2.5 0 0 1 8 14z' fill='white'/%3E"
    "%3C/svg%3E"
    '">'
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
    """The page's style, icon and script, for its head; tabs add their own. Dark is where gradio
    says so."""
    style = static("web", "page.css")
    colours = f":root {{ {_colours(0)} }}\n.dark {{ {_colours(1)} }}"
    script = static("web", "frame.js")
    return f"{ICON}<style>{colours}\n{style}</style><script>{script}</script>"


def plain() -> str:
    """The style of a page without anything of gradio's; dark is where the browser says so."""
    dark = f"@media (prefers-color-scheme: dark) {{ :root {{ {_colours(1)} }} }}"
    return f":root {{ {_colours(0)} }}\n{dark}\n{static('web', 'plain.css')}"


def _colours(which: int) -> str:
    return " ".join(f"--{name}: {values[which]};" for name, values in _PALETTE.items())
