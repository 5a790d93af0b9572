"""Gradio's theme: fonts that Gradio brings along, quiet colours; our own styles do the rest."""

from __future__ import annotations

import gradio as gr

THEME = gr.themes.Base(
    primary_hue=gr.themes.colors.teal,
    neutral_hue=gr.themes.colors.stone,
    font=[
        gr.themes.LocalFont("Source Sans Pro", weights=(400, 700)),
        gr.themes.Font("system-ui"),
        gr.themes.Font("sans-serif"),
    ],
    font_mono=[
        gr.themes.LocalFont("IBM Plex Mono", weights=(400, 700)),
        gr.themes.Font("ui-monospace"),
        gr.themes.Font("monospace"),
    ],
)
