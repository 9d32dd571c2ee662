"""The cluster's certificates: one authority, a key for each of its parts. Kubernetes reads CN as user and O as group."""

import json

from ..parts import run

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "365", "-sha256")


def make(place):
    """Makes what is missing but the nodes'. Private keys are readable by root only."""
    pki = place.pki
    pki.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Without it openssl would add what the machine's own configuration says.
    (pki / "openssl.cnf").write_text("[req]\ndistinguished_name=dn\n[dn]\n")
    if not (pki / "ca.pem").exists():
        _request(pki, "ca", "/CN=heddle lab cluster", "-x509", "-addext", "basicConstraints=critical,CA:true",
                 "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    _leaf(pki, "etcd", "/CN=etcd", both=True, names=f"IP:{place.address}")
    _leaf(pki, "apiserver", "/CN=kube-apiserver", server=True, names=(
        f"IP:{place.address},IP:10.96.0.1,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,"
        "DNS:kubernetes.default.svc.cluster.local"))
    _leaf(pki, "apiserver-etcd", "/CN=apiserver-etcd")
    _leaf(pki, "apiserver-kubelet", "/O=system:masters/CN=kube-apiserver-kubelet-client")
    for name, subject in (("controller-manager", "/CN=system:kube-controller-manager"),
                          ("scheduler", "/CN=system:kube-scheduler"), ("admin", "/O=system:masters/CN=admin")):
        _leaf(pki, name, subject)
        kubeconfig(place, name)
    if not (pki / "sa.key").exists():
        run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(pki / "sa.key")],
            "making the service accounts' key")
        run(["openssl", "pkey", "-in", str(pki / "sa.key"), "-pubout", "-out", str(pki / "sa.pub")],
            "making the service accounts' public key")


def node(place, name, address):
    """A node's own: as client of the API server, and as server for it."""
    _leaf(place.pki, f"kubelet-{name}", f"/O=system:nodes/CN=system:node:{name}", both=True,
          names=f"IP:{address},DNS:{name}")
    kubeconfig(place, f"kubelet-{name}")


def kubeconfig(place, name):
    pki = place.pki
    (pki / f"{name}.kubeconfig").write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "lab",
        "clusters": [{"name": "lab", "cluster": {"server": place.server, "certificate-authority": str(pki / "ca.pem")}}],
        "users": [{"name": name, "user": {"client-certificate": str(pki / f"{name}.pem"),
                                          "client-key": str(pki / f"{name}.key")}}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": name}}]}, indent=1))


def _leaf(pki, name, subject, server=False, both=False, names=None):
    if (pki / f"{name}.pem").exists():
        return
    usage = "serverAuth,clientAuth" if both else "serverAuth" if server else "clientAuth"
    extra = ["-addext", f"subjectAltName={names}"] if names else []
    _request(pki, name, subject, "-x509", "-CA", str(pki / "ca.pem"), "-CAkey", str(pki / "ca.key"),
             "-addext", "basicConstraints=critical,CA:false", "-addext", f"extendedKeyUsage={usage}", *extra)


def _request(pki, name, subject, *options):
    # The certificate comes last and by rename: a file that is there is whole, and so is its key.
    run(["openssl", "req", "-new", "-config", str(pki / "openssl.cnf"), *_KEY, "-keyout", str(pki / f"{name}.key"), "-out", str(pki / f"{name}.part"),
         "-subj", subject, *options], f"making the certificate {name}")
    (pki / f"{name}.part").rename(pki / f"{name}.pem")
