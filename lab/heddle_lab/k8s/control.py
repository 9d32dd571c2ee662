"""The control plane: etcd, API server, controller manager and scheduler, on the underlay bridge's address."""

from .place import programs_directory

NAME = "control"


def etcd(place):
    address, pki = place.address, place.pki
    return ["etcd", "--name=lab", "--data-dir=/run/etcd",  # in memory: it ends with the cluster
            f"--listen-client-urls=https://{address}:2379", f"--advertise-client-urls=https://{address}:2379",
            f"--listen-peer-urls=https://{address}:2380", f"--initial-advertise-peer-urls=https://{address}:2380",
            f"--initial-cluster=lab=https://{address}:2380", "--client-cert-auth", "--peer-client-cert-auth",
            *(f"--{kind}{option}={pki / file}" for kind in ("", "peer-") for option, file in
              (("cert-file", "etcd.pem"), ("key-file", "etcd.key"), ("trusted-ca-file", "ca.pem")))]


def apiserver(place, version):
    address, pki = place.address, place.pki
    return [str(programs_directory(version) / "kube-apiserver"),
            f"--advertise-address={address}", f"--bind-address={address}", "--secure-port=6443",
            f"--etcd-servers=https://{address}:2379", f"--etcd-cafile={pki}/ca.pem",
            f"--etcd-certfile={pki}/apiserver-etcd.pem", f"--etcd-keyfile={pki}/apiserver-etcd.key",
            f"--tls-cert-file={pki}/apiserver.pem", f"--tls-private-key-file={pki}/apiserver.key",
            f"--client-ca-file={pki}/ca.pem", "--anonymous-auth=false",
            "--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
            f"--kubelet-certificate-authority={pki}/ca.pem",
            f"--kubelet-client-certificate={pki}/apiserver-kubelet.pem",
            f"--kubelet-client-key={pki}/apiserver-kubelet.key", "--kubelet-preferred-address-types=InternalIP",
            "--service-cluster-ip-range=10.96.0.0/16", "--allow-privileged=true",
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            f"--service-account-key-file={pki}/sa.pub", f"--service-account-signing-key-file={pki}/sa.key",
            "--profiling=false"]


def controller_manager(place, version):
    pki = place.pki
    return [str(programs_directory(version) / "kube-controller-manager"), *_client(place, "controller-manager"),
            f"--root-ca-file={pki}/ca.pem", f"--service-account-private-key-file={pki}/sa.key",
            "--use-service-account-credentials=true"]


def scheduler(place, version):
    return [str(programs_directory(version) / "kube-scheduler"), *_client(place, "scheduler")]


def _client(place, name):
    file = place.pki / f"{name}.kubeconfig"
    return [*(f"--{kind}kubeconfig={file}" for kind in ("", "authentication-", "authorization-")),
            f"--bind-address={place.address}", "--leader-elect=false", "--profiling=false"]
