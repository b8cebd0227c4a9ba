/// Diagnoses that no condition explains: history, status and circumstance codes. `rate | text` or `family:NAME | text`
/// for the note of an intolerance (`ChemicalFamilies`). The rates are per visit.
enum IncidentalDiagnoses {
  static let table = #"""
    .060 | long-term use of medicines
    .050 | personal history of tobacco use
    .030 | family history of heart disease
    .030 | fall at home
    .025 | family history of diabetes
    .025 | do not resuscitate status
    .020 | encounter for palliative care
    .025 | personal history of malignant neoplasm
    .020 | family history of malignant neoplasm
    .020 | surgical complication without mention of misadventure
    .015 | fall on stairs
    .015 | motor vehicle collision
    .015 | history of joint replacement
    .015 | presence of cardiac pacemaker
    .015 | history of stroke without residual deficit
    .012 | history of colonic polyps
    .012 | dependence on wheelchair
    .012 | dependence on supplemental oxygen
    .012 | awaiting placement in a nursing facility
    .012 | lives alone
    .010 | homelessness
    .010 | noncompliance with treatment
    .010 | observation after accident
    .010 | history of venous thrombosis
    .010 | acquired absence of a breast
    .010 | acquired absence of a kidney
    .010 | acquired absence of limb below the knee
    .010 | presence of heart valve prosthesis
    .010 | ostomy status
    .010 | history of peptic ulcer
    .010 | hearing loss
    .010 | presbycusis
    .010 | dental caries
    .010 | tooth extraction status
    .008 | inguinal hernia without obstruction
    .008 | umbilical hernia
    .008 | varicose veins of the legs
    .008 | hemorrhoids without complication
    .008 | anal fissure
    .008 | lipoma of the trunk
    .008 | benign neoplasm of colon
    .008 | benign neoplasm of skin
    .008 | seborrheic keratosis
    .008 | actinic keratosis
    .008 | ingrown nail
    .008 | corns and calluses
    .008 | plantar fasciitis
    .008 | carpal tunnel syndrome
    .008 | bunion
    .008 | hammer toe
    .008 | trigger finger
    .006 | ganglion of joint
    .006 | scoliosis
    .006 | kyphosis
    .006 | congenital renal cyst
    .006 | acquired renal cyst
    .006 | simple hepatic cyst
    .006 | hemangioma of liver
    .006 | solitary pulmonary nodule
    .006 | abnormal findings on chest imaging
    .006 | nonspecific abnormal electrocardiogram
    .006 | undiagnosed cardiac murmur
    .006 | elevated liver enzymes
    .006 | abnormal coagulation profile
    .006 | proteinuria, isolated
    .006 | abnormal glucose tolerance test
    .006 | elevated blood pressure reading without hypertension
    .006 | adverse effect of anticoagulant
    .006 | adverse effect of diuretic
    .006 | adverse effect of opioid analgesic
    .006 | adverse effect of steroid
    .006 | adverse effect of antibiotic
    .006 | adverse effect of antineoplastic drug
    .006 | mechanical complication of catheter
    .006 | catheter site bleeding
    .006 | hematoma complicating a procedure
    .006 | accidental puncture during a procedure
    .006 | postoperative seroma
    .006 | disruption of surgical wound
    .006 | removal of internal fixation device
    .006 | fitting of prosthetic device
    .006 | dog bite
    .006 | insect bite
    .006 | contact with sharp object
    .006 | overexertion
    .006 | fall from ladder
    .006 | pedestrian struck by vehicle
    .006 | bicycle accident
    .006 | assault
    .006 | exposure to communicable disease
    .006 | vaccination encounter
    .006 | routine health examination
    .006 | carrier of resistant organism
    .006 | isolation precautions
    .006 | family disruption
    .006 | unemployment
    .006 | bereavement
    .006 | caregiver stress
    .006 | language barrier
    .006 | physical restraint status
    .006 | bed confinement status
    family:beta-lactam | personal history of allergy to penicillin
    family:sulfonamide | personal history of allergy to sulfonamides
    family:statin | intolerance of statins with muscle pain
    family:aryl-propionate | intolerance of nonsteroidal analgesics
    family:morphinan | intolerance of opioid agents
    family:ace-dipeptide | cough due to converting enzyme inhibitor
    family:fluoroquinolone | allergy to quinolone antibiotics
    family:tricyclic-amine | intolerance of tricyclic and phenothiazine agents
    family:benzodiazepine | paradoxical reaction to benzodiazepines
    family:azole | allergy to azole antifungals
    family:macrolide | allergy to macrolide antibiotics
    family:dihydropyridine | swelling due to calcium channel blocker
    family:iodinated | sensitivity to iodine containing agents
    family:aminoglycoside | hearing damage due to aminoglycosides
    """#
}
