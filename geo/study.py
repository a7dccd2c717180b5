"""The study: which files a run reads and with which parameters, as a ``geo.toml`` says."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import wraps
from math import isfinite
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, Literal, ParamSpec, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from geo._crs import SHIPPED_PLANE, in_plane, require_planar
from geo._placing import is_cut_off
from geo._shipped import shipped_data
from geo._words import complete, in_words
from geo.errors import CrsError, Problem, StudyError
from geo.formats import CONTROLS, NO_CONTROLS
from geo.schema import LAYERS
from geo.study_words import StudyTerms, unknown_word

Role = Literal["owner", "developer", "promoter", "administrator"]

#: How the names of the folders begin that an ingest makes in a study's folder.
INGEST_STAGING = ".geo-ingest-"

#: A register in partitions: what names and hashes its parts, and what it has for measures that take rows.
INDEX_FILE, SAMPLE_FILE = "partitions.json", "sample.csv"

_STRICT = ConfigDict(extra="forbid", frozen=True)

P = ParamSpec("P")
R = TypeVar("R")


class Header(BaseModel):
    """Names and date of a study."""

    model_config = _STRICT
    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    title_es: str
    title_en: str
    country: str
    capital: Annotated[str, Field(pattern=r"^\d{2}$", description="Code of the state that is the capital")]
    border_zone_year: Annotated[int, Field(ge=1900, le=2100, description="First year of the border zone's wage")]
    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}(-\d{2})?$", description="Date of the data, not of the run")]
    crs: Annotated[str, Field(pattern=r"^EPSG:\d{4,6}$", description="Plane in metres of planar work")] = SHIPPED_PLANE
    synthetic: Annotated[bool, Field(description="Whether rows of a synthetic register are let in")] = False

    @model_validator(mode="after")
    def _say_that_it_is_synthetic(self) -> Self:
        """Add to the titles, which stand on every output, that the data are synthetic, where they do not say so."""
        marks = {"title_es": "datos sintéticos", "title_en": "synthetic data"}
        titles = {
            name: f"{getattr(self, name)} ({mark})"
            for name, mark in marks.items()
            if self.synthetic and mark not in getattr(self, name).lower()
        }
        return self.model_copy(update=titles) if titles else self


class Region(BaseModel):
    """Where the study's points may lie."""

    model_config = _STRICT
    west: Annotated[float, Field(ge=-180, le=180)]
    south: Annotated[float, Field(ge=-90, le=90)]
    east: Annotated[float, Field(ge=-180, le=180)]
    north: Annotated[float, Field(ge=-90, le=90)]
    tolerance_km: Annotated[float, Field(ge=0, le=100)] = 5.0


class Parameters(BaseModel):
    """What a run may be asked to do differently; printed with every figure it changes."""

    model_config = _STRICT
    seed: Annotated[int, Field(ge=0)] = 20180
    permutations: Annotated[int, Field(ge=99, le=999_999)] = 9999
    map_permutations: Annotated[int, Field(ge=99, le=9_999_999)] = 99_999
    curve_simulations: Annotated[int, Field(ge=99, le=99_999)] = 999
    replicas: Annotated[int, Field(ge=20, le=10_000)] = 200
    controller_roles: tuple[Role, ...] = ("owner", "developer")
    ownership_year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    ultimate_owners: bool = False
    port_mode: Literal["commercial", "passenger", "rail", "any"] = "commercial"
    port_off_line_km: Annotated[float, Field(gt=0)] = 0.2
    port_bad_km: Annotated[float, Field(gt=0)] = 0.5
    access_leg_km: Annotated[float, Field(gt=0)] = 50.0


class StraightLine(BaseModel):
    """A geodesic whose length a run reports beside the corridor's."""

    model_config = _STRICT
    name: str
    start: tuple[float, float]
    end: tuple[float, float]


class Inset(BaseModel):
    """A part of the country that a figure shows larger."""

    model_config = _STRICT
    figure: str
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    width_km: Annotated[float, Field(gt=0)]
    height_km: Annotated[float, Field(gt=0)]


