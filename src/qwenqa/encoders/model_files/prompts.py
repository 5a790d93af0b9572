"""What a model wants to be written before a query and before a passage."""

from __future__ import annotations

from pathlib import Path

from qwenqa.encoders.model_files.locate import read_json
from qwenqa.encoders.model_files.presets import preset_of

_PASSAGE = ("document", "passage", "corpus")


def prompts_of(model: str, folder: Path) -> tuple[str, str]:
    """The prompts of queries and passages, empty for none, of a model with its files there.

    Those of the model's own configuration; where that has none, of its preset.
    """
    config = read_json(folder / "config_sentence_transformers.json")
    written = config.get("prompts") if isinstance(config, dict) else None
    own = {key: str(value or "") for key, value in (written or {}).items()}
    query = own.get("query", "")
    passage = next((own[key] for key in _PASSAGE if own.get(key)), "")
    preset = preset_of(model)
    if query or passage or preset is None:
        return query, passage
    return preset.query_prompt, preset.passage_prompt
