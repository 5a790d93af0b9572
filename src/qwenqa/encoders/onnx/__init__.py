"""Models without torch: the graph of a known architecture, run by onnxruntime."""
