"""Captions of the maps: definition, n, set and source, in both languages; ``{name}`` stands for a counted fact."""

from __future__ import annotations

from collections.abc import Mapping

from geo.export.style import Words

MAPS: Mapping[str, Words] = {
    "parks_by_owner": Words(
        "Los {n} parques del conjunto de estudio que tienen punto, según el tipo de quien los controla: su "
        "propietario si se conoce y, si no, su desarrollador; «mixto» donde varios son de tipos distintos. Se"
        " conoce el tipo de {n_kind}; de {n_unknown} no. Los recuadros A y B amplían donde los puntos se "
        "enciman. Fuentes: [[register.es]] y las fuentes que cita el inventario. {inventory}",
        "The {n} parks of the study set that have a point, by the kind of who controls them: the owner where "
        "known, else the developer; mixed where several are of different kinds. The kind is known for "
        "{n_kind} and not for {n_unknown}. Insets A and B enlarge where points crowd. Sources: "
        "[[register.en]] and the sources that the inventory cites. {inventory}",
    ),
    "ownership_excess": Words(
        "Exceso de concentración de dueños en torno a cada parque (núcleo gaussiano de 25 km): 0 es lo que "
        "daría el azar y 1 un solo dueño alrededor. De los {n} parques del conjunto de estudio con punto se "
        "calcula en {n_measured}, los que tienen bastantes controladores conocidos cerca; solo se destacan "
        "los {n_significant} en que es significativo (permutaciones bilaterales de dueños entre sitios, "
        "Benjamini-Hochberg al 5 %). Solo cuentan los parques con controlador conocido. Fuentes: "
        "[[register.es]] y las fuentes que cita el inventario. {inventory}",
        "Excess of ownership concentration around each park (Gaussian kernel of 25 km): 0 is what chance "
        "would give, 1 a single owner around. Of the {n} parks of the study set with a point it is computed "
        "at {n_measured}, those with enough known controllers near; only the {n_significant} where it is "
        "significant stand out (two-sided permutations of owners over sites, Benjamini-Hochberg at 5%). Only "
        "parks with a known controller count. Sources: [[register.en]] and the sources that the inventory "
        "cites. {inventory}",
    ),
    "corridor": Words(
        "El corredor automotriz con {n_assembly_plants} plantas armadoras, {n_auto_parts_plants} plantas de "
        "autopartes del registro (cada una una vez) y los {n_parks} parques del conjunto de estudio con "
        "punto. El tronco, [[trunk.es]], mide {km} km geodésicos ({road_km} km por carretera); marcas cada "
        "100 km. Abajo: lo que tiene el tronco como ramal más cercano, hasta {reach} km: {t_assembly_plants} "
        "armadoras y {t_auto_parts_plants} plantas de autopartes (arriba de la línea) y {t_parks} parques "
        "(abajo); la distancia no dice de qué lado. [[line_credit.es]] Fuentes: [[register_dated.es]] y las "
        "que citan las tablas. {inventory}",
        "The auto corridor with {n_assembly_plants} assembly plants, {n_auto_parts_plants} auto-parts plants "
        "of the register (each once) and the {n_parks} parks of the study set with a point. The trunk, "
        "[[trunk.en]], is {km} km long geodesically ({road_km} km by road); ticks every 100 km. Below: what "
        "has the trunk as its nearest branch, within {reach} km: {t_assembly_plants} assembly and "
        "{t_auto_parts_plants} auto-parts plants (above the line) and {t_parks} parks (below); the distance "
        "does not say on which side. [[line_credit.en]] Sources: [[register_dated.en]] and those the tables "
        "cite. {inventory}",
    ),
    "developers": Words(
        "Los {n_holders} desarrolladores que controlan más parques del conjunto de estudio y la entidad donde"
        " cada uno tiene más. Controla un parque su propietario si se conoce y, si no, su desarrollador; el "
        "de varios cuenta para cada uno. De sus {n_shown} parques, {n_off} no tienen punto: se cuentan y no "
        "se dibujan. Fuentes: [[register.es]] y las fuentes que cita el inventario. {inventory}",
        "The {n_holders} developers that control most parks of the study set and the state where each has "
        "most. A park is controlled by its owner where known, else by its developer; a park of several counts"
        " for each. Of their {n_shown} parks, {n_off} have no point: they are counted and not drawn. Sources:"
        " [[register.en]] and the sources that the inventory cites. {inventory}",
    ),
    "agglomeration": Words(
        "a, densidad de los {n} parques con punto del conjunto de estudio: núcleo gaussiano de 25 km "
        "corregido en el borde, en celdas de 0.2°; hasta 0.1 por 1,000 km² no se dibuja. b, municipios que, "
        "con los que los tocan, tienen más o menos parques que por azar (Gi* de Getis y Ord, permutaciones "
        "bilaterales, Benjamini-Hochberg al 5 % sobre el mapa): {n_hot} calientes y {n_cold} fríos de "
        "{n_tested}. Fuentes: [[register.es]] y las fuentes que cita el inventario. {inventory}",
        "a, density of the {n} parks of the study set that have a point: Gaussian kernel of 25 km, corrected "
        "at the edge, in cells of 0.2°; under 0.1 per 1,000 km² nothing is drawn. b, municipalities that, "
        "with those they touch, have more or fewer parks than by chance (Getis-Ord Gi*, two-sided "
        "permutations, Benjamini-Hochberg at 5% over the map): {n_hot} hot and {n_cold} cold of {n_tested}. "
        "Sources: [[register.en]] and the sources that the inventory cites. {inventory}",
    ),
    "coverage": Words(
        "Personas de cada municipio en localidades a más de 30 km geodésicos de todo parque con punto del "
        "conjunto de estudio (n = {n}): {people} millones, {share} % de la población de 2020, en {n_out} de "
        "{n_municipalities} municipios. Una localidad cuenta entera, en su punto. Los municipios nuevos se "
        "suman al que los contenía. Un parque sin punto no cuenta, así que la cifra es un máximo. Fuentes: "
        "[[people_source.es]]; [[register.es]] y las fuentes que cita el inventario. {inventory}",
        "People of each municipality in places farther than 30 km, geodesic, from every park of the study set"
        " that has a point (n = {n}): {people} million, {share}% of the population of 2020, in {n_out} of "
        "{n_municipalities} municipalities. A place counts whole, at its point. Young municipalities are "
        "added to the one that held them. A park without a point does not count, so the figure is an upper "
        "bound for the inventory. Sources: [[people_source.en]]; [[register.en]] and the sources that the "
        "inventory cites. {inventory}",
    ),
    "hermosillo": Words(
        "El lugar del estudio de Contreras, Carrillo y Alonso (World Development, 2012), solo con lo que "
        "contienen los datos: {n_assembly_plants} planta armadora, {n_auto_parts_plants} plantas de "
        "autopartes del registro y {n_parks} parques del conjunto de estudio con punto. a, de Hermosillo a "
        "Guaymas; b, la ciudad; c, la armadora y los parques a su lado. Las universidades y las empresas "
        "locales del estudio no están en los datos, y que una planta esté cerca no prueba que provea. Error "
        "de ubicación: de {error_low} a {error_high} m. El nombre que no cabe se omite. Las carreteras son "
        "rectas entre nodos. [[roads_credit.es]] Fuentes: [[register_dated.es]] y las que citan las tablas. "
        "{inventory}",
        "The place of the study of Contreras, Carrillo and Alonso (World Development, 2012), with no more "
        "than the data hold: {n_assembly_plants} assembly plant, {n_auto_parts_plants} auto-parts plants of "
        "the register and {n_parks} parks of the study set with a point. a, from Hermosillo to Guaymas; b, "
        "the city; c, the assembly plant and the parks beside it. The universities and local firms of the "
        "study are not in the data, and a plant that is near need not be a supplier. Location errors: "
        "{error_low} to {error_high} m. A name without room is left out. Highways are straight between nodes."
        " [[roads_credit.en]] Sources: [[register_dated.en]] and those the tables cite. {inventory}",
    ),
}
"""By the name of the figure."""
