"""Redshift's VARBYTE functions, hashes and sound codes.

https://docs.aws.amazon.com/redshift/latest/dg/varbyte-functions.html
https://docs.aws.amazon.com/redshift/latest/dg/hash-functions.html (read 2026-11-23)
"""

import struct

from dealab.sql import patterns, types
from dealab.sql.errors import LabLimit
from dealab.sql.redshift.registry import arguments, refuse, special
from dealab.sql.scope import Value
from dealab.sql.types import BIGINT, INTEGER, VARBINARY, VARCHAR, text

_WIDTHS = {"boolean": "<?", "smallint": "<h", "integer": "<i", "bigint": "<q", "double": "<d"}
_FNV_SEED, _FNV_PRIME, _WORD = 0xCBF29CE484222325, 0x100000001B3, 0xFFFFFFFFFFFFFFFF


def fnv(content: bytes, seed: int) -> int:
    """FNV-1a with 64 bits, as a signed number."""
    state = seed & _WORD
    for byte in content:
        state = (state ^ byte) * _FNV_PRIME & _WORD
    return state - (1 << 64) if state >> 63 else state


def murmur(content: bytes, seed: int) -> int:
    """Murmur3A with 32 bits, as a signed number."""
    state, mask = seed & 0xFFFFFFFF, 0xFFFFFFFF

    def mixed(word):
        word = word * 0xCC9E2D51 & mask
        word = (word << 15 | word >> 17) & mask
        return word * 0x1B873593 & mask

    whole = len(content) // 4 * 4
    for at in range(0, whole, 4):
        state ^= mixed(int.from_bytes(content[at : at + 4], "little"))
        state = (state << 13 | state >> 19) & mask
        state = (state * 5 + 0xE6546B64) & mask
    if content[whole:]:
        state ^= mixed(int.from_bytes(content[whole:], "little"))
    state ^= len(content)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        state = ((state ^ state >> shift) * factor) & mask
    state ^= state >> 16
    return state - (1 << 32) if state >> 31 else state


_CASTAGNOLI: list[int] = []


def crc32c(content: bytes) -> str:
    """The Castagnoli checksum, as eight hexadecimal digits: what Redshift calls CRC32.

    https://docs.aws.amazon.com/redshift/latest/dg/crc32-function.html
    """
    if not _CASTAGNOLI:
        for number in range(256):
            for _ in range(8):
                number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
            _CASTAGNOLI.append(number)
    state = 0xFFFFFFFF
    for byte in content:
        state = state >> 8 ^ _CASTAGNOLI[(state ^ byte) & 0xFF]
    return f"{state ^ 0xFFFFFFFF:08x}"


def sha2(content: bytes, bits: int) -> str:
    """SHA-2 with 224, 256 (or 0), 384 or 512 bits; an empty text for other numbers.

    https://docs.aws.amazon.com/redshift/latest/dg/SHA2.html
    """
    import hashlib

    name = {0: "sha256", 224: "sha224", 256: "sha256", 384: "sha384", 512: "sha512"}.get(bits)
    return hashlib.new(name, content).hexdigest() if name else ""


def packed(value: str, kind: str) -> bytes:
    """Return the bytes of a number, given as text, in the width of its type."""
    if kind == "double":
        return struct.pack("<d", float(value))
    if kind == "boolean":
        return struct.pack("<?", value == "true")
    return struct.pack(_WIDTHS[kind], int(value))


_SOUNDS = {
    letter: str(number)
    for number, letters in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), 1)
    for letter in letters
}


def soundex(content: str) -> str:
    """American Soundex over the English letters of a text; empty where there are none."""
    letters = [letter for letter in content.lower() if "a" <= letter <= "z"]
    if not letters:
        return ""
    code, last = letters[0].upper(), _SOUNDS.get(letters[0], "")
    for letter in letters[1:]:
        sound = _SOUNDS.get(letter, "")
        if sound and sound != last:
            code += sound
        if letter not in "hw":
            last = sound
    return code[:4].ljust(4, "0")


def difference(one: str, two: str) -> int:
    """Count the places at which two sound codes agree, 0 to 4."""
    return sum(a == b for a, b in zip(soundex(one), soundex(two), strict=False))


def to_varbyte(content: str, form: str) -> bytes:
    """Read bytes written in hex, binary, base64 or UTF-8."""
    import base64

    match form:
        case "hex":
            return bytes.fromhex(content.rjust(len(content) + len(content) % 2, "0"))
        case "binary":
            size = -(-len(content) // 8) or 0
            return int(content or "0", 2).to_bytes(size, "big")
        case "base64":
            return base64.b64decode(content, validate=True)
    return content.encode("utf-8")


def from_varbyte(content: bytes, form: str) -> str:
    import base64

    match form:
        case "hex":
            return content.hex()
        case "binary":
            return "".join(f"{byte:08b}" for byte in content)
        case "base64":
            return base64.b64encode(content).decode("ascii")
    return content.decode("utf-8")


def strtol(content: str, base: int) -> int:
    """Read a whole number in a base from 2 to 36; a sign and the prefix 0x may stand before it.

    https://docs.aws.amazon.com/redshift/latest/dg/r_STRTOL.html
    """
    if not 2 <= base <= 36:
        raise ValueError(f"lab_base {base}")
    try:
        number = int(content.strip().replace("_", "?") or "?", base)
    except ValueError:
        raise ValueError(f"lab_digits {content}") from None
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"lab_wide {content}")
    return number


