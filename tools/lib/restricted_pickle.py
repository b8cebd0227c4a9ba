"""Reads pickles and PyTorch files without running anything that is in them. Python's own library is enough.

A pickle may name any function of any module and have it called; a loader must not obey. Here every name is looked up
in the tables below. Lists, dictionaries, numbers and strings need no name. numpy's arrays and numbers become
`Array` and plain numbers; PyTorch's tensors become `Tensor`; objects of the class Voc become `Fields`; dill's class
definitions with their code objects become `Inert`, which does nothing. Any other name is refused.

A small file can also stand for a huge value: by a number that asks for memory, by deep nesting, by a list of references to
lists of references. Nothing here takes more memory than the file's size allows, keys and members of sets are plain values,
and whoever walks through a value asks a `Budget`.
"""
import collections
import io
import os
import pickle
import struct
import sys
import zipfile


class Refused(Exception):
    """A file that is not read; the text is a sentence without the file's name."""


def shown(value):
    """A value for an error: plain ones as Python writes them, cut; others by their type, for they may be endless."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 128:
        return "a number of more than 38 digits"
    if value is None or isinstance(value, (str, int, float, bytes)):
        return cut(ascii(value[:100] if isinstance(value, (str, bytes)) else value))
    return f"an object of the type {type(value).__name__}"


def cut(text):
    """The beginning of a text, in characters that can be written anywhere."""
    text = " ".join(text[:200].split()) + ("..." if len(text) > 200 else "")
    return text.encode("utf-8", "backslashreplace").decode()


class Budget:
    """How many values and characters may come out of a file: some more than it has bytes. References are short, so a file
    could repeat its lists for ever."""

    def __init__(self, path):
        self.left = 16 * os.path.getsize(path) + 1_000_000

    def take(self, count):
        self.left -= count
        if self.left < 0:
            raise Refused("it repeats its lists by reference until they hold far more values than the file has bytes")


def _plain(key):
    """Is comparing and hashing it quick? Numbers, texts, short tuples of them, and objects, which are compared by identity."""
    if isinstance(key, tuple):
        return len(key) <= 16 and not any(isinstance(part, (tuple, frozenset)) for part in key)
    return not isinstance(key, frozenset)


def _checked(keys):
    for key in keys:
        if not _plain(key):
            raise Refused("a key of a dictionary or a member of a set is a nested tuple; numbers and texts are expected")
    return keys


def _set(members=()):
    return set(_checked(list(members)))


def _dictionary(kind):
    def make(pairs=(), *_):
        pairs = list(pairs.items()) if isinstance(pairs, dict) else [(key, value) for key, value in pairs]
        _checked([key for key, _ in pairs])
        return kind(pairs)
    return make


def _default_dictionary(factory=None, *_):
    return collections.defaultdict(factory if callable(factory) else None)


def _bytes(data=b"", *_):
    # A number would be a size; a text of Python 2 comes with its encoding.
    if isinstance(data, str):
        return bytearray(data.encode("latin1"))
    if not isinstance(data, (bytes, bytearray)):
        raise Refused("it makes bytes of something that is no bytes")
    return bytearray(data)


def _lengths(shape):
    """A shape as numbers that are none below zero."""
    shape = tuple(shape)
    if len(shape) > 32 or not all(type(length) is int and 0 <= length < 1 << 40 for length in shape):
        raise Refused("it holds an array or tensor whose shape is no short list of numbers")
    return shape


class Inert:
    """Stands for a class, a function or a code object of the file: can be called and filled, does nothing."""

    def __init__(self, *_, **__):
        pass

    def __call__(self, *_, **__):
        return Inert()

    def __setstate__(*_):
        pass


class Fields:
    """An object of a class of the file (Voc): only its fields."""

    def __new__(cls, *_, **__):
        self = object.__new__(cls)
        self.fields = {}
        return self

    def __init__(self, *_, **__):
        pass

    def __setstate__(*arguments):
        # A class can be given a state too; only an object's counts.
        if len(arguments) == 2 and isinstance(arguments[1], dict):
            arguments[0].fields = arguments[1]


FORMATS = {
    "b1": "?", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q",
    "f2": "e", "f4": "f", "f8": "d",
}


class Kind:
    """A numpy dtype: number format and byte order."""

    def __init__(self, code="", *_):
        self.code = code if isinstance(code, str) else ""
        self.order = "<"

    def __setstate__(self, state):
        self.order = ">" if state[1] == ">" else "<"

    def unpack(self, data, count):
        if self.code not in FORMATS:
            raise Refused(f"it holds a numpy array of the type {shown(self.code)}; numbers are expected")
        size = struct.calcsize("<" + FORMATS[self.code])
        if len(data) != size * count:
            raise Refused(f"a numpy array has {len(data)} bytes where {size * count} are expected")
        return struct.unpack(f"{self.order}{count}{FORMATS[self.code]}", data)


class Array:
    """A numpy array: `shape` and `values`, a flat list in row-major order."""

    def __init__(self, *_):
        self.shape, self.values = (0,), []

    def __setstate__(self, state):
        _, shape, kind, by_columns, data = state
        self.fill(data, kind, shape, by_columns)

    def fill(self, data, kind, shape, by_columns):
        shape = _lengths(shape)
        count = 1
        for length in shape:
            count *= length
        if not isinstance(data, (bytes, bytearray)) or not isinstance(kind, Kind):
            raise Refused("it holds a numpy array of objects; numbers are expected")
        values = list(kind.unpack(bytes(data), count))
        if by_columns and len(shape) == 2 and count:
            rows, columns = shape
            values = [values[column * rows + row] for row in range(rows) for column in range(columns)]
        elif by_columns and len(shape) > 2:
            raise Refused("it holds a numpy array in column order with more than two axes")
        self.shape, self.values = tuple(shape), values


def _from_buffer(data, kind, shape, order):
    array = Array()
    array.fill(bytes(data), kind, shape, order == "F")
    return array


def _scalar(kind, data=b""):
    return kind.unpack(data, 1)[0]


def _create_array(_, __, state, *___):
    array = Array()
    array.__setstate__(state)
    return array


class Tensor:
    """A PyTorch tensor: `shape`, and `float32()`, its numbers in row-major order as little-endian float32."""

    def __init__(self, storage, offset, shape, strides, *_):
        if not isinstance(storage, Storage):
            raise Refused("a tensor has no storage")
        self.storage, self.offset, self.shape, self.strides = storage, offset, _lengths(shape), _lengths(strides)
        if type(offset) is not int or offset < 0 or len(self.shape) != len(self.strides):
            raise Refused("a tensor has a shape that does not hold together")

    def __setstate__(self, _):
        pass

    def float32(self):
        size, count, expected = self.storage.size, 1, 1
        contiguous = True
        for length, stride in zip(reversed(self.shape), reversed(self.strides)):
            contiguous = contiguous and (length == 1 or stride == expected)
            expected *= length
            count *= length
        if count == 0:
            return b""
        if count > len(self.storage.data) // size:
            raise Refused(f"it holds a tensor of the shape {list(self.shape)}, more numbers than its storage has")
        last = self.offset + sum((length - 1) * stride for length, stride in zip(self.shape, self.strides))
        if (last + 1) * size > len(self.storage.data):
            raise Refused("a tensor lies outside of its storage")
        if contiguous:
            return self.storage.floats(self.storage.data[self.offset * size:(self.offset + count) * size])
        places = [self.offset]
        for length, stride in zip(self.shape, self.strides):
            places = [place + index * stride for place in places for index in range(length)]
        data = self.storage.data
        return self.storage.floats(b"".join(data[place * size:(place + 1) * size] for place in places))


class Storage:
    """The numbers behind tensors, of one type."""

    SIZES = {"Float": 4, "Double": 8, "Half": 2, "BFloat16": 2}

    def __init__(self, type_name, data):
        self.type_name = type_name.removesuffix("Storage")
        if self.type_name not in self.SIZES:
            raise Refused(f"it holds a tensor of the type {type_name}; floating-point numbers are expected")
        self.size = self.SIZES[self.type_name]
        self.data = data

    def __setstate__(self, _):
        pass

    def floats(self, data):
        if self.type_name == "Float":
            return data
        if self.type_name == "BFloat16":  # the upper half of a float32
            return b"".join(b"\0\0" + data[place:place + 2] for place in range(0, len(data), 2))
        count = len(data) // self.size
        return struct.pack(f"<{count}f", *struct.unpack(f"<{count}{'d' if self.size == 8 else 'e'}", data))


class StorageType:
    def __init__(self, name):
        self.name = name

    def __setstate__(self, _):
        pass


class ModuleName(Inert):
    """A module that older dill writes as a call; it is not imported."""

    def __init__(self, name="", *_):
        self.name = str(name)


def _attribute(of, name, *_):
    return find(of.name, name) if isinstance(of, ModuleName) else Inert()


def _object_class(*_, **__):
    """A new class for the objects of a class that the file defines."""
    return type("Fields", (Fields,), {})


def _named_array(*_):
    return Array()


DILL = {"dill._dill", "dill.dill", "dill"}
NUMPY = {
    "numpy.core._multiarray_umath", "numpy._core._multiarray_umath", "numpy.core.multiarray", "numpy._core.multiarray",
    "numpy.core.numeric", "numpy._core.numeric", "numpy",
}
BUILTINS = {"builtins", "__builtin__"}
INERT_DILL = {
    "_create_function", "_create_code", "_create_cell", "_create_namedtuple", "_load_type", "_setitems",
    "_dict_from_dictproxy", "_create_ftype",
}


def _lookup(module, name):
    """What stands for a name, None for one that is refused."""
    if module in DILL:
        if name in INERT_DILL:
            return Inert()
        return {
            "_create_type": _object_class, "_create_array": _create_array, "_import_module": ModuleName,
            "_get_attr": _attribute,
        }.get(name)
    if module in NUMPY:
        return {
            "_reconstruct": _named_array, "ndarray": Array, "dtype": Kind, "scalar": _scalar, "_frombuffer": _from_buffer,
        }.get(name)
    if module in BUILTINS:
        known = {
            "set": _set, "list": list, "dict": _dictionary(dict), "int": int, "tuple": tuple, "bytearray": _bytes,
        }
        # dill writes a class's module as a name of the builtins, and sets attributes of classes it has made.
        return known.get(name) or (Inert() if name in {"__main__", "setattr", "object", "type"} else None)
    if module == "collections":
        return {
            "OrderedDict": _dictionary(collections.OrderedDict), "defaultdict": _default_dictionary,
        }.get(name)
    if module in {"copyreg", "copy_reg"} and name == "_reconstructor":
        return lambda cls, *_: cls() if isinstance(cls, type) and issubclass(cls, Fields) else Inert()
    if module == "_codecs" and name == "encode":
        return lambda text, encoding="latin1": text.encode("latin1")
    if module == "torch._utils":
        return {
            "_rebuild_tensor_v2": Tensor, "_rebuild_tensor": Tensor, "_rebuild_parameter": lambda tensor, *_: tensor,
        }.get(name)
    if module == "torch" and name.endswith("Storage"):
        return StorageType(name)
    if name == "Voc":
        return Fields
    return None


def find(module, name):
    found = _lookup(module, name)
    if found is None:
        raise Refused(f"it asks for {cut(str(module))}.{cut(str(name))}, which is neither data nor a vocabulary; nothing of it was run")
    return found


class Loader(pickle._Unpickler):
    """Python's own unpickler in Python: its memo is a dictionary, where that in C is a table as long as the largest number
    that a file names; and what makes keys can be looked at."""

    storages = None
    size = 0

    def find_class(self, module, name):
        return find(module, name)

    def persistent_load(self, identity):
        if self.storages is None or not isinstance(identity, tuple) or len(identity) < 3 or identity[0] != "storage":
            raise Refused("it refers to something outside of the file")
        return self.storages(identity[1], identity[2])

    def load_setitem(self):
        _checked(self.stack[-2:-1])
        super().load_setitem()

    def load_setitems(self):
        _checked(self.stack[::2])
        super().load_setitems()

    def load_dict(self):
        _checked(self.stack[::2])
        super().load_dict()

    def load_additems(self):
        _checked(self.stack)
        super().load_additems()

    def load_frozenset(self):
        _checked(self.stack)
        super().load_frozenset()

    def load_bytearray8(self):
        # Would make room for as many bytes as the file claims.
        length = int.from_bytes(self.read(8), "little")
        if length > self.size:
            raise Refused("it claims more bytes than it has")
        self.append(bytearray(self.read(length)))

    def load_build(self):
        # Functions and plain containers have no state that counts; setting it would change them.
        if hasattr(self.stack[-2], "__setstate__"):
            return super().load_build()
        self.stack.pop()

    dispatch = dict(pickle._Unpickler.dispatch)
    for _code, _read in [
        (pickle.SETITEM, load_setitem), (pickle.SETITEMS, load_setitems), (pickle.DICT, load_dict),
        (pickle.ADDITEMS, load_additems), (pickle.FROZENSET, load_frozenset), (pickle.BYTEARRAY8, load_bytearray8),
        (pickle.BUILD, load_build),
    ]:
        dispatch[_code[0]] = _read


def _load(data, storages=None):
    # Text pickled by Python 2 is Latin-1 to us.
    loader = Loader(io.BytesIO(data), encoding="latin1")
    loader.storages = storages
    loader.size = len(data)
    try:
        return loader.load()
    except Refused:
        raise
    except Exception as error:  # a damaged pickle can fail in any way
        raise Refused(f"it is no pickle that can be read ({type(error).__name__}: {cut(str(error))})") from None


def load(path):
    """The value in a pickle file."""
    with open(path, "rb") as file:
        return _load(file.read())


def load_tensors(path):
    """The value in a file of torch.save (PyTorch 1.6 or later)."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _load_archive(archive)
    except (Refused, FileNotFoundError, PermissionError):
        raise
    except Exception as error:  # so can a damaged archive
        raise Refused(
            "it is no PyTorch file of version 1.6 or later (a zip archive), or damaged; load it and save it again with "
            f"torch.save ({type(error).__name__}: {cut(str(error))})") from None


