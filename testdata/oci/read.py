"""Reads a pointer and an OCI layout by docs/oci.md and docs/format.md §15 alone: python3 read.py POINTER LAYOUT

Without arguments it reads the vectors beside it, from a layout that it makes of them. It says what is attached,
and verifies no signature.
"""

import base64
import gzip
import hashlib
import io
import json
import pathlib
import re
import sys
import tarfile
import tempfile

HERE = pathlib.Path(__file__).parent
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def strict(pairs):
    keys = [key.lower() for key, _ in pairs]
    assert len(keys) == len(set(keys)), "one key twice"
    return dict(pairs)


def read_pointer(text):
    """Its one form, two spaces for each level: the values by their paths, a list of texts as a list."""
    values, path = {}, []
    for line in text.splitlines():
        item = line.lstrip(" -")
        level = (len(line) - len(item)) // 2
        key, is_entry, value = re.match(r"(?:(\w+)(:)(?: |$))?(.*)", item).groups()
        if not is_entry:
            values.setdefault("/".join(path), []).append(value)
            continue
        path = [*path[:level], *["0"] * (level - len(path)), key]
        if value:
            values["/".join(path)] = value.strip('"')
    return values


class Layout:
    def __init__(self, path):
        self.path = path
        assert json.loads((path / "oci-layout").read_bytes()) == {"imageLayoutVersion": "1.0.0"}
        self.entries = json.loads((path / "index.json").read_bytes(), object_pairs_hook=strict)["manifests"]

    def blob(self, descriptor):
        data = (self.path / "blobs/sha256" / descriptor["digest"].removeprefix("sha256:")).read_bytes()
        assert (digest(data), len(data)) == (descriptor["digest"], descriptor["size"]), "other bytes"
        return data

    def manifest(self, descriptor):
        return json.loads(self.blob(descriptor), object_pairs_hook=strict)

    def attached(self, artifact):
        """What index.json lists, and what the list of referrers lists: what counts is each one's own subject."""
        tag = artifact.replace(":", "-")
        name = "org.opencontainers.image.ref.name"
        lists = [entry for entry in self.entries if entry.get("annotations", {}).get(name) == tag]
        listed = self.entries + [entry for each in lists for entry in self.manifest(each)["manifests"]]
        for entry in {entry["digest"]: entry for entry in listed}.values():
            manifest = self.manifest(entry)
            if manifest.get("subject", {}).get("digest") != artifact:
                continue
            (layer,) = manifest["layers"]
            if layer["mediaType"] == BUNDLE and layer["size"] <= 10 * 1024 * 1024:
                yield entry["digest"], json.loads(self.blob(layer), object_pairs_hook=strict)


def read(pointer, layout):
    pointed = read_pointer(pointer.read_text())
    wanted = pointed["attestations/0/bundle/digest"]
    print("recipe", pointed["recipe"], "at", pointed["attestations/0/bundle/oci"])
    print("locations", pointed.get("affidavit/locations"))
    (entry, *_) = [entry for entry in layout.entries if entry["digest"] == wanted]
    artifact = layout.manifest(entry)
    assert artifact["artifactType"] == "application/vnd.nvidia.aicr.artifact"
    assert layout.blob(artifact["config"]) == b"{}"
    (layer,) = artifact["layers"]
    tar = gzip.decompress(layout.blob(layer))
    assert layer["annotations"]["io.deis.oras.content.digest"] == digest(tar)
    with tarfile.open(fileobj=io.BytesIO(tar)) as files:
        print("files", *sorted(files.getnames()))
        statement = json.load(files.extractfile("statement.intoto.json"))
    assert statement["predicateType"] == pointed["attestations/0/bundle/predicateType"]
    for name, bundle in layout.attached(wanted):
        signed = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
        mark = "which the pointer names" if name == pointed.get("affidavit/attestation") else ""
        print("attached", name, signed["predicateType"], mark)


def vectors(folder):
    (folder / "blobs/sha256").mkdir(parents=True)
    for data in [b"{}", *(path.read_bytes() for path in HERE.iterdir())]:
        (folder / "blobs/sha256" / digest(data).removeprefix("sha256:")).write_bytes(data)
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (folder / "index.json").write_bytes((HERE / "layout-index.json").read_bytes())
    return folder


if __name__ == "__main__":
    if len(sys.argv) == 3:
        read(pathlib.Path(sys.argv[1]), Layout(pathlib.Path(sys.argv[2])))
    else:
        with tempfile.TemporaryDirectory() as name:
            read(HERE / "pointer.yaml", Layout(vectors(pathlib.Path(name))))
