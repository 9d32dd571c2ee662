// heddle-cni is a CNI plugin, and the command that gives a node an interface of its own on a logical switch. It needs
// the local Open vSwitch database and nothing else. docs/cni.md describes it.
package main

import (
	"fmt"
	"os"

	"dev.heddle/cni/internal/host"
	"dev.heddle/cni/internal/plugin"
)

// Set by the linker.
var version = "unknown"

func main() {
	if len(os.Args) < 2 {
		plugin.Main("heddle-cni " + version + ": a CNI plugin; \"heddle-cni host --help\" for the node's own interface")
		return
	}
	if os.Args[1] != "host" {
		fmt.Fprintf(os.Stderr, "heddle-cni: there is no command %q; \"host\" is one\n", os.Args[1])
		os.Exit(2)
	}
	os.Exit(host.Main(os.Args[2:], os.Stdout, os.Stderr))
}
