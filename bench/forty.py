"""The floor: the nearest passages of a prepared index, in some forty lines and a new process.

``python bench/forty.py KIND FOLDER QUESTION``; ``times.py`` prepares the folder. KIND is ``torch``
for sentence-transformers and FAISS, ``onnx`` for onnxruntime, tokenizers and FAISS. Nothing is
verified, cited, found by its words or said to have no answer.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import faiss
import numpy as np


def by_torch(model: Path, _: Path, question: str) -> Any:
    """The question's vector by sentence-transformers."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(model), device="cpu").encode([question])


def by_onnx(model: Path, folder: Path, question: str) -> Any:
    """The question's vector by a graph whose weights are those of the model's folder."""
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
    return session.run(None, {"tokens": [tokenizer.encode(question).ids]})[0]


if __name__ == "__main__":
    kind, folder, question = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    told = json.loads((folder / "told.json").read_text("utf-8"))
    encode = {"torch": by_torch, "onnx": by_onnx}[kind]
    vector = encode(Path(told["model"]), folder, question)
    vector = np.asarray(vector / np.linalg.norm(vector), np.float32)
    scores, rows = faiss.read_index(str(folder / "index.faiss")).search(vector, 5)
    for score, row in zip(scores[0], rows[0], strict=True):
        print(f"{score:.3f}", told["texts"][row])
