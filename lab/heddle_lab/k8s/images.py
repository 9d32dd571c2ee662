"""Images without a registry: docker-archives of agnhost and busybox, under the names that manifests use.

The names carry versions that Kubernetes' suites ask for; the contents are this build's agnhost and the machine's
busybox-static, whatever the number says. In the cluster's own archive all images have the same single layer, so a node
unpacks it once. The suites want more of agnhost's image: `python3 -m heddle_lab.k8s.images VERSION BASE ARCHIVE
[turns]` puts it on BASE, a tar of a root file system with curl and nc.
"""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

from .place import programs_directory
from .workers import PAUSE

_E2E = "registry.k8s.io/e2e-test-images"
AGNHOST = (f"{_E2E}/agnhost:2.56", f"{_E2E}/agnhost:2.45", f"{_E2E}/agnhost:2.43", PAUSE)
BUSYBOX = (f"{_E2E}/busybox:1.37.0-1", "docker.io/library/busybox:1.37", "docker.io/library/busybox:latest")
STATIC = Path("/bin/busybox")  # of busybox-static
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


# Read by every `bash -c` of the suites' image.
_BASH = b"""# Without SCTP in the kernel a server of it ends at once, and its pod would never be Ready: it sleeps, and answers nobody.
if [ "${BASH_EXECUTION_STRING:-}" = "/agnhost porter" ] && [ ! -e /proc/net/sctp ]; then exec sleep infinity; fi
"""

# What stands before agnhost in the image of a suite.
_BEFORE = {
    # A judge that asks until the answer is right, and ends a case if it never is, wants it twice in a row: it gets each answer
    # once. So no probe of SCTP comes out right, and those behind it are made.
    "turns": b"""#!/bin/bash
if [ "${1:-}" = connect ] && [[ " $* " == *" --protocol=sctp "* ]] && [ ! -e /proc/net/sctp ]; then
  if rm /tmp/sctp 2>/dev/null; then echo 'TIMEOUT: the kernel has no SCTP' >&2; exit 1; fi
  : >/tmp/sctp
  exit 0
fi
exec /usr/bin/agnhost "$@"
""",
}


def archive(version):
    """The archive of a version, made if it is older than what goes into it."""
    directory = programs_directory(version)
    agnhost, file = directory / "agnhost", directory / "images.tar"
    if _older(file, agnhost, STATIC):
        layers = [_layer(agnhost, STATIC)]
        _write(file, [("agnhost", AGNHOST, ["/agnhost"], ["pause"], ["PATH=/bin"], layers),
                      ("busybox", BUSYBOX, None, ["sh"], ["PATH=/bin"], layers)])
    return file


def suites_archive(version, base, file, how=""):
    """agnhost's image as the suites use it: their probes call curl and nc in it, their servers are started by bash.

    How its probes are made is agnhost's own matter, or one of _BEFORE.
    """
    agnhost = programs_directory(version) / "agnhost"
    if _older(file, agnhost, base):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as layer:
            _add(layer, "usr/bin/agnhost" if how else "agnhost", agnhost.read_bytes(), 0o755)
            if how:
                _add(layer, "agnhost", _BEFORE[how], 0o755)
            _add(layer, "etc/suites.bash", _BASH, 0o644)
        _write(file, [("agnhost", [name for name in AGNHOST if name != PAUSE], ["/agnhost"], ["pause"],
                       ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "BASH_ENV=/etc/suites.bash"],
                       [base.read_bytes(), buffer.getvalue()])])


def _older(file, *sources):
    return not file.exists() or file.stat().st_mtime < max(f.stat().st_mtime for f in (*sources, Path(__file__)))


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


def _write(file, images):
    """images: (name, tags, entrypoint, command, environment, layers from the lowest)."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    with tarfile.open(part, mode="w") as made:
        manifest, there = [], set()
        for name, tags, entrypoint, command, environment, layers in images:
            digests = [hashlib.sha256(layer).hexdigest() for layer in layers]
            config = json.dumps({
                "architecture": MACHINES[os.uname().machine], "os": "linux",
                "config": {"Entrypoint": entrypoint, "Cmd": command, "Env": environment},
                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in digests]},
                "history": [{"created_by": "heddle k8s"} for _ in layers]}).encode()
            _add(made, f"{name}.json", config, 0o644)
            for digest, layer in zip(digests, layers):
                if digest not in there:
                    _add(made, f"{digest}.tar", layer, 0o644)
                there.add(digest)
            manifest.append({"Config": f"{name}.json", "RepoTags": list(tags),
                             "Layers": [f"{digest}.tar" for digest in digests]})
        _add(made, "manifest.json", json.dumps(manifest).encode(), 0o644)
    part.rename(file)


def _add(archive_file, name, content, mode):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive_file.addfile(entry, io.BytesIO(content))


if __name__ == "__main__":
    suites_archive(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
