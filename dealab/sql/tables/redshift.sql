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
CREATE MACRO lab_moment(s) AS CASE lower(trim(s))
  WHEN 'now' THEN CAST(now() AS TIMESTAMP) WHEN 'today' THEN CAST(current_date AS TIMESTAMP)
  WHEN 'tomorrow' THEN CAST(current_date + 1 AS TIMESTAMP) WHEN 'yesterday' THEN CAST(current_date - 1 AS TIMESTAMP)
  WHEN 'epoch' THEN TIMESTAMP '1970-01-01 00:00:00' END;
CREATE MACRO lab_written(s, name) AS CASE
  WHEN regexp_full_match(trim(s), '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]*)?') THEN TRY_CAST(trim(s) AS TIMESTAMP)
  ELSE coalesce(lab_moment(s), CAST(lab_py_moment(s) AS TIMESTAMP)) END;
CREATE MACRO lab_date(s) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN lab_written(s, 'date') IS NOT NULL THEN CAST(lab_written(s, 'date') AS DATE)
  ELSE lab_fail('22007|invalid input syntax for type date: "' || s || '"')::VARCHAR::DATE END;
CREATE MACRO lab_stamp(s) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN lab_written(s, 'timestamp') IS NOT NULL THEN lab_written(s, 'timestamp')
  ELSE lab_fail('22007|invalid input syntax for type timestamp: "' || s || '"')::VARCHAR::TIMESTAMP END;
CREATE MACRO lab_float(s, name) AS CASE
  WHEN regexp_full_match(lower(trim(s)), '[+-]?(infinity|inf|nan)') THEN trim(s)
  WHEN isinf(TRY_CAST(lab_numeric(s, name) AS DOUBLE)) THEN lab_fail('22003|"' || s || '" is out of range for type ' || name)::VARCHAR
  ELSE lab_numeric(s, name) END;
CREATE MACRO lab_listed(s) AS CASE
  WHEN strlen(s) > 65535 THEN CAST(lab_fail('XX000|Result size exceeds LISTAGG limit') AS VARCHAR) ELSE s END;
CREATE MACRO lab_finite(made, given) AS CASE
  WHEN isinf(made) AND isfinite(given) THEN CAST(lab_fail('22003|value out of range: overflow') AS DOUBLE) ELSE made END;
CREATE MACRO lab_cbrt(x) AS CASE WHEN round(cbrt(x)) ** 3 = x THEN round(cbrt(x)) ELSE cbrt(x) END;
CREATE MACRO lab_float_text(x) AS regexp_replace(CAST(x AS VARCHAR), '[.]0$', '');
CREATE MACRO lab_add_months(t, n) AS CASE
  WHEN last_day(CAST(t AS DATE)) = CAST(t AS DATE)
    THEN CAST(last_day(CAST(t + to_months(CAST(n AS INTEGER)) AS DATE)) AS TIMESTAMP) + (CAST(t AS TIMESTAMP) - date_trunc('day', CAST(t AS TIMESTAMP)))
  ELSE CAST(t AS TIMESTAMP) + to_months(CAST(n AS INTEGER)) END;
CREATE MACRO lab_add_years(t, n) AS CASE
  WHEN month(t) = 2 AND day(t) = 29 AND day(t + to_years(CAST(n AS INTEGER))) = 28
    THEN t + to_years(CAST(n AS INTEGER)) + to_days(1)
  ELSE t + to_years(CAST(n AS INTEGER)) END;
CREATE MACRO lab_char(s, n) AS rpad(left(s, n), n, ' ');
CREATE MACRO lab_substr3(s, start, n) AS CASE
  WHEN n IS NULL OR start IS NULL THEN NULL
  WHEN n < 0 THEN lab_fail('22011|negative substring length not allowed')::VARCHAR
  WHEN start < 1 THEN left(s, greatest(start + n - 1, 0))
  ELSE substr(s, start, least(n, 2147483647)) END;
CREATE MACRO lab_substr(s, start) AS CASE WHEN start < 1 THEN s ELSE substr(s, start) END;
CREATE MACRO lab_split_part(s, d, n) AS CASE
  WHEN d IS NULL OR n IS NULL THEN NULL
  WHEN n <= 0 THEN lab_fail('22023|field position must be greater than zero')::VARCHAR
  ELSE coalesce(string_split(s, d)[n], CASE WHEN s IS NULL THEN NULL ELSE '' END) END;
CREATE MACRO lab_json_parse(s) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN json_valid(s) THEN json(s)
  ELSE lab_fail('XX000|JSON parsing error')::VARCHAR::JSON END;
CREATE MACRO lab_super_text(j) AS CASE WHEN json_type(j) IN ('OBJECT', 'ARRAY', 'NULL') THEN NULL ELSE j ->> '$' END;
CREATE MACRO lab_super_or_text(j) AS CASE
  WHEN json_type(j) = 'NULL' THEN NULL WHEN json_type(j) IN ('OBJECT', 'ARRAY') THEN j::VARCHAR ELSE j ->> '$' END;
CREATE MACRO lab_super_type(j) AS CASE json_type(j)
  WHEN 'ARRAY' THEN 'array' WHEN 'OBJECT' THEN 'object' WHEN 'VARCHAR' THEN 'string'
  WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null'
  ELSE CASE WHEN j IS NULL THEN NULL ELSE 'number' END END;
CREATE MACRO lab_json_or_null(s) AS CASE WHEN json_valid(s) THEN json(s) END;
CREATE MACRO lab_path_text(j, p) AS CASE
  WHEN j IS NULL THEN NULL ELSE coalesce(lab_super_or_text(json_extract(j, p)), '') END;
