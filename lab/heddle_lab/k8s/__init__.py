"""A Kubernetes cluster on the lab's nodes, of real parts: `heddle k8s` (docs/kubernetes-lab.md)."""
