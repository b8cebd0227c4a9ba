/// Conditions of the digestive tract and cancers.
enum ConditionsDigestive {
  static let table = #"""
    * reflux-disease | 530 | chronic | 0.20 | any
    names esophageal reflux; reflux esophagitis; Barrett esophagus; esophageal stricture; hiatal hernia
    forms ~; ~, unspecified; long-standing ~; !~ with ulceration
    signs heartburn .55; dysphagia .2; cough .1
    acts upper-endoscopy .15
    drugs A02B @.93; A02A @.3; A03F @.12
    * peptic-ulcer | 533 | acute | 0.03 | old
    names gastric ulcer; duodenal ulcer; acute gastritis; Helicobacter pylori infection
    forms ~; ~, unspecified; recurrent ~; !~ with hemorrhage; !~ with perforation
    signs abdominal-pain .6; heartburn .5; melena .4
    acts upper-endoscopy .8
    drugs A02B @.98; A02A @.35; J01F @.3; J01C @.3; !B05B @.7; !H01C @.2
    * gi-bleeding | 578 | acute | 0.05 | old
    names gastrointestinal hemorrhage; hematemesis; blood in stool; angiodysplasia with bleeding; diverticular \#
    hemorrhage
    forms ~; ~, unspecified; recurrent ~; !massive ~; !~ with hemorrhagic shock
    risk cirrhosis 2; peptic-ulcer 2.5
    signs melena .6; rectal-bleeding .5; dizziness .3; pallor .3
    acts upper-endoscopy .6; colonoscopy .5; transfusion .7
    drugs A02B @.95; B05A @.4; B03A @.35; B02B @.3; A06A @.35; !H01C @.6
    * cirrhosis | 571 | chronic | 0.05 | mid
    names alcoholic cirrhosis of liver; cirrhosis without alcohol; portal hypertension; hepatic encephalopathy; \#
    primary biliary cirrhosis; fatty liver disease
    forms ~; ~, unspecified; compensated ~; !decompensated ~; !~ with bleeding varices
    risk alcohol-dependence 6; hepatitis-c 5
    signs abdominal-swelling .6; jaundice .5; confusion .3; edema .35; itching .15
    acts liver-procedure .4; upper-endoscopy .35; transfusion .2
    drugs C03D @.75; C03C @.65; A06A @.8; C07A @.5; A07A @.4; A05A @.2; A11D @.35; !B05A @.7; !H01C @.5; !J01D @.6
    * pancreatitis | 577 | acute | 0.035 | mid
    names acute pancreatitis; chronic pancreatitis; pancreatic pseudocyst; alcohol induced pancreatitis
    forms ~; ~, unspecified; recurrent ~; !necrotizing ~; !~ with organ failure
    risk alcohol-dependence 4; gallstones 3
    signs abdominal-pain .9; vomiting .55; nausea .5; poor-appetite .2
    acts biliary-endoscopy .3; imaging .4; feeding-tube .25
    drugs N02A @.9; B05B @.9; A04A @.6; A09A @.45; A02B @.5; !J01D @.5
    * bowel-inflammation | 555 | chronic | 0.025 | young
    names Crohn disease; ulcerative colitis; regional enteritis; microscopic colitis
    forms @autoimmune
    signs diarrhea .6; abdominal-pain .55; rectal-bleeding .4; weight-loss .25
    acts colonoscopy .5; bowel-surgery .2
    drugs A07E @.85; L04A @.5; H02A @.4; A07D @.25; !H02A @.85; B03A @.25
    * irritable-bowel | 564 | chronic | 0.05 | young f
    names irritable bowel syndrome; functional dyspepsia; functional diarrhea; chronic constipation
    forms ~; ~, unspecified; long-standing ~; !refractory ~
    signs abdominal-pain .5; bloating .5; constipation .4; diarrhea .3
    drugs A03B @.55; A06A @.6; A07D @.3; N06A @.2
    * bowel-obstruction | 560 | acute | 0.03 | any
    names intestinal obstruction; paralytic ileus; volvulus; intestinal adhesions with obstruction; fecal impaction
    forms ~; ~, unspecified; partial ~; !complete ~; !~ with strangulation
    risk colon-cancer 3
    signs vomiting .6; constipation .6; abdominal-swelling .5; abdominal-pain .6
    acts bowel-surgery .45; feeding-tube .5
    drugs B05B @.9; A06A @.6; A03F @.35; N07A @.15; A04A @.5; N02A @.6; !J01D @.6
    * gallstones | 574 | acute | 0.035 | mid f
    names acute cholecystitis; gallstones; cholangitis; bile duct stones; biliary colic
    forms ~; ~, unspecified; recurrent ~; !gangrenous ~; !~ with sepsis
    signs abdominal-pain .8; jaundice .4; fever .4; nausea .4
    acts abdominal-surgery .5; biliary-endoscopy .45
    drugs J01C 5 J01D 5 @.7; J01X @.45; A05A @.4; N02A @.6; A04A @.4
    * gastroparesis | 536 | chronic | 0.025 | mid
    names gastroparesis; delayed gastric emptying; persistent vomiting; gastrostomy complication
    forms @organ
    risk diabetes-1 5; diabetes-2 1.6
    signs nausea .6; vomiting .5; bloating .5; early-fullness .4
    acts upper-endoscopy .3; feeding-tube .25
    drugs A03F @.85; A04A @.6; A02B @.4
    * diverticulitis | 562 | acute | 0.025 | old
    names diverticulitis of colon; appendicitis; peritonitis; intra-abdominal abscess
    forms ~; ~, unspecified; uncomplicated ~; !perforated ~; !~ with abscess
    signs abdominal-pain .85; fever .5; constipation .3
    acts bowel-surgery .35; abdominal-surgery .3; bedside-drainage .25
    drugs J01X @.85; J01M 6 J01C 4 @.8; B05B @.6; N02A @.5; !J01D @.6
    * lung-cancer | 162 | chronic | 0.025 | old
    names lung cancer; small cell carcinoma of lung; adenocarcinoma of lung; carcinoma of bronchus
    forms @cancer
    risk tobacco-use 3; copd 2
    signs cough .5; hemoptysis .3; weight-loss .45; dyspnea .4
    acts chemotherapy .4; radiotherapy .25; thoracic-surgery .2; bronchoscopy .25
    drugs L01A @.4; A04A @.6; H02A @.45; N02A @.5; !N02A @.9; B03B @.3
    * breast-cancer | 174 | chronic | 0.025 | mid f
    names breast cancer; carcinoma of female breast; ductal carcinoma in situ; breast cancer of upper outer quadrant
    forms @cancer
    signs breast-lump .6; hot-flashes .25; fatigue .3
    acts breast-surgery .35; chemotherapy .35; radiotherapy .25
    drugs L02B @.8; L01A @.35; L01B @.25; A04A @.4; !M05B @.6; !N02A @.7
    * prostate-cancer | 185 | chronic | 0.025 | old m
    names prostate cancer; adenocarcinoma of prostate; rising prostate antigen after treatment
    forms @cancer
    signs urinary-frequency .4; bone-pain .3; hot-flashes .25
    acts urologic-endoscopy .2; radiotherapy .3
    drugs L02B @.85; G04C @.3; !M05B @.65; !N02A @.75
    * colon-cancer | 153 | chronic | 0.025 | old
    names colon cancer; rectal cancer; gastric cancer; pancreatic cancer; esophageal cancer
    forms @cancer
    signs rectal-bleeding .4; weight-loss .45; constipation .3; abdominal-pain .3
    acts chemotherapy .4; bowel-surgery .35; colonoscopy .3
    drugs L01B @.7; A04A @.6; V03A @.4; B03A @.3; !N02A @.85; G03D @.2
    * leukemia | 208 | chronic | 0.018 | any
    names acute myeloid leukemia; chronic lymphocytic leukemia; acute lymphoblastic leukemia; myelodysplastic syndrome
    forms ~; ~ in remission; recurrent ~; !~ with febrile neutropenia; !relapsed ~ with blast crisis
    signs fever .4; bruising .45; fatigue .45; mouth-sores .3
    acts chemotherapy .6; transfusion .6; bone-biopsy .4; central-line .35
    drugs L01B @.75; M04A @.7; J02A @.6; J05A @.55; A04A @.7; A01A @.4; !J01D @.9; !J01X @.7
    * lymphoma | 202 | chronic | 0.02 | mid
    names non-Hodgkin lymphoma; Hodgkin disease; multiple myeloma; large cell lymphoma
    forms @cancer
    signs night-sweats .45; swollen-glands .5; weight-loss .35; fever .25
    acts chemotherapy .6; bone-biopsy .3; radiotherapy .15
    drugs L01A @.8; H02A @.75; M04A @.55; A04A @.6; J01E @.45; J05A @.45; !M05B @.4
    """#
}
