// Boost 1.74's MPL forms the predecessor and successor of the last enumerators, which are outside the enum's range: an
// error for this compiler. Nothing reads those two values, so for enums we keep them inside the range.
#define BOOST_MPL_AUX_STATIC_CAST_HPP_INCLUDED
#include <type_traits>
#define BOOST_MPL_AUX_STATIC_CAST(T, expr) static_cast<T>(std::is_enum<T>::value ? ((expr) & 1) : (expr))

#include "CRDKit.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <string>

#include <DataStructs/SparseIntVect.h>
#include <GraphMol/Fingerprints/MorganGenerator.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/SanitException.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <RDGeneral/RDLog.h>
#include <RDGeneral/versions.h>

struct CRDKitMolecule {
  std::unique_ptr<RDKit::RWMol> molecule;
};

namespace {

// RDKit's log is one object per process, so parsing takes this lock; the stream below is only touched inside it.
std::mutex parsing;

std::ostringstream &capturedLog() {
  static std::ostringstream *stream = [] {
    auto *captured = new std::ostringstream;  // lives as long as the process: RDKit may log from static destructors
    auto quiet = std::make_shared<boost::logging::rdLogger>(captured);
    rdAppLog = quiet;
    rdErrorLog = quiet;
    rdWarningLog = std::make_shared<boost::logging::rdLogger>(nullptr);
    rdInfoLog = rdWarningLog;
    rdDebugLog = rdWarningLog;
    rdStatusLog = rdWarningLog;
    return captured;
  }();
  return *stream;
}

// The first logged line that says something, without RDKit's "[12:34:56] " and prefix in front and without the SMILES
// it repeats at the end.
std::string firstReason(const std::string &log) {
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    if (line.size() > 11 && line[0] == '[' && line[9] == ']') line.erase(0, 11);
    const std::string prefix = "SMILES Parse Error: ";
    if (line.compare(0, prefix.size(), prefix) == 0) line.erase(0, prefix.size());
    for (const char *echo : {" while parsing: ", " for input: '"}) line.erase(std::min(line.size(), line.find(echo)));
    if (line.find_first_not_of(" \t\r~^") != std::string::npos) return line;
  }
  return "";
}

void copyReason(const std::string &text, char *reason, size_t capacity) {
  if (capacity == 0) return;
  size_t count = std::min(text.size(), capacity - 1);
  std::memcpy(reason, text.data(), count);
  std::replace(reason, reason + count, '\n', ' ');
  reason[count] = '\0';
}

bool isMetal(const RDKit::Atom &atom) {
  static const std::set<int> others = {0,  1,  2,  5,  6,  7,  8,  9,  10, 14, 15, 16,
                                       17, 18, 33, 34, 35, 36, 52, 53, 54, 85, 86};
  return others.count(atom.getAtomicNum()) == 0;
}

// Turns one single bond from `atom` to a metal into a dative bond, which does not count in the atom's valence.
bool donateToMetal(RDKit::RWMol &molecule, unsigned int atom) {
  RDKit::Atom *donor = molecule.getAtomWithIdx(atom);
  if (isMetal(*donor)) return false;
  for (RDKit::Bond *bond : molecule.atomBonds(donor)) {
    RDKit::Atom *other = bond->getOtherAtom(donor);
    if (bond->getBondType() != RDKit::Bond::SINGLE || !isMetal(*other)) continue;
    bond->setBondType(RDKit::Bond::DATIVE);
    bond->setBeginAtom(donor);
    bond->setEndAtom(other);
    return true;
  }
  return false;
}

