"""What a run writes: the atlas, the GeoPackage, the tables and the manifest."""
