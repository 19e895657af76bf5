"""What DuckDB lacks: SQL macros for exact decimals, strict casts and checked subscripts.

Every macro name starts with ``lab_``; a connection gets the ones that a statement uses. An error of
the service is raised by ``lab_fail('CODE|message')``: a cast that cannot succeed, because DuckDB's
own ``error()`` counts as volatile, which TRY refuses and GROUP BY cannot match. ``engine.py`` reads
code and message out of DuckDB's complaint.
"""

import re
from functools import cache

SHARED = """
CREATE MACRO lab_fail(m) AS CAST('lab|' || m AS BIGINT);
CREATE MACRO lab_round_div(a, b) AS CASE
  WHEN b = 0 THEN lab_fail('DIVISION_BY_ZERO|Division by zero')::HUGEINT
  ELSE CASE WHEN (a < 0) = (b < 0) THEN 1::HUGEINT ELSE -1::HUGEINT END
       * ((2::HUGEINT * abs(a) + abs(b)) // (2::HUGEINT * abs(b))) END;
CREATE MACRO lab_cut_div(a, b) AS CASE
  WHEN b = 0 THEN lab_fail('DIVISION_BY_ZERO|Division by zero')::HUGEINT
  ELSE a // b END;
CREATE MACRO lab_month_add(d, n) AS d + to_months(n::INTEGER);
CREATE MACRO lab_initcap(s) AS list_aggregate(list_transform(
    regexp_extract_all(lower(s), '[a-z0-9]+|[^a-z0-9]+'),
    lambda w: upper(w[1]) || w[2:]), 'string_agg', '');
"""