// Recent versions of RDKit read "[NH3][Pt]" as a donor bond during sanitisation; 2022.09 refuses the nitrogen's valence
// of four. This does the same for it: whichever atom RDKit objects to gives its bond to a metal. Throws the objection
// when there is no such bond. 2022.09 still describes the donor atom differently (hybridization SP3D instead of SP3,
// and rings closed by donor bonds count).
std::unique_ptr<RDKit::RWMol> parseComplex(const std::string &smiles) {
  RDKit::SmilesParserParams raw;
  raw.sanitize = false;
  raw.removeHs = false;
  std::unique_ptr<RDKit::RWMol> molecule(RDKit::SmilesToMol(smiles, raw));
  if (!molecule) return nullptr;
  RDKit::MolOps::cleanUp(*molecule);
  for (bool isValid = false; !isValid;) {
    try {
      molecule->updatePropertyCache(true);
      isValid = true;
    } catch (const RDKit::AtomValenceException &objection) {
      if (!donateToMetal(*molecule, objection.getAtomIdx())) throw;
    }
  }
  RDKit::MolOps::removeHs(*molecule, false, true, true);
  RDKit::MolOps::assignStereochemistry(*molecule, true, true, true);
  return molecule;
}

// As Chem.MolFromSmiles: sanitises and removes hydrogens.
std::unique_ptr<RDKit::RWMol> parse(const std::string &smiles) {
  try {
    RDKit::SmilesParserParams parameters;
    return std::unique_ptr<RDKit::RWMol>(RDKit::SmilesToMol(smiles, parameters));
  } catch (const RDKit::AtomValenceException &) {
    return parseComplex(smiles);
  }
}

int32_t chirality(const RDKit::Atom &atom) {
  switch (atom.getChiralTag()) {
    case RDKit::Atom::CHI_UNSPECIFIED: return CRDKitChiralityUnspecified;
    case RDKit::Atom::CHI_TETRAHEDRAL_CW: return CRDKitChiralityClockwise;
    case RDKit::Atom::CHI_TETRAHEDRAL_CCW: return CRDKitChiralityCounterclockwise;
    case RDKit::Atom::CHI_OTHER: return CRDKitChiralityOther;
    default: return CRDKitChiralityUnlisted;
  }
}

int32_t hybridization(const RDKit::Atom &atom) {
  switch (atom.getHybridization()) {
    case RDKit::Atom::SP: return CRDKitHybridizationSP;
    case RDKit::Atom::SP2: return CRDKitHybridizationSP2;
    case RDKit::Atom::SP3: return CRDKitHybridizationSP3;
    case RDKit::Atom::SP3D: return CRDKitHybridizationSP3D;
    case RDKit::Atom::SP3D2: return CRDKitHybridizationSP3D2;
    default: return CRDKitHybridizationUnlisted;
  }
}

int32_t bondType(const RDKit::Bond &bond) {
  switch (bond.getBondType()) {
    case RDKit::Bond::SINGLE: return CRDKitBondTypeSingle;
    case RDKit::Bond::DOUBLE: return CRDKitBondTypeDouble;
    case RDKit::Bond::TRIPLE: return CRDKitBondTypeTriple;
    case RDKit::Bond::AROMATIC: return CRDKitBondTypeAromatic;
    default: return CRDKitBondTypeUnlisted;
  }
}

int32_t stereo(const RDKit::Bond &bond) {
  switch (bond.getStereo()) {
    case RDKit::Bond::STEREONONE: return CRDKitStereoNone;
    case RDKit::Bond::STEREOZ: return CRDKitStereoZ;
    case RDKit::Bond::STEREOE: return CRDKitStereoE;
    case RDKit::Bond::STEREOCIS: return CRDKitStereoCis;
    case RDKit::Bond::STEREOTRANS: return CRDKitStereoTrans;
    case RDKit::Bond::STEREOANY: return CRDKitStereoAny;
    default: return CRDKitStereoUnlisted;
  }
}

