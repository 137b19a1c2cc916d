"""`python -m from_git.tests.kit.renames`: makes from_git/history/renamed.json from the packages that it names."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from from_git.tests.kit import colours

DATA = Path(__file__).parents[2] / "history" / "renamed.json"
_NAME = "linguist-languages"
# the first of all, then the last ones before a name changed that no earlier one of these has
OLDER = {f"{_NAME}-{version}": version for version in ("6.2.0", "7.15.0", "7.21.0")}
"""Folders of older versions in `node_modules`, and the versions."""
PACKAGES = (colours.PACKAGES[0], *(f"{folder}@npm:{_NAME}@{version}" for folder, version in OLDER.items()))
"""What npm installs; the newest first."""
_SCRIPT = """
import { readFileSync } from 'node:fs';

const [newest, ...older] = process.argv.slice(1);
// newer versions have no default export, older ones nothing else
const languages = async (name) => { const all = await import(name); return Object.values(all.default ?? all); };
const lower = ({ name }) => name.toLowerCase();
const now = new Map((await languages(newest)).map((one) => [one.languageId, lower(one)]));
const taken = new Set(now.values());
const names = {};
for (const version of older)
  for (const one of await languages(version)) {
    const name = now.get(one.languageId);
    // a name that another language has now tells nothing
    if (name && name !== lower(one) && !taken.has(lower(one))) names[lower(one)] = name;
  }
const about = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`));
const { version, license, homepage } = about(newest);
console.log(JSON.stringify({
  package: newest, version, older: older.map((name) => about(name).version), licence: license, source: homepage,
  of: 'GitHub Linguist, Copyright (c) 2017 GitHub, Inc., MIT',
  names: Object.fromEntries(Object.keys(names).sort().map((name) => [name, names[name]])),
}));
"""


def made(folder: Path) -> dict[str, Any]:
    """The contents of DATA as the packages in the folder have them."""
    found: dict[str, Any] = json.loads(colours.run(folder, _SCRIPT, _NAME, *OLDER))
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        install = ["npm", "install", "--silent", "--no-save", "--prefix", folder, *PACKAGES]
        subprocess.run(install, check=True)
        DATA.write_text(colours.text(made(Path(folder))), encoding="utf-8")
