"""Options are given by name, so that a call can be read and an option added without breaking it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import geo.geodesy
import geo.metrics

MODULES = ["geo.geodesy", *(f"geo.metrics.{module.name}" for module in pkgutil.iter_modules(geo.metrics.__path__))]


@pytest.mark.parametrize("name", MODULES)
def test_any_argument_may_be_named_and_options_must_be(name: str) -> None:
    module = importlib.import_module(name)
    functions = [each for _, each in inspect.getmembers(module, inspect.isfunction) if each.__module__ == name]
    for cls in (each for _, each in inspect.getmembers(module, inspect.isclass) if each.__module__ == name):
        functions += [each for _, each in inspect.getmembers(cls, inspect.isfunction) if each.__module__ == name]
    for function in functions:
        parameters = inspect.signature(function).parameters.values()
        assert not [each for each in parameters if each.kind is inspect.Parameter.POSITIONAL_ONLY], function.__name__
        if not function.__name__.startswith("_"):
            given = [each for each in parameters if each.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
            optional = {each.name for each in given if each.default is not inspect.Parameter.empty}
            assert optional <= {"sizes", "areas", "possible"}, function.__name__
