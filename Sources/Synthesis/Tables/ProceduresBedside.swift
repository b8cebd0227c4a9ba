/// Families of bedside, cardiac, vascular and endoscopic procedures. Format: see `KnowledgeParser`.
enum ProceduresBedside {
  static let table = #"""
    * ventilation | 96 | .01
    names invasive mechanical ventilation; ventilator weaning trial; prone positioning during ventilation; \#
    ventilation through tracheostomy; lung recruitment maneuver
    forms @monitor
    drugs N05C @.85; N02A @.8; N01A @.75; A02B @.8; A01A @.75; M03A @.4; R03A @.5; B01A @.5
    * intubation | 97 | .01
    names endotracheal intubation; rapid sequence intubation; tracheostomy; replacement of tracheostomy tube; \#
    fiberoptic intubation
    forms ~; emergency ~; ~ at the bedside; difficult ~; elective ~
    drugs N01A @.8; M03A @.8; N05C @.5; A03B @.2
    * central-line | 38 | .06
    names central venous catheter placement; peripherally inserted central catheter; pulmonary artery catheter \#
    placement; internal jugular line; subclavian line
    forms @bedside
    drugs B05X @.7; B01A @.4; D08A @.3; N01B @.35
    * arterial-monitoring | 89 | .03
    names arterial line placement; arterial blood pressure monitoring; pulmonary artery wedge monitoring; central \#
    venous pressure monitoring; cardiac output monitoring
    forms @monitor
    drugs B05X @.4; A12C @.5; A12A @.35
    * dialysis | 39 | .004
    names hemodialysis; continuous venovenous hemofiltration; peritoneal dialysis; ultrafiltration; dialysis \#
    catheter exchange
    forms @course
    drugs B01A @.6; B03X @.3; A11A @.25; B05X @.3
    * vascular-access | 86 | .005
    names arteriovenous fistula creation; tunneled dialysis catheter placement; fistula revision; implanted port \#
    insertion; tunneled catheter removal
    forms @surgery
    drugs J01D @.5; N01B @.5; N02A @.5
    * transfusion | 99 | .04
    names transfusion of packed red cells; transfusion of platelets; transfusion of fresh frozen plasma; transfusion \#
    of cryoprecipitate; infusion of clotting factor
    forms ~; ~, single unit; ~, multiple units; ~ with premedication; emergency ~
    drugs N02B @.5; R06A @.5; C03C @.3; B05A @.2
    * blood-exchange | 98 | .002
    names plasmapheresis; therapeutic leukapheresis; red cell exchange; immune globulin infusion; photopheresis
    forms @course
    drugs A12A @.7; B05A @.7; R06A @.5; N02B @.4
    * urinary-catheter | 57 | .06
    names indwelling urinary catheter placement; intermittent catheterization; suprapubic catheter placement; \#
    bladder irrigation; bladder scan
    forms @bedside
    drugs B05C @.25; G04B @.15
    * feeding-tube | 44 | .01
    names nasogastric tube placement; enteral nutrition; parenteral nutrition; percutaneous gastrostomy; jejunostomy \#
    tube placement
    forms @bedside
    drugs A11A @.4; B05B @.6; A03F @.4; A12C @.4
    * oxygen-support | 93 | .03
    names noninvasive positive pressure ventilation; high flow oxygen therapy; continuous positive airway pressure; \#
    supplemental oxygen; bilevel airway pressure
    forms @monitor
    drugs R03A @.5; R03B @.3; R01A @.12
    * respiratory-therapy | 94 | .02
    names nebulizer treatment; chest physiotherapy; incentive spirometry; spirometry; airway clearance therapy
    forms @course
    drugs R03A @.6; R05C @.45
    * echocardiography | 88 | .05
    names transthoracic echocardiogram; transesophageal echocardiogram; stress echocardiogram; contrast \#
    echocardiogram; Doppler study of the heart
    forms ~; ~ under sedation; ~ at the bedside; repeat ~; limited ~
    drugs N05C @.15
    * coronary-angiography | 37 | .006
    names left heart catheterization; coronary angiography; right heart catheterization; combined heart \#
    catheterization; ventriculography
    forms ~; ~, radial approach; ~, femoral approach; ~ with pressure measurement; emergency ~
    drugs B01A @.85; N05C @.5; N02A @.35; B05B @.4; N01B @.3
    * coronary-intervention | 36 | .003
    names coronary stent insertion; drug eluting stent insertion; balloon angioplasty of coronary artery; coronary \#
    atherectomy; intracoronary thrombolysis
    forms ~; ~, one vessel; ~, two vessels; ~, three vessels; emergency ~
    drugs B01A @.98; C10A @.7; N05C @.4; N02A @.35
    * cardiac-surgery | 35 | .003
    names coronary artery bypass; aortic valve replacement; mitral valve repair; mitral valve replacement; combined \#
    bypass and valve operation; extracorporeal circulation
    forms ~; ~ with tissue graft; ~, minimally invasive; redo ~; emergency ~
    drugs N01A @.9; M03A @.6; J01D @.8; N02A @.9; B02A @.75; A10A @.7; C07A @.6; A12C @.7; A12A @.6; C01C @.6; A06A \#
    @.6; A02B @.6
    * pacemaker | 378 | .004
    names dual chamber pacemaker insertion; implantable defibrillator insertion; pacemaker generator replacement; \#
    temporary pacing wire; cardiac resynchronization device
    forms ~; ~, left side; ~ with lead revision; elective ~; emergency ~
    drugs J01D @.85; N05C @.4; N02B @.4; N01B @.4
    * cardioversion-ablation | 373 | .003
    names electrical cardioversion; catheter ablation of atrial fibrillation; catheter ablation of flutter; \#
    electrophysiology study; left atrial appendage closure
    forms ~; ~ under sedation; repeat ~; elective ~; emergency ~
    drugs C01B @.65; B01A @.8; N01A @.45
    * vascular-surgery | 381 | .003
    names femoral popliteal bypass; carotid endarterectomy; open repair of abdominal aortic aneurysm; amputation of \#
    toe; below knee amputation
    forms @surgery
    drugs N01A @.75; J01D @.8; N02A @.9; B01A @.9; A06A @.5
    * endovascular | 394 | .004
    names endovascular aneurysm repair; angioplasty of leg artery; inferior vena cava filter insertion; catheter \#
    directed thrombolysis; embolization of artery
    forms ~; ~, left side; ~, right side; ~ with stent; emergency ~
    drugs B01A @.8; N05C @.5; N02A @.45; N01B @.3
    * chest-drainage | 341 | .005
    names thoracentesis; chest tube insertion; pigtail pleural catheter; pleurodesis; tunneled pleural catheter
    forms @bedside
    drugs N01B @.75; N02A @.75
    * bronchoscopy | 332 | .004
    names flexible bronchoscopy; bronchoalveolar lavage; transbronchial biopsy; endobronchial ultrasound; bronchial \#
    stent
    forms @scope
    drugs N05C @.7; N01B @.6; R03A @.4; A03B @.2
    * upper-endoscopy | 451 | .02
    names esophagogastroduodenoscopy; endoscopic control of gastric bleeding; variceal banding; small bowel \#
    enteroscopy; esophageal dilation
    forms @scope
    drugs A02B @.9; N05C @.45; N02A @.25
    * colonoscopy | 452 | .015
    names colonoscopy; flexible sigmoidoscopy; colonic polypectomy; endoscopic control of colonic bleeding; capsule \#
    endoscopy
    forms @scope
    drugs A06A @.9; N05C @.5; N02A @.2
    * biliary-endoscopy | 511 | .003
    names endoscopic retrograde cholangiopancreatography; endoscopic sphincterotomy; biliary stent placement; \#
    percutaneous biliary drainage; endoscopic stone extraction
    forms @scope
    drugs J01C 5 J01M 5 @.6; N05C @.5; N02A @.5; H04A @.4
    * liver-procedure | 549 | .002
    names paracentesis; liver biopsy; transjugular portosystemic shunt; drainage of liver abscess; hepatic embolization
    forms @bedside
    drugs B05A @.75; N01B @.5; J01D @.3
    * lumbar-puncture | 331 | .004
    names lumbar puncture; lumbar drain placement; intrathecal injection; cisternal puncture; cerebrospinal fluid \#
    shunt tap
    forms @bedside
    drugs N01B @.8; N02B @.5; N05B @.2
    """#
}
