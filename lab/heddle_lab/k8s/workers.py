"""A node's containerd and kubelet: their configuration, and their start in the node's holder."""

import json

from .place import programs_directory

# agnhost as pause: any program that sleeps would do.
PAUSE = "registry.k8s.io/pause:3.10.1"


def configure(place, name, address):
    """Writes both configurations; they are read when the programs start."""
    directory = place.node(name)
    for part in ("cni/bin", "cni/conf", "containerd"):
        (directory / part).mkdir(parents=True, exist_ok=True)
    (directory / "containerd.toml").write_text(_containerd(directory))
    (directory / "kubelet.json").write_text(json.dumps(_kubelet(place, name, address), indent=1))


def start_containerd(place, holder):
    holder.start("containerd", "containerd", f"--config={place.node(holder.name)}/containerd.toml")


def start_kubelet(place, holder, version, address):
    holder.start("kubelet", str(programs_directory(version) / "kubelet"),
                 f"--config={place.node(holder.name)}/kubelet.json",
                 f"--kubeconfig={place.pki}/kubelet-{holder.name}.kubeconfig", f"--hostname-override={holder.name}",
                 f"--node-ip={address}")


def _containerd(directory):
    # restrict_oom_score_adj, disable_apparmor: a container's own root may lack what they need.
    return f"""version = 3
root = "{directory}/containerd"
state = "/run/containerd"
[grpc]
address = "/run/containerd/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
path = "{directory}/opt"
[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "{PAUSE}"
[plugins."io.containerd.cri.v1.runtime"]
restrict_oom_score_adj = true
disable_apparmor = true
[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["{directory}/cni/bin"]
conf_dir = "{directory}/cni/conf"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
SystemdCgroup = false
"""


def _kubelet(place, name, address):
    pki = place.pki
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
        "address": address,
        "authentication": {"anonymous": {"enabled": False}, "webhook": {"enabled": True},
                           "x509": {"clientCAFile": f"{pki}/ca.pem"}},
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": f"{pki}/kubelet-{name}.pem", "tlsPrivateKeyFile": f"{pki}/kubelet-{name}.key",
        "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
        # The machine is shared: its processors and memory are not the kubelet's to divide.
        "cgroupDriver": "cgroupfs", "cgroupsPerQOS": False, "enforceNodeAllocatable": [], "failCgroupV1": False,
        "localStorageCapacityIsolation": False, "oomScoreAdj": 0,
        "failSwapOn": False, "resolvConf": "",
        # Images that are thrown away cannot be fetched again: there is no registry.
        "imageGCHighThresholdPercent": 100, "imageGCLowThresholdPercent": 99, "evictionHard": {"memory.available": "1Mi"},
        "volumePluginDir": "/var/lib/kubelet/volume-plugins",
    }
