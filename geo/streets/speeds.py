"""How fast one travels where nothing better is known: assumptions, printed with every figure in minutes."""

from __future__ import annotations

#: Speed on the shipped highway graph, whose edges have a length and no class: km/h.
HIGHWAY_KMH = 80.0
#: Speed on the straight leg between a point and the network: km/h.
ACCESS_KMH = 30.0
#: Speed by class of road (OpenStreetMap's ``highway``) where the road has no posted ``maxspeed``: km/h.
SPEEDS_KMH = {
    "motorway": 100.0,
    "motorway_link": 60.0,
    "trunk": 80.0,
    "trunk_link": 50.0,
    "primary": 70.0,
    "primary_link": 40.0,
    "secondary": 60.0,
    "secondary_link": 40.0,
    "tertiary": 50.0,
    "tertiary_link": 35.0,
    "unclassified": 40.0,
    "residential": 30.0,
    "living_street": 15.0,
    "road": 30.0,
    "service": 20.0,
    "track": 15.0,
}
#: Speed of a class that the table does not have: km/h.
OTHER_KMH = 30.0
