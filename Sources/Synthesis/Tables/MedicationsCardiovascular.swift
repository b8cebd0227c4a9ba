/// Medication classes C (cardiovascular), D (skin), G (genito-urinary) and H (systemic hormones).
enum MedicationsCardiovascular {
  static let table = #"""
    C01A | Cardiac glycosides. Digoxin slows the ventricular rate in atrial fibrillation and strengthens contraction \#
    in systolic heart failure.
    = digoxin \#
    C[C@H]1O[C@H](C[C@H](O)[C@@H]1O)O[C@H]1[C@@H](O)C[C@@H](O[C@@H]1C)O[C@H]1[C@@H](O)C[C@@H](O[C@@H]1C)O[C@H]1CC[C@]2(C)[C@H](CC[C@@H]3[C@@H]2C[C@@H](O)[C@]2(C)[C@H](CC[C@]32O)C2=CC(=O)OC2)C1
    C01B | Antiarrhythmics of class I and III. Membrane-active drugs such as amiodarone that restore and keep sinus \#
    rhythm in atrial fibrillation, flutter and ventricular tachycardia.
    = amiodarone CCCCc1oc2ccccc2c1C(=O)c1cc(I)c(OCCN(CC)CC)c(I)c1; flecainide \#
    FC(F)(F)COc1ccc(OCC(F)(F)F)c(c1)C(=O)NCC1CCCCN1; lidocaine CCN(CC)CC(=O)Nc1c(C)cccc1C
    C01C | Cardiac stimulants excluding cardiac glycosides. Vasopressors and inotropes such as norepinephrine and \#
    dobutamine that raise blood pressure and output in septic or cardiogenic shock and severe hypotension.
    = norepinephrine NC[C@H](O)c1ccc(O)c(O)c1; dopamine NCCc1ccc(O)c(O)c1; phenylephrine CNC[C@H](O)c1cccc(O)c1
    C01D | Vasodilators used in cardiac diseases. Organic nitrates that widen coronary arteries and relieve angina, \#
    ischemic chest pain and acute heart failure.
    = nitroglycerin [O-][N+](=O)OCC(CO[N+]([O-])=O)O[N+]([O-])=O; isosorbide-mononitrate \#
    O[C@@H]1CO[C@@H]2[C@@H](CO[C@H]12)O[N+]([O-])=O
    C02A | Centrally acting antiadrenergic agents. Clonidine and methyldopa that lower resistant high blood pressure \#
    and blunt withdrawal symptoms.
    = clonidine Clc1cccc(Cl)c1NC1=NCCN1; methyldopa C[C@](N)(Cc1ccc(O)c(O)c1)C(O)=O
    C02C | Peripherally acting antiadrenergic agents. Alpha blockers such as doxazosin and prazosin used in \#
    hypertension, pheochromocytoma and prostate enlargement.
    = doxazosin COc1cc2nc(nc(N)c2cc1OC)N1CCN(CC1)C(=O)C1COc2ccccc2O1; prazosin \#
    COc1cc2nc(nc(N)c2cc1OC)N1CCN(CC1)C(=O)c1ccco1
    C02D | Agents acting on arteriolar smooth muscle. Direct vasodilators such as hydralazine and minoxidil for \#
    hypertensive crisis, resistant hypertension and heart failure with kidney disease.
    = hydralazine NNc1nncc2ccccc12; minoxidil Nc1cc(nc(N)[n+]1[O-])N1CCCCC1
    C03A | Low-ceiling diuretics, thiazides. Hydrochlorothiazide that lowers blood pressure in essential \#
    hypertension, reduces mild edema and prevents calcium stones.
    = hydrochlorothiazide NS(=O)(=O)c1cc2c(cc1Cl)NCNS2(=O)=O; chlorothiazide NS(=O)(=O)c1cc2c(cc1Cl)N=CNS2(=O)=O
    C03B | Low-ceiling diuretics other than thiazides. Metolazone and chlorthalidone, added to loop diuretics for \#
    resistant edema of heart failure and kidney disease.
    = chlorthalidone NS(=O)(=O)c1cc(ccc1Cl)C1(O)NC(=O)c2ccccc12; metolazone CC1Nc2cc(Cl)c(cc2C(=O)N1c1ccccc1C)S(N)(=O)=O
    C03C | High-ceiling loop diuretics. Furosemide, bumetanide and torsemide that remove fluid in congestive heart \#
    failure, pulmonary edema, ascites of cirrhosis, leg edema and kidney disease.
    = furosemide NS(=O)(=O)c1cc(C(O)=O)c(NCc2ccco2)cc1Cl; bumetanide CCCCNc1cc(cc(c1Oc1ccccc1)S(N)(=O)=O)C(O)=O; \#
    torsemide CC(C)NC(=O)NS(=O)(=O)c1cnccc1Nc1cccc(C)c1
    C03D | Potassium-sparing agents and aldosterone antagonists. Spironolactone and eplerenone for systolic heart \#
    failure, ascites of liver cirrhosis and hyperaldosteronism.
    = spironolactone CC(=O)S[C@@H]1CC2=CC(=O)CC[C@]2(C)[C@H]2CC[C@@]3(C)[C@@H](CC[C@@]33CCC(=O)O3)[C@H]12; amiloride \#
    NC(=N)NC(=O)c1nc(Cl)c(N)nc1N
    C07A | Beta blocking agents. Metoprolol, atenolol and carvedilol that slow the heart; used for hypertension, \#
    coronary disease, myocardial infarction, heart failure, atrial fibrillation and aortic aneurysm.
    = metoprolol COCCc1ccc(OCC(O)CNC(C)C)cc1; atenolol CC(C)NCC(O)COc1ccc(CC(N)=O)cc1; propranolol \#
    CC(C)NCC(O)COc1cccc2ccccc12
    C08C | Selective calcium channel blockers with mainly vascular effects. Dihydropyridines such as amlodipine and \#
    nifedipine for hypertension, angina and vasospasm after subarachnoid hemorrhage.
    = amlodipine CCOC(=O)C1=C(COCCN)NC(C)=C(C1c1ccccc1Cl)C(=O)OC; nifedipine \#
    COC(=O)C1=C(C)NC(C)=C(C1c1ccccc1[N+]([O-])=O)C(=O)OC; nimodipine \#
    COCCOC(=O)C1=C(C)NC(C)=C(C1c1cccc(c1)[N+]([O-])=O)C(=O)OC(C)C
    C08D | Selective calcium channel blockers with direct cardiac effects. Diltiazem and verapamil that control the \#
    rate in atrial fibrillation and supraventricular tachycardia and treat angina.
    = diltiazem COc1ccc(cc1)[C@@H]1Sc2ccccc2N(CCN(C)C)C(=O)[C@@H]1OC(C)=O; verapamil \#
    COc1ccc(CCN(C)CCCC(C#N)(C(C)C)c2ccc(OC)c(OC)c2)cc1OC
    C09A | Angiotensin converting enzyme inhibitors. Lisinopril, enalapril and captopril for hypertension, heart \#
    failure, after myocardial infarction and protein loss of diabetic kidney disease.
    = lisinopril NCCCC[C@H](N[C@@H](CCc1ccccc1)C(O)=O)C(=O)N1CCC[C@H]1C(O)=O; enalapril \#
    CCOC(=O)[C@H](CCc1ccccc1)N[C@@H](C)C(=O)N1CCC[C@H]1C(O)=O; captopril C[C@H](CS)C(=O)N1CCC[C@H]1C(O)=O
    C09C | Angiotensin II receptor blockers. Losartan and valsartan for hypertension, heart failure and diabetic \#
    nephropathy, often in people who cough on converting enzyme inhibitors.
    = losartan CCCCc1nc(Cl)c(CO)n1Cc1ccc(cc1)-c1ccccc1-c1nnn[nH]1; valsartan \#
    CCCCC(=O)N(Cc1ccc(cc1)-c1ccccc1-c1nnn[nH]1)[C@@H](C(C)C)C(O)=O
    C10A | Lipid modifying agents. Statins, fibrates and ezetimibe that lower cholesterol in hyperlipidemia, \#
    coronary artery disease, peripheral artery disease, diabetes and after ischemic stroke.
    = simvastatin CCC(C)(C)C(=O)O[C@H]1C[C@@H](C)C=C2C=C[C@H](C)[C@H](CC[C@@H]3C[C@@H](O)CC(=O)O3)[C@@H]12; \#
    atorvastatin CC(C)c1n(CC[C@@H](O)C[C@@H](O)CC(O)=O)c(c2ccc(F)cc2)c(c2ccccc2)c1C(=O)Nc1ccccc1; gemfibrozil \#
    Cc1ccc(C)c(OCCCC(C)(C)C(O)=O)c1
    D01A | Antifungals for topical use. Azole and polyene creams and powders for candidal rash, intertrigo, \#
    athlete's foot and other fungal skin infection.
    = clotrimazole Clc1ccccc1C(c1ccccc1)(c1ccccc1)n1ccnc1; miconazole Clc1ccc(COC(Cn2ccnc2)c2ccc(Cl)cc2Cl)c(Cl)c1
    D06A | Topical antibiotics. Ointments such as mupirocin and bacitracin for infected wounds, burns, pressure \#
    ulcers, impetigo and nasal carriage of staphylococci. Stand-in molecules: chloramphenicol and fusidic acid.
    = chloramphenicol OC[C@@H](NC(=O)C(Cl)Cl)[C@H](O)c1ccc(cc1)[N+]([O-])=O; fusidic-acid \#
    CC(C)=CCC/C(C(O)=O)=C1/[C@@H](OC(C)=O)C[C@@]2(C)[C@H]1C[C@@H](O)[C@H]1[C@@]3(C)CC[C@@H](O)[C@@H](C)[C@@H]3CC[C@]21C
    D07A | Topical corticosteroids, plain. Hydrocortisone and triamcinolone creams that calm dermatitis, eczema, \#
    psoriasis, itching and inflamed skin.
    = triamcinolone C[C@]12C[C@H](O)[C@@]3(F)[C@@H](CCC4=CC(=O)C=C[C@]34C)[C@@H]1C[C@@H](O)[C@]2(O)C(=O)CO; \#
    hydrocortisone C[C@]12CCC(=O)C=C1CC[C@@H]1[C@@H]2[C@@H](O)C[C@@]2(C)[C@H]1CC[C@]2(O)C(=O)CO
    D08A | Antiseptics and disinfectants. Chlorhexidine, iodine and silver preparations for skin cleaning before \#
    surgery, wound and catheter care, burns and pressure ulcers.
    = povidone-iodine C=CN1CCCC1=O.II; silver-sulfadiazine [Ag+].Nc1ccc(cc1)S(=O)(=O)[N-]c1ncccn1
    G03C | Estrogens. Estradiol and conjugated estrogens that relieve hot flashes, vaginal dryness and other \#
    menopausal symptoms.
    = estradiol C[C@]12CC[C@H]3[C@@H](CCc4cc(O)ccc34)[C@@H]1CC[C@@H]2O; estrone \#
    C[C@]12CC[C@H]3[C@@H](CCc4cc(O)ccc34)[C@@H]1CCC2=O
    G03D | Progestogens. Medroxyprogesterone and megestrol for endometriosis, abnormal uterine bleeding, menopause \#
    and loss of appetite with wasting in cancer or HIV.
    = progesterone CC(=O)[C@H]1CC[C@H]2[C@@H]3CCC4=CC(=O)CC[C@]4(C)[C@H]3CC[C@]12C; medroxyprogesterone \#
    C[C@H]1C[C@H]2[C@@H]3CC[C@](O)(C(C)=O)[C@@]3(C)CC[C@@H]2[C@@]2(C)CCC(=O)C=C12
    G04B | Urologicals. Antimuscarinic bladder relaxants such as oxybutynin and tolterodine for overactive or \#
    neurogenic bladder, urgency and urinary incontinence, and phenazopyridine for painful urination.
    = oxybutynin CCN(CC)CC#CCOC(=O)C(O)(C1CCCCC1)c1ccccc1; phenazopyridine Nc1ccc(N=Nc2ccccc2)c(N)n1
    G04C | Drugs used in benign prostatic hyperplasia. Tamsulosin and finasteride that ease urinary retention, weak \#
    stream and other symptoms of an enlarged prostate.
    = tamsulosin CCOc1ccccc1OCCN[C@H](C)Cc1ccc(OC)c(c1)S(N)(=O)=O; finasteride \#
    CC(C)(C)NC(=O)[C@H]1CC[C@H]2[C@@H]3CC[C@H]4NC(=O)C=C[C@]4(C)[C@H]3CC[C@]12C
    H01B | Posterior pituitary lobe hormones. Vasopressin and desmopressin for diabetes insipidus, septic shock, \#
    variceal bleeding and platelet dysfunction. Stand-in for the peptide: a cysteinyl-tyrosyl-phenylalanine \#
    fragment.
    = vasopressin-fragment N[C@@H](CS)C(=O)N[C@@H](Cc1ccc(O)cc1)C(=O)N[C@@H](Cc1ccccc1)C(O)=O
    H01C | Hypothalamic hormones. Octreotide that reduces portal blood flow in variceal bleeding of cirrhosis and \#
    treats carcinoid diarrhea and pituitary tumors. Stand-in for the peptide: a phenylalanyl-tryptophyl-lysine \#
    fragment.
    = octreotide-fragment N[C@@H](Cc1ccccc1)C(=O)N[C@@H](Cc1c[nH]c2ccccc12)C(=O)N[C@@H](CCCCN)C(O)=O
    H02A | Corticosteroids for systemic use. Prednisone, methylprednisolone and dexamethasone for asthma and COPD \#
    exacerbation, autoimmune disease, transplant rejection, adrenal insufficiency, brain edema and allergic \#
    reactions.
    = prednisone C[C@]12CC(=O)[C@H]3[C@@H](CCC4=CC(=O)C=C[C@]34C)[C@@H]1CC[C@]2(O)C(=O)CO; dexamethasone \#
    C[C@@H]1C[C@H]2[C@@H]3CCC4=CC(=O)C=C[C@]4(C)[C@@]3(F)[C@@H](O)C[C@]2(C)[C@@]1(O)C(=O)CO
    H03A | Thyroid preparations. Levothyroxine replaces missing hormone in hypothyroidism, goiter and after thyroid \#
    surgery.
    = levothyroxine N[C@@H](Cc1cc(I)c(Oc2cc(I)c(O)c(I)c2)c(I)c1)C(O)=O; liothyronine \#
    N[C@@H](Cc1cc(I)c(Oc2ccc(O)c(I)c2)c(I)c1)C(O)=O
    H03B | Antithyroid preparations. Methimazole and propylthiouracil that block hormone synthesis in \#
    hyperthyroidism, Graves disease and thyroid storm.
    = methimazole Cn1cc[nH]c1=S; propylthiouracil CCCc1cc(=O)[nH]c(=S)[nH]1
    H04A | Glycogenolytic hormones. Glucagon that raises blood sugar in severe hypoglycemia and antidotes beta \#
    blocker overdose. Stand-in for the peptide: a histidyl-seryl-glutamine fragment.
    = glucagon-fragment N[C@@H](Cc1c[nH]cn1)C(=O)N[C@@H](CO)C(=O)N[C@@H](CCC(N)=O)C(O)=O
    H05B | Antiparathyroid agents. Cinacalcet, paricalcitol and calcitonin that lower parathyroid hormone and \#
    calcium in hyperparathyroidism of dialysis and in hypercalcemia.
    = cinacalcet C[C@@H](NCCCc1cccc(c1)C(F)(F)F)c1cccc2ccccc12
    """#
}
