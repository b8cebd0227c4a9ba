/// Symptom groups: `id | base rate | phrases (! when severe) | drugs given for the symptom`.
enum SymptomPhrases {
  static let table = #"""
    abdominal-pain | .05 | abdominal pain; cramping in the belly; upper abdominal discomfort; !severe stomach pain; \#
    !rebound tenderness | N02A @.25; A03B @.2; A02B @.15
    abdominal-swelling | .01 | abdominal distension; swollen belly; increasing girth; !tense ascites | C03D @.2
    agitation | .02 | agitation; restlessness; pacing; irritability; !combative behavior | N05A @.45; N05B @.3
    anxiety | .05 | feeling anxious; nervousness; constant worry; fear; !panic attack | N05B @.6
    back-pain | .04 | back pain; low back ache; pain between the shoulder blades; stiff back; !disabling back pain | \#
    N02B @.35; M03B @.3; M01A @.2
    bloating | .015 | bloating; belching; gas; feeling of fullness | A03F @.25
    bone-pain | .01 | bone pain; aching limbs; rib tenderness; !deep boring bone pain | N02A @.35; N02B @.3
    breast-lump | .004 | breast lump; nipple discharge; breast tenderness; skin dimpling of the breast |
    bruising | .02 | easy bruising; petechiae; purple spots on the skin; bleeding gums; !spontaneous bruising | B02B \#
    @.25
    chest-pain | .03 | chest pain; chest tightness; pressure behind the breastbone; pleuritic pain; !crushing chest \#
    pain | C01D @.4; B01A @.25; N02A @.15
    chills | .02 | chills; shivering; feeling cold and clammy; !rigors | N02B @.4
    claudication | .004 | calf pain on walking; leg cramps on exertion; cold feet; !leg pain at rest |
    cold-intolerance | .008 | feeling cold; dry skin; hair loss; slowed movements |
    confusion | .03 | confusion; disorientation; slow to answer; forgetful today; !not recognising family | N05A @.2
    constipation | .08 | constipation; hard stools; no bowel movement for days; straining; !painful impaction | A06A \#
    @.95
    cough | .04 | cough; dry cough; nagging cough at night; hacking cough; !coughing fits | R05D @.55; R05C @.3
    daytime-sleepiness | .02 | daytime sleepiness; drowsiness; nodding off; lethargy; !hard to arouse |
    dehydration | .02 | dry mouth; poor skin turgor; little fluid intake; sunken eyes; !severe dehydration | B05B @.7
    diarrhea | .04 | diarrhea; loose stools; frequent watery stool; urgency of stool; !profuse diarrhea | A07D @.5; \#
    B05B @.3
    dizziness | .04 | dizziness; lightheadedness; spinning sensation; unsteady on standing; !near fainting |
    dysphagia | .015 | difficulty swallowing; food sticking; painful swallowing; choking on liquids; !unable to \#
    swallow |
    dyspnea | .04 | shortness of breath; breathlessness on exertion; labored breathing; rapid breathing; !gasping at \#
    rest | R03A @.3
    dysuria | .02 | painful urination; burning urination; cloudy urine; strong smelling urine; !bladder spasms | \#
    G04B @.3
    early-fullness | .006 | early fullness after meals; undigested food in vomit; heaviness after eating; \#
    regurgitation | A03F @.3
    edema | .04 | leg swelling; pitting edema; swollen ankles; puffy hands; !swelling up to the thighs | C03C @.35
    eye-pain | .006 | eye pain; gritty eyes; pressure behind the eye; !sudden painful vision loss | S01E @.2
    fatigue | .08 | fatigue; tiredness; low energy; exhaustion; !too tired to leave bed |
    fever | .05 | fever; temperature spikes; low grade fever; feeling hot; !high fever | N02B @.9
    flank-pain | .008 | flank pain; colicky side pain; pain radiating to the groin; !excruciating flank pain | M01A \#
    @.3; N02A @.3
    focal-weakness | .012 | weakness of one arm; weakness of one leg; facial droop; heavy limb; !paralysis of one side |
    foot-wound | .008 | foot ulcer; non-healing toe wound; black toe; draining foot wound; !foul smelling foot wound \#
    | D06A @.35
    gait-instability | .015 | unsteady gait; frequent falls; shuffling; poor balance; !unable to walk |
    hallucinations | .008 | hearing voices; seeing things; paranoia; disorganised speech; !command hallucinations | \#
    N05A @.6
    headache | .05 | headache; throbbing head; pressure in the head; photophobia; !worst headache of life | N02B \#
    @.7; N02C @.08
    heartburn | .05 | heartburn; sour taste; acid regurgitation; burning after meals; !burning that wakes at night | \#
    A02A @.4; A02B @.4
    heat-intolerance | .004 | heat intolerance; bulging eyes; fine shaking of hands; neck swelling |
    heavy-periods | .006 | heavy periods; bleeding between periods; passing clots; !flooding | B02A @.3; B03A @.3
    hematuria | .012 | blood in urine; pink urine; dark urine; !passing blood clots in urine | B05C @.3
    hemoptysis | .006 | coughing blood; blood streaked sputum; rusty sputum; !large hemoptysis |
    hives | .008 | hives; wheals; swollen lips; swelling of the face; !tongue swelling | R06A @.85
    hot-flashes | .01 | hot flashes; flushing; vaginal dryness; night heat | G03C @.25
    incontinence | .02 | urinary leakage; urge incontinence; bedwetting; loss of bladder control; !stool \#
    incontinence | G04B @.3
    insomnia | .08 | insomnia; trouble falling asleep; waking early; restless nights; !no sleep for days | N05C @.7; \#
    N06A @.15
    itching | .03 | itching; itchy skin; scratching marks; crawling skin; !unbearable itching | R06A @.6; D07A @.35
    jaundice | .006 | yellow skin; yellow eyes; pale stools; tea colored urine | A05A @.2
    joint-pain | .04 | joint pain; aching knees; sore hands; hip pain; !unable to bear weight | N02B @.45; M01A @.35
    joint-swelling | .012 | swollen joint; warm joint; red big toe; fluid in the knee; !hot swollen joint | M01A @.3
    leg-swelling-one-side | .006 | swelling of one leg; calf tenderness; tight calf; red swollen leg |
    low-mood | .05 | low mood; sadness; loss of interest; tearful; !hopelessness | N06A @.4
    melena | .01 | black stools; tarry stool; dark maroon stool; !large black stools | A02B @.6
    memory-loss | .012 | memory loss; repeating questions; misplacing things; getting lost; !unable to manage daily \#
    life | N06D @.15
    mouth-sores | .012 | mouth sores; white patches on tongue; sore mouth; painful gums; !unable to eat for mouth \#
    pain | A01A @.8
    muscle-cramps | .02 | muscle cramps; twitching; leg cramps at night; tingling lips; !tetany | A12C @.4; A12A @.35
    muscle-spasm | .012 | muscle spasm; tight muscles; spastic legs; jerking; !painful spasms | M03B @.6
    nasal-congestion | .03 | stuffy nose; runny nose; sneezing; sinus pressure; !facial pain with discharge | R01A \#
    @.6; R06A @.3
    nausea | .09 | nausea; queasiness; upset stomach; feeling sick after meals; !intractable nausea | A04A @.85
    neck-stiffness | .004 | stiff neck; light hurts the eyes; pain on bending the neck; !rigid neck |
    nerve-pain | .015 | burning pain; shooting pain; electric shocks; pain on light touch; !constant searing pain | \#
    N03A @.4
    night-sweats | .012 | night sweats; drenching sweats; damp sheets; sweating after fever |
    nosebleed | .01 | nosebleed; blood from one nostril; crusting in the nose; !nosebleed that does not stop | R01A @.6
    numbness | .02 | numb feet; tingling hands; pins and needles; loss of feeling; !numb up to the knees |
    oliguria | .012 | little urine; decreased urine output; concentrated urine; !no urine for a day | B05B @.4
    orthopnea | .008 | needs several pillows; breathless lying flat; wakes up short of breath; !cannot lie flat | \#
    C03C @.5
    pallor | .015 | pallor; pale gums; pale palms; cold hands; !ashen skin |
    palpitations | .02 | palpitations; racing heart; skipped beats; fluttering in the chest; !pounding heartbeat | \#
    C07A @.3
    pelvic-pain | .008 | pelvic pain; painful periods; pressure in the pelvis; pain with intercourse | M01A @.5
    poor-appetite | .04 | poor appetite; not eating; taste change; refusing meals; !eating nothing | A11A @.35; G03D \#
    @.12
    poor-concentration | .008 | poor concentration; easily distracted; fidgeting; racing thoughts |
    rash | .02 | rash; red patches; scaly skin; blistering rash; !peeling skin | D07A @.6
    rectal-bleeding | .01 | rectal bleeding; blood on paper; bloody diarrhea; !passing fresh blood |
    red-eye | .008 | red eye; eye discharge; itchy eyes; sticky eyelids; !swollen eyelid | S01A @.6
    seizure-activity | .006 | seizure; staring spell; shaking episode; bitten tongue; !repeated convulsions | N03A \#
    @.5; N05B @.4
    severe-pain | .03 | pain after surgery; throbbing wound pain; pain on movement; pain score high; !uncontrolled \#
    pain | N02A @.9
    shakiness | .01 | shakiness; hunger with trembling; low sugar reading; sweaty and shaky; !unresponsive with low \#
    sugar | H04A @.15
    skin-redness | .015 | red warm skin; spreading redness; tender skin; itchy groin rash; !streaking redness | D01A @.3
    sore-throat | .02 | sore throat; hoarse voice; swollen tonsils; scratchy throat | R05D @.2
    speech-difficulty | .006 | slurred speech; trouble finding words; garbled speech; !unable to speak |
    sputum | .015 | productive cough; thick phlegm; green sputum; rattling chest; !choking on secretions | R05C @.6
    stiffness | .015 | morning stiffness; rigid muscles; slowness; reduced range of motion; !frozen posture |
    suicidal-thoughts | .006 | suicidal thoughts; self harm; wish to be dead; !suicide plan | N05A @.25
    sweating | .015 | sweating; cold sweat; clammy hands; flushed face |
    swollen-glands | .005 | swollen glands; neck lumps; lump in the groin; !rapidly growing lump |
    syncope | .015 | fainting; blackout; sudden collapse; passed out on standing; !collapse without warning |
    thirst | .01 | excessive thirst; drinking a lot; blurry vision with thirst; sugar in urine | A10A @.2
    tremor | .01 | tremor; shaking hand; trembling voice; jerky hands; !coarse tremor |
    urinary-frequency | .025 | frequent urination; getting up at night to urinate; urgency; weak stream | G04C @.2; \#
    G04B @.2
    urinary-retention | .01 | unable to urinate; incomplete emptying; hesitancy; dribbling; !painful full bladder | \#
    G04C @.5
    visual-change | .015 | blurred vision; double vision; floaters; loss of side vision; !sudden blindness |
    vomiting | .03 | vomiting; dry heaves; vomiting after meals; bilious vomiting; !persistent vomiting | A04A @.85; \#
    B05B @.4
    weakness | .04 | generalized weakness; weak legs; tired muscles; weak grip; !too weak to stand |
    weeping-wound | .015 | draining wound; open sore; skin breakdown; wound odor; !exposed tissue | D08A @.5; D06A @.35
    weight-gain | .01 | weight gain; tight clothes; rapid weight gain; puffy face | C03C @.15
    weight-loss | .015 | weight loss; loose clothes; muscle wasting; thin appearance; !rapid weight loss | A11A @.3
    wheeze | .015 | wheezing; whistling chest; tight airways; cannot finish sentences; !silent chest | R03A @.75
    withdrawal | .008 | craving; withdrawal shakes; yawning and goose bumps; nervous sweating; !seeing insects in \#
    withdrawal | N05B @.5; N07B @.3
    """#
}
