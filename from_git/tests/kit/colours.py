"""`python -m from_git.tests.kit.colours`: makes from_git/pictures/colours.json from the packages that it names."""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import SkipTest

DATA = Path(__file__).parents[2] / "pictures" / "colours.json"
PACKAGES = "linguist-languages@9.5.0", "badge-maker@6.0.0"
_SCRIPT = """
import * as linguist from 'linguist-languages';
import { namedColors } from './node_modules/badge-maker/lib/color.js';
import cssNames from 'color-name';
import { readFileSync } from 'node:fs';

const colours = {};
for (const one of Object.values(linguist)) if (one.color) colours[one.name.toLowerCase()] = one.color.toLowerCase();
const aliases = ['gray', 'lightgray', 'critical', 'important', 'success', 'informational', 'inactive'];
const sorted = (names) => Object.fromEntries(Object.keys(names).sort().map((name) => [name, names[name]]));
const about = (name) => {
  const { version, license, homepage, repository } = JSON.parse(readFileSync(`node_modules/${name}/package.json`));
  const source = homepage ?? repository?.url ?? repository;
  return { package: name, version, licence: license, source };
};
console.log(JSON.stringify({
  languages: { ...about('linguist-languages'), of: 'GitHub Linguist, Copyright (c) 2017 GitHub, Inc., MIT',
    colours: sorted(colours) },
  badges: { ...about('badge-maker'), names: [...Object.keys(namedColors), ...aliases].sort(),
    css: Object.keys(cssNames).sort() },
}));
"""


def installed(packages: Sequence[str] = PACKAGES) -> Path:
    """The folder with `node_modules` that has these packages: NPM_PACKAGES, or the current one.

    Raises:
        SkipTest: they are not installed.
    """
    folder = Path(os.environ.get("NPM_PACKAGES", ".")).resolve()
    if not all((folder / "node_modules" / one.partition("@")[0]).is_dir() for one in packages):
        raise SkipTest(f"not installed: npm install --no-save {' '.join(packages)}, NPM_PACKAGES names the folder")
    return folder


def run(folder: Path, script: str, *arguments: str) -> str:
    """What a script in JavaScript prints that may import what is installed in the folder."""
    command = ["node", "--input-type=module", "--eval", script, "--", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=60).stdout


def made(folder: Path) -> dict[str, Any]:
    """The contents of DATA as the packages in the folder have them."""
    found: dict[str, Any] = json.loads(run(folder, _SCRIPT))
    return found


def text(found: dict[str, Any]) -> str:
    """The contents of DATA."""
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        install = ["npm", "install", "--silent", "--no-save", "--prefix", folder, *PACKAGES]
        subprocess.run(install, check=True)
        DATA.write_text(text(made(Path(folder))), encoding="utf-8")
