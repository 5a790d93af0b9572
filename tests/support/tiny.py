"""Tiny models with random weights, saved in the form in which the real ones are published.

Each has the architecture, pooling, padding side, prompts and special tokens of the model it is
named after; only width, depth and vocabulary are small. Nothing is downloaded.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TEXTS = [
    "The heron waits in the shallow water of the bay until a fish comes near.",
    "Where does the heron wait?",
    "A short one.",
    "Der Reiher wartet im flachen Wasser. 苍鹭在浅水中等待。 La garza espera en el agua.",
    "Judge whether the Document meets the requirements based on the Query and the Instruct yes no.",
    "query: passage: Instruct: Given a web search query, retrieve relevant passages that answer.",
]
QWEN3_QUERY = (
    "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
)
CHAT = (
    "{% for one in messages %}{% if one.role in ('system', 'user', 'assistant') %}"
    "{{ '<|im_start|>' + one.role + '\n' + one.content + '<|im_end|>\n' }}"
    "{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""A chat's template as language models have it: roles that it does not know are left out."""
WIDTH = 32


def qwen3_embedding(folder: Path) -> Path:
    """As Qwen3-Embedding: causal, left padding, an end token whose state is the vector.

    Its weights are stored in bf16, as the published ones are.
    """
    import torch
    from transformers import Qwen3Model

    tokenizer = _bytes_tokenizer(32768, ends=True)
    tokenizer.chat_template = CHAT  # it has one, and no use for it
    model = _seeded(Qwen3Model, _qwen3_config(len(tokenizer))).to(torch.bfloat16)
    prompts = {"query": QWEN3_QUERY, "document": ""}
    return _published(folder, model, tokenizer, "lasttoken", prompts)


def bge_m3(folder: Path) -> Path:
    """As bge-m3: XLM-RoBERTa for 8,192 tokens, the first token's state, no prompts."""
    tokenizer = _pieces_tokenizer(8192)
    return _published(folder, _xlm_roberta(len(tokenizer), 8194), tokenizer, "cls_token")


def multilingual_e5(folder: Path) -> Path:
    """As multilingual-e5-base: XLM-RoBERTa for 512 tokens, mean, prompts in its card only.

    The tokenizer says no length, as happens: positions alone bound it.
    """
    tokenizer = _pieces_tokenizer(int(1e30))
    return _published(folder, _xlm_roberta(len(tokenizer), 514), tokenizer, "mean_tokens")


def mpnet(folder: Path) -> Path:
    """As all-mpnet-base-v2: MPNet with distances in its attention, mean of the tokens' states."""
    from transformers import MPNetConfig, MPNetModel

    tokenizer = _pieces_tokenizer(384)
    config = MPNetConfig(vocab_size=len(tokenizer), max_position_embeddings=514, **_SMALL)
    return _published(folder, _seeded(MPNetModel, config), tokenizer, "mean_tokens")


def minilm(folder: Path) -> Path:
    """As all-MiniLM-L6-v2 and bge-*-en: BERT with word pieces, mean of the tokens' states."""
    from transformers import BertConfig, BertModel

    tokenizer = _words_tokenizer(64)
    config = BertConfig(vocab_size=len(tokenizer), max_position_embeddings=64, **_SMALL)
    return _published(folder, _seeded(BertModel, config), tokenizer, "mean_tokens")


