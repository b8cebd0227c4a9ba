// What Theriac calls of RDKit, as plain C. Handles are opaque, no C++ exception crosses, nothing is printed.
#ifndef CRDKIT_H
#define CRDKIT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A sanitised molecule with implicit hydrogens, as Python's `Chem.MolFromSmiles` makes it.
typedef struct CRDKitMolecule CRDKitMolecule;

enum CRDKitChirality {
  CRDKitChiralityUnspecified,
  CRDKitChiralityClockwise,
  CRDKitChiralityCounterclockwise,
  CRDKitChiralityOther,
  CRDKitChiralityUnlisted,
};

enum CRDKitHybridization {
  CRDKitHybridizationSP,
  CRDKitHybridizationSP2,
  CRDKitHybridizationSP3,
  CRDKitHybridizationSP3D,
  CRDKitHybridizationSP3D2,
  CRDKitHybridizationUnlisted,
};

enum CRDKitBondType {
  CRDKitBondTypeSingle,
  CRDKitBondTypeDouble,
  CRDKitBondTypeTriple,
  CRDKitBondTypeAromatic,
  CRDKitBondTypeUnlisted,
};

enum CRDKitStereo {
  CRDKitStereoNone,
  CRDKitStereoZ,
  CRDKitStereoE,
  CRDKitStereoCis,
  CRDKitStereoTrans,
  CRDKitStereoAny,
  CRDKitStereoUnlisted,
};

/// Raw properties of one atom. `degree` and `hydrogens` count implicit hydrogens too.
typedef struct {
  int32_t atomicNumber;
  int32_t chirality;  // CRDKitChirality
  int32_t degree;
  int32_t charge;
  int32_t hydrogens;
  int32_t radicals;
  int32_t hybridization;  // CRDKitHybridization
  int32_t aromatic;       // 0 or 1
  int32_t inRing;         // 0 or 1
} CRDKitAtom;

/// Raw properties of one bond; `begin` and `end` are atom indices.
typedef struct {
  int32_t begin;
  int32_t end;
  int32_t type;    // CRDKitBondType
  int32_t stereo;  // CRDKitStereo
  int32_t conjugated;  // 0 or 1
} CRDKitBond;

/// Parses and sanitises `length` bytes of SMILES. Returns NULL when RDKit refuses them and writes its reason, one line
/// ending in NUL and cut to `capacity` bytes, into `reason`. The caller frees the molecule with CRDKitMoleculeFree.
CRDKitMolecule *CRDKitMoleculeParse(const char *smiles, size_t length, char *reason, size_t capacity);
void CRDKitMoleculeFree(CRDKitMolecule *molecule);

int32_t CRDKitMoleculeAtomCount(const CRDKitMolecule *molecule);
int32_t CRDKitMoleculeBondCount(const CRDKitMolecule *molecule);

/// Fills `atoms` (room for the atom count) and `bonds` (room for the bond count) in RDKit's order. 0, or -1 on failure.
int CRDKitMoleculeRead(const CRDKitMolecule *molecule, CRDKitAtom *atoms, CRDKitBond *bonds);

/// Counts of the molecule's Morgan environments (ECFP) of at most `radius` bonds, their hashes folded to `size` numbers:
/// Python's `GetMorganGenerator(radius, fpSize=size).GetCountFingerprintAsNumPy`. `counts` has room for `size` numbers.
/// 0, or -1 on failure. May run on several threads at once.
int CRDKitMoleculeMorganCounts(const CRDKitMolecule *molecule, uint32_t radius, uint32_t *counts, uint32_t size);

/// RDKit's version, such as "2022.09.3".
const char *CRDKitVersion(void);

#ifdef __cplusplus
}
#endif

#endif
