"""A bill of materials (CycloneDX 1.6) of a wheel: the crates in its library, and what it asks pip for.

    python scripts/sbom.py dist/multi_universe_core-….whl > sbom.cdx.json

From Cargo.lock and the wheel alone: it names no folder and no time, so the same wheel has the same bill.
"""

import argparse
import email
import hashlib
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from email.message import Message
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# What is linked: no tests, no build scripts, no macros, and the features that a build has.
TREE = ["cargo", "tree", "--locked", "--edges", "normal,no-proc-macro", "--features", "python"]
LAYOUT = ["--prefix", "depth", "--no-dedupe", "--format", "|{p}|{l}"]
# The platform of a wheel's tag, as rustc calls it: what is linked differs between them.
TARGETS = {
    r"linux.*_x86_64": "x86_64-unknown-linux-gnu",
    r"linux.*_aarch64": "aarch64-unknown-linux-gnu",
    r"macosx.*_arm64": "aarch64-apple-darwin",
    r"macosx.*_x86_64": "x86_64-apple-darwin",
    r"win_amd64": "x86_64-pc-windows-msvc",
}


def target_of(wheel: Path) -> str:
    """For which platform the wheel was built."""
    for tag, target in TARGETS.items():
        if re.search(tag + r"\.whl$", wheel.name):
            return target
    sys.exit(f"{wheel.name}: expected a wheel whose name ends with a platform, one of {', '.join(TARGETS)}")


def crates(target: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The crates that are linked, and which of them needs which; the first is ours."""
    tree = subprocess.run([*TREE, "--target", target, *LAYOUT], cwd=ROOT, capture_output=True, text=True)
    if tree.returncode != 0:
        sys.exit(tree.stderr)
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text(encoding="utf-8"))["package"]
    checksums = {(entry["name"], entry["version"]): entry.get("checksum") for entry in lock}
    components: dict[str, dict[str, Any]] = {}
    needs: dict[str, set[str]] = {}
    above: list[str] = []
    for line in tree.stdout.splitlines():
        depth, package, licence = line.split("|")
        name, version = package.split()[0], package.split()[1].removeprefix("v")
        ref = f"pkg:cargo/{name}@{version}"
        components[ref] = {
            "type": "library",
            "bom-ref": ref,
            "name": name,
            "version": version,
            "purl": ref,
            "licenses": [{"expression": licence.replace("/", " OR ")}],
            "hashes": hashes(checksums[name, version]),
        }
        needs.setdefault(ref, set())
        del above[int(depth) :]
        if above:
            needs[above[-1]].add(ref)
        above.append(ref)
    graph = [{"ref": ref, "dependsOn": sorted(needed)} for ref, needed in needs.items()]
    return list(components.values()), graph


def hashes(sha256: str | None) -> list[dict[str, str]]:
    """A checksum as CycloneDX writes it."""
    return [{"alg": "SHA-256", "content": sha256}] if sha256 else []


def required(metadata: Message) -> list[dict[str, Any]]:
    """What the wheel asks pip for; extras are optional."""
    components = []
    for line in metadata.get_all("Requires-Dist") or []:
        name = re.split(r"[\s;<>=!~\[(]", line, maxsplit=1)[0]
        components.append(
            {
                "type": "library",
                "bom-ref": f"pkg:pypi/{name}",
                "name": name,
                "purl": f"pkg:pypi/{name}",
                "scope": "optional" if "extra ==" in line else "required",
                "description": line,
            }
        )
    return components


def bill(wheel: Path) -> dict[str, Any]:
    """The whole document."""
    with zipfile.ZipFile(wheel) as files:
        (name,) = (name for name in files.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(files.read(name))
    (_, *components), (ours, *needs) = crates(target_of(wheel))
    asked = required(metadata)
    product = f"pkg:pypi/{metadata['Name']}@{metadata['Version']}"
    ours = {"ref": product, "dependsOn": ours["dependsOn"] + [one["bom-ref"] for one in asked]}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library",
                "bom-ref": product,
                "name": metadata["Name"],
                "version": metadata["Version"],
                "purl": product,
                "licenses": [{"expression": metadata["License-Expression"]}],
                "hashes": hashes(hashlib.sha256(wheel.read_bytes()).hexdigest()),
                "properties": [{"name": "wheel", "value": wheel.name}],
            }
        },
        "components": components + asked,
        "dependencies": [ours, *needs],
    }


def main() -> None:
    """Prints the bill."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wheel", type=Path)
    json.dump(bill(parser.parse_args().wheel), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
