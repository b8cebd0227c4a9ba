#!/usr/bin/env python3
"""Makes an invented NOTEEVENTS.csv of MIMIC-III's layout, to measure how fast symptoms are found in notes. The notes are
sentences put together at random under the usual headings: multi-line quoted text with doubled quotes. Nothing in them is
about a person.

    tools/make_prescriptions.py OUT
    tools/make_notes.py OUT --symptoms symptoms.txt              60,000 notes, about 0.9 GB
    theriac import mimic3 --root OUT --maps OUT/maps --symptoms symptoms.txt --out cohort.h5

OUT has the ADMISSIONS.csv of tools/make_prescriptions.py: its admissions get a discharge summary each, in their order,
and again from the first while notes are left. The same arguments give the same bytes. Needs Python 3 alone.
"""
import argparse
import csv
import os
import random

COLUMNS = "ROW_ID,SUBJECT_ID,HADM_ID,CHARTDATE,CHARTTIME,STORETIME,CATEGORY,DESCRIPTION,CGID,ISERROR,TEXT"
SYMPTOMS = """chest pain,fever,chills,nausea,vomiting,headache,cough,dizziness,abdominal pain,back pain,shortness of breath,
fatigue,weakness,diarrhea,constipation,palpitations,edema,syncope,rash,weight loss""".replace("\n", "").split(",")
WORDS = """the patient was admitted to hospital with a history of who had been in good health until days before when noted
increasing and taken by daughter emergency room where she found be treated started on continued for his her stable condition
transferred floor unit blood pressure rate of and oxygen saturation on room air given intravenous fluids antibiotics improved
discharged home services follow up primary care seen surgery renal cardiology consulted recommended mg daily tablet twice
left right lower upper lobe no evidence normal limits mild moderate severe acute chronic bilateral without""".split()
# Heading, share of the note's sentences, share of sentences with a symptom.
SECTIONS = [
    ("Chief Complaint", 0.01, 0.9), ("History of Present Illness", 0.12, 0.4), ("Past Medical History", 0.08, 0.1),
    ("Social History", 0.03, 0.0), ("Physical Exam", 0.12, 0.1), ("Pertinent Results", 0.24, 0.0),
    ("Brief Hospital Course", 0.25, 0.2), ("Medications on Admission", 0.08, 0.0), ("Discharge Instructions", 0.07, 0.3),
]
PATTERNS = ["reports {}", "denies {}", "no {}", "presents with {} for two days", "without {} or {}", "{}, {} and {}",
            "complained of \"\"{}\"\" last night", "was negative for {}"]


def sentence(rng, symptoms):
    words = [rng.choice(WORDS) for _ in range(rng.randint(5, 16))]
    if symptoms:
        pattern = rng.choice(PATTERNS)
        words[3:3] = [pattern.format(*(rng.choice(symptoms) for _ in range(pattern.count("{}"))))]
    if rng.random() < 0.3:
        words[-1:] = [f"{rng.randint(1, 400)}", rng.choice(["mg", "ml", "bpm", "%", "(H)", "[**2149-5-1**]"])]
    text = " ".join(words)
    end = rng.choice([". ", ". ", ".\n", ".\n"])
    middle = text.find(" ", len(text) // 2)
    # The release's lines are broken near column 80.
    return text[0].upper() + text[1:middle] + "\n" + text[middle + 1:] + end


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", help="a folder with ADMISSIONS.csv")
    parser.add_argument("--notes", type=int, default=60_000)
    parser.add_argument("--bytes", type=int, default=17_500, help="of an average note")
    parser.add_argument("--symptoms", help="phrases to put into the notes, one per line (default: twenty common ones)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    symptoms = SYMPTOMS
    if arguments.symptoms:
        with open(arguments.symptoms) as file:
            symptoms = [line.strip().replace('"', "") for line in file if line.strip()]
    with open(f"{arguments.out}/ADMISSIONS.csv", newline="") as file:
        stays = [(row["SUBJECT_ID"], row["HADM_ID"], row["ADMITTIME"]) for row in csv.DictReader(file)]
    plain = [sentence(rng, []) for _ in range(4_000)]
    telling = [sentence(rng, symptoms) for _ in range(4_000)]
    average = sum(map(len, plain + telling)) / 8_000
    path = f"{arguments.out}/NOTEEVENTS.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(COLUMNS + "\n")
        for number in range(arguments.notes):
            subject, stay, time = stays[number % len(stays)]
            count = rng.uniform(0.4, 1.6) * arguments.bytes / average
            parts = [f"Admission Date:  [**{time[:10]}**]\n\nSex:  {rng.choice('FM')}\n"]
            for heading, share, rate in SECTIONS:
                length = max(1, round(count * share))
                found = round(length * rate)
                chosen = rng.choices(plain, k=length - found) + rng.choices(telling, k=found)
                rng.shuffle(chosen)
                parts.append(f"\n{heading}:\n" + "".join(chosen) + "\n")
            file.write(f'{number + 1},{subject},{stay},{time[:10]},,,"Discharge summary","Report",,,"{"".join(parts)}"\n')
    print(f"{path}: {arguments.notes:,} notes, {os.path.getsize(path) / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