ATHENA = """
CREATE MACRO lab_fdiv(a, b) AS CASE
  WHEN b = 0 AND (a = 0 OR isnan(a)) THEN 'nan'::DOUBLE
  WHEN b = 0 THEN CASE WHEN a > 0 THEN 'inf'::DOUBLE ELSE '-inf'::DOUBLE END
  ELSE a / b END;
CREATE MACRO lab_at(a, i) AS CASE
  WHEN a IS NULL OR i IS NULL THEN NULL
  WHEN i = 0 THEN a[lab_fail('INVALID_FUNCTION_ARGUMENT|SQL array indices start at 1')]
  WHEN i < 0 THEN a[lab_fail('INVALID_FUNCTION_ARGUMENT|Array subscript is negative: ' || i)]
  WHEN i > len(a) THEN a[lab_fail('INVALID_FUNCTION_ARGUMENT|Array subscript must be less than or equal to array length: ' || i || ' > ' || len(a))]
  ELSE a[i] END;
CREATE MACRO lab_element_at(a, i) AS CASE
  WHEN i = 0 THEN a[lab_fail('INVALID_FUNCTION_ARGUMENT|SQL array indices start at 1')]
  ELSE a[i] END;
CREATE MACRO lab_key(m, k) AS CASE
  WHEN m IS NULL OR k IS NULL THEN NULL
  WHEN NOT map_contains(m, k) THEN map_values(m)[lab_fail('INVALID_FUNCTION_ARGUMENT|Key not present in map: ' || k)]
  ELSE m[k] END;
CREATE MACRO lab_whole(s, name) AS CASE
  WHEN s IS NULL OR regexp_full_match(s, '[+-]?[0-9]+') THEN s
  ELSE lab_fail('INVALID_CAST_ARGUMENT|Cannot cast ''' || s || ''' to ' || name)::VARCHAR END;
CREATE MACRO lab_double(s, name) AS CASE
  WHEN s IS NULL OR regexp_full_match(trim(s), '[+-]?([0-9]+[.]?[0-9]*([eE][+-]?[0-9]+)?|[.][0-9]+([eE][+-]?[0-9]+)?|NaN|Infinity)[dDfF]?')
    THEN CAST(regexp_replace(trim(s), '[dDfF]$', '') AS DOUBLE)
  ELSE lab_fail('INVALID_CAST_ARGUMENT|Cannot cast ''' || s || ''' to ' || name)::DOUBLE END;
CREATE MACRO lab_numeric(s, name) AS CASE
  WHEN s IS NULL OR regexp_full_match(s, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?') THEN s
  ELSE lab_fail('INVALID_CAST_ARGUMENT|Cannot cast VARCHAR ''' || s || ''' to ' || name || '. Value is not a number.')::VARCHAR END;
CREATE MACRO lab_boolean(s) AS CASE lower(s)
  WHEN 'true' THEN true WHEN 't' THEN true WHEN '1' THEN true
  WHEN 'false' THEN false WHEN 'f' THEN false WHEN '0' THEN false
  ELSE CASE WHEN s IS NULL THEN NULL ELSE lab_fail('INVALID_CAST_ARGUMENT|Cannot cast ''' || s || ''' to BOOLEAN')::BOOLEAN END END;
CREATE MACRO lab_date(s) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN regexp_full_match(trim(s), '[+-]?[0-9]{1,6}-[0-9]{1,2}-[0-9]{1,2}') AND TRY_CAST(trim(s) AS DATE) IS NOT NULL THEN CAST(trim(s) AS DATE)
  ELSE lab_fail('INVALID_CAST_ARGUMENT|Value cannot be cast to date: ' || s)::VARCHAR::DATE END;
CREATE MACRO lab_full_time(s) AS CASE WHEN regexp_full_match(s, '.* [0-9]{1,2}:[0-9]{1,2}') THEN s || ':00' ELSE s END;
CREATE MACRO lab_stamp(s) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN regexp_full_match(trim(s), '[+-]?[0-9]{1,6}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]+)?)?)?') AND TRY_CAST(lab_full_time(trim(s)) AS TIMESTAMP) IS NOT NULL THEN CAST(lab_full_time(trim(s)) AS TIMESTAMP)
  ELSE lab_fail('INVALID_CAST_ARGUMENT|Value cannot be cast to timestamp: ' || s)::VARCHAR::TIMESTAMP END;
CREATE MACRO lab_stamp_zone(s) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN regexp_matches(s, '^[+-]?[0-9]{1,6}-[0-9]{1,2}-[0-9]{1,2}( [0-9:.]+)?( ?[A-Za-z_/+-][A-Za-z0-9_/:+-]*)?$') AND TRY_CAST(s AS TIMESTAMP WITH TIME ZONE) IS NOT NULL THEN CAST(s AS TIMESTAMP WITH TIME ZONE)
  ELSE lab_fail('INVALID_CAST_ARGUMENT|Value cannot be cast to timestamp with time zone: ' || s)::VARCHAR::TIMESTAMP WITH TIME ZONE END;
CREATE MACRO lab_iso_fill(s) AS CASE
  WHEN regexp_full_match(s, '[0-9]{4}') THEN s || '-01-01'
  WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}') THEN s || '-01'
  WHEN regexp_matches(s, 'T[0-9]{2}(Z|[+-]|$)') THEN regexp_replace(s, 'T([0-9]{2})', 'T\\1:00:00')
  WHEN regexp_matches(s, 'T[0-9]{2}:[0-9]{2}(Z|[+-]|$)') THEN regexp_replace(s, 'T([0-9]{2}:[0-9]{2})', 'T\\1:00')
  ELSE s END;
CREATE MACRO lab_iso_stamp(s) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN regexp_full_match(s, '[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?(T[0-9]{2}(:?[0-9]{2}(:?[0-9]{2}([.,][0-9]+)?)?)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?') AND TRY_CAST(lab_iso_fill(s) AS TIMESTAMP WITH TIME ZONE) IS NOT NULL THEN CAST(lab_iso_fill(s) AS TIMESTAMP WITH TIME ZONE)
  ELSE lab_fail('INVALID_FUNCTION_ARGUMENT|Invalid format: "' || s || '"')::VARCHAR::TIMESTAMP WITH TIME ZONE END;
CREATE MACRO lab_iso_date(s) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}-[0-9]{2}') AND TRY_CAST(s AS DATE) IS NOT NULL THEN CAST(s AS DATE)
  ELSE lab_fail('INVALID_FUNCTION_ARGUMENT|Invalid format: "' || s || '"')::VARCHAR::DATE END;
CREATE MACRO lab_stamp_text(t) AS strftime(t, '%Y-%m-%d %H:%M:%S.%g');
CREATE MACRO lab_millis_of(i) AS CAST(round(epoch(i) * 1000) AS BIGINT);
CREATE MACRO lab_day_interval_text(i) AS
  CASE WHEN lab_millis_of(i) < 0 THEN '-' ELSE '' END || (abs(lab_millis_of(i)) // 86400000) || ' '
  || printf('%02d:%02d:%02d.%03d', (abs(lab_millis_of(i)) // 3600000) % 24, (abs(lab_millis_of(i)) // 60000) % 60,
            (abs(lab_millis_of(i)) // 1000) % 60, abs(lab_millis_of(i)) % 1000);
CREATE MACRO lab_months_of(i) AS CAST(date_part('year', i) * 12 + date_part('month', i) AS BIGINT);
CREATE MACRO lab_month_interval_text(i) AS
  CASE WHEN lab_months_of(i) < 0 THEN '-' ELSE '' END || (abs(lab_months_of(i)) // 12) || '-' || (abs(lab_months_of(i)) % 12);
CREATE MACRO lab_json_text(j) AS CASE json_type(j)
  WHEN 'NULL' THEN NULL
  WHEN 'OBJECT' THEN lab_fail('INVALID_CAST_ARGUMENT|Cannot cast to varchar. Expected a scalar JSON value: ' || j::VARCHAR)::VARCHAR
  WHEN 'ARRAY' THEN lab_fail('INVALID_CAST_ARGUMENT|Cannot cast to varchar. Expected a scalar JSON value: ' || j::VARCHAR)::VARCHAR
  ELSE j ->> '$' END;
CREATE MACRO lab_json_parse(s) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN json_valid(s) THEN s::JSON
  ELSE lab_fail('INVALID_FUNCTION_ARGUMENT|Cannot convert value to JSON: ''' || s || '''')::VARCHAR::JSON END;
CREATE MACRO lab_substr(s, start) AS CASE
  WHEN start = 0 OR abs(start) > length(s) THEN CASE WHEN s IS NULL OR start IS NULL THEN NULL ELSE '' END
  ELSE substr(s, start) END;
CREATE MACRO lab_substr3(s, start, n) AS CASE
  WHEN s IS NULL OR start IS NULL OR n IS NULL THEN NULL
  WHEN start = 0 OR n <= 0 OR abs(start) > length(s) THEN ''
  ELSE substr(s, start, n) END;
CREATE MACRO lab_split_part(s, d, n) AS CASE
  WHEN n <= 0 THEN lab_fail('INVALID_FUNCTION_ARGUMENT|Index must be greater than zero')::VARCHAR
  WHEN n > len(string_split(s, d)) THEN NULL
  ELSE string_split(s, d)[n] END;
CREATE MACRO lab_nth_prefix(s, sub, n) AS CASE
  WHEN n = 1 THEN instr(s, sub)
  WHEN n > 1 AND len(string_split(s, sub)) > n THEN length(array_to_string(string_split(s, sub)[:n], sub)) + 1
  ELSE 0 END;
CREATE MACRO lab_width_bucket(x, lo, hi, n) AS CASE
  WHEN x < lo THEN 0 WHEN x >= hi THEN n + 1
  ELSE CAST(floor(n * (x - lo) / (hi - lo)) AS BIGINT) + 1 END;
CREATE MACRO lab_log(b, x) AS ln(x) / ln(b);
CREATE MACRO lab_months_between(a, b) AS (year(b) - year(a)) * 12 + month(b) - month(a);
CREATE MACRO lab_unsigned_hex(n) AS lower(hex(n));
"""

