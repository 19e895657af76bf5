"""Athena's functions (engine version 3, Trino): what they take and return, and how DuckDB computes them.

The tables are read by ``signatures.py``; functions that need more than one expression are in
``athena_special.py``. Source: https://trino.io/docs/current/functions.html (read 2026-11-23).
"""

SCALARS = r"""
# conditional
nullif(T, T) -> T = nullif({0}, {1})

# mathematical
abs(tinyint) -> tinyint = abs({0})
abs(smallint) -> smallint = abs({0})
abs(integer) -> integer = abs({0})
abs(bigint) -> bigint = abs({0})
abs(real) -> real = abs({0})
abs(double) -> double = abs({0})
cbrt(double) -> double = cbrt({0})
ceil(integer) -> integer = {0}
ceil(bigint) -> bigint = {0}
ceil(real) -> real = ceil({0})
ceil(double) -> double = ceil({0})
floor(integer) -> integer = {0}
floor(bigint) -> bigint = {0}
floor(real) -> real = floor({0})
floor(double) -> double = floor({0})
degrees(double) -> double = degrees({0})
radians(double) -> double = radians({0})
e() -> double = exp(1.0::DOUBLE)
exp(double) -> double = exp({0})
ln(double) -> double = ln({0})
log(double, double) -> double = lab_log({0}, {1})
log2(double) -> double = log2({0})
log10(double) -> double = log10({0})
pi() -> double = pi()
pow(double, double) -> double = pow({0}, {1})
power(double, double) -> double = pow({0}, {1})
rand() -> double = random()
random() -> double = random()
random(bigint) -> bigint = CAST(floor(random() * {0}) AS BIGINT)
rand(bigint) -> bigint = CAST(floor(random() * {0}) AS BIGINT)
random(bigint, bigint) -> bigint = CAST({0} + floor(random() * ({1} - {0})) AS BIGINT)
round(integer) -> integer = {0}
round(bigint) -> bigint = {0}
round(integer, integer) -> integer = CAST(round({0}, {1}) AS INTEGER)
round(bigint, integer) -> bigint = CAST(round({0}, {1}) AS BIGINT)
round(real) -> real = round({0})
round(double) -> double = round({0})
round(real, integer) -> real = round({0}, {1})
round(double, integer) -> double = round({0}, {1})
sign(integer) -> integer = CAST(sign({0}) AS INTEGER)
sign(bigint) -> bigint = CAST(sign({0}) AS BIGINT)
sign(double) -> double = CAST(sign({0}) AS DOUBLE)
sqrt(double) -> double = sqrt({0})
truncate(real) -> real = trunc({0})
truncate(double) -> double = trunc({0})
truncate(double, integer) -> double = trunc({0} * pow(10, {1})) / pow(10, {1})
width_bucket(double, double, double, bigint) -> bigint = lab_width_bucket({0}, {1}, {2}, {3})
from_base(varchar, bigint) -> bigint = CAST(lab_from_base({0}, {1}) AS BIGINT)
to_base(bigint, bigint) -> varchar = lower(to_base({0}, CAST({1} AS INTEGER)))
acos(double) -> double = acos({0})
asin(double) -> double = asin({0})
atan(double) -> double = atan({0})
atan2(double, double) -> double = atan2({0}, {1})
cos(double) -> double = cos({0})
cosh(double) -> double = cosh({0})
sin(double) -> double = sin({0})
sinh(double) -> double = sinh({0})
tan(double) -> double = tan({0})
tanh(double) -> double = tanh({0})
infinity() -> double = 'inf'::DOUBLE
nan() -> double = 'nan'::DOUBLE
is_nan(double) -> boolean = isnan({0})
is_finite(double) -> boolean = isfinite({0})
is_infinite(double) -> boolean = isinf({0})
mod(tinyint, tinyint) -> tinyint = ({0} % {1})
mod(smallint, smallint) -> smallint = ({0} % {1})
mod(integer, integer) -> integer = ({0} % {1})
mod(bigint, bigint) -> bigint = ({0} % {1})
mod(double, double) -> double = ({0} % {1})
bit_count(bigint, bigint) -> bigint = CAST(bit_count({0} & CASE WHEN {1} = 64 THEN -1 ELSE (1::BIGINT << {1}) - 1 END) AS BIGINT)
bitwise_and(bigint, bigint) -> bigint = ({0} & {1})
bitwise_or(bigint, bigint) -> bigint = ({0} | {1})
bitwise_xor(bigint, bigint) -> bigint = xor({0}, {1})
bitwise_not(bigint) -> bigint = (~{0})
bitwise_left_shift(bigint, bigint) -> bigint = ({0} << {1})
bitwise_right_shift_arithmetic(bigint, bigint) -> bigint = ({0} >> {1})

# strings
chr(bigint) -> varchar = chr(CAST({0} AS INTEGER))
codepoint(varchar) -> integer = unicode({0})
concat(varchar...) -> varchar = lab_joined([{*}])
concat(array(T)...) -> array(T) = lab_list_joined([{*}])
concat(T, array(T)) -> array(T) = list_prepend({0}, {1})
concat(array(T), T) -> array(T) = list_append({0}, {1})
concat(varbinary...) -> varbinary = lab_blob_joined([{*}])
concat_ws(varchar, array(varchar)) -> varchar = CASE WHEN {0} IS NULL THEN NULL ELSE coalesce(array_to_string(list_filter({1}, lambda x: x IS NOT NULL), {0}), '') END
concat_ws(varchar, varchar...) -> varchar = CASE WHEN {0} IS NULL THEN NULL ELSE concat_ws({*}) END
ends_with(varchar, varchar) -> boolean = ends_with({0}, {1})
hamming_distance(varchar, varchar) -> bigint = hamming({0}, {1})
length(varchar) -> bigint = length({0})
length(varbinary) -> bigint = octet_length({0})
levenshtein_distance(varchar, varchar) -> bigint = levenshtein({0}, {1})
lower(varchar) -> varchar = lower({0})
upper(varchar) -> varchar = upper({0})
lpad(varchar, bigint, varchar) -> varchar = lpad({0}, CAST({1} AS INTEGER), {2})
rpad(varchar, bigint, varchar) -> varchar = rpad({0}, CAST({1} AS INTEGER), {2})
ltrim(varchar) -> varchar = ltrim({0})
rtrim(varchar) -> varchar = rtrim({0})
ltrim(varchar, varchar) -> varchar = ltrim({0}, {1})
rtrim(varchar, varchar) -> varchar = rtrim({0}, {1})
replace(varchar, varchar) -> varchar = replace({0}, {1}, '')
replace(varchar, varchar, varchar) -> varchar = replace({0}, {1}, {2})
reverse(varchar) -> varchar = reverse({0})
reverse(array(T)) -> array(T) = list_reverse({0})
split(varchar, varchar) -> array(varchar) = string_split({0}, {1})
split(varchar, varchar, bigint) -> array(varchar) = lab_split({0}, {1}, {2})
split_part(varchar, varchar, bigint) -> varchar = lab_split_part({0}, {1}, {2})
split_to_map(varchar, varchar, varchar) -> map(varchar, varchar) = map_from_entries(list_transform(list_filter(string_split({0}, {1}), lambda e: e <> ''), lambda e: row(split_part(e, {2}, 1), split_part(e, {2}, 2))))
starts_with(varchar, varchar) -> boolean = starts_with({0}, {1})
strpos(varchar, varchar) -> bigint = instr({0}, {1})
strpos(varchar, varchar, bigint) -> bigint = lab_nth_prefix({0}, {1}, {2})
substr(varchar, bigint) -> varchar = lab_substr({0}, {1})
substr(varchar, bigint, bigint) -> varchar = lab_substr3({0}, {1}, {2})
substring(varchar, bigint) -> varchar = lab_substr({0}, {1})
substring(varchar, bigint, bigint) -> varchar = lab_substr3({0}, {1}, {2})
translate(varchar, varchar, varchar) -> varchar = translate({0}, {1}, {2})
to_utf8(varchar) -> varbinary = encode({0})
from_utf8(varbinary) -> varchar = decode({0})
url_encode(varchar) -> varchar = url_encode({0})
url_decode(varchar) -> varchar = url_decode(replace({0}, '+', ' '))
url_extract_protocol(varchar) -> varchar = lab_some(regexp_extract({0}, '^([A-Za-z][A-Za-z0-9+.-]*):', 1))
url_extract_host(varchar) -> varchar = lab_some(regexp_extract({0}, '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^@/?#]*@)?([^:/?#]*)', 1))
url_extract_port(varchar) -> bigint = TRY_CAST(regexp_extract({0}, '^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*:([0-9]+)', 1) AS BIGINT)
url_extract_path(varchar) -> varchar = regexp_extract({0}, '^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://[^/?#]*)?([^?#]*)', 1)
url_extract_query(varchar) -> varchar = regexp_extract({0}, '^[^?#]*[?]([^#]*)', 1)
url_extract_fragment(varchar) -> varchar = regexp_extract({0}, '^[^#]*#(.*)$', 1)
url_extract_parameter(varchar, varchar) -> varchar = lab_url_parameter({0}, {1})

# binary
md5(varbinary) -> varbinary = unhex(md5({0}))
sha1(varbinary) -> varbinary = unhex(sha1({0}))
sha256(varbinary) -> varbinary = unhex(sha256({0}))
to_hex(varbinary) -> varchar = hex({0})
from_hex(varchar) -> varbinary = unhex({0})
to_base64(varbinary) -> varchar = to_base64({0})
from_base64(varchar) -> varbinary = from_base64({0})

# arrays
all_match(array(T), (T) -> boolean) -> boolean = lab_all(list_transform({0}, {1}))
any_match(array(T), (T) -> boolean) -> boolean = lab_any(list_transform({0}, {1}))
none_match(array(T), (T) -> boolean) -> boolean = (NOT lab_any(list_transform({0}, {1})))
array_distinct(array(T)) -> array(T) = lab_distinct({0})
array_except(array(T), array(T)) -> array(T) = lab_distinct(list_filter({0}, lambda x: NOT lab_holds({1}, x)))
array_intersect(array(T), array(T)) -> array(T) = lab_distinct(list_filter({0}, lambda x: lab_holds({1}, x)))
array_union(array(T), array(T)) -> array(T) = lab_distinct(list_concat({0}, {1}))
array_join(array(T), varchar) -> varchar = array_to_string(list_filter(list_transform({0}, lambda x: CAST(x AS VARCHAR)), lambda x: x IS NOT NULL), {1})
array_join(array(T), varchar, varchar) -> varchar = array_to_string(list_transform({0}, lambda x: coalesce(CAST(x AS VARCHAR), {2})), {1})
array_max(array(T)) -> T = CASE WHEN len(list_filter({0}, lambda x: x IS NULL)) > 0 THEN NULL ELSE list_max({0}) END
array_min(array(T)) -> T = CASE WHEN len(list_filter({0}, lambda x: x IS NULL)) > 0 THEN NULL ELSE list_min({0}) END
array_position(array(T), T) -> bigint = coalesce(list_position({0}, {1}), CASE WHEN {0} IS NULL OR {1} IS NULL THEN NULL ELSE 0 END)
array_remove(array(T), T) -> array(T) = list_filter({0}, lambda x: x IS DISTINCT FROM {1})
array_sort(array(T)) -> array(T) = list_sort({0}, 'ASC', 'NULLS LAST')
arrays_overlap(array(T), array(T)) -> boolean = list_has_any({0}, {1})
cardinality(array(T)) -> bigint = len({0})
cardinality(map(K, V)) -> bigint = CAST(cardinality({0}) AS BIGINT)
contains(array(T), T) -> boolean = lab_contains({0}, {1})
element_at(array(T), bigint) -> T = lab_element_at({0}, {1})
element_at(map(K, V), K) -> V = ({0})[{1}]
filter(array(T), (T) -> boolean) -> array(T) = list_filter({0}, {1})
flatten(array(array(T))) -> array(T) = flatten({0})
repeat(T, bigint) -> array(T) = list_transform(range(0, {1}), lambda x: {0})
sequence(bigint, bigint) -> array(bigint) = CASE WHEN {0} <= {1} THEN generate_series({0}, {1}) ELSE generate_series({0}, {1}, -1) END
sequence(bigint, bigint, bigint) -> array(bigint) = generate_series({0}, {1}, {2})
shuffle(array(T)) -> array(T) = list_transform(list_sort(list_transform({0}, lambda x: {k: random(), v: x})), lambda e: e.v)
slice(array(T), bigint, bigint) -> array(T) = lab_slice({0}, {1}, {2})
transform(array(T), (T) -> U) -> array(U) = list_transform({0}, {1})
trim_array(array(T), bigint) -> array(T) = {0}[:len({0}) - {1}]

# maps
map_keys(map(K, V)) -> array(K) = map_keys({0})
map_values(map(K, V)) -> array(V) = map_values({0})
map(array(K), array(V)) -> map(K, V) = map({0}, {1})
map_concat(map(K, V)...) -> map(K, V) = map_concat({*})
map_filter(map(K, V), (K, V) -> boolean) -> map(K, V) = map_from_entries(list_filter(map_entries({0}), lambda e: list_transform([e.key], {1})[1]))

# dates (the rest is in athena_special.py)
last_day_of_month(date) -> date = last_day({0})
last_day_of_month(timestamp) -> date = last_day({0})
from_iso8601_timestamp(varchar) -> timestamptz = lab_iso_stamp({0})
from_iso8601_date(varchar) -> date = lab_iso_date({0})
from_unixtime(double) -> timestamptz = to_timestamp({0})
to_unixtime(timestamp) -> double = epoch({0})
to_unixtime(timestamptz) -> double = epoch({0})
current_timezone() -> varchar = 'UTC'
human_readable_seconds(double) -> varchar = lab_readable_seconds({0})

# JSON
json_parse(varchar) -> json = lab_json_parse({0})
json_format(json) -> varchar = CAST({0} AS VARCHAR)
json_array_length(json) -> bigint = CASE WHEN json_type({0}) = 'ARRAY' THEN CAST(json_array_length({0}) AS BIGINT) END
json_array_length(varchar) -> bigint = CASE WHEN json_valid({0}) AND json_type(lab_json({0})) = 'ARRAY' THEN CAST(json_array_length({0}) AS BIGINT) END
json_array_get(json, bigint) -> json = ({0} -> CAST({1} AS BIGINT))
json_array_get(varchar, bigint) -> json = (lab_json({0}) -> CAST({1} AS BIGINT))
is_json_scalar(json) -> boolean = (json_type({0}) NOT IN ('ARRAY', 'OBJECT'))
is_json_scalar(varchar) -> boolean = (json_type({0}) NOT IN ('ARRAY', 'OBJECT'))

uuid() -> uuid = uuid()
version() -> varchar = 'Athena engine version 3 (lab)'
"""

