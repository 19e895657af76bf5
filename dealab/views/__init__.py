"""Look inside: small tables and pictures of what the local AWS holds.

    from dealab import views
    views.shards("clicks")

One file per subject. A table is a pandas DataFrame; a picture is a ``Picture`` with its text. Both
show what is there and change nothing.
"""

from dealab.views.picture import Picture
from dealab.views.streams import invocations, shards

__all__ = ["Picture", "invocations", "shards"]
