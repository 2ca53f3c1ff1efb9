"""A Python client of the HTTP API, made from its OpenAPI document: `pip install 'litso[client]'`.

    from litso.client import Client

    with Client("https://litso.example.org", token) as litso:
        for party in litso.find_parties_all(q="иванов"):
            print(party.party_id, party.name.reveal())

Personal data come as `Personal`: printed and logged they are «•••», `reveal()` gives them.
"""

from litso.client.calls import Client
from litso.client.errors import LitsoProblem, NotAllowed, NotThere, NotValid, StateChanged, Unavailable
from litso.client.personal import Personal
from litso.client.tables import Listing, arrow_of, pandas_of, polars_of

__all__ = [
    "Client",
    "Listing",
    "LitsoProblem",
    "NotAllowed",
    "NotThere",
    "NotValid",
    "Personal",
    "StateChanged",
    "Unavailable",
    "arrow_of",
    "pandas_of",
    "polars_of",
]