class Study(BaseModel):
    """A run's whole description.

    Attributes
    ----------
    study, region, parameters, straight_lines, insets, words
        See ``Header``, ``Region``, ``Parameters``, ``StraightLine``, ``Inset`` and ``StudyTerms``.
    layers
        Layer name -> file; a layer left out is read from the shipped study.
    folder
        Folder that relative file names start from.
    """

    model_config = _STRICT
    study: Header
    region: Region
    layers: dict[str, str] = {}
    straight_lines: tuple[StraightLine, ...] = ()
    insets: tuple[Inset, ...] = ()
    words: StudyTerms = StudyTerms()
    parameters: Parameters = Parameters()
    folder: Path

    @property
    def register(self) -> Path | None:
        """Folder of the partitions that the layer ``establishments`` names; None where it names one table."""
        named = self.layers.get("establishments")
        folder = None if named is None else self.folder / named
        return folder if folder is not None and folder.is_dir() else None

    def input(self, layer: str) -> Path:
        """Return the file whose hash stands for a layer: of a register in partitions its index, which hashes all."""
        register = self.register if layer == "establishments" else None
        return self.path(layer) if register is None else register / INDEX_FILE

    def path(self, layer: str) -> Path:
        """Return the file that a layer is read from; of a register in partitions that of its sample."""
        if layer == "establishments" and self.register is not None:
            return self.register / SAMPLE_FILE
        if layer in self.layers:
            return self.folder / self.layers[layer]
        default = LAYERS[layer].file
        if default is None:
            raise KeyError(layer)
        return shipped_data() / default

    def reads(self, layer: str) -> bool:
        """Whether a layer has a file in this study.

        The shipped ``party_relations`` say nothing of the parties of a study that brings its own ``developers``, which
        then has none until it names a file of them.
        """
        own_parties = "developers" in self.layers and not self.is_shipped
        return LAYERS[layer].file is not None and (
            layer in self.layers or not (layer == "party_relations" and own_parties)
        )

    @property
    def is_shipped(self) -> bool:
        """Whether the study lies in the package's own data."""
        return self.folder == shipped_data()


@contextmanager
def at_work(study: Study) -> Iterator[None]:
    """Work on a study within a block: in its plane, and with its words in every text."""
    own = frozenset(() if study.is_shipped else study.layers)
    used = {vars(layer)["licence"] for layer in LAYERS.values() if layer.file is not None and layer.name not in own}
    words = complete(
        study.words.model_dump(), country=study.study.country, region=study.region.model_dump(), own_layers=own,
        own_licences={vars(layer)["licence"] for layer in LAYERS.values()} - used,
    )  # fmt: skip
    with in_plane(study.study.crs), in_words(words):
        yield


