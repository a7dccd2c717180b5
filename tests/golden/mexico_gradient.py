"""Product per head of Mexican states against distances, from libpysal's example `mexico`.

Run in this folder to write ``mexico_gradient.csv`` and ``mexico_neighbours.csv``, the input of ``r/gradient.R``.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from libpysal import examples
from libpysal.graph import Graph

from geo.geodesy import distance_km

# Tijuana, Mexicali, Nogales, Ciudad Juárez, Piedras Negras, Nuevo Laredo, Reynosa, Matamoros: longitude, latitude.
BORDER_CITIES = (
    (-117.0382, 32.5149), (-115.4523, 32.6245), (-110.9422, 31.3086), (-106.4245, 31.6904),
    (-100.5236, 28.7000), (-99.5164, 27.4763), (-98.2979, 26.0508), (-97.5027, 25.8690),
)  # fmt: skip
CAPITAL = (-99.1332, 19.4326)


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the states with their regressors, and their queen neighbours."""
    shapes = gpd.read_file(examples.get_path("mexicojoin.shp")).set_crs(4326)
    shapes["state"] = shapes["NAME"].str.replace(" ", "_", regex=False)
    centre = shapes.to_crs(6372).centroid.to_crs(4326)
    lon, lat = centre.x.to_numpy(), centre.y.to_numpy()
    cities = np.array(BORDER_CITIES)
    border = distance_km(lon[:, None], lat[:, None], cities[:, 0], cities[:, 1]).min(axis=1)
    states = pd.DataFrame(
        {
            "state": shapes["state"],
            "ln_pcgdp": np.log(shapes["PCGDP2000"].astype(float)),
            "ln_border_km": np.log(border),
            "ln_capital_km": np.log(distance_km(lon, lat, *CAPITAL)),
            "lon": lon,
            "lat": lat,
        }
    )
    queen = Graph.build_contiguity(shapes.set_index("state"), rook=False)
    return states, queen.adjacency.reset_index()[["focal", "neighbor"]]


if __name__ == "__main__":
    states, neighbours = tables()
    states.to_csv("mexico_gradient.csv", index=False, float_format="%.12g")
    neighbours.to_csv("mexico_neighbours.csv", index=False)
