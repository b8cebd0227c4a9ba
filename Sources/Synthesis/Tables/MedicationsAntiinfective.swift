/// Medication classes J (antiinfectives), L (antineoplastic, immune), M (musculo-skeletal) and P (antiparasitic).
enum MedicationsAntiinfective {
  static let table = #"""
    J01A | Tetracyclines. Doxycycline and minocycline for bronchitis, community acquired pneumonia, skin infection, \#
    tick-borne disease and acne.
    = doxycycline C[C@H]1c2cccc(O)c2C(=O)C2=C(O)[C@]3(O)C(=O)C(C(N)=O)=C(O)[C@@H](N(C)C)[C@@H]3[C@@H](O)[C@H]12; \#
    minocycline CN(C)c1ccc(O)c2c1C[C@H]1C[C@H]3[C@H](N(C)C)C(O)=C(C(N)=O)C(=O)[C@@]3(O)C(O)=C1C2=O
    J01C | Beta-lactam antibacterials, penicillins. Amoxicillin, ampicillin and piperacillin for pneumonia, \#
    intra-abdominal infection, sepsis, endocarditis and skin infection.
    = amoxicillin CC1(C)S[C@@H]2[C@H](NC(=O)[C@H](N)c3ccc(O)cc3)C(=O)N2[C@H]1C(O)=O; ampicillin \#
    CC1(C)S[C@@H]2[C@H](NC(=O)[C@H](N)c3ccccc3)C(=O)N2[C@H]1C(O)=O; penicillin-g \#
    CC1(C)S[C@@H]2[C@H](NC(=O)Cc3ccccc3)C(=O)N2[C@H]1C(O)=O
    J01D | Other beta-lactam antibacterials. Cephalosporins and carbapenems such as cefazolin, ceftriaxone and \#
    meropenem for surgical prophylaxis, pneumonia, urinary infection, meningitis and sepsis.
    = cefazolin Cc1nnc(SCC2=C(N3[C@H](SC2)[C@H](NC(=O)Cn2cnnn2)C3=O)C(O)=O)s1; cephalexin \#
    CC1=C(N2[C@H](SC1)[C@H](NC(=O)[C@H](N)c1ccccc1)C2=O)C(O)=O; meropenem \#
    C[C@@H](O)[C@H]1[C@H]2[C@@H](C)C(S[C@H]3CN[C@@H](C3)C(=O)N(C)C)=C(N2C1=O)C(O)=O
    J01E | Sulfonamides and trimethoprim. Co-trimoxazole for urinary tract infection, skin infection and prevention \#
    of Pneumocystis pneumonia in HIV or transplant patients.
    = sulfamethoxazole Cc1cc(NS(=O)(=O)c2ccc(N)cc2)no1; trimethoprim COc1cc(Cc2cnc(N)nc2N)cc(OC)c1OC
    J01F | Macrolides and lincosamides. Azithromycin, erythromycin and clindamycin for bronchitis, atypical \#
    pneumonia, COPD exacerbation and skin infection in penicillin allergy.
    = clindamycin CCC[C@@H]1C[C@H](N(C)C1)C(=O)N[C@H]([C@H](C)Cl)[C@H]1O[C@H](SC)[C@H](O)[C@@H](O)[C@H]1O; \#
    erythromycin \#
    CC[C@H]1OC(=O)[C@H](C)[C@@H](O[C@H]2C[C@@](C)(OC)[C@@H](O)[C@H](C)O2)[C@H](C)[C@@H](O[C@@H]2O[C@H](C)C[C@@H]([C@H]2O)N(C)C)[C@](C)(O)C[C@@H](C)C(=O)[C@H](C)[C@@H](O)[C@]1(C)O
    J01G | Aminoglycoside antibacterials. Gentamicin, tobramycin and amikacin for gram-negative sepsis, \#
    endocarditis, osteomyelitis and complicated urinary infection.
    = tobramycin \#
    NC[C@H]1O[C@H](O[C@@H]2[C@@H](N)C[C@@H](N)[C@H](O[C@H]3O[C@H](CO)[C@@H](O)[C@H](N)[C@H]3O)[C@H]2O)[C@H](N)C[C@@H]1O
    J01M | Quinolone antibacterials. Ciprofloxacin, levofloxacin and moxifloxacin for urinary tract infection, \#
    pneumonia, diverticulitis and bone infection.
    = ciprofloxacin OC(=O)c1cn(C2CC2)c2cc(N3CCNCC3)c(F)cc2c1=O; levofloxacin \#
    C[C@H]1COc2c(N3CCN(C)CC3)c(F)cc3c2n1cc(C(O)=O)c3=O
    J01X | Other antibacterials. Vancomycin, linezolid, metronidazole and nitrofurantoin for resistant \#
    staphylococci, sepsis, cellulitis, anaerobic infection, diverticulitis and Clostridium difficile colitis.
    = metronidazole Cc1ncc([N+]([O-])=O)n1CCO; linezolid CC(=O)NC[C@H]1CN(C(=O)O1)c1ccc(N2CCOCC2)c(F)c1; \#
    nitrofurantoin O=C1CN(N=Cc2ccc(o2)[N+]([O-])=O)C(=O)N1
    J02A | Antimycotics for systemic use. Fluconazole, voriconazole and echinocandins for candidemia, esophageal \#
    candidiasis, aspergillosis and prevention during neutropenia.
    = fluconazole OC(Cn1cncn1)(Cn1cncn1)c1ccc(F)cc1F; voriconazole C[C@@H](c1ncncc1F)[C@](O)(Cn1cncn1)c1ccc(F)cc1F
    J04A | Drugs for treatment of tuberculosis. Isoniazid, rifampin, ethambutol and pyrazinamide combined for months \#
    against pulmonary tuberculosis and other mycobacteria.
    = isoniazid NNC(=O)c1ccncc1; pyrazinamide NC(=O)c1cnccn1; ethambutol CC[C@@H](CO)NCCN[C@@H](CC)CO
    J05A | Direct acting antivirals. Acyclovir for herpes and zoster, oseltamivir for influenza, and antiretrovirals \#
    for HIV and hepatitis.
    = acyclovir Nc1nc2c(ncn2COCCO)c(=O)[nH]1; oseltamivir CCOC(=O)C1=C[C@@H](OC(CC)CC)[C@H](NC(C)=O)[C@@H](N)C1; \#
    tenofovir C[C@H](Cn1cnc2c(N)ncnc12)OCP(O)(O)=O
    L01A | Alkylating agents. Cyclophosphamide and related chemotherapy for lymphoma, leukemia, breast cancer, lung \#
    cancer and severe autoimmune disease.
    = cyclophosphamide ClCCN(CCCl)P1(=O)NCCCO1; melphalan N[C@@H](Cc1ccc(cc1)N(CCCl)CCCl)C(O)=O
    L01B | Antimetabolites. Methotrexate, fluorouracil, cytarabine and gemcitabine for leukemia, colon cancer, \#
    breast cancer, pancreatic cancer and rheumatoid arthritis.
    = methotrexate CN(Cc1cnc2nc(N)nc(N)c2n1)c1ccc(cc1)C(=O)N[C@@H](CCC(O)=O)C(O)=O; fluorouracil \#
    O=c1[nH]cc(F)c(=O)[nH]1; cytarabine Nc1ccn([C@@H]2O[C@H](CO)[C@@H](O)[C@@H]2O)c(=O)n1
    L02B | Hormone antagonists. Tamoxifen, anastrozole and bicalutamide that block hormone signals in breast cancer \#
    and prostate cancer.
    = tamoxifen CC/C(c1ccccc1)=C(/c1ccccc1)c1ccc(OCCN(C)C)cc1; anastrozole CC(C)(C#N)c1cc(Cn2cncn2)cc(c1)C(C)(C)C#N
    L04A | Immunosuppressants. Tacrolimus, mycophenolate and azathioprine that prevent rejection of kidney, liver or \#
    heart transplants and control lupus, rheumatoid arthritis, Crohn disease and myasthenia.
    = azathioprine Cn1cnc([N+]([O-])=O)c1Sc1ncnc2nc[nH]c12; mycophenolic-acid COc1c(C)c2COC(=O)c2c(O)c1CC=C(C)CCC(O)=O
    M01A | Antiinflammatory and antirheumatic products, non-steroids. Ibuprofen, naproxen, ketorolac and celecoxib \#
    for joint pain, osteoarthritis, back pain, pericarditis, gout and kidney stone colic.
    = ibuprofen CC(C)Cc1ccc(cc1)C(C)C(O)=O; naproxen COc1ccc2cc(ccc2c1)[C@H](C)C(O)=O; celecoxib \#
    Cc1ccc(cc1)-c1cc(nn1-c1ccc(cc1)S(N)(=O)=O)C(F)(F)F
    M03A | Peripherally acting muscle relaxants. Succinylcholine, rocuronium and vecuronium that paralyse for \#
    intubation, mechanical ventilation and surgery under general anesthesia.
    = succinylcholine C[N+](C)(C)CCOC(=O)CCC(=O)OCC[N+](C)(C)C
    M03B | Centrally acting muscle relaxants. Cyclobenzaprine, baclofen and tizanidine for muscle spasm, back pain, \#
    spasticity of multiple sclerosis and spinal injury.
    = baclofen NCC(CC(O)=O)c1ccc(Cl)cc1; cyclobenzaprine CN(C)CCC=C1c2ccccc2C=Cc2ccccc12; tizanidine \#
    Clc1ccc2nsnc2c1NC1=NCCN1
    M04A | Antigout preparations. Allopurinol, febuxostat and colchicine that lower uric acid and treat gout flares \#
    and tumor lysis.
    = allopurinol O=c1[nH]cnc2[nH]ncc12; colchicine COc1cc2CC[C@H](NC(C)=O)c3cc(=O)c(OC)ccc3-c2c(OC)c1OC; probenecid \#
    CCCN(CCC)S(=O)(=O)c1ccc(cc1)C(O)=O
    M05B | Drugs affecting bone structure and mineralisation. Bisphosphonates such as alendronate and zoledronate \#
    for osteoporosis, fragility fracture, bone metastases and hypercalcemia.
    = alendronate NCCCC(O)(P(O)(O)=O)P(O)(O)=O; zoledronate OC(Cn1ccnc1)(P(O)(O)=O)P(O)(O)=O
    P01A | Agents against amoebiasis and other protozoal diseases. Atovaquone, tinidazole and iodoquinol for \#
    protozoal infection and Pneumocystis pneumonia when sulfonamides are not tolerated.
    = tinidazole CCS(=O)(=O)CCn1c(C)ncc1[N+]([O-])=O; iodoquinol Oc1c(I)cc(I)c2cccnc12
    P01B | Antimalarials. Hydroxychloroquine, chloroquine and quinine for malaria, and hydroxychloroquine for \#
    systemic lupus erythematosus and rheumatoid arthritis.
    = hydroxychloroquine CCN(CCO)CCCC(C)Nc1ccnc2cc(Cl)ccc12; chloroquine CCN(CC)CCCC(C)Nc1ccnc2cc(Cl)ccc12; \#
    primaquine COc1cc(NC(C)CCCN)c2ncccc2c1
    """#
}
