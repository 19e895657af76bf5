"""Hashes, encodings and small algorithms of Athena's functions, as DuckDB calls them."""

import re

from dealab.sql.athena.udfs import bad, register

_MASK = (1 << 64) - 1


def _rotl(value: int, by: int) -> int:
    return ((value << by) | (value >> (64 - by))) & _MASK


# --- xxHash64, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
_P1, _P2, _P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_P4, _P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5


def _round(state: int, lane: int) -> int:
    return (_rotl((state + lane * _P2) & _MASK, 31) * _P1) & _MASK


def xxhash64(data: bytes) -> int:
    length, at = len(data), 0
    if length >= 32:
        states = [(_P1 + _P2) & _MASK, _P2, 0, -_P1 & _MASK]
        while at + 32 <= length:
            for lane in range(4):
                word = int.from_bytes(data[at : at + 8], "little")
                states[lane] = _round(states[lane], word)
                at += 8
        total = sum(_rotl(s, by) for s, by in zip(states, (1, 7, 12, 18), strict=True)) & _MASK
        for state in states:
            total = ((total ^ _round(0, state)) * _P1 + _P4) & _MASK
    else:
        total = _P5
    total = (total + length) & _MASK
    while at + 8 <= length:
        total ^= _round(0, int.from_bytes(data[at : at + 8], "little"))
        total = (_rotl(total, 27) * _P1 + _P4) & _MASK
        at += 8
    if at + 4 <= length:
        total ^= int.from_bytes(data[at : at + 4], "little") * _P1 & _MASK
        total = (_rotl(total, 23) * _P2 + _P3) & _MASK
        at += 4
    for byte in data[at:]:
        total = (_rotl(total ^ (byte * _P5 & _MASK), 11) * _P1) & _MASK
    total = ((total ^ (total >> 33)) * _P2) & _MASK
    total = ((total ^ (total >> 29)) * _P3) & _MASK
    return total ^ (total >> 32)


# --- MurmurHash3 x64 128, https://github.com/aappleby/smhasher/wiki/MurmurHash3
_C1, _C2 = 0x87C37B91114253D5, 0x4CF5AD432745937F