def _member(archive, name):
    """A file of the archive. PyTorch does not compress; one that unpacks to far more than it is was made to do so."""
    entry = archive.getinfo(name)
    if entry.file_size > 16 * entry.compress_size + (1 << 20):
        raise Refused(f"{cut(name)} in it unpacks to {entry.file_size} bytes from {entry.compress_size}")
    return archive.read(name)


def _load_archive(archive):
    names = archive.namelist()
    main = next((name for name in names if name.split("/")[-1] == "data.pkl"), None)
    if main is None:
        raise Refused("it is a zip archive without data.pkl; PyTorch did not write it")
    folder = main[: -len("data.pkl")]
    if folder + "byteorder" in names and archive.read(folder + "byteorder") != b"little":
        raise Refused("its numbers are big-endian")
    cache = {}

    def storage(kind, key):
        name = f"{folder}data/{key}" if isinstance(key, (str, int)) else ""
        if not isinstance(kind, StorageType) or name not in names:
            raise Refused(f"a tensor's numbers ({cut(str(key)) if isinstance(key, (str, int)) else 'of no name'}) are missing")
        if key not in cache:
            cache[key] = Storage(kind.name, _member(archive, name))
        return cache[key]

    return _load(_member(archive, main), storage)


if sys.byteorder != "little":
    raise SystemExit("this program expects a little-endian processor")