CRDKitAtom read(const RDKit::Atom &atom, const RDKit::RingInfo &rings) {
  CRDKitAtom out;
  out.atomicNumber = atom.getAtomicNum();
  out.chirality = chirality(atom);
  out.degree = static_cast<int32_t>(atom.getTotalDegree());
  out.charge = atom.getFormalCharge();
  out.hydrogens = static_cast<int32_t>(atom.getTotalNumHs());
  out.radicals = static_cast<int32_t>(atom.getNumRadicalElectrons());
  out.hybridization = hybridization(atom);
  out.aromatic = atom.getIsAromatic() ? 1 : 0;
  out.inRing = rings.numAtomRings(atom.getIdx()) != 0 ? 1 : 0;
  return out;
}

CRDKitBond read(const RDKit::Bond &bond) {
  CRDKitBond out;
  out.begin = static_cast<int32_t>(bond.getBeginAtomIdx());
  out.end = static_cast<int32_t>(bond.getEndAtomIdx());
  out.type = bondType(bond);
  out.stereo = stereo(bond);
  out.conjugated = bond.getIsConjugated() ? 1 : 0;
  return out;
}

}  // namespace

extern "C" {

CRDKitMolecule *CRDKitMoleculeParse(const char *smiles, size_t length, char *reason, size_t capacity) {
  copyReason("", reason, capacity);
  try {
    std::lock_guard<std::mutex> lock(parsing);
    std::ostringstream &log = capturedLog();
    log.str("");
    log.clear();
    std::string thrown;
    try {
      std::unique_ptr<RDKit::RWMol> molecule = parse(std::string(smiles, length));
      if (molecule) return new CRDKitMolecule{std::move(molecule)};
    } catch (const std::exception &error) {
      thrown = error.what();
    }
    std::string text = firstReason(log.str());
    if (text.empty()) text = firstReason(thrown);
    copyReason(text.empty() ? "no reason given" : text, reason, capacity);
  } catch (const std::exception &error) {
    copyReason(error.what(), reason, capacity);
  } catch (...) {
    copyReason("unknown C++ exception", reason, capacity);
  }
  return nullptr;
}

void CRDKitMoleculeFree(CRDKitMolecule *molecule) { delete molecule; }

int32_t CRDKitMoleculeAtomCount(const CRDKitMolecule *molecule) {
  return static_cast<int32_t>(molecule->molecule->getNumAtoms());
}

int32_t CRDKitMoleculeBondCount(const CRDKitMolecule *molecule) {
  return static_cast<int32_t>(molecule->molecule->getNumBonds());
}

int CRDKitMoleculeRead(const CRDKitMolecule *molecule, CRDKitAtom *atoms, CRDKitBond *bonds) {
  try {
    const RDKit::RWMol &mol = *molecule->molecule;
    const RDKit::RingInfo &rings = *mol.getRingInfo();
    for (const RDKit::Atom *atom : mol.atoms()) *atoms++ = read(*atom, rings);
    for (const RDKit::Bond *bond : mol.bonds()) *bonds++ = read(*bond);
    return 0;
  } catch (...) {
    return -1;
  }
}

int CRDKitMoleculeMorganCounts(const CRDKitMolecule *molecule, uint32_t radius, uint32_t *counts, uint32_t size) {
  try {
    using Generator = RDKit::FingerprintGenerator<std::uint64_t>;  // as in Python
    const std::unique_ptr<Generator> generator(RDKit::MorganFingerprint::getMorganGenerator<std::uint64_t>(
        radius, false, false, true, false, nullptr, nullptr, size));
    const std::unique_ptr<RDKit::SparseIntVect<std::uint32_t>> fingerprint(
        generator->getCountFingerprint(*molecule->molecule));
    std::fill_n(counts, size, 0);
    for (const auto &entry : fingerprint->getNonzeroElements()) {
      if (entry.first >= size || entry.second < 0) return -1;
      counts[entry.first] = static_cast<uint32_t>(entry.second);
    }
    return 0;
  } catch (...) {
    return -1;
  }
}

const char *CRDKitVersion(void) { return RDKit::rdkitVersion; }

}  // extern "C"
