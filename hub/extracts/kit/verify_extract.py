"""Check an extract: python verify_extract.py FOLDER PUBLIC_KEYS PREVIOUS (what the last check printed, or `first`)."""
# fmt: off
# mypy: ignore-errors

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KIND, MANIFEST, SUMS = "application/vnd.ssis-hub.extract.v1+json", "manifest.dsse.json", "SHA256SUMS"
REFUSALS = (ValueError, LookupError, TypeError, AttributeError, StopIteration, OSError, InvalidSignature)


def verify(folder: Path, keys: list[bytes], previous: str) -> tuple[dict, str]:
    """Return the manifest and its SHA-256; raise one of REFUSALS if the extract is altered or not the next."""
    if any(each.is_symlink() or not each.is_file() for each in folder.iterdir()):
        raise ValueError("the folder holds something that is no plain file")
    envelope = json.loads(text := (folder / MANIFEST).read_bytes())
    payload, entry = base64.b64decode(envelope["payload"]), envelope["signatures"][0]
    raw = next(key for key in keys if hashlib.sha256(key).hexdigest()[:16] == entry["keyid"])
    signature, head = base64.b64decode(entry["sig"]), f"DSSEv1 {len(KIND)} {KIND} {len(payload)} ".encode()
    Ed25519PublicKey.from_public_bytes(raw).verify(signature, head + payload)
    again = [{"keyid": entry["keyid"], "sig": base64.b64encode(signature).decode()}]
    exact = {"payload": base64.b64encode(payload).decode(), "payloadType": KIND, "signatures": again}
    if (json.dumps(exact, separators=(",", ":")) + "\n").encode() != text:
        raise ValueError("the manifest's envelope was altered")
    manifest, digest = json.loads(payload), hashlib.sha256(text).hexdigest()
    sums = {each["name"]: each["sha256"] for each in manifest["files"]} | {MANIFEST: digest}
    lines = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()
    sums[SUMS] = hashlib.sha256(lines).hexdigest()
    if {each.name: hashlib.file_digest(each.open("rb"), "sha256").hexdigest() for each in folder.iterdir()} != sums:
        raise ValueError("a file is missing, too many, or not what was signed")
    if f"{folder.parent.name}/{folder.name}" != manifest["folder"]:
        raise ValueError("the folder is not where the manifest says it is")
    if manifest["previous_manifest_sha256"] != ("" if previous == "first" else previous):
        raise ValueError("the extract does not follow the last one: a gap, a fork or a repetition")
    return manifest, digest


if __name__ == "__main__":
    try:
        words = Path(sys.argv[2]).read_text("utf-8").replace("ed25519:", "").split()
        print(verify(Path(sys.argv[1]).resolve(), [base64.b64decode(word) for word in words], sys.argv[3])[1])  # noqa: T201
    except REFUSALS as error:
        sys.exit(f"REFUSED: {error or type(error).__name__}")
