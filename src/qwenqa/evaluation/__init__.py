"""How good the answers are: collections with judged relevance, runs, metrics, comparisons."""
