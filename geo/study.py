"""The study: which files a run reads and with which parameters, as a ``geo.toml`` says."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geo.errors import Problem, StudyError
from geo.schema import LAYERS

Role = Literal["owner", "developer", "promoter", "administrator"]

_STRICT = ConfigDict(extra="forbid", frozen=True)


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


class Study(BaseModel):
    """A run's whole description.

    Attributes
    ----------
    study, region, parameters, straight_lines
        See ``Header``, ``Region``, ``Parameters`` and ``StraightLine``.
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
    parameters: Parameters = Parameters()
    folder: Path

    def path(self, layer: str) -> Path:
        """Return the file that a layer is read from."""
        if layer in self.layers:
            return self.folder / self.layers[layer]
        default = LAYERS[layer].file
        if default is None:
            raise KeyError(layer)
        return shipped_data() / default

    @property
    def is_shipped(self) -> bool:
        """Whether the study lies in the package's own data."""
        return self.folder == shipped_data()


def shipped_data() -> Path:
    """Return the folder of the shipped data: in the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "_data"
    return installed if installed.is_dir() else package.parent / "data"


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
    content = _read_toml(path)
    chosen = {name: value for name, value in parameters.items() if value is not None}
    given = content.get("parameters", {})
    if isinstance(given, dict):
        content["parameters"] = given | chosen
    try:
        study = Study.model_validate(content | {"folder": path.resolve().parent})
    except ValidationError as error:
        raise StudyError(_problem(path.name, detail) for detail in error.errors()) from None
    unknown = [name for name in study.layers if name not in LAYERS or LAYERS[name].file is None]
    if unknown:
        readable = sorted(name for name, layer in LAYERS.items() if layer.file)
        raise StudyError(_unknown_key(path.name, f"layers.{name}", readable, name) for name in unknown)
    return study


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
    except tomllib.TOMLDecodeError as error:
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
