/// Sentences in the style of clinical notes, written for this test and labelled by reading: behind the bar stand the
/// symptoms that the patient has or had in this illness, not those that are denied, feared or somebody else's. Some
/// are hard on purpose. `\n` in a sentence is a line break.
enum LabelledNotes {
  static let symptoms = [
    "chest pain", "shortness of breath", "fever", "chills", "nausea", "vomiting", "nausea/vomiting", "abdominal pain",
    "headache", "dizziness", "lightheadedness", "cough", "non-productive cough", "diarrhea", "constipation", "fatigue",
    "weakness", "muscle weakness", "syncope", "palpitations", "night sweats", "weight loss", "loss of appetite",
    "blurred vision", "back pain", "rash", "leg swelling", "dysuria", "hematuria", "seizures", "confusion",
    "sore throat",
    "runny nose", "wheezing", "hemoptysis", "numbness", "tingling", "joint pain", "dyspnea", "dyspnea on exertion",
    "doe",
    "orthopnea", "not eating", "pain", "difficulty breathing", "jaundice", "itching", "insomnia", "can't taste",
    "raynaud's phenomenon",
  ]

  static let text = #"""
    She came in because of chest pain.|chest pain
    He denies chest pain.|
    Three days of fever, chills and a cough.|fever, chills, cough
    No fever, chills or night sweats.|
    Patient reports no chest pain but has had shortness of breath for a week.|shortness of breath
    Denies any nausea, vomiting, diarrhea, constipation, or abdominal pain.|
    Pt c/o headache x2 days, denies blurred vision.|headache
    Without fever. Cough is worse at night.|cough
    ROS negative for dysuria, hematuria, rash.|
    CHEST PAIN and DIZZINESS since this morning.|chest pain, dizziness
    She felt light-headed, then had palpitations.|palpitations, lightheadedness
    Light-headedness on standing, no syncope.|lightheadedness
    Complains of shortness of\nbreath when climbing stairs.|shortness of breath
    Nonproductive cough for two weeks.|non-productive cough
    Worsening non-productive cough and wheezing|non-productive cough, wheezing
    He had several headaches last month.|headache
    Denied fevers, however endorses chills.|chills
    She has not had fever.|
    The patient did not have any vomiting.|
    Never had seizures before.|
    Fever was ruled out at the clinic.|
    Chest pain: denies. Leg swelling: yes.|leg swelling
    Positive for cough and sore throat, negative for runny nose and fever.|cough, sore throat
    Mother had seizures as a child.|
    Family history of jaundice; he himself noticed itching.|itching
    His wife has a sore throat and he developed a cough two days later.|cough
    Return to the emergency room if you develop fever or chest pain.|
    Oxycodone as needed for pain.|
    Call your doctor for weight loss or hematuria.|
    Nausea/vomiting started after dinner.|nausea/vomiting
    nausea, vomiting x 3, no diarrhea|nausea, vomiting
    Dyspnea on exertion, two pillow orthopnea.|dyspnea on exertion, orthopnea
    Reports DOE at one flight; the doctor does not think it is cardiac.|doe
    No improvement in abdominal pain after antacids.|abdominal pain
    There was no relief of his back pain with ibuprofen.|back pain
    Gram negative rods grew; she remained febrile with chills.|chills
    Not only fever but also night sweats.|fever, night sweats
    He is not eating and has lost his strength; family notes confusion.|not eating, confusion
    Mild abdominal pain without nausea.|abdominal pain
    Abdominal pain, which is not associated with vomiting, has been constant.|abdominal pain
    Free of chest pain since the stent.|
    Currently chest pain free.|
    He is pain free at rest.|
    (-) fever, (-) chills, (+) cough|cough
    +nausea, +diarrhea, no hemoptysis|nausea, diarrhea
    Presented with syncope; denied palpitations or chest pain beforehand.|syncope
    Was in her usual health until Tuesday, when she noticed numbness and tingling of the left hand.|numbness, tingling
    Can't taste anything since the cold.|can't taste
    Raynaud’s phenomenon of both hands, joint pains in the morning.|raynaud's phenomenon, joint pain
    Dr. Lee saw her for dizziness.|dizziness
    Mr. [**Known lastname 4321**] has no fever. He does have a rash.|rash
    Temperature 38.5 at home with rigors and fatigue.|fatigue
    1. Chest pain\n2. Shortness of breath\n3. No syncope|chest pain, shortness of breath
    - fatigue\n- weight loss\n- denies night sweats|fatigue, weight loss
    Due to weakness he fell twice, no loss of consciousness.|weakness
    Admits to insomnia but not to loss of appetite.|insomnia
    Seen in clinic, where she complained of increasing leg swelling and a ten pound weight gain.|leg swelling
    She never complained of pain.|
    No one in the house has been ill; she has had diarrhea for days.|diarrhea
    Nor has he noticed hematuria.|
    Chills and fever were denied.|
    Cough unlikely to be cardiac.|cough
    It is unclear whether the patient had a seizure.|
    Her cough resolved before admission, now fever again.|cough, fever
    Pain in the chest was sharp, radiating to the back.|chest pain
    Abd pain and n/v since yesterday.|abdominal pain, nausea/vomiting
    Started on nitroglycerin to prevent chest pain.|
    At risk for seizures given alcohol use.|
    Muscle weakness, worse in the legs, with difficulty breathing when lying flat.|muscle weakness, difficulty breathing
    Afebrile, no cough, no dysuria, but persistent fatigue and night sweats.|fatigue, night sweats
    Patient states that he has not been short of breath.|
    Noted to have jaundice by his son.|jaundice
    Since stopping warfarin no further hemoptysis was seen.|
    Weight loss of ten pounds, appetite good, no night sweats, fevers to 39 at home.|weight loss, fever
    Not sure if the rash is new.|rash
    Seizure precautions were ordered.|
    Lack of fever argues against infection, as does the rash.|rash
    He denies the following:\n- chest pain\n- fever\n- chills|
    Denies\n1. nausea\n2. vomiting\n3. admits to headache|headache
    Negative for:\n* cough\n* rash\nFatigue for a week.|fatigue
    She is worried about weight loss, though she has only had fatigue.|fatigue
    There was concern for syncope at home.|
    His chest pain has resolved with nitroglycerin.|chest pain
    """#

  /// Written after the triggers were settled and never used to change them.
  static let unseen = #"""
    63 yo M with two weeks of worsening dyspnea and leg swelling, no orthopnea.|dyspnea, leg swelling
    Per daughter, confusion began on Friday; no seizures witnessed.|confusion
    She was found down after syncope at home. No preceding dizziness or palpitations.|syncope
    Endorses subjective fevers and night sweats for a month, 15 lb weight loss.|fever, night sweats, weight loss
    ROS otherwise negative including chest pain, dysuria, hematuria.|
    He states the abdominal pain is 8/10, crampy, with associated nausea but no emesis.|abdominal pain, nausea
    Was treated for sore throat last month with amoxicillin.|sore throat
    No known sick contacts. Has had runny nose, wheezing.|runny nose, wheezing
    The chest pain has since subsided, and he is now comfortable.|chest pain
    Family denies any recent vomiting or diarrhea in the patient.|
    Pt without complaints of headache, vision unchanged.|
    Numbness/tingling in both feet, unchanged for years.|numbness, tingling
    Brother and father both with history of seizures.|
    Given concern for syncope vs seizures, neurology was consulted.|
    She is unable to walk because of weakness and back pain.|weakness, back pain
    Occasional constipation, relieved with senna; denies itching.|constipation
    EMS reported that she was complaining of shortness of breath and appeared pale.|shortness of breath
    Did not notice jaundice until his wife pointed it out.|jaundice
    Rash on trunk, non-pruritic. No joint pain.|rash
    Fatigue +, insomnia +, loss of appetite -|fatigue, insomnia
    In the ED she was febrile to 102, had chills.|chills
    Hemoptysis x1 this AM, small volume; none since.|hemoptysis
    Denies fevers/chills/night sweats.|
    Denies f/c, endorses nausea, no vomiting.|nausea
    Not currently having chest pain, but had an episode at 3 am.|chest pain
    Blurred vision in the left eye without pain or headache.|blurred vision
    Cough productive of yellow sputum; chest pain only with coughing.|cough, chest pain
    Tylenol PRN pain or fever at home.|
    Presents for elective surgery, has been feeling well with no shortness of breath.|
    History of palpitations, none today.|palpitations
    """#

  static var cases: [(note: String, expected: Set<String>)] { parsed(text) }
  static var unseenCases: [(note: String, expected: Set<String>)] { parsed(unseen) }

  private static func parsed(_ text: String) -> [(note: String, expected: Set<String>)] {
    text.split(separator: "\n").map { line -> (note: String, expected: Set<String>) in
      let parts = line.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
      var expected: Set<String> = []
      for symptom in parts[1].split(separator: ",") { expected.insert(String(symptom.trimmingPrefix(" "))) }
      return (String(parts[0]).replacing("\\n", with: "\n"), expected)
    }
  }
}
