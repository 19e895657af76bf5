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
CREATE MACRO lab_first_keys(pairs) AS list_filter(pairs, lambda p, i: p.k IS NOT NULL
  AND list_position(list_transform(pairs, lambda q: q.k), p.k) = i);
