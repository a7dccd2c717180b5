# Regressions with neighbours, by spdep and spatialreg, and Conley's covariance by plain loops.
#
# Run in tests/golden:  Rscript r/gradient.R
# Made with R 4.2.2, spdep 1.2-7, spatialreg 1.2-6.
# Reads  mexico_gradient.csv, mexico_neighbours.csv (written by mexico_gradient.py from libpysal's example `mexico`).
# Writes columbus_neighbours.csv (spdep's COL.nb by POLYID of libpysal's example `columbus`) and gradient_r.csv.
suppressMessages({library(spdep); library(spatialreg)})

numbers <- data.frame(check = character(), term = character(), value = numeric())
keep <- function(check, values, terms = names(values))
  numbers <<- rbind(numbers, data.frame(check = check, term = terms, value = as.numeric(values)))

spatial <- function(name, formula, data, listw) {
  ols <- lm(formula, data)
  keep(paste0(name, "_ols"), coef(ols))
  lm_tests <- lm.LMtests(ols, listw, test = "all")
  for (test in names(lm_tests)) {
    keep(paste0(name, "_", test), c(statistic = lm_tests[[test]]$statistic[[1]], p = lm_tests[[test]]$p.value[[1]]))
  }
  moran <- lm.morantest(ols, listw, alternative = "two.sided")
  keep(paste0(name, "_moran"), c(statistic = moran$estimate[[1]], p = moran$p.value[[1]]))
  lag <- lagsarlm(formula, data, listw, tol.solve = 1e-20, control = list(tol.opt = 1e-12))
  error <- errorsarlm(formula, data, listw, tol.solve = 1e-20, control = list(tol.opt = 1e-12))
  keep(paste0(name, "_ml_lag"), c(coef(lag)[-1], rho = lag$rho[[1]], log_likelihood = as.numeric(logLik(lag))))
  keep(paste0(name, "_ml_error"), c(coef(error)[-1], lambda = error$lambda[[1]],
                                    log_likelihood = as.numeric(logLik(error))))
}

# Columbus, Anselin (1988), table 12.1 and after.
data(oldcol, package = "spdep")
columbus <- COL.OLD
spatial("columbus", CRIME ~ INC + HOVAL, columbus, nb2listw(COL.nb))
id <- columbus$POLYID
write.csv(data.frame(focal = rep(id, card(COL.nb)), neighbor = id[unlist(COL.nb)]),
          "columbus_neighbours.csv", row.names = FALSE, quote = FALSE)

# Mexico, product per head of 2000 on distances.
mexico <- read.csv("mexico_gradient.csv")
pairs <- read.csv("mexico_neighbours.csv")
nb <- lapply(mexico$state, function(s) as.integer(sort(match(pairs$neighbor[pairs$focal == s], mexico$state))))
class(nb) <- "nb"
attr(nb, "region.id") <- mexico$state
spatial("mexico", ln_pcgdp ~ ln_border_km + ln_capital_km, mexico, nb2listw(nb))

# Conley: two loops over pairs, haversine on a sphere of 6371.01 km.
apart <- function(i, j) {
  d <- pi / 180
  a <- sin((mexico$lat[i] - mexico$lat[j]) * d / 2)^2 +
    cos(mexico$lat[i] * d) * cos(mexico$lat[j] * d) * sin((mexico$lon[i] - mexico$lon[j]) * d / 2)^2
  2 * 6371.01 * asin(min(1, sqrt(a)))
}
ols <- lm(ln_pcgdp ~ ln_border_km + ln_capital_km, mexico)
X <- model.matrix(ols)
u <- resid(ols)
bread <- solve(crossprod(X))
n <- nrow(X)
k <- ncol(X)
keep("mexico_hc1", sqrt(diag(bread %*% crossprod(X * u) %*% bread) * n / (n - k)))
for (kernel in c("bartlett", "uniform")) for (cutoff in c(300, 500, 800)) {
  meat <- matrix(0, k, k)
  for (i in 1:n) for (j in 1:n) {
    d <- apart(i, j)
    w <- if (d > cutoff) 0 else if (kernel == "bartlett") 1 - d / cutoff else 1
    meat <- meat + w * u[i] * u[j] * X[i, ] %o% X[j, ]
  }
  keep(paste0("mexico_", kernel, "_", cutoff), diag(bread %*% meat %*% bread), colnames(X))
}

numbers$value <- format(numbers$value, digits = 12, scientific = FALSE, trim = TRUE)
write.csv(numbers, "gradient_r.csv", row.names = FALSE, quote = FALSE)
