"""The names of the services' functions, as their documentation lists them (read 2026-11-23)."""

#: https://trino.io/docs/current/functions/list.html
TRINO = """
abs acos all_match any_match any_value approx_distinct approx_most_frequent approx_percentile
approx_set arbitrary array_agg array_distinct array_except array_first array_histogram
array_intersect array_join array_last array_max array_min array_position array_remove array_sort
array_union arrays_overlap asin at_timezone atan atan2 avg bar beta_cdf bing_tile bing_tile_at
bing_tile_coordinates bing_tile_polygon bing_tile_quadkey bing_tile_zoom_level bing_tiles_around
bit_count bitwise_and bitwise_and_agg bitwise_left_shift bitwise_not bitwise_or bitwise_or_agg
bitwise_right_shift bitwise_right_shift_arithmetic bitwise_xor bitwise_xor_agg bool_and bool_or
cardinality cbrt ceil ceiling char2hexint checksum chr classify coalesce codepoint color
combinations concat concat_ws contains contains_sequence convex_hull_agg corr cos cosh
cosine_distance cosine_similarity count count_if covar_pop covar_samp crc32 cume_dist
current_date current_groups current_timestamp current_timezone date date_add date_diff
date_format date_parse date_trunc day day_of_month day_of_week day_of_year degrees dense_rank
dot_product dow doy e element_at empty_approx_set euclidean_distance
evaluate_classifier_predictions every exp features filter first_value flatten floor format
format_datetime format_number from_base from_base32 from_base64 from_base64url
from_big_endian_32 from_big_endian_64 from_encoded_polyline from_geojson_geometry from_hex
from_ieee754_32 from_ieee754_64 from_iso8601_date from_iso8601_timestamp
from_iso8601_timestamp_nanos from_unixtime from_unixtime_nanos from_utf8 geometric_mean
geometry_from_hadoop_shape geometry_invalid_reason geometry_nearest_points
geometry_to_bing_tiles geometry_union geometry_union_agg great_circle_distance greatest
hamming_distance hash_counts histogram hmac_md5 hmac_sha1 hmac_sha256 hmac_sha512 hour
human_readable_seconds if infinity intersection_cardinality inverse_beta_cdf
inverse_normal_cdf is_finite is_infinite is_json_scalar is_nan jaccard_index json_array
json_array_contains json_array_get json_array_length json_exists json_extract
json_extract_scalar json_format json_object json_parse json_query json_size json_value kurtosis
lag last_day_of_month last_value lead learn_classifier learn_libsvm_classifier
learn_libsvm_regressor learn_regressor least length levenshtein_distance line_interpolate_point
line_interpolate_points line_locate_point listagg ln log log10 log2 lower lpad ltrim luhn_check
make_set_digest map map_agg map_concat map_entries map_filter map_from_entries map_keys
map_union map_values map_zip_with max max_by md5 merge merge_set_digest millisecond min min_by
minute mod month multimap_agg multimap_from_entries murmur3 nan ngrams none_match normal_cdf
normalize now nth_value ntile nullif numeric_histogram objectid_timestamp parse_data_size
parse_datetime parse_duration parse_presto_data_size percent_rank pi position pow power
qdigest_agg quantile_at_value quarter radians rand random rank reduce reduce_agg regexp_count
regexp_extract regexp_extract_all regexp_like regexp_position regexp_replace regexp_split
regr_intercept regr_slope regress rgb render repeat replace reverse round row_number rpad rtrim
second sequence sha1 sha256 sha512 shuffle sign simplify_geometry sin sinh skewness slice
soundex spatial_partitioning spatial_partitions split split_part split_to_map split_to_multimap
spooky_hash_v2_32 spooky_hash_v2_64 sqrt st_area st_asbinary st_astext st_boundary st_buffer
st_centroid st_contains st_convexhull st_coorddim st_crosses st_difference st_dimension
st_disjoint st_distance st_endpoint st_envelope st_envelopeaspts st_equals st_exteriorring
st_geometries st_geometryfromtext st_geometryn st_geometrytype st_geomfrombinary
st_interiorringn st_interiorrings st_intersection st_intersects st_isclosed st_isempty st_isring
st_issimple st_isvalid st_length st_linefromtext st_linestring st_multipoint st_numgeometries
st_numinteriorring st_numpoints st_overlaps st_point st_pointn st_points st_polygon st_relate
st_startpoint st_symdifference st_touches st_union st_within st_x st_xmax st_xmin st_y st_ymax
st_ymin starts_with stddev stddev_pop stddev_samp strpos substr substring sum tan tanh
tdigest_agg timestamp_objectid timezone_hour timezone_minute to_base to_base32 to_base64
to_base64url to_big_endian_32 to_big_endian_64 to_char to_date to_encoded_polyline
to_geojson_geometry to_geometry to_hex to_ieee754_32 to_ieee754_64 to_iso8601 to_milliseconds
to_spherical_geography to_timestamp to_unixtime to_utf8 transform transform_keys
transform_values translate trim trim_array truncate try typeof upper url_decode url_encode
url_extract_fragment url_extract_host url_extract_parameter url_extract_path url_extract_port
url_extract_protocol url_extract_query uuid value_at_quantile values_at_quantiles var_pop
var_samp variance version week week_of_year width_bucket wilson_interval_lower
wilson_interval_upper with_timezone word_stem xxhash64 year year_of_week yow zip zip_with
""".split()  # noqa: SIM905

