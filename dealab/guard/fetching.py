"""``urllib`` reaches the lab: a presigned URL or an API's address is answered as ``requests`` is.

moto answers boto3 and ``requests``. ``urllib.request`` opens sockets by itself, which the guard
refuses. While a lab runs, addresses of AWS that are opened with it are handed to ``requests``.
"""

import io
import urllib.request

_installed = False


def install(running) -> None:
    """Hook into ``urllib.request``. ``running()`` returns the lab or None."""
    global _installed
    if _installed:
        return
    _installed = True
    original = urllib.request.OpenerDirector.open

    def opened(self, fullurl, data=None, *args, **kwargs):
        given = isinstance(fullurl, urllib.request.Request)
        asked = fullurl if given else urllib.request.Request(fullurl)
        if running() is None or not (asked.host or "").endswith(".amazonaws.com"):
            return original(self, fullurl, data, *args, **kwargs)
        import requests

        if data is not None:
            asked.data = data
        answer = requests.request(
            asked.get_method(),
            asked.full_url,
            data=asked.data,
            headers=dict(asked.header_items()),
            allow_redirects=False,
        )
        body = io.BytesIO(answer.content)
        from urllib.response import addinfourl

        made = addinfourl(body, _message(answer.headers), asked.full_url, answer.status_code)
        made.msg = answer.reason
        for handler in self.process_response.get("https", []):  # raises HTTPError for a refusal
            made = handler.https_response(asked, made)
        return made

    urllib.request.OpenerDirector.open = opened


def _message(headers):
    from email.message import Message

    made = Message()
    for name, value in headers.items():
        made[name] = value
    return made
