"""A text with placeholders in braces, which takes all of its values and no others."""

from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter

from prompts.errors import PromptError
from prompts.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A text with `{slots}`. `where` names it in errors; `slots` are those it uses, in order."""

    text: str
    where: str
    slots: tuple[str, ...]

    @classmethod
    def parse(cls, text: str, where: str) -> "Template":
        """Read a template. Raises PromptError for braces that are no plain `{name}`."""
        slots: dict[str, None] = {}
        try:
            parts = list(Formatter().parse(text))
        except ValueError as exc:
            raise PromptError(f"{where}: {exc} in '{text}'") from exc
        for _, name, format, conversion in parts:
            if name is None:
                continue
            if not name.isidentifier() or format or conversion:
                raise PromptError(f"{where}: '{{{name}}}' is no plain placeholder in '{text}'")
            slots[name] = None
        return cls(text=text, where=where, slots=tuple(slots))

    def fill(self, **values: str) -> str:
        """The text with its values. Raises PromptError where one is missing or unknown."""
        missing = [slot for slot in self.slots if slot not in values]
        unknown = [name for name in values if name not in self.slots]
        if missing or unknown:
            said = [f"no value for {', '.join(missing)}"] if missing else []
            said += [f"no place for {', '.join(unknown)}"] if unknown else []
            raise PromptError(f"{self.where}: {'; '.join(said)} in '{self.text}'")
        return Formatter().vformat(self.text, (), values)

    def fill_from(self, values: dict[str, str]) -> str:
        """The text with those of `values` that it uses. Raises PromptError for a missing one."""
        return self.fill(**{slot: values[slot] for slot in self.slots if slot in values})


def check_slots(head: Record, templates: Iterable[Template]) -> None:
    """The slots that a sheet's head names and those that its templates use must be the same.
    Raises PromptError."""
    named = frozenset(head.one("slots").split())
    found = frozenset(slot for template in templates for slot in template.slots)
    if found - named:
        raise PromptError(f"{head.where}: unknown placeholders: {', '.join(sorted(found - named))}")
    if named - found:
        raise PromptError(f"{head.where}: nothing uses: {', '.join(sorted(named - found))}")
