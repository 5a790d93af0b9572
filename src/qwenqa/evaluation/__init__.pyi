"""How good the answers are: collections with judged relevance, runs, metrics, comparisons."""

from .labelled import compare_runs as compare_runs
from .labelled import evaluate_collection as evaluate_collection
from .records import EvaluationReport as EvaluationReport
from .unlabelled import evaluate_index as evaluate_index
