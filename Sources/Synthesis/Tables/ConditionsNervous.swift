/// Conditions of nerves, mind, senses, joints, skin, and injuries.
enum ConditionsNervous {
  static let table = #"""
    * depression | 296 | chronic | 0.15 | any
    names major depressive disorder; depressive disorder; dysthymia; adjustment disorder with depressed mood; \#
    postpartum depression
    forms @mental
    signs low-mood .55; insomnia .4; fatigue .25; poor-appetite .2; suicidal-thoughts .08
    acts mental-therapy .2
    drugs N06A @.93; N05C @.25; !N05A @.5; !N06B @.1
    * anxiety | 300 | chronic | 0.11 | young
    names generalized anxiety disorder; panic disorder; anxiety state; posttraumatic stress disorder
    forms @mental
    risk depression 2.2
    signs anxiety .65; palpitations .25; insomnia .3
    acts mental-therapy .15
    drugs N05B @.75; N06A @.6; R06A @.15; C07A @.1; !N05B @.9
    * bipolar-disorder | 297 | chronic | 0.03 | young
    names bipolar disorder; manic episode; mixed bipolar episode; schizoaffective disorder
    forms @mental
    signs agitation .4; insomnia .4; low-mood .3
    acts mental-therapy .35
    drugs N05A @.8; N03A @.75; N06A @.35; !N05B @.6
    * schizophrenia | 295 | chronic | 0.02 | young
    names paranoid schizophrenia; schizophrenia; delusional disorder; psychosis
    forms @mental
    signs hallucinations .6; agitation .4
    acts mental-therapy .35
    drugs N05A @.97; N04A @.6; !N05B @.6; A06A @.25
    * alcohol-dependence | 303 | chronic | 0.07 | mid m
    names alcohol dependence; alcohol withdrawal; alcohol abuse; delirium tremens; alcoholic hepatitis
    forms ~; ~, continuous; ~, episodic; !acute ~ with intoxication; !severe ~
    signs withdrawal .4; tremor .3; sweating .2; nausea .2
    acts mental-therapy .35
    drugs A11D @.9; B03B @.8; A11A @.7; N05B @.6; A12C @.4; N07B @.2; !N05B @.9
    * opioid-dependence | 304 | chronic | 0.03 | young
    names opioid dependence; opioid withdrawal; heroin abuse; methadone maintenance; cocaine dependence
    forms ~; ~, continuous; ~, in treatment; !acute ~ with intoxication
    signs withdrawal .6; anxiety .3; diarrhea .2
    acts mental-therapy .35
    drugs N07B @.85; C02A @.3; N05B @.2; A07D @.15
    * overdose | 965 | acute | 0.02 | young
    names poisoning by opiates; acetaminophen poisoning; benzodiazepine overdose; intentional drug overdose; toxic \#
    alcohol ingestion
    forms ~; ~, undetermined intent; accidental ~; !~ with respiratory depression
    risk opioid-dependence 4; depression 2
    signs daytime-sleepiness .5; confusion .5; suicidal-thoughts .3; vomiting .3
    acts intubation .3; mental-therapy .3
    drugs V03A @.85; B05B @.7; A04A @.3
    * delirium | 293 | acute | 0.05 | old
    names delirium; acute confusional state; toxic encephalopathy; metabolic encephalopathy
    forms ~; ~, unspecified; postoperative ~; !agitated ~; !severe ~ with hallucinations
    risk dementia 3; sepsis 1.8
    signs confusion .85; agitation .5; hallucinations .2
    acts imaging .3; neuro-monitoring .2
    drugs N05A @.85; A11D @.25; !N05C @.4; !N05B @.3
    * dementia | 331 | chronic | 0.06 | old
    names Alzheimer disease; vascular dementia; dementia with Lewy bodies; mild cognitive impairment
    forms ~; ~, unspecified; ~ without behavioral disturbance; !~ with behavioral disturbance; !advanced ~
    signs memory-loss .8; confusion .4; incontinence .2; gait-instability .2
    acts feeding-tube .08; rehabilitation .15
    drugs N06D @.9; N06A @.35; A11C @.25; !N05A @.7
    * parkinson | 332 | chronic | 0.03 | old
    names Parkinson disease; secondary parkinsonism; restless legs syndrome; essential tremor
    forms @chronic
    signs tremor .65; stiffness .55; gait-instability .45; constipation .3
    acts rehabilitation .3
    drugs N04B @.95; N04A @.2; A06A @.4; !N05A @.3
    * epilepsy | 345 | chronic | 0.05 | any
    names epilepsy; complex partial seizures; generalized convulsive epilepsy; posttraumatic seizures
    forms ~; ~, unspecified; ~, well controlled; !~ with status epilepticus; !intractable ~
    risk brain-tumor 5; alcohol-dependence 1.5
    signs seizure-activity .7; confusion .2
    acts neuro-monitoring .45; imaging .2
    drugs N03A @.98; !N05B @.85; A11C @.15
    * brain-tumor | 191 | chronic | 0.012 | mid
    names malignant brain tumor; glioblastoma; meningioma; brain metastasis
    forms ~; ~, unspecified; recurrent ~; !~ with brain edema
    signs headache .6; seizure-activity .4; focal-weakness .35; visual-change .2
    acts craniotomy .5; radiotherapy .4; imaging .5
    drugs H02A @.95; N03A @.85; A02B @.7; L01A @.4
    * migraine | 346 | chronic | 0.05 | young f
    names migraine with aura; migraine without aura; tension headache; cluster headache
    forms ~; ~, unspecified; chronic ~; !intractable ~
    signs headache .85; nausea .3; visual-change .25
    drugs N02C @.75; N03A @.3; C07A @.25; N02B @.6; !A04A @.5; !M01A @.5
    * multiple-sclerosis | 340 | chronic | 0.015 | young f
    names multiple sclerosis; transverse myelitis; optic neuritis; demyelinating disease
    forms @autoimmune
    signs focal-weakness .5; numbness .5; gait-instability .4; muscle-spasm .45
    acts lumbar-puncture .2; imaging .4; rehabilitation .3
    drugs M03B @.8; L04A @.4; N04B @.25; N06B @.25; !H02A @.95
    * spinal-cord | 952 | chronic | 0.015 | young
    names spinal cord injury; quadriplegia; paraplegia; cervical spondylosis with myelopathy
    forms @organ
    signs muscle-spasm .6; focal-weakness .6; constipation .35
    acts spine-surgery .25; rehabilitation .5; urinary-catheter .3
    drugs M03B @.9; A06A @.85; N03A @.4; G04B @.3; B01A @.5
    * myasthenia | 358 | chronic | 0.008 | mid
    names myasthenia gravis; inflammatory neuropathy; Lambert-Eaton syndrome
    forms @autoimmune
    signs weakness .7; dysphagia .4; visual-change .4
    acts blood-exchange .4; oxygen-support .2
    drugs N07A @.95; H02A @.6; L04A @.5
    * neuropathy | 357 | chronic | 0.06 | old
    names polyneuropathy in diabetes; trigeminal neuralgia; chronic pain syndrome; fibromyalgia; peripheral neuropathy
    forms @chronic
    risk diabetes-2 2.5; diabetes-1 2.5; alcohol-dependence 1.6
    signs nerve-pain .7; numbness .6
    drugs N03A @.85; N06A @.5; N01B @.3; A11H @.15; !N02A @.6
    * attention-deficit | 314 | chronic | 0.015 | young
    names attention deficit disorder; hyperkinetic syndrome; developmental delay
    forms @mental
    signs poor-concentration .7; insomnia .25
    drugs N06B @.92; C02A @.25
    * sleep-disorder | 307 | chronic | 0.07 | any
    names chronic insomnia; sleep disturbance; circadian rhythm disorder
    forms ~; ~, unspecified; ~ due to medical condition; !severe ~
    risk depression 1.8; anxiety 1.8
    signs insomnia .85; fatigue .3
    drugs N05C @.8; N06A @.3
    * glaucoma | 365 | chronic | 0.05 | old
    names open angle glaucoma; ocular hypertension; cataract; macular degeneration; angle closure glaucoma
    forms ~; ~, unspecified; ~, bilateral; !~ with vision loss
    signs visual-change .5; eye-pain .2
    acts eye-procedure .25
    drugs S01E @.93
    * conjunctivitis | 372 | acute | 0.015 | any
    names conjunctivitis; blepharitis; corneal ulcer; stye
    forms @acute
    signs red-eye .85; eye-pain .4
    acts eye-procedure .2
    drugs S01A @.95
    * rheumatoid-arthritis | 714 | chronic | 0.03 | mid f
    names rheumatoid arthritis; psoriatic arthritis; ankylosing spondylitis; inflammatory polyarthropathy
    forms @autoimmune
    signs joint-pain .7; joint-swelling .6; stiffness .35
    acts joint-injection .2; joint-replacement .12
    drugs L01B 6 L04A 4 @.85; B03B @.6; H02A @.5; P01B @.4; M01A @.4; !H02A @.85
    * lupus | 710 | chronic | 0.015 | young f
    names systemic lupus erythematosus; lupus nephritis; systemic sclerosis; dermatomyositis; Sjogren syndrome
    forms @autoimmune
    signs rash .5; joint-pain .5; mouth-sores .3; fatigue .4
    acts kidney-procedure .15
    drugs P01B @.9; H02A @.8; L04A @.6; !L01A @.4; A11C @.3
    * osteoarthritis | 715 | chronic | 0.12 | old
    names osteoarthritis of the knee; osteoarthritis of the hip; osteoarthritis of the hand; generalized \#
    osteoarthritis; rotator cuff disorder
    forms ~; ~, unspecified; bilateral ~; !end stage ~
    risk obesity 1.8
    signs joint-pain .65; stiffness .35
    acts joint-replacement .2; joint-injection .2
    drugs M01A @.6; N02B @.75; !N02A @.75
    * back-pain-disorder | 724 | chronic | 0.09 | mid
    names lumbago; lumbar disc displacement; spinal stenosis; sciatica; cervicalgia
    forms @chronic
    signs back-pain .8; numbness .25; muscle-spasm .35
    acts spine-surgery .2; joint-injection .15; imaging .15
    drugs M03B @.6; N02A @.5; M01A @.45; N01B @.35; N03A @.3
    * hip-fracture | 820 | acute | 0.035 | old
    names fracture of neck of femur; intertrochanteric fracture; pelvic fracture; fracture of tibia; fracture of \#
    humerus; multiple rib fractures
    forms @injury
    risk osteoporosis 3.5
    signs severe-pain .6; bruising .4; bone-pain .5
    acts fracture-fixation .7; joint-replacement .2; rehabilitation .4
    drugs N02A @.95; B01A @.85; A06A @.7; A12A @.4; A11C @.3; J01D @.6; N01B @.3
    * head-injury | 854 | acute | 0.02 | young
    names concussion; traumatic brain injury; skull fracture; multiple trauma; splenic laceration
    forms @injury
    signs headache .6; confusion .45; vomiting .3; bruising .4
    acts imaging .6; craniotomy .15; wound-closure .4
    drugs N03A @.6; N02A @.6; N02B @.7; !B02A @.5; !B05B @.6
    * burn | 948 | acute | 0.01 | young
    names second degree burn; third degree burn; inhalation injury; chemical burn
    forms ~; ~ of the trunk; ~ of the hand; !extensive ~
    signs severe-pain .8; weeping-wound .6
    acts wound-debridement .7; skin-graft .5
    drugs D08A @.9; D06A @.7; N02A @.9; A11G @.6; A11A @.4; !B05B @.9; !B05A @.5
    * pressure-ulcer | 707 | chronic | 0.035 | old
    names pressure ulcer of the sacrum; pressure ulcer of the heel; chronic leg ulcer; diabetic foot ulcer; venous \#
    stasis ulcer
    forms ~; ~, unspecified; ~, healing; !infected ~; !~, stage four
    risk spinal-cord 5; dementia 2; peripheral-artery 2.5
    signs weeping-wound .7; foot-wound .4; skin-redness .3
    acts wound-debridement .5; skin-graft .15
    drugs D06A 5 D08A 5 @.8; A11G @.65; A12C @.4; A11A @.5; !J01X @.7
    * dermatitis | 692 | chronic | 0.04 | any
    names contact dermatitis; eczema; psoriasis; seborrheic dermatitis; drug eruption
    forms ~; ~, unspecified; chronic ~; !generalized ~
    signs itching .7; rash .7
    acts skin-biopsy .15
    drugs D07A @.9; R06A @.6; D01A @.2; !H02A @.6
    * allergic-reaction | 995 | acute | 0.02 | young
    names anaphylactic reaction; angioedema; allergic urticaria; transfusion reaction
    forms @acute
    signs hives .8; itching .6; wheeze .35
    drugs R06A @.95; H02A @.8; A02B @.4; !C01C @.6; R03A @.3
    * allergic-rhinitis | 477 | chronic | 0.06 | young
    names allergic rhinitis; chronic sinusitis; nasal polyps; deviated nasal septum
    forms ~; ~, unspecified; seasonal ~; !severe ~
    risk asthma 2.5
    signs nasal-congestion .8; sore-throat .2
    drugs R01A @.85; R06A @.7; R03D @.25
    * menopause | 627 | chronic | 0.04 | mid f
    names menopausal syndrome; postmenopausal atrophic vaginitis; premature menopause
    forms ~; ~, unspecified; surgical ~; !severe ~
    signs hot-flashes .8; insomnia .3; sweating .3
    drugs G03C @.9; G03D @.35
    * endometriosis | 617 | chronic | 0.025 | young f
    names endometriosis; uterine leiomyoma; dysfunctional uterine bleeding; ovarian cyst
    forms ~; ~, unspecified; recurrent ~; !~ with heavy bleeding
    signs pelvic-pain .7; heavy-periods .6; pallor .15
    acts gynecologic-surgery .6
    drugs G03D @.85; M01A @.6; !B02A @.6; B03A @.35
    """#
}
