/// Conditions of heart and vessels. Format: see `KnowledgeParser`.
enum ConditionsCirculatory {
  static let table = #"""
    * hypertension | 401 | chronic | 0.40 | old
    names essential hypertension; benign hypertension; hypertensive heart disease; malignant hypertension; \#
    renovascular hypertension
    forms ~; ~, unspecified; ~, long-standing; !uncontrolled ~; !~ with hypertensive urgency
    signs headache .12; dizziness .15
    acts echocardiography .08
    drugs C09A 6 C09C 4 @.62; C07A 6 C08C 4 @.55; C03A @.3; C02A 5 C02D 5 @.12; !C02D 6 C02A 4 @.7; !C08C @.5
    * hyperlipidemia | 272 | chronic | 0.30 | old
    names pure hypercholesterolemia; mixed hyperlipidemia; hypertriglyceridemia; other disorder of lipid metabolism
    forms ~; ~, unspecified; familial ~; ~ on diet and drug treatment; !poorly controlled ~
    risk hypertension 1.5
    drugs C10A @.88
    * coronary-disease | 414 | chronic | 0.20 | old
    names coronary atherosclerosis of native vessel; chronic ischemic heart disease; stable angina pectoris; \#
    coronary atherosclerosis of bypass graft; old myocardial infarction; unstable angina
    forms ~; ~, unspecified; ~, multivessel; !~ with angina at rest; !progressive ~
    risk hypertension 1.5; hyperlipidemia 1.8; diabetes-2 1.4
    signs chest-pain .4; dyspnea .2; fatigue .15
    acts coronary-angiography .3; coronary-intervention .15; cardiac-surgery .08; echocardiography .2
    drugs B01A @.9; C10A @.8; C07A @.75; C01D @.5; !C01D @.8
    * heart-failure | 428 | chronic | 0.18 | old
    names congestive heart failure; systolic heart failure; diastolic heart failure; left heart failure; right heart \#
    failure with congestion; hypertensive heart failure
    forms @chronic
    risk hypertension 1.4; coronary-disease 2.2; diabetes-2 1.3
    signs dyspnea .6; orthopnea .4; edema .55; fatigue .35; weight-gain .25
    acts echocardiography .4; oxygen-support .15; arterial-monitoring .1
    drugs C03C @.9; C09A 7 C09C 3 @.7; C07A @.7; C03D @.35; C01A @.2; A12B @.5; C03B @.12; !C01C 4 C01D 6 @.45; \#
    !C02D @.3
    * atrial-fibrillation | 427 | chronic | 0.16 | old
    names atrial fibrillation; paroxysmal atrial fibrillation; persistent atrial fibrillation; atrial flutter; \#
    paroxysmal supraventricular tachycardia
    forms ~; ~, unspecified; permanent ~ on rate control; !~ with rapid ventricular response; !recurrent ~ with \#
    hypotension
    risk heart-failure 1.9; hypertension 1.2; valve-disease 1.8
    signs palpitations .55; dizziness .2; syncope .12
    acts cardioversion-ablation .25; echocardiography .25; pacemaker .06
    drugs B01A @.9; C07A 6 C08D 4 @.85; C01B @.4; C01A @.25; !C08D @.5; !C01B @.6
    * ventricular-arrhythmia | 426 | chronic | 0.045 | old
    names ventricular tachycardia; ventricular premature beats; complete heart block; sick sinus syndrome
    forms ~; ~, unspecified; intermittent ~; !sustained ~; !~ with cardiac arrest
    risk heart-failure 2.5; coronary-disease 1.6
    signs palpitations .5; syncope .4; dizziness .3
    acts pacemaker .5; cardioversion-ablation .3
    drugs C01B @.75; C07A @.6; A12C @.5; !A12B @.6
    * valve-disease | 424 | chronic | 0.08 | old
    names aortic valve stenosis; mitral valve regurgitation; aortic valve insufficiency; mitral stenosis; tricuspid \#
    valve disease
    forms ~; ~, unspecified; rheumatic ~; !critical ~; !symptomatic ~ with congestion
    signs dyspnea .35; syncope .12; fatigue .25
    acts echocardiography .5; cardiac-surgery .25; coronary-angiography .2
    drugs B01A @.6; C03C @.5; C09A 5 C07A 5 @.5; !J01D @.6
    * cardiomyopathy | 425 | chronic | 0.04 | mid
    names dilated cardiomyopathy; alcoholic cardiomyopathy; hypertrophic cardiomyopathy; ischemic cardiomyopathy
    forms @chronic
    risk heart-failure 2.2; alcohol-dependence 1.8
    signs dyspnea .4; edema .35; fatigue .35
    acts echocardiography .5; pacemaker .15
    drugs C07A @.85; C09A 6 C09C 4 @.8; C03D @.5; C03C @.7; B01A @.4
    * peripheral-artery | 440 | chronic | 0.07 | old
    names atherosclerosis of leg arteries; peripheral vascular disease; carotid artery stenosis; intermittent \#
    claudication; gangrene of the foot
    forms ~; ~, unspecified; ~, bilateral; !~ with rest pain; !~ with ulceration
    risk hyperlipidemia 1.5; diabetes-2 2.0; tobacco-use 1.8
    signs claudication .6; foot-wound .3
    acts vascular-surgery .3; endovascular .2; wound-debridement .12
    drugs B01A @.9; C10A @.75; !N02A @.6; !J01D @.4
    * aortic-aneurysm | 441 | chronic | 0.025 | old m
    names abdominal aortic aneurysm; thoracic aortic aneurysm; aortic dissection; iliac artery aneurysm
    forms ~; ~, unspecified; ~ without rupture; !ruptured ~; !expanding ~
    risk hypertension 1.6; peripheral-artery 1.8
    signs abdominal-pain .3; back-pain .35
    acts vascular-surgery .45; endovascular .3
    drugs C07A @.9; C10A @.6; C02D 5 C08C 5 @.4; !C08C @.5; !N02A @.7
    * venous-thrombosis | 453 | acute | 0.04 | any
    names deep vein thrombosis of the leg; deep vein thrombosis of the arm; superficial thrombophlebitis; portal \#
    vein thrombosis
    forms @acute
    risk lung-cancer 2; colon-cancer 2; hip-fracture 2.5
    signs leg-swelling-one-side .7; edema .2
    acts endovascular .3; imaging .3
    drugs B01A @.97
    * pulmonary-embolism | 415 | acute | 0.03 | any
    names pulmonary embolism; saddle embolus of pulmonary artery; septic pulmonary embolism; pulmonary infarction
    forms @acute
    risk venous-thrombosis 5; lung-cancer 2
    signs dyspnea .6; chest-pain .5; hemoptysis .2
    acts endovascular .25; imaging .4; oxygen-support .3
    drugs B01A @.98; N02A @.35; !C01C @.4
    * myocardial-infarction | 410 | acute | 0.06 | old
    names acute myocardial infarction of anterior wall; acute myocardial infarction of inferior wall; subendocardial \#
    infarction; acute coronary syndrome
    forms ~; ~, initial episode; ~, subsequent episode; !~ with cardiogenic shock; !~ with ventricular arrhythmia
    risk coronary-disease 3.5; diabetes-2 1.4; tobacco-use 1.5
    signs chest-pain .85; sweating .4; nausea .3
    acts coronary-angiography .7; coronary-intervention .5; arterial-monitoring .2; cardiac-surgery .15
    drugs B01A @.98; C07A @.85; C10A @.85; C01D @.7; C09A @.6; N02A @.4; !C01C @.8
    * stroke | 434 | acute | 0.04 | old
    names cerebral infarction; cerebral embolism with infarction; transient cerebral ischemia; occlusion of cerebral \#
    artery
    forms ~; ~, unspecified; lacunar ~; !~ with hemiplegia; !~ with brain edema
    risk atrial-fibrillation 2.5; hypertension 1.4; peripheral-artery 1.7
    signs focal-weakness .7; speech-difficulty .5; visual-change .2; gait-instability .3
    acts imaging .5; rehabilitation .5; feeding-tube .2; neuro-monitoring .15
    drugs B01A @.95; C10A @.85; C09A 5 C08C 5 @.45; !B05B @.6
    * brain-hemorrhage | 432 | acute | 0.025 | any
    names intracerebral hemorrhage; subarachnoid hemorrhage; subdural hematoma; traumatic subdural hemorrhage
    forms ~; ~, unspecified; spontaneous ~; !~ with coma; !massive ~ with midline shift
    signs headache .7; confusion .5; seizure-activity .3; focal-weakness .4
    acts craniotomy .4; imaging .5; neuro-monitoring .3; arterial-monitoring .3
    drugs N03A @.85; C08C @.6; C02D @.5; !B05B @.7; !B02B @.4; A02B @.5
    * shock | 458 | acute | 0.045 | any
    names hypotension; cardiogenic shock; hypovolemic shock; orthostatic hypotension
    forms ~; ~, unspecified; iatrogenic ~; !severe ~ with organ dysfunction; !refractory ~
    risk heart-failure 1.5; sepsis 2.5
    signs dizziness .5; syncope .3; oliguria .3
    acts arterial-monitoring .5; central-line .5
    drugs C01C @.75; B05A @.4; B05B @.85; !H01B @.6; !H02A @.35
    * pericarditis | 420 | acute | 0.015 | mid
    names pericarditis; pericardial effusion; post-cardiotomy syndrome
    forms @acute
    signs chest-pain .7; dyspnea .3; fever .2
    acts echocardiography .6; bedside-drainage .25
    drugs M01A @.8; M04A @.7; !H02A @.6
    """#
}
