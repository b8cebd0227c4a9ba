#!/usr/bin/env python3
"""From MIMIC-III's tables to patients with visits of codes, with pandas: what `tools/bench_against_pandas` compares
`theriac import mimic3 --route ndc-rxcui` with. Needs pandas.

    tools/pandas_import.py published|careful ROOT MAPS OUT

published  the steps of the field's published scripts (SafeDrug's and those after it): all columns read with default
           types (NDC as a category), most of them dropped, missing values filled forwards, dates parsed, sorted.
careful    what a careful user would write for the same result as Theriac's: only the columns that are used, as text.
"""
import pickle
import sys

import pandas as pd


def medications_published(root):
    table = pd.read_csv(f"{root}/PRESCRIPTIONS.csv", dtype={"NDC": "category"})
    table = table.drop(columns=[
        "ROW_ID", "DRUG_TYPE", "DRUG_NAME_POE", "DRUG_NAME_GENERIC", "FORMULARY_DRUG_CD", "PROD_STRENGTH", "DOSE_VAL_RX",
        "DOSE_UNIT_RX", "FORM_VAL_DISP", "FORM_UNIT_DISP", "GSN", "ROUTE", "ENDDATE", "DRUG"])
    table = table[table["NDC"] != "0"]
    table = table.ffill().dropna().drop_duplicates()
    table["ICUSTAY_ID"] = table["ICUSTAY_ID"].astype("int64")
    table["STARTDATE"] = pd.to_datetime(table["STARTDATE"], format="%Y-%m-%d %H:%M:%S")
    table = table.sort_values(by=["SUBJECT_ID", "HADM_ID", "ICUSTAY_ID", "STARTDATE"]).reset_index(drop=True)
    return table.drop(columns=["ICUSTAY_ID"]).drop_duplicates().reset_index(drop=True)


def medications_careful(root):
    table = pd.read_csv(f"{root}/PRESCRIPTIONS.csv", usecols=["SUBJECT_ID", "HADM_ID", "NDC"], dtype=str)
    return table[table["NDC"] != "0"].dropna().drop_duplicates()


def classes(table, maps):
    """NDC → RxCUI → first four characters of the ATC code."""
    concepts = pd.read_csv(f"{maps}/ndc2rxcui.csv", dtype=str).set_index("ndc11")["rxcui"]
    table["RXCUI"] = table["NDC"].astype(str).map(concepts.to_dict())
    table = table.dropna(subset=["RXCUI"])
    atc = pd.read_csv(f"{maps}/RXCUI2atc4.csv", dtype=str)[["RXCUI", "ATC4"]].drop_duplicates(subset=["RXCUI"])
    table = table.merge(atc, on="RXCUI").drop(columns=["NDC", "RXCUI"])
    table["ATC3"] = table["ATC4"].map(lambda code: code[:4])
    return table[["SUBJECT_ID", "HADM_ID", "ATC3"]].drop_duplicates().reset_index(drop=True)


def codes(root, name, kind):
    columns = {} if kind == "published" else dict(usecols=["SUBJECT_ID", "HADM_ID", "SEQ_NUM", "ICD9_CODE"])
    types = dict(dtype={"ICD9_CODE": str}) if kind == "published" else dict(dtype=str)
    table = pd.read_csv(f"{root}/{name}.csv", **columns, **types).dropna()
    table["SEQ_NUM"] = table["SEQ_NUM"].astype(int)
    table = table.sort_values(by=["SUBJECT_ID", "HADM_ID", "SEQ_NUM"])
    return table[["SUBJECT_ID", "HADM_ID", "ICD9_CODE"]].drop_duplicates().reset_index(drop=True)


def main(kind, root, maps, out):
    medications = classes((medications_published if kind == "published" else medications_careful)(root), maps)
    diagnoses, procedures = codes(root, "DIAGNOSES_ICD", kind), codes(root, "PROCEDURES_ICD", kind)
    keys = ["SUBJECT_ID", "HADM_ID"]
    complete = medications[keys].drop_duplicates()
    for table in (diagnoses, procedures):
        complete = complete.merge(table[keys].drop_duplicates(), on=keys)
    visits = complete.groupby("SUBJECT_ID")["HADM_ID"].nunique()
    complete = complete[complete["SUBJECT_ID"].isin(visits[visits > 1].index)]
    data = complete
    for table, column in ((diagnoses, "ICD9_CODE"), (procedures, "ICD9_CODE"), (medications, "ATC3")):
        lists = table.merge(complete, on=keys).groupby(keys)[column].unique().reset_index()
        data = data.merge(lists, on=keys, suffixes=("", "_2"))
    times = pd.read_csv(f"{root}/ADMISSIONS.csv", usecols=["HADM_ID", "ADMITTIME"], dtype={"HADM_ID": data["HADM_ID"].dtype})
    data = data.merge(times, on="HADM_ID").sort_values(["SUBJECT_ID", "ADMITTIME", "HADM_ID"])
    records, vocabularies = [], [{}, {}, {}]
    for _, patient in data.groupby("SUBJECT_ID"):
        records.append([
            [[words.setdefault(code, len(words)) for code in codes] for words, codes in zip(vocabularies, visit)]
            for visit in zip(patient["ICD9_CODE"], patient["ICD9_CODE_2"], patient["ATC3"])])
    with open(out, "wb") as file:
        pickle.dump((records, vocabularies), file)
    counts = " ".join(f"{len(words)}" for words in vocabularies)
    print(f"{len(records)} patients, {len(data)} visits, codes {counts}")


if __name__ == "__main__":
    if len(sys.argv) != 5 or sys.argv[1] not in ("published", "careful"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