AGGREGATES = r"""
count(any) -> bigint = count({d}{0}){f}
count() -> bigint = count(*){f}
count_if(boolean) -> bigint = CAST(count_if({d}{0}){f} AS BIGINT)
sum(tinyint) -> bigint = CAST(sum({d}{0}){f} AS BIGINT)
sum(smallint) -> bigint = CAST(sum({d}{0}){f} AS BIGINT)
sum(integer) -> bigint = CAST(sum({d}{0}){f} AS BIGINT)
sum(bigint) -> bigint = CAST(sum({d}{0}){f} AS BIGINT)
sum(real) -> real = CAST(sum({d}{0}){f} AS FLOAT)
sum(double) -> double = sum({d}{0}){f}
sum(interval_day) -> interval_day = sum({d}{0}){f}
sum(interval_month) -> interval_month = sum({d}{0}){f}
avg(bigint) -> double = avg({d}{0}){f}
avg(double) -> double = avg({d}{0}){f}
avg(real) -> real = CAST(avg({d}{0}){f} AS FLOAT)
avg(interval_day) -> interval_day = avg({d}{0}){f}
min(T) -> T = min({d}{0}){f}
max(T) -> T = max({d}{0}){f}
min(T, bigint) -> array(T) = min({0}, {1}){f}
max(T, bigint) -> array(T) = max({0}, {1}){f}
min_by(T, U) -> T = arg_min_null({0}, {1}){f}
max_by(T, U) -> T = arg_max_null({0}, {1}){f}
min_by(T, U, bigint) -> array(T) = arg_min({0}, {1}, {2}){f}
max_by(T, U, bigint) -> array(T) = arg_max({0}, {1}, {2}){f}
arbitrary(T) -> T = any_value({0}){f}
any_value(T) -> T = any_value({0}){f}
array_agg(T) -> array(T) = list({d}{0}{o}){f}
bool_and(boolean) -> boolean = bool_and({d}{0}){f}
bool_or(boolean) -> boolean = bool_or({d}{0}){f}
every(boolean) -> boolean = bool_and({d}{0}){f}
approx_distinct(any) -> bigint = approx_count_distinct({0}){f}
approx_distinct(any, double) -> bigint = approx_count_distinct({0}){f}
approx_percentile(bigint, double) -> bigint = quantile_disc({0}, {1}){f}
approx_percentile(real, double) -> real = quantile_disc({0}, {1}){f}
approx_percentile(double, double) -> double = quantile_disc({0}, {1}){f}
approx_percentile(bigint, array(double)) -> array(bigint) = quantile_disc({0}, {1}){f}
approx_percentile(double, array(double)) -> array(double) = quantile_disc({0}, {1}){f}
stddev(double) -> double = stddev_samp({d}{0}){f}
stddev_samp(double) -> double = stddev_samp({d}{0}){f}
stddev_pop(double) -> double = stddev_pop({d}{0}){f}
variance(double) -> double = var_samp({d}{0}){f}
var_samp(double) -> double = var_samp({d}{0}){f}
var_pop(double) -> double = var_pop({d}{0}){f}
corr(double, double) -> double = corr({0}, {1}){f}
covar_pop(double, double) -> double = covar_pop({0}, {1}){f}
covar_samp(double, double) -> double = covar_samp({0}, {1}){f}
regr_slope(double, double) -> double = regr_slope({0}, {1}){f}
regr_intercept(double, double) -> double = regr_intercept({0}, {1}){f}
skewness(double) -> double = skewness({0}){f}
kurtosis(double) -> double = kurtosis({0}){f}
geometric_mean(double) -> double = exp(avg(ln({0})){f})
entropy(bigint) -> double = lab_entropy(list({0}){f})
bitwise_and_agg(bigint) -> bigint = bit_and({0}){f}
bitwise_or_agg(bigint) -> bigint = bit_or({0}){f}
bitwise_xor_agg(bigint) -> bigint = bit_xor({0}){f}
histogram(T) -> map(T, bigint) = CAST(histogram({0}){f} AS {t})
map_agg(K, V) -> map(K, V) = lab_map_of(list(row({0}, {1})){f})
listagg(varchar) -> varchar = string_agg({d}{0}, ''{o}){f}
listagg(varchar, varchar) -> varchar = string_agg({d}{0}, {1}{o}){f}
grouping(any...) -> bigint = CAST(grouping({*}) AS BIGINT)
"""

