/// Families of surgical, oncologic, imaging and rehabilitative procedures.
enum ProceduresSurgical {
  static let table = #"""
    * bowel-surgery | 457 | .004
    names right hemicolectomy; sigmoid resection; small bowel resection; colostomy creation; lysis of adhesions; \#
    gastric bypass
    forms @surgery
    drugs N01A @.85; M03A @.5; J01D @.75; J01X @.5; N02A @.95; A04A @.7; B05B @.9; A06A @.3; B01A @.6
    * abdominal-surgery | 512 | .006
    names cholecystectomy; appendectomy; inguinal hernia repair; exploratory laparotomy; splenectomy; ventral hernia \#
    repair
    forms @surgery
    drugs N01A @.85; M03A @.5; J01D @.75; N02A @.9; A04A @.75; N02B @.6; A06A @.5
    * thoracic-surgery | 324 | .002
    names lobectomy of lung; wedge resection of lung; decortication of pleura; mediastinoscopy; thoracoscopic \#
    pleural biopsy
    forms @surgery
    drugs N01A @.85; N01B @.6; J01D @.8; N02A @.95; R03A @.5; A06A @.5
    * transplant-surgery | 556 | .001
    names kidney transplantation; liver transplantation; heart transplantation; stem cell transplantation; pancreas \#
    transplantation
    forms ~; ~, living donor; ~, deceased donor; repeat ~; ~ with organ perfusion
    drugs L04A @.98; H02A @.95; N02A @.8; J05A @.7; J02A @.6; B05A @.6; J01D @.6; A02B @.6
    * breast-surgery | 854 | .002
    names partial mastectomy; total mastectomy; sentinel node biopsy; breast reconstruction; axillary node dissection
    forms @surgery
    drugs N01A @.8; J01D @.75; N02A @.75; A04A @.7; N02B @.6
    * gynecologic-surgery | 684 | .002
    names hysterectomy; myomectomy; removal of ovary; endometrial ablation; dilation and curettage
    forms @surgery
    drugs N01A @.8; J01D @.7; N02A @.8; M01A @.6; A04A @.7
    * endocrine-surgery | 064 | .002
    names thyroidectomy; parathyroidectomy; thyroid biopsy; adrenalectomy; neck dissection
    forms @surgery
    drugs N01A @.75; A12A @.85; H03A @.5; N02A @.6; A11C @.5
    * urologic-endoscopy | 573 | .004
    names cystoscopy; transurethral resection of prostate; ureteral stent placement; ureteroscopy with stone \#
    removal; transurethral resection of bladder tumor
    forms @scope
    drugs J01M 6 J01D 4 @.75; G04B @.5; B05C @.6; N02B @.4
    * kidney-procedure | 550 | .002
    names percutaneous nephrostomy; kidney biopsy; shock wave lithotripsy; nephrectomy; kidney abscess drainage
    forms @surgery
    drugs N02A @.7; J01D 5 J01M 5 @.5; N05C @.4
    * craniotomy | 012 | .002
    names craniotomy for hematoma; craniotomy for tumor; burr hole drainage; ventriculostomy; ventriculoperitoneal \#
    shunt; cerebral aneurysm clipping
    forms @surgery
    drugs N01A @.8; N03A @.85; H02A @.5; J01D @.7; B05B @.6; N02A @.6; A02B @.5; A06A @.5
    * neuro-monitoring | 891 | .006
    names electroencephalogram; video seizure monitoring; intracranial pressure monitoring; nerve conduction study; \#
    polysomnography
    forms @monitor
    drugs N03A @.4
    * spine-surgery | 810 | .003
    names lumbar fusion; cervical fusion; laminectomy; discectomy; vertebroplasty
    forms @surgery
    drugs N01A @.85; J01D @.8; N02A @.95; M03B @.75; A06A @.75; A04A @.5; N02B @.6
    * joint-replacement | 815 | .004
    names total knee replacement; total hip replacement; partial hip replacement; revision of knee replacement; \#
    shoulder replacement
    forms @surgery
    drugs N01A @.75; J01D @.9; N02A @.95; B01A @.9; A06A @.8; N02B @.75; M01A @.4; A04A @.5; B02A @.4; N01B @.5
    * fracture-fixation | 793 | .003
    names open reduction with internal fixation; closed reduction of fracture; external fixator application; \#
    intramedullary nailing; splint application
    forms @surgery
    drugs N01A @.75; J01D @.85; N02A @.95; A06A @.7; B01A @.7; N01B @.4; A04A @.4
    * joint-injection | 819 | .006
    names joint aspiration; corticosteroid joint injection; epidural steroid injection; nerve block; arthroscopy
    forms ~; ~, left side; ~, right side; ~ under ultrasound guidance; repeat ~
    drugs N01B @.85; H02A @.6
    * wound-debridement | 862 | .006
    names excisional wound debridement; wound irrigation; vacuum assisted closure; dressing change; burn debridement
    forms ~; ~ at the bedside; ~ in the operating room; repeat ~; extensive ~
    drugs D08A @.65; D06A @.45; N02A @.75; B05C @.35; A11G @.2
    * wound-closure | 865 | .008
    names suture of laceration; repair of scalp wound; repair of tendon; staple closure; removal of foreign body
    forms ~; ~, complex; ~, hand; ~, face; emergency ~
    drugs N01B @.85; D06A @.6; N02B @.5
    * skin-graft | 866 | .001
    names split thickness skin graft; full thickness skin graft; rotational flap; skin substitute application; \#
    escharotomy
    forms ~; ~, leg; ~, arm; ~, trunk; repeat ~
    drugs N01A @.7; D06A @.75; D08A @.6; N02A @.9; J01D @.5
    * skin-biopsy | 861 | .006
    names punch biopsy of skin; excision of skin lesion; patch testing; phototherapy; cryotherapy of lesion
    forms ~; ~, scalp; ~, trunk; ~, limb; repeat ~
    drugs N01B @.75; D07A @.3
    * incision-drainage | 860 | .006
    names incision and drainage of abscess; drainage of hematoma; drainage of hand infection; perirectal abscess \#
    drainage; fasciotomy
    forms ~; ~ at the bedside; ~ in the operating room; repeat ~; emergency ~
    drugs J01X @.75; N02A @.7; N01B @.6; D08A @.3
    * bedside-drainage | 540 | .004
    names percutaneous abscess drainage; pericardiocentesis; pelvic fluid drainage; drain exchange; drain study
    forms @bedside
    drugs J01X @.5; J01C 5 J01D 5 @.6; N02A @.5; N01B @.4
    * bone-biopsy | 774 | .003
    names bone marrow biopsy; bone biopsy; lymph node biopsy; image guided needle biopsy; vertebral biopsy
    forms ~; ~, left side; ~, right side; ~ under imaging guidance; repeat ~
    drugs N01B @.75; N05C @.4; N02A @.4
    * chemotherapy | 992 | .003
    names infusion of chemotherapy; intrathecal chemotherapy; immunotherapy infusion; high dose chemotherapy; oral \#
    chemotherapy teaching
    forms @course
    drugs A04A @.93; H02A @.7; L01A 5 L01B 5 @.7; V03A @.35; M04A @.35; A01A @.3; B05B @.6; N05B @.3
    * radiotherapy | 922 | .002
    names external beam radiotherapy; stereotactic radiosurgery; brachytherapy; whole brain radiotherapy; palliative \#
    radiotherapy
    forms @course
    drugs H02A @.6; A04A @.6; D07A @.3; A01A @.3
    * imaging | 870 | .12
    names computed tomography of the head; computed tomography of the abdomen; magnetic resonance imaging of the \#
    brain; magnetic resonance imaging of the spine; computed tomography of the chest; ultrasound of the abdomen
    forms ~; ~ with contrast; ~ without contrast; repeat ~; emergency ~
    drugs N05B @.1
    * rehabilitation | 931 | .03
    names gait training; occupational therapy; speech therapy; swallowing evaluation; physical therapy
    forms @course
    drugs N02B @.35; A06A @.35
    * mental-therapy | 943 | .008
    names alcohol detoxification; drug detoxification; psychiatric evaluation; electroconvulsive therapy; cognitive \#
    behavioral therapy; suicide risk observation
    forms @course
    drugs N05B @.4; N06A @.35; A11D @.25; N07B @.3
    * eye-procedure | 134 | .003
    names cataract extraction; trabeculectomy; laser treatment of retina; eye examination under anesthesia; \#
    intravitreal injection
    forms ~; ~, left eye; ~, right eye; ~ with lens implant; repeat ~
    drugs S01A @.9; N01B @.6; S01E @.25
    """#
}
