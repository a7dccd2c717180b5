# Makes the csv files of local statistics beside this script's folder: tests/golden/spdep_*.csv.
# R 4.2.2, spdep 1.2-7, spData 2.2.1 (data: CC0). Run in tests/golden: Rscript r/local_statistics.R
suppressMessages({
  library(spdep)
  library(spData)
})
options(digits = 17)

# Columbus by queen contiguity: the polygons are those that libpysal ships as "columbus".
columbus <- sf::st_read(system.file("shapes/columbus.shp", package = "spData"), quiet = TRUE)
queen <- poly2nb(columbus)
moran <- localmoran(columbus$CRIME, nb2listw(queen, style = "W"))
write.csv(
  data.frame(
    crime = columbus$CRIME,
    local_i = moran[, "Ii"], z = moran[, "Z.Ii"], p = moran[, "Pr(z != E(Ii))"],
    quadrant = as.character(attr(moran, "quadr")$pysal),
    g = as.numeric(localG(columbus$CRIME, nb2listw(queen, style = "B"))),
    g_star = as.numeric(localG(columbus$CRIME, nb2listw(include.self(queen), style = "B"))),
    g_star_w = as.numeric(localG(columbus$CRIME, nb2listw(include.self(queen), style = "W")))
  ),
  "spdep_columbus.csv", row.names = FALSE, quote = FALSE
)
stopifnot(sum(moran[, 5] < 0.05) == 15, sum(p.adjust(moran[, 5], "BH") < 0.05) == 4)

# The same city as Anselin (1988) has it, with his neighbours: values, and one line a unit with its neighbours.
data(oldcol)
moran <- localmoran(COL.OLD$CRIME, nb2listw(COL.nb, style = "W"))
print(moran.test(COL.OLD$CRIME, nb2listw(COL.nb, style = "W"))$estimate[1]) # 0.5109513
write.csv(
  data.frame(
    crime = COL.OLD$CRIME,
    neighbours = vapply(COL.nb, paste, "", collapse = " "),
    local_i = moran[, "Ii"], z = moran[, "Z.Ii"]
  ),
  "spdep_oldcol.csv", row.names = FALSE, quote = FALSE
)

# Getis and Ord's (1996) 16 x 16 raster of 30 m cells; G and G* of all cells within 30, 60, 90 and 120 m.
data(getisord)
points <- as.matrix(go_xyz[, c("x", "y")])
out <- data.frame(x = go_xyz$x, y = go_xyz$y, value = go_xyz$val)
for (reach in c(30, 60, 90, 120)) {
  near <- dnearneigh(points, 0, reach)
  out[[paste0("g_", reach)]] <- as.numeric(localG(go_xyz$val, nb2listw(near, style = "B")))
  out[[paste0("g_star_", reach)]] <- as.numeric(localG(go_xyz$val, nb2listw(include.self(near), style = "B")))
}
print(out[120, ])
write.csv(out, "spdep_getisord.csv", row.names = FALSE, quote = FALSE)
