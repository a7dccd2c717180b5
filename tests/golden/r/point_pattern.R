# K of the points in point_pattern.csv by spatstat; run in tests/golden as
#   Rscript r/point_pattern.R > r/point_pattern.csv
# Made with R 4.2.2, spatstat 3.0-3 (spatstat.explore 3.0-6, spatstat.geom 3.0-6).
#
# What makes spatstat exact, without its rasters and without reading a distance off the next r:
# - none, border: r evenly spaced and no other correction asked for, so that its compiled counting is used;
# - isotropic: always worked out from the polygon's edges;
# - translation: exact in a rectangle; in a polygon Kest and Kinhom look the shared area up in a raster, so the
#   weights are taken from edge.Trans(exact = TRUE) and summed here by the same formula;
# - none with an intensity: Kinhom(correction = "none") alone divides by sum(1 / lambda) where the same function asked
#   for several corrections in a rectangle, and the definition, divide by the area: summed here by the definition.
suppressMessages(library(spatstat))
windows <- list(
  square = owin(c(0, 1), c(0, 1)),
  hole = owin(poly = list(
    list(x = c(0, 1, 1, .7, .6, .45, .4, 0), y = c(0, 0, 1, .9, .4, .35, 1, .8)),
    list(x = c(.15, .3, .25, .1), y = c(.7, .6, .4, .45))
  ))
)
r <- seq(0, 0.25, length.out = 11)
points <- read.csv("point_pattern.csv")

pair_sums <- function(X, w, translation) {
  pairs <- closepairs(X, max(r), what = "all")
  e <- if (!translation) 1 else
    edge.Trans(dx = pairs$dx, dy = pairs$dy, W = Window(X), paired = TRUE, exact = TRUE)
  sapply(r, function(at) sum((e * w[pairs$i] * w[pairs$j])[pairs$d <= at]))
}

rows <- list()
for (name in names(windows)) {
  W <- windows[[name]]
  given <- points[points$window == name, ]
  X <- ppp(given$x, given$y, window = W)
  n <- npoints(X)
  stopifnot(n == nrow(given))
  A <- area(W)
  K <- list(
    none = Kest(X, r = r, correction = "none")$un,
    border = Kest(X, r = r, correction = "border")$border,
    isotropic = Kest(X, r = r, correction = "isotropic")$iso,
    translation = pair_sums(X, rep(1, n), TRUE) * A / (n * (n - 1))
  )
  for (correction in names(K)) {
    rows <- c(rows, list(data.frame(window = name, correction, normpower = 0, r, k = K[[correction]])))
  }
  for (power in 1:2) {
    lambda <- given$intensity
    K <- list(
      none = pair_sums(X, 1 / lambda, FALSE) / A * (A / sum(1 / lambda))^power,
      border = Kinhom(X, lambda, r = r, correction = "border", normpower = power)$border,
      isotropic = Kinhom(X, lambda, r = r, correction = "isotropic", normpower = power)$iso,
      translation = pair_sums(X, 1 / lambda, TRUE) / A * (A / sum(1 / lambda))^power
    )
    for (correction in names(K)) {
      rows <- c(rows, list(data.frame(window = name, correction, normpower = power, r, k = K[[correction]])))
    }
  }
  if (name == "square") {  # spatstat's own sums agree where they are exact
    both <- Kinhom(X, lambda, r = r, correction = c("none", "translate"), normpower = 2)
    stopifnot(max(abs(both$un - rows[[9]]$k)) < 1e-12, max(abs(both$trans - rows[[12]]$k)) < 1e-12)
    stopifnot(max(abs(Kest(X, r = r, correction = "translate")$trans - rows[[4]]$k)) < 1e-12)
    L <- Linhom(X, given$intensity, r = r, correction = "translate", normpower = 2)$trans
    stopifnot(max(abs(L - sqrt(rows[[12]]$k / pi))) < 1e-12)
  }
}
out <- do.call(rbind, rows)
stopifnot(identical(unique(out$window), names(windows)))
out$k <- sprintf("%.15g", out$k)
write.csv(out, row.names = FALSE, quote = FALSE)