WINDOWS = r"""
row_number() -> bigint = row_number(){f}
rank() -> bigint = rank(){f}
dense_rank() -> bigint = dense_rank(){f}
percent_rank() -> double = percent_rank(){f}
cume_dist() -> double = cume_dist(){f}
ntile(bigint) -> bigint = ntile({0}){f}
first_value(T) -> T = first_value({0}{o}){f}
last_value(T) -> T = last_value({0}{o}){f}
nth_value(T, bigint) -> T = nth_value({0}, {1}{o}){f}
lead(T) -> T = lead({0}{o}){f}
lead(T, bigint) -> T = lead({0}, {1}{o}){f}
lead(T, bigint, T) -> T = lead({0}, {1}, {2}{o}){f}
lag(T) -> T = lag({0}{o}){f}
lag(T, bigint) -> T = lag({0}, {1}{o}){f}
lag(T, bigint, T) -> T = lag({0}, {1}, {2}{o}){f}
"""

#: functions of the service that the lab leaves out: what they do, and a line for the exam
LIMITS = {
    name: ("it works on HyperLogLog sketches.", "approx_distinct() estimates distinct counts with "
           "a standard error of 2.3 percent.")
    for name in ("approx_set", "merge", "empty_approx_set", "hll")
} | {
    name: ("it works on quantile sketches.", "")
    for name in ("tdigest_agg", "qdigest_agg", "value_at_quantile", "values_at_quantiles")
} | {
    name: ("it works on geometries.", "Athena has ISO SQL/MM geospatial functions (ST_ prefix).")
    for name in ("st_point", "st_contains", "st_distance", "st_area", "st_geometryfromtext",
                 "st_polygon", "st_intersects", "st_within", "st_buffer", "st_astext")
} | {
    name: ("Trino computes it.", "")
    for name in (
        "checksum", "numeric_histogram", "approx_most_frequent", "reduce_agg", "multimap_agg",
        "map_union", "word_stem", "ngrams", "combinations", "xxhash64", "murmur3", "spooky_hash_v2_32",
        "hmac_md5", "hmac_sha1", "hmac_sha256", "hmac_sha512", "sha512", "crc32", "format",
        "parse_data_size", "parse_duration", "split_to_multimap", "multimap_from_entries",
        "json_object", "json_array", "json_table", "bing_tile", "classify", "beta_cdf",
        "inverse_normal_cdf", "normal_cdf", "wilson_interval_lower", "wilson_interval_upper",
        "regr_count", "regr_r2", "regr_sxx", "regr_syy", "regr_sxy", "regr_avgx", "regr_avgy",
        "cosine_similarity", "soundex", "luhn_check", "map_zip_with", "from_big_endian_64",
        "from_big_endian_32", "to_big_endian_64", "to_big_endian_32", "from_ieee754_64",
        "to_ieee754_64", "from_ieee754_32", "to_ieee754_32", "render", "bar", "color", "rgb",
        "from_unixtime_nanos", "from_utf8_with_replacement", "from_encoded_polyline",
        "bitwise_right_shift", "bitwise_logical_shift_right", "with_timezone_millis",
    )
}  # fmt: skip
