"""Point patterns: Ripley's K and L, Marcon and Puech's M, Duranton and Overman's K_d, join counts, envelopes.

K and L are planar and need a window. M, K_d and join counts condition on the sites there are, so that neither the
shape of the country nor where industry stands anyway enters; their distances are geodesic unless asked for planar.
"""

from __future__ import annotations

from geo.metrics._duranton_overman import kd_envelope, kd_function, kd_simulations
from geo.metrics._join_counts import JoinCounts, Neighbours, distance_band, join_counts
from geo.metrics._marcon_puech import m_envelope, m_envelopes, m_function, m_simulations
from geo.metrics._nulls import Envelope, Simulated, global_envelope, random_labelling, random_location
from geo.metrics._ripley import k_function, l_function

__all__ = [
    "Envelope",
    "JoinCounts",
    "Neighbours",
    "Simulated",
    "distance_band",
    "global_envelope",
    "join_counts",
    "k_function",
    "kd_envelope",
    "kd_function",
    "kd_simulations",
    "l_function",
    "m_envelope",
    "m_envelopes",
    "m_function",
    "m_simulations",
    "random_labelling",
    "random_location",
]
