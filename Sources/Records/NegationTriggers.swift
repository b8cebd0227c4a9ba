/// Words around a symptom that say it is not the patient's own, present one. After NegEx (Chapman 2001) and ConText
/// (Harkema 2009), cut down to what short sections need.
enum NegationTriggers {
  /// "denies X": X behind it, up to the end of the scope, is absent.
  static let before = [
    "no", "denies", "denied", "denying", "deny", "denies any", "denies having", "denies having had",
    "denies ever having", "denies any of the following", "denies the following", "denies all of the following",
    "denied any of the following", "denied the following", "denies the following symptoms", "denies symptoms of",
    "negative for the following", "negative for any of the following", "no symptoms of",
    "denies experiencing", "denies that he has", "denies that she has", "without", "w o", "negative for", "neg for",
    "was negative for", "is negative for", "never", "never had", "never has", "free of", "free from", "absence of",
    "no evidence of", "no sign of", "no signs of", "no complaint of", "no complaints of", "no history of", "no hx of",
    "no h o", "no known", "not had", "did not have", "does not have", "do not have", "has not had", "have not had",
    "had not had", "has no", "had no", "have no", "having no", "has had no", "have had no", "has never had",
    "had never had", "didnt have", "doesnt have", "dont have", "hasnt had", "havent had", "hadnt had", "has not been",
    "did not report", "does not report", "did not complain of", "never complained of",
    "never reported", "nor has he noticed", "nor has she noticed", "nor has he had", "nor has she had",
    "nor does he have",
    "nor does she have", "does not complain of", "not complaining of",
    "not experiencing", "not experienced", "lack of", "lacks", "lacked", "nor", "neither", "no longer", "no longer has",
    "no longer had", "rule out", "rules out", "r o", "rule out for", "ruled out for", "ruling out", "no further",
    "no more", "no new", "no other", "no prior", "no recent", "no associated", "not associated with",
    "negative review of systems for", "unremarkable for", "fails to reveal", "no reports of", "no report of",
  ]
  /// The same, for four words only: "not" is mostly about the verb next to it.
  static let shortlyBefore = ["not"]
  /// "X was ruled out": the symptoms right before it are absent.
  static let after = [
    "was ruled out", "were ruled out", "is ruled out", "are ruled out", "has been ruled out", "have been ruled out",
    "been ruled out", "ruled out", "is denied", "are denied", "was denied", "were denied", "all denied",
    "is absent", "are absent", "was absent", "were absent", "not present", "is not present", "are not present",
    "was not present", "were not present", "is negative", "are negative", "was negative", "were negative", "negative",
    "not noted", "was not noted", "were not noted", "not reported", "was not reported", "not endorsed", "none",
    "absent", "free", "unlikely", "is unlikely", "denies this", "denied this", "precautions", "prophylaxis", "not seen",
    "was not seen", "did not occur",
    "did not recur", "never occurred",
  ]
  /// Look like triggers and are none.
  static let pseudo = [
    "no increase", "no change", "no significant change", "no suspicious change", "no interval change", "not only",
    "not just", "not necessarily", "not sure if", "not certain if", "not certain whether", "without difficulty",
    "gram negative", "no relief", "no relief of", "no relief from", "without relief", "no improvement",
    "no improvement in", "without improvement", "not relieved", "not improve", "not improved", "not improving",
    "not resolve", "not resolved", "not resolving", "not responding", "not respond", "not helped", "not help",
    "no help", "not better", "not getting better", "no doubt", "cannot rule out", "could not rule out",
    "not ruled out", "not been ruled out", "not be ruled out", "unable to rule out", "not controlled",
    "not well controlled", "no response", "not remember", "not recall", "no one", "not stop", "did not stop",
    "not go away", "unlikely to be", "no appetite", "not tolerate", "not tolerating", "not take", "not taking",
    "not taken",
  ]
  /// Join symptoms, so that what denies the last denies all.
  static let joints = ["and", "or", "nor", "as well as"]
  /// End the scope of what stands before them.
  static let ends = [
    "but", "however", "although", "though", "except", "except for", "apart from", "aside from", "other than",
    "besides", "yet", "nevertheless", "with the exception of", "which", "who", "because", "because of", "due to",
    "secondary to", "presents with", "presented with", "presenting with", "presents for", "complains of",
    "complained of", "complaining of", "c o", "reports", "reported", "reporting", "endorses", "endorsed", "endorsing",
    "admits", "admitted", "notes", "noted", "noting", "states", "stated", "has", "had", "has had", "have had",
    "developed", "develops", "positive for", "pos for", "significant for", "remarkable for", "notable for",
    "found to have", "started", "began", "experienced", "experiences", "did have", "does have", "now with", "now has",
    "came in with", "came with", "admitted with", "admitted for", "affirms", "then", "is having", "was having",
    "continues to have", "continued to have", "there is", "there was", "there are", "there were", "until",
  ]
  /// Somebody else's: "mother had X".
  static let others: [String] = {
    let relatives = [
      "mother", "father", "sister", "brother", "son", "daughter", "aunt", "uncle", "grandmother", "grandfather",
      "cousin", "wife", "husband", "sibling", "siblings", "parents", "children", "roommate", "coworkers",
    ]
    let verbs = ["had", "has", "have", "with", "who had", "who has", "died of", "died from", "also had", "also has"]
    return [
      "family history of", "family hx of", "fh of", "fhx of", "family history significant for",
      "family history notable for", "family history positive for", "sick contacts with", "contacts with",
    ] + relatives.flatMap { relative in verbs.map { relative + " " + $0 } }
  }()
  /// Not there yet, or only feared: "return for X".
  static let possible = [
    "if you", "if you have", "if you develop", "if he", "if she", "if they", "if there is", "should you",
    "should you have", "should you develop", "in case of", "return for", "return if", "return with", "call for",
    "call if", "call your doctor for", "call your doctor if", "call us for", "call us if", "seek care for",
    "seek care if", "unclear whether", "unclear if", "monitor for", "monitored for", "monitoring for", "watch for",
    "watch out for", "watched for",
    "to prevent", "prevent", "as needed for", "prn", "prn for", "p r n", "risk of", "risk for", "at risk for",
    "worried about", "is worried about", "was worried about", "worries about", "worry about", "worried that he has",
    "worried that she has", "concerned about", "concerned for", "concern for", "concerns for", "concern about",
    "concerns about", "afraid of", "fear of", "fears", "rather than", "instead of", "screened for", "screening for",
  ]
  /// Words behind a trigger that its scope reaches, at most.
  static let scope = 30
  static let shortScope = 4
}
