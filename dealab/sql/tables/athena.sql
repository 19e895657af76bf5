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
  WHEN regexp_matches(s, 'T[0-9]{2}(Z|[+-]|$)') THEN regexp_replace(s, 'T([0-9]{2})', 'T\1:00:00')
  WHEN regexp_matches(s, 'T[0-9]{2}:[0-9]{2}(Z|[+-]|$)') THEN regexp_replace(s, 'T([0-9]{2}:[0-9]{2})', 'T\1:00')
  ELSE s END;
CREATE MACRO lab_iso_stamp(s) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN regexp_full_match(s, '[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?(T[0-9]{2}(:?[0-9]{2}(:?[0-9]{2}([.,][0-9]+)?)?)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?') AND TRY_CAST(lab_iso_fill(s) AS TIMESTAMP WITH TIME ZONE) IS NOT NULL THEN CAST(lab_iso_fill(s) AS TIMESTAMP WITH TIME ZONE)
  ELSE lab_fail('INVALID_FUNCTION_ARGUMENT|Invalid format: "' || s || '"')::VARCHAR::TIMESTAMP WITH TIME ZONE END;
CREATE MACRO lab_stamp_text(t) AS strftime(t, '%Y-%m-%d %H:%M:%S.%g');
CREATE MACRO lab_millis_of(i) AS CAST(round(epoch(i) * 1000) AS BIGINT);
CREATE MACRO lab_day_interval_text(i) AS
  CASE WHEN lab_millis_of(i) < 0 THEN '-' ELSE '' END || (abs(lab_millis_of(i)) // 86400000) || ' '
  || printf('%02d:%02d:%02d.%03d', (abs(lab_millis_of(i)) // 3600000) % 24, (abs(lab_millis_of(i)) // 60000) % 60,
            (abs(lab_millis_of(i)) // 1000) % 60, abs(lab_millis_of(i)) % 1000);
CREATE MACRO lab_months_of(i) AS CAST(date_part('year', i) * 12 + date_part('month', i) AS BIGINT);
CREATE MACRO lab_month_interval_text(i) AS
  CASE WHEN lab_months_of(i) < 0 THEN '-' ELSE '' END || (abs(lab_months_of(i)) // 12) || '-' || (abs(lab_months_of(i)) % 12);
CREATE MACRO lab_json_scalar_text(j) AS CASE json_type(j)
  WHEN 'NULL' THEN NULL
  WHEN 'OBJECT' THEN lab_fail('INVALID_CAST_ARGUMENT|Cannot cast to varchar. Unexpected token when cast to varchar: {')::VARCHAR
  WHEN 'ARRAY' THEN lab_fail('INVALID_CAST_ARGUMENT|Cannot cast to varchar. Unexpected token when cast to varchar: [')::VARCHAR
  ELSE j ->> '$' END;
CREATE MACRO lab_json_text(j) AS CASE
  WHEN json_type(j) = 'DOUBLE' THEN lab_float_text(TRY_CAST(j ->> '$' AS DOUBLE))
  ELSE lab_json_scalar_text(j) END;
CREATE MACRO lab_json_number(j, name) AS CASE json_type(j)
  WHEN 'NULL' THEN NULL
  WHEN 'BOOLEAN' THEN CASE (j ->> '$') WHEN 'true' THEN '1' ELSE '0' END
  ELSE CASE WHEN TRY_CAST(j ->> '$' AS DOUBLE) IS NULL AND j IS NOT NULL
    THEN lab_fail('INVALID_CAST_ARGUMENT|Cannot cast to ' || name || ': ' || CAST(j AS VARCHAR))::VARCHAR
    ELSE j ->> '$' END END;
CREATE MACRO lab_json_list(j, name) AS CASE json_type(j)
  WHEN 'ARRAY' THEN CAST(j AS JSON[])
  WHEN 'NULL' THEN NULL
  ELSE CASE WHEN j IS NULL THEN NULL
    ELSE [lab_fail('INVALID_CAST_ARGUMENT|Cannot cast to ' || name || '. Expected a json array, but got ' || left(CAST(j AS VARCHAR), 1))::VARCHAR::JSON] END END;
CREATE MACRO lab_json_map(j, name) AS CASE json_type(j)
  WHEN 'OBJECT' THEN CAST(j AS MAP(VARCHAR, JSON))
  WHEN 'NULL' THEN NULL
  ELSE CASE WHEN j IS NULL THEN NULL
    ELSE map([lab_fail('INVALID_CAST_ARGUMENT|Cannot cast to ' || name || '. Expected a json object, but got ' || left(CAST(j AS VARCHAR), 1))::VARCHAR], ['1'::JSON]) END END;
CREATE MACRO lab_json_row(j, name) AS CASE json_type(j)
  WHEN 'OBJECT' THEN true WHEN 'ARRAY' THEN true WHEN 'NULL' THEN false
  ELSE CASE WHEN j IS NULL THEN false
    ELSE lab_fail('INVALID_CAST_ARGUMENT|Cannot cast to ' || name || '. Expected a json array or object')::BOOLEAN END END;
CREATE MACRO lab_json_field(j, name, place) AS CASE json_type(j)
  WHEN 'ARRAY' THEN j -> CAST(place AS BIGINT)
  ELSE json_extract(j, '$."' || list_filter(json_keys(j), lambda k: lower(k) = name)[1] || '"') END;
CREATE MACRO lab_json_wrapped(missing, head, parts, tail) AS CASE WHEN missing THEN NULL
  ELSE head || coalesce(array_to_string(parts, ','), '') || tail END;
CREATE MACRO lab_json_parse(s) AS CAST(lab_py_json_parse(s) AS JSON);
CREATE MACRO lab_substr(s, start) AS CASE
  WHEN start = 0 OR abs(start) > length(s) THEN CASE WHEN s IS NULL OR start IS NULL THEN NULL ELSE '' END
  ELSE substr(s, start) END;
CREATE MACRO lab_substr3(s, start, n) AS CASE
  WHEN s IS NULL OR start IS NULL OR n IS NULL THEN NULL
  WHEN start = 0 OR n <= 0 OR abs(start) > length(s) THEN ''
  ELSE substr(s, start, least(n, 2147483647)) END;
CREATE MACRO lab_split_part(s, d, n) AS CASE
  WHEN d = '' AND n > 0 THEN nullif(substr(s, n, 1), '')
  WHEN n <= 0 THEN lab_fail('INVALID_FUNCTION_ARGUMENT|Index must be greater than zero')::VARCHAR
  WHEN n > len(string_split(s, d)) THEN NULL
  ELSE string_split(s, d)[n] END;
CREATE MACRO lab_nth_prefix(s, sub, n) AS CASE
  WHEN n = 0 THEN lab_fail('INVALID_FUNCTION_ARGUMENT|''instance'' must be a positive or negative number.')
  WHEN n < 0 AND sub <> '' AND len(string_split(s, sub)) > -n THEN length(array_to_string(string_split(s, sub)[:len(string_split(s, sub)) + n], sub)) + 1
  WHEN n = 1 THEN instr(s, sub)
  WHEN n > 1 AND len(string_split(s, sub)) > n THEN length(array_to_string(string_split(s, sub)[:n], sub)) + 1
  ELSE 0 END;
CREATE MACRO lab_width_bucket(x, lo, hi, n) AS CASE
  WHEN x < lo THEN 0 WHEN x >= hi THEN n + 1
  ELSE CAST(floor(n * (x - lo) / (hi - lo)) AS BIGINT) + 1 END;
CREATE MACRO lab_log(b, x) AS ln(x) / ln(b);
CREATE MACRO lab_months_between(a, b) AS (year(b) - year(a)) * 12 + month(b) - month(a);
CREATE MACRO lab_split(s, d, n) AS CASE
  WHEN d = '' THEN [lab_fail('INVALID_FUNCTION_ARGUMENT|The delimiter may not be the empty string')::VARCHAR]
  WHEN n <= 0 THEN [lab_fail('INVALID_FUNCTION_ARGUMENT|The limit must be positive')::VARCHAR]
  WHEN len(string_split(s, d)) <= n THEN string_split(s, d)
  ELSE list_append(string_split(s, d)[:n - 1], array_to_string(string_split(s, d)[n:], d)) END;
CREATE MACRO lab_url(u) AS CASE WHEN NOT regexp_matches(u, '[\s<>"{}|\\^`]') AND NOT regexp_matches(u, '%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)') THEN u END;
CREATE MACRO lab_url_parameter(u, p) AS list_transform(list_filter(
    string_split(regexp_extract(u, '^[^?#]*[?]([^#]*)', 1), '&'),
    lambda x: split_part(x, '=', 1) = p), lambda x: url_decode(replace(substr(x, length(split_part(x, '=', 1)) + 2), '+', ' ')))[1];
CREATE MACRO lab_all(l) AS CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, false) THEN false
  WHEN len(list_filter(l, lambda x: x IS NULL)) > 0 THEN NULL ELSE true END;
CREATE MACRO lab_any(l) AS CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, true) THEN true
  WHEN len(list_filter(l, lambda x: x IS NULL)) > 0 THEN NULL ELSE false END;
CREATE MACRO lab_holds(l, x) AS len(list_filter(l, lambda e: e IS NOT DISTINCT FROM x)) > 0;
CREATE MACRO lab_distinct(l) AS list_filter(l, lambda x, i:
  CASE WHEN x IS NULL THEN len(list_filter(l[:i - 1], lambda y: y IS NULL)) = 0
  ELSE coalesce(list_position(l, x), i) = i END);
CREATE MACRO lab_contains(l, x) AS CASE
  WHEN l IS NULL OR x IS NULL THEN NULL WHEN list_contains(l, x) THEN true
  WHEN len(list_filter(l, lambda e: e IS NULL)) > 0 THEN NULL ELSE false END;
CREATE MACRO lab_slice(l, start, n) AS CASE
  WHEN start = 0 THEN l[lab_fail('INVALID_FUNCTION_ARGUMENT|SQL array indices start at 1'):1]
  WHEN n < 0 THEN l[lab_fail('INVALID_FUNCTION_ARGUMENT|length must be greater than or equal to 0'):1]
  WHEN n = 0 OR abs(start) > len(l) THEN l[1:0]
  WHEN start < 0 THEN l[len(l) + start + 1:least(len(l), len(l) + start + n)]
  ELSE l[start:start + n - 1] END;
CREATE MACRO lab_readable_part(n, word) AS CASE
  WHEN n = 0 THEN NULL WHEN n = 1 THEN '1 ' || word ELSE n || ' ' || word || 's' END;
CREATE MACRO lab_readable_whole(n) AS coalesce(nullif(concat_ws(', ',
  lab_readable_part(n // 604800, 'week'), lab_readable_part(n // 86400 % 7, 'day'),
  lab_readable_part(n // 3600 % 24, 'hour'), lab_readable_part(n // 60 % 60, 'minute'),
  lab_readable_part(n % 60, 'second')), ''), '0 seconds');
CREATE MACRO lab_readable_seconds(x) AS lab_readable_whole(CAST(round(x) AS BIGINT));
CREATE MACRO lab_json(s) AS CASE WHEN json_valid(s) THEN json(s) END;
CREATE MACRO lab_json_size(j) AS CASE json_type(j)
  WHEN 'ARRAY' THEN CAST(json_array_length(j) AS BIGINT)
  WHEN 'OBJECT' THEN CAST(len(json_keys(j)) AS BIGINT)
  ELSE CASE WHEN j IS NULL THEN NULL ELSE 0 END END;
CREATE MACRO lab_json_scalar(j) AS CASE
  WHEN json_type(j) IN ('ARRAY', 'OBJECT', 'NULL') THEN NULL ELSE j ->> '$' END;
CREATE MACRO lab_map_of(l) AS CASE WHEN l IS NULL THEN NULL ELSE map_from_entries(
  list_filter(l, lambda e, i: list_position(list_transform(l, lambda x: x[1]), e[1]) = i)) END;
CREATE MACRO lab_parsed(s, p) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN try_strptime(s, p) IS NULL THEN lab_fail('INVALID_FUNCTION_ARGUMENT|Invalid format: "' || s || '"')::VARCHAR::TIMESTAMP
  ELSE strptime(s, p) END;
CREATE MACRO lab_real_text(x) AS CASE
  WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
  WHEN x = 0 THEN '0.0E0' ELSE lab_py_real_text(x) END;
CREATE MACRO lab_uuid(s) AS CASE
  WHEN s IS NULL OR regexp_full_match(s, '[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}') THEN CAST(s AS UUID)
  ELSE lab_fail('INVALID_CAST_ARGUMENT|Invalid UUID string length: ' || length(s))::VARCHAR::UUID END;
CREATE MACRO lab_float_text(x) AS CASE
  WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
  WHEN x = 0 THEN '0.0E0' ELSE lab_py_float_text(x) END;
CREATE MACRO lab_whole_days(i) AS CASE
  WHEN lab_millis_of(i) % 86400000 <> 0 THEN to_days(CAST(lab_fail('INVALID_FUNCTION_ARGUMENT|Cannot add hour, minutes or seconds to a date') AS INTEGER))
  ELSE i END;
CREATE MACRO lab_within(d, most) AS CASE
  WHEN d >= most THEN lab_fail('NOT_SUPPORTED|Recursion depth limit exceeded (' || most || '). Use ''max_recursion_depth'' session property to modify the limit.')::BOOLEAN
  ELSE true END;
CREATE MACRO lab_multimap_of(l) AS CASE WHEN l IS NULL THEN NULL ELSE map_from_entries(list_transform(
  list_filter(l, lambda e, i: list_position(list_transform(l, lambda x: x[1]), e[1]) = i),
  lambda e: row(e[1], list_transform(list_filter(l, lambda x: x[1] = e[1]), lambda x: x[2])))) END;
CREATE MACRO lab_random(low, high, name) AS CASE
  WHEN high <= low THEN lab_fail('INVALID_FUNCTION_ARGUMENT|bound must be positive')
  ELSE CAST(low + floor(random() * (high - low)) AS BIGINT) END;
CREATE MACRO lab_bin(x, bins) AS CASE
  WHEN x IS NULL OR bins IS NULL THEN NULL
  WHEN len(bins) = 0 THEN lab_fail('INVALID_FUNCTION_ARGUMENT|Bins cannot be an empty array')
  ELSE CAST(len(list_filter(bins, lambda b: b <= x)) AS BIGINT) END;
CREATE MACRO lab_bit_count(x, bits) AS CASE
  WHEN x IS NULL OR bits IS NULL THEN NULL
  WHEN bits < 2 OR bits > 64 THEN lab_fail('INVALID_FUNCTION_ARGUMENT|Bits specified in bit_count must be between 2 and 64, got ' || bits)
  WHEN bits = 64 THEN CAST(bit_count(CAST(x AS BIGINT)) AS BIGINT)
  WHEN x < -(1::HUGEINT << (bits - 1)) OR x >= (1::HUGEINT << (bits - 1)) THEN lab_fail('INVALID_FUNCTION_ARGUMENT|Number must be representable with the bits specified. ' || x || ' can not be represented with ' || bits || ' bits')
  ELSE CAST(bit_count(CAST(x AS BIGINT) & CAST((1::HUGEINT << bits) - 1 AS BIGINT)) AS BIGINT) END;
CREATE MACRO lab_signed(x, bits) AS CASE WHEN x >= pow(2, bits - 1)::HUGEINT THEN x - pow(2, bits)::HUGEINT ELSE x END;
CREATE MACRO lab_shift_left(x, n, bits) AS CASE WHEN n >= bits THEN 0::HUGEINT
  ELSE lab_signed(CAST((CAST(x AS HUGEINT) + CASE WHEN x < 0 THEN pow(2, bits)::HUGEINT ELSE 0::HUGEINT END) % pow(2, bits - n)::HUGEINT * pow(2, n)::HUGEINT AS HUGEINT), bits) END;
CREATE MACRO lab_shift_right(x, n, bits) AS CASE WHEN n >= 64 THEN 0::HUGEINT WHEN n = 0 THEN x::HUGEINT
  ELSE (CAST(x AS HUGEINT) + CASE WHEN x < 0 THEN pow(2, bits)::HUGEINT ELSE 0::HUGEINT END) // pow(2, n)::HUGEINT END;
CREATE MACRO lab_shift_sign(x, n) AS CASE WHEN x IS NULL OR n IS NULL THEN NULL
  WHEN n >= 64 THEN CASE WHEN x < 0 THEN -1 ELSE 0 END ELSE CAST(x AS BIGINT) >> CAST(n AS BIGINT) END;
CREATE MACRO lab_map_cosine(a, b) AS
  list_sum(list_transform(map_keys(a), lambda k: a[k] * coalesce(b[k], 0)))
  / (sqrt(list_sum(list_transform(map_values(a), lambda v: v * v))) * sqrt(list_sum(list_transform(map_values(b), lambda v: v * v))));
CREATE MACRO lab_chr(n) AS CASE
  WHEN n < 0 OR n > 1114111 THEN lab_fail('INVALID_FUNCTION_ARGUMENT|Not a valid Unicode code point: ' || n)::VARCHAR
  ELSE chr(CAST(n AS INTEGER)) END;
CREATE MACRO lab_codepoint(s) AS CASE
  WHEN length(s) <> 1 THEN CAST(lab_fail('INVALID_FUNCTION_ARGUMENT|Input string must be a single character string') AS INTEGER)
  ELSE unicode(s) END;
CREATE MACRO lab_hamming(a, b) AS CASE
  WHEN length(a) <> length(b) THEN lab_fail('INVALID_FUNCTION_ARGUMENT|The input strings to hamming_distance function must have the same length')
  WHEN a = '' THEN 0 ELSE hamming(a, b) END;
CREATE MACRO lab_pad_size(n, pad) AS CASE
  WHEN n < 0 THEN CAST(lab_fail('INVALID_FUNCTION_ARGUMENT|Target length must be in the range [0..2147483647]') AS INTEGER)
  WHEN pad = '' THEN CAST(lab_fail('INVALID_FUNCTION_ARGUMENT|Padding string must not be empty') AS INTEGER)
  ELSE CAST(n AS INTEGER) END;
CREATE MACRO lab_bytes(b, start, n) AS CASE
  WHEN b IS NULL OR start IS NULL OR n IS NULL THEN NULL
  WHEN start = 0 OR n <= 0 OR abs(start) > octet_length(b) THEN ''::BLOB
  WHEN start > 0 THEN unhex(substr(hex(b), 2 * start - 1, 2 * least(n, octet_length(b))))
  ELSE unhex(substr(hex(b), 2 * (octet_length(b) + start) + 1, 2 * least(n, octet_length(b)))) END;
CREATE MACRO lab_counts(l) AS CASE WHEN l IS NULL THEN NULL ELSE map_from_entries(list_transform(
  list_filter(lab_distinct(l), lambda x: x IS NOT NULL), lambda x: row(x, len(list_filter(l, lambda y: y = x))))) END;
CREATE MACRO lab_ngrams(l, n) AS CASE
  WHEN n <= 0 THEN [[(l)[lab_fail('INVALID_FUNCTION_ARGUMENT|N must be positive')]]]
  ELSE list_transform(range(1, greatest(len(l) - n, 0) + 2), lambda i: l[i:i + n - 1]) END;
CREATE MACRO lab_contains_sequence(l, s) AS CASE WHEN l IS NULL OR s IS NULL THEN NULL
  ELSE len(s) = 0 OR len(list_filter(range(1, len(l) - len(s) + 2), lambda i: l[i:i + len(s) - 1] = s)) > 0 END;
CREATE MACRO lab_overlap(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL
  WHEN list_has_any(list_filter(a, lambda x: x IS NOT NULL), list_filter(b, lambda x: x IS NOT NULL)) THEN true
  WHEN len(a) = 0 OR len(b) = 0 THEN false
  WHEN len(list_filter(a, lambda x: x IS NULL)) + len(list_filter(b, lambda x: x IS NULL)) > 0 THEN NULL
  ELSE false END;
CREATE MACRO lab_trim_array(l, n) AS CASE
  WHEN n < 0 THEN l[lab_fail('INVALID_FUNCTION_ARGUMENT|size must not be negative: ' || n):1]
  WHEN n > len(l) THEN l[lab_fail('INVALID_FUNCTION_ARGUMENT|size must not exceed array cardinality ' || len(l) || ': ' || n):1]
  ELSE l[1:len(l) - n] END;
CREATE MACRO lab_entries(n) AS CASE
  WHEN n < 0 THEN lab_fail('INVALID_FUNCTION_ARGUMENT|count argument of repeat function must be greater than or equal to 0')
  WHEN n > 10000 THEN lab_fail('INVALID_FUNCTION_ARGUMENT|count argument of repeat function must be less than or equal to 10000')
  ELSE n END;
CREATE MACRO lab_series(a, b, step) AS CASE
  WHEN step = 0 THEN [lab_fail('INVALID_FUNCTION_ARGUMENT|step must not be zero')]
  WHEN (step > 0 AND b < a) OR (step < 0 AND b > a) THEN [lab_fail('INVALID_FUNCTION_ARGUMENT|sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start')]
  WHEN abs(b - a) // abs(step) + 1 > 10000 THEN [lab_fail('INVALID_FUNCTION_ARGUMENT|result of sequence function must not have more than 10000 entries')]
  ELSE generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), CAST(step AS BIGINT)) END;
CREATE MACRO lab_by(l, n, way) AS CASE
  WHEN n <= 0 THEN [l[lab_fail('INVALID_FUNCTION_ARGUMENT|third argument of max_by/min_by must be a positive integer')].v]
  WHEN len(list_filter(l, lambda e: e.k IS NOT NULL)) = 0 THEN NULL
  ELSE list_transform(list_sort(list_filter(l, lambda e: e.k IS NOT NULL), way, 'NULLS LAST')[1:n], lambda e: e.v) END;
CREATE MACRO lab_skewness(n, a, b, c) AS CASE WHEN n < 3 OR b - a * a / n <= 0 THEN NULL
  ELSE sqrt(n) * (c - 3 * a / n * b + 2 * a * a * a / (n * n)) / pow(b - a * a / n, 1.5) END;
CREATE MACRO lab_top(m, n) AS CASE WHEN m IS NULL THEN NULL ELSE map_from_entries(list_transform(
  list_sort(list_transform(map_entries(m), lambda e: {c: -e.value, k: e.key}))[1:n], lambda e: row(e.k, -e.c))) END;
CREATE MACRO lab_compared(n) AS CASE
  WHEN n IS NULL OR n NOT IN (-1, 0, 1) THEN CAST(lab_fail('INVALID_FUNCTION_ARGUMENT|Lambda comparator must return either -1, 0, or 1') AS INTEGER)
  ELSE n END;
CREATE MACRO lab_sequence_days(i) AS CASE
  WHEN lab_millis_of(i) % 86400000 <> 0 THEN to_days(CAST(lab_fail('INVALID_FUNCTION_ARGUMENT|sequence step must be a day interval if start and end values are dates') AS INTEGER))
  ELSE i END;
CREATE MACRO lab_stamp_series(a, b, step) AS CASE
  WHEN a + step = a THEN [a + to_days(CAST(lab_fail('INVALID_FUNCTION_ARGUMENT|interval must not be zero') AS INTEGER))]
  WHEN (a + step > a AND b < a) OR (a + step < a AND b > a) THEN [a + to_days(CAST(lab_fail('INVALID_FUNCTION_ARGUMENT|sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start') AS INTEGER))]
  WHEN len(generate_series(a, b, step)) > 10000 THEN [a + to_days(CAST(lab_fail('INVALID_FUNCTION_ARGUMENT|result of sequence function must not have more than 10000 entries') AS INTEGER))]
  ELSE generate_series(a, b, step) END;
CREATE MACRO lab_month_series(a, b, m) AS CASE
  WHEN m = 0 THEN [a + to_days(CAST(lab_fail('INVALID_FUNCTION_ARGUMENT|interval must not be zero') AS INTEGER))]
  WHEN (m > 0 AND b < a) OR (m < 0 AND b > a) THEN [a + to_days(CAST(lab_fail('INVALID_FUNCTION_ARGUMENT|sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start') AS INTEGER))]
  ELSE list_transform(range(0, date_sub('month', a, b) // m + 1), lambda i: a + to_months(CAST(i * m AS INTEGER))) END;
CREATE MACRO lab_zone(z) AS CASE WHEN regexp_full_match(z, '[+-][0-9]{2}:[0-9]{2}') THEN 'GMT' || z ELSE z END;
CREATE MACRO lab_from_unixtime(x) AS timezone('UTC', epoch_ms(CAST(floor(x * 1000 + 0.5) AS BIGINT)));
CREATE MACRO lab_offset_text(m) AS CASE WHEN m = 0 THEN 'Z' ELSE CASE WHEN m < 0 THEN '-' ELSE '+' END || printf('%02d:%02d', abs(m) // 60, abs(m) % 60) END;
CREATE MACRO lab_round_stamp(t, u) AS make_timestamp(CAST(floor((epoch_us(t) + u // 2) / u) AS BIGINT) * u);
CREATE MACRO lab_round_moment(t, u) AS timezone('UTC', make_timestamp(CAST(floor((epoch_us(t) + u // 2) / u) AS BIGINT) * u));
CREATE MACRO lab_now() AS date_trunc('millisecond', now());
CREATE MACRO lab_time(s) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN regexp_full_match(trim(s), '[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]+)?)?') AND TRY_CAST(CASE WHEN regexp_full_match(trim(s), '[0-9]+:[0-9]+') THEN trim(s) || ':00' ELSE trim(s) END AS TIME) IS NOT NULL
    THEN CAST(CASE WHEN regexp_full_match(trim(s), '[0-9]+:[0-9]+') THEN trim(s) || ':00' ELSE trim(s) END AS TIME)
  ELSE lab_fail('INVALID_CAST_ARGUMENT|Value cannot be cast to time: ' || s)::VARCHAR::TIME END;
CREATE MACRO lab_fits(s, n, name) AS CASE WHEN length(s) > n
  THEN lab_fail('INVALID_CAST_ARGUMENT|Value ' || s || ' cannot be represented as ' || name)::VARCHAR ELSE s END;
CREATE MACRO lab_split_all(s, d) AS CASE WHEN d = '' THEN [lab_fail('INVALID_FUNCTION_ARGUMENT|The delimiter may not be the empty string')::VARCHAR]
  ELSE string_split(s, d) END;
CREATE MACRO lab_replace(s, a, b) AS CASE WHEN a = '' THEN b || array_to_string(list_transform(regexp_extract_all(s, '(?s:.)'), lambda c: c || b), '')
  ELSE replace(s, a, b) END;
CREATE MACRO lab_to_base(n, b) AS CASE
  WHEN b < 2 OR b > 36 THEN lab_fail('INVALID_FUNCTION_ARGUMENT|Radix must be between 2 and 36')::VARCHAR
  WHEN n < 0 THEN '-' || lower(to_base(-n, CAST(b AS INTEGER))) ELSE lower(to_base(n, CAST(b AS INTEGER))) END;
CREATE MACRO lab_unknown_unit(u, name) AS
  CAST(lab_fail('INVALID_FUNCTION_ARGUMENT|''' || u || ''' is not a valid ' || name || ' field') AS VARCHAR);