CREATE MACRO lab_months_between(a, b) AS CASE
  WHEN day(a) = day(b) OR (last_day(a) = a::DATE AND last_day(b) = b::DATE)
    THEN ((year(a) - year(b)) * 12 + month(a) - month(b))::DOUBLE
  ELSE (year(a) - year(b)) * 12 + month(a) - month(b)
       + (day(a) - day(b) + (epoch(a) % 86400 - epoch(b) % 86400) / 86400.0::DOUBLE) / 31.0::DOUBLE END;
CREATE MACRO lab_from_base(s, b) AS list_reduce(list_prepend(0::HUGEINT, list_transform(
    string_split(lower(s), ''), lambda c: instr('0123456789abcdefghijklmnopqrstuvwxyz', c)::HUGEINT - 1)),
    lambda a, d: a * b + d);
CREATE MACRO lab_next_day(d, name) AS CASE
  WHEN list_position(['su','mo','tu','we','th','fr','sa'], lower(left(name, 2))) IS NULL
    THEN lab_fail('22023|Not a valid day name: ' || name)::VARCHAR::DATE
  ELSE CAST(CAST(d AS DATE) + CAST((list_position(['su','mo','tu','we','th','fr','sa'], lower(left(name, 2))) - 1
       - dayofweek(CAST(d AS DATE)) + 6) % 7 + 1 AS INTEGER) AS DATE) END;
CREATE MACRO lab_items(j) AS CASE WHEN json_type(j) = 'ARRAY' THEN CAST(j AS JSON[]) END;
CREATE MACRO lab_super_rank(j) AS CASE json_type(j) WHEN 'BOOLEAN' THEN 1 WHEN 'VARCHAR' THEN 3 WHEN 'ARRAY' THEN 4 WHEN 'OBJECT' THEN 5 WHEN 'NULL' THEN NULL ELSE CASE WHEN j IS NULL THEN NULL ELSE 2 END END;
CREATE MACRO lab_super_key(j) AS CASE WHEN lab_super_rank(j) IS NULL THEN NULL ELSE {'r': lab_super_rank(j), 'n': CASE WHEN lab_super_rank(j) = 2 THEN TRY_CAST(j ->> '$' AS DOUBLE) END, 't': CASE WHEN lab_super_rank(j) = 2 THEN NULL ELSE rtrim(j ->> '$', ' ') END} END;
CREATE MACRO lab_quoted(k) AS '"' || replace(replace(k, '\', '\\'), '"', '\"') || '"';
CREATE MACRO lab_keys(j) AS CASE WHEN json_type(j) = 'OBJECT' THEN json_keys(j) END;
CREATE MACRO lab_values(j) AS list_transform(lab_keys(j), lambda k: json_extract(j, '$.' || lab_quoted(k)));
CREATE MACRO lab_interval_micros(i) AS (date_part('day', i) * 86400000000 + date_part('hour', i) * 3600000000
  + date_part('minute', i) * 60000000 + date_part('microsecond', i));
CREATE MACRO lab_interval_months(i) AS (date_part('year', i) * 12 + date_part('month', i));
CREATE MACRO lab_interval(i) AS to_months(CAST(lab_interval_months(i) AS INTEGER))
  + to_days(CAST(sign(lab_interval_micros(i)) * (abs(lab_interval_micros(i)) // 86400000000) AS INTEGER))
  + to_microseconds(CAST(sign(lab_interval_micros(i)) * (abs(lab_interval_micros(i)) % 86400000000) AS BIGINT));
CREATE MACRO lab_interval_text(i) AS regexp_replace(CAST(lab_interval(i) AS VARCHAR), 'month', 'mon');
CREATE MACRO lab_octetindex(a, b) AS CASE WHEN instr(b, a) = 0 THEN 0
  ELSE CAST(octet_length(encode(left(b, CAST(instr(b, a) - 1 AS BIGINT)))) + 1 AS INTEGER) END;
CREATE MACRO lab_super_whole(j, low, high) AS CASE WHEN coalesce(json_type(j) IN ('UBIGINT', 'BIGINT'), false)
  THEN TRY_CAST(j ->> '$' AS HUGEINT) BETWEEN low AND high ELSE false END;
CREATE MACRO lab_level(n) AS CASE WHEN n < 1000 THEN true
  ELSE lab_fail('XX000|CONNECT BY loop in the data: the hierarchy is more than 1000 levels deep')::BOOLEAN END;
CREATE MACRO lab_zoned(s) AS timezone('UTC', lab_stamp(s));
CREATE MACRO lab_clock(s) AS CASE
  WHEN s IS NULL THEN NULL
  WHEN TRY_CAST(trim(s) AS TIME) IS NOT NULL THEN CAST(trim(s) AS TIME)
  WHEN regexp_full_match(trim(s), '[0-9]{6}') THEN CAST(trim(s)[1:2] || ':' || trim(s)[3:4] || ':' || trim(s)[5:6] AS TIME)
  WHEN lab_py_moment('2000-01-01 ' || s) IS NOT NULL THEN CAST(CAST(lab_py_moment('2000-01-01 ' || s) AS TIMESTAMP) AS TIME)
  WHEN lab_py_moment(s) IS NOT NULL THEN CAST(CAST(lab_py_moment(s) AS TIMESTAMP) AS TIME)
  ELSE lab_fail('22007|invalid input syntax for type time: "' || s || '"')::VARCHAR::TIME END;
CREATE MACRO lab_cmp(a, b) AS CASE WHEN a < b THEN -1 WHEN a > b THEN 1 WHEN a = b THEN 0 END;
