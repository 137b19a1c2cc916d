"""Known vulnerabilities in requirements.txt: exit status 1 if there are any, 0 with a reason if nobody could be asked.

pip-audit alone does not tell the two apart: without its database it skips every package and ends with 0.
"""

import json
import subprocess
import sys

SECONDS = 60
COMMAND = (
    *(sys.executable, "-m", "pip_audit", "--requirement", "requirements.txt", "--require-hashes", "--disable-pip"),
    *("--format", "json", "--progress-spinner", "off", "--timeout", "10"),
)


def verdict(report: str) -> tuple[int, list[str]]:
    """Exit status, and what to print, for pip-audit's report in JSON."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return 0, ["not audited: pip-audit gave no report"]
    skipped = [package for package in packages if "skip_reason" in package]
    found = [
        f"{package['name']} {package['version']}: {flaw['id']}, mended in {' or '.join(flaw['fix_versions']) or 'none'}"
        for package in packages
        for flaw in package.get("vulns", [])
    ]
    audited = len(packages) - len(skipped)
    lines = [f"audited: {audited} packages, {len(found)} vulnerabilities", *found] if audited else []
    if skipped:
        lines.append(f"not audited: {len(skipped)} packages; of the first: {skipped[0]['skip_reason']}")
    return int(bool(found)), lines


def main() -> int:
    """Ask, print, and give the exit status."""
    try:
        run = subprocess.run(COMMAND, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        print(f"not audited: the database did not answer within {SECONDS} s")
        return 0
    status, lines = verdict(run.stdout)
    if not run.stdout.strip():
        lines += run.stderr.strip().splitlines()[-1:]
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main())