#: https://docs.aws.amazon.com/redshift/latest/dg/c_SQL_functions.html
REDSHIFT = """
abs acos add_months any_value array array_concat array_contains array_distinct array_except
array_flatten array_intersection array_position array_positions array_sort array_to_string
array_union ascii asin atan atan2 avg bit_and bit_or bool_and bool_or bpcharcmp btrim
bttext_pattern_cmp can_json_parse cbrt ceil ceiling char_length character_length charindex
checksum chr coalesce collate concat convert_timezone cos cot count crc32 cume_dist
current_aws_account current_catalog current_database current_namespace current_schema
current_schemas current_session_arn current_setting current_user current_user_id date date_add
date_cmp date_cmp_timestamp date_cmp_timestamptz date_diff date_part date_part_year date_trunc
dateadd datediff decode degrees dense_rank dexp difference dlog1 dlog10 exp explain_model
extract farmfingerprint64 farmhash64 first_value floor fnv_hash from_hex from_varbyte func_sha1
get_array_length get_number_attributes getbit getdate greatest grouping has_database_privilege
has_schema_privilege has_table_privilege hll hll_cardinality hll_combine hll_combine_sketches
hll_create_sketch initcap interval_cmp is_array is_bigint is_boolean is_char is_decimal is_float
is_integer is_object is_scalar is_smallint is_valid_json is_valid_json_array is_varchar isnull
json_array_length json_extract_array_element_text json_extract_path_text json_parse
json_serialize json_serialize_to_varbyte json_size json_typeof lag last_day last_user_query_id
last_value lead least left len length listagg ln log lower lower_attribute_names lpad ltrim max
md5 median min mod months_between murmur3_32_hash next_day now nth_value ntile nullif nvl nvl2
object object_transform octet_length octetindex percent_rank percentile_cont percentile_disc
pg_backend_pid pg_get_cols pg_get_grantee_by_iam_role pg_get_iam_role_by_user
pg_get_late_binding_view_cols pg_get_session_roles pg_last_copy_count pg_last_copy_id
pg_last_query_id pg_last_unload_count pg_last_unload_id pi position pow power quote_ident
quote_literal radians random rank ratio_to_report regexp_count regexp_instr regexp_replace
regexp_substr repeat replace replicate reverse right role_is_member_of round row_number rpad
rtrim session_user sha sha1 sha2 sign sin slice_num soundex split_part split_to_array sqrt
st_area st_astext st_contains st_distance st_geomfromtext st_intersects st_point st_within
stddev stddev_pop stddev_samp strpos strtol subarray substr substring sum sysdate tan
text_to_int_alt text_to_numeric_alt textlen timeofday timestamp_cmp timestamp_cmp_date
timestamp_cmp_timestamptz timestamptz_cmp timestamptz_cmp_date timestamptz_cmp_timestamp
timezone to_char to_date to_hex to_number to_timestamp to_varbyte translate trim trunc try_cast
upper upper_attribute_names urlencode urldecode user user_is_member_of var_pop var_samp variance
version width_bucket
""".split()  # noqa: SIM905

#: names that the grammar itself reads, not the function tables
GRAMMAR = {
    "if", "try_cast", "extract", "position", "trim", "substring", "current_user", "session_user",
    "user", "current_catalog", "json_query", "json_value", "json_exists", "json_object",
    "json_array", "timezone_hour", "timezone_minute", "current_date", "sysdate", "object_transform",
}  # fmt: skip
