// Package config reads what a container runtime gives a plugin: the network's configuration and CNI_ARGS. Both are
// hostile until read: every size is bounded, every name checked, and what is not known is refused.
package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/containernetworking/cni/pkg/types"
)

// Bounds of what is read.
const (
	MaxBytes       = 1 << 20 // a configuration; GC brings some 100 bytes for each attachment of the node
	MaxAttachments = 4096
	MaxArgs        = 16 << 10
	maxPath        = 4096
	maxTemplate    = 256
	maxDNS         = 32
	// MaxTimeout is below the two minutes that kubelet gives a container runtime.
	MaxTimeout     = 110 * time.Second
	DefaultTimeout = 30 * time.Second
)

// Gateway says where a default route leads.
type Gateway string

const (
	// FromAnswer: to heddle-gateway, and nowhere if that is not said.
	FromAnswer Gateway = "answer"
	// ThroughHost: to this node's own interface on the switch, made by "heddle-cni host".
	ThroughHost Gateway = "host"
)

// Config is a network as this plugin knows it.
type Config struct {
	Version     string
	Name        string
	OVSDB       string
	Bridge      string
	InterfaceID Template
	Timeout     time.Duration
	Gateway     Gateway
	DNS         types.DNS
	// PrevResult is what ADD answered, given back to CHECK and DEL; empty if nothing was given.
	PrevResult json.RawMessage
	// Attachments are those that GC is to leave; Given tells that they were named, if only as none.
	Attachments []types.GCAttachment
	Given       bool
}

type form struct {
	CNIVersion     string               `json:"cniVersion"`
	Name           string               `json:"name"`
	OVSDB          *string              `json:"ovsdb"`
	Bridge         *string              `json:"bridge"`
	InterfaceID    *string              `json:"interfaceId"`
	TimeoutSeconds *json.Number         `json:"timeoutSeconds"`
	Gateway        *string              `json:"gateway"`
	DNS            types.DNS            `json:"dns"`
	PrevResult     json.RawMessage      `json:"prevResult"`
	Attachments    []types.GCAttachment `json:"cni.dev/valid-attachments"`
	Misnamed       []types.GCAttachment `json:"cni.dev/attachments"` // what libcni 1.2 calls them
}

// The specification's keys, beside those of the form; runtimes may put more of them in, prefixed by a domain.
var others = map[string]bool{
	"cniVersions": true, "type": true, "args": true, "capabilities": true, "runtimeConfig": true,
	"disableCheck": true, "disableGC": true,
}

var ours = map[string]bool{
	"cniVersion": true, "name": true, "ovsdb": true, "bridge": true, "interfaceId": true, "timeoutSeconds": true,
	"gateway": true, "dns": true, "prevResult": true, "cni.dev/valid-attachments": true, "cni.dev/attachments": true,
}

var (
	bridgeName  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$`)
	networkName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,252}$`)
	containerID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,255}$`)
	deviceName  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$`)
)

// Parse reads a configuration. The error is a sentence about the key that is wrong.
func Parse(data []byte) (*Config, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("the configuration has %d bytes; %d are read", len(data), MaxBytes)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, fmt.Errorf("the configuration is not a JSON object: %w", err)
	}
	if err := known(members); err != nil {
		return nil, err
	}
	var f form
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&f); err != nil {
		return nil, fmt.Errorf("the configuration: %w", err)
	}
	_, given := members["cni.dev/valid-attachments"]
	if !given {
		_, given = members["cni.dev/attachments"]
		f.Attachments = f.Misnamed
	}
	c, err := f.checked()
	if err == nil {
		c.Given = given
	}
	return c, err
}

func known(members map[string]json.RawMessage) error {
	for _, key := range slices.Sorted(maps.Keys(members)) {
		if key == "ipam" {
			if text := strings.Join(strings.Fields(string(members[key])), ""); text != "{}" && text != "null" {
				return fmt.Errorf("ipam is not used: addresses come from the controller, with the port")
			}
		} else if !ours[key] && !others[key] {
			return fmt.Errorf("%.64q is not a key of the configuration", key)
		}
	}
	return nil
}

