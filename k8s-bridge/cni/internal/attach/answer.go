// Package attach is a plugin's part of the node's database: the row that attaches an interface, what the controller
// answers on it, and whose row it is.
package attach

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

const maxAddresses = 64 // of a LogicalPort

// Answer is what the controller says on an interface's row, checked (docs/nodes.md, "Plugging a port in").
type Answer struct {
	MAC       net.HardwareAddr
	Addresses []netip.Prefix
	Gateways  []netip.Addr // at most one of each family
	MTU       int          // bytes; 0 if not said
}

// Said reads the external_ids of a row: an answer, or the sentence of a condition, or neither yet.
// An error means that an answer is there and makes no sense.
func Said(ids map[string]string) (answer *Answer, condition string, err error) {
	if condition = ids["heddle-condition"]; condition != "" {
		return nil, condition, nil
	}
	if ids["heddle-installed"] != "true" {
		return nil, "", nil
	}
	a := &Answer{}
	if a.MAC, err = net.ParseMAC(ids["heddle-mac"]); err != nil || len(a.MAC) != 6 || a.MAC[0]&1 != 0 {
		return nil, "", fmt.Errorf("the controller answered with the MAC address %.40q", ids["heddle-mac"])
	}
	if a.Addresses, err = addresses(ids["heddle-ips"]); err != nil {
		return nil, "", err
	}
	if a.Gateways, err = gateways(ids["heddle-gateway"]); err != nil {
		return nil, "", err
	}
	if text := ids["heddle-mtu"]; text != "" {
		// 1,280 is what IPv6 needs (RFC 8200 section 5); the controller allows 576.
		if a.MTU, err = strconv.Atoi(text); err != nil || a.MTU < 576 || a.MTU > 9000 {
			return nil, "", fmt.Errorf("the controller answered with an MTU of %.40q", text)
		}
	}
	return a, "", nil
}

func split(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

func addresses(text string) ([]netip.Prefix, error) {
	parts := split(text)
	if len(parts) > maxAddresses {
		return nil, fmt.Errorf("the controller answered with %d addresses; %d are the most", len(parts), maxAddresses)
	}
	found := []netip.Prefix{}
	for _, part := range parts {
		address, err := netip.ParsePrefix(part)
		if err != nil {
			// Without a length: an address of no subnet, alone on its link.
			single, wrong := netip.ParseAddr(part)
			if wrong != nil || single.Zone() != "" {
				return nil, fmt.Errorf("the controller answered with the address %.64q", part)
			}
			address = netip.PrefixFrom(single, single.BitLen())
		}
		at := address.Addr()
		if at.Is4In6() || at.IsUnspecified() || at.IsMulticast() || at.IsLoopback() {
			return nil, fmt.Errorf("the controller answered with the address %.64q", part)
		}
		found = append(found, address)
	}
	return found, nil
}

func gateways(text string) ([]netip.Addr, error) {
	found := []netip.Addr{}
	for _, part := range split(text) {
		address, err := netip.ParseAddr(part)
		if err != nil || address.Zone() != "" || address.Is4In6() || address.IsUnspecified() || address.IsMulticast() {
			return nil, fmt.Errorf("the controller answered with the gateway %.64q", part)
		}
		for _, other := range found {
			if other.Is4() == address.Is4() {
				return nil, fmt.Errorf("the controller answered with two gateways of one family: %.90q", text)
			}
		}
		found = append(found, address)
	}
	return found, nil
}
