/* Distances over the WGS84 ellipsoid, and the line to draw for one. */
"use strict";

((A) => {
  const MAJOR = 6378137, FLATTENING = 1 / 298.257223563, MINOR = MAJOR * (1 - FLATTENING);
  const KM_PER_MILE = 1.609344;
  const rad = (degrees) => (degrees * Math.PI) / 180;

  /* Great-circle distance on a sphere: for the few pairs of places at opposite ends of the Earth. */
  function sphere(one, other) {
    const half = Math.sin(rad(other.lat - one.lat) / 2) ** 2 +
      Math.cos(rad(one.lat)) * Math.cos(rad(other.lat)) * Math.sin(rad(other.lon - one.lon) / 2) ** 2;
    return 2 * 6371008.8 * Math.asin(Math.min(1, Math.sqrt(half)));
  }

  /* Metres between two places {lon, lat}: Vincenty's inverse formula, good to under a millimetre. */
  function distance(one, other) {
    const f = FLATTENING, difference = rad(other.lon - one.lon);
    const reduced = [one, other].map(({ lat }) => Math.atan((1 - f) * Math.tan(rad(lat))));
    const [sin1, sin2] = reduced.map(Math.sin), [cos1, cos2] = reduced.map(Math.cos);
    let lambda = difference;
    for (let turn = 0; turn < 200; turn++) {
      const sinL = Math.sin(lambda), cosL = Math.cos(lambda);
      const sinS = Math.hypot(cos2 * sinL, cos1 * sin2 - sin1 * cos2 * cosL);
      if (sinS === 0) return 0;
      const cosS = sin1 * sin2 + cos1 * cos2 * cosL;
      const sigma = Math.atan2(sinS, cosS);
      const sinA = (cos1 * cos2 * sinL) / sinS, cos2A = 1 - sinA * sinA;
      const middle = cos2A === 0 ? 0 : cosS - (2 * sin1 * sin2) / cos2A;
      const c = (f / 16) * cos2A * (4 + f * (4 - 3 * cos2A));
      const last = lambda;
      lambda = difference + (1 - c) * f * sinA * (sigma + c * sinS * (middle + c * cosS * (2 * middle * middle - 1)));
      if (Math.abs(lambda - last) > 1e-12) continue;
      const u = (cos2A * (MAJOR ** 2 - MINOR ** 2)) / MINOR ** 2;
      const a = 1 + (u / 16384) * (4096 + u * (u * (320 - 175 * u) - 768));
      const b = (u / 1024) * (256 + u * (u * (74 - 47 * u) - 128));
      const change = b * sinS * (middle + (b / 4) * (cosS * (2 * middle ** 2 - 1) -
        (b / 6) * middle * (4 * sinS ** 2 - 3) * (4 * middle ** 2 - 3)));
      return MINOR * a * (sigma - change);
    }
    return sphere(one, other);
  }

  /* Places along the shortest way, some 25 km apart, the ends among them. */
  function along(one, other) {
    const vector = ({ lon, lat }) => [Math.cos(rad(lat)) * Math.cos(rad(lon)), Math.cos(rad(lat)) * Math.sin(rad(lon)), Math.sin(rad(lat))];
    const from = vector(one), to = vector(other);
    const angle = Math.acos(Math.max(-1, Math.min(1, from.reduce((sum, value, at) => sum + value * to[at], 0))));
    const steps = Math.max(1, Math.ceil((angle * 6371) / 25));
    const places = [one];
    for (let step = 1; step < steps; step++) {
      const share = step / steps;
      const [x, y, z] = from.map((value, at) => (Math.sin((1 - share) * angle) * value + Math.sin(share * angle) * to[at]) / Math.sin(angle));
      places.push({ lon: (Math.atan2(y, x) * 180) / Math.PI, lat: (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI });
    }
    return [...places, other];
  }

  A.geodesic = { distance, along };

  /* "12.3 km · 7.6 mi"; under a kilometre in metres. */
  A.kmAndMiles = (metres) => {
    const km = metres / 1000, decimals = km < 100 ? 1 : 0;
    return `${km < 1 ? `${A.number(metres)} m` : `${A.number(km, decimals)} km`} · ${A.number(km / KM_PER_MILE, km < 1 ? 2 : decimals)} mi`;
  };
})(Corredor);
