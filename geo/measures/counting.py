"""Which plants count, and as what."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

MANUFACTURING = ("31", "32", "33")


def counted(plants: pd.DataFrame) -> pd.Series:
    """Tell which plants count: a duplicate is left out where the works it repeats stands in the same layer."""
    return ~plants["duplicate_of"].isin(plants["plant_id"])


def is_manufacturing(plants: pd.DataFrame) -> pd.Series:
    """Tell which plants are of SCIAN 31-33; one without a code is not."""
    return plants["scian"].str[:2].isin(MANUFACTURING)


def manufacturing_plants(establishments: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the register's manufacturing plants, each works once."""
    return establishments[counted(establishments) & is_manufacturing(establishments)]


def parts_plants(auto_parts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the auto-parts plants, each works once, assembly works left out."""
    return auto_parts[counted(auto_parts) & auto_parts["assembly_plant_id"].isna()]


def built_assembly(assembly: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the assembly plants that are not merely planned."""
    return assembly[assembly["status"] != "planned"]


def auto_plants(auto_parts: gpd.GeoDataFrame, assembly: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return assembly and auto-parts plants together, each works once: geometry and location_error_m."""
    columns = ["location_error_m", "geometry"]
    both = [parts_plants(auto_parts)[columns], built_assembly(assembly)[columns]]
    return gpd.GeoDataFrame(pd.concat(both, ignore_index=True), crs=auto_parts.crs)
