"""Makes the manifests and the index of a layout by docs/oci.md alone, with no code of this project: python3 compute.py"""

import base64
import gzip
import hashlib
import json
import pathlib
import tarfile

HERE = pathlib.Path(__file__).parent
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
AICR = "application/vnd.nvidia.aicr.artifact"
REF_NAME = "org.opencontainers.image.ref.name"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def write(name, value):
    data = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    (HERE / name).write_bytes(data)
    return data


def descriptor(media_type, data, **more):
    return {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}


layer = (HERE / "evidence.tar.gz").read_bytes()
with tarfile.open(HERE / "evidence.tar.gz") as tar:
    statement = json.load(tar.extractfile("statement.intoto.json"))
predicate = statement["predicate"]
config = descriptor("application/vnd.oci.empty.v1+json", b"{}")

artifact = write(
    "artifact.json",
    {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": AICR,
        "config": config,
        "layers": [
            descriptor(
                "application/vnd.oci.image.layer.v1.tar+gzip",
                layer,
                annotations={
                    "io.deis.oras.content.digest": digest(gzip.decompress(layer)),
                    "io.deis.oras.content.unpack": "true",
                    "org.opencontainers.image.title": ".",
                },
            )
        ],
        "annotations": {
            "org.opencontainers.image.created": "1970-01-01T00:00:00Z",
            "org.opencontainers.image.description": "Evidence bundle for an AICR recipe (recipe-evidence/v3).",
            "org.opencontainers.image.title": "AICR Recipe Evidence",
            "org.opencontainers.image.version": predicate["aicrVersion"],
        },
    },
)

bundle = (HERE / "attestation.sigstore.json").read_bytes()
signed = json.loads(base64.b64decode(json.loads(bundle)["dsseEnvelope"]["payload"]))
annotations = {
    "dev.sigstore.bundle.content": "dsse-envelope",
    "dev.sigstore.bundle.predicateType": signed["predicateType"],
    # The log has it in seconds since 1970; the timestamp in the bundle says the same second.
    "org.opencontainers.image.created": "2025-10-10T02:12:20Z",
}
title = digest(artifact).replace(":", "-") + ".sigstore.json"
attestation = write(
    "attestation.json",
    {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": BUNDLE,
        "config": config,
        "layers": [
            descriptor(BUNDLE, bundle, annotations={"org.opencontainers.image.title": title})
        ],
        "subject": descriptor(MANIFEST, artifact),
        "annotations": annotations,
    },
)

index = write(
    "index.json",
    {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [
            descriptor(MANIFEST, attestation, annotations=annotations, artifactType=BUNDLE)
        ],
    },
)

tag = f"{predicate['recipe']['name']}-{predicate['manifest']['digest'][7:19]}"
named = {"kind": "dev.cosignproject.cosign/image", REF_NAME: tag}
layout = write(
    "layout-index.json",
    {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [
            descriptor(MANIFEST, artifact, annotations=named, artifactType=AICR),
            descriptor(MANIFEST, attestation, artifactType=BUNDLE),
            descriptor(INDEX, index, annotations={REF_NAME: digest(artifact).replace(":", "-")}),
        ],
    },
)

made = {"artifact": artifact, "attestation": attestation, "index": index, "layout-index": layout}
for name, data in made.items():
    print(f"{name}.json", digest(data), len(data))
print("tag of artifact.json", tag)
print("tag of index.json", digest(artifact).replace(":", "-"))
