"""The command `models`. What it asks models with is loaded when it runs."""

import argparse
from dataclasses import asdict

from assistant.errors import AssistantError
from assistant.settings import AssistantSettings
from vectorstore import SettingsError
from vectorstore.console import Commands, announce, plain, print_json
from vectorstore.settings import Settings


def add_commands(commands: Commands) -> None:
    """Add the command to the front door's."""
    models = commands.add_parser(
        "models", help="language models that serve well", description=_models.__doc__
    )
    models.add_argument("--json", action="store_true", help="print JSON")
    models.set_defaults(run=_models)
    actions = models.add_subparsers(metavar="ACTION")
    got = actions.add_parser("fetch", help="fetch one of them", description=_fetch.__doc__)
    got.add_argument("name", metavar="NAME")
    got.set_defaults(run=_fetch)


def _models(args: argparse.Namespace, settings: Settings) -> int:
    """List language models that serve well, and say what the settings have now."""
    from assistant.writing.service.catalogue import known_models

    now = _now(settings.table(AssistantSettings))
    if args.json:
        print_json({"models": [asdict(model) for model in known_models()], "now": now})
        return 0
    for model in known_models():
        print(f"{model.name}: {model.title}")
        print(f"  {model.file_gb:g} GB, about {model.memory_gb:g} GB of memory, {model.licence}")
        print(f"  for {model.serves}")
        print(f"  soundings models fetch {model.name}   or   ollama pull {model.ollama}\n")
    print(plain(now))
    return 0


def _fetch(args: argparse.Namespace, settings: Settings) -> int:
    """Fetch a model from the Hugging Face hub into the home (HF_ENDPOINT names a mirror), and say
    how it is set."""
    from assistant.writing.service.catalogue import FOLDER, fetch

    file = fetch(args.name, settings.home, announce)
    print(f"It lies in {settings.home / FOLDER}. To have it answer:\n")
    print("  pip install 'soundings-assistant[llm]'")
    print(f"  export SOUNDINGS_LLM=gguf:{file}")
    return 0


def _now(table: AssistantSettings) -> str:
    """What answers now, and whether it can be reached."""
    if table.llm == "none":
        return "No language model is set: answers are quotes."
    from assistant.writing.models import Deadline
    from assistant.writing.opening import SECONDS, offered_by, open_model
    from assistant.writing.writer import WINDOW

    try:
        offered = offered_by(table)
        window = table.llm_window or open_model(table).window(Deadline(SECONDS))
    except (SettingsError, AssistantError) as exc:
        return f"SOUNDINGS_LLM={table.llm} does not serve: {exc}"
    told = f"{window:,}" if window else f"does not tell; taken for {WINDOW:,}"
    return f"{table.llm} serves: {offered} (window: {told} tokens)"
