/// Medication classes A (alimentary tract and metabolism) and B (blood). Format: see `KnowledgeParser`.
///
/// Every text is our own. Where a class is a biological or a mixture, its molecules are small stand-ins, and its text
/// says so.
enum MedicationsAlimentary {
  static let table = #"""
    A01A | Stomatological preparations for the mouth and gums. Rinses, gels and lozenges that clean the oral cavity, \#
    treat mouth sores, oral thrush and mucositis, and protect teeth and gums during chemotherapy or mechanical \#
    ventilation.
    = chlorhexidine Clc1ccc(NC(=N)NC(=N)NCCCCCCNC(=N)NC(=N)Nc2ccc(Cl)cc2)cc1
    A02A | Antacids that neutralise gastric acid. Calcium, magnesium and aluminium salts that quickly relieve \#
    heartburn, indigestion and acid reflux, and that bind phosphate in kidney failure.
    = calcium-carbonate [Ca+2].[O-]C([O-])=O; magnesium-hydroxide [Mg+2].[OH-].[OH-]
    A02B | Drugs for peptic ulcer and gastroesophageal reflux disease. Proton pump inhibitors and histamine H2 \#
    blockers that reduce gastric acid, heal esophagitis and ulcers, treat upper gastrointestinal bleeding and \#
    prevent stress ulcers.
    = omeprazole COc1ccc2[nH]c(S(=O)Cc3ncc(C)c(OC)c3C)nc2c1; famotidine NC(N)=Nc1nc(CSCCC(N)=NS(N)(=O)=O)cs1; \#
    pantoprazole COc1ccnc(CS(=O)c2nc3cc(OC(F)F)ccc3[nH]2)c1OC
    A03B | Belladonna alkaloids and derivatives. Antimuscarinic agents that relax smooth muscle of the gut and dry \#
    secretions; used for cramping abdominal pain, irritable bowel, slow heart rate and airway secretions around \#
    anesthesia.
    = atropine CN1C2CCC1CC(C2)OC(=O)C(CO)c1ccccc1; hyoscyamine CN1[C@H]2CC[C@@H]1C[C@H](C2)OC(=O)[C@H](CO)c1ccccc1
    A03F | Propulsives that stimulate gastrointestinal motility. Prokinetic drugs for gastroparesis, delayed gastric \#
    emptying, bloating, early satiety, nausea and vomiting.
    = metoclopramide CCN(CC)CCNC(=O)c1cc(Cl)c(N)cc1OC; domperidone \#
    O=c1[nH]c2ccccc2n1CCCN1CCC(CC1)n1c(=O)[nH]c2cc(Cl)ccc21
    A04A | Antiemetics and antinauseants. Serotonin 5-HT3 antagonists and related agents that prevent or stop nausea \#
    and vomiting after surgery, anesthesia, chemotherapy or radiotherapy.
    = ondansetron Cc1nccn1CC1CCc2c(C1=O)c1ccccc1n2C; granisetron CN1C2CCCC1CC(C2)NC(=O)c1nn(C)c2ccccc12
    A05A | Bile therapy. Bile acid preparations that dissolve gallstones and improve bile flow in cholestasis, \#
    primary biliary cirrhosis and jaundice of liver disease.
    = ursodiol C[C@H](CCC(O)=O)[C@H]1CC[C@H]2[C@@H]3[C@@H](O)C[C@@H]4C[C@H](O)CC[C@]4(C)[C@H]3CC[C@]12C; chenodiol \#
    C[C@H](CCC(O)=O)[C@H]1CC[C@H]2[C@@H]3[C@H](O)C[C@@H]4C[C@H](O)CC[C@]4(C)[C@H]3CC[C@]12C
    A06A | Drugs for constipation. Stool softeners, stimulant and osmotic laxatives that relieve constipation, \#
    counter opioid-induced bowel slowing and clear the colon; lactulose also lowers ammonia in hepatic \#
    encephalopathy.
    = bisacodyl CC(=O)Oc1ccc(cc1)C(c1ccc(OC(C)=O)cc1)c1ccccn1; lactulose \#
    OC[C@H]1O[C@@H](O[C@@H]2[C@@H](CO)O[C@@](O)(CO)[C@H]2O)[C@H](O)[C@@H](O)[C@H]1O; docusate \#
    CCCCC(CC)COC(=O)CC(C(=O)OCC(CC)CCCC)S(O)(=O)=O
    A07A | Intestinal antiinfectives. Poorly absorbed antibiotics that act inside the bowel; used for Clostridium \#
    difficile colitis, infectious diarrhea and reduction of gut bacteria in hepatic encephalopathy.
    = neomycin \#
    NC[C@@H]1O[C@H](O[C@@H]2[C@@H](N)C[C@@H](N)[C@H](O)[C@H]2O[C@@H]2O[C@H](CO)[C@@H](O[C@H]3O[C@@H](CN)[C@@H](O)[C@H](O)[C@H]3N)[C@H]2O)[C@H](N)[C@@H](O)[C@@H]1O
    A07D | Antipropulsives that slow the bowel. Opioid-receptor agents acting on the gut wall that control acute and \#
    chronic diarrhea, loose stools and high ostomy output.
    = loperamide CN(C)C(=O)C(CCN1CCC(O)(CC1)c1ccc(Cl)cc1)(c1ccccc1)c1ccccc1; diphenoxylate \#
    CCOC(=O)C1(CCN(CCC(C#N)(c2ccccc2)c2ccccc2)CC1)c1ccccc1
    A07E | Intestinal antiinflammatory agents. Aminosalicylates and locally acting steroids that calm the bowel wall \#
    in ulcerative colitis and Crohn disease.
    = mesalazine Nc1ccc(O)c(c1)C(O)=O; sulfasalazine OC(=O)c1cc(ccc1O)N=Nc1ccc(cc1)S(=O)(=O)Nc1ccccn1
    A09A | Digestives including pancreatic enzymes. Replacement of lipase, amylase and protease for exocrine \#
    pancreatic insufficiency, chronic pancreatitis and malabsorption with fatty stools. Stand-in molecule: betaine.
    = betaine C[N+](C)(C)CC([O-])=O
    A10A | Insulins and analogues. Injected hormone that lowers blood glucose in type 1 and type 2 diabetes \#
    mellitus, diabetic ketoacidosis and stress hyperglycemia. Stand-in for the protein: a phenylalanyl-tyrosine \#
    fragment.
    = insulin-fragment N[C@@H](Cc1ccccc1)C(=O)N[C@@H](Cc1ccc(O)cc1)C(O)=O
    A10B | Blood glucose lowering drugs other than insulins. Biguanides, sulfonylureas, gliptins and gliflozins \#
    taken by mouth to control type 2 diabetes mellitus.
    = metformin CN(C)C(=N)NC(N)=N; glipizide Cc1cnc(cn1)C(=O)NCCc1ccc(cc1)S(=O)(=O)NC(=O)NC1CCCCC1; sitagliptin \#
    N[C@@H](CC(=O)N1CCn2c(C1)nnc2C(F)(F)F)Cc1cc(F)c(F)cc1F
    A11A | Multivitamin combinations. Daily mixtures of vitamins and minerals for malnutrition, alcohol dependence, \#
    dialysis, malabsorption and poor oral intake. Stand-in molecules: riboflavin and niacinamide.
    = riboflavin Cc1cc2nc3c(=O)[nH]c(=O)nc-3n(C[C@H](O)[C@H](O)[C@H](O)CO)c2cc1C; niacinamide NC(=O)c1cccnc1
    A11C | Vitamins A and D and their combinations. Cholecalciferol and calcitriol that raise calcium absorption and \#
    lower parathyroid hormone in vitamin D deficiency, osteoporosis, chronic kidney disease and hypoparathyroidism.
    = cholecalciferol C[C@H](CCCC(C)C)[C@H]1CC[C@H]2C(CCC[C@]12C)=CC=C1C[C@@H](O)CCC1=C; calcitriol \#
    C[C@H](CCCC(C)(C)O)[C@H]1CC[C@H]2C(CCC[C@]12C)=CC=C1C[C@@H](O)C[C@H](O)C1=C
    A11D | Vitamin B1 alone or with B6 and B12. Thiamine given to people with alcohol dependence or malnutrition to \#
    prevent Wernicke encephalopathy and nerve damage.
    = thiamine Cc1ncc(C[n+]2csc(CCO)c2C)c(N)n1
    A11G | Ascorbic acid, vitamin C. Supports wound healing and collagen formation; used in pressure ulcers, scurvy \#
    and poor nutrition.
    = ascorbic-acid OC[C@H](O)[C@H]1OC(=O)C(O)=C1O
    A11H | Other plain vitamin preparations. Pyridoxine and vitamin E given for deficiency states, peripheral \#
    neuropathy and together with isoniazid for tuberculosis.
    = pyridoxine Cc1ncc(CO)c(CO)c1O; tocopherol CC(C)CCC[C@@H](C)CCC[C@@H](C)CCC[C@]1(C)CCc2c(C)c(O)c(C)c(C)c2O1
    A12A | Calcium supplements. Calcium salts for hypocalcemia, osteoporosis, bone loss, hypoparathyroidism and \#
    massive transfusion.
    = calcium-gluconate \#
    [Ca+2].OC[C@@H](O)[C@@H](O)[C@H](O)[C@@H](O)C([O-])=O.OC[C@@H](O)[C@@H](O)[C@H](O)[C@@H](O)C([O-])=O; \#
    calcium-acetate [Ca+2].CC([O-])=O.CC([O-])=O
    A12B | Potassium supplements. Potassium chloride by mouth or infusion to correct hypokalemia and to replace \#
    losses caused by loop diuretics, vomiting or diarrhea.
    = potassium-chloride [Cl-].[K+]; potassium-citrate [K+].[K+].[K+].OC(CC([O-])=O)(CC([O-])=O)C([O-])=O
    A12C | Other mineral supplements. Magnesium, zinc and phosphate that correct electrolyte deficiency, protect \#
    against arrhythmia and support nutrition and alcohol withdrawal.
    = magnesium-oxide [Mg+2].[O-2]; zinc-sulfate [Zn+2].[O-]S([O-])(=O)=O
    B01A | Antithrombotic agents. Anticoagulants and platelet inhibitors that prevent and treat deep vein \#
    thrombosis, pulmonary embolism, stroke in atrial fibrillation, myocardial infarction and coronary stent \#
    clotting. Heparin is represented by small molecules.
    = warfarin CC(=O)CC(c1ccccc1)C1=C(O)c2ccccc2OC1=O; clopidogrel COC(=O)[C@H](c1ccccc1Cl)N1CCc2sccc2C1; aspirin \#
    CC(=O)Oc1ccccc1C(O)=O
    B02A | Antifibrinolytics. Lysine analogues that keep clots from dissolving; used for major surgical bleeding, \#
    trauma, heavy menstrual bleeding and cardiac surgery.
    = tranexamic-acid NC[C@H]1CC[C@@H](CC1)C(O)=O; aminocaproic-acid NCCCCCC(O)=O
    B02B | Vitamin K and other hemostatics. Phytonadione that restores clotting factors, reverses warfarin and \#
    corrects coagulopathy of liver disease, bleeding and a high INR.
    = phytonadione CC(C)CCC[C@@H](C)CCC[C@@H](C)CCCC(C)=CCC1=C(C)C(=O)c2ccccc2C1=O
    B03A | Iron preparations. Oral and intravenous iron for iron deficiency anemia, chronic blood loss and anemia of \#
    chronic kidney disease.
    = ferrous-sulfate [Fe+2].[O-]S([O-])(=O)=O; ferrous-gluconate \#
    [Fe+2].OC[C@@H](O)[C@@H](O)[C@H](O)[C@@H](O)C([O-])=O.OC[C@@H](O)[C@@H](O)[C@H](O)[C@@H](O)C([O-])=O
    B03B | Vitamin B12 and folic acid. Cobalamin and folate for megaloblastic anemia, pernicious anemia, alcohol \#
    dependence, malnutrition and protection during methotrexate.
    = folic-acid Nc1nc(=O)c2nc(CNc3ccc(cc3)C(=O)N[C@@H](CCC(O)=O)C(O)=O)cnc2[nH]1
    B03X | Other antianemic preparations. Erythropoiesis-stimulating agents that raise hemoglobin in anemia of end \#
    stage renal disease, dialysis and chemotherapy. Stand-in for the protein: the oral agent roxadustat.
    = roxadustat Cc1nc(C(=O)NCC(O)=O)c(O)c2ccc(Oc3ccccc3)cc12
    B05A | Blood and related products. Albumin, plasma and volume expanders given for shock, hemorrhage, large \#
    volume paracentesis in cirrhosis and low oncotic pressure. Stand-in molecule: a glucose disaccharide for \#
    dextran.
    = isomaltose OC[C@H]1O[C@H](OC[C@H]2OC(O)[C@H](O)[C@@H](O)[C@@H]2O)[C@H](O)[C@@H](O)[C@@H]1O
    B05B | Intravenous solutions. Dextrose, saline and balanced electrolyte infusions that correct dehydration and \#
    shock and provide parenteral nutrition; mannitol for osmotic diuresis.
    = dextrose OC[C@H]1OC(O)[C@H](O)[C@@H](O)[C@@H]1O; mannitol OC[C@@H](O)[C@@H](O)[C@H](O)[C@H](O)CO
    B05C | Irrigating solutions. Sterile fluids to rinse the bladder, surgical wounds and catheters after urologic \#
    procedures, hematuria with clots and wound debridement.
    = glycine NCC(O)=O; acetic-acid CC(O)=O
    B05X | Intravenous solution additives. Concentrated sodium, potassium, bicarbonate and magnesium salts added to \#
    infusions for acidosis, electrolyte disorders and line care.
    = sodium-chloride [Na+].[Cl-]; sodium-bicarbonate [Na+].OC([O-])=O; magnesium-sulfate [Mg+2].[O-]S([O-])(=O)=O
    """#
}
