"""The floor: the nearest passages of a prepared index, in some forty lines and a new process.

``python bench/speed/forty.py KIND FOLDER QUESTION``; ``times.py`` prepares the folder. KIND is ``torch``
for sentence-transformers and FAISS, ``onnx`` for onnxruntime, tokenizers and FAISS. Nothing is
verified, cited, found by its words or said to have no answer.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np

Encode = Callable[[str], Any]


def by_torch(model: Path, _: Path) -> Encode:
    """Gives a text's vector by sentence-transformers."""
    from sentence_transformers import SentenceTransformer

    opened = SentenceTransformer(str(model), device="cpu")
    return lambda text: opened.encode([text])


def by_onnx(model: Path, folder: Path) -> Encode:
    """Gives a text's vector by a graph whose weights are those of the model's folder."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    weights = load_file(model / "model.safetensors")
    named = json.loads((folder / "weights.json").read_text("utf-8"))
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(weights[name]) for name in named]
    options = onnxruntime.SessionOptions()
    options.add_external_initializers(named, values)
    graph = (folder / "graph.onnx").read_bytes()
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_padding()
    # The session does not own the weights that it computes with.
    kept = (weights, values)
    return lambda text: kept and session.run(None, {"tokens": [tokenizer.encode(text).ids]})[0]


KINDS = {"torch": by_torch, "onnx": by_onnx}


def nearest(encode: Encode, index: Any, question: str) -> list[tuple[float, int]]:
    """Cosine and row of the five nearest passages."""
    vector = encode(question)
    vector = np.asarray(vector / np.linalg.norm(vector), np.float32)
    scores, rows = index.search(vector, 5)
    return list(zip(scores[0].tolist(), rows[0].tolist(), strict=True))


if __name__ == "__main__":
    kind, folder, question = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    told = json.loads((folder / "told.json").read_text("utf-8"))
    encode = KINDS[kind](Path(told["model"]), folder)
    for score, row in nearest(encode, faiss.read_index(str(folder / "index.faiss")), question):
        print(f"{score:.3f}", told["texts"][row])