def with_its_study(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function work on the study that it is given, itself or as the ``study`` of a run; see ``at_work``."""

    @wraps(function)
    def working(*args: P.args, **kwargs: P.kwargs) -> R:
        for given in (*args, *kwargs.values()):
            study = given if isinstance(given, Study) else getattr(given, "study", None)
            if isinstance(study, Study):
                with at_work(study):
                    return function(*args, **kwargs)
        return function(*args, **kwargs)

    return working


def shipped_head() -> str:
    """Return the text of the shipped study file before its words and layers: what a new study begins with."""
    text = (shipped_data() / "geo.toml").read_text(encoding="utf-8")
    return text.partition("[layers]\n")[0].partition("# The words of this study.")[0]


def load_study(path: Path | None = None, **parameters: Any) -> Study:
    """Read and check a study file.

    Parameters
    ----------
    path
        A ``geo.toml``; None for the shipped study of Mexico.
    **parameters
        Parameters to set over those of the file; None leaves the file's.

    Returns
    -------
    Study
        The checked study.

    Raises
    ------
    StudyError
        If the file is missing, is not TOML, or says something unknown; every problem is listed.

    Examples
    --------
    >>> load_study().study.id
    'mexico'
    >>> load_study(seed=7).parameters.seed
    7
    """
    path = shipped_data() / "geo.toml" if path is None else path
    if is_cut_off(path.absolute().parent, INGEST_STAGING):
        cure = "Wait for it to end; if it was killed, give geo ingest again, which first puts back what was there"
        raise StudyError([Problem(path.name, "a geo ingest is changing files of its folder, or was killed", cure)])
    content = _read_toml(path)
    chosen = {name: value for name, value in parameters.items() if value is not None}
    given = content.get("parameters", {})
    if isinstance(given, dict):
        content["parameters"] = given | chosen
    try:
        study = Study.model_validate(content | {"folder": path.resolve().parent})
    except ValidationError as error:
        raise StudyError(_problem(path.name, detail) for detail in error.errors()) from None
    signs = dict.fromkeys(where for where, text in _texts(content) if CONTROLS.search(text))
    if signs:
        raise StudyError(Problem(path.name, f"{each} holds control characters", NO_CONTROLS) for each in signs)
    unknown = [name for name in study.layers if name not in LAYERS or LAYERS[name].file is None]
    if unknown:
        readable = sorted(name for name, layer in LAYERS.items() if layer.file)
        raise StudyError(_unknown_key(path.name, f"layers.{name}", readable, name) for name in unknown)
    if (wrong := unknown_word(study.words)) is not None:
        raise StudyError([_unknown_key(path.name, f"words.{wrong.where}", wrong.known, wrong.given)])
    if (unfit := _unfit_plane(study)) is not None:
        cure = "Name a plane in metres that is made for the region"
        raise StudyError([Problem(path.name, f"study.crs: {unfit}", cure)])
    return study


def _unfit_plane(study: Study) -> str | None:
    """Say why the study's plane is none to work in; None where it is."""
    from pyproj import Transformer

    crs, region = study.study.crs, study.region
    try:
        require_planar(SimpleNamespace(crs=crs))
    except CrsError as error:
        return str(error)
    corners = [region.west, region.west, region.east, region.east], [region.south, region.north] * 2
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(*corners)
    return None if all(map(isfinite, (*x, *y))) else f"{crs} does not reach the study's region"


def _texts(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Give every text of a study file with the key that it stands under."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{where}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, where)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        problem = Problem(path.name, "the study file does not exist", "Give the path of a geo.toml or leave it out")
    except IsADirectoryError:
        problem = Problem(path.name, "this is a folder", "Give the path of the geo.toml in it")
    except OSError as error:
        problem = Problem(path.name, f"cannot be read ({error.strerror})", "Allow reading it")
    except UnicodeDecodeError:
        problem = Problem(path.name, "the file is not UTF-8", "Save it as UTF-8")
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits, and brackets without end
        problem = Problem(path.name, f"not valid TOML: {error}", "Correct that line")
    raise StudyError([problem])


def _unknown_key(file: str, where: str, known: list[str], given: str) -> Problem:
    near = get_close_matches(given, known, n=1)
    cure = f"Did you mean {near[0]}" if near else f"Known here: {', '.join(known)}"
    return Problem(file, f"{where} is not a known key", cure)


def _problem(file: str, detail: Any) -> Problem:
    where = ".".join(map(str, detail["loc"]))
    if detail["type"] == "extra_forbidden":
        parts: dict[str, type[BaseModel]] = {"study": Header, "region": Region, "parameters": Parameters}
        model = parts.get(str(detail["loc"][0]), Study) if len(detail["loc"]) > 1 else Study
        known = [name for name in model.model_fields if name != "folder"]
        return _unknown_key(file, where, known, str(detail["loc"][-1]))
    if detail["type"] == "missing":
        return Problem(file, f"{where} is missing", "Add it; the shipped geo.toml shows how")
    return Problem(file, f"{where}: {detail['msg']} (got {detail['input']!r})", "Correct the value")
