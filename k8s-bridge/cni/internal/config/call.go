package config

import (
	"fmt"
	"regexp"
	"strings"
)

// Call is whose attachment a verb is about.
type Call struct {
	Container string
	Device    string // CNI_IFNAME
	Netns     string // path; empty for DEL of what is gone
	Args      map[string]string
}

// ReadCall checks the environment's words.
func ReadCall(container, device, netns, args string) (*Call, error) {
	if !containerID.MatchString(container) {
		return nil, fmt.Errorf("CNI_CONTAINERID: letters, digits, '.', '_' and '-' are expected, at most 256, not %.64q", container)
	}
	if !deviceName.MatchString(device) {
		return nil, fmt.Errorf("CNI_IFNAME: letters, digits, '.', '_' and '-' are expected, at most 15, not %.64q", device)
	}
	if netns != "" && (!strings.HasPrefix(netns, "/") || len(netns) > maxPath || strings.ContainsRune(netns, 0)) {
		return nil, fmt.Errorf("CNI_NETNS: an absolute path is expected, at most %d bytes, not %.64q", maxPath, netns)
	}
	read, err := readArgs(args)
	if err != nil {
		return nil, err
	}
	return &Call{container, device, netns, read}, nil
}

// readArgs reads KEY=VALUE;KEY=VALUE. What follows the first '=' is the value; keys that nobody asks for are let be.
func readArgs(text string) (map[string]string, error) {
	if len(text) > MaxArgs {
		return nil, fmt.Errorf("CNI_ARGS has %d bytes; %d are read", len(text), MaxArgs)
	}
	args := map[string]string{}
	for _, pair := range strings.Split(text, ";") {
		key, value, whole := strings.Cut(pair, "=")
		if pair == "" {
			continue
		}
		if !whole || key == "" {
			return nil, fmt.Errorf("CNI_ARGS: KEY=VALUE is expected, not %.64q", pair)
		}
		if before, twice := args[key]; twice && before != value {
			return nil, fmt.Errorf("CNI_ARGS: %.64s is given twice, and differs", key)
		}
		args[key] = value
	}
	return args, nil
}

// Template is the name of a port with places for words of the call: {namespace}, {pod}, {container}, {ifname} and
// {network}.
type Template string

var (
	place = regexp.MustCompile(`\{[^{}]*\}`)
	// What the controller takes for an iface-id.
	portName = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,253}$`)
	// The words of Kubernetes: RFC 1123 names, so that none of them can hold another one's dot at its end.
	word = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)
)

var fromArgs = map[string]string{"{namespace}": "K8S_POD_NAMESPACE", "{pod}": "K8S_POD_NAME"}

func (t Template) check() error {
	text := string(t)
	if text == "" || len(text) > maxTemplate {
		return fmt.Errorf("interfaceId: 1 to %d bytes are expected, not %d", maxTemplate, len(text))
	}
	for _, p := range place.FindAllString(text, -1) {
		if fromArgs[p] == "" && p != "{container}" && p != "{ifname}" && p != "{network}" {
			return fmt.Errorf("interfaceId: {namespace}, {pod}, {container}, {ifname} and {network} are known, not %.64s", p)
		}
	}
	if rest := place.ReplaceAllString(text, "x"); !portName.MatchString(rest) {
		return fmt.Errorf("interfaceId: letters, digits, '.', '_', ':' and '-' are expected between the places, not %.64q", rest)
	}
	return nil
}

// Ports of nodes are called so, and no container may be one: a pod of a namespace "host" would get what is its node's.
const ofNodes = "host."

// ValidNetwork tells a name of a network, as a configuration may have it.
func ValidNetwork(name string) bool { return networkName.MatchString(name) }

// ValidPort tells a name of a port.
func ValidPort(name string) bool { return portName.MatchString(name) }

// ValidDevice tells a name of a network device.
func ValidDevice(name string) bool { return deviceName.MatchString(name) }

// Of is the port's name for a call to this network.
func (t Template) Of(network string, call *Call) (string, error) {
	var wrong error
	name := place.ReplaceAllStringFunc(string(t), func(p string) string {
		switch p {
		case "{container}":
			return call.Container
		case "{ifname}":
			return call.Device
		case "{network}":
			return network
		}
		value := call.Args[fromArgs[p]]
		limit := 253
		if p == "{namespace}" {
			limit = 63
		}
		// A namespace has no dot: else a.b in c and a in b.c would be one port.
		if wrong == nil && (len(value) > limit || !word.MatchString(value) || p == "{namespace}" && strings.Contains(value, ".")) {
			wrong = fmt.Errorf("CNI_ARGS: %s is no name of Kubernetes: %.64q", fromArgs[p], value)
		}
		return value
	})
	if wrong != nil {
		return "", wrong
	}
	if strings.HasPrefix(name, ofNodes) {
		return "", fmt.Errorf("interfaceId comes to %.300q, and names that begin with %q are those of nodes' own interfaces", name, ofNodes)
	}
	if !portName.MatchString(name) {
		return "", fmt.Errorf("interfaceId comes to %.300q, which is no name of a port: at most 253 bytes", name)
	}
	return name, nil
}
