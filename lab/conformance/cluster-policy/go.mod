// The judge of ClusterNetworkPolicy for `heddle test --conformance` (docs/conformance.md). Nothing of Heddle
// links it. A package of tests cannot be declared as a tool: this is the requirement that
// `go get -t sigs.k8s.io/network-policy-api/conformance` wrote, and `go mod tidy` would remove it.
//
// Third party, and why:
//   sigs.k8s.io/network-policy-api (Apache-2.0): definitions of the kinds and the tests of those who define them.
module dev.heddle/conformance-cluster-policy

go 1.25.0

require sigs.k8s.io/network-policy-api v0.2.0 // indirect
