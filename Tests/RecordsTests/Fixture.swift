import Foundation
import Records

/// A temporary folder that goes away with the value that owns it.
final class Folder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "theriac-records-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = path + "/" + name
    let parent = (file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

  var files: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// A gzip member that stores the bytes without compressing them (RFC 1952, RFC 1951 §3.2.4).
func gzip(_ text: String) -> [UInt8] {
  let bytes = Array(text.utf8)
  var member: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
  func append(_ value: UInt32, bytes count: Int) {
    for index in 0..<count { member.append(UInt8(truncatingIfNeeded: value >> UInt32(8 * index))) }
  }
  var first = 0
  repeat {
    let length = min(60_000, bytes.count - first)
    member.append(first + length == bytes.count ? 1 : 0)
    append(UInt32(length), bytes: 2)
    append(~UInt32(length), bytes: 2)
    member.append(contentsOf: bytes[first..<(first + length)])
    first += length
  } while first < bytes.count
  var crc: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
  }
  append(~crc, bytes: 4)
  append(UInt32(bytes.count), bytes: 4)
  return member
}

/// Data for tests that is not part of the repository.
enum Shared {
  static let path = ProcessInfo.processInfo.environment["THERIAC_SHARED"] ?? "../shared"
  static let isAvailable = FileManager.default.fileExists(atPath: path + "/data/mimic3-demo")
}

/// The error a throwing call ends with, as a sentence.
func sentence(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch {
    return "\(error)"
  }
}

/// Patients 1 (visits 11, 12), 2 (21, 22) and 3 (31) in the layout of MIMIC-III, headers in lower case.
struct MIMIC3Fixture {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("PATIENTS.csv", "row_id,subject_id,gender\n1,1,F\n2,2,M\n3,3,F\n")
    // Patient 1's later admission comes first in the file.
    try folder.write(
      "ADMISSIONS.csv",
      """
      row_id,subject_id,hadm_id,admittime,diagnosis
      1,1,12,2150-05-01 10:00:00,"CHEST ""ACUTE"", PAIN"
      2,1,11,2149-01-01 08:30:00,SEPSIS
      3,2,21,2130-01-01 00:00:00,"LINE
      BREAK"
      4,2,22,2131-01-01 00:00:00,
      5,3,31,2160-07-07 07:07:07,FALL

      """)
    try folder.write(
      "DIAGNOSES_ICD.csv",
      """
      row_id,subject_id,hadm_id,seq_num,icd9_code
      1,1,11,2,4019
      2,1,11,1,0389
      3,1,12,1,4019
      4,2,21,1,0389
      5,2,22,1,5672
      6,3,31,1,4019

      """)
    try folder.write(
      "PROCEDURES_ICD.csv",
      """
      row_id,subject_id,hadm_id,seq_num,icd9_code
      1,1,11,1,3605
      2,1,12,1,3722
      3,2,21,1,3722
      4,2,22,1,3722
      5,3,31,1,3722

      """)
    try folder.write(
      "PRESCRIPTIONS.csv",
      """
      row_id,subject_id,hadm_id,startdate,drug,gsn,ndc
      1,1,11,2149-01-01 00:00:00,Acetaminophen,004489,00182844789
      2,1,11,2149-01-05 00:00:00,Furosemide,008205,00517570425
      3,1,12,2150-05-01 00:00:00,Acetaminophen,,00182844789
      4,1,12,2150-05-01 00:00:00,D5W,,0
      5,2,21,2130-01-01 00:00:00,Furosemide,999999 008205,0
      6,2,22,2131-01-01 00:00:00,Furosemide,008205,
      7,2,22,2131-01-01 00:00:00,Azithromycin ,123456,11111111111
      8,3,31,2160-07-07 00:00:00,Furosemide,008205,0

      """)
    try folder.write(
      "D_ICD_DIAGNOSES.csv",
      """
      row_id,icd9_code,short_title,long_title
      1,0389,Septicemia NOS,Unspecified septicemia
      2,4019,Hypertension NOS,"Unspecified essential hypertension, ""benign"" or not"
      3,56721,Peritonitis (acute),Peritonitis (acute) generalized

      """)
    try folder.write("D_ICD_PROCEDURES.csv", "row_id,icd9_code,short_title,long_title\n1,3722,Left heart cath,\n")
    try folder.write(
      "maps/gsn_atc_ndc_ethos.csv", "gsn,atc,ndc\n004489,N02BE01,1\n008205,C03CA01,2\n000001,N02,3\n")
    try folder.write("maps/atc3_ndc_molerec.csv", "atc3,ndc11\nN02B,00182844789\n")
    try folder.write(
      "maps/atc_names_ethos.csv",
      """
      atc_code,atc_name
      N02B,other analgesics and antipyretics
      N02B,Other Analgesics
      N02BE01,paracetamol
      N02BA01,acetylsalicylic acid
      N02BB02,metamizole sodium

      """)
    try folder.write("maps/ddi_atc3_union.csv", "atc3_a,atc3_b\nN02B,C03C\nC03C,N02B\nN02B,A01A\n")
    try folder.write("maps/atc3_smiles_nlammr_m3.json", #"{"N02B": ["CC(=O)Nc1ccc(O)cc1"], "seperator": []}"#)
  }

  var paths: ImportPaths { ImportPaths(root: folder.path, maps: folder.path + "/maps") }

  func run(_ change: (inout ImportOptions) -> Void = { _ in }) throws -> Cohort {
    var options = ImportOptions()
    change(&options)
    return try CohortImport.run(.mimic3, paths: paths, options: options)
  }
}

extension ImportReport {
  func table(_ name: String) -> Table? { tables.first { $0.name == name } }
}

extension Cohort {
  /// The codes of a visit as written in the source.
  func written(_ kind: CodeKind, _ visit: Int) -> [String] {
    codes(kind, visit: visit).map { vocabulary(kind).codes[Int($0)] }
  }
}
