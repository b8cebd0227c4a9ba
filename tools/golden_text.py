"""Golden folders for Tests/TextEncoderTests/Fixtures/plms: tiny random encoders in every form that PLMFolder reads.

  python tools/golden_text.py Tests/TextEncoderTests/Fixtures/plms

Needs torch and transformers (made with torch 2.13.0, transformers 5.23.0, tokenizers 0.23.3). Makes

  uncased/ cased/ roberta/    config.json, tokenizer files, model.safetensors, golden.json
  forms/                      the weights of uncased/ in all other formats

golden.json: texts, ids cut at 128 and 512 (or the model's limit), and the three poolings of the last hidden state.
The vocabularies are our own; the weights are multiples of 1/256, so that f16 and bf16 hold most of them closely.
"""
import json
import os
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoTokenizer, BertConfig, BertModel, RobertaConfig, RobertaModel

WORDS = """heart failure acute chronic pain cough fever of the with and in patient diabetes mellitus type renal disease
hyper tension hypertension pneumonia unspecified infection site left right lobe lung blood pressure insulin aspirin
mg ml 500 250 0 9 2 nacl café cafe naive naïve straße 心 不 全 ß ﬁ ① ½ µ α β Ω""".split()
PIECES = "##s ##ed ##ing ##ly ##tension ##glyc ##emia ##a ##b ##c ##e ##i ##n ##o ##r ##t ##x ##1 ##0 ##é ##全".split()
MARKS = list("""abcdefghijklmnopqrstuvwxyz0123456789.,;:!?()[]{}<>-+*/=%&$#@'"_~^|\\`""") + ["°", "™", "—", "…", "€", "¿"]
CAPITALS = list("ABCDEFGHIJKLMNOPQRSTUVWXYZ") + ["Heart", "Failure", "Café", "NaCl", "É", "II", "Ä"]
TEXTS = [
    "", " ", "heart failure", "Acute Heart Failure", "Hypertension, unspecified; TYPE 2 diabetes mellitus",
    "Café NAÏVE naïve Straße ﬁ É é", "cafe\u0301 e\u0301\u0323", "\u0301 lone mark", "心不全 heart心failure 不全",
    "한국어 の 𠀀 U+2B820: \U0002B820", "0.9 % NaCl 500ml (2x) [left] {right} <mg>", "a-b_c d/e\\f \"g\" 'h' `i`",
    "don't we'll I'm they've he's she'd you're 'tis", "zero\u200bwidth\u200djoin \ufefffeff \u00adsoft", "bell\x07 null\x00 del\x7f esc\x1b[0m",
    "tab\there\nnew\r\nline\x0bvt\x0cff\x1cfs\x85nel\u00a0nbsp\u2028ls\u3000ideographic", "  two  spaces   three ",
    "unknown qqq zzz 😀 👨‍👩‍👧 🇩🇪", "x" * 99, "x" * 100, "x" * 101, "y" * 300 + " heart", "[CLS] a [SEP][MASK]b [PAD] [UNK] [cls]",
    "<s> a </s><mask> b <pad> <unk> <S>", "α-blocker β2 µg ½ ① Ω Ω K Å Å", "İstanbul ıI ǅ ẞ ß ŉ", "\ufffd private \ue000 \U000f0000",
    "हिन्दी ก็ العربية עברית", "long: " + "acute heart failure, " * 60, "very long: " + "renal disease of the left lobe; " * 200,
    "1234567890 3.14 1e-5 ²³ Ⅷ ٣", "...!!!???", "—–-…", "end with space ", "\tstart",
]