REDSHIFT = """
CREATE MACRO lab_whole(s, name) AS CASE
  WHEN s IS NULL OR regexp_full_match(trim(s), '[+-]?[0-9]+') THEN trim(s)
  ELSE lab_fail('22P02|invalid input syntax for integer: "' || s || '"')::VARCHAR END;
CREATE MACRO lab_numeric(s, name) AS CASE
  WHEN s IS NULL OR regexp_full_match(trim(s), '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?') THEN trim(s)
  ELSE lab_fail('22P02|invalid input syntax for type ' || name || ': "' || s || '"')::VARCHAR END;
CREATE MACRO lab_boolean(s) AS CASE lower(trim(s))
  WHEN 't' THEN true WHEN 'true' THEN true WHEN 'y' THEN true WHEN 'yes' THEN true WHEN '1' THEN true
  WHEN 'f' THEN false WHEN 'false' THEN false WHEN 'n' THEN false WHEN 'no' THEN false WHEN '0' THEN false
  ELSE CASE WHEN s IS NULL THEN NULL ELSE lab_fail('22P02|invalid input syntax for type boolean: "' || s || '"')::BOOLEAN END END;
CREATE MACRO lab_day_text(s) AS CASE
  WHEN regexp_full_match(trim(s), '[0-9]{8}') THEN trim(s)[1:4] || '-' || trim(s)[5:6] || '-' || trim(s)[7:8]
  WHEN regexp_matches(trim(s), '^[0-9]{8}[ T]') THEN trim(s)[1:4] || '-' || trim(s)[5:6] || '-' || trim(s)[7:]
  WHEN regexp_matches(trim(s), '^[0-9]{4}[/.][0-9]{1,2}[/.][0-9]{1,2}') THEN regexp_replace(trim(s), '^([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})', '\\1-\\2-\\3')
  WHEN regexp_matches(trim(s), '^[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}') THEN regexp_replace(trim(s), '^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})', '\\3-\\1-\\2')
  ELSE trim(s) END;
CREATE MACRO lab_date(s) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN TRY_CAST(lab_day_text(s) AS TIMESTAMP) IS NOT NULL THEN CAST(CAST(lab_day_text(s) AS TIMESTAMP) AS DATE)
  WHEN coalesce(try_strptime(trim(s), ['%b %d, %Y', '%B %d, %Y', '%d %b %Y', '%d-%b-%Y', '%d %B %Y', '%b-%d-%Y', '%B %d %Y', '%b %d %Y'])) IS NOT NULL
    THEN CAST(try_strptime(trim(s), ['%b %d, %Y', '%B %d, %Y', '%d %b %Y', '%d-%b-%Y', '%d %B %Y', '%b-%d-%Y', '%B %d %Y', '%b %d %Y']) AS DATE)
  ELSE lab_fail('22007|invalid input syntax for type date: "' || s || '"')::VARCHAR::DATE END;
CREATE MACRO lab_stamp(s) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN TRY_CAST(lab_day_text(s) AS TIMESTAMP) IS NOT NULL THEN CAST(lab_day_text(s) AS TIMESTAMP)
  WHEN coalesce(try_strptime(trim(s), ['%b %d, %Y', '%B %d, %Y', '%d %b %Y', '%d-%b-%Y', '%b %d, %Y %H:%M:%S', '%d %b %Y %H:%M:%S', '%d-%b-%Y %H:%M:%S'])) IS NOT NULL
    THEN try_strptime(trim(s), ['%b %d, %Y', '%B %d, %Y', '%d %b %Y', '%d-%b-%Y', '%b %d, %Y %H:%M:%S', '%d %b %Y %H:%M:%S', '%d-%b-%Y %H:%M:%S'])
  ELSE lab_fail('22007|invalid input syntax for type timestamp: "' || s || '"')::VARCHAR::TIMESTAMP END;
CREATE MACRO lab_float_text(x) AS regexp_replace(CAST(x AS VARCHAR), '[.]0$', '');
CREATE MACRO lab_add_months(t, n) AS CASE
  WHEN last_day(CAST(t AS DATE)) = CAST(t AS DATE)
    THEN CAST(last_day(CAST(t + to_months(CAST(n AS INTEGER)) AS DATE)) AS TIMESTAMP) + (CAST(t AS TIMESTAMP) - date_trunc('day', CAST(t AS TIMESTAMP)))
  ELSE CAST(t AS TIMESTAMP) + to_months(CAST(n AS INTEGER)) END;
CREATE MACRO lab_char(s, n) AS rpad(left(s, n), n, ' ');
CREATE MACRO lab_substr3(s, start, n) AS CASE
  WHEN n < 0 THEN lab_fail('22011|negative substring length not allowed')::VARCHAR
  WHEN start < 1 THEN left(s, greatest(start + n - 1, 0))
  ELSE substr(s, start, n) END;
CREATE MACRO lab_substr(s, start) AS CASE WHEN start < 1 THEN s ELSE substr(s, start) END;
CREATE MACRO lab_split_part(s, d, n) AS CASE
  WHEN n <= 0 THEN lab_fail('22023|field position must be greater than zero')::VARCHAR
  ELSE coalesce(string_split(s, d)[n], CASE WHEN s IS NULL THEN NULL ELSE '' END) END;
CREATE MACRO lab_json_parse(s) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN json_valid(s) THEN s::JSON
  ELSE lab_fail('XX000|JSON parsing error')::VARCHAR::JSON END;
CREATE MACRO lab_super_text(j) AS CASE WHEN json_type(j) IN ('OBJECT', 'ARRAY', 'NULL') THEN NULL ELSE j ->> '$' END;
CREATE MACRO lab_quarter_text(d) AS CAST(quarter(d) AS VARCHAR);
"""


_NAME = re.compile(r"\blab_\w+")


@cache
def _macros(service: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return each macro's statement and the macros that it uses, by name."""
    script = SHARED + (ATHENA if service == "athena" else REDSHIFT)
    found = {}
    for statement in re.findall(r"CREATE MACRO .*?;\n", script, re.DOTALL):
        name, *used = _NAME.findall(statement)
        found[name] = (statement, tuple(dict.fromkeys(u for u in used if u != name)))
    return found


def needed(sql: str, service: str) -> list[tuple[str, str]]:
    """Return (name, CREATE MACRO statement) for what ``sql`` uses, in the order to create them."""
    macros, ordered = _macros(service), {}

    def visit(name):
        if name in ordered or name not in macros:
            return
        statement, used = macros[name]
        for other in used:
            visit(other)
        ordered[name] = statement

    for name in _NAME.findall(sql):
        visit(name)
    return list(ordered.items())