def qwen3_reranker(folder: Path) -> Path:
    """As Qwen3-Reranker was published first: a causal model whose next word is yes or no."""
    from transformers import Qwen3ForCausalLM

    tokenizer = _bytes_tokenizer(32768, ends=False)
    tokenizer.chat_template = CHAT
    model = _seeded(Qwen3ForCausalLM, _qwen3_config(len(tokenizer)))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def cross_encoder(folder: Path) -> Path:
    """As ms-marco-MiniLM: BERT over both texts, one number."""
    from transformers import BertConfig, BertForSequenceClassification

    tokenizer = _words_tokenizer(64)
    config = BertConfig(
        vocab_size=len(tokenizer), max_position_embeddings=64, num_labels=1, **_SMALL
    )
    _seeded(BertForSequenceClassification, config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


_SMALL: dict[str, Any] = {
    "hidden_size": WIDTH,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
}


def _qwen3_config(vocabulary: int) -> Any:
    from transformers import Qwen3Config

    return Qwen3Config(
        vocab_size=vocabulary,
        max_position_embeddings=32768,
        num_key_value_heads=2,
        head_dim=16,
        **_SMALL,
    )


def _xlm_roberta(vocabulary: int, positions: int) -> Any:
    from transformers import XLMRobertaConfig, XLMRobertaModel

    config = XLMRobertaConfig(
        vocab_size=vocabulary, max_position_embeddings=positions, pad_token_id=1, **_SMALL
    )
    return _seeded(XLMRobertaModel, config)


def _seeded(kind: Any, config: Any) -> Any:
    import torch

    torch.manual_seed(1)
    model = kind(config)
    with torch.no_grad():  # freshly made states differ too little for a test to tell apart
        for weights in model.parameters():
            weights.add_(torch.randn_like(weights) * 0.1)
    return model.eval()


def _published(
    folder: Path,
    model: Any,
    tokenizer: Any,
    pooling: str,
    prompts: dict[str, str] | None = None,
) -> Path:
    """The files of a published model, with the names and keys that these have."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    kinds = ("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")
    modules = [
        {"idx": n, "name": str(n), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for n, (path, kind) in enumerate(kinds)
    ]
    modes = ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "lasttoken")
    pooled = {f"pooling_mode_{mode}": mode == pooling for mode in modes}
    config = {} if prompts is None else {"prompts": prompts, "default_prompt_name": None}
    for path, content in (
        ("modules.json", modules),
        ("1_Pooling/config.json", {"word_embedding_dimension": WIDTH, **pooled}),
        ("config_sentence_transformers.json", config),
    ):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(json.dumps(content), "utf-8")
    (folder / "2_Normalize").mkdir()
    return folder


def _bytes_tokenizer(limit: int, *, ends: bool) -> Any:
    """Qwen's kind: bytes in pairs, padded on the left; with ``ends`` it closes each text."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    end, special = "<|endoftext|>", ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator([*TEXTS, "yes no yes no", "\nyes\nno"], trainer)
    made.add_tokens(["yes", "no"])
    if ends:
        made.post_processor = processors.TemplateProcessing(
            single=f"$A {end}",
            pair=f"$A {end} $B {end}",
            special_tokens=[(end, made.token_to_id(end))],
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token=end,
        eos_token="<|im_end|>",
        padding_side="left",
        model_max_length=limit,
    )


def _pieces_tokenizer(limit: int) -> Any:
    """XLM-RoBERTa's kind: pieces over all scripts between <s> and </s>."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    made = Tokenizer(models.Unigram())
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=200, special_tokens=special, unk_token="<unk>", show_progress=False
    )
    made.train_from_iterator(TEXTS * 4, trainer)
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=limit,
    )


def _words_tokenizer(limit: int) -> Any:
    """BERT's kind: word pieces in small letters between [CLS] and [SEP]."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    normalizer, pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    told = (pre_tokenizer.pre_tokenize_str(normalizer.normalize_str(text)) for text in TEXTS)
    words = sorted({word for text in told for word, _ in text})
    # Not trained: a trainer breaks ties at random, and each process would have another model.
    letters = {piece for word in words for piece in (word[0], *(f"##{one}" for one in word[1:]))}
    halved = {half for it in words[::4] for half in (it[: len(it) // 2], f"##{it[len(it) // 2 :]}")}
    whole = sorted(set(words) - set(words[::4]))
    pieces = dict.fromkeys([*special, *sorted(letters), *sorted(halved - {""}), *whole])
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = normalizer, pre_tokenizer
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=limit,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )
