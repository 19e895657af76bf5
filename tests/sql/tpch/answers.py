"""The 22 answers, worked out in plain Python over whole numbers: no SQL and no DataFrame.

Each function takes the tables as lists of rows and the service's rules for averages. Money is in
hundredths; a product of two such numbers has four decimals. An answer is a list of tuples; numbers
with decimals are exact fractions, which the test cuts to the digits of the column's type.
"""

import datetime
from collections import defaultdict
from fractions import Fraction

from tpch.data import day


def money(number: int, decimals: int = 2) -> Fraction:
    return Fraction(number, 10**decimals)


def date(number: int) -> datetime.date:
    return datetime.date(1970, 1, 1) + datetime.timedelta(days=number)


def year(number: int) -> int:
    return date(number).year


def net(line) -> int:
    """Price after the discount, with four decimals."""
    return line.l_extendedprice * (100 - line.l_discount)


def by(rows, column: str) -> dict:
    """Return the rows by the value of a column that has each value once."""
    return {getattr(row, column): row for row in rows}


def grouped(rows, column: str) -> dict:
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


class Answers:
    """``average(sum, count, decimals)`` is the service's AVG of decimals, an exact fraction."""

    def __init__(self, tables: dict[str, list], average, fraction: Fraction):
        self.__dict__.update(tables)
        self.average, self.fraction = average, fraction
        self.orders_by = by(self.orders, "o_orderkey")
        self.customers = by(self.customer, "c_custkey")
        self.suppliers = by(self.supplier, "s_suppkey")
        self.parts = by(self.part, "p_partkey")
        self.lines_of = grouped(self.lineitem, "l_orderkey")
        self.nations = [row.n_name for row in self.nation]
        self.region_of = [self.region[row.n_regionkey].r_name for row in self.nation]

    def q1(self):
        totals = defaultdict(lambda: [0] * 6)
        for line in self.lineitem:
            if line.l_shipdate <= day("1998-12-01") - 90:
                sums = totals[line.l_returnflag, line.l_linestatus]
                values = (
                    line.l_quantity, line.l_extendedprice, net(line),
                    net(line) * (100 + line.l_tax), line.l_discount, 1,
                )  # fmt: skip
                for at, value in enumerate(values):
                    sums[at] += value
        return [
            (*key, money(qty), money(price), money(disc, 4), money(charge, 6),
             *(self.average(total, n, 2) for total in (qty, price, rate)), n)
            for key, (qty, price, disc, charge, rate, n) in sorted(totals.items())
        ]  # fmt: skip

    def q2(self):
        found = []
        offers = grouped(self.partsupp, "ps_partkey")
        for part in self.part:
            if part.p_size != 15 or not part.p_type.endswith("BRASS"):
                continue
            local = [
                (offer.ps_supplycost, self.suppliers[offer.ps_suppkey])
                for offer in offers[part.p_partkey]
            ]
            local = [pair for pair in local if self.region_of[pair[1].s_nationkey] == "EUROPE"]
            for cost, s in local:
                if cost == min(pair[0] for pair in local):
                    found.append((-s.s_acctbal, self.nations[s.s_nationkey], s.s_name, part, s))
        found.sort(key=lambda row: (*row[:3], row[3].p_partkey))
        return [
            (money(-low), name, nation, part.p_partkey, part.p_mfgr, s.s_address, s.s_phone)
            for low, nation, name, part, s in found[:100]
        ]

    def q3(self):
        limit, found = day("1995-03-15"), []
        for order in self.orders:
            buyer = self.customers[order.o_custkey]
            if order.o_orderdate < limit and buyer.c_mktsegment == "BUILDING":
                late = [x for x in self.lines_of[order.o_orderkey] if x.l_shipdate > limit]
                if late:
                    found.append((-sum(map(net, late)), order.o_orderdate, order.o_orderkey))
        return [(key, money(-low, 4), date(on), 0) for low, on, key in sorted(found)[:10]]

    def q4(self):
        counts = defaultdict(int)
        for order in self.orders:
            if day("1993-07-01") <= order.o_orderdate < day("1993-10-01") and any(
                x.l_commitdate < x.l_receiptdate for x in self.lines_of[order.o_orderkey]
            ):
                counts[order.o_orderpriority] += 1
        return sorted(counts.items())

    def q5(self):
        revenue = defaultdict(int)
        for order in self.orders:
            home = self.customers[order.o_custkey].c_nationkey
            if year(order.o_orderdate) == 1994 and self.region_of[home] == "ASIA":
                for line in self.lines_of[order.o_orderkey]:
                    if self.suppliers[line.l_suppkey].s_nationkey == home:
                        revenue[self.nations[home]] += net(line)
        return [(name, money(sold, 4)) for name, sold in sorted(revenue.items(), key=_high)]

    def q6(self):
        return [
            (
                money(
                    sum(
                        line.l_extendedprice * line.l_discount
                        for line in self.lineitem
                        if day("1994-01-01") <= line.l_shipdate <= day("1994-12-31")
                        and 5 <= line.l_discount <= 7
                        and line.l_quantity < 2400
                    ),
                    4,
                ),
            )
        ]

    def q7(self):
        revenue = defaultdict(int)
        for line in self.lineitem:
            seller = self.nations[self.suppliers[line.l_suppkey].s_nationkey]
            if seller not in ("FRANCE", "GERMANY") or year(line.l_shipdate) not in (1995, 1996):
                continue
            order = self.orders_by[line.l_orderkey]
            buyer = self.nations[self.customers[order.o_custkey].c_nationkey]
            if {seller, buyer} == {"FRANCE", "GERMANY"}:
                revenue[seller, buyer, year(line.l_shipdate)] += net(line)
        return [(*key, money(sold, 4)) for key, sold in sorted(revenue.items())]

    def q8(self):
        whole, brazil = defaultdict(int), defaultdict(int)
        for line in self.lineitem:
            order = self.orders_by[line.l_orderkey]
            home = self.customers[order.o_custkey].c_nationkey
            when = year(order.o_orderdate)
            if (
                self.parts[line.l_partkey].p_type == "ECONOMY ANODIZED STEEL"
                and when in (1995, 1996)
                and self.region_of[home] == "AMERICA"
            ):
                whole[when] += net(line)
                if self.nations[self.suppliers[line.l_suppkey].s_nationkey] == "BRAZIL":
                    brazil[when] += net(line)
        return [(when, Fraction(brazil[when], total)) for when, total in sorted(whole.items())]

    def q9(self):
        cost = {(x.ps_partkey, x.ps_suppkey): x.ps_supplycost for x in self.partsupp}
        profit = defaultdict(int)
        for line in self.lineitem:
            if "green" in self.parts[line.l_partkey].p_name:
                nation = self.nations[self.suppliers[line.l_suppkey].s_nationkey]
                when = year(self.orders_by[line.l_orderkey].o_orderdate)
                spent = cost[line.l_partkey, line.l_suppkey] * line.l_quantity
                profit[nation, -when] += net(line) - spent
        return [(name, -low, money(won, 4)) for (name, low), won in sorted(profit.items())]

    def q10(self):
        lost = defaultdict(int)
        for order in self.orders:
            if day("1993-10-01") <= order.o_orderdate < day("1994-01-01"):
                for line in self.lines_of[order.o_orderkey]:
                    if line.l_returnflag == "R":
                        lost[order.o_custkey] += net(line)
        rows = [(self.customers[key], sold) for key, sold in sorted(lost.items(), key=_high)[:20]]
        return [
            (c.c_custkey, c.c_name, money(sold, 4), money(c.c_acctbal),
             self.nations[c.c_nationkey], c.c_address, c.c_phone, c.c_comment)
            for c, sold in rows
        ]  # fmt: skip

    def q11(self):
        worth = defaultdict(int)
        for offer in self.partsupp:
            home = self.suppliers[offer.ps_suppkey].s_nationkey
            if self.nations[home] == "GERMANY":
                worth[offer.ps_partkey] += offer.ps_supplycost * offer.ps_availqty
        least = sum(worth.values()) * self.fraction
        kept = [(key, value) for key, value in worth.items() if value > least]
        return [(key, money(value)) for key, value in sorted(kept, key=_high)]

    def q12(self):
        counts = defaultdict(lambda: [0, 0])
        for line in self.lineitem:
            if (
                line.l_shipmode in ("MAIL", "SHIP")
                and line.l_shipdate < line.l_commitdate < line.l_receiptdate
                and year(line.l_receiptdate) == 1994
            ):
                urgent = self.orders_by[line.l_orderkey].o_orderpriority[0] in "12"
                counts[line.l_shipmode][not urgent] += 1
        return [(mode, *pair) for mode, pair in sorted(counts.items())]

    def q13(self):
        bought = dict.fromkeys(self.customers, 0)
        for order in self.orders:
            _, special, rest = order.o_comment.partition("special")
            if not (special and "requests" in rest):
                bought[order.o_custkey] += 1
        spread = defaultdict(int)
        for number in bought.values():
            spread[number] += 1
        return sorted(spread.items(), key=lambda row: (-row[1], -row[0]))

    def q14(self):
        promo = whole = 0
        for line in self.lineitem:
            if day("1995-09-01") <= line.l_shipdate < day("1995-10-01"):
                whole += net(line)
                promo += net(line) * self.parts[line.l_partkey].p_type.startswith("PROMO")
        return [(Fraction(100 * promo, whole),)]

    def q15(self):
        revenue = defaultdict(int)
        for line in self.lineitem:
            if day("1996-01-01") <= line.l_shipdate < day("1996-04-01"):
                revenue[line.l_suppkey] += net(line)
        best = [self.suppliers[key] for key in revenue if revenue[key] == max(revenue.values())]
        return [
            (s.s_suppkey, s.s_name, s.s_address, s.s_phone, money(revenue[s.s_suppkey], 4))
            for s in sorted(best)
        ]

    def q16(self):
        makers = defaultdict(set)
        for offer in self.partsupp:
            part = self.parts[offer.ps_partkey]
            _, customer, rest = self.suppliers[offer.ps_suppkey].s_comment.partition("Customer")
            if (
                part.p_brand != "Brand#45"
                and not part.p_type.startswith("MEDIUM POLISHED")
                and part.p_size in (49, 14, 23, 45, 19, 3, 36, 9)
                and not (customer and "Complaints" in rest)
            ):
                makers[part.p_brand, part.p_type, part.p_size].add(offer.ps_suppkey)
        return sorted(
            ((*key, len(keys)) for key, keys in makers.items()),
            key=lambda row: (-row[3], *row[:3]),
        )

    def q17(self):
        sold = grouped(self.lineitem, "l_partkey")
        total = 0
        for part in self.part:
            if part.p_brand == "Brand#23" and part.p_container == "MED BOX":
                lines = sold[part.p_partkey]
                usual = self.average(sum(x.l_quantity for x in lines), len(lines), 2)
                few = Fraction(2, 10) * usual
                total += sum(x.l_extendedprice for x in lines if money(x.l_quantity) < few)
        return [(money(total) / 7,)]

    def q18(self):
        found = []
        for order in self.orders:
            total = sum(x.l_quantity for x in self.lines_of[order.o_orderkey])
            if total > 30_000:
                found.append((-order.o_totalprice, order.o_orderdate, order.o_orderkey, total))
        out = []
        for low, on, key, total in sorted(found)[:100]:
            buyer = self.customers[self.orders_by[key].o_custkey]
            out.append((buyer.c_name, buyer.c_custkey, key, date(on), money(-low), money(total)))
        return out

    def q19(self):
        wanted = {
            "Brand#12": (("SM CASE", "SM BOX", "SM PACK", "SM PKG"), 1, 5),
            "Brand#23": (("MED BAG", "MED BOX", "MED PKG", "MED PACK"), 10, 10),
            "Brand#34": (("LG CASE", "LG BOX", "LG PACK", "LG PKG"), 20, 15),
        }
        total = 0
        for line in self.lineitem:
            part = self.parts[line.l_partkey]
            boxes, least, size = wanted.get(part.p_brand, ((), 0, 0))
            total += net(line) * (
                part.p_container in boxes
                and 1 <= part.p_size <= size
                and least <= line.l_quantity // 100 <= least + 10
                and line.l_shipmode in ("AIR", "REG AIR")
                and line.l_shipinstruct == "DELIVER IN PERSON"
            )
        return [(money(total, 4),)]

    def q20(self):
        sold = defaultdict(int)
        for line in self.lineitem:
            if year(line.l_shipdate) == 1994:
                sold[line.l_partkey, line.l_suppkey] += line.l_quantity
        names = set()
        for offer in self.partsupp:
            key = offer.ps_partkey, offer.ps_suppkey
            s = self.suppliers[offer.ps_suppkey]
            if (
                self.parts[offer.ps_partkey].p_name.startswith("forest")
                and self.nations[s.s_nationkey] == "CANADA"
                and key in sold  # the sum of no rows is NULL: nothing is more than that
                and offer.ps_availqty * 200 > sold[key]
            ):
                names.add((s.s_name, s.s_address))
        return sorted(names)

    def q21(self):
        waiting = defaultdict(int)
        for key, lines in self.lines_of.items():
            late = {x.l_suppkey for x in lines if x.l_receiptdate > x.l_commitdate}
            if (
                self.orders_by[key].o_orderstatus != "F"
                or len(late) != 1
                or len({x.l_suppkey for x in lines}) == 1
            ):
                continue
            s = self.suppliers[late.pop()]
            if self.nations[s.s_nationkey] == "SAUDI ARABIA":
                waiting[s.s_name] += sum(
                    x.l_suppkey == s.s_suppkey and x.l_receiptdate > x.l_commitdate for x in lines
                )
        return sorted(waiting.items(), key=_high)[:100]

    def q22(self):
        codes = ("13", "31", "23", "29", "30", "18", "17")
        buyers = {order.o_custkey for order in self.orders}
        there = [c for c in self.customer if c.c_phone[:2] in codes]
        rich = [c.c_acctbal for c in there if c.c_acctbal > 0]
        usual = self.average(sum(rich), len(rich), 2)
        totals = defaultdict(lambda: [0, 0])
        for c in there:
            if money(c.c_acctbal) > usual and c.c_custkey not in buyers:
                totals[c.c_phone[:2]][0] += 1
                totals[c.c_phone[:2]][1] += c.c_acctbal
        return [(code, n, money(total)) for code, (n, total) in sorted(totals.items())]


def _high(pair):
    """Order pairs by the number in descending order, then by the key."""
    return -pair[1], pair[0]
