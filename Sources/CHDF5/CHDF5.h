// HDF5's C API plus inline functions for what Swift cannot import: expression macros, casts and callbacks. No policy.
#ifndef CHDF5_H
#define CHDF5_H

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

// Default identifiers (macros with a cast).
static inline hid_t CHDF5_default_properties(void) { return H5P_DEFAULT; }
static inline hid_t CHDF5_whole_space(void) { return H5S_ALL; }
static inline hid_t CHDF5_default_error_stack(void) { return H5E_DEFAULT; }

// Flags and limits.
static inline unsigned CHDF5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned CHDF5_truncate(void) { return H5F_ACC_TRUNC; }
static inline hsize_t CHDF5_unlimited(void) { return H5S_UNLIMITED; }
static inline haddr_t CHDF5_undefined_address(void) { return HADDR_UNDEF; }
static inline size_t CHDF5_variable_size(void) { return H5T_VARIABLE; }

// Property list classes (macros that open the library first).
static inline hid_t CHDF5_file_create_class(void) { return H5P_FILE_CREATE; }
static inline hid_t CHDF5_file_access_class(void) { return H5P_FILE_ACCESS; }
static inline hid_t CHDF5_group_create_class(void) { return H5P_GROUP_CREATE; }
static inline hid_t CHDF5_dataset_create_class(void) { return H5P_DATASET_CREATE; }
static inline hid_t CHDF5_transfer_class(void) { return H5P_DATASET_XFER; }

// Types in memory ("native") and in files (little-endian).
static inline hid_t CHDF5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t CHDF5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t CHDF5_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t CHDF5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t CHDF5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t CHDF5_native_uint32(void) { return H5T_NATIVE_UINT32; }
static inline hid_t CHDF5_native_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t CHDF5_file_float(void) { return H5T_IEEE_F32LE; }
static inline hid_t CHDF5_file_double(void) { return H5T_IEEE_F64LE; }
static inline hid_t CHDF5_file_int32(void) { return H5T_STD_I32LE; }
static inline hid_t CHDF5_file_int64(void) { return H5T_STD_I64LE; }
static inline hid_t CHDF5_file_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t CHDF5_file_uint32(void) { return H5T_STD_U32LE; }
static inline hid_t CHDF5_file_uint64(void) { return H5T_STD_U64LE; }
static inline hid_t CHDF5_c_string(void) { return H5T_C_S1; }

// The reason of the last failure: the description of the innermost entry of HDF5's error stack.
typedef struct {
  char text[512];
} CHDF5_reason;

static inline herr_t CHDF5_keep_innermost(unsigned depth, const H5E_error2_t *entry, void *reason) {
  if (depth == 0 && entry->desc) {
    char *text = ((CHDF5_reason *)reason)->text;
    strncpy(text, entry->desc, sizeof(((CHDF5_reason *)reason)->text) - 1);
  }
  return 0;
}

static inline void CHDF5_last_reason(CHDF5_reason *reason) {
  memset(reason, 0, sizeof(*reason));
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, CHDF5_keep_innermost, reason);
}

// Names of links or attributes, each ended by a zero byte; the caller frees `bytes`.
typedef struct {
  char *bytes;
  size_t length, capacity;
} CHDF5_names;

static inline herr_t CHDF5_append_name(CHDF5_names *names, const char *name) {
  size_t size = strlen(name) + 1;
  if (names->length + size > names->capacity) {
    size_t capacity = 2 * (names->length + size) + 256;
    char *bytes = (char *)realloc(names->bytes, capacity);
    if (!bytes) return -1;
    names->bytes = bytes;
    names->capacity = capacity;
  }
  memcpy(names->bytes + names->length, name, size);
  names->length += size;
  return 0;
}

// `H5Literate` and `H5L_info_t` are versioned macros: spelt so, this compiles with HDF5 1.10, 1.12 and 1.14.
static inline herr_t CHDF5_append_link(hid_t group, const char *name, const H5L_info_t *info, void *names) {
  (void)group;
  (void)info;
  return CHDF5_append_name((CHDF5_names *)names, name);
}

static inline herr_t CHDF5_append_attribute(hid_t object, const char *name, const H5A_info_t *info, void *names) {
  (void)object;
  (void)info;
  return CHDF5_append_name((CHDF5_names *)names, name);
}

static inline herr_t CHDF5_link_names(hid_t group, CHDF5_names *names) {
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, CHDF5_append_link, names);
}

static inline herr_t CHDF5_attribute_names(hid_t object, CHDF5_names *names) {
  return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, CHDF5_append_attribute, names);
}

// Conversions between integer types stop at a value out of range instead of clamping it silently.
static inline H5T_conv_ret_t CHDF5_stop_conversion(
    H5T_conv_except_t kind, hid_t source, hid_t target, void *from, void *to, void *data) {
  (void)kind;
  (void)source;
  (void)target;
  (void)from;
  (void)to;
  (void)data;
  return H5T_CONV_ABORT;
}

static inline herr_t CHDF5_refuse_out_of_range(hid_t transfer) {
  return H5Pset_type_conv_cb(transfer, CHDF5_stop_conversion, NULL);
}

#endif