func (f form) checked() (*Config, error) {
	c := &Config{
		Version: f.CNIVersion, Name: f.Name, OVSDB: "unix:/run/openvswitch/db.sock", Bridge: "br-int",
		InterfaceID: "{namespace}.{pod}", Timeout: DefaultTimeout, Gateway: FromAnswer, DNS: f.DNS,
		Attachments: f.Attachments,
	}
	if string(f.PrevResult) != "null" {
		c.PrevResult = f.PrevResult
	}
	if !networkName.MatchString(c.Name) {
		return nil, fmt.Errorf("name: letters, digits, '.', '_' and '-' are expected, at most 253, not %.64q", c.Name)
	}
	if f.OVSDB != nil {
		c.OVSDB = *f.OVSDB
	}
	if err := CheckOVSDB(c.OVSDB); err != nil {
		return nil, err
	}
	if f.Bridge != nil {
		c.Bridge = *f.Bridge
	}
	if !bridgeName.MatchString(c.Bridge) {
		return nil, fmt.Errorf("bridge: the name of a bridge is expected, at most 15 bytes, not %.64q", c.Bridge)
	}
	if f.InterfaceID != nil {
		c.InterfaceID = Template(*f.InterfaceID)
	}
	if err := c.InterfaceID.check(); err != nil {
		return nil, err
	}
	if f.TimeoutSeconds != nil {
		seconds, err := f.TimeoutSeconds.Int64()
		if err != nil || seconds < 1 || seconds > int64(MaxTimeout/time.Second) {
			return nil, fmt.Errorf("timeoutSeconds: 1 to %d is expected, not %.20s", MaxTimeout/time.Second, *f.TimeoutSeconds)
		}
		c.Timeout = time.Duration(seconds) * time.Second
	}
	if f.Gateway != nil {
		c.Gateway = Gateway(*f.Gateway)
	}
	if c.Gateway != FromAnswer && c.Gateway != ThroughHost {
		return nil, fmt.Errorf("gateway: %q or %q is expected, not %.64q", FromAnswer, ThroughHost, c.Gateway)
	}
	if err := checkDNS(c.DNS); err != nil {
		return nil, err
	}
	if len(c.Attachments) > MaxAttachments {
		return nil, fmt.Errorf("cni.dev/valid-attachments: at most %d are read, not %d", MaxAttachments, len(c.Attachments))
	}
	return c, nil
}

// CheckOVSDB tells whether this names a database of this node.
func CheckOVSDB(target string) error {
	path, unix := strings.CutPrefix(target, "unix:")
	if unix && strings.HasPrefix(path, "/") && len(path) <= 107 && !strings.ContainsRune(path, 0) {
		return nil // unix(7): 108 bytes with the zero
	}
	if port, tcp := strings.CutPrefix(target, "tcp:"); tcp {
		if address, err := netip.ParseAddrPort(port); err == nil && address.Addr().IsLoopback() {
			return nil
		}
	}
	return fmt.Errorf("ovsdb: unix:/PATH (at most 107 bytes) or tcp:LOOPBACK-ADDRESS:PORT is expected, not %.64q", target)
}

func checkDNS(dns types.DNS) error {
	texts := slices.Concat(dns.Nameservers, dns.Search, dns.Options, []string{dns.Domain})
	if len(texts) > maxDNS {
		return fmt.Errorf("dns: at most %d entries are expected", maxDNS)
	}
	for _, text := range texts {
		if len(text) > 253 {
			return fmt.Errorf("dns: an entry has %d bytes; 253 are the most", len(text))
		}
	}
	for _, server := range dns.Nameservers {
		if _, err := netip.ParseAddr(server); err != nil {
			return fmt.Errorf("dns.nameservers: %.64q is not an address", server)
		}
	}
	return nil
}
