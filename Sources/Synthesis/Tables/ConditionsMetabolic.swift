/// Conditions of hormones, metabolism, blood, kidney and urinary tract.
enum ConditionsMetabolic {
  static let table = #"""
    * obesity | 278 | chronic | 0.12 | mid
    names morbid obesity; obesity; overweight; localized adiposity
    forms ~; ~, unspecified; ~ due to excess calories; !~ with hypoventilation
    signs weight-gain .4; dyspnea .15; daytime-sleepiness .15
    acts bowel-surgery .06
    drugs D01A @.2
    * diabetes-2 | 250 | chronic | 0.24 | old
    names type 2 diabetes mellitus; type 2 diabetes with nephropathy; type 2 diabetes with neuropathy; type 2 \#
    diabetes with retinopathy; diabetes with peripheral circulatory disorder; steroid induced diabetes
    forms ~; ~, unspecified; ~, not stated as uncontrolled; !~, uncontrolled; !~ with hyperosmolarity
    risk hypertension 1.7; obesity 2.4; hyperlipidemia 1.5
    signs thirst .3; urinary-frequency .25; numbness .25; foot-wound .12
    drugs A10B @.65; A10A @.6; C09A 6 C09C 4 @.4; C10A @.45; !A10A @.9; H04A @.15
    * diabetes-1 | 249 | chronic | 0.02 | young
    names type 1 diabetes mellitus; type 1 diabetes with ketoacidosis; brittle diabetes; type 1 diabetes with \#
    nephropathy
    forms ~; ~, unspecified; ~ on insulin pump; !~, uncontrolled; !~ with coma
    signs thirst .5; shakiness .4; weight-loss .3; nausea .25
    drugs A10A @.99; H04A @.6; !B05B @.8; !A12B @.7; C09A @.25
    * hypoglycemia | 251 | acute | 0.02 | any
    names hypoglycemia; hypoglycemic coma; reactive hypoglycemia
    forms @acute
    risk diabetes-1 4; diabetes-2 2
    signs shakiness .8; sweating .5; confusion .4
    drugs H04A @.75; B05B @.8
    * hypothyroidism | 244 | chronic | 0.11 | old f
    names acquired hypothyroidism; postsurgical hypothyroidism; autoimmune thyroiditis; nontoxic goiter
    forms ~; ~, unspecified; subclinical ~; !~ with myxedema
    signs cold-intolerance .4; fatigue .35; constipation .25; weight-gain .2
    acts endocrine-surgery .04
    drugs H03A @.97
    * hyperthyroidism | 242 | chronic | 0.015 | mid f
    names thyrotoxicosis; Graves disease; toxic multinodular goiter
    forms ~; ~, unspecified; relapsing ~; !~ with thyroid storm
    signs heat-intolerance .5; palpitations .5; tremor .35; weight-loss .35
    acts endocrine-surgery .2
    drugs H03B @.95; C07A @.75; !H02A @.6
    * adrenal-insufficiency | 255 | chronic | 0.02 | mid
    names adrenal insufficiency; Addison disease; hyperaldosteronism; Cushing syndrome
    forms @organ
    signs fatigue .5; dizziness .35; poor-appetite .3; nausea .2
    drugs H02A @.9; C03D @.2
    * pituitary-disorder | 253 | chronic | 0.01 | any
    names diabetes insipidus; panhypopituitarism; pituitary adenoma; acromegaly
    forms @organ
    signs thirst .6; urinary-frequency .5; headache .3; visual-change .2
    acts craniotomy .12; imaging .3
    drugs H01B @.8; H02A @.5; H03A @.4; H01C @.3
    * electrolyte-disorder | 276 | acute | 0.12 | old
    names hypokalemia; hyponatremia; dehydration with volume depletion; hyperkalemia; metabolic acidosis; \#
    hypomagnesemia; hypernatremia
    forms ~; ~, unspecified; recurrent ~; !severe ~; !~ with cardiac rhythm change
    risk chronic-kidney 1.7; alcohol-dependence 1.6; cirrhosis 1.4
    signs weakness .4; dehydration .4; muscle-cramps .3; confusion .2
    drugs A12B @.7; A12C @.6; B05X @.65; B05B @.6; !V03A @.4
    * hyperparathyroidism | 252 | chronic | 0.025 | old
    names primary hyperparathyroidism; secondary hyperparathyroidism of renal origin; hypercalcemia; hypoparathyroidism
    forms @organ
    risk end-stage-renal 8; chronic-kidney 2
    signs bone-pain .35; constipation .25; fatigue .25
    acts endocrine-surgery .15
    drugs H05B @.75; A11C @.6; A12A @.4; M05B @.2
    * osteoporosis | 733 | chronic | 0.08 | old f
    names osteoporosis; pathologic fracture of vertebra; osteopenia; disorder of bone and cartilage
    forms ~; ~, unspecified; postmenopausal ~; !~ with compression fracture
    risk rheumatoid-arthritis 2
    signs bone-pain .4; back-pain .4
    drugs M05B @.75; A12A @.75; A11C @.7; !N02A @.6; !N01B @.4
    * gout | 274 | chronic | 0.06 | old m
    names gouty arthropathy; chronic tophaceous gout; hyperuricemia; uric acid nephropathy
    forms ~; ~, unspecified; intercritical ~; !acute flare of ~; !polyarticular ~
    risk chronic-kidney 2; hypertension 1.3
    signs joint-pain .5; joint-swelling .5
    acts joint-injection .2
    drugs M04A @.95; !M01A 6 H02A 4 @.75
    * malnutrition | 263 | chronic | 0.05 | old
    names protein calorie malnutrition; cachexia; failure to thrive; vitamin deficiency; scurvy
    forms @deficiency
    risk alcohol-dependence 1.8; lung-cancer 2; dementia 1.6
    signs weight-loss .6; poor-appetite .55; weakness .3
    acts feeding-tube .45; central-line .15
    drugs A11A @.8; A11G @.4; A12C @.5; G03D @.25; B05B @.45; A11H @.2
    * iron-deficiency | 280 | chronic | 0.09 | any f
    names iron deficiency anemia; anemia from chronic blood loss; anemia of inadequate iron intake
    forms @deficiency
    signs pallor .4; fatigue .45; dyspnea .15
    acts transfusion .3; colonoscopy .12; upper-endoscopy .12
    drugs B03A @.9; A06A @.4; A11G @.15
    * b12-deficiency | 281 | chronic | 0.04 | old
    names pernicious anemia; vitamin B12 deficiency anemia; folate deficiency anemia; megaloblastic anemia
    forms @deficiency
    risk alcohol-dependence 2; malnutrition 1.8
    signs numbness .4; fatigue .4; pallor .3; memory-loss .2
    drugs B03B @.95; A11H @.3
    * acute-anemia | 285 | acute | 0.07 | any
    names acute posthemorrhagic anemia; anemia of chronic illness; anemia in neoplastic disease; sickle cell crisis
    forms @deficiency
    signs pallor .5; dizziness .3; fatigue .4
    acts transfusion .75
    drugs B03A @.35; B03B @.3; B05A @.3; !B02A @.25
    * coagulopathy | 287 | acute | 0.035 | any
    names thrombocytopenia; coagulopathy due to liver disease; excessive anticoagulation; disseminated intravascular \#
    coagulation; von Willebrand disease
    forms ~; ~, unspecified; secondary ~; !severe ~; !~ with major bleeding
    risk cirrhosis 3; leukemia 2.5; sepsis 1.8
    signs bruising .65; nosebleed .35
    acts transfusion .6
    drugs B02B @.75; B05A @.4; H01B @.15; H02A @.3; !B02A @.6
    * chronic-kidney | 585 | chronic | 0.13 | old
    names chronic kidney disease stage 3; chronic kidney disease stage 4; hypertensive chronic kidney disease; \#
    diabetic nephropathy; nephrotic syndrome
    forms @chronic
    risk diabetes-2 2; hypertension 1.6; heart-failure 1.4
    signs edema .35; fatigue .3; itching .2
    drugs C03C @.5; A11C @.45; B03A @.35; B03X @.25; C08C @.35; C02D @.2; !B05X @.5
    * end-stage-renal | 586 | chronic | 0.04 | mid
    names end stage renal disease; chronic kidney disease stage 5; complication of dialysis catheter; renal \#
    osteodystrophy
    forms ~; ~, unspecified; ~ on hemodialysis; !~ with fluid overload; !~ with uremia
    risk chronic-kidney 3; diabetes-1 3
    signs itching .4; fatigue .4; oliguria .4; muscle-cramps .25
    acts dialysis .9; vascular-access .3
    drugs B03X @.85; V03A @.7; A11A @.65; A02A @.4; H05B @.35; A11C @.5; C07A 5 C08C 5 @.5
    * kidney-injury | 584 | acute | 0.09 | old
    names acute kidney failure; acute tubular necrosis; acute interstitial nephritis; contrast induced nephropathy
    forms ~; ~, unspecified; prerenal ~; !~ requiring dialysis; !oliguric ~
    risk sepsis 2.2; heart-failure 1.6; chronic-kidney 2; cirrhosis 1.5
    signs oliguria .6; edema .3; nausea .2
    acts urinary-catheter .3; imaging .2
    drugs B05B @.75; B05X @.5; C03C @.35; !V03A @.5
    * kidney-stones | 592 | acute | 0.025 | mid m
    names calculus of kidney; calculus of ureter; hydronephrosis; renal colic
    forms ~; ~, unspecified; recurrent ~; !obstructing ~ with infection
    signs flank-pain .85; hematuria .5; nausea .4
    acts urologic-endoscopy .6; kidney-procedure .3
    drugs M01A @.6; N02A @.75; G04C @.6; A04A @.4; C03A @.15; !J01M @.7
    * prostate-enlargement | 600 | chronic | 0.08 | old m
    names benign prostatic hyperplasia; urinary obstruction of the bladder neck; prostatic nodule
    forms ~; ~, unspecified; ~ with weak stream; !~ with urinary retention
    signs urinary-retention .5; urinary-frequency .45
    acts urologic-endoscopy .25; urinary-catheter .2
    drugs G04C @.93; C02C @.2; !B05C @.5
    * neurogenic-bladder | 596 | chronic | 0.03 | old
    names neurogenic bladder; overactive bladder; urinary incontinence; bladder neck dysfunction
    forms @organ
    risk multiple-sclerosis 6; spinal-cord 4; dementia 1.6
    signs incontinence .65; urinary-frequency .4
    acts urinary-catheter .4; urologic-endoscopy .2
    drugs G04B @.85; N07A @.2; J01X @.2
    * bladder-bleeding | 188 | acute | 0.012 | old
    names bladder cancer; gross hematuria with clots; hemorrhagic cystitis
    forms ~; ~, unspecified; recurrent ~; !~ with clot retention
    signs hematuria .9; dysuria .4; pelvic-pain .2
    acts urologic-endoscopy .8; urinary-catheter .4
    drugs B05C @.85; G04B @.6; J01M @.5; B02A @.2
    * transplant | 996 | chronic | 0.025 | mid
    names kidney transplant status; liver transplant status; heart transplant status; chronic graft dysfunction; \#
    bone marrow transplant status
    forms ~; ~, unspecified; ~, long-term follow-up; !~ with acute rejection; !~ with graft failure
    risk end-stage-renal 3; cirrhosis 2
    signs fever .2; fatigue .25; tremor .2
    acts transplant-surgery .3; kidney-procedure .2; liver-procedure .15
    drugs L04A @.98; H02A @.9; J01E @.8; J05A @.6; A12C @.5; J02A @.3
    """#
}
