"""What is known of published models that their own configuration does not say.

Facts are those of the model cards on huggingface.co, under each model's name. A prompt stands here
only where the card asks for one and the published ``config_sentence_transformers.json`` has
none; what a configuration has goes before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_MANY = "100+ languages"
_BGE_QUERY = "Represent this sentence for searching relevant passages: "
_BGE_ZH_QUERY = "为这个句子生成表示以用于检索相关文章："
# The task that the cards of instructed models give for searching.
_INSTRUCTED = (
    "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
)


@dataclass(frozen=True, slots=True)
class Preset:
    """A published model: which languages it is made for, its licence, size and prompts.

    ``parameters`` are in millions.
    """

    languages: str
    license: str
    parameters: int
    query_prompt: str = ""
    passage_prompt: str = ""


def preset_of(model: str) -> Preset | None:
    """What is known of a model by its Hub name, or of a folder that is called like one."""
    name = model.lower()
    if Path(model).is_dir():
        return _BY_FOLDER.get(Path(model).resolve().name.lower())
    return PRESETS.get(name)


def _e5(languages: str, parameters: int) -> Preset:
    return Preset(languages, "MIT", parameters, "query: ", "passage: ")


def _bge(languages: str, parameters: int) -> Preset:
    prompt = _BGE_ZH_QUERY if languages == "Chinese" else _BGE_QUERY
    return Preset(languages, "MIT", parameters, prompt)


def _qwen3(parameters: int) -> Preset:
    return Preset(_MANY, "Apache-2.0", parameters, _INSTRUCTED)


PRESETS = {
    "sentence-transformers/all-minilm-l6-v2": Preset("English", "Apache-2.0", 23),
    "sentence-transformers/all-minilm-l12-v2": Preset("English", "Apache-2.0", 33),
    "sentence-transformers/all-mpnet-base-v2": Preset("English", "Apache-2.0", 109),
    "sentence-transformers/paraphrase-multilingual-minilm-l12-v2": Preset(
        "50+ languages", "Apache-2.0", 118
    ),
    "sentence-transformers/paraphrase-multilingual-mpnet-base-v2": Preset(
        "50+ languages", "Apache-2.0", 278
    ),
    "intfloat/e5-small-v2": _e5("English", 33),
    "intfloat/e5-base-v2": _e5("English", 109),
    "intfloat/e5-large-v2": _e5("English", 335),
    "intfloat/multilingual-e5-small": _e5("94 languages", 118),
    "intfloat/multilingual-e5-base": _e5("94 languages", 278),
    "intfloat/multilingual-e5-large": _e5("94 languages", 560),
    "intfloat/multilingual-e5-large-instruct": Preset(
        "94 languages", "MIT", 560, query_prompt=f"{_INSTRUCTED} "
    ),
    "baai/bge-small-en-v1.5": _bge("English", 33),
    "baai/bge-base-en-v1.5": _bge("English", 109),
    "baai/bge-large-en-v1.5": _bge("English", 335),
    "baai/bge-small-zh-v1.5": _bge("Chinese", 24),
    "baai/bge-base-zh-v1.5": _bge("Chinese", 102),
    "baai/bge-large-zh-v1.5": _bge("Chinese", 326),
    "baai/bge-m3": Preset(_MANY, "MIT", 568),
    "qwen/qwen3-embedding-0.6b": _qwen3(596),
    "qwen/qwen3-embedding-4b": _qwen3(4022),
    "qwen/qwen3-embedding-8b": _qwen3(7568),
}
"""Presets by the model's name on the Hub, in small letters."""

_BY_FOLDER = {name.partition("/")[2]: preset for name, preset in PRESETS.items()}
