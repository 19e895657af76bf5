"""TPC-H's 22 questions in Redshift's SQL, with the specification's validation values.

The questions are those of clause 2.4; the statements are the lab's own. ``FRACTION`` of question 11
depends on the scale. Each is (statement, types of the result's columns); numeric(38,s) of SUM and
the scales of quotients: https://docs.aws.amazon.com/redshift/latest/dg/r_SUM.html and
r_numeric_computations201.html (read 2026-11-23).
"""

QUERIES = {
    1: (
        """
        SELECT l_returnflag, l_linestatus,
               SUM(l_quantity) AS sum_qty, SUM(l_extendedprice) AS sum_base_price,
               SUM(net) AS sum_disc_price, SUM(charge) AS sum_charge,
               AVG(l_quantity) AS avg_qty, AVG(l_extendedprice) AS avg_price,
               AVG(l_discount) AS avg_disc, COUNT(*) AS count_order
        FROM (
            SELECT lineitem.*, l_extendedprice * (1 - l_discount) AS net,
                   net * (1 + l_tax) AS charge
            FROM lineitem
            WHERE l_shipdate <= DATEADD(day, -90, '1998-12-01'::date)
        ) AS priced
        GROUP BY l_returnflag, l_linestatus
        ORDER BY 1, 2
        """,
        "character(1); character(1); numeric(38,2); numeric(38,2); numeric(38,4); "
        "numeric(38,6); numeric(38,2); numeric(38,2); numeric(38,2); bigint",
    ),
    2: (
        """
        WITH offers AS (
            SELECT s.s_acctbal, s.s_name, n.n_name, ps.ps_partkey, s.s_address, s.s_phone,
                   RANK() OVER (PARTITION BY ps.ps_partkey ORDER BY ps.ps_supplycost) AS place
            FROM partsupp ps
            INNER JOIN supplier s ON s.s_suppkey = ps.ps_suppkey
            INNER JOIN nation n ON n.n_nationkey = s.s_nationkey
            INNER JOIN region r ON r.r_regionkey = n.n_regionkey AND r.r_name = 'EUROPE')
        SELECT TOP 100 s_acctbal, s_name, n_name, p_partkey, p_mfgr, s_address, s_phone
        FROM part JOIN offers ON ps_partkey = p_partkey AND place = 1
        WHERE p_size = 15 AND RIGHT(p_type, 5) = 'BRASS'
        ORDER BY s_acctbal DESC, n_name, s_name, p_partkey
        """,
        "numeric(15,2); character varying(25); character varying(25); bigint; "
        "character varying(25); character varying(40); character varying(15)",
    ),
    3: (
        """
        SELECT TOP 10 l_orderkey, SUM(l_extendedprice * (1 - l_discount)) AS revenue,
               o_orderdate, o_shippriority
        FROM customer, orders, lineitem
        WHERE c_mktsegment = 'BUILDING' AND c_custkey = o_custkey AND l_orderkey = o_orderkey
          AND o_orderdate < '1995-03-15' AND l_shipdate > '1995-03-15'
        GROUP BY l_orderkey, o_orderdate, o_shippriority
        ORDER BY revenue DESC, o_orderdate, l_orderkey
        """,
        "bigint; numeric(38,4); date; integer",
    ),
    4: (
        """
        SELECT o_orderpriority, COUNT(*) AS order_count
        FROM orders
        WHERE o_orderdate >= '1993-07-01'::date
          AND o_orderdate < DATEADD(month, 3, '1993-07-01'::date)
          AND EXISTS (SELECT * FROM lineitem
                      WHERE l_orderkey = o_orderkey AND l_commitdate < l_receiptdate)
        GROUP BY o_orderpriority
        ORDER BY o_orderpriority
        """,
        "character varying(15); bigint",
    ),
    5: (
        """
        SELECT n_name, SUM(l_extendedprice * (1 - l_discount)) AS revenue
        FROM customer, orders, lineitem, supplier, nation, region
        WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND l_suppkey = s_suppkey
          AND c_nationkey = s_nationkey AND s_nationkey = n_nationkey
          AND n_regionkey = r_regionkey AND r_name = 'ASIA'
          AND o_orderdate >= '1994-01-01'
          AND o_orderdate < DATE '1994-01-01' + INTERVAL '1 year'
        GROUP BY n_name
        ORDER BY revenue DESC
        """,
        "character varying(25); numeric(38,4)",
    ),
    6: (
        """
        SELECT SUM(l_extendedprice * l_discount) AS revenue
        FROM lineitem
        WHERE DATE_TRUNC('year', l_shipdate) = '1994-01-01'
          AND l_discount BETWEEN 0.06 - 0.01 AND 0.06 + 0.01
          AND l_quantity < 24
        """,
        "numeric(38,4)",
    ),
    7: (
        """
        SELECT n1.n_name AS supp_nation, n2.n_name AS cust_nation,
               DATE_PART(year, l_shipdate) AS l_year,
               SUM(l_extendedprice * (1 - l_discount)) AS revenue
        FROM supplier
        JOIN lineitem ON s_suppkey = l_suppkey
        JOIN orders ON o_orderkey = l_orderkey
        JOIN customer ON c_custkey = o_custkey
        JOIN nation n1 ON s_nationkey = n1.n_nationkey
        JOIN nation n2 ON c_nationkey = n2.n_nationkey
        WHERE (n1.n_name || '>' || n2.n_name) IN ('FRANCE>GERMANY', 'GERMANY>FRANCE')
          AND l_shipdate BETWEEN '1995-01-01' AND '1996-12-31'
        GROUP BY supp_nation, cust_nation, l_year
        ORDER BY supp_nation, cust_nation, l_year
        """,
        "character varying(25); character varying(25); double precision; numeric(38,4)",
    ),
    8: (
        """
        SELECT o_year, SUM(DECODE(nation, 'BRAZIL', volume, 0)) / SUM(volume) AS mkt_share
        FROM (
            SELECT EXTRACT(year FROM o_orderdate) AS o_year,
                   l_extendedprice * (1 - l_discount) AS volume, n2.n_name AS nation
            FROM part, supplier, lineitem, orders, customer, nation n1, nation n2, region
            WHERE p_partkey = l_partkey AND s_suppkey = l_suppkey AND l_orderkey = o_orderkey
              AND o_custkey = c_custkey AND c_nationkey = n1.n_nationkey
              AND n1.n_regionkey = r_regionkey AND r_name = 'AMERICA'
              AND s_nationkey = n2.n_nationkey
              AND o_orderdate BETWEEN '1995-01-01' AND '1996-12-31'
              AND p_type = 'ECONOMY ANODIZED STEEL'
        ) AS all_nations
        GROUP BY o_year
        ORDER BY o_year
        """,
        "integer; numeric(38,4)",
    ),
    9: (
        """
        SELECT n_name AS nation, EXTRACT(year FROM o_orderdate) AS o_year,
               SUM(l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity) AS sum_profit
        FROM part, supplier, lineitem, partsupp, orders, nation
        WHERE s_suppkey = l_suppkey AND ps_suppkey = l_suppkey AND ps_partkey = l_partkey
          AND p_partkey = l_partkey AND o_orderkey = l_orderkey AND s_nationkey = n_nationkey
          AND CHARINDEX('green', p_name) > 0
        GROUP BY nation, o_year
        ORDER BY nation, o_year DESC
        """,
        "character varying(25); integer; numeric(38,4)",
    ),
    10: (
        """
        SELECT c_custkey, c_name, SUM(l_extendedprice * (1 - l_discount)) AS revenue,
               c_acctbal, n_name, c_address, c_phone, c_comment
        FROM customer, orders, lineitem, nation
        WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND c_nationkey = n_nationkey
          AND o_orderdate >= '1993-10-01' AND o_orderdate < ADD_MONTHS('1993-10-01', 3)
          AND l_returnflag = 'R'
        GROUP BY c_custkey, c_name, c_acctbal, c_phone, n_name, c_address, c_comment
        ORDER BY revenue DESC, c_custkey
        LIMIT 20
        """,
        "bigint; character varying(25); numeric(38,4); numeric(15,2); character varying(25); "
        "character varying(40); character varying(15); character varying(117)",
    ),
    11: (
        """
        SELECT ps_partkey, SUM(ps_supplycost * ps_availqty) AS total_value
        FROM partsupp, supplier, nation
        WHERE ps_suppkey = s_suppkey AND s_nationkey = n_nationkey AND n_name = 'GERMANY'
        GROUP BY ps_partkey
        HAVING SUM(ps_supplycost * ps_availqty) > (
            SELECT SUM(ps_supplycost * ps_availqty) * FRACTION
            FROM partsupp, supplier, nation
            WHERE ps_suppkey = s_suppkey AND s_nationkey = n_nationkey AND n_name = 'GERMANY')
        ORDER BY total_value DESC, ps_partkey
        """,
        "bigint; numeric(38,2)",
    ),
    12: (
        """
        SELECT l_shipmode,
               SUM(CASE o_orderpriority WHEN '1-URGENT' THEN 1 WHEN '2-HIGH' THEN 1 ELSE 0 END)
                 AS high_line_count,
               COUNT(*) - high_line_count AS low_line_count
        FROM orders, lineitem
        WHERE o_orderkey = l_orderkey AND l_shipmode IN ('MAIL', 'SHIP')
          AND l_commitdate < l_receiptdate AND l_shipdate < l_commitdate
          AND l_receiptdate >= '1994-01-01'
          AND l_receiptdate < DATEADD(year, 1, DATE '1994-01-01')
        GROUP BY l_shipmode
        ORDER BY l_shipmode
        """,
        "character varying(10); bigint; bigint",
    ),
    13: (
        """
        SELECT c_count, COUNT(*) AS custdist
        FROM (
            SELECT c_custkey, COUNT(o_orderkey) AS c_count
            FROM customer LEFT JOIN orders
              ON c_custkey = o_custkey AND NOT o_comment SIMILAR TO '%special%requests%'
            GROUP BY c_custkey
        ) AS c_orders
        GROUP BY c_count
        ORDER BY custdist DESC, c_count DESC
        """,
        "bigint; bigint",
    ),
    14: (
        """
        SELECT 100.00 * SUM(CASE WHEN p_type LIKE 'PROMO%'
                                 THEN l_extendedprice * (1 - l_discount) ELSE 0 END)
               / SUM(l_extendedprice * (1 - l_discount)) AS promo_revenue
        FROM lineitem, part
        WHERE l_partkey = p_partkey AND l_shipdate >= '1995-09-01'
          AND l_shipdate < LAST_DAY('1995-09-01') + 1
        """,
        "numeric(38,4)",
    ),
    15: (
        """
        SELECT s_suppkey, s_name, s_address, s_phone,
               SUM(l_extendedprice * (1 - l_discount)) AS total_revenue
        FROM lineitem JOIN supplier ON s_suppkey = l_suppkey
        WHERE l_shipdate >= '1996-01-01' AND l_shipdate < DATEADD(quarter, 1, '1996-01-01')
        GROUP BY s_suppkey, s_name, s_address, s_phone
        QUALIFY RANK() OVER (ORDER BY SUM(l_extendedprice * (1 - l_discount)) DESC) = 1
        ORDER BY s_suppkey
        """,
        "bigint; character varying(25); character varying(40); character varying(15); "
        "numeric(38,4)",
    ),
    16: (
        """
        SELECT p_brand, p_type, p_size, COUNT(DISTINCT ps_suppkey) AS supplier_cnt
        FROM partsupp, part
        WHERE p_partkey = ps_partkey AND p_brand <> 'Brand#45'
          AND p_type NOT LIKE 'MEDIUM POLISHED%'
          AND p_size IN (49, 14, 23, 45, 19, 3, 36, 9)
          AND ps_suppkey NOT IN (SELECT s_suppkey FROM supplier
                                 WHERE s_comment ~ 'Customer.*Complaints')
        GROUP BY p_brand, p_type, p_size
        ORDER BY supplier_cnt DESC, p_brand, p_type, p_size
        """,
        "character varying(10); character varying(25); integer; bigint",
    ),
    17: (
        """
        WITH usual AS (
            SELECT l_partkey AS partkey, 0.2 * AVG(l_quantity) AS few FROM lineitem GROUP BY 1)
        SELECT SUM(l_extendedprice) / 7.0 AS avg_yearly
        FROM lineitem JOIN part ON p_partkey = l_partkey JOIN usual ON partkey = p_partkey
        WHERE p_brand = 'Brand#23' AND p_container = 'MED BOX' AND l_quantity < few
        """,
        "numeric(38,4)",
    ),
    18: (
        """
        SELECT TOP 100 c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice,
               SUM(l_quantity) AS total
        FROM customer, orders, lineitem
        WHERE c_custkey = o_custkey AND o_orderkey = l_orderkey
        GROUP BY 1, 2, 3, 4, 5
        HAVING SUM(l_quantity) > 300
        ORDER BY o_totalprice DESC, o_orderdate, o_orderkey
        """,
        "character varying(25); bigint; bigint; date; numeric(15,2); numeric(38,2)",
    ),
    19: (
        """
        SELECT SUM(l_extendedprice * (1 - l_discount)) AS revenue
        FROM lineitem, part
        WHERE (p_partkey = l_partkey AND p_brand = 'Brand#12'
               AND p_container IN ('SM CASE', 'SM BOX', 'SM PACK', 'SM PKG')
               AND l_quantity >= 1 AND l_quantity <= 1 + 10 AND p_size BETWEEN 1 AND 5
               AND l_shipmode IN ('AIR', 'REG AIR') AND l_shipinstruct = 'DELIVER IN PERSON')
           OR (p_partkey = l_partkey AND p_brand = 'Brand#23'
               AND p_container IN ('MED BAG', 'MED BOX', 'MED PKG', 'MED PACK')
               AND l_quantity >= 10 AND l_quantity <= 10 + 10 AND p_size BETWEEN 1 AND 10
               AND l_shipmode IN ('AIR', 'REG AIR') AND l_shipinstruct = 'DELIVER IN PERSON')
           OR (p_partkey = l_partkey AND p_brand = 'Brand#34'
               AND p_container IN ('LG CASE', 'LG BOX', 'LG PACK', 'LG PKG')
               AND l_quantity >= 20 AND l_quantity <= 20 + 10 AND p_size BETWEEN 1 AND 15
               AND l_shipmode IN ('AIR', 'REG AIR') AND l_shipinstruct = 'DELIVER IN PERSON')
        """,
        "numeric(38,4)",
    ),
    20: (
        """
        SELECT s_name, s_address
        FROM supplier, nation
        WHERE s_suppkey IN (
            SELECT ps_suppkey
            FROM partsupp
            JOIN (SELECT l_partkey, l_suppkey, 0.5 * SUM(l_quantity) AS half
                  FROM lineitem
                  WHERE l_shipdate >= '1994-01-01'
                    AND l_shipdate < DATEADD(year, 1, '1994-01-01')
                  GROUP BY l_partkey, l_suppkey) AS shipped
              ON l_partkey = ps_partkey AND l_suppkey = ps_suppkey AND ps_availqty > half
            WHERE ps_partkey IN (SELECT p_partkey FROM part WHERE LEFT(p_name, 6) = 'forest'))
          AND s_nationkey = n_nationkey AND n_name = 'CANADA'
        ORDER BY s_name
        """,
        "character varying(25); character varying(40)",
    ),
    21: (
        """
        WITH late AS (
            SELECT l_orderkey, COUNT(DISTINCT l_suppkey) AS suppliers,
                   COUNT(DISTINCT CASE WHEN l_receiptdate > l_commitdate THEN l_suppkey END)
                     AS late_suppliers
            FROM lineitem GROUP BY l_orderkey)
        SELECT TOP 100 s_name, COUNT(*) AS numwait
        FROM lineitem
        JOIN late USING (l_orderkey)
        JOIN orders ON o_orderkey = l_orderkey AND o_orderstatus = 'F'
        JOIN supplier ON s_suppkey = l_suppkey
        JOIN nation ON n_nationkey = s_nationkey AND n_name = 'SAUDI ARABIA'
        WHERE l_receiptdate > l_commitdate AND suppliers > 1 AND late_suppliers = 1
        GROUP BY s_name
        ORDER BY numwait DESC, s_name
        """,
        "character varying(25); bigint",
    ),
    22: (
        """
        SELECT SUBSTRING(c_phone, 1, 2) AS cntrycode, COUNT(*) AS numcust,
               SUM(c_acctbal) AS totacctbal
        FROM customer LEFT JOIN orders ON o_custkey = c_custkey
        WHERE o_custkey IS NULL
          AND SUBSTRING(c_phone, 1, 2) IN ('13', '31', '23', '29', '30', '18', '17')
          AND c_acctbal > (
            SELECT AVG(c_acctbal) FROM customer
            WHERE c_acctbal > 0.00
              AND SUBSTRING(c_phone FROM 1 FOR 2) IN ('13', '31', '23', '29', '30', '18', '17'))
        GROUP BY cntrycode
        ORDER BY cntrycode
        """,
        "character varying; bigint; numeric(38,2)",
    ),
}
