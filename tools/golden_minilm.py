"""Golden ids and embeddings of all-MiniLM-L6-v2 for Tests/TextEncoderTests/Fixtures/minilm.json.

  python tools/golden_minilm.py MODEL_FOLDER Tests/TextEncoderTests/Fixtures/minilm.json

MODEL_FOLDER: the Hugging Face folder of sentence-transformers/all-MiniLM-L6-v2. Needs torch and transformers (made with
torch 2.13.0, transformers 5.23.0). Mean over all tokens of the last hidden state, float32, at most 512 tokens; the first
8 of 384 numbers and the Euclidean norm of each embedding are kept.
"""
import json
import os
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import torch
import transformers
from transformers import AutoTokenizer, BertModel

SENTENCES = [
    "",
    "Acute on chronic systolic heart failure",
    "Type 2 diabetes mellitus without mention of complication, not stated as uncontrolled",
    "Essential hypertension, unspecified. Atrial fibrillation.",
    "Coronary atherosclerosis of native coronary artery; percutaneous transluminal coronary angioplasty (PTCA)",
    "Pneumonia, organism unspecified, with respiratory failure requiring mechanical ventilation for 96+ hours",
    "Ménière's disease and Sjögren syndrome",
    "β-lactam allergy; 0.9 % NaCl 500 mL at 37°C",
    "N02B other analgesics and antipyretics: paracetamol, acetylsalicylic acid, metamizole sodium",
    "B01A antithrombotic agents: warfarin, heparin, clopidogrel, rivaroxaban, alteplase",
    "Urinary tract infection, site not specified",
    "Long-term (current) use of insulin",
    "headache, dizziness, nausea and vomiting",
    "Venous catheterization, not elsewhere classified, Parenteral infusion of concentrated nutritional substances",
    "ICD-9 250.00, 401.9, 427.31 and 428.0",
    "气虚血瘀 qi deficiency with blood stasis",
    "the patient denies chest pain, shortness of breath, or palpitations",
    "Ginseng Radix et Rhizoma",
    "CHRONIC KIDNEY DISEASE, STAGE III (MODERATE)",
    ", ".join(["Unspecified essential hypertension", "Other and unspecified hyperlipidemia", "Esophageal reflux"] * 20),
]

folder, out = sys.argv[1], sys.argv[2]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager").eval()
cases = []
for text in SENTENCES:
    ids = tokenizer(text, truncation=True, max_length=512)["input_ids"]
    with torch.no_grad():
        mean = model(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(0)
    cases.append({"text": text, "ids": ids, "mean8": mean[:8].tolist(), "norm": mean.norm().item()})
about = {"model": "sentence-transformers/all-MiniLM-L6-v2", "torch": torch.__version__}
about["transformers"] = transformers.__version__
rows = ",\n".join(json.dumps(case) for case in cases)
with open(out, "w", encoding="utf-8") as f:
    f.write(json.dumps(about)[:-1] + ', "cases": [\n' + rows + "\n]}\n")
