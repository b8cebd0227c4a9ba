/// Medication classes N (nervous system), R (respiratory), S (eye) and V (antidotes).
enum MedicationsNervous {
  static let table = #"""
    N01A | General anesthetics. Propofol, ketamine and etomidate that bring unconsciousness for surgery, intubation \#
    and sedation during mechanical ventilation.
    = propofol CC(C)c1cccc(C(C)C)c1O; ketamine CNC1(CCCCC1=O)c1ccccc1Cl; etomidate CCOC(=O)c1cncn1[C@H](C)c1ccccc1
    N01B | Local anesthetics. Lidocaine and bupivacaine injected or applied as patch to numb skin and nerves for \#
    procedures, fracture repair, rib pain and localized back pain.
    = bupivacaine CCCCN1CCCCC1C(=O)Nc1c(C)cccc1C; procaine CCN(CC)CCOC(=O)c1ccc(N)cc1
    N02A | Opioids. Morphine, oxycodone, hydromorphone and fentanyl for severe acute pain after surgery or trauma, \#
    cancer pain and sedation of ventilated patients.
    = morphine CN1CC[C@]23[C@H]4Oc5c3c(C[C@@H]1[C@@H]2C=C[C@@H]4O)ccc5O; oxycodone \#
    COc1ccc2C[C@H]3N(C)CC[C@]45[C@@H](Oc1c24)C(=O)CC[C@@]35O; fentanyl CCC(=O)N(C1CCN(CCc2ccccc2)CC1)c1ccccc1
    N02B | Other analgesics and antipyretics. Acetaminophen for mild pain, headache and fever.
    = acetaminophen CC(=O)Nc1ccc(O)cc1; metamizole CN(CS(O)(=O)=O)c1c(C)n(C)n(-c2ccccc2)c1=O
    N02C | Antimigraine preparations. Triptans such as sumatriptan that abort migraine headache with aura, \#
    photophobia and nausea.
    = sumatriptan CNS(=O)(=O)Cc1ccc2[nH]cc(CCN(C)C)c2c1; rizatriptan CN(C)CCc1c[nH]c2ccc(Cn3cncn3)cc12
    N03A | Antiepileptics. Levetiracetam, phenytoin, valproate and gabapentin that control epilepsy and seizures, \#
    stabilise mood in bipolar disorder and relieve neuropathic pain.
    = levetiracetam CC[C@@H](C(N)=O)N1CCCC1=O; phenytoin O=C1NC(=O)C(N1)(c1ccccc1)c1ccccc1; gabapentin \#
    NCC1(CC(O)=O)CCCCC1
    N04A | Anticholinergic agents for parkinsonism. Benztropine and trihexyphenidyl that reduce tremor and stiffness \#
    of Parkinson disease and side effects of antipsychotics.
    = benztropine CN1C2CCC1CC(C2)OC(c1ccccc1)c1ccccc1; trihexyphenidyl OC(CCN1CCCCC1)(C1CCCCC1)c1ccccc1
    N04B | Dopaminergic agents. Levodopa, pramipexole and ropinirole that improve rigidity, slowness and tremor in \#
    Parkinson disease and relieve restless legs.
    = levodopa N[C@@H](Cc1ccc(O)c(O)c1)C(O)=O; pramipexole CCCN[C@H]1CCc2nc(N)sc2C1; amantadine NC12CC3CC(CC(C3)C1)C2
    N05A | Antipsychotics. Haloperidol, quetiapine, olanzapine and lithium for schizophrenia, bipolar mania, \#
    delirium with agitation and hallucinations.
    = haloperidol OC1(CCN(CCCC(=O)c2ccc(F)cc2)CC1)c1ccc(Cl)cc1; quetiapine OCCOCCN1CCN(CC1)C1=Nc2ccccc2Sc2ccccc12; \#
    olanzapine Cc1cc2c(s1)Nc1ccccc1N=C2N1CCN(C)CC1
    N05B | Anxiolytics. Benzodiazepines such as lorazepam and diazepam, and buspirone, for anxiety, panic, agitation \#
    and alcohol withdrawal.
    = lorazepam OC1N=C(c2ccccc2Cl)c2cc(Cl)ccc2NC1=O; diazepam CN1C(=O)CN=C(c2ccccc2)c2cc(Cl)ccc12; buspirone \#
    O=C1CC2(CCCC2)CC(=O)N1CCCCN1CCN(CC1)c1ncccn1
    N05C | Hypnotics and sedatives. Zolpidem, midazolam and dexmedetomidine for insomnia, sleep disturbance, \#
    procedural sedation and sedation during mechanical ventilation.
    = zolpidem CN(C)C(=O)Cc1c(nc2ccc(C)cn12)-c1ccc(C)cc1; midazolam Cc1ncc2CN=C(c3ccccc3F)c3cc(Cl)ccc3-n12
    N06A | Antidepressants. Sertraline, citalopram, mirtazapine and trazodone for major depression, anxiety, poor \#
    sleep and chronic neuropathic pain.
    = fluoxetine CNCCC(Oc1ccc(cc1)C(F)(F)F)c1ccccc1; sertraline CN[C@H]1CC[C@@H](c2ccc(Cl)c(Cl)c2)c2ccccc12; \#
    amitriptyline CN(C)CCC=C1c2ccccc2CCc2ccccc12
    N06B | Psychostimulants and nootropics. Methylphenidate, modafinil and caffeine for attention deficit disorder, \#
    daytime sleepiness and narcolepsy.
    = methylphenidate COC(=O)C(C1CCCCN1)c1ccccc1; modafinil NC(=O)CS(=O)C(c1ccccc1)c1ccccc1; caffeine \#
    Cn1cnc2c1c(=O)n(C)c(=O)n2C
    N06D | Anti-dementia drugs. Donepezil, rivastigmine and memantine that slow memory loss in Alzheimer disease and \#
    other dementia.
    = donepezil COc1cc2CC(CC3CCN(Cc4ccccc4)CC3)C(=O)c2cc1OC; memantine CC12CC3CC(C)(C1)CC(N)(C3)C2; rivastigmine \#
    CCN(C)C(=O)Oc1cccc(c1)[C@H](C)N(C)C
    N07A | Parasympathomimetics. Pyridostigmine and neostigmine for myasthenia gravis and reversal of muscle \#
    relaxants, bethanechol for urinary retention.
    = pyridostigmine CN(C)C(=O)Oc1ccc[n+](C)c1; neostigmine CN(C)C(=O)Oc1cccc(c1)[N+](C)(C)C; bethanechol \#
    CC(C[N+](C)(C)C)OC(N)=O
    N07B | Drugs used in addictive disorders. Nicotine replacement for tobacco, methadone and buprenorphine for \#
    opioid dependence, naltrexone and disulfiram for alcohol dependence.
    = nicotine CN1CCC[C@H]1c1cccnc1; methadone CCC(=O)C(CC(C)N(C)C)(c1ccccc1)c1ccccc1; naltrexone \#
    Oc1ccc2C[C@H]3N(CC4CC4)CC[C@]45[C@@H](Oc1c24)C(=O)CC[C@@]35O
    R01A | Nasal decongestants and other nasal preparations. Fluticasone spray, oxymetazoline and saline for \#
    allergic rhinitis, sinusitis, stuffy nose and nosebleed.
    = oxymetazoline Cc1cc(c(O)c(C)c1CC1=NCCN1)C(C)(C)C; xylometazoline Cc1cc(cc(C)c1CC1=NCCN1)C(C)(C)C
    R03A | Adrenergic inhalants. Albuterol and salmeterol, bronchodilators that relieve wheeze and shortness of \#
    breath in asthma and COPD.
    = albuterol CC(C)(C)NCC(O)c1ccc(O)c(CO)c1; salmeterol OCc1cc(ccc1O)C(O)CNCCCCCCOCCCCc1ccccc1
    R03B | Other inhalants for obstructive airway diseases. Ipratropium, tiotropium and inhaled steroids such as \#
    budesonide and fluticasone for daily control of COPD and asthma.
    = ipratropium CC(C)[N+]1(C)C2CCC1CC(C2)OC(=O)C(CO)c1ccccc1; cromolyn \#
    OC(COc1cccc2oc(cc(=O)c12)C(O)=O)COc1cccc2oc(cc(=O)c12)C(O)=O
    R03D | Other systemic drugs for obstructive airway diseases. Montelukast and theophylline tablets for persistent \#
    asthma and allergic airway disease.
    = theophylline Cn1c2nc[nH]c2c(=O)n(C)c1=O; zafirlukast \#
    COc1cc(ccc1Cc1cn(C)c2ccc(NC(=O)OC3CCCC3)cc12)C(=O)NS(=O)(=O)c1ccccc1C
    R05C | Expectorants and mucolytics. Guaifenesin and acetylcysteine that loosen thick sputum in bronchitis, \#
    pneumonia and cystic airway disease.
    = guaifenesin COc1ccccc1OCC(O)CO; acetylcysteine CC(=O)N[C@@H](CS)C(O)=O; bromhexine CN(Cc1cc(Br)cc(Br)c1N)C1CCCCC1
    R05D | Cough suppressants. Dextromethorphan, codeine and benzonatate that quiet a dry, hacking cough of \#
    bronchitis or upper respiratory infection.
    = dextromethorphan COc1ccc2C[C@@H]3[C@@H]4CCCC[C@]4(CCN3C)c2c1; codeine \#
    COc1ccc2C[C@@H]3[C@@H]4C=C[C@H](O)[C@@H]5Oc1c2[C@]45CCN3C
    R06A | Antihistamines for systemic use. Diphenhydramine, cetirizine and loratadine for itching, hives, allergic \#
    rhinitis and allergic reactions.
    = diphenhydramine CN(C)CCOC(c1ccccc1)c1ccccc1; cetirizine OC(=O)COCCN1CCN(CC1)C(c1ccccc1)c1ccc(Cl)cc1; \#
    loratadine CCOC(=O)N1CCC(CC1)=C1c2ccc(Cl)cc2CCc2cccnc12
    S01A | Ophthalmic antiinfectives. Antibiotic eye drops and ointments for conjunctivitis, blepharitis, corneal \#
    ulcer and protection after eye surgery.
    = ofloxacin CC1COc2c(N3CCN(C)CC3)c(F)cc3c2n1cc(C(O)=O)c3=O; sulfacetamide CC(=O)NS(=O)(=O)c1ccc(N)cc1
    S01E | Antiglaucoma preparations and miotics. Timolol, latanoprost, brimonidine and dorzolamide that lower eye \#
    pressure in open angle glaucoma.
    = timolol CC(C)(C)NC[C@H](O)COc1nsnc1N1CCOCC1; dorzolamide CCN[C@H]1C[C@H](C)S(=O)(=O)c2sc(cc12)S(N)(=O)=O; \#
    pilocarpine CC[C@H]1[C@@H](Cc2cncn2C)COC1=O
    V03A | Other therapeutic products and antidotes. Naloxone for opioid overdose, acetylcysteine for acetaminophen \#
    poisoning, sodium polystyrene and sevelamer for high potassium or phosphate, leucovorin with chemotherapy.
    = naloxone C=CCN1CC[C@]23[C@H]4Oc5c3c(C[C@@H]1[C@]2(O)CCC4=O)ccc5O; deferiprone Cc1c(O)c(=O)ccn1C; flumazenil \#
    CCOC(=O)c1ncn2c1CN(C)C(=O)c1cc(F)ccc12
    """#
}
