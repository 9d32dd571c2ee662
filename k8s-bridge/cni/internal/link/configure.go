package link

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Setup is how a device is to be: all of it, so that doing it again makes what differs so.
type Setup struct {
	MAC                 net.HardwareAddr
	MTU                 int // bytes; 0: as it is
	Addresses           []netip.Prefix
	DefaultVia          []netip.Addr
	ChecksumsInSoftware bool
	Loopback            bool // raise lo, too
}

// Configure brings a device of the current namespace into this state and up.
//
// Addresses are there at once: duplicate address detection is off, for the controller gives no address twice and takes
// none from a guest that was not given it.
func (s Setup) Configure(name string) error {
	device, err := netlink.LinkByName(name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if s.Loopback {
		if lo, err := netlink.LinkByName("lo"); err == nil {
			if err := netlink.LinkSetUp(lo); err != nil {
				return fmt.Errorf("lo: %w", err)
			}
		}
	}
	if s.ChecksumsInSoftware {
		if err := checksumsInSoftware(name); err != nil {
			return err
		}
	}
	if !bytes.Equal(device.Attrs().HardwareAddr, s.MAC) {
		// The link-local address is made of the MAC when the device rises, and must be that of the right one.
		if err := netlink.LinkSetDown(device); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := netlink.LinkSetHardwareAddr(device, s.MAC); err != nil {
			return fmt.Errorf("%s: the MAC address %s: %w", name, s.MAC, err)
		}
	}
	if s.MTU != 0 {
		if err := netlink.LinkSetMTU(device, s.MTU); err != nil {
			return fmt.Errorf("%s: an MTU of %d: %w", name, s.MTU, err)
		}
	}
	if err := s.settings(name); err != nil {
		return err
	}
	if err := netlink.LinkSetUp(device); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := s.addresses(device); err != nil {
		return err
	}
	return s.routes(device)
}

// settings: without an IPv6 address there is no IPv6 on the device, for nothing of it would pass the port. With one, its
// link-local address needs no detection either, and no router's word counts: all that is to be known was said by the
// controller. A kernel without IPv6 has none of these.
func (s Setup) settings(name string) error {
	_, six := Families(s.Addresses)
	settings := [][2]string{{"disable_ipv6", "0"}, {"accept_dad", "0"}, {"accept_ra", "0"}}
	if !six {
		settings = [][2]string{{"disable_ipv6", "1"}}
	}
	for _, setting := range settings {
		err := set("ipv6/conf/"+name+"/"+setting[0], setting[1])
		if os.IsNotExist(err) && !six {
			return nil
		}
		if os.IsNotExist(err) {
			return fmt.Errorf("%s is to have an IPv6 address, and this kernel has no IPv6", name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Families tells which of the two these are of.
func Families(addresses []netip.Prefix) (four, six bool) {
	for _, address := range addresses {
		four, six = four || address.Addr().Is4(), six || address.Addr().Is6()
	}
	return four, six
}

func (s Setup) addresses(device netlink.Link) error {
	now, err := netlink.AddrList(device, netlink.FAMILY_ALL)
	if err != nil {
		return err
	}
	for i := range now {
		if now[i].Scope == int(netlink.SCOPE_UNIVERSE) && !slices.Contains(s.Addresses, Prefix(now[i].IPNet)) {
			if err := netlink.AddrDel(device, &now[i]); err != nil {
				return fmt.Errorf("removing the address %s: %w", now[i].IPNet, err)
			}
		}
	}
	for _, address := range s.Addresses {
		flags := 0
		if address.Addr().Is6() {
			flags = unix.IFA_F_NODAD
		}
		if err := netlink.AddrReplace(device, &netlink.Addr{IPNet: Net(address), Flags: flags}); err != nil {
			return fmt.Errorf("the address %s: %w", address, err)
		}
	}
	return nil
}

func (s Setup) routes(device netlink.Link) error {
	for _, via := range s.DefaultVia {
		route := defaultRoute(device, via)
		if err := netlink.RouteReplace(&route); err != nil {
			return fmt.Errorf("the default route through %s: %w", via, err)
		}
	}
	return nil
}

// The gateway is on the link, whatever the addresses' lengths say.
func defaultRoute(device netlink.Link, via netip.Addr) netlink.Route {
	return netlink.Route{LinkIndex: device.Attrs().Index, Dst: Net(Default(via)), Gw: via.AsSlice(),
		Flags: int(netlink.FLAG_ONLINK)}
}

// Default is the destination of a default route of the address's family.
func Default(of netip.Addr) netip.Prefix {
	if of.Is4() {
		return netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	}
	return netip.PrefixFrom(netip.IPv6Unspecified(), 0)
}

// Net is the prefix with its address kept, as package net writes it.
func Net(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

// Prefix is what Net made of a prefix.
func Prefix(n *net.IPNet) netip.Prefix {
	address, _ := netip.AddrFromSlice(n.IP)
	length, _ := n.Mask.Size()
	return netip.PrefixFrom(address.Unmap(), length)
}

// Differs says in a sentence how the device of the current namespace differs from this; "" if it does not.
func (s Setup) Differs(name string) (string, error) {
	device, err := netlink.LinkByName(name)
	if err != nil {
		if exists, _ := Exists(name); !exists {
			return fmt.Sprintf("there is no device %s", name), nil
		}
		return "", err
	}
	at := device.Attrs()
	switch {
	case at.Flags&net.FlagUp == 0:
		return fmt.Sprintf("%s is down", name), nil
	case !bytes.Equal(at.HardwareAddr, s.MAC):
		return fmt.Sprintf("%s has the MAC address %s, not %s", name, at.HardwareAddr, s.MAC), nil
	case s.MTU != 0 && at.MTU != s.MTU:
		return fmt.Sprintf("%s has an MTU of %d, not %d", name, at.MTU, s.MTU), nil
	}
	now, err := netlink.AddrList(device, netlink.FAMILY_ALL)
	if err != nil {
		return "", err
	}
	for _, wanted := range s.Addresses {
		if !slices.ContainsFunc(now, func(a netlink.Addr) bool { return Prefix(a.IPNet) == wanted }) {
			return fmt.Sprintf("%s has not the address %s", name, wanted), nil
		}
	}
	for _, via := range s.DefaultVia {
		wanted := defaultRoute(device, via)
		found, err := netlink.RouteListFiltered(family(via), &wanted, netlink.RT_FILTER_OIF|netlink.RT_FILTER_GW|netlink.RT_FILTER_DST)
		if err != nil {
			return "", err
		}
		if len(found) == 0 {
			return fmt.Sprintf("%s has no default route through %s", name, via), nil
		}
	}
	return "", nil
}

func family(a netip.Addr) int {
	if a.Is4() {
		return netlink.FAMILY_V4
	}
	return netlink.FAMILY_V6
}

// Forward has this node pass packets on between its devices, of the families of these addresses. It does not take that
// back: others may need it by then.
func Forward(addresses []netip.Prefix) error {
	four, six := Families(addresses)
	for key, wanted := range map[string]bool{"ipv4/ip_forward": four, "ipv6/conf/all/forwarding": six} {
		if !wanted {
			continue
		}
		now, err := os.ReadFile("/proc/sys/net/" + key)
		if err == nil && string(bytes.TrimSpace(now)) != "1" {
			err = set(key, "1")
		}
		if err != nil {
			return fmt.Errorf("forwarding packets: %w", err)
		}
	}
	return nil
}
