"""Images without a registry: one docker-archive of agnhost and busybox, under the names that manifests use.

All have the same single layer, so a node unpacks it once. The names carry versions that Kubernetes' suites ask for; the
contents are this build's agnhost and the machine's busybox-static, whatever the number says.
"""

import hashlib
import io
import json
import os
import subprocess
import tarfile
from pathlib import Path

from .place import programs_directory
from .workers import PAUSE

_E2E = "registry.k8s.io/e2e-test-images"
AGNHOST = (f"{_E2E}/agnhost:2.56", f"{_E2E}/agnhost:2.45", f"{_E2E}/agnhost:2.43", PAUSE)
BUSYBOX = (f"{_E2E}/busybox:1.37.0-1", "docker.io/library/busybox:1.37", "docker.io/library/busybox:latest")
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def archive(version):
    """The archive of a version, made if it is older than what goes into it."""
    directory = programs_directory(version)
    agnhost, busybox, file = directory / "agnhost", Path("/bin/busybox"), directory / "images.tar"
    newest = max(f.stat().st_mtime for f in (agnhost, busybox, Path(__file__)))
    if not file.exists() or file.stat().st_mtime < newest:
        part = directory / f"images.{os.getpid()}.part"
        _write(part, _layer(agnhost, busybox))
        part.rename(file)
    return file


def _layer(agnhost, busybox):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as layer:
        for name, mode in (("bin", 0o755), ("etc", 0o755), ("root", 0o700), ("tmp", 0o1777)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, mode
            layer.addfile(entry)
        _add(layer, "agnhost", agnhost.read_bytes(), 0o755)
        _add(layer, "bin/busybox", busybox.read_bytes(), 0o755)
        _add(layer, "etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n", 0o644)
        _add(layer, "etc/group", b"root:x:0:\nnogroup:x:65534:\n", 0o644)
        for applet in subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split():
            if applet == "busybox":
                continue
            entry = tarfile.TarInfo(f"bin/{applet}")
            entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
            layer.addfile(entry)
    return buffer.getvalue()


def _write(file, layer):
    with tarfile.open(file, mode="w") as made:
        manifest = []
        for name, tags, entrypoint, command in (("agnhost", AGNHOST, ["/agnhost"], ["pause"]),
                                                ("busybox", BUSYBOX, None, ["sh"])):
            config = json.dumps({
                "architecture": MACHINES[os.uname().machine], "os": "linux",
                "config": {"Entrypoint": entrypoint, "Cmd": command, "Env": ["PATH=/bin"]},
                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
                "history": [{"created_by": "heddle k8s"}]}).encode()
            _add(made, f"{name}.json", config, 0o644)
            manifest.append({"Config": f"{name}.json", "RepoTags": list(tags), "Layers": ["layer.tar"]})
        _add(made, "layer.tar", layer, 0o644)
        _add(made, "manifest.json", json.dumps(manifest).encode(), 0o644)


def _add(archive_file, name, content, mode):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive_file.addfile(entry, io.BytesIO(content))
