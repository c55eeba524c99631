"""A shop's YAML file with the line of every key, so that a fault can be shown where it stands."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from callcenter.errors import ConfigurationError

Location = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Source:
    path: Path
    values: Any
    lines: dict[Location, int]
    """From 1, by the keys and indexes that lead to a value; () is the file's first line."""

    def fault(self, location: Location, problem: str) -> ConfigurationError:
        """An error that names file, line and key; the nearest line that exists stands for a key that is missing."""
        known = location
        while known and known not in self.lines:
            known = known[:-1]
        key = ".".join(str(part) for part in location)
        return ConfigurationError(f"{self.path}, line {self.lines.get(known, 1)}: {key + ': ' if key else ''}{problem}")

    def parse(self, model: type[Model]) -> Model:
        """Raises ConfigurationError with every fault of the file, one a line."""
        try:
            return model.model_validate(self.values if self.values is not None else {})
        except ValidationError as error:
            faults = error.errors(include_url=False, include_context=False, include_input=False)
            raise ConfigurationError(
                "\n".join(str(self.fault(fault["loc"], fault["msg"])) for fault in faults)
            ) from error


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not UTF-8 (byte {error.start})") from error


def read_yaml(path: Path) -> Source:
    """Raises ConfigurationError; a key that stands twice is a fault too (YAML itself takes the last one)."""
    loader = Loader(read_text(path))
    try:
        root = loader.get_single_node()
        lines: dict[Location, int] = {(): 1}
        if root is not None:
            _walk(path, root, (), lines)
        values = loader.construct_document(root) if root is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{path}, line {line}: is not valid YAML ({error.problem})") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: is not valid YAML ({error})") from error
    finally:
        loader.dispose()
    return Source(path, values, lines)


def _walk(path: Path, node: yaml.Node, location: Location, lines: dict[Location, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*location, str(key.value))
            line = key.start_mark.line + 1
            if here in lines:
                raise ConfigurationError(f"{path}, line {line}: {'.'.join(map(str, here))}: stands twice")
            lines[here] = line
            _walk(path, value, here, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[(*location, index)] = value.start_mark.line + 1
            _walk(path, value, (*location, index), lines)