def _mixed(value: int) -> int:
    value = ((value ^ (value >> 33)) * 0xFF51AFD7ED558CCD) & _MASK
    value = ((value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53) & _MASK
    return value ^ (value >> 33)


def murmur3(data: bytes) -> bytes:
    one = two = 0
    blocks = len(data) // 16
    for at in range(0, blocks * 16, 16):
        k1 = int.from_bytes(data[at : at + 8], "little")
        k2 = int.from_bytes(data[at + 8 : at + 16], "little")
        one ^= (_rotl(k1 * _C1 & _MASK, 31) * _C2) & _MASK
        one = ((_rotl(one, 27) + two) * 5 + 0x52DCE729) & _MASK
        two ^= (_rotl(k2 * _C2 & _MASK, 33) * _C1) & _MASK
        two = ((_rotl(two, 31) + one) * 5 + 0x38495AB5) & _MASK
    tail = data[blocks * 16 :]
    k1, k2 = int.from_bytes(tail[:8], "little"), int.from_bytes(tail[8:], "little")
    two ^= (_rotl(k2 * _C2 & _MASK, 33) * _C1) & _MASK
    one ^= (_rotl(k1 * _C1 & _MASK, 31) * _C2) & _MASK
    one ^= len(data)
    two ^= len(data)
    one = (one + two) & _MASK
    two = (one + two) & _MASK
    one, two = _mixed(one), _mixed(two)
    one = (one + two) & _MASK
    two = (one + two) & _MASK
    return one.to_bytes(8, "little") + two.to_bytes(8, "little")


def _checksum(values):
    """Return Trino's checksum of values given as bytes (None for NULL), 8 bytes."""
    total = sum(_P1 if v is None else xxhash64(bytes(v)) * _P1 for v in values)
    return (total & _MASK).to_bytes(8, "little")


def _xxhash64(value):
    return xxhash64(bytes(value)).to_bytes(8, "big")


def _murmur3(value):
    return murmur3(bytes(value))


def _hmac(value, key, name):
    import hmac

    return hmac.new(bytes(key), bytes(value), name).digest()


def _pack(shape):
    import struct

    def pack(value):
        return struct.pack(shape, value)

    return pack


def _unpack(shape, size):
    import struct

    def unpack(value):
        if len(value) != size:
            bad(f"expected {size}-byte input, but got instead: {len(value)}")
        return struct.unpack(shape, bytes(value))[0]

    return unpack


def _to_base(value, name):
    import base64

    made = {"32": base64.b32encode, "64url": base64.urlsafe_b64encode}[name](bytes(value))
    return made.decode("ascii")


def _from_base(value, name):
    import base64

    try:
        if name == "64":
            padded = value + "=" * (-len(value) % 4)
            return base64.b64decode(padded, validate=True)
        if name == "32":
            return base64.b32decode(value + "=" * (-len(value) % 8))
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except ValueError:
        bad(f"Invalid base{name} string")


def _from_utf8(value, replacement):
    return bytes(value).decode("utf-8", errors="replace").replace("\ufffd", replacement)


def _luhn(value):
    if not re.fullmatch(r"\d+", value):
        if value == "":
            return False
        bad("Input contains non-digit characters")
    digits = [int(digit) for digit in reversed(value)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0


_SOUNDS = {
    letter: str(code)
    for code, letters in enumerate(("BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"), 1)
    for letter in letters
}


def _soundex(value):
    word = [letter for letter in value.upper() if letter.isascii() and letter.isalpha()]
    if not word:
        return ""
    shown, last = word[0], _SOUNDS.get(word[0], "")
    for letter in word[1:]:
        if letter in "HW":
            continue
        code = _SOUNDS.get(letter, "")
        if code and code != last:
            shown += code
        last = code
    return (shown + "000")[:4]


def _split_to_map(value, entries, pairs):
    if not entries or not pairs:
        bad("entryDelimiter is empty" if not entries else "keyValueDelimiter is empty")
    if entries == pairs:
        bad("entryDelimiter and keyValueDelimiter must not be the same")
    found = []
    for entry in value.split(entries):
        if not entry and entry is value.split(entries)[-1]:
            continue
        key, mark, item = entry.partition(pairs)
        if not entry:
            continue
        if not mark or pairs in item:
            bad(f"Key-value delimiter must appear exactly once in each entry. Bad input: '{entry}'")
        found.append({"k": key, "v": item})
    return found


def _unique(entries):
    seen = set()
    for entry in entries:
        if entry["k"] in seen:
            bad(f"Duplicate keys ({entry['k']}) are not allowed")
        seen.add(entry["k"])
    return entries


def _split_unique(value, entries, pairs):
    return _unique(_split_to_map(value, entries, pairs))


_SIZES = {
    unit: 1024**at for at, unit in enumerate(["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"])
}
_TIMES = {
    "ns": 1e-6,
    "us": 1e-3,
    "ms": 1,
    "s": 1000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
}


def _data_size(value):
    from decimal import Decimal

    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)\s*", value)
    if not found or found[2] not in _SIZES:
        bad(f"Invalid data size: '{value}'")
    return str(int(Decimal(found[1]) * _SIZES[found[2]]))


def _duration(value):
    from decimal import ROUND_HALF_UP, Decimal

    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)\s*", value)
    if not found or found[2] not in _TIMES:
        bad(f"Invalid duration: {value}")
    exact = Decimal(found[1]) * Decimal(str(_TIMES[found[2]]))
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _format_number(value):
    from decimal import ROUND_HALF_UP, Decimal

    if value != value or value in (float("inf"), float("-inf")):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    exact = Decimal(repr(value))
    for power, unit in ((15, "Q"), (12, "T"), (9, "B"), (6, "M"), (3, "K")):
        if abs(exact) >= Decimal(10) ** power:
            exact, tail = exact / Decimal(10) ** power, unit
            break
    else:
        tail = ""
    places = 0 if abs(exact) >= 100 else 1 if abs(exact) >= 10 else 2
    shown = format(exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP), "f")
    return (shown.rstrip("0").rstrip(".") if "." in shown else shown) + tail


def _normal_cdf(mean, sd, value):
    from statistics import NormalDist

    if sd <= 0:
        bad("standardDeviation must be > 0")
    return NormalDist(mean, sd).cdf(value)


def _inverse_normal_cdf(mean, sd, share):
    from statistics import NormalDist

    if not 0 < share < 1:
        bad("p must be 0 > p > 1")
    if sd <= 0:
        bad("sd must be > 0")
    return NormalDist(mean, sd).inv_cdf(share)


def _wilson(successes, trials, z, sign):
    if successes < 0 or trials <= 0 or successes > trials:
        bad("number of successes must not be negative or larger than number of trials")
    if z < 0:
        bad("z-score must not be negative")
    p = successes / trials
    root = z * (p * (1 - p) / trials + z * z / (4 * trials * trials)) ** 0.5
    return (p + z * z / (2 * trials) + sign * root) / (1 + z * z / trials)


def _combinations(length, size):
    from itertools import combinations

    if size < 0:
        bad(f"combination size must not be negative: {size}")
    if size > 5:
        bad(f"combination size must not exceed 5: {size}")
    picks = sorted(combinations(range(1, length + 1), size), key=lambda pick: pick[::-1])
    if len(picks) >= 100_000:
        bad("combinations exceed max size")
    return [list(pick) for pick in picks]


