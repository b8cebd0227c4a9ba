/// Table 1 of NLA-MMR and the label DDI rates of its §4.2, to stand beside a cohort of one's own.
public struct PaperProfile: Codable, Equatable, Sendable {
  public let name: String
  public let patients, visits, diagnoses: Int
  /// Nil where the paper has a dash.
  public let procedures, symptoms: Int?
  public let medications: Int
  public let visitsPerPatient, diagnosesPerVisit: Double
  public let proceduresPerVisit, symptomsPerVisit: Double?
  public let medicationsPerVisit: Double
  /// Of the whole data set, training visits included.
  public let labelDDI: Double?

  public static let all = [
    PaperProfile(
      name: "MIMIC-III", patients: 5_208, visits: 13_490, diagnoses: 1_895, procedures: 1_378, symptoms: 428,
      medications: 112, visitsPerPatient: 2.59, diagnosesPerVisit: 10.24, proceduresPerVisit: 3.85,
      symptomsPerVisit: 7.67, medicationsPerVisit: 11.30, labelDDI: 0.08238),
    PaperProfile(
      name: "MIMIC-IV", patients: 6_136, visits: 17_813, diagnoses: 1_851, procedures: 4_001, symptoms: 163,
      medications: 121, visitsPerPatient: 2.90, diagnosesPerVisit: 11.78, proceduresPerVisit: 2.18,
      symptomsPerVisit: 1.09, medicationsPerVisit: 6.68, labelDDI: 0.07423),
    PaperProfile(
      name: "eICU", patients: 9_539, visits: 20_912, diagnoses: 1_371, procedures: nil, symptoms: nil,
      medications: 31, visitsPerPatient: 2.19, diagnosesPerVisit: 4.70, proceduresPerVisit: nil,
      symptomsPerVisit: nil, medicationsPerVisit: 5.98, labelDDI: nil),
  ]
}