def to_number(content: str, pattern: str) -> str:
    """Read a number written by a numeric format: to_number('12,454.8-', '99G999D9S')."""
    upper = pattern.upper()
    digits = "".join(mark for mark in content if mark in "0123456789.")
    whole, dot, fraction = digits.partition(".")
    places = upper.replace("D", ".").partition(".")[2]
    room = sum(mark in "90" for mark in places)
    minus = "-" in content or (content.strip().startswith("<") and "PR" in upper)
    if not whole and not fraction:
        raise ValueError(f"lab_number {content}")
    kept = fraction[:room]
    return ("-" if minus else "") + (whole or "0") + (dot + kept if kept else "")


patterns.PYTHON.update(
    {
        "lab_py_fnv": (fnv, ["BLOB", "BIGINT"], "BIGINT"),
        "lab_py_murmur": (murmur, ["BLOB", "INTEGER"], "INTEGER"),
        "lab_py_crc32c": (crc32c, ["BLOB"], "VARCHAR"),
        "lab_py_sha2": (sha2, ["BLOB", "INTEGER"], "VARCHAR"),
        "lab_py_packed": (packed, ["VARCHAR", "VARCHAR"], "BLOB"),
        "lab_py_strtol": (strtol, ["VARCHAR", "INTEGER"], "BIGINT"),
        "lab_py_soundex": (soundex, ["VARCHAR"], "VARCHAR"),
        "lab_py_difference": (difference, ["VARCHAR", "VARCHAR"], "INTEGER"),
        "lab_py_to_varbyte": (to_varbyte, ["VARCHAR", "VARCHAR"], "BLOB"),
        "lab_py_from_varbyte": (from_varbyte, ["BLOB", "VARCHAR"], "VARCHAR"),
        "lab_py_to_number": (to_number, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    }
)


@special("fnv_hash", "murmur3_32_hash")
def hashed(binder, node, scope):
    values = arguments(binder, node, scope, 1, 2)
    fnv_wanted = node.name.lower() == "fnv_hash"
    value, sql = values[0], values[0].sql
    if value.type.name in types.STRINGS:
        content = f"encode({sql})"
    elif value.type.name == "varbinary":
        content = sql
    elif value.type.name in _WIDTHS:
        # Iceberg hashes every whole number in eight bytes
        width = value.type.name
        if not fnv_wanted and width in types.INTEGERS:
            width = "bigint"
        content = f"lab_py_packed(CAST({sql} AS VARCHAR), {text(width)})"
    else:
        raise LabLimit(f"{node.name.lower()} of {value.type.name}", "Redshift hashes its bytes.")
    kind = BIGINT if fnv_wanted else INTEGER
    seed = str(_FNV_SEED - (1 << 64)) if fnv_wanted else "0"
    if len(values) > 1:
        if binder.coercion_cost(values[1].type, kind) is None:
            raise binder.no_overload(node.name.lower(), node, values, node.expressions, [])
        seed = binder.coerce(values[1], kind).sql
    name = "lab_py_fnv" if fnv_wanted else "lab_py_murmur"
    return Value(f"{name}({content}, {seed})", kind)


@special("to_varbyte", "from_varbyte")
def converted(binder, node, scope):
    values = arguments(binder, node, scope, 2)
    form = values[1].literal
    name = node.name.lower()
    if not isinstance(form, str):
        raise LabLimit(f"{name} with a format that is not a constant", "Redshift takes any.")
    form = form.lower().replace("-", "")
    if form not in ("hex", "binary", "base64", "utf8"):
        raise binder.error("22023", f"invalid format: {values[1].literal}", node)
    if name == "to_varbyte":
        source = binder.coerce(values[0], VARCHAR).sql
        return Value(f"lab_py_to_varbyte({source}, {text(form)})", VARBINARY)
    if values[0].type.name not in ("varbinary", "null"):
        raise refuse(binder, node, values)
    return Value(f"lab_py_from_varbyte({values[0].sql}, {text(form)})", VARCHAR)


@special("to_number")
def number_from(binder, node, scope):
    from dealab.sql.numbers import readable

    values = arguments(binder, node, scope, 2)
    pattern = values[1].literal
    if not isinstance(pattern, str):
        raise LabLimit("to_number with a format that is not a constant", "Redshift takes any.")
    if not readable(pattern):
        raise LabLimit(f"to_number with the format {pattern}", "Redshift reads it.")
    places = sum(m in "90" for m in pattern.upper().replace("D", ".").partition(".")[2])
    whole = sum(mark in "90" for mark in pattern) - places
    kind = types.decimal(max(1, min(38, whole + places)), min(places, 37))
    source = binder.coerce(values[0], VARCHAR).sql
    made = f"lab_py_to_number({source}, {text(pattern)})"
    return Value(f"CAST({made} AS {types.duck_name(kind)})", kind)


@special("concat")
def concat(binder, node, scope):
    one, two = arguments(binder, node, scope, 2)
    if one.type.name == two.type.name == "varbinary":
        return Value(f"({one.sql} || {two.sql})", VARBINARY)
    if one.type.name == "super" and two.type.name == "super":
        return binder.dynamic_calculate(one, two, "+")
    return binder.concatenate(one, two, node)
