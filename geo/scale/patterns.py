"""Point patterns over partitions: Marcon and Puech's M, exact or from a sample, and Duranton and Overman's K_d.

The kernels are those of ``geo.metrics.patterns``, called on each partition and the rows around it; what they give adds
up.
"""

from __future__ import annotations

from geo.scale._duranton_overman import kd_function
from geo.scale._marcon_puech import Marks, m_function, marks_of, ratio_estimate, sampled_m

__all__ = ["Marks", "kd_function", "m_function", "marks_of", "ratio_estimate", "sampled_m"]
