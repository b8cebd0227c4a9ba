/// Shared wording: `@name` in a `forms` line stands for these patterns; `~` is the disorder's or procedure's name,
/// `!` marks wording used when the condition is severe in that visit.
enum ConditionForms {
  static let table = #"""
    @chronic = ~; chronic ~; ~, unspecified; !acute on chronic ~; !~ with acute exacerbation
    @acute = ~; acute ~; recurrent ~; !severe ~; !~ with organ dysfunction
    @infection = ~; ~, organism unspecified; ~ due to gram negative bacteria; !~ due to resistant staphylococcus; \#
    !severe ~ with bacteremia
    @cancer = malignant neoplasm, ~; history of ~ under surveillance; recurrent ~; !metastatic ~; !~ with spread to \#
    bone and liver
    @mental = ~; ~, moderate; recurrent ~; !~, severe; !acute episode of ~
    @deficiency = ~; ~, unspecified; secondary ~; !severe ~
    @organ = ~; ~, unspecified; long-standing ~; !~ with rapid progression; !decompensated ~
    @injury = ~; closed ~; ~, initial encounter; !open ~; !~ with major blood loss
    @autoimmune = ~; ~ in remission; long-standing ~; !active flare of ~; !~ with systemic involvement
    @surgery = ~; ~, open approach; ~, minimally invasive approach; ~, left side; ~, right side
    @bedside = ~; ~ at the bedside; ~ under ultrasound guidance; repeat ~; emergency ~
    @scope = ~; ~ with biopsy; ~ under sedation; repeat ~; emergency ~
    @monitor = ~; continuous ~; repeat ~; ~, less than 24 hours; ~, more than 24 hours
    @course = ~; ~, first session; ~, repeat session; ~, inpatient; ~, supervised by specialist
    """#
}