def forms_of(model, folder):
    """The same weights in every format; names with prefixes and old names too."""
    state = {name: value.clone().contiguous() for name, value in model.state_dict().items()}
    os.makedirs(folder)
    for name, kind in [("f16", torch.float16), ("bf16", torch.bfloat16)]:
        save_file({k: v.to(kind) if v.is_floating_point() else v for k, v in state.items()}, f"{folder}/{name}.safetensors")
    names = sorted(state)
    half = len(names) // 2
    for suffix, write in [("safetensors", save_file), ("bin", torch.save)]:
        stem = "model" if suffix == "safetensors" else "pytorch_model"
        parts = [f"{stem}-0000{i}-of-00002.{suffix}" for i in (1, 2)]
        weight_map = {}
        for part, own in zip(parts, [names[:half], names[half:]]):
            write({k: state[k] for k in own}, f"{folder}/{part}")
            weight_map.update({k: part for k in own})
        with open(f"{folder}/{stem}.{suffix}.index.json", "w") as f:
            json.dump({"metadata": {"total_size": sum(v.nbytes for v in state.values())}, "weight_map": weight_map}, f)
    torch.save(state, f"{folder}/zip.bin")
    torch.save(state, f"{folder}/legacy.bin", _use_new_zipfile_serialization=False)
    torch.save({k: v.to(torch.bfloat16) for k, v in state.items()}, f"{folder}/zip-bf16.bin")
    torch.save({k: v.half() for k, v in state.items()}, f"{folder}/legacy-f16.bin", _use_new_zipfile_serialization=False)
    # As published in 2019: a model for pre-training, `bert.` in front, gamma and beta, int64 positions, tied heads,
    # a transposed view and a shared storage.
    old = type(model.state_dict())()
    for k, v in state.items():
        k = "bert." + k.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
        old[k] = v.t().contiguous().t() if k.endswith("output.dense.weight") else v
    old["bert.embeddings.position_ids"] = torch.arange(64).expand((1, -1))
    old["cls.predictions.decoder.weight"] = old["bert.embeddings.word_embeddings.weight"]
    old["cls.predictions.bias"] = torch.zeros(state["embeddings.word_embeddings.weight"].shape[0])
    pool = torch.cat([old["bert.encoder.layer.0.attention.self.query.bias"], old["bert.encoder.layer.0.attention.self.key.bias"]])
    old["bert.encoder.layer.0.attention.self.query.bias"], old["bert.encoder.layer.0.attention.self.key.bias"] = pool.split(pool.numel() // 2)
    old["bert.encoder.layer.0.output.dense.bias"] = torch.nn.Parameter(old["bert.encoder.layer.0.output.dense.bias"])
    torch.save(old, f"{folder}/old-legacy.bin", _use_new_zipfile_serialization=False)
    torch.save({"epoch": 3, "state_dict": old, "note": "a training checkpoint"}, f"{folder}/old-zip.bin")


def exact(model):
    """Weights that are multiples of 1/256."""
    torch.manual_seed(20261121)
    with torch.no_grad():
        for name, value in model.named_parameters():
            random = torch.randint(-128, 129, value.shape) / 256
            value.copy_(1 + random / 4 if "LayerNorm.weight" in name else random)
    return model.eval()


def golden(folder, model, limit):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    cases = []
    for text in TEXTS:
        case = {"text": text}
        for at in (128, 512):
            ids = tokenizer(text, truncation=True, max_length=at)["input_ids"]
            case[f"ids{at}"] = ids
        ids = tokenizer(text, truncation=True, max_length=limit)["input_ids"]
        with torch.no_grad():
            hidden = model(input_ids=torch.tensor([ids])).last_hidden_state[0].double()
        inner = hidden[1:-1] if len(ids) > 2 else hidden
        for name, value in [("mean", hidden.mean(0)), ("cls", hidden[0]), ("mean-without-special", inner.mean(0))]:
            case[name] = [float(f"{x:.9g}") for x in value]
        cases.append(case)
    about = {"torch": torch.__version__, "transformers": transformers.__version__, "limit": limit}
    rows = ",\n".join(json.dumps(case) for case in cases)
    with open(f"{folder}/golden.json", "w", encoding="utf-8") as f:
        f.write(json.dumps(about)[:-1] + ', "cases": [\n' + rows + "\n]}\n")


def bert(out, name, vocabulary, settings, whole):
    """A BERT folder: vocab.txt as old folders have it, or (whole) tokenizer.json alone."""
    folder = f"{out}/{name}"
    os.makedirs(folder)
    with open(f"{folder}/vocab.txt", "w", encoding="utf-8") as f:
        f.write("\n".join(vocabulary) + "\n")
    with open(f"{folder}/tokenizer_config.json", "w") as f:
        json.dump(settings, f)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12,
        max_position_embeddings=64)
    model = exact(BertModel(config))
    model.save_pretrained(folder)
    if whole:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        tokenizer.add_tokens(["follow-up", "QQQ"])
        tokenizer.save_pretrained(folder)
        os.remove(f"{folder}/vocab.txt") if os.path.exists(f"{folder}/vocab.txt") else None
        config.vocab_size = len(tokenizer)
        model = exact(BertModel(config))
        model.save_pretrained(folder)
    else:
        # A config.json as of 2019: no model_type, no architectures.
        old = {k: getattr(config, k) for k in [
            "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
            "max_position_embeddings", "type_vocab_size", "hidden_act", "attention_probs_dropout_prob",
            "hidden_dropout_prob", "initializer_range"]}
        golden(folder, model, 64)
        with open(f"{folder}/config.json", "w") as f:
            json.dump(old, f)
        return model
    golden(folder, model, 64)
    return model


def roberta(out):
    """A byte-level BPE trained on our texts, written as vocab.json and merges.txt."""
    from tokenizers import ByteLevelBPETokenizer

    folder = f"{out}/roberta"
    os.makedirs(folder)
    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator(
        TEXTS + [" ".join(WORDS)] * 3, vocab_size=420, min_frequency=2, show_progress=False,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    trained.save_model(folder)
    with open(f"{folder}/tokenizer_config.json", "w") as f:
        json.dump({"tokenizer_class": "RobertaTokenizer", "add_prefix_space": False, "mask_token": {
            "__type": "AddedToken", "content": "<mask>", "lstrip": True, "normalized": False, "rstrip": False,
            "single_word": False}}, f)
    config = RobertaConfig(
        vocab_size=trained.get_vocab_size(), hidden_size=8, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=12, max_position_embeddings=66, type_vocab_size=1, layer_norm_eps=1e-5)
    model = exact(RobertaModel(config))
    model.save_pretrained(folder)
    golden(folder, model, 64)


if __name__ == "__main__":
    out = sys.argv[1]
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

    def unique(tokens):
        return list(dict.fromkeys(tokens))

    model = bert(out, "uncased", unique(special + WORDS + PIECES + MARKS), {"do_lower_case": True}, whole=False)
    bert(out, "cased", unique(special + CAPITALS + WORDS + PIECES + MARKS), {"do_lower_case": False}, whole=True)
    roberta(out)
    forms_of(model, f"{out}/forms")