def _ip(value):
    """Return an IP address in its canonical text."""
    import ipaddress

    from dealab.sql.athena.udfs import fail

    try:
        made = ipaddress.ip_address(value)
    except ValueError:
        fail("INVALID_CAST_ARGUMENT", f"Cannot cast value to IPADDRESS: {value}")
    mapped = getattr(made, "ipv4_mapped", None)
    return str(mapped or made)


def _ip_key(value):
    import ipaddress

    made = ipaddress.ip_address(value)
    return (b"\0" * 10 + b"\xff\xff" + made.packed) if made.version == 4 else made.packed


def _ip_in(network, value):
    import ipaddress

    if "/" not in network:
        bad("Invalid CIDR")
    try:
        whole = ipaddress.ip_network(network, strict=False)
    except ValueError:
        bad("Invalid network IP address")
    made = ipaddress.ip_address(value)
    return made.version == whole.version and made in whole


def _weighted(values, shares):
    """Return the values at the shares of the total weight."""
    rows = sorted((row["x"], row["w"]) for row in values if None not in (row["x"], row["w"]))
    if not rows:
        return None
    if any(weight < 1 for _, weight in rows):
        bad("percentile weight must be >= 1")
    total, found = sum(weight for _, weight in rows), []
    for share in shares:
        so_far, chosen = 0.0, rows[-1][0]
        for value, weight in rows:
            so_far += weight
            if so_far >= share * total:
                chosen = value
                break
        found.append(chosen)
    return found


def _parse_base(value, base):
    from dealab.sql.athena.udfs import fail

    if not 2 <= base <= 36:
        bad("Radix must be between 2 and 36")
    try:
        if not re.fullmatch("[+-]?[0-9a-zA-Z]+", value):
            raise ValueError(value)
        number = int(value, base)
    except ValueError:
        bad(f"Not a valid base-{base} number: {value}")
    if not -(1 << 63) <= number < 1 << 63:
        fail("INVALID_FUNCTION_ARGUMENT", f"Not a valid base-{base} number: {value}")
    return number


def _word_bytes(value):
    """Return a whole number as the 8 bytes that Trino hashes."""
    return (value & _MASK).to_bytes(8, "little")


_B, _T, _I, _D = "BLOB", "VARCHAR", "BIGINT", "DOUBLE"
_PAIRS = "STRUCT(k VARCHAR, v VARCHAR)[]"
register(
    {
        "lab_py_checksum": (_checksum, ["BLOB[]"], _B),
        "lab_py_word_bytes": (_word_bytes, [_I], _B),
        "lab_py_parse_base": (_parse_base, [_T, _I], _I),
        "lab_py_xxhash64": (_xxhash64, [_B], _B),
        "lab_py_murmur3": (_murmur3, [_B], _B),
        "lab_py_hmac": (_hmac, [_B, _B, _T], _B),
        "lab_py_to_int32": (_pack(">i"), ["INTEGER"], _B),
        "lab_py_to_int64": (_pack(">q"), [_I], _B),
        "lab_py_to_real": (_pack(">f"), ["FLOAT"], _B),
        "lab_py_to_double": (_pack(">d"), [_D], _B),
        "lab_py_from_int32": (_unpack(">i", 4), [_B], "INTEGER"),
        "lab_py_from_int64": (_unpack(">q", 8), [_B], _I),
        "lab_py_from_real": (_unpack(">f", 4), [_B], "FLOAT"),
        "lab_py_from_double": (_unpack(">d", 8), [_B], _D),
        "lab_py_to_base": (_to_base, [_B, _T], _T),
        "lab_py_from_base": (_from_base, [_T, _T], _B),
        "lab_py_from_utf8": (_from_utf8, [_B, _T], _T),
        "lab_py_luhn": (_luhn, [_T], "BOOLEAN"),
        "lab_py_soundex": (_soundex, [_T], _T),
        "lab_py_split_pairs": (_split_to_map, [_T, _T, _T], _PAIRS),
        "lab_py_split_unique": (_split_unique, [_T, _T, _T], _PAIRS),
        "lab_py_data_size": (_data_size, [_T], _T),
        "lab_py_duration": (_duration, [_T], _I),
        "lab_py_format_number": (_format_number, [_D], _T),
        "lab_py_normal_cdf": (_normal_cdf, [_D, _D, _D], _D),
        "lab_py_inverse_normal_cdf": (_inverse_normal_cdf, [_D, _D, _D], _D),
        "lab_py_wilson": (_wilson, [_I, _I, _D, _D], _D),
        "lab_py_combinations": (_combinations, [_I, _I], "BIGINT[][]"),
        "lab_py_ip": (_ip, [_T], _T),
        "lab_py_ip_key": (_ip_key, [_T], _B),
        "lab_py_ip_in": (_ip_in, [_T, _T], "BOOLEAN"),
        "lab_py_weighted": (_weighted, ["STRUCT(x DOUBLE, w DOUBLE)[]", "DOUBLE[]"], "DOUBLE[]"),
    }
)
