/// Conditions of lungs and airways, and infections.
enum ConditionsRespiratory {
  static let table = #"""
    * tobacco-use | 305 | chronic | 0.14 | mid
    names tobacco use disorder; nicotine dependence; cigarette smoking; smokeless tobacco use
    forms ~; ~, continuous; heavy ~; ~ with attempt to quit
    signs cough .25; withdrawal .15
    drugs N07B @.5
    * copd | 496 | chronic | 0.14 | old
    names chronic obstructive pulmonary disease; emphysema; obstructive chronic bronchitis; chronic airway \#
    obstruction; bronchiectasis
    forms ~; ~, unspecified; advanced ~; !~ with acute exacerbation; !~ with acute bronchitis
    risk tobacco-use 2.5
    signs dyspnea .5; wheeze .5; cough .45; sputum .3
    acts oxygen-support .35; respiratory-therapy .4; bronchoscopy .06
    drugs R03A @.9; R03B @.85; R05C @.3; !H02A @.85; !J01F 6 J01M 4 @.7
    * asthma | 493 | chronic | 0.07 | young
    names extrinsic asthma; intrinsic asthma; cough variant asthma; exercise induced bronchospasm
    forms ~; ~, unspecified; mild persistent ~; !~ with status asthmaticus; !~ with acute exacerbation
    signs wheeze .65; dyspnea .45; cough .4
    acts respiratory-therapy .4; oxygen-support .15
    drugs R03A @.95; R03B @.7; R03D @.5; !H02A @.9
    * pulmonary-fibrosis | 515 | chronic | 0.02 | old
    names pulmonary fibrosis; interstitial lung disease; sarcoidosis of the lung; hypersensitivity pneumonitis
    forms @chronic
    signs dyspnea .7; cough .55; fatigue .3
    acts bronchoscopy .3; oxygen-support .4; imaging .3
    drugs H02A @.8; L04A @.4; R05D @.4; J01E @.4; !N02A @.4
    * pulmonary-hypertension | 416 | chronic | 0.03 | old
    names primary pulmonary hypertension; chronic pulmonary heart disease; secondary pulmonary hypertension
    forms @organ
    risk heart-failure 2; copd 2; sleep-apnea 2
    signs dyspnea .6; edema .4; fatigue .4; syncope .1
    acts echocardiography .5; coronary-angiography .2; oxygen-support .3
    drugs C03C @.7; B01A @.6; C08C @.4; C03D @.3
    * sleep-apnea | 327 | chronic | 0.07 | mid
    names obstructive sleep apnea; central sleep apnea; hypersomnia with sleep apnea; narcolepsy
    forms ~; ~, unspecified; ~ on positive airway pressure; !severe ~
    risk obesity 3.5
    signs daytime-sleepiness .6; fatigue .3; insomnia .2
    acts oxygen-support .3
    drugs N06B @.25; R01A @.3
    * pneumonia | 486 | acute | 0.10 | old
    names bacterial pneumonia; aspiration pneumonia; pneumococcal pneumonia; bronchopneumonia; ventilator associated \#
    pneumonia; lobar pneumonia
    forms @infection
    risk copd 2; stroke 1.6; dementia 1.5; hiv 2
    signs cough .6; sputum .5; fever .5; dyspnea .45; chills .25
    acts bronchoscopy .12; oxygen-support .3; ventilation .15; imaging .2
    drugs J01D 5 J01C 5 @.75; J01F 4 J01M 6 @.7; R03A @.4; R05C @.35; !J01X @.85; !J01G @.25
    * bronchitis | 466 | acute | 0.05 | any
    names acute bronchitis; upper respiratory infection; influenza; acute sinusitis; acute laryngitis
    forms ~; ~, unspecified; viral ~; !~ with bronchospasm
    signs cough .75; sore-throat .4; nasal-congestion .5; fever .3
    acts respiratory-therapy .15
    drugs R05D @.65; R05C @.55; J01F 5 J01A 5 @.5; J05A @.3; R01A @.35
    * respiratory-failure | 518 | acute | 0.07 | old
    names acute respiratory failure; pulmonary collapse; adult respiratory distress syndrome; acute pulmonary edema
    forms ~; ~, unspecified; postoperative ~; !~ with hypercapnia; !~ requiring prolonged ventilation
    risk copd 2.2; pneumonia 3; sepsis 3; heart-failure 1.5
    signs dyspnea .7; confusion .25; anxiety .2
    acts ventilation .75; intubation .65; arterial-monitoring .4; central-line .35; bronchoscopy .15
    drugs R03A @.7; R03B @.5; A02B @.75; !H02A @.5
    * pleural-effusion | 511 | acute | 0.035 | any
    names pleural effusion; pneumothorax; empyema; hemothorax
    forms ~; ~, unspecified; loculated ~; !tension ~; !recurrent ~ after drainage
    risk pneumonia 2; heart-failure 1.5; lung-cancer 2.5
    signs dyspnea .5; chest-pain .45; cough .25
    acts chest-drainage .8; thoracic-surgery .2
    drugs N02A @.7; N01B @.5; J01D @.4; !J01X @.4
    * sepsis | 038 | acute | 0.07 | old
    names sepsis; septicemia; bacteremia; systemic inflammatory response due to infection; line associated \#
    bloodstream infection
    forms ~; ~, organism unspecified; gram negative ~; !~ with septic shock; !severe ~ with multiple organ failure
    risk cirrhosis 1.5; leukemia 2.5; end-stage-renal 1.8
    signs fever .6; chills .5; confusion .35; oliguria .3
    acts central-line .6; arterial-monitoring .4; bedside-drainage .08
    drugs J01X @.85; J01C 5 J01D 5 @.9; J01M @.35; B05B @.8; H01B @.1; !C01C @.9; !H02A @.45; !J01G @.3; !J02A @.3
    * urinary-infection | 599 | acute | 0.09 | old f
    names urinary tract infection; acute cystitis; acute pyelonephritis; catheter associated urinary infection; \#
    prostatitis
    forms @infection
    risk diabetes-2 1.3; neurogenic-bladder 3; kidney-stones 2
    signs dysuria .65; fever .3; flank-pain .3; urinary-frequency .35; hematuria .15
    acts urinary-catheter .3
    drugs J01M 5 J01D 5 @.85; J01E @.3; G04B @.25; !J01G @.4; !J01X @.4
    * cellulitis | 682 | acute | 0.05 | mid
    names cellulitis of the leg; cellulitis of the arm; abscess of the trunk; wound infection; necrotizing soft \#
    tissue infection
    forms @infection
    risk diabetes-2 1.8; peripheral-artery 1.6; obesity 1.5
    signs skin-redness .75; fever .35; leg-swelling-one-side .25; foot-wound .25
    acts incision-drainage .35; wound-debridement .3
    drugs J01X @.8; J01D 6 J01F 4 @.7; D06A @.3; N02A @.4; !J01C @.7
    * osteomyelitis | 730 | acute | 0.02 | mid
    names osteomyelitis of the foot; vertebral osteomyelitis; prosthetic joint infection; septic arthritis
    forms @infection
    risk diabetes-2 2; peripheral-artery 2
    signs bone-pain .6; foot-wound .45; fever .3
    acts wound-debridement .6; central-line .4; bone-biopsy .3
    drugs J01X @.9; J01D 4 J01C 6 @.7; J01M @.35; N02A @.6; J04A @.05; !J01G @.3
    * endocarditis | 421 | acute | 0.012 | mid
    names infective endocarditis; endocarditis of native mitral valve; prosthetic valve endocarditis
    forms @infection
    risk valve-disease 3; opioid-dependence 3
    signs fever .7; night-sweats .4; fatigue .3
    acts echocardiography .8; cardiac-surgery .3; central-line .5
    drugs J01X @.8; J01C @.8; J01G @.75; !J01D @.5
    * meningitis | 320 | acute | 0.012 | young
    names bacterial meningitis; viral encephalitis; aseptic meningitis; brain abscess
    forms @acute
    signs headache .8; neck-stiffness .7; fever .6; confusion .4
    acts lumbar-puncture .85; neuro-monitoring .2; imaging .4
    drugs J01D @.9; J01X @.7; J05A @.65; H02A @.5; N03A @.3
    * clostridium-colitis | 008 | acute | 0.035 | old
    names Clostridium difficile colitis; infectious gastroenteritis; viral enteritis; bacterial enterocolitis
    forms ~; ~, unspecified; recurrent ~; !severe ~; !fulminant ~ with megacolon
    signs diarrhea .9; abdominal-pain .45; dehydration .3
    acts colonoscopy .2
    drugs A07A @.6; J01X @.75; B05B @.7; A12B @.5
    * fungal-infection | 112 | acute | 0.04 | any
    names oral candidiasis; candidal esophagitis; candidemia; candidal intertrigo; aspergillosis; dermatophytosis of \#
    the foot
    forms ~; ~, unspecified; recurrent ~; !invasive ~; !disseminated ~
    risk hiv 3; leukemia 3; diabetes-2 1.4; transplant 2.5
    signs mouth-sores .5; dysphagia .25; skin-redness .3
    acts upper-endoscopy .2
    drugs J02A @.75; D01A @.55; A01A @.45
    * hiv | 042 | chronic | 0.025 | young
    names human immunodeficiency virus disease; asymptomatic HIV infection; AIDS with opportunistic infection
    forms ~; ~, unspecified; ~ on antiretroviral therapy; !advanced ~ with wasting
    signs weight-loss .4; night-sweats .3; diarrhea .25; poor-appetite .3
    acts lumbar-puncture .1; bronchoscopy .1
    drugs J05A @.95; J01E 7 P01A 3 @.75; J01F @.4; J02A @.3; G03D @.25
    * herpes-zoster | 053 | acute | 0.02 | old
    names herpes zoster; herpes simplex; postherpetic neuralgia; cytomegalovirus disease
    forms ~; ~, unspecified; recurrent ~; !disseminated ~
    risk transplant 2.5; lymphoma 2; hiv 2.5
    signs rash .7; nerve-pain .5
    drugs J05A @.95; N03A @.5; N01B @.3
    * hepatitis-c | 070 | chronic | 0.04 | mid
    names chronic hepatitis C; chronic hepatitis B; viral hepatitis carrier
    forms ~; ~, unspecified; ~ without coma; !~ with hepatic coma
    risk opioid-dependence 5; hiv 2.5; alcohol-dependence 1.8
    signs fatigue .4; jaundice .2; poor-appetite .2
    acts liver-procedure .12
    drugs J05A @.45; A11A @.2
    * tuberculosis | 011 | chronic | 0.01 | mid
    names pulmonary tuberculosis; tuberculous lymphadenitis; latent tuberculosis under treatment; atypical \#
    mycobacterial infection
    forms ~; ~, unspecified; ~ confirmed by culture; !disseminated ~
    risk hiv 4
    signs cough .6; night-sweats .6; weight-loss .5; hemoptysis .3
    acts bronchoscopy .4; imaging .3
    drugs J04A @.97; A11H @.85; J01M @.2
    * malaria | 084 | acute | 0.005 | young
    names malaria; amebic dysentery; giardiasis; toxoplasmosis
    forms ~; ~, unspecified; recurrent ~; !severe ~
    signs fever .8; chills .6; diarrhea .35
    drugs P01B @.7; P01A @.7; N02B @.7
    """#
}
