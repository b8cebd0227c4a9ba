#!/usr/bin/env python3
"""Makes a folder of invented tables with the names, columns, quoting and size of MIMIC-III 1.4 (or MIMIC-IV), and code
maps that fit, to measure an import. Nothing in it is about a person, and no code means anything.

    tools/make_prescriptions.py OUT                              4.2 million prescriptions, about 740 MB
    tools/make_prescriptions.py OUT --layout mimic4 --rows 20000000
    theriac import mimic3 --root OUT --maps OUT/maps --out cohort.h5

The same arguments give the same bytes. Needs Python 3 alone.
"""
import argparse
import datetime
import itertools
import os
import random

SIZES = {"mimic3": (46_520, 58_976, 4_156_450), "mimic4": (223_452, 546_028, 20_292_611)}  # patients, visits, rows
CLASSES, DRUGS = 131, 4_200
ROUTES = ["PO", "IV", "IV DRIP", "SC", "IH", "PR", "PO/NG", "TP", "IM", "OU"]
UNITS = [("mg", "TAB"), ("mg", "CAP"), ("mL", "mL"), ("UNIT", "VIAL"), ("mcg", "AMP"), ("PUFF", "INH"), ("gm", "BAG")]
SYLLABLES = "al an ar ce di do fen ga hy in ko lo me mi ne ol pra que ro sa ta ti va xi zo".split()


def drugs(rng):
    """Each: name, GSN, NDC, RxCUI, ATC code of the fourth level, columns behind the drug's name."""
    letters = "ABCDGHJLMNPRSV"
    classes = rng.sample([f"{a}{n:02d}{b}" for a in letters for n in range(1, 17) for b in "ABCDX"], CLASSES)
    ndcs = rng.sample(range(2_000_000, 99_999_999_999), DRUGS)
    made = []
    for number in range(DRUGS):
        name = "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(3, 6))).capitalize()
        if rng.random() < 0.15:
            name += rng.choice([" (Liquid)", " HCl", " 5% D5W", ", human", " Sodium"])
        unit, form = rng.choice(UNITS)
        dose = rng.choice([1, 2, 5, 10, 20, 25, 40, 50, 100, 250, 500, 1000])
        made.append(dict(
            name=name, gsn=f"{rng.randint(1, 76_000):06d}", ndc=f"{ndcs[number]:011d}", rxcui=str(100_000 + number),
            atc=classes[min(int(rng.expovariate(0.03)), CLASSES - 1)] + rng.choice("ABCDEX"),
            code=name[:4].upper() + str(rng.randint(1, 99)), strength=f"{dose}{unit} {form.title()}", dose=str(dose),
            unit=unit, form=form, route=rng.choice(ROUTES)))
    return made


def cell(text, quoted):
    return f'"{text}"' if quoted and text or "," in text else text


def tail(drug, layout, rng):
    """The columns from DRUG_TYPE (MIMIC-III) or drug_type (MIMIC-IV) to the last."""
    ndc = "0" if rng.random() < 0.12 else drug["ndc"]
    gsn = "" if rng.random() < 0.12 else drug["gsn"]
    kind = rng.choices(["MAIN", "BASE", "ADDITIVE"], [84, 15, 1])[0]
    common = [drug["code"], gsn, ndc, drug["strength"]]
    if layout == "mimic3":  # text columns are quoted in the release
        known = drug["name"] if rng.random() < 0.6 else ""
        values = [kind, drug["name"], known, known] + common
        values += [drug["dose"], drug["unit"], "1", drug["form"], drug["route"]]
        return ",".join(cell(value, True) for value in values)
    values = [kind, drug["name"]] + common + ["", drug["dose"], drug["unit"], "1", drug["form"], "2", drug["route"]]
    return ",".join(cell(value, False) for value in values)


def codes(rng, count, procedure):
    made = set()
    while len(made) < count:
        made.add(f"{rng.randint(0, 9999):04d}" if procedure else rng.choice(["V", "", "", ""]) + f"{rng.randint(100, 99999)}")
    return sorted(made)


