"""Messages are signed with one key that is the same in every run.

moto makes a new key for each subscription, which takes time and gives other bytes each time. Nobody
relies on this key for secrecy: it signs messages inside one process.
"""

from functools import cache


def join(lab_of) -> None:
    from moto.sns.models import Subscription

    Subscription.private_key = lambda self: _key()


@cache
def _key():
    import random

    from cryptography.hazmat.primitives.asymmetric import rsa

    draw, power = random.Random(2026), 65537

    def prime() -> int:
        while True:
            number = draw.getrandbits(1024) | 3 << 1022 | 1
            if number % power != 1 and all(pow(a, number - 1, number) == 1 for a in (2, 3, 5, 7)):
                return number

    p, q = prime(), prime()
    d = pow(power, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(power, p * q),
    ).private_key()  # fmt: skip
