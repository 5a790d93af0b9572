"""Gradio's theme: fonts that Gradio brings along, quiet colours; page.css does the rest."""

from __future__ import annotations

import gradio as gr
from gradio.themes.utils.fonts import Font, LocalFont

THEME = gr.themes.Base(
    primary_hue=gr.themes.colors.teal,
    neutral_hue=gr.themes.colors.stone,
    font=[LocalFont("Source Sans Pro", weights=(400, 700)), Font("system-ui"), Font("sans-serif")],
    font_mono=[
        LocalFont("IBM Plex Mono", weights=(400, 700)),
        Font("ui-monospace"),
        Font("monospace"),
    ],
)