def write_maps(folder, made):
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/ndc2rxcui.csv", "w") as first, open(f"{folder}/RXCUI2atc4.csv", "w") as second, \
            open(f"{folder}/gsn_atc_ndc_ethos.csv", "w") as third:
        first.write("ndc11,rxcui\n")
        second.write("YEAR,MONTH,NDC,RXCUI,ATC4\n")
        third.write("gsn,atc,ndc\n")
        for number, drug in enumerate(made):
            if number % 25:  # some are in no map
                first.write(f"{drug['ndc']},{drug['rxcui']}\n")
                second.write(f"2020,6,{drug['ndc']},{drug['rxcui']},{drug['atc']}\n")
                third.write(f"{drug['gsn']},{drug['atc']},{drug['ndc']}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--layout", choices=SIZES, default="mimic3")
    parser.add_argument("--rows", type=int, help="prescriptions; patients and visits in proportion (default: the release's)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    layout, rng = arguments.layout, random.Random(arguments.seed)
    patients, visits, rows = SIZES[layout]
    if arguments.rows:
        visits = max(2, visits * arguments.rows // rows)
        patients = max(1, patients * arguments.rows // rows)
        rows = arguments.rows
    folder = arguments.out if layout == "mimic3" else f"{arguments.out}/hosp"
    os.makedirs(folder, exist_ok=True)
    made = drugs(rng)
    write_maps(f"{arguments.out}/maps", made)
    tails = [tail(drug, layout, rng) for drug in made for _ in range(4)]
    weights = [1 / (1 + number) ** 0.7 for number in range(len(tails))]
    rng.shuffle(weights)
    cumulative = list(itertools.accumulate(weights))
    upper = layout == "mimic3"
    diagnoses, procedures = codes(rng, 6_000, False), codes(rng, 1_500, True)

    def table(name, columns):
        file = open(f"{folder}/{name.upper() if upper else name}.csv", "w")
        file.write((columns.upper() if upper else columns) + "\n")
        return file

    prefix = "row_id," if upper else ""
    version, dated = ("", "") if upper else (",icd_version", ",chartdate")
    code = "icd9_code" if upper else "icd_code"
    born = table("patients", prefix + ("subject_id,gender,dob" if upper else "subject_id,gender,anchor_age"))
    stays = table("admissions", prefix + "subject_id,hadm_id,admittime,dischtime,admission_type,insurance,diagnosis")
    found = table("diagnoses_icd", f"{prefix}subject_id,hadm_id,seq_num,{code}{version}")
    done = table("procedures_icd", f"{prefix}subject_id,hadm_id,seq_num{dated},{code}{version}")
    given = table("prescriptions", (
        "row_id,subject_id,hadm_id,icustay_id,startdate,enddate,drug_type,drug,drug_name_poe,drug_name_generic,"
        "formulary_drug_cd,gsn,ndc,prod_strength,dose_val_rx,dose_unit_rx,form_val_disp,form_unit_disp,route") if upper
        else "subject_id,hadm_id,pharmacy_id,poe_id,poe_seq,order_provider_id,starttime,stoptime,drug_type,drug,"
        "formulary_drug_cd,gsn,ndc,prod_strength,form_rx,dose_val_rx,dose_unit_rx,form_val_disp,form_unit_disp,"
        "doses_per_24_hrs,route")
    row = [0] * 5

    def write(file, index, text):
        row[index] += 1
        file.write(f"{row[index]},{text}\n" if upper else text + "\n")

    # Every patient has one visit, the rest fall to patients at random; visits have rows by a skewed share.
    order = list(range(patients)) + [rng.randrange(patients) for _ in range(visits - patients)]
    counts = {}
    for patient in order:
        counts[patient] = counts.get(patient, 0) + 1
    shares = [rng.expovariate(1) for _ in range(visits)]
    scale, carried, stay = rows / sum(shares), 0.0, 0
    day = datetime.timedelta(days=1)
    numbers = rng.sample(range(100_000, 100_000 + 4 * visits), visits)
    shuffled = list(range(patients))
    rng.shuffle(shuffled)
    for patient in shuffled:
        subject = patient + 3
        write(born, 0, f"{subject},{rng.choice('FM')}," + ("2060-03-05 00:00:00" if upper else "60"))
        date = datetime.datetime(2110 + rng.randrange(80), 1 + rng.randrange(12), 1 + rng.randrange(28), rng.randrange(24))
        for _ in range(counts[patient]):
            number = numbers[stay]
            days = [f"{date + index * day:%Y-%m-%d 00:00:00}" for index in range(9)]
            write(stays, 1, f"{subject},{number},{date:%Y-%m-%d %H:%M:%S},{days[8]},EMERGENCY,Medicare,"
                  + ('"CHEST PAIN, ACUTE"' if upper else "x"))
            for index, value in enumerate(rng.choices(diagnoses, k=1 + int(rng.expovariate(0.1)))):
                text = f'{subject},{number},{index + 1},"{value}"' if upper else f"{subject},{number},{index + 1},{value},9"
                write(found, 2, text)
            if rng.random() < 0.88:
                for index, value in enumerate(rng.choices(procedures, k=1 + int(rng.expovariate(0.3)))):
                    text = (f'{subject},{number},{index + 1},"{value}"' if upper
                            else f"{subject},{number},{index + 1},{days[0][:10]},{value},9")
                    write(done, 3, text)
            carried += shares[stay] * scale
            count = int(carried)
            carried -= count
            for index, drug in enumerate(rng.choices(tails, cum_weights=cumulative, k=count)):
                start, end = days[index % 5], days[index % 5 + 1 + index % 3]
                if upper:
                    write(given, 4, f"{subject},{number},{200_000 + stay if index % 3 else ''},{start},{end},{drug}")
                else:
                    write(given, 4, f"{subject},{number},{row[4] + 10_000_000},{subject}-{index},{index},,{start},{end},{drug}")
            stay += 1
            date += datetime.timedelta(days=30 + rng.randrange(400))
    for file in (born, stays, found, done, given):
        file.close()
    size = os.path.getsize(given.name)
    print(f"{given.name}: {row[4]:,} rows, {size / 1e6:,.0f} MB; {patients:,} patients, {visits:,} visits")


if __name__ == "__main__":
    main()
